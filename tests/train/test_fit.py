"""The loop: learns, repeats itself, stops when told, leaves nothing behind."""

import dataclasses
import math
import os
import random
import shutil
import signal
import warnings

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError, DataError


def model_of(ds, **options):
    return mm.models.build("coupled_mamba", ds.spec, **{"width": 8, "layers": 1, "state": 4, **options})


def same_weights(a, b):
    return all(torch.equal(a[k], b[k]) for k in a) and a.keys() == b.keys()


def test_fit_lowers_the_loss_and_stores_the_weights_of_every_epoch(toy_run):
    losses = [row["train_loss"] for row in toy_run.history[1:]]
    assert losses[-1] < losses[0]
    assert toy_run.status == "finished"
    assert toy_run.epochs == tuple(range(len(toy_run.history)))


def test_the_model_of_a_run_has_the_weights_of_the_epoch_with_the_best_validation_score(toy_run):
    ranks = [(row["valid_accuracy"], -row["valid_loss"]) for row in toy_run.history]
    assert ranks[toy_run.best_epoch] == max(ranks)
    assert same_weights(toy_run.model.state_dict(), toy_run.weights[toy_run.best_epoch])


def test_the_same_seed_repeats_bit_for_bit_and_another_does_not(toy):
    runs = [mm.train.fit(model_of(toy), toy, epochs=2, seed=s, progress=False) for s in (0, 0, 1)]
    assert same_weights(runs[0].weights[2], runs[1].weights[2])
    assert not same_weights(runs[0].weights[2], runs[2].weights[2])
    assert [r["train_loss"] for r in runs[0].history[1:]] == [r["train_loss"] for r in runs[1].history[1:]]


def test_select_last_returns_the_last_epoch(toy):
    run = mm.train.fit(model_of(toy), toy, epochs=3, select="last", progress=False)
    assert run.best_epoch == 3
    assert same_weights(run.model.state_dict(), run.weights[3])


def test_fit_does_not_change_the_given_model(toy):
    model = model_of(toy)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    mm.train.fit(model, toy, epochs=1, progress=False)
    assert same_weights(model.state_dict(), before)


