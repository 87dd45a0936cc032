"""Balanced learning by conditional learning speed: speeds by hand, and a cut that leaves no path from other modalities."""

import math
import sys
from pathlib import Path

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.loop import Loop
from mmviz.train.strategies import Greedy
from mmviz.train.strategies.greedy import bdr, cross_modal_parameters, cut_off, fastest, speed

sys.path.insert(0, str(Path(__file__).parents[1]))
import many_devices


def built(ds, **options):
    return mm.models.build("coupled_mamba", ds.spec, **{"width": 8, "layers": 2, "state": 4, "dropout": 0.0} | options)


def fitted(ds, strategy=None, **options):
    given = {"epochs": 4, "batch_size": 16, "learning_rate": 0.01, "progress": False} | options
    return mm.train.fit(built(ds), ds, strategy=strategy or Greedy(warm_up=1, threshold=0.0), **given)


@pytest.mark.parametrize("options", [{}, {"mix": "none"}, {"coupling": "mean"}])
@pytest.mark.parametrize("data", ["toy", "ragged"])
def test_a_stream_that_is_cut_off_has_no_gradient_from_the_input_of_other_modalities(request, data, options):
    ds = request.getfixturevalue(data)
    model = built(ds, **options)
    steps = model.encode(mm.models.batch.batch_of(ds["train"], range(12)))
    for cut in (-1, 1):
        x = steps.x.detach().requires_grad_()
        with cut_off(model, cut):
            streams = model.streams(type(steps)(x, steps.mask))
        own, others = streams[1], [m for m in range(len(x)) if m != 1]
        (gradient,) = torch.autograd.grad((own * steps.mask[1][..., None]).square().sum(), x, retain_graph=True)
        assert bool((gradient[others] == 0).all()) == (cut == 1)
        assert (gradient[1] != 0).any()
        (other,) = torch.autograd.grad(streams[0].square().sum(), x)
        assert (other[1] != 0).any(), "the other streams still receive from it"
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_cut_stream_is_that_of_the_sample_with_this_modality_only(toy):
    model = built(toy).eval()
    steps = model.encode(mm.models.batch.batch_of(toy["train"], range(6)))
    with cut_off(model, 2):
        found = model.streams(steps)[2]
    alone = model.streams(steps.masked(torch.arange(3).eq(2).expand(6, -1)))[2]
    torch.testing.assert_close(found, alone, rtol=1e-5, atol=1e-6)


def test_the_speed_is_the_squared_gradient_over_the_squared_weight_and_the_bdr_its_logarithm(toy, begun):
    world = begun(Greedy(), toy, "coupled_mamba", layers=2)
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    world.strategy.after_backward(update)
    block, mixer = world.model.blocks, world.model.mixers[0]
    for m in range(3):
        pairs = [(b.coupling.logits[m], b.coupling.logits.grad[m]) for b in block]
        pairs += [(p.chunk(3)[m], p.grad.chunk(3)[m]) for p in mixer.parameters()]
        expected = sum(float(g.square().sum()) for _, g in pairs) / sum(
            float(p.detach().square().sum()) for p, _ in pairs
        )
        assert speed(world.strategy.across[m]) == pytest.approx(expected, rel=1e-5)
        assert float(world.strategy.speeds[0, m]) == pytest.approx(expected, rel=1e-5)
        ratio = expected / speed(world.strategy.own[m])
        assert bdr(world.strategy.speeds)[m] == pytest.approx(math.log10(ratio), rel=1e-5)
        names = {part.name for part in world.strategy.own[m]}
        assert names
        assert not any("mixers" in n or "coupling" in n for n in names)


def test_equal_speeds_never_cut_and_the_modality_above_the_mean_of_the_others_is_cut():
    assert fastest([-1.0, -1.0, -1.0], 0.0) == -1
    assert fastest([-1.0, -0.995], 0.01) == -1
    assert fastest([-1.0, -0.98], 0.01) == 1
    assert fastest([-1.0, -0.5, -0.6], 0.25) == 1
    assert fastest([-1.0, -0.5, -0.6], 0.35) == -1
    assert fastest([math.nan, -0.5, -0.6], 0.05) == 1
    assert fastest([math.nan, -0.5], 0.0) == -1
    assert bdr(torch.tensor([[10.0, 0.0], [1.0, 1.0]]))[0] == 1
    assert math.isnan(bdr(torch.tensor([[10.0, 0.0], [1.0, 1.0]]))[1])


