"""A Trace file that reads other files of the machine, runs in circles, or declares more than it holds is refused."""

import shutil
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import DataError


@pytest.fixture(scope="module")
def stored(recorded, tmp_path_factory):
    return mm.trace.save(recorded, tmp_path_factory.mktemp("trace") / "trace.nc")


@pytest.fixture
def copy(stored, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"a secret of this machine " * 4000)
    return shutil.copy(stored, tmp_path / "mailed.nc")


def other_file(path, value):
    with h5py.File(path.with_name("other.h5"), "w") as other:
        other["value"] = value
    return path.with_name("other.h5")


def external_storage(file, name, old, path):
    file.create_dataset(name, old.shape, "f4", external=[(str(path.with_name("secret")), 0, old.nbytes)])


def virtual(file, name, old, path):
    layout = h5py.VirtualLayout(old.shape, "f4")
    layout[...] = h5py.VirtualSource(str(other_file(path, old)), "value", old.shape)
    file.create_virtual_dataset(name, layout)


def virtual_of_itself(file, name, old, path):
    layout = h5py.VirtualLayout(old.shape, "f4")
    layout[...] = h5py.VirtualSource(".", "/elsewhere", old.shape)
    file["elsewhere"] = old
    file.create_virtual_dataset(name, layout)


def external_link(file, name, old, path):
    file[name] = h5py.ExternalLink(str(other_file(path, old)), "/value")


def soft_link(file, name, old, path):
    file["elsewhere"] = old
    file[name] = h5py.SoftLink("/elsewhere")


def soft_link_to_itself(file, name, old, path):
    file[name] = h5py.SoftLink(f"/{name}")


def second_name(file, name, old, path):
    file[name] = file["samples/target"]


def named_type(file, name, old, path):
    file[name] = np.dtype("f4")


def strange_filter(file, name, old, path):
    file.create_dataset(name, data=old, compression="lzf")


def region(file, name, old, path):
    made = file.create_dataset(name, (2,), h5py.regionref_dtype)
    made[0] = file["samples/target"].regionref[0:1]


def compound(file, name, old, path):
    file[name] = np.zeros(3, [("a", "f4"), ("b", "i4")])


SWAPS = [
    external_storage,
    virtual,
    virtual_of_itself,
    external_link,
    soft_link,
    soft_link_to_itself,
    second_name,
    named_type,
    strange_filter,
    region,
    compound,
]


@pytest.mark.parametrize("swap", SWAPS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("chunks", [None, "auto"])
def test_a_variable_that_does_not_lie_in_the_file_itself_is_refused_by_name(copy, swap, chunks):
    if chunks == "auto":
        pytest.importorskip("dask")
    with h5py.File(copy, "r+") as file:
        name = "states/norm"
        old = file[name][()]
        del file[name]
        swap(file, name, old, copy)
    with pytest.raises(DataError, match=r"states/norm.*refused") as caught:
        mm.trace.load(copy, chunks=chunks)
    assert "a secret" not in str(caught.value)


def test_a_group_that_holds_itself_is_refused_and_not_followed_for_ever(copy):
    with h5py.File(copy, "r+") as file:
        file["states/again"] = file["states"]
    begin = time.process_time()
    with pytest.raises(DataError, match="the same object"):
        mm.trace.load(copy)
    assert time.process_time() - begin < 20


def test_a_link_to_another_trace_as_a_whole_group_is_refused(copy, stored):
    with h5py.File(copy, "r+") as file:
        del file["inputs"]
        file["inputs"] = h5py.ExternalLink(str(stored), "/inputs")
    with pytest.raises(DataError, match="to another file"):
        mm.trace.load(copy)


def test_a_reference_to_an_array_that_no_group_lists_is_refused(copy):
    with h5py.File(copy, "r+") as file:
        hidden = file.create_dataset(None, (60,), "u1", external=[(str(copy.with_name("secret")), 0, 60)])
        data = file["states/norm"]
        scales = data.attrs["DIMENSION_LIST"]
        scales[0] = np.array([hidden.ref], dtype=h5py.ref_dtype)
        data.attrs.modify("DIMENSION_LIST", scales)
    with pytest.raises(DataError, match="refers to an object that the file does not list"):
        mm.trace.load(copy)


@pytest.mark.parametrize(
    ("shape", "chunk", "reason"),
    [
        ((1 << 20, 1 << 20), 1024, "chunks; at most"),
        ((1 << 62,), 1024, "chunks; at most"),
        ((3_000_000_000,), 1024, "chunks; at most"),
        ((3_000_000_000,), 1 << 18, "would need"),
        ((3_000_000_000,), None, "would need"),
    ],
    ids=["a square", "an overflow", "12 GB", "12 GB in large chunks", "12 GB in one block"],
)
def test_an_empty_variable_that_declares_more_than_memory_is_refused(copy, shape, chunk, reason):
    with h5py.File(copy, "r+") as file:
        chunks = None if chunk is None else tuple(min(n, chunk) for n in shape)
        file.create_dataset("states/huge", shape, "f4", chunks=chunks, fillvalue=0)
    with pytest.raises(DataError, match=reason):
        mm.trace.load(copy)


def test_a_chunk_far_larger_than_its_variable_is_refused(copy):
    with h5py.File(copy, "r+") as file:
        file.create_dataset(
            "states/wide", (4, 4), "f4", maxshape=(None, None), chunks=(16384, 16384), compression="gzip"
        )
    with pytest.raises(DataError, match="chunks of"):
        mm.trace.load(copy)


def test_many_texts_that_are_one_text_in_the_file_are_counted_before_they_are_read(copy):
    long, count = "x" * (1 << 20), 2000
    with h5py.File(copy, "r+") as file:
        del file["samples/id"]
        file.create_dataset("samples/id", (count,), h5py.string_dtype())
        file["samples/id"][0] = long
        file.flush()
        offset = file["samples/id"].id.get_offset()
    with copy.open("r+b") as raw:
        raw.seek(offset)
        first = raw.read(16)
        raw.seek(offset)
        raw.write(first * count)
    with pytest.raises(DataError, match="would need"):
        mm.trace.load(copy)


def test_groups_nested_500_deep_are_refused(copy):
    with h5py.File(copy, "r+") as file:
        file.create_group("/".join("g" * 500))
    with pytest.raises(DataError, match="nested deeper"):
        mm.trace.load(copy)


@pytest.mark.parametrize(("make", "count"), [("create_group", 1001), ("create_dataset", 3001)])
def test_more_groups_or_arrays_than_are_opened_in_seconds_are_refused(copy, make, count):
    with h5py.File(copy, "r+") as file:
        for i in range(count):
            getattr(file["history"], make)(f"g{i}", **({} if make == "create_group" else {"shape": (), "dtype": "f4"}))
    with pytest.raises(DataError, match=rf"more than {count - 1} "):
        mm.trace.load(copy)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 5000, "NaN" * 3, "9" * 5000, '{"a": 1, "a": 2}', ""])