def test_fit_restores_random_state_and_signal_handlers(toy, capsys):
    def state():
        return (
            torch.get_rng_state().tolist(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002
            random.getstate(),
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.get_num_threads(),
            signal.getsignal(signal.SIGINT),
            warnings.filters[:],
            os.environ.copy(),
        )

    before = state()
    mm.train.fit(model_of(toy), toy, epochs=1, progress=False)
    assert state() == before
    assert capsys.readouterr().out == ""


def test_regression_is_trained_and_predicted_as_one_value(regression):
    run = mm.train.fit(model_of(regression), regression, epochs=2, progress=False)
    assert run.predict(regression["test"]).shape == (len(regression["test"]),)
    assert {"valid_mae", "valid_correlation"} <= run.history[-1].keys()


def test_probabilities_sum_to_one_whatever_the_batch_size(toy, toy_run):
    a, b = toy_run.predict(toy["test"]), toy_run.predict(toy["test"], batch_size=3)
    np.testing.assert_allclose(a.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(a, b, atol=1e-6)


def test_patience_stops_early(toy):
    run = mm.train.fit(model_of(toy), toy, epochs=30, patience=1, learning_rate=0.5, progress=False)
    assert run.status == "early_stopped"
    assert len(run.history) < 31
    assert run.history[-1]["epoch"] - run.best_epoch == 1


def test_an_interrupt_returns_the_run_so_far(toy, tmp_path):
    steps = []

    class Interrupting(mm.train.strategies.Joint):
        def updates(self, batch, rows):
            steps.append(1)
            if len(steps) == 5:
                os.kill(os.getpid(), signal.SIGINT)
            yield from super().updates(batch, rows)

    before = signal.getsignal(signal.SIGINT)
    run = mm.train.fit(
        model_of(toy), toy, epochs=50, batch_size=8, out=tmp_path / "run", strategy=Interrupting(), progress=False
    )
    assert run.status == "interrupted"
    assert len(steps) == 5, "the step was finished, no other was begun"
    assert signal.getsignal(signal.SIGINT) is before
    assert mm.train.load(tmp_path / "run").status == "interrupted"
    assert run.predict(toy["test"]).shape[0] == len(toy["test"])


@pytest.mark.parametrize("start", [signal.default_int_handler, signal.SIG_IGN], ids=["default", "ignored"])
def test_a_second_interrupt_raises_keyboard_interrupt_also_where_interrupts_were_ignored_at_the_start(start):
    from mmviz.train.job import Interruptible

    before = signal.signal(signal.SIGINT, start)
    try:
        with Interruptible() as interrupt:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupt.requested
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is start
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_loss_that_is_not_finite_stops_at_that_step_and_names_the_samples(toy):
    class Exploding(mm.train.strategies.Joint):
        def updates(self, batch, rows):
            for update in super().updates(batch, rows):
                update.loss = update.loss * math.nan
                yield update

    run = mm.train.fit(model_of(toy), toy, epochs=3, batch_size=8, strategy=Exploding(), progress=False)
    assert run.status == "diverged"
    assert len(run.info["diverged"]["samples"]) == 8
    assert set(run.info["diverged"]["samples"]) <= set(toy["train"].ids.tolist())
    assert run.best_epoch == 0
    assert np.isfinite(run.predict(toy["test"])).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epoch": 3}, "option 'epoch' is unknown"),
        ({"epochs": 0}, "epochs=0"),
        ({"epochs": 2.0}, "epochs=2.0"),
        ({"learning_rate": 0}, "learning_rate=0"),
        ({"learning_rate": math.inf}, "learning_rate=inf"),
        ({"weight_decay": -1}, "weight_decay=-1"),
        ({"select": "median"}, "select='median'"),
        ({"select": "last", "patience": 2}, "give one of them"),
        ({"strategy": "joined"}, "did you mean 'joint'"),
        ({"strategy": "joint", "strategy_options": {"x": 1}}, "it has no options"),
        ({"strategy": None}, "available: joint"),
    ],
)
def test_fit_refuses_invalid_options_before_a_folder_is_made(toy, tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.train.fit(model_of(toy), toy, out=tmp_path / "run", progress=False, **options)
    assert not (tmp_path / "run").exists()


def test_a_model_for_other_data_is_refused(toy, ragged):
    with pytest.raises(ConfigError, match=r"build the model from ds\.spec"):
        mm.train.fit(model_of(toy), ragged, progress=False)
    with pytest.raises(ConfigError, match="has no spec"):
        mm.train.fit(torch.nn.Linear(1, 1), toy, progress=False)


def test_a_saved_run_is_loaded_with_equal_weights_history_and_predictions(toy, toy_run):
    again = mm.train.load(toy_run.folder)
    assert np.array_equal(again.predict(toy["test"]), toy_run.predict(toy["test"]))
    assert again.epochs == toy_run.epochs
    assert str(again.history) == str(toy_run.history)
    assert (again.status, again.best_epoch, again.info) == (toy_run.status, toy_run.best_epoch, toy_run.info)


def test_fit_refuses_a_folder_with_a_run_unless_overwrite(toy, toy_run):
    before = (toy_run.folder / "run.json").read_bytes()
    with pytest.raises(CheckpointError, match="overwrite=True"):
        mm.train.fit(model_of(toy), toy, epochs=1, out=toy_run.folder, progress=False)
    assert (toy_run.folder / "run.json").read_bytes() == before


def test_the_linear_baseline_scores_every_subset(toy, regression):
    scores = mm.train.linear_baseline(toy)
    assert len(scores) == 2 ** len(toy.spec.modalities) - 1
    assert all(0 <= value <= 1 for value in scores.values())
    with pytest.raises(ConfigError, match="give a classification"):
        mm.train.linear_baseline(regression)


def test_predict_refuses_data_that_are_neither_split_nor_batch(toy_run):
    with pytest.raises((ConfigError, DataError), match="expected a split"):
        toy_run.predict([1, 2, 3])


@pytest.mark.parametrize("precision", ["32-true", "64-true", "bf16-mixed"])
def test_every_precision_trains_and_leaves_a_float32_model(toy, precision):
    run = mm.train.fit(model_of(toy), toy, epochs=1, precision=precision, progress=False)
    assert run.status == "finished"
    assert {v.dtype for v in run.model.state_dict().values()} == {torch.float32}
    assert np.isfinite(run.predict(toy["test"])).all()


def test_a_gradient_that_is_not_finite_stops_without_a_step(toy, tmp_path):
    class Exploding(mm.train.strategies.Joint):
        def updates(self, batch, rows):
            for update in super().updates(batch, rows):
                loss = update.loss
                update.loss = loss + 0 * (loss - loss.detach()).clamp(min=0).sqrt()  # finite value, infinite slope
                yield update

    run = mm.train.fit(model_of(toy), toy, epochs=2, out=tmp_path / "run", strategy=Exploding(), progress=False)
    assert run.status == "diverged"
    assert run.info["diverged"]["gradient_norm"] in ("nan", "inf")
    assert same_weights(run.model.state_dict(), model_of(toy).state_dict())
    assert mm.train.load(tmp_path / "run").status == "diverged"


@pytest.mark.parametrize("options", [{"accelerator": "bogus"}, {"train": "nowhere"}])
def test_a_refused_call_leaves_the_existing_run_unchanged(toy, toy_run, tmp_path, options):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    with pytest.raises(ConfigError):
        mm.train.fit(model_of(toy), toy, epochs=1, out=folder, overwrite=True, progress=False, **options)
    assert np.array_equal(mm.train.load(folder).predict(toy["test"]), toy_run.predict(toy["test"]))


def test_fit_uses_the_splits_named_by_train_and_valid(toy):
    named = mm.data.Dataset(toy.spec, {"first": toy["train"], "second": toy["valid"]}, toy.report)
    run = mm.train.fit(model_of(toy), named, epochs=1, train="first", valid="second", progress=False)
    same = mm.train.fit(model_of(toy), toy, epochs=1, progress=False)
    assert same_weights(run.weights[1], same.weights[1])
    with pytest.raises(ConfigError, match="name one with train="):
        mm.train.fit(model_of(toy), named, epochs=1, progress=False)


def test_without_validation_the_last_epoch_is_the_best_and_patience_is_refused(toy):
    bare = mm.data.Dataset(toy.spec, {"train": toy["train"]}, toy.report)
    assert mm.train.fit(model_of(toy), bare, epochs=2, progress=False).best_epoch == 2
    with pytest.raises(ConfigError, match="leave out patience"):
        mm.train.fit(model_of(toy), bare, epochs=2, patience=1, progress=False)


def test_the_index_of_a_run_is_strict_json_and_keeps_the_models_own_spec(toy, tmp_path):
    import json

    wide = dataclasses.replace(
        toy.spec, modalities=tuple(dataclasses.replace(m, steps=32) for m in toy.spec.modalities)
    )
    augment = mm.train.Augment(stretch=toy.spec.names)
    run = mm.train.fit(
        mm.models.build("coupled_mamba", wide, width=8, layers=1, state=4), toy, epochs=1, out=tmp_path / "r",
        augment=augment, progress=False,
    )  # fmt: skip

    def refuse(word):
        raise AssertionError(word)

    json.loads((tmp_path / "r" / "run.json").read_text(), parse_constant=refuse)
    again = mm.train.load(tmp_path / "r")
    assert again.model.steps == run.model.steps == 32
    assert again.info == run.info


def test_prediction_does_not_depend_on_the_mode_the_model_was_left_in(toy, toy_run):
    expected = toy_run.predict(toy["test"])
    toy_run.model.train()
    try:
        assert np.array_equal(toy_run.predict(toy["test"]), expected)
        assert toy_run.model.training
    finally:
        toy_run.model.eval()
    for size in (0, -1, 2.0):
        with pytest.raises(ConfigError, match="batch_size="):
            toy_run.predict(toy["test"], batch_size=size)


def test_every_method_that_runs_under_the_precision_of_the_training_is_one_of_the_model_contract():
    from mmviz.models.base import FusionModel
    from mmviz.models.fusions.equilibrium import Equilibrium
    from mmviz.models.fusions.memory_chain import MemoryChain
    from mmviz.train.loop import FORWARD

    kinds = (FusionModel, Equilibrium, MemoryChain)
    assert [name for name in FORWARD if not any(hasattr(kind, name) for kind in kinds)] == []


def test_every_model_method_that_the_strategies_and_the_wrapper_of_empty_batches_call_runs_under_the_precision():
    import re
    from pathlib import Path

    import mmviz.train
    from mmviz.models.base import FusionModel
    from mmviz.models.fusions.equilibrium import Equilibrium
    from mmviz.train.loop import FORWARD

    folder = Path(mmviz.train.__file__).parent
    sources = [*(folder / "strategies").glob("*.py"), folder / "devices" / "empty_batch.py"]
    calls = {m for path in sources for m in re.findall(r"model\)?\.([a-z_]+)\(", path.read_text(encoding="utf-8"))}
    tensors = {name for name in calls if "steps" in signature_of(FusionModel, Equilibrium, name)} | {"encode"}
    assert tensors <= set(FORWARD)
    assert {"fuse", "training_forward", "unimodal_forward"} <= tensors


def signature_of(*kinds_and_name):
    import inspect

    *kinds, name = kinds_and_name
    method = next((getattr(kind, name) for kind in kinds if hasattr(kind, name)), None)
    return () if not inspect.isfunction(method) else tuple(inspect.signature(method).parameters)
