"""MM-SHAP and the conditional utilisation rate: closed forms of modules whose windows and messages are known, and the table of all measures."""

import numpy as np
import pytest
import torch
import xarray as xr
from bit_tasks import A, B, run_and_split, smooth
from torch import nn

import mmviz as mm
from mmviz import analysis
from mmviz.core.errors import ConfigError, DataError

STEPS = 3


class Sequence(nn.Module):
    """One value from two sequences: ``added``, ``first`` only, or the ``product`` of their sums."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.weight = nn.Parameter(torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]]))

    def forward(self, values):
        a, b = (values[name][..., 0] for name in ("a", "b"))
        if self.kind == "product":
            return a.sum(1) * b.sum(1)
        found = (a * self.weight[0]).sum(1)
        return found if self.kind == "first" else found + (b * self.weight[1]).sum(1)


def windows_of(kind, windows=STEPS, copies=False):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(12, STEPS, 1))
    inputs = {"a": a, "b": a.copy() if copies else rng.normal(size=(12, STEPS, 1))}
    ds = mm.data.from_arrays(
        {"train": inputs, "test": inputs},
        {s: rng.normal(size=12) for s in ("train", "test")},
        task="regression",
        name="steps",
    )
    run = mm.train.as_run(mm.models.adapt(Sequence(kind), ds.spec, missing="zeros"), seed=0)
    trace = mm.record(run, ds["test"], recorded_samples=2, attribution=None)
    found = mm.recording.record_windows(run, ds["test"], recorded_samples=list(range(12)), windows=windows)
    return mm.trace.with_measures(trace, {"window_game": found}), inputs


def test_mm_shap_of_an_additive_module_is_the_share_of_its_known_effects():
    trace, inputs = windows_of("added")
    weight = Sequence("added").weight.detach().numpy()
    effect = np.stack([inputs[name][..., 0] * weight[m] for m, name in enumerate("ab")], 1)  # sample modality step
    share = np.abs(effect).sum(-1) / np.abs(effect).sum((1, 2))[:, None]
    found = analysis.mm_shap(trace)
    np.testing.assert_allclose(found["sample_share"].values, share, atol=1e-5)
    np.testing.assert_allclose(found["sample_signed"].values, effect.sum(-1), atol=1e-5)
    np.testing.assert_allclose(found["share"].sel(statistic="mean"), share.mean(0), atol=1e-5)
    assert found["share"].sel(statistic="mean").sum().item() == pytest.approx(1)


def test_mm_shap_of_an_ignored_modality_is_0_and_of_a_product_of_two_windows_one_half():
    found = analysis.mm_shap(windows_of("first")[0])
    np.testing.assert_allclose(found["share"].sel(statistic="mean"), [1, 0], atol=1e-6)
    found = analysis.mm_shap(windows_of("product", windows=1)[0])
    np.testing.assert_allclose(found["sample_share"], 0.5, atol=1e-5)
    assert found["interval"].values[0].startswith(("95 %", "no interval"))


def test_mm_shap_of_symmetric_copies_is_one_half_and_signed_sums_add_up_to_the_output():
    found = analysis.mm_shap(windows_of("product", copies=True)[0])
    np.testing.assert_allclose(found["sample_share"], 0.5, atol=1e-5)
    total = found["sample_signed"].sum("modality")
    np.testing.assert_allclose(total, found["full"] - found["baseline"], atol=1e-5)
    with pytest.raises(ConfigError, match="compares with labels"):
        analysis.mm_shap(windows_of("first")[0], value="negative_absolute_error")


def utilised(b, y, table, **options):
    run, split = run_and_split(A, b, y, table, **options)
    ds = mm.data.from_arrays(
        {s: {name: np.asarray(x) for name, x in split.inputs.items()} for s in ("train", "test")},
        dict.fromkeys(("train", "test"), split.target),
        classes=[str(k) for k in range(table.shape[-1])],
        name="bits",
    )
    trace = mm.record(run, ds["test"], recorded_samples=2, attribution=None)
    return mm.trace.with_measures(trace, {"utilisation": mm.recording.record_utilisation(run, ds)})


def test_the_utilisation_rate_is_0_without_use_one_half_for_a_needed_bit_and_negative_for_harm():
    found = analysis.conditional_utilisation(utilised(B, A, smooth(2, lambda a, b: a)))
    np.testing.assert_allclose(
        found["rate"].sel(statistic="mean").values[-1], [0.5, 0]
    )  # the mean of a fair bit reads as 0
    harm = np.tile([1, 1, 1, 0], 4)
    found = analysis.conditional_utilisation(utilised(harm, A, smooth(2, lambda a, b: a & (1 - b))))
    assert found["rate"].sel(modality="b", statistic="mean").values[-1] <= 1
    always = utilised(np.tile([1, 1, 1, 0], 4), A, smooth(2, lambda a, b: a ^ b))
    found = analysis.conditional_utilisation(always)
    accuracy = found["accuracy"].sel(statistic="mean").values[-1]
    cut = found["cut_accuracy"].sel(modality="b").values[-1]
    assert found["rate"].sel(modality="b", statistic="mean").values[-1] == pytest.approx((accuracy - cut) / accuracy)
    assert "difference" in found


def test_the_utilisation_rate_of_a_late_fusion_follows_its_epochs_and_a_regression_is_refused(toy, toy_run, regression):
    trace = mm.record(toy_run, toy["test"], recorded_samples=2)
    found = mm.recording.record_utilisation(toy_run, toy, epochs=[0, 2])
    measured = analysis.conditional_utilisation(mm.trace.with_measures(trace, {"utilisation": found}))
    assert measured["epoch"].values.tolist() == sorted({0, 2, toy_run.best_epoch})
    at = measured["epoch"].values.tolist().index(toy_run.best_epoch)
    right = toy_run.predict(toy["test"]).argmax(1) == toy["test"].target
    assert measured["accuracy"].sel(statistic="mean").values[at] == pytest.approx(right.mean())
    run = mm.train.fit(mm.models.build("late", regression.spec, width=8), regression, epochs=1, progress=False)
    trace = mm.record(run, regression["test"], recorded_samples=2)
    trace = mm.trace.with_measures(trace, {"utilisation": mm.recording.record_utilisation(run, regression)})
    with pytest.raises(DataError, match="a ratio of accuracies"):
        analysis.conditional_utilisation(trace)
    with pytest.raises(ConfigError, match="no split 'tset'"):
        mm.recording.record_utilisation(toy_run, toy, split="tset")


def test_an_accuracy_of_0_has_no_rate():
    found = analysis.conditional_utilisation(utilised(B, 1 - A, smooth(2, lambda a, b: a)))
    assert np.isnan(found["rate"].values).all()
    assert found["accuracy"].sel(statistic="mean").values[-1] == 0


@pytest.fixture(scope="module")
def everything(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=2)
    return mm.trace.with_measures(
        trace, mm.recording.record_measures(toy_run, toy, passes=125, draws=3, window_samples=6)
    )


def test_the_table_holds_every_measure_with_its_object_meaning_limits_and_interval(everything):
    found = analysis.measures(everything)
    table = found.mmviz.to_pandas()
    assert set(table["object"]) == {"data", "model", "geometry"}
    for name in ("PID of the predictions", "EMAP gap", "Perceptual score", "SHAPE cooperation", "InterSHAP", "MM-SHAP",
                 "Conditional utilisation rate", "Modality gap", "Which modality"):  # fmt: skip
        assert name in set(table["measure"]), name
    known = np.isfinite(table["value"])
    assert known.sum() > 20
    assert (table["interval"].str.len() > 0).all()
    assert (table["meaning"].str.len() > 20).all()
    assert (table.loc[known, "limits"].str.len() > 20).all()
    without = known & ~np.isfinite(table["low"])
    assert table.loc[without, "interval"].str.startswith("no interval").all()
    assert table.loc[~known, "interval"].str.startswith("no value: ").all()
    assert (table.loc[table["measure"] == "MM-SHAP", "value"].sum()) == pytest.approx(1)


def test_each_value_of_the_table_is_that_of_its_own_analysis(everything):
    found = analysis.measures(everything)

    def values(measure):
        return found["value"].values[found["measure"].values == measure]

    np.testing.assert_array_equal(
        values("Perceptual score"), analysis.perceptual_score(everything)["score"].sel(statistic="mean")
    )
    np.testing.assert_array_equal(values("MM-SHAP"), analysis.mm_shap(everything)["share"].sel(statistic="mean"))
    gap = analysis.modality_gap(everything).sel(representation="pooled")
    np.testing.assert_array_equal(values("Modality gap"), gap["gap"].sel(statistic="mean"))
    np.testing.assert_array_equal(
        found["reference"].values[found["measure"].values == "Modality gap"], gap["null_high"]
    )


def test_a_trace_without_recordings_has_rows_with_the_reason_and_still_those_of_its_coalitions(recorded):
    found = analysis.measures(recorded)
    reasons = dict(zip(found["measure"].values, found["interval"].values, strict=True))
    assert "mmviz.recording.record_measures" in reasons["EMAP gap"]
    assert np.isfinite(found["value"].values[found["measure"].values == "SHAPE cooperation"]).all()


def test_what_a_model_does_not_allow_is_a_reason_in_the_recordings_and_in_the_table():
    run, _ = run_and_split(A, B, A, smooth(2, lambda a, b: a))
    inputs = {"a": A.astype(float)[:, None, None], "b": B.astype(float)[:, None, None]}
    ds = mm.data.from_arrays(
        {"train": inputs, "test": inputs}, {"train": A, "test": A}, classes=["0", "1"], name="bits"
    )
    found = mm.recording.record_measures(run, ds, draws=2, window_samples=4)
    assert "user's module whose features are unknown" in found["features"]
    assert all(
        isinstance(found[name], xr.Dataset) for name in ("product_grid", "permutations", "window_game", "utilisation")
    )
    trace = mm.trace.with_measures(mm.record(run, ds["test"], recorded_samples=2, attribution=None), found)
    table = analysis.measures(trace)
    reason = table["interval"].values[table["measure"].values == "Modality gap"][0]
    assert "it was not recorded: record_features" in reason
    with pytest.raises(ConfigError, match="no split 'tets'"):
        mm.recording.record_measures(run, ds, split="tets")


def test_features_of_a_trace_are_those_of_the_model_and_absent_modalities_are_left_out(ragged, ragged_run):
    trace = mm.record(ragged_run, ragged["test"], recorded_samples=2)
    group = mm.recording.record_features(ragged_run, ragged["test"])
    present = group["present"].values
    assert not present.all()
    found = analysis.modality_gap(mm.trace.with_measures(trace, {"features": group}), permutations=20)
    assert (found["count"].values == present.all(0).sum()).all()
    assert found["gap"].sel(statistic="mean").values.min() >= 0