def test_an_attribute_that_is_not_the_json_that_was_saved_is_refused(copy, text):
    with h5py.File(copy, "r+") as file:
        file.attrs["model"] = text
    with pytest.raises(DataError, match=r"model|damaged"):
        mm.trace.load(copy)


@pytest.mark.parametrize("name", ["dataset", "split", "model", "train", "backend", "task", "modalities", "best_epoch"])
@pytest.mark.parametrize("text", ["null", "1.5", "[1, 2]", "true", '{"kind": 3}', '["m", "m"]'])
def test_an_attribute_of_another_type_is_refused_by_name(copy, name, text):
    if name in ("model", "train"):  # options, of any names
        text = text.replace("{", "[").replace("}", "]").replace(":", ",")
    with h5py.File(copy, "r+") as file:
        file.attrs[name] = text
    with pytest.raises(DataError, match=rf"'{name}'|/inputs/"):
        mm.trace.load(copy)


def test_60_spoilt_copies_give_a_trace_or_our_error_and_nothing_else(stored, tmp_path):
    whole = stored.read_bytes()
    rng = np.random.default_rng(0)
    program = (
        "import sys, pathlib, warnings\nimport mmviz as mm\nfrom mmviz.core.errors import MmvizError\nwarnings.simplefilter('ignore')\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('*.nc')):\n"
        "    try:\n        mm.trace.load(path)\n    except MmvizError:\n        pass\n"
        "    sys.stdout.write('.')\n"
    )
    for i in range(60):
        data = bytearray(whole)
        start = 8 + int(rng.integers(0, min(len(data), 40_000) - 8))
        for at in rng.integers(start, min(len(data), start + 4000), size=int(rng.integers(1, 40))):
            data[at] = int(rng.integers(0, 256))
        (tmp_path / f"{i:03d}.nc").write_bytes(bytes(data[: len(data) - int(rng.integers(0, 3)) * 1000]))
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False, timeout=250
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "." * 60


@pytest.mark.parametrize("make", ["fifo", "folder", "loop", "device", "long", "nul"])
def test_a_path_that_is_no_regular_file_is_refused_at_once(tmp_path, make):
    import os

    path = tmp_path / "x.nc"
    if make == "fifo":
        os.mkfifo(path)
    elif make == "folder":
        path.mkdir()
    elif make == "loop":
        path.symlink_to(path)
    path = {"device": "/dev/zero", "long": tmp_path / ("x" * 300), "nul": "a\0b"}.get(make, path)
    with pytest.raises(DataError):
        mm.trace.load(path)


def test_a_trace_that_is_open_in_blocks_is_loaded_a_second_time_and_a_third(stored):
    with mm.trace.load(stored, chunks="auto") as lazy:
        again = mm.trace.load(stored)
        with mm.trace.load(stored, chunks="auto") as third:
            assert third["prefixes"].sizes == again["prefixes"].sizes == lazy["prefixes"].sizes
