"""Runs of a user's module on disk: written, loaded with the module, resumed, cached."""

import json
import threading

import many_devices
import numpy as np
import pytest
import torch
from torch import nn
from user_nets import Biased, Late, Tied, adapted

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.train.object_digest import object_digest

SHORT = {"epochs": 2, "batch_size": 8, "progress": False}


@pytest.fixture(scope="module")
def ds():
    return many_devices.ragged()


@pytest.fixture(scope="module")
def saved(ds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    return mm.train.fit(adapted(Biased(ds.spec, dropout=0.2), ds, name="my net"), ds, out=folder, **SHORT)


def test_a_run_of_an_adapted_module_is_loaded_with_the_module_given_again_with_any_weights(ds, saved):
    other = Biased(ds.spec)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    again = mm.train.load(saved.folder, model=adapted(other, ds, name="my net"))
    assert np.array_equal(again.predict(ds["test"]), saved.predict(ds["test"]))
    assert again.epochs == saved.epochs
    assert again.history == saved.history
    assert all(torch.equal(again.weights[2][key], value) for key, value in saved.weights[2].items())
    assert not any(bool(p.any()) for p in other.parameters())


def test_load_without_the_module_says_what_to_give(saved):
    with pytest.raises(CheckpointError, match=r"my net, a user's module.*model=\.\.\..*adapt.*user_nets.Biased"):
        mm.train.load(saved.folder)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda ds: adapted(Biased(ds.spec, width=5), ds), r"shape"),
        (lambda ds: adapted(Late(ds.spec), ds), r"only in the file or only in the model"),
        (lambda ds: adapted(Biased(ds.spec), ds, missing="mean"), r"missing is 'mean', was 'zeros'"),
        (lambda ds: mm.models.build("concat", ds.spec), r"is a concat, the run was trained with my net"),
        (lambda ds: Biased(ds.spec), r"model= is a Biased, expected .*adapt"),
        (
            lambda _: (other := many_devices.ragged(n=62)) and adapted(Biased(other.spec), other, name="my net"),
            r"training data of '(sound|light)' differ",
        ),
    ],
)
def test_load_refuses_a_model_that_is_not_the_one_that_was_trained(ds, saved, model, message):
    with pytest.raises(CheckpointError, match=message):
        mm.train.load(saved.folder, model=model(ds))


def test_a_changed_run_of_an_adapted_module_is_refused(ds, saved, tmp_path):
    index = json.loads((saved.folder / "run.json").read_text())
    for change in ({"model": {"name": "x", "adapted": True}}, {"model": {"name": "x", "adapted": True, "options": []}}):
        (tmp_path / "run.json").write_text(json.dumps(index | {"info": index["info"] | change}))
        with pytest.raises(CheckpointError):
            mm.train.load(tmp_path, model=adapted(Biased(ds.spec), ds))


class Stopping(mm.train.strategies.Joint):
    """Fails in the second epoch."""

    def updates(self, batch, rows):
        self.count = getattr(self, "count", 0) + 1
        if self.count == 8:
            raise KeyboardInterrupt
        yield from super().updates(batch, rows)


def test_a_stopped_training_is_resumed_with_a_module_of_other_initial_weights_and_ends_with_equal_weights(ds, tmp_path):
    net = Biased(ds.spec, dropout=0.3)
    whole = mm.train.fit(adapted(net, ds), ds, **SHORT | {"epochs": 3})
    with pytest.raises(KeyboardInterrupt):
        mm.train.fit(adapted(net, ds), ds, strategy=Stopping(), out=tmp_path, **SHORT | {"epochs": 3})
    fresh = Biased(ds.spec, dropout=0.3)
    nn.init.ones_(fresh.head[0].weight)
    resumed = mm.train.fit(adapted(fresh, ds), ds, out=tmp_path, resume=True, **SHORT | {"epochs": 3})
    assert [row["train_loss"] for row in resumed.history[1:]] == [row["train_loss"] for row in whole.history[1:]]
    assert all(torch.equal(resumed.weights[3][key], value) for key, value in whole.weights[3].items())
    with pytest.raises(ConfigError, match=r"missing is 'mean', was 'zeros'"):
        mm.train.fit(adapted(fresh, ds, missing="mean"), ds, out=tmp_path, resume=True, **SHORT | {"epochs": 3})


