"""Checkpoints: what a run folder must refuse, and the content-addressed cache of trainings."""

import hashlib
import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.train import cache as caching
from mmviz.train.checkpoint import RunFolder, TrainingState
from mmviz.train.loop import Loop


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
def test_load_refuses_a_run_json_with_invalid_values(folder, change):
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
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = str(path.relative_to(folder))
    edited(folder, lambda i: [e.update(sha256=digest) for e in i["weights"].values() if e["file"] == name])


def test_load_refuses_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(CheckpointError, match="is not there"):
        mm.train.load(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', '{"format": 1}'])
def test_load_refuses_a_run_json_that_is_not_an_index(folder, text):
    (folder / "run.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"run\.json"):
        mm.train.load(folder)


def test_load_refuses_a_weights_file_with_another_sha256(folder):
    path = best_file(folder)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="the file was changed"):
        mm.train.load(folder)


def test_load_names_a_missing_weights_file(folder):
    best_file(folder).unlink()
    with pytest.raises(CheckpointError, match="incomplete"):
        mm.train.load(folder)


def test_load_refuses_a_truncated_weights_file_with_a_matching_sha256(folder):
    path = best_file(folder)
    path.write_bytes(path.read_bytes()[:-40])
    republished(folder, path)
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        mm.train.load(folder)


def test_load_refuses_weights_that_are_not_finite(folder):
    path = best_file(folder)
    state = load_file(path)
    state["norm.weight"] = torch.full_like(state["norm.weight"], torch.nan)
    save_file(state, path)
    republished(folder, path)
    with pytest.raises(CheckpointError, match=r"norm\.weight holds values that are not finite"):
        mm.train.load(folder)


def test_load_refuses_weights_of_another_size_than_the_model(folder):
    edited(folder, lambda i: i["info"]["model"]["options"].update(width=16))
    with pytest.raises(CheckpointError, match="the model has"):
        mm.train.load(folder)


def test_load_refuses_a_weights_file_outside_the_folder(folder):
    edited(folder, lambda i: i["weights"]["0"].update(file="../../etc/passwd"))
    with pytest.raises(CheckpointError, match="lies outside"):
        mm.train.load(folder)


def test_create_refuses_a_path_below_a_file(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointError, match="choose another out="):
        RunFolder(tmp_path / "file").create(overwrite=False)


def test_a_full_disk_leaves_the_previous_run_json_intact(folder, monkeypatch):
    import mmviz.train.checkpoint as module

    before = (folder / "run.json").read_bytes()

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_bytes_atomic", full)
    with pytest.raises(CheckpointError, match="what was saved before is intact"):
        RunFolder(folder).write_index({})
    assert (folder / "run.json").read_bytes() == before


PLAN = {"epochs": 2, "progress": False, "seed": 3}


@pytest.fixture
def ds():
    return mm.data.synthetic(n=40, steps=12, modalities=2, task="classification", seed=0)


def build(ds, seed=0, width=8):
    return mm.models.build("average", ds.spec, width=width, seed=seed)


@pytest.fixture
def trainings(monkeypatch):
    """Count the trainings that are really carried out."""
    count, run = [], Loop.run
    monkeypatch.setattr(Loop, "run", lambda self, bar: (count.append(1), run(self, bar))[1])
    return count


def test_fit_with_cache_trains_once_and_loads_an_equal_run_afterwards(ds, tmp_path, trainings):
    first = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    second = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 1
    assert first.folder == second.folder
    assert (first.history, first.status, first.best_epoch) == (second.history, second.status, second.best_epoch)
    assert first.epochs == second.epochs
    for epoch, weights in first.weights.items():
        for name, value in weights.items():
            torch.testing.assert_close(value, second.weights[epoch][name], rtol=0, atol=0)
    np.testing.assert_array_equal(first.predict(ds["test"]), second.predict(ds["test"]))


def test_the_environment_variable_takes_the_place_of_the_cache_and_of_nothing_else(
    ds, tmp_path, monkeypatch, trainings
):
    monkeypatch.setenv("MMVIZ_RUNS", str(tmp_path / "class"))
    runs = [mm.train.fit(build(ds), ds, cache=tmp_path / name, **PLAN) for name in ("one", "another")]
    assert len(trainings) == 1
    assert {run.folder.parent for run in runs} == {tmp_path / "class"}
    assert [path.name for path in tmp_path.iterdir()] == ["class"]
    assert mm.train.fit(build(ds), ds, **PLAN).folder is None
    monkeypatch.setenv("MMVIZ_RUNS", "")
    assert mm.train.fit(build(ds), ds, cache=tmp_path / "one", **PLAN).folder.parent == tmp_path / "one"


def test_fit_with_cache_and_overwrite_trains_again_and_replaces_the_run(ds, tmp_path, trainings):
    first = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    again = mm.train.fit(build(ds), ds, cache=tmp_path, overwrite=True, **PLAN)
    loaded = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 2
    assert first.folder == again.folder == loaded.folder
    assert again.history == loaded.history


def test_fit_with_cache_gives_the_weights_of_fit_without_cache(ds, tmp_path):
    kept, plain = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN), mm.train.fit(build(ds), ds, **PLAN)
    np.testing.assert_array_equal(kept.predict(ds["test"]), plain.predict(ds["test"]))


