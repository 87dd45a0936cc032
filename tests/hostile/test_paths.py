"""Paths that no system can have, in every function that takes one: an error of the project, and no file is left or replaced."""

import shutil

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError, DataError
from mmviz.io import archive, digest, folder_lock, npz
from mmviz.studies.store import Store

BAD = {"empty": "", "nul": "a\0b", "long name": "x" * 300, "long path": "y/" * 3000, "surrogate": "a\ud800b"}


@pytest.fixture
def small(toy):
    model = mm.models.build("coupled_mamba", toy.spec, width=4, layers=1, state=2)
    return lambda **options: mm.train.fit(model, toy, epochs=1, progress=False, **options)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_path_that_no_system_can_have_is_refused_and_nothing_is_written(
    bad, small, toy, recorded, toy_run, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    calls = {
        ConfigError: [lambda: small(cache=bad), lambda: small(out=bad), lambda: small(out=bad, resume=True), lambda: small(resume=bad)],
        DataError: [
            lambda: mm.data.to_disk(toy, bad),
            lambda: npz.write_npz(bad, {"a": np.ones(3)}),
            lambda: npz.write_tree(bad, {"a": np.ones(3)}),
            lambda: digest.require_file(bad, "0" * 64),
            lambda: folder_lock.holder_of(bad),
            lambda: archive.folder_members(bad),
            lambda: mm.trace.save(recorded, bad),
            lambda: mm.record(toy_run, toy["test"], recorded_samples=2, path=bad, progress=False),
        ],
        CheckpointError: [lambda: Store(bad)],
    }  # fmt: skip
    for kind, each in ((kind, each) for kind, some in calls.items() for each in some):
        with pytest.raises(kind):
            each()
    if bad:
        with pytest.raises(DataError):
            digest.sha256_file(bad)
        with pytest.raises(DataError):
            mm.trace.load(bad, chunks=2)
    assert list(tmp_path.iterdir()) == []


def test_the_digest_of_a_folder_or_pipe_is_refused(tmp_path):
    import os

    with pytest.raises(DataError, match="folder"):
        digest.sha256_file(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="pipe"):
        digest.sha256_file(tmp_path / "pipe")


def test_a_training_refuses_the_epochs_of_another_whose_run_json_was_lost(small, toy_run, tmp_path):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    (folder / "run.json").unlink()
    before = {path: path.read_bytes() for path in (folder / "weights").iterdir()}
    for options in ({}, {"resume": True}):
        with pytest.raises(CheckpointError, match=r"epoch-0000\.safetensors.*overwrite=True"):
            small(out=folder, **options)
    assert {path: path.read_bytes() for path in (folder / "weights").iterdir()} == before
    assert small(out=folder, overwrite=True).status == "finished"
    assert sorted(mm.train.load(folder).weights) == [0, 1]


def test_a_training_that_was_killed_before_its_first_epoch_begins_anew(small, tmp_path):
    (tmp_path / "run" / "weights").mkdir(parents=True)
    (tmp_path / "run" / "weights" / "epoch-0000.safetensors").write_bytes(b"half")
    assert small(out=tmp_path / "run").status == "finished"


@pytest.mark.parametrize("change", ["cut", "junk", "folder", "none"])
def test_a_file_that_is_no_trace_is_refused_also_in_chunks(change, recorded, tmp_path):
    path = mm.trace.save(recorded, tmp_path / "trace.nc")
    data = path.read_bytes()
    path.unlink()
    if change == "folder":
        path.mkdir()
    elif change != "none":
        path.write_bytes(data[: len(data) // 2] if change == "cut" else data[:8] + b"junk" * 100)
    with pytest.raises(DataError):
        mm.trace.load(path, chunks=2)


@pytest.mark.parametrize("change", ["cut", "spoilt"])
def test_a_trace_that_is_changed_after_it_was_opened_in_chunks_ends_in_one_kind_of_error(change, recorded, tmp_path):
    path = mm.trace.save(recorded, tmp_path / "trace.nc")
    trace = mm.trace.load(path, chunks=1)
    data = bytearray(path.read_bytes())
    with path.open("r+b") as file:
        if change == "cut":
            file.truncate(9000)
        else:
            file.write(bytes(value ^ 0x5A if i > 6000 else value for i, value in enumerate(data)))
    with pytest.raises(DataError, match="changed or damaged"):
        [node.to_dataset(inherit=False).compute() for node in trace.subtree]
    trace.close()