@pytest.fixture(scope="module")
def equal():
    """Two modalities of equal width."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 30)
    x = {name: rng.normal(size=(30, 4, 3)) + target[:, None, None] for name in ("left", "right")}
    return mm.data.from_arrays(
        {"train": {k: v[:20] for k, v in x.items()}, "valid": {k: v[20:] for k, v in x.items()}},
        {"train": target[:20], "valid": target[20:]},
        classes=["no", "yes"],
    )


def test_shared_weights_infinite_buffers_and_counters_survive_the_checkpoint(equal, tmp_path):
    run = mm.train.fit(adapted(Tied(equal.spec), equal), equal, out=tmp_path, **SHORT)
    again = mm.train.load(tmp_path, model=adapted(Tied(equal.spec), equal))
    net = again.model.module
    assert net.first.weight is net.second.weight
    assert torch.equal(net.first.weight, run.weights[run.best_epoch]["module.second.weight"])
    assert net.big.item() == 2**40 + 1
    assert net.limit[0] == -torch.inf
    resumed = mm.train.fit(adapted(Tied(equal.spec), equal), equal, out=tmp_path, resume=True, **SHORT)
    assert resumed.epochs == run.epochs


class Scaled(Late):
    """A number that is in no weight."""

    def __init__(self, spec, scale=1.0):
        super().__init__(spec)
        self.scale = scale

    def forward(self, x):
        return super().forward(x) * self.scale


def scaled_by(factor):
    def call(net, x):
        return net(x) * factor

    return call


def test_the_cache_trains_once_and_again_after_any_change_of_the_module_or_its_call(equal, tmp_path):
    def folder(net, **options):
        return mm.train.fit(adapted(net, equal, **options), equal, cache=tmp_path, **SHORT | {"epochs": 1}).folder

    first = folder(Scaled(equal.spec))
    before = (first / "run.json").stat().st_mtime_ns
    assert folder(Scaled(equal.spec)) == first
    inspected = adapted(Scaled(equal.spec), equal)
    assert inspected.specific_parameters  # found once, and kept
    assert mm.train.fit(inspected, equal, cache=tmp_path, **SHORT | {"epochs": 1}).folder == first
    assert (first / "run.json").stat().st_mtime_ns == before
    others = [
        folder(Scaled(equal.spec, scale=2.0)),
        folder(Late(equal.spec)),
        folder(Late(equal.spec, seed=1)),
        folder(Scaled(equal.spec), missing="mean"),
        folder(Scaled(equal.spec), call=scaled_by(1.0)),
        folder(Scaled(equal.spec), call=scaled_by(3.0)),
    ]
    assert len({first, *others}) == 7
    assert folder(Scaled(equal.spec), call=scaled_by(3.0)) == others[-1]
    assert first.name.startswith("Scaled-")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda: nn.Dropout(0.1), lambda: nn.Dropout(0.2)),
        (lambda: nn.Linear(2, 2).requires_grad_(False), lambda: nn.Linear(2, 2)),
        (lambda: {"a": 1}, lambda: {"a": 1.0}),
        (lambda: [torch.ones(2)], lambda: [torch.ones(2).double()]),
        (lambda: {1, 2}, lambda: {1, 3}),
        (lambda: np.arange(3), lambda: np.arange(1, 4)),
        (lambda: lambda x: x + 1, lambda: lambda x: x + 2),
        (lambda: scaled_by(1), lambda: scaled_by(2)),
        (lambda: scaled_by([1]), lambda: scaled_by([2])),
        (lambda: torch.relu, lambda: torch.tanh),
    ],
)
def test_the_digest_of_an_object_is_equal_for_equal_content_and_differs_otherwise(one, other):
    def digest(make):
        torch.manual_seed(0)
        return object_digest(make(), "x")

    assert digest(one) == digest(one)
    assert digest(one) != digest(other)


def test_the_digest_refuses_what_has_no_content_to_compare():
    with pytest.raises(ConfigError, match=r"cannot tell whether net.lock.*a lock has no content.*leave out cache="):
        object_digest({"lock": threading.Lock()}, "net")
