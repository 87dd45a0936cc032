"""Saved Traces, runs and data sets that were changed to hang, to fill memory or to end in an error of a library."""

import json
import shutil
import zlib

import h5py
import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import CheckpointError, DataError
from mmviz.io.files import parse_json


@pytest.fixture
def trace_file(recorded, tmp_path):
    return mm.trace.save(recorded, tmp_path / "trace.nc")


def long_id(file):
    del file["samples/id"]
    file.create_dataset("samples/id", (10_000,), h5py.string_dtype())[...] = "a"
    file["samples/id"][0] = "x" * 1_000_000


def text_with_fill_value(file):
    del file["samples/id"]
    file["samples"].create_dataset("id", (1000,), h5py.string_dtype(), fillvalue="x" * 1000)


def chunk_that_inflates(file):
    made = file.create_dataset("samples/x", (10,), "f4", chunks=(10,), compression="gzip")
    made.id.write_direct_chunk((0,), zlib.compress(bytes(8 << 20)))


def filter_twice(file):
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_chunk((10,))
    layout.set_deflate(1)
    layout.set_deflate(1)
    h5py.h5d.create(file["samples"].id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((10,)), layout)


def tiny_chunks(file):
    file.create_dataset("samples/x", (1 << 20,), "i1", chunks=(4,))


def attributes(file):
    for i in range(61):
        group = file.create_group(f"samples/g{i}")
        for j in range(500):
            group.attrs[f"a{j}"] = "1"


def json_of_lists(file):
    file.attrs.create("model", "[" + "[]," * 1_000_000 + "0]", dtype=h5py.string_dtype())


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (long_id, "would need"),
        (text_with_fill_value, "fill value"),
        (chunk_that_inflates, "stored chunk"),
        (filter_twice, "filter twice"),
        (tiny_chunks, "chunks"),
        (attributes, "more than 30000 attributes"),
        (json_of_lists, "would take"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_trace_that_would_need_far_more_memory_than_its_file_is_refused(trace_file, change, match):
    with h5py.File(trace_file, "r+") as file:
        change(file)
    with pytest.raises(DataError, match=match):
        mm.trace.load(trace_file)


@pytest.mark.parametrize(
    ("name", "value"), [("scale_factor", 0.5), ("units", "days since 2000-01-01"), ("_Encoding", "punycode")]
)
def test_an_attribute_that_asks_for_decoding_is_refused_and_widens_no_array(trace_file, name, value):
    with h5py.File(trace_file, "r+") as file:
        file["samples/target"].attrs[name] = value
    with pytest.raises(DataError, match="attribute of target is not JSON"):
        mm.trace.load(trace_file)


@pytest.mark.parametrize("text", ["[1e999]", "[NaN]", "[Infinity]"])
def test_a_number_that_is_not_finite_is_not_json_unless_it_is_accepted(text):
    with pytest.raises(DataError):
        parse_json(text, where="here")
    assert len(parse_json(text, where="here", nan=True)) == 1


def changed(folder, name, place, value):
    index = json.loads((folder / name).read_text())
    node = index
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    (folder / name).write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("info", "model", "options", "steps"), 2**31),
        (("info", "model", "options", "dropout"), 10**400),
        (("info", "dataset"), None),
        (("spec", "modalities", 0, "name"), None),
        (("spec", "modalities", 0, "mean"), [10**400]),
        (("spec", "modalities", 0, "steps"), 10**400),
        (("best_epoch",), True),
    ],
)
def test_a_value_of_run_json_of_another_type_or_size_is_refused(toy_run, tmp_path, place, value):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    changed(folder, "run.json", place, value)
    with pytest.raises(CheckpointError, match=r"run\.json"):
        mm.train.load(folder)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("spec", "task", "classes"), [None]),
        (("report", "name"), [None]),
        (("splits", 0, "ids", "dtype"), "9" * 100_000),
    ],
    ids=["classes", "name of the report", "dtype of the ids"],
)
def test_a_value_of_dataset_json_of_another_type_is_refused(toy, tmp_path, place, value):
    folder = mm.data.to_disk(toy, tmp_path / "set")
    changed(folder, "dataset.json", place, value)
    with pytest.raises(DataError):
        mm.data.from_disk(folder)


@pytest.mark.parametrize("name", ["weights/epoch-0099.safetensors", "weights/notes.txt", ".0123456789abcdef.part.json"])
def test_a_half_written_or_foreign_file_in_a_run_folder_is_named(toy_run, tmp_path, name):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    (folder / name).write_bytes(np.arange(5).tobytes())
    with pytest.warns(UserWarning, match=name.replace(".", r"\.")):
        mm.train.load(folder)


@pytest.mark.parametrize("entry", [{}, {"file": ["x"]}, {"file": None, "sha256": 3}])
def test_a_changed_entry_of_the_state_in_run_json_does_not_end_in_an_error_of_python(toy_run, tmp_path, entry):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    changed(folder, "run.json", ("state",), entry)
    with pytest.warns(UserWarning, match="weights/state-"):
        mm.train.load(folder)


def test_a_run_folder_without_run_json_names_what_it_contains(toy_run, tmp_path):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    (folder / "run.json").unlink()
    with pytest.raises(CheckpointError, match=r"weights/epoch-0000\.safetensors.*killed"):
        mm.train.load(folder)
