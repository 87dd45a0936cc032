"""Contract of every registered strategy: it learns, is repeatable, trains on one modality and with absent ones, and reports divergence."""

import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.loop import Loop
from mmviz.train.strategies.base import Training
from mmviz.train.strategies.unimodal import UnimodalPass, unimodal_pass

OPTIONS = {
    "valuation": {"warm_up": 1},
    "g_blend": {"super_epoch": 1},
    "ogm_ge": {"noise": "scaled"},
    "midas": {"warm_up": 0},
    "opm": {"warm_up": 0},
    "umt": {"teacher_epochs": 1},
    "g2d": {"teacher_epochs": 1},
}
STRATEGIES = mm.train.STRATEGIES
NAMES = list(STRATEGIES)
FEWER = {"midas"}  # leaves out misaligned samples with one label, up to two per sample
#: their passes are counted in their own files
COUNTED_ELSEWHERE = {"shapley_alternating", "modality_equilibrium"}
REORDERS = {"valuation"}  # its later epochs repeat difficult samples, so that the training loss may rise


def trains(strategy, model):
    return not STRATEGIES[strategy].fusions or model in STRATEGIES[strategy].fusions


def with_task(task):
    return [name for name in NAMES if task in STRATEGIES[name].tasks]


def trained(ds, strategy, model="concat", options=None, **more):
    sizes = {"width": 8, "pooling": "max"} | ({"layers": 1, "state": 4} if model in ("coupled_mamba", "late") else {})
    chosen = OPTIONS.get(strategy) if options is None else options
    fit = {"epochs": 2, "batch_size": 16, "learning_rate": 0.01, "progress": False, **more}
    return mm.train.fit(mm.models.build(model, ds.spec, **sizes), ds, strategy=strategy, strategy_options=chosen, **fit)


@pytest.mark.parametrize("strategy", NAMES)
def test_the_validation_loss_of_every_strategy_falls_on_an_easy_task(easy, strategy):
    run = trained(easy, strategy, epochs=6)
    assert run.status == "finished"
    assert run.history[-1]["valid_loss"] < run.history[0]["valid_loss"]
    if strategy not in REORDERS:
        assert run.history[-1]["train_loss"] < run.history[1]["train_loss"]


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("model", ["coupled_mamba", "transformer"])
def test_every_strategy_trains_a_state_space_model_and_a_transformer(easy, strategy, model):
    if not trains(strategy, model):
        with pytest.raises(ConfigError, match=f"{model} has none; use one of"):
            trained(easy, strategy, model, epochs=1)
        return
    run = trained(easy, strategy, model, epochs=1, batch_size=64)
    assert run.status == "finished"
    assert any(not torch.equal(run.weights[1][k], v) for k, v in run.weights[0].items())


@pytest.mark.parametrize("strategy", NAMES)
def test_the_same_seed_gives_the_same_weights_and_history_for_every_strategy(easy, strategy):
    first, again, other = (trained(easy, strategy, seed=s, batch_size=64) for s in (0, 0, 1))
    assert all(torch.equal(v, again.weights[2][k]) for k, v in first.weights[2].items())
    assert not all(torch.equal(v, other.weights[2][k]) for k, v in first.weights[2].items())
    clock = ("seconds", "cost_share")
    histories = [
        [{k: v for k, v in row.items() if not k.startswith(clock)} for row in r.history] for r in (first, again)
    ]
    np.testing.assert_equal(*histories)


@pytest.mark.parametrize("strategy", NAMES)
def test_a_training_that_stopped_in_its_third_epoch_is_resumed_to_the_weights_of_an_undisturbed_one(
    easy, strategy, tmp_path, monkeypatch
):
    whole = trained(easy, strategy, epochs=4, out=tmp_path / "whole")
    stop = 2 * math.ceil(len(easy["train"]) / 16) + 1
    with monkeypatch.context() as patch:
        patch.setattr(Loop, "_stopped", lambda self: self.batches_done >= stop)
        stopped = trained(easy, strategy, epochs=4, out=tmp_path / "stopped")
    assert stopped.status == "interrupted"
    assert stopped.history[-1]["epoch"] in (2, 3)
    resumed = trained(easy, strategy, epochs=4, resume=tmp_path / "stopped")
    assert all(torch.equal(v, resumed.weights[e][k]) for e, w in whole.weights.items() for k, v in w.items())


