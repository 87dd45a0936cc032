"""Files that want more than plain data: refused with one error, nothing run, nothing large allocated."""

import io
import pickle
import time
import tracemalloc

import numpy as np
import pytest
from hostile_pickles import NAMES, PROTO2, corpus

from mmviz.errors import DataError, UnsafeFileError
from mmviz.io import sealed_numpy
from mmviz.io.pickle_scan import MAX_OPCODES, scan
from mmviz.io.safe_pickle import load, loads

RUN_BEFORE = ["NEWOBJ", "NEWOBJ_EX", "OBJ", "EXT1", "EXT4", "PERSID", "BINPERSID", "NEXT_BUFFER", "READONLY_BUFFER"]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_file_is_refused_and_nothing_runs(name, tmp_path):
    marker = tmp_path / "ran"
    data = corpus(str(marker))[name]
    with pytest.raises(UnsafeFileError, match=r"^x\.pkl: refused, nothing in it was run"):
        loads(data, where="x.pkl")
    assert not marker.exists()


def test_hostile_calls_would_run_under_plain_pickle(tmp_path):
    marker = tmp_path / "ran"
    pickle.loads(corpus(str(marker))["os.system by STACK_GLOBAL"])  # noqa: S301
    assert marker.exists(), "the corpus must be able to do harm, or refusing it shows nothing"


@pytest.mark.parametrize("name", RUN_BEFORE)
def test_opcode_that_builds_objects_is_refused_before_anything_is_executed(name):
    data = corpus("unused")[name]
    with pytest.raises(UnsafeFileError, match="opcode"):
        scan(io.BytesIO(data), len(data), sealed_numpy.SEALED_NAMES)


def test_build_leaves_the_stand_ins_unchanged():
    sealed = sealed_numpy.sealed_names(sealed_numpy.Budget(100))
    before = {name: stub._call for name, stub in sealed.items()}
    for name, stub in sealed.items():
        with pytest.raises(UnsafeFileError):
            stub.__setstate__((None, {"_call": print}))
        with pytest.raises(UnsafeFileError):
            stub._call = print
        assert stub._call is before[name]


@pytest.mark.parametrize("name", ["a memo index of 268 million in 10 bytes", "BINBYTES8 beyond the end"])
def test_bomb_is_refused_at_once_and_in_little_memory(name):
    data = corpus("unused")[name]
    durations = []
    for _ in range(3):
        tracemalloc.start()
        start = time.perf_counter()
        with pytest.raises(UnsafeFileError):
            loads(data)
        durations.append(time.perf_counter() - start)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1e8
    assert min(durations) < 0.05


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"(" * 20_000_000 + b".", id="20 million MARKs"),
        pytest.param(PROTO2 + b"N" + b"\x85" * 5_000_000 + b".", id="5 million nested tuples"),
        pytest.param(PROTO2 + b"N" + b"\x85" * 500_000 + b".", id="tuples nested within the opcode limit"),
        pytest.param(PROTO2 + b"]" * 500_000 + b"a" * 499_999 + b".", id="lists nested within the opcode limit"),
    ],
)
def test_endless_opcodes_are_refused_within_ten_seconds(data):
    start = time.process_time()
    with pytest.raises(UnsafeFileError, match=r"opcodes|nested deeper"):
        loads(data)
    assert time.process_time() - start < 10
    assert len(data) > 500_000 or len(data) > MAX_OPCODES


def test_valid_pickle_cut_at_any_byte_is_refused():
    data = pickle.dumps({"audio": np.arange(6.0).reshape(2, 3), "ids": ["a", "b"]}, protocol=4)
    for end in range(len(data)):
        with pytest.raises(UnsafeFileError):
            loads(data[:end])
    assert loads(data)["ids"] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "an empty file"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"<!DOCTYPE html><html><body>404", "an HTML or XML page"),
        (b"\n  <html>", "an HTML or XML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "a Git LFS pointer"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 or netCDF file"),
        (b"\x93NUMPY\x01\x00", "a .npy file"),
        (b"id,label\n1,2\n", "a table of text, CSV or TSV"),
        (b"not a file that anybody knows", "an unknown kind of file"),
    ],
)
def test_file_of_another_kind_is_refused_by_its_name(data, name):
    with pytest.raises(UnsafeFileError, match=name):
        loads(data)


def test_file_larger_than_the_cap_is_refused_unread(tmp_path):
    path = tmp_path / "big.pkl"
    path.write_bytes(pickle.dumps(list(range(100))))
    with pytest.raises(UnsafeFileError, match="more than 20 bytes"):
        load(path, max_bytes=20)
    assert load(path) == list(range(100))


def test_refusal_is_a_data_error():
    assert issubclass(UnsafeFileError, DataError)
    with pytest.raises(DataError):
        loads(b"cos\nsystem\n.")
