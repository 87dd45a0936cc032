"""Lag between modalities: a known delay is found by a trained model, and NaN with a reason where there is none to be found."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models.batch import Steps
from mmviz.recording.cross_modal_lag import exchange_effect

FAST = {"width": 8, "layers": 1, "state": 4}


def data(delay, *, unique=0.0, synergistic=1.0, task="classification"):
    return mm.data.synthetic(
        n=600, modalities=2, steps=24, delays=(0, delay), noise=0.2, seed=0, unique=unique, redundant=0.0, synergistic=synergistic, task=task
    )  # fmt: skip


def trained(ds, epochs=20):
    model = mm.models.build("coupled_mamba", ds.spec, **FAST, seed=0)
    return mm.train.fit(model, ds, epochs=epochs, learning_rate=1e-2, progress=False)


@pytest.fixture(scope="module")
def delayed():
    ds = data(9)
    return trained(ds), ds


def test_a_known_delay_is_found_within_one_step_with_opposite_sign_in_the_other_direction(delayed):
    run, ds = delayed
    found = mm.recording.cross_modal_lag(run, ds["test"])
    assert abs(float(found["lag"][1, 0]) - 9) <= 1
    assert float(found["lag"].sel(target_modality="m1", source_modality="m2")) == -float(found["lag"][1, 0])
    assert found["reason"].values.tolist() == [["the same modality", ""], ["", "the same modality"]]
    assert np.isnan(found["lag"].values.diagonal()).all()
    onset, late = ds.truth.onset, ds.truth.onset + 9
    assert onset <= int(found["profile"].values[0].argmax()) < onset + 8
    assert late <= int(found["profile"].values[1].argmax()) < late + 8
    np.testing.assert_allclose(found["total"], found["profile"].sum("time"), rtol=1e-6)


def test_no_lag_is_given_for_an_untrained_model_with_the_reason(delayed):
    run, ds = delayed
    found = mm.recording.cross_modal_lag(run, ds["test"], epoch=0)
    assert np.isnan(found["lag"]).all()
    assert all(found["reason"].values.ravel())


def test_no_lag_is_given_for_a_modality_of_noise_which_is_named():
    ds = data(9, unique=[1.0, 0.0], synergistic=0.0)
    found = mm.recording.cross_modal_lag(trained(ds, 5), ds["test"])
    assert np.isnan(found["lag"]).all()
    assert "m2 has no effect" in str(found["reason"].values[1, 0]) or "resamples have this lag" in str(
        found["reason"].values[1, 0]
    )


def test_a_regression_without_a_delay_has_lag_0():
    ds = data(0, unique=1.0, synergistic=0.0, task="regression")
    found = mm.recording.cross_modal_lag(trained(ds, 10), ds["test"])
    assert abs(float(found["lag"][1, 0])) <= 1


def test_the_effect_of_an_exchanged_step_is_the_drop_of_the_logit_difference_and_respects_the_masks():
    """A product of two steps, whose differences are known in closed form; donors of invalid steps change nothing."""
    rng = torch.Generator().manual_seed(0)
    x, mask = torch.randn(2, 5, 6, 1, generator=rng), torch.ones(2, 5, 6, dtype=torch.bool)
    mask[0, 3, 1] = False
    x = torch.where(mask[..., None], x, 0.0)

    def fuse(steps):
        product = steps.x[0, :, 1, 0] * steps.x[1, :, 4, 0]
        return torch.stack([product, -product], -1)

    model = SimpleNamespace(spec=SimpleNamespace(task=SimpleNamespace(kind="classification")), fuse=fuse)
    found = exchange_effect(model, Steps(x, mask), np.array([2]))
    donor = [2, 3, 4, 0, 1]
    a, b = x[0, :, 1, 0].numpy(), x[1, :, 4, 0].numpy()
    for m, t, mine, other in ((0, 1, a, b), (1, 4, b, a)):
        there = np.array([bool(mask[m, i, t] & mask[m, donor[i], t]) for i in range(5)])
        new = np.where(there, mine[donor], mine) * other
        expected = 2 * np.sign(a * b + 1e-30) * (a * b - new)
        np.testing.assert_allclose(found[:, m, t], expected, atol=1e-6)
    found[:, 0, 1] = found[:, 1, 4] = 0
    assert not found.any()


def test_too_few_samples_and_wrong_options_are_refused(delayed, toy_run, toy):
    run, ds = delayed
    with pytest.raises(ConfigError, match="18 samples, at least 20"):
        mm.recording.cross_modal_lag(toy_run, toy["test"])
    for options, message in (
        ({"samples": 5}, "at least 20"),
        ({"donors": 0}, "donors=0"),
        ({"stability": 2}, "at most 1"),
    ):
        with pytest.raises(ConfigError, match=message):
            mm.recording.cross_modal_lag(run, ds["test"], **options)
    with pytest.raises((ConfigError, DataError)):
        mm.recording.cross_modal_lag(run, toy["train"])


def test_a_static_modality_has_no_lag():
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 60)
    inputs = {
        "moving": rng.normal(size=(60, 8, 2)) + target[:, None, None],
        "still": rng.normal(size=(60, 1, 2)) + target[:, None, None],
    }
    rows = {"train": slice(0, 30), "valid": slice(30, 38), "test": slice(38, 60)}
    ds = mm.data.from_arrays(
        {s: {n: x[r] for n, x in inputs.items()} for s, r in rows.items()},
        {s: target[r] for s, r in rows.items()},
        classes=["a", "b"],
        name="static",
    )
    found = mm.recording.cross_modal_lag(trained(ds, 1), ds["test"], donors=1, resamples=5)
    assert found["reason"].values[0, 1] == "a static modality has no time axis"