@pytest.mark.parametrize("strategy", NAMES)
def test_every_strategy_without_contributions_trains_on_one_modality(single, strategy):
    if STRATEGIES[strategy].needs_contributions:
        with pytest.raises(ConfigError, match="M = 1"):
            trained(single, strategy)
        return
    run = trained(single, strategy)
    assert run.status == "finished"
    assert math.isfinite(run.history[-1]["valid_loss"])


@pytest.mark.parametrize("strategy", NAMES)
def test_every_strategy_trains_on_samples_and_batches_without_some_modality(ragged, strategy):
    run = trained(ragged, strategy, batch_size=2)
    assert run.status == "finished"
    assert all(torch.isfinite(v).all() for v in run.weights[2].values())


@pytest.mark.parametrize("strategy", with_task("regression"))
def test_every_strategy_for_regression_lowers_the_training_loss(regression, strategy):
    run = trained(regression, strategy, epochs=3)
    assert run.status == "finished"
    assert run.history[-1]["train_loss"] < run.history[1]["train_loss"]


@pytest.mark.parametrize("model", mm.models.available())
@pytest.mark.parametrize("strategy", NAMES)
def test_the_updates_of_every_strategy_give_every_model_finite_gradients(easy, begun, strategy, model):
    quick = {"valuation": {"warm_up": 0}, "ogm_ge": {"scale": "step"}, "g_blend": {"super_epoch": 1}}  # shortest probes
    quick |= {"umt": {"teacher_epochs": 1}, "g2d": {"teacher_epochs": 1}}
    options = quick.get(strategy, {})
    if strategy == "mla" and model in ("late", "lmf"):  # no shared head to project
        options = {"protect": "none"}
    narrow = {"width": 4} if model == "tfn" else {}
    if not trains(strategy, model):
        with pytest.raises(ConfigError, match=f"{model} has none; use one of"):
            begun(STRATEGIES[strategy](), easy, model, **narrow)
        return
    world = begun(STRATEGIES[strategy](**options), easy, model, **narrow)
    for update in world.strategy.updates(world.batch, world.rows):
        update.loss.backward()
        world.strategy.after_backward(update)
        assert all(p.grad is None or p.grad.isfinite().all() for p in world.model.parameters())
        world.model.zero_grad()


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("precision", ["64-true", "bf16-mixed"])
def test_every_strategy_trains_in_float64_and_bfloat16(easy, strategy, precision):
    model = "coupled_mamba" if trains(strategy, "coupled_mamba") else "concat"
    run = trained(easy, strategy, model, epochs=1, batch_size=64, precision=precision)
    assert run.status == "finished"


@pytest.mark.parametrize("strategy", NAMES)
def test_every_strategy_takes_a_batch_of_one_class_in_a_model_of_width_one(easy, begun, strategy):
    world = begun(mm.train.strategies.strategy_of(strategy, OPTIONS.get(strategy)), easy, width=1, epoch=3)
    world.batch.target[:] = 0
    for update in world.strategy.updates(world.batch, world.rows):
        update.loss.backward()
        world.strategy.after_backward(update)
        assert update.loss.isfinite()
        assert all(p.grad is None or p.grad.isfinite().all() for p in world.model.parameters())
        world.model.zero_grad()


