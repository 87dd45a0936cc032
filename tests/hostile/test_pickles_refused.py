"""Files that want more than plain data: refused with one error, nothing run, nothing large allocated.

A dictionary key that would end the process, or take for ever to hash, is refused before the unpickler starts.
"""

import io
import itertools
import pickle
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
from hostile_pickles import NAMES, PROTO2, corpus

from mmviz.core.errors import DataError, UnsafeFileError
from mmviz.io import pickle_numpy, safe_pickle
from mmviz.io.pickle_scan import ALLOWED_OPCODES, MAX_NESTING, MAX_OPCODES, PickleStack, scan
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
        scan(io.BytesIO(data), len(data), pickle_numpy.ALLOWED_NAMES)


def test_the_build_opcode_leaves_the_replacements_unchanged():
    stubs = pickle_numpy.numpy_names(pickle_numpy.ByteBudget(100))
    before = {name: stub._call for name, stub in stubs.items()}
    for name, stub in stubs.items():
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


N = 200_000
START = b"\x80\x02"
DEEP = {
    "by TUPLE1": b"})" + b"\x85" * N + b"Ns.",
    "by TUPLE2 with a number beside it": b"})" + b"K\x01\x86" * N + b"Ns.",
    "by TUPLE3": b"})" + b"NN\x87" * N + b"Ns.",
    "by TUPLE behind a mark": b"}" + b"(" * N + b"t" * N + b"Ns.",
    "set by SETITEMS": b"}(" + b")" + b"\x85" * N + b"Nu.",
    "of the opcode DICT": b"(" + b")" + b"\x85" * N + b"Nd.",
    "fetched from the memo": b"]" + b")" + b"\x85" * N + b"q\x01a}h\x01Nse.",
    "built by fetching the memo again and again": b")" + b"q\x01h\x01\x85" * N + b"q\x020}h\x02Ns.",
    "as the argument of a function": b"cnumpy\ndtype\n)" + b"\x85" * N + b"R.",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_key_that_is_a_tuple_nested_200000_deep_is_refused_and_the_process_lives(name, tmp_path):
    path = tmp_path / "deep.pkl"
    path.write_bytes(START + DEEP[name])
    program = (
        "import sys\nfrom mmviz.io import safe_pickle\nfrom mmviz.core.errors import UnsafeFileError\n"
        "try:\n    safe_pickle.load(sys.argv[1])\nexcept UnsafeFileError as error:\n    sys.stdout.write(str(error)[:300])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert "refused, nothing in it was run" in done.stdout


@pytest.mark.parametrize(
    "keys", [[(i,) for i in range(3)], [1.5, 2.5], [None], [True, False], [b"bytes"], [((1, 2), 3)]]
)
def test_only_text_and_whole_numbers_are_dictionary_keys(keys):
    with pytest.raises(UnsafeFileError, match="neither text nor a whole number"):
        safe_pickle.loads(pickle.dumps(dict.fromkeys(keys, 0), 4))


def test_100000_tuples_with_the_same_hash_are_refused_in_seconds_not_minutes():
    numbers = itertools.product((b"J\xff\xff\xff\xff", b"J\xfe\xff\xff\xff"), repeat=17)  # hash(-1) == hash(-2)
    keys = b"".join(b"(" + b"".join(key) + b"tN" for key in itertools.islice(numbers, 100_000))
    begin = time.process_time()
    with pytest.raises(UnsafeFileError, match="neither text nor a whole number"):
        safe_pickle.loads(START + b"}(" + keys + b"u.")
    assert time.process_time() - begin < 30


@pytest.mark.parametrize("make", [lambda x: [x], lambda x: (x,), lambda x: {"a": x}])
def test_containers_are_read_as_deep_as_promised_and_refused_beyond(make):
    tree = 1
    for _ in range(safe_pickle.MAX_DEPTH):
        tree = make(tree)
    assert safe_pickle.loads(pickle.dumps(tree, 4)) == tree
    with pytest.raises(UnsafeFileError, match="nested deeper than"):
        safe_pickle.loads(pickle.dumps(make(tree), 4))


@pytest.mark.parametrize("data", [b"((((N.", b"NN.", b"}K\x01s.", b"(N}s.", b"t.", b"\x85.", b"]h\x07.", b"Na."])
def test_a_pickle_that_leaves_values_over_or_takes_more_than_there_are_is_refused(data):
    with pytest.raises(UnsafeFileError):
        safe_pickle.loads(START + data)


@pytest.mark.parametrize("protocol", range(6))
def test_the_stack_model_is_right_for_common_pickles(protocol):
    shared = [1, "two", 3.0, None, True]
    tree = {
        "train": {"x": np.arange(6.0).reshape(2, 3), "id": ["a", "b"], "pair": (1, (2, 3)), 7: shared},
        "again": [shared, shared, {}, [], ()],
        "text": np.array(["a", "bb"]),
        "objects": np.array(["a", 1], dtype=object),
        "many": {f"k{i}": i for i in range(2500)},
        "numbers": list(range(2500)),
    }
    back = safe_pickle.loads(pickle.dumps(tree, protocol))
    np.testing.assert_array_equal(back["train"]["x"], tree["train"]["x"])
    assert back["again"] == tree["again"]
    assert back["many"] == tree["many"]
    assert back["numbers"] == tree["numbers"]
    assert back["train"]["pair"] == (1, (2, 3))
    assert back["objects"].tolist() == ["a", 1]


def test_every_allowed_opcode_has_a_stated_effect_on_the_stack():
    stack = PickleStack()
    assert ALLOWED_OPCODES - {"PROTO", "FRAME"} == set(stack.effects) | set(stack.leaves)
    assert not set(stack.effects) & set(stack.leaves)
    assert MAX_NESTING > safe_pickle.MAX_DEPTH
