"""Data of which everything is known: the analyses find who carries what, who says the same, and who says nothing."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.analysis import interactions, shapley, window_shapley
from mmviz.core.errors import ConfigError
from mmviz.plots import shapley_frame


def trained_and_recorded(ds, epochs, strategy="joint"):
    model = mm.models.build("concat", ds.spec, width=16)
    run = mm.train.fit(model, ds, epochs=epochs, strategy=strategy, progress=False)
    return run, mm.record(run, ds["test"], recorded_samples=1)


@pytest.fixture(scope="module")
def unequal():
    """Three modalities: a strong one, a weak one, one of pure noise; a model that has learnt to be without each.

    One that has not misses what a modality is when it is silent, its mere offset, and calls that a contribution.
    """
    ds = mm.data.synthetic(n=600, steps=24, unique=(1.5, 0.75, 0.0), redundant=0, synergistic=0, noise=0.3)
    return ds, *trained_and_recorded(ds, 16, "modality_dropout")


def test_the_order_of_contributions_is_the_true_one_and_noise_has_none(unequal):
    ds, _, trace = unequal
    found = shapley_frame(shapley(trace, value="negative_absolute_error"))
    assert np.argsort(found["mean"].values).tolist() == np.argsort(ds.truth.shapley).tolist() == [2, 1, 0]
    assert found["low"].values[0] > found["high"].values[1], "strong and weak are told apart"
    assert found["low"].values[1] > found["high"].values[2], "weak and noise are told apart"
    assert found["low"].values[2] <= 0 <= found["high"].values[2]


def test_windows_find_the_pulse(unequal):
    ds, run, _ = unequal
    recorded = mm.recording.record_windows(run, ds["test"], recorded_samples=20, windows=3)
    phi = abs(window_shapley(recorded)["phi"]).mean("recorded_sample")
    for m, name in enumerate(ds.spec.names[:2]):
        middle = ds.truth.onset + ds.truth.delays[m] + len(ds.truth.waveform) / 2
        assert int(phi.sel(modality=name).values.argmax()) == int(middle // 8)
    assert float(phi.sel(modality=ds.spec.names[2]).max()) < 0.2 * float(phi.max())


def test_gradients_find_the_channel_that_carries_the_bit(unequal):
    pytest.importorskip("captum", reason="captum is not installed: pip install -e '.[explain]'")
    ds, run, _ = unequal
    recorded = mm.recording.record_attribution(run, ds["test"], recorded_samples=20, steps=16)
    strong = abs(recorded["features"][ds.spec.names[0]]["attribution"]).sum(("recorded_sample", "frame"))
    assert int(strong.values.argmax()) == ds.truth.channels["unique"]


@pytest.mark.parametrize(
    ("bits", "sign"),
    [({"redundant": 0, "synergistic": 1}, 1), ({"redundant": 1, "synergistic": 0}, -1)],
    ids=["xor", "duplicate"],
)
def test_xor_is_synergy_and_a_duplicate_is_redundancy_in_a_trained_model(bits, sign):
    ds = mm.data.synthetic(n=600, modalities=2, steps=24, unique=0, task="classification", noise=0.2, **bits)
    _, trace = trained_and_recorded(ds, 25 if sign > 0 else 10)
    found = interactions(trace)
    assert np.sign(ds.truth.moebius[-1]) == sign
    low, high = float(found["interaction_low"][0]), float(found["interaction_high"][0])
    assert low > 0 if sign > 0 else high < 0
    np.testing.assert_allclose(found["interaction_mean"][0], ds.truth.moebius[-1], atol=0.15)
    np.testing.assert_allclose(shapley(trace)["phi"].mean("sample"), ds.truth.shapley, atol=0.05)


@pytest.fixture(scope="module")
def alone():
    ds = mm.data.synthetic(n=60, modalities=1, steps=16, task="classification")
    return trained_and_recorded(ds, 1)[1]


def test_one_modality_gets_the_whole_difference_and_has_no_pairs(alone):
    phi = shapley(alone)
    np.testing.assert_allclose(phi["phi"].values[:, 0], phi["full"] - phi["baseline"], atol=1e-15)
    assert float(abs(interactions(alone, order=1)["interaction"] - phi["phi"].values).max()) <= 1e-15
    with pytest.raises(ConfigError, match="order=2; give a whole number from 1 to 1"):
        interactions(alone)


def test_a_regression_has_interactions_in_the_units_of_its_value(unequal):
    _, _, trace = unequal
    found = interactions(trace, value="output")
    assert found.attrs["units"] == "the predicted value"
    assert found.attrs["n_samples"] == found.sizes["sample"]
    np.testing.assert_allclose(found["moebius"].sum("coalition"), shapley(trace)["full"], atol=1e-12)


def test_a_slice_with_one_class_is_explained_as_any_other(toy, toy_run):
    split = toy["test"].take(np.flatnonzero(toy["test"].target == 1))
    found = shapley(mm.record(toy_run, split, recorded_samples=1), value="accuracy")
    whole = shapley(mm.record(toy_run, toy["test"], recorded_samples=1), value="accuracy")
    np.testing.assert_array_equal(found["phi"], whole["phi"].values[toy["test"].target == 1])


def test_an_always_absent_modality_contributes_nothing_and_interacts_with_nobody(toy, toy_run):
    split = toy["test"].take(range(6))
    valid = split.valid | {toy.spec.names[1]: np.zeros_like(split.valid[toy.spec.names[1]])}
    split = type(split)(split.name, split.inputs, valid, split.target, split.ids, split.group)
    trace = mm.record(toy_run, split, recorded_samples=1)
    assert float(abs(shapley(trace)["phi"].sel(modality=toy.spec.names[1])).max()) <= 1e-6
    pairs = interactions(trace)
    assert float(abs(pairs["interaction"].where(pairs["subset_members"][:, 1], 0)).max()) <= 1e-6


def test_nan_answers_stay_with_their_sample(trace):
    broken = trace.copy(deep=True)
    broken["coalitions"]["prediction"].values[2, 5] = np.nan
    phi = shapley(broken)["phi"]
    assert np.isnan(phi.values[2]).any()
    assert np.isfinite(np.delete(phi.values, 2, 0)).all()