def test_fit_refuses_a_regression_for_valuation_and_writes_nothing(regression, tmp_path):
    with pytest.raises(ConfigError, match=r"strategy='valuation' is for classification only"):
        trained(regression, "valuation", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("strategy", NAMES)
def test_a_loss_that_is_not_finite_ends_the_training_of_every_strategy_as_diverged(easy, strategy, monkeypatch):
    real = Training.loss
    monkeypatch.setattr(Training, "loss", lambda self, output, target: real(self, output, target) * math.nan)
    boosted = mm.train.strategies.reconboost.residual_loss  # has a weight per sample, and so a loss of its own
    monkeypatch.setattr(mm.train.strategies.reconboost, "residual_loss", lambda *a: boosted(*a) * math.nan)
    run = trained(easy, strategy)
    assert run.status == "diverged"
    assert run.best_epoch == 0
    assert len(run.info["diverged"]["samples"]) > 0
    assert all(torch.equal(v, run.weights[0][k]) for k, v in run.model.state_dict().items())


@pytest.mark.parametrize("strategy", ["unimodal", "mla", "g_blend"])
def test_the_modality_whose_unimodal_loss_is_nan_is_named(easy, strategy, monkeypatch):
    real = UnimodalPass.losses
    monkeypatch.setattr(
        UnimodalPass,
        "losses",
        lambda self, *a: {n: loss * (math.nan if n == "m2" else 1) for n, loss in real(self, *a).items()},
    )
    run = trained(easy, strategy)
    assert run.status == "diverged"
    assert run.info["diverged"]["modality"] == "m2"


@pytest.mark.parametrize(
    ("strategy", "options", "message"),
    [
        ("unimodal", {"modality": "nose"}, "'nose' is unknown; the data have m1, m2, m3"),
        ("unimodal", {"modality": 1}, "expected the name of a modality"),
        ("modality_dropout", {"rate": 1}, "modality_dropout: rate=1"),
        ("modality_dropout", {"rat": 0.1}, "did you mean 'rate'"),
        ("ogm_ge", {"alpha": 0}, "ogm_ge: alpha=0"),
        ("ogm_ge", {"noise": True}, "ogm_ge: noise=True"),
        ("ogm_ge", {"scale": "loss"}, "ogm_ge: scale='loss'"),
        ("ogm_ge", {"first_epoch": 0}, "first_epoch=0"),
        ("mla", {"protect": "me"}, "mla: protect='me'"),
        ("mla", {"alpha": 2}, "mla: alpha=2"),
        ("g_blend", {"form": "on"}, "g_blend: form='on'.*'online'"),
        ("g_blend", {"super_epoch": 0}, "super_epoch=0"),
        ("g_blend", {"floor": 0}, "floor=0"),
        ("valuation", {"warm_up": -1}, "warm_up=-1"),
        ("valuation", {"slope": math.inf}, "slope=inf"),
    ],
)
def test_invalid_strategy_options_are_refused_before_a_folder_is_made(easy, tmp_path, strategy, options, message):
    with pytest.raises(ConfigError, match=message):
        trained(easy, strategy, options=options, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_the_unimodal_pass_equals_the_model_on_samples_with_one_modality(ragged, begun, name):
    world = begun(mm.train.strategies.Unimodal(), ragged, name)
    steps = world.model.encode(world.batch)
    output, modality, sample = unimodal_pass(world.model, steps)
    assert sorted(zip(modality.tolist(), sample.tolist(), strict=True)) == [
        (m, i) for m in range(2) for i in range(12) if steps.mask[m, i].any()
    ]
    for m in range(2):
        members = torch.arange(2).eq(m).expand(12, -1)
        expected = world.model(world.batch.masked(members))[sample[modality == m]]
        torch.testing.assert_close(output[modality == m], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("strategy", [name for name in NAMES if name not in COUNTED_ELSEWHERE])
def test_every_strategy_makes_the_passes_that_it_states(easy, begun, strategy, monkeypatch):
    method, M, forwards, backwards = STRATEGIES[strategy].method, len(easy.spec.names), [], []
    assert method.title
    assert method.source
    ready = begun(mm.train.strategies.strategy_of(strategy, OPTIONS.get(strategy)), easy, epoch=3)
    kind = next(k for k in type(ready.model).__mro__ if "fuse_pooled" in vars(k))
    original = kind.fuse_pooled

    def counted(self, pooled, present):
        forwards.append(pooled.shape[1])
        if pooled.requires_grad:
            pooled.register_hook(lambda gradient: backwards.append(len(gradient[0])))
        return original(self, pooled, present)

    monkeypatch.setattr(kind, "fuse_pooled", counted)
    updates = 0
    for update in ready.strategy.updates(ready.batch, ready.rows):
        update.loss.backward()
        updates += 1
    assert updates == method.updates(M)
    samples = len(ready.rows)
    if strategy in REORDERS:  # a batch of repeated samples
        assert sum(forwards) >= method.forwards(M) * samples
        return
    if strategy in FEWER:
        assert (method.forwards(M) - 2) * samples < sum(forwards) <= method.forwards(M) * samples
        assert sum(backwards) == sum(forwards)
        return
    assert sum(forwards) == method.forwards(M) * samples
    assert sum(backwards) == method.backwards(M) * samples


def test_shapley_alternation_states_its_passes_and_its_source():
    method = STRATEGIES["shapley_alternating"].method
    assert (method.forwards(3), method.backwards(3), method.updates(3), method.cost(3)) == (4, 4, 4, 4)
    assert "2506.00030" in method.source