def test_a_cut_lasts_for_its_steps_after_the_warm_up_and_does_not_count_in_the_speeds(toy, begun, monkeypatch):
    monkeypatch.setattr("mmviz.train.strategies.greedy.fastest", lambda value, threshold: 1)
    world = begun(Greedy(warm_up=1, steps=2), toy, "coupled_mamba")
    found, sums = [], []
    for batch in range(9):
        if batch == 2:
            world.strategy.before_epoch(2)
        for update in world.strategy.updates(world.batch, world.rows):
            world.model.zero_grad()
            found.append(world.strategy.cut)
            update.loss.backward()
            world.strategy.after_backward(update)
            sums.append(float(world.strategy.speeds.sum()))
    assert found == [-1, -1, -1, 1, 1, -1, 1, 1, -1]
    grown = [b > a for a, b in zip([0.0, *sums[:-1]], sums, strict=True)]
    assert grown == [cut < 0 for cut in found]


def test_greedy_trains_learns_and_its_cuts_change_the_training(easy):
    run, never = fitted(easy), fitted(easy, Greedy(warm_up=9))
    joint = fitted(easy, "joint")
    assert run.status == "finished"
    assert run.history[-1]["valid_loss"] < run.history[0]["valid_loss"]
    assert run.history[1]["cut/m1"] == 0
    assert sum(run.history[-1][f"cut/{m}"] for m in easy.spec.names) > 0.5
    assert all(math.isfinite(run.history[-1][f"bdr/{m}"]) for m in easy.spec.names)
    assert all(torch.equal(v, never.weights[4][k]) for k, v in joint.weights[4].items())
    assert not all(torch.equal(v, run.weights[4][k]) for k, v in joint.weights[4].items())


def test_a_training_that_stopped_is_resumed_to_the_weights_of_an_undisturbed_one(easy, tmp_path, monkeypatch):
    whole = fitted(easy, out=tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(Loop, "_stopped", lambda self: self.batches_done >= 15)
        fitted(easy, out=tmp_path / "stopped")
    resumed = fitted(easy, resume=tmp_path / "stopped")
    assert all(torch.equal(v, resumed.weights[4][k]) for k, v in whole.weights[4].items())


def test_two_devices_equal_one_with_absent_modalities():
    ds, strategy = many_devices.ragged(), Greedy(warm_up=0, threshold=0.0, steps=2)
    one, two = (many_devices.trained(ds, strategy, epochs=2, **more) for more in ({}, {"devices": 2, "timeout": 60}))
    assert max(one.history[-1][f"cut/{m}"] for m in ds.spec.names) > 0
    for key, value in one.weights[2].items():
        torch.testing.assert_close(value, two.weights[2][key], rtol=0, atol=1e-6)


def test_greedy_trains_one_modality_as_joint_training_does_and_a_regression(single, regression):
    found, joint = fitted(single), fitted(single, "joint")
    assert all(torch.equal(v, found.weights[4][k]) for k, v in joint.weights[4].items())
    assert fitted(regression).status == "finished"


def test_greedy_refuses_models_without_a_learned_path_between_streams_and_invalid_options(toy):
    models = [mm.models.build(name, toy.spec, width=4) for name in ("concat", "late", "transformer")]
    models += [built(toy, coupling="identity", mix="none"), built(toy, coupling="mean", layers=1)]
    for model in models:
        with pytest.raises(ConfigError, match="has no learned path between the streams of its modalities"):
            mm.train.fit(model, toy, epochs=1, strategy=Greedy(), progress=False)
    assert all(cross_modal_parameters(mm.models.build("equilibrium", toy.spec, base="coupled_mamba", width=4)))
    for options, message in (({"threshold": -1}, "threshold=-1"), ({"steps": 0}, "steps=0"), ({"warm_up": 0.5}, "0.5")):
        with pytest.raises(ConfigError, match=message):
            Greedy(**options)
