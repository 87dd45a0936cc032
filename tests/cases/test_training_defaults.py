"""What the strategies do by default, held against what their sources publish, and the small print of a training."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.models.layers import StackedCausalConv
from mmviz.train.config import TrainConfig
from mmviz.train.sampling import hold_out
from mmviz.train.strategies import OgmGe
from mmviz.train.strategies.base import Training
from mmviz.train.strategies.ogm_ge import noisy_parameters

SMALL = {"width": 8, "layers": 1, "state": 4}


@pytest.fixture(scope="module")
def signals():
    return mm.data.synthetic(n=120, steps=16, seed=4, noise=0.5, task="classification")


def built(ds, name="coupled_mamba", **options):
    layered = name in ("coupled_mamba", "late", "alignmamba", "alignmamba2")
    return mm.models.build(name, ds.spec, **({**SMALL} if layered else {"width": 4 if name == "tfn" else 8}) | options)


def gradients_that_change(ds, options, name="coupled_mamba"):
    """Return the names of the parameters whose gradient the strategy changes, with coefficients of 1: by noise alone."""
    strategy, model = OgmGe(**options), built(ds, name, dropout=0.0)
    seen, held = hold_out(ds["train"], 8, 0)
    strategy.begin(Training(model, TrainConfig(), seen, held, torch.device("cpu"), np.random.default_rng(0)))
    strategy.before_epoch(1)
    update = next(strategy.updates(batch_of(seen, range(12)), np.arange(12)))
    strategy.coefficients = [1.0] * len(ds.spec.names)
    update.loss.backward()
    before = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    strategy.after_backward(update)
    return {n for n, p in model.named_parameters() if n in before and not torch.equal(before[n], p.grad)}


def test_by_default_ogm_ge_disturbs_convolution_weights_only_as_the_published_code_does(signals):
    assert gradients_that_change(signals, {}) == {"blocks.0.conv.weight"}


@pytest.mark.parametrize("name", mm.models.available())
def test_ogm_ge_never_disturbs_a_norm_a_bias_a_decay_rate_or_a_step_size_by_default(signals, name):
    changed = gradients_that_change(signals, {}, name)
    assert not [n for n in changed if "norm" in n or "bias" in n or "A_log" in n or n.endswith(".D") or ".dt." in n]
    model = built(signals, name)
    kinds = (StackedCausalConv, nn.Conv1d, nn.Conv2d)
    convolutions = {f"{n}.weight" for n, m in model.named_modules() if isinstance(m, kinds)}
    assert changed <= convolutions


def test_noise_on_weights_leaves_norms_biases_rates_and_step_sizes_and_noise_on_all_does_not(signals):
    weights = gradients_that_change(signals, {"noise_on": "weights"})
    assert {"blocks.0.conv.weight", "blocks.0.into.weight", "encoders.encoders.0.net.0.weight"} <= weights
    assert not [n for n in weights if "norm" in n or "bias" in n or "A_log" in n or n.endswith(".D") or ".dt." in n]
    everything = gradients_that_change(signals, {"noise_on": "all"})
    assert {"blocks.0.A_log", "blocks.0.D", "blocks.0.dt.weight", "blocks.0.norm.weight"} <= everything
    assert weights < everything
    assert not gradients_that_change(signals, {"noise": "none", "noise_on": "all"})


def test_a_model_without_a_convolution_gets_no_noise_by_default(signals):
    assert not noisy_parameters(built(signals, "concat"), "convolutions")
    assert not gradients_that_change(signals, {}, "concat")


def test_where_noise_goes_is_checked_and_is_kept_in_the_run(signals):
    with pytest.raises(ConfigError, match=r"noise_on='norms'.* 'convolutions', 'weights', 'all'"):
        OgmGe(noise_on="norms")
    run = mm.train.fit(built(signals), signals, epochs=1, strategy="ogm_ge", progress=False)
    assert run.info["train"]["strategy_options"]["noise_on"] == "convolutions"
    assert run.info["train"]["strategy_options"]["noise"] == "all"


@pytest.mark.parametrize("split", ["train", "valid"])
def test_a_split_without_samples_is_refused_and_never_returns_the_untrained_model(signals, tmp_path, split):
    empty = signals[split].take(np.array([], dtype=int))
    ds = dataclasses.replace(signals, splits=dict(signals.splits) | {split: empty})
    with pytest.raises(ConfigError, match=f"split '{split}' of .* holds no sample; name another with {split}="):
        mm.train.fit(built(ds, "concat"), ds, epochs=1, out=tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("split", ["train", "valid"])
def test_a_split_of_a_single_sample_is_trained_and_validated(signals, split):
    ds = dataclasses.replace(signals, splits=dict(signals.splits) | {split: signals[split].take([0])})
    run = mm.train.fit(built(ds, "concat"), ds, epochs=2, progress=False)
    assert run.status == "finished"
    assert run.best_epoch > 0
    assert all(np.isfinite(row["valid_loss"]) for row in run.history)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_any_batch_size_trains_every_sample_and_no_weight_becomes_undefined(signals, size):
    run = mm.train.fit(built(signals), signals, epochs=1, batch_size=size, progress=False)
    assert run.status == "finished"
    assert all(torch.isfinite(v).all() for v in run.weights[1].values())
