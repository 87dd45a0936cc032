"""A cached training is the same one, loaded; whatever changes the result is another; damage is repaired by training again."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.errors import ConfigError
from mmviz.train import cache as caching
from mmviz.train.loop import Loop

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


def test_the_same_training_is_carried_out_once_and_loads_as_it_was(ds, tmp_path, trainings):
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


def test_overwrite_trains_again_and_keeps_the_new_one(ds, tmp_path, trainings):
    first = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    again = mm.train.fit(build(ds), ds, cache=tmp_path, overwrite=True, **PLAN)
    loaded = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 2
    assert first.folder == again.folder == loaded.folder
    assert again.history == loaded.history


def test_it_is_the_training_one_gets_without_a_cache(ds, tmp_path):
    kept, plain = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN), mm.train.fit(build(ds), ds, **PLAN)
    np.testing.assert_array_equal(kept.predict(ds["test"]), plain.predict(ds["test"]))


@pytest.mark.parametrize(
    "change", ["weights", "model", "option", "strategy", "one value", "code", "torch", "devices", "spec"]
)
def test_whatever_changes_the_result_is_another_training(ds, change, monkeypatch, tmp_path):
    def place(model, data, devices=1, **options):
        config = mm.train.TrainConfig(**{"epochs": 2, "seed": 3} | options)
        return caching.place_in(tmp_path, model, data, config, devices)

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


def test_a_damaged_file_is_told_and_the_training_repeated(ds, tmp_path, trainings):
    first = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    file = first.folder / "weights" / "epoch-0002.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.warns(UserWarning, match="damaged and is repeated.*sha256"):
        second = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 2
    np.testing.assert_array_equal(first.predict(ds["test"]), second.predict(ds["test"]))
    mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert len(trainings) == 2


def test_a_training_that_was_stopped_goes_on(ds, tmp_path, monkeypatch):
    whole = mm.train.fit(build(ds), ds, **PLAN)
    from mmviz.train.record import Record

    publish = Record.publish

    def killed(self, status):
        publish(self, status)
        if len(self.history) == 2:
            raise KeyboardInterrupt  # between two epochs, after the first was published

    monkeypatch.setattr(Record, "publish", killed)
    with pytest.raises(KeyboardInterrupt):
        mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    monkeypatch.setattr(Record, "publish", publish)
    run = mm.train.fit(build(ds), ds, cache=tmp_path, **PLAN)
    assert run.status == "finished"
    np.testing.assert_array_equal(run.predict(ds["test"]), whole.predict(ds["test"]))


def test_where_nothing_can_be_written_it_trains_and_says_so(ds, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="not cached.*cannot be written"):
        run = mm.train.fit(build(ds), ds, cache=tmp_path / "file", **PLAN)
    assert run.folder is None
    assert run.status == "finished"


def test_a_cache_beside_another_folder_is_refused(ds, tmp_path):
    with pytest.raises(ConfigError, match="chooses the run's folder itself"):
        mm.train.fit(build(ds), ds, cache=tmp_path, out=tmp_path / "x", **PLAN)
    with pytest.raises(ConfigError, match="leave out out= and resume="):
        mm.train.fit(build(ds), ds, cache=tmp_path, resume=True, **PLAN)
    assert not list(tmp_path.iterdir())