@pytest.mark.parametrize(
    "change", ["weights", "model", "option", "strategy", "one value", "code", "torch", "devices", "spec"]
)
def test_the_cache_folder_depends_on_everything_that_changes_the_result(ds, change, monkeypatch, tmp_path):
    def place(model, data, devices=1, **options):
        config = mm.train.TrainConfig(**{"epochs": 2, "seed": 3} | options)
        return caching.cache_folder(tmp_path, model, data, config, devices)

    before, model, options = place(build(ds), ds), build(ds), {}
    match change:
        case "weights":
            model = build(ds, seed=1)
        case "model":
            model = build(ds, width=16)
        case "option":
            options = {"learning_rate": 1e-4}
        case "strategy":
            options = {"strategy": "modality_dropout"}
        case "one value":
            next(iter(ds["train"].inputs.values()))[17, 3, 0] += 1
        case "code":
            monkeypatch.setattr(caching, "version_of", lambda stages: "0+other")
        case "torch":
            monkeypatch.setattr(torch, "__version__", "9.9")
        case "devices":
            options = {"devices": 2}
        case "spec":
            monkeypatch.setattr(caching, "spec_to_json", lambda spec: {"other": True})
    assert place(model, ds, **options) != before


def test_a_damaged_cached_run_is_trained_again_with_a_warning(ds, tmp_path, trainings):
    first = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    file = first.folder / "weights" / "epoch-0002.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.warns(UserWarning, match="damaged and is repeated.*sha256"):
        second = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 2
    np.testing.assert_array_equal(first.predict(ds["test"]), second.predict(ds["test"]))
    mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 2


def test_fit_with_cache_resumes_a_stopped_training(ds, tmp_path, monkeypatch):
    whole = mm.train.fit(build(ds), ds, **PLAN)
    from mmviz.train.checkpoint import EpochLog

    publish = EpochLog.publish

    def killed(self, status):
        publish(self, status)
        if len(self.history) == 2:
            raise KeyboardInterrupt  # between two epochs, after the first was published

    monkeypatch.setattr(EpochLog, "publish", killed)
    with pytest.raises(KeyboardInterrupt):
        mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    monkeypatch.setattr(EpochLog, "publish", publish)
    run = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert run.status == "finished"
    np.testing.assert_array_equal(run.predict(ds["test"]), whole.predict(ds["test"]))


def test_fit_with_a_cache_that_cannot_be_written_trains_with_a_warning(ds, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="not cached.*cannot be written"):
        run = mm.train.fit(build(ds), ds, cache=tmp_path / "file", **PLAN)
    assert run.folder is None
    assert run.status == "finished"


def test_fit_refuses_cache_together_with_out_or_resume(ds, tmp_path):
    with pytest.raises(ConfigError, match="chooses the run's folder itself"):
        mm.train.fit(build(ds), ds, cache=tmp_path, out=tmp_path / "x", **PLAN)
    with pytest.raises(ConfigError, match="leave out out= and resume="):
        mm.train.fit(build(ds), ds, cache=tmp_path, resume=True, **PLAN)
    assert not list(tmp_path.iterdir())


def test_load_renames_history_entries_of_older_versions(folder):
    def older(index):
        row = index["history"][1]
        row |= {
            "clipped": row.pop("clipped_steps"),
            "score_alone/m1": 0.5,
            "worth_of_none": None,
            "turn/m1": 2.0,
            "kept": 0.7,
        }

    edited(folder, older)
    row = mm.train.load(folder).history[1]
    assert row["clipped_steps"] >= 0
    assert (row["unimodal_score/m1"], row["update_order/m1"], row["available_share"]) == (0.5, 2.0, 0.7)
    assert np.isnan(row["value_baseline"])
    assert not {"clipped", "score_alone/m1", "worth_of_none", "turn/m1", "kept"} & row.keys()


def test_a_stopped_run_from_before_an_option_existed_is_resumed_only_with_the_value_it_was_trained_with(ds, tmp_path):
    sizes = {"width": 8, "layers": 1, "state": 2}
    old = mm.models.build("alignmamba2", ds.spec, **sizes, anchor_gradient=True)
    plan = {"epochs": 1, "progress": False}
    first = mm.train.fit(old, ds, out=tmp_path, **plan)
    entry = json.loads((tmp_path / "run.json").read_text())["state"]
    state = TrainingState.from_file(tmp_path / entry["file"], (tmp_path / entry["file"]).read_bytes())
    del state.plain["made"]["model"]["options"]["anchor_gradient"]
    data = state.to_bytes()
    (tmp_path / entry["file"]).write_bytes(data)
    edited(tmp_path, lambda index: index["state"].update(sha256=hashlib.sha256(data).hexdigest()))
    again = mm.train.fit(mm.models.build("alignmamba2", ds.spec, **sizes, anchor_gradient=True), ds, out=tmp_path, resume=True, **plan)  # fmt: skip
    np.testing.assert_array_equal(again.predict(ds["test"]), first.predict(ds["test"]))
    with pytest.raises(ConfigError, match=r"model\.options\.anchor_gradient is False, was True"):
        mm.train.fit(mm.models.build("alignmamba2", ds.spec, **sizes), ds, out=tmp_path, resume=True, **plan)
