"""A run folder that was damaged, changed or cut off is refused with the reason; nothing is half-written."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

import mmviz as mm
from mmviz.errors import CheckpointError
from mmviz.train.folder import RunFolder


@pytest.mark.parametrize(
    "change",
    [
        lambda i: i["weights"].update(abc=i["weights"]["0"]),
        lambda i: i["spec"]["modalities"][0].update(mean=["q"] * 4),
        lambda i: i["spec"]["modalities"][0].update(features=-1),
        lambda i: i.update(best_epoch=77),
        lambda i: i.pop("spec"),
    ],
)
def test_an_index_with_impossible_values(folder, change):
    edited(folder, change)
    with pytest.raises(CheckpointError, match=r"run\.json"):
        mm.train.load(folder)


@pytest.fixture
def folder(toy_run, tmp_path):
    return shutil.copytree(toy_run.folder, tmp_path / "copy")


def edited(folder, change):
    index = json.loads((folder / "run.json").read_text())
    change(index)
    (folder / "run.json").write_text(json.dumps(index))


def best_file(folder):
    index = json.loads((folder / "run.json").read_text())
    return folder / index["weights"][str(index["best_epoch"])]["file"]


def republished(folder, path):
    """Give a changed weights file its right sha256, so that only the change itself is at fault."""
    import hashlib

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = str(path.relative_to(folder))
    edited(folder, lambda i: [e.update(sha256=digest) for e in i["weights"].values() if e["file"] == name])


def test_missing_folder(tmp_path):
    with pytest.raises(CheckpointError, match="is not there"):
        mm.train.load(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', '{"format": 1}'])
def test_an_index_that_is_none(folder, text):
    (folder / "run.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"run\.json"):
        mm.train.load(folder)


def test_a_changed_weights_file(folder):
    path = best_file(folder)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="the file was changed"):
        mm.train.load(folder)


def test_a_missing_weights_file(folder):
    best_file(folder).unlink()
    with pytest.raises(CheckpointError, match="incomplete"):
        mm.train.load(folder)


def test_a_truncated_weights_file_with_a_forged_digest(folder):
    path = best_file(folder)
    path.write_bytes(path.read_bytes()[:-40])
    republished(folder, path)
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        mm.train.load(folder)


def test_weights_that_are_not_finite(folder):
    path = best_file(folder)
    state = load_file(path)
    state["norm.weight"] = torch.full_like(state["norm.weight"], torch.nan)
    save_file(state, path)
    republished(folder, path)
    with pytest.raises(CheckpointError, match=r"norm\.weight holds values that are not finite"):
        mm.train.load(folder)


def test_weights_of_another_size(folder):
    edited(folder, lambda i: i["info"]["model"]["options"].update(width=16))
    with pytest.raises(CheckpointError, match="the model has"):
        mm.train.load(folder)


def test_a_file_name_that_leaves_the_folder(folder):
    edited(folder, lambda i: i["weights"]["0"].update(file="../../etc/passwd"))
    with pytest.raises(CheckpointError, match="lies outside"):
        mm.train.load(folder)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointError, match="choose another out="):
        RunFolder(tmp_path / "file").create(overwrite=False)


def test_a_full_disk_leaves_the_last_index_intact(folder, monkeypatch):
    import mmviz.train.folder as module

    before = (folder / "run.json").read_bytes()

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_bytes_atomic", full)
    with pytest.raises(CheckpointError, match="what was saved before is intact"):
        RunFolder(folder).write_index({})
    assert (folder / "run.json").read_bytes() == before
