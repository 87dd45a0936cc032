"""Contributions while training: exact, on samples no update sees, from one pass of the encoders, at a cost that is noted."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.metrics.imbalance import deviations, edm, edm_share, imbalance_e1, imbalance_e2, imbalance_e3
from mmviz.metrics.shapley import shapley_values
from mmviz.models import batch_of
from mmviz.models.fusions.pooled import Average
from mmviz.train.contributions import ContributionEstimator, ContributionMonitor, difference_error
from mmviz.train.sampling import hold_out

KINDS = ("accuracy", "probability", "negative_loss", "sample_level")


def model_of(ds, name="average", **options):
    return mm.models.build(name, ds.spec, **{"width": 8, **options})


def meter_of(ds, split="valid", **options):
    return ContributionEstimator(ContributionMonitor(**options), ds[split], ds.spec, torch.device("cpu"))


def by_hand(model, batch, value):
    """Shapley values by permutations, from one call of the whole model for every subset."""
    M = len(batch.names)

    def subset_values(members):
        keep = torch.tensor([m in members for m in range(M)]).expand(len(batch), -1)
        with torch.no_grad():
            p = model.eval()(batch.masked(keep)).double().softmax(-1)
        right = (p.argmax(-1) == batch.target).double()
        truth = p.gather(1, batch.target[:, None])[:, 0]
        found = {
            "accuracy": right,
            "probability": truth,
            "negative_loss": truth.log(),
            "sample_level": len(members) * right,
        }
        return float(found[value].mean())

    phi = np.zeros(M)
    for order in itertools.permutations(range(M)):
        for place, m in enumerate(order):
            phi[m] += (subset_values(set(order[: place + 1])) - subset_values(set(order[:place]))) / math.factorial(M)
    return phi


@pytest.mark.parametrize("value", KINDS)
def test_contributions_equal_the_mean_marginal_value_over_all_orders(toy, value):
    model = model_of(toy)
    measured = meter_of(toy, value=value).estimate(model)
    expected = by_hand(model, batch_of(toy["valid"]), value)
    np.testing.assert_allclose(measured.contribution, expected, atol=1e-6)


@pytest.mark.parametrize("name", mm.models.available())
def test_contributions_of_every_model_sum_to_the_full_value_minus_the_baseline(toy, name):
    small = {"tfn": {"width": 4}}.get(name, {})
    measured = meter_of(toy, value="probability").estimate(model_of(toy, name, **small))
    np.testing.assert_allclose(measured.contribution.sum(), measured.game[-1] - measured.game[0], atol=1e-12)
    assert np.array_equal(measured.contribution, shapley_values(measured.game))


def test_contributions_equal_those_of_the_analysis_of_a_trace(toy, toy_run):
    trace = mm.record(toy_run, toy["valid"], recorded_samples=1, epochs=[toy_run.best_epoch], influence=False)
    for value, theirs in (("accuracy", "accuracy"), ("probability", "probability")):
        measured = meter_of(toy, value=value).estimate(toy_run.model)
        phi = mm.analysis.shapley(trace, value=theirs)["phi"].mean("sample")
        np.testing.assert_allclose(measured.contribution, phi, atol=1e-6)
    found = mm.analysis.imbalance(trace)
    row = meter_of(toy).estimate(toy_run.model).row(toy.spec.names)
    for key in ("E1", "E2", "E3"):
        np.testing.assert_allclose(row[key], found[key], atol=1e-6, equal_nan=True)
    np.testing.assert_allclose([row[f"deviation/{n}"] for n in toy.spec.names], found["deviation"], atol=1e-6)


def test_the_encoders_run_once_for_all_subsets(toy):
    model, calls = model_of(toy), []
    model.encoders.register_forward_hook(lambda *_: calls.append(1))
    meter_of(toy).estimate(model)
    assert calls == [1]


def test_estimating_contributions_keeps_mode_and_random_state(toy):
    model = model_of(toy).train()
    before = torch.get_rng_state()
    meter_of(toy).estimate(model)
    assert model.training
    assert torch.equal(torch.get_rng_state(), before)


def test_smoothed_contributions_are_a_bias_corrected_exponential_mean(toy):
    meter, models = meter_of(toy, value="probability", smoothing=0.9), [model_of(toy, seed=s) for s in range(3)]
    seen = [meter.estimate(m) for m in models]
    weight = np.array([0.81, 0.9, 1.0])
    expected = (weight[:, None] * [m.contribution for m in seen]).sum(0) / weight.sum()
    np.testing.assert_allclose(seen[-1].smoothed, expected, atol=1e-12)
    np.testing.assert_allclose(seen[0].smoothed, seen[0].contribution, rtol=1e-12)


def test_the_standard_error_of_a_difference_is_that_of_the_paired_values_of_the_samples(toy):
    each = np.random.default_rng(0).normal(size=(50, 3)) * [1, 2, 3]
    error = difference_error(each)
    for a, b in itertools.product(range(3), repeat=2):
        assert error[a, b] == pytest.approx(np.std(each[:, a] - each[:, b], ddof=1) / math.sqrt(50), abs=1e-15)
    assert np.isnan(difference_error(each[:1])).all()
    measured = meter_of(toy, value="probability").estimate(model_of(toy))
    assert int(measured.samples) == len(toy["valid"])
    assert measured.error.shape == (3, 3)
    assert (measured.error[~np.eye(3, dtype=bool)] > 0).all()


def test_a_modality_that_is_always_absent_has_the_contribution_zero(toy):
    split = toy["valid"]
    valid = {**split.valid, "m2": np.zeros_like(split.valid["m2"])}
    meter = ContributionEstimator(
        ContributionMonitor(value="probability"), dataclasses.replace(split, valid=valid), toy.spec, torch.device("cpu")
    )
    measured = meter.estimate(model_of(toy))
    assert measured.contribution[1] == 0
    assert np.all(measured.contribution[[0, 2]] != 0)


def test_a_held_out_subset_of_one_class_gives_a_warning(toy):
    one = toy["valid"].take(np.flatnonzero(toy["valid"].target == 1))
    with pytest.warns(UserWarning, match="held-out samples are of one class"):
        meter = ContributionEstimator(ContributionMonitor(value="probability"), one, toy.spec, torch.device("cpu"))
    assert np.isfinite(meter.estimate(model_of(toy)).contribution).all()


def test_a_subset_that_the_model_cannot_predict_from_is_named(toy):
    class Picky(Average):
        def fuse_pooled(self, pooled, present):
            if bool((present[1] & ~present[0] & ~present[2]).any()):
                raise RuntimeError("no answer from m2")
            return super().fuse_pooled(pooled, present)

    model = model_of(toy)
    model.__class__ = Picky
    with pytest.raises(ConfigError, match=r"fails for sample .* with m2 only.*no answer from m2"):
        meter_of(toy).estimate(model)


def test_a_prediction_that_is_not_finite_gives_nan_contributions_and_keeps_the_running_mean(toy):
    meter, good, bad = meter_of(toy, value="probability"), model_of(toy), model_of(toy)
    first = meter.estimate(good)
    with torch.no_grad():
        next(bad.head.parameters()).fill_(math.nan)
    second = meter.estimate(bad)
    assert np.isnan(second.contribution).all()
    assert np.array_equal(second.smoothed, first.smoothed)


def test_the_history_with_monitor_holds_contributions_imbalance_and_cost(toy):
    run = mm.train.fit(model_of(toy), toy, epochs=2, monitor=True, progress=False)
    names = toy.spec.names
    for row in run.history:
        phi = np.array([row[f"contribution/{n}"] for n in names])
        alone = np.array([row[f"unimodal_score/{n}"] for n in names])
        np.testing.assert_allclose([row["E1"], row["E2"]], [imbalance_e1(phi), imbalance_e2(phi)])
        np.testing.assert_allclose(row["E3"], imbalance_e3(alone))
        np.testing.assert_allclose([row["EDM"], row["EDM_share"]], [edm(phi), edm_share(phi)])
        assert row["contribution_samples"] == len(hold_out(toy["train"], 0, 0)[1])
        np.testing.assert_allclose([row[f"deviation/{n}"] for n in names], deviations(phi))
        np.testing.assert_allclose(phi.sum(), row["value_full_model"] - row["value_baseline"], atol=1e-12)
    assert 0 < run.history[1]["cost_share"] < 1
    assert run.history[1]["cost_share"] == run.history[1]["seconds_monitor"] / run.history[1]["seconds"]
    trace = mm.record(run, toy["test"], recorded_samples=2, coalitions=False)
    assert trace["history"]["contribution"].dims == ("epoch", "modality")


def test_monitor_every_second_epoch_has_no_entries_in_the_others(toy):
    run = mm.train.fit(model_of(toy), toy, epochs=3, monitor=ContributionMonitor(every=2), progress=False)
    assert ["E1" in row for row in run.history] == [True, False, True, False]


def test_monitor_changes_only_the_samples_that_are_trained_on(toy):
    run = mm.train.fit(model_of(toy), toy, epochs=2, monitor=True, seed=3, progress=False)
    rest = mm.data.Dataset(toy.spec, {**toy.splits, "train": hold_out(toy["train"], 0, 3)[0]}, toy.report)
    same = mm.train.fit(model_of(toy), rest, epochs=2, seed=3, progress=False)
    assert all(torch.equal(run.weights[2][k], v) for k, v in same.weights[2].items())


def test_monitor_options_are_saved_and_loaded(toy, tmp_path):
    run = mm.train.fit(
        model_of(toy),
        toy,
        epochs=1,
        monitor=ContributionMonitor(value="probability"),
        held_out=9,
        out=tmp_path / "r",
        progress=False,
    )
    again = mm.train.load(tmp_path / "r")
    assert again.info == run.info
    assert again.info["train"]["monitor"] == {"value": "probability", "every": 1, "smoothing": 0.9}
    assert str(again.history) == str(run.history)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"monitor": 3}, "expected True, False"),
        ({"monitor": True, "held_out": 60}, "held_out=60 of the .* samples"),
        ({"held_out": -1}, "held_out=-1;"),
    ],
)
def test_fit_and_monitor_refuse_invalid_options_before_a_folder_is_made(toy, tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.train.fit(model_of(toy), toy, out=tmp_path / "run", progress=False, **options)
    assert not (tmp_path / "run").exists()
    for wrong in ({"value": "acuracy"}, {"every": 0}, {"smoothing": 1.0}):
        with pytest.raises(ConfigError, match="ContributionMonitor: "):
            ContributionMonitor(**wrong)


def test_monitor_refuses_one_modality_and_a_value_function_of_another_task(regression):
    single = mm.data.synthetic(n=40, modalities=1, steps=24, task="classification")
    with pytest.raises(ConfigError, match="M = 1"):
        mm.train.fit(model_of(single), single, monitor=True, progress=False)
    with pytest.raises(ConfigError, match="choose negative_loss"):
        mm.train.fit(model_of(regression), regression, monitor=ContributionMonitor(value="accuracy"), progress=False)


def test_monitor_of_a_regression_uses_the_negative_loss(regression):
    run = mm.train.fit(model_of(regression), regression, epochs=1, monitor=True, progress=False)
    assert run.history[1]["value_full_model"] < 0


def test_hold_out_is_stratified_disjoint_and_repeatable(toy):
    rest, held = hold_out(toy["train"], 16, 0)
    assert len(held) == 16
    assert not set(rest.ids) & set(held.ids)
    assert set(rest.ids) | set(held.ids) == set(toy["train"].ids)
    share = (toy["train"].target == 1).mean()
    assert abs((held.target == 1).sum() - 16 * share) <= 1
    assert hold_out(toy["train"], 16, 0)[1].ids.tolist() == held.ids.tolist()
    assert hold_out(toy["train"], 16, 1)[1].ids.tolist() != held.ids.tolist()


def test_hold_out_of_a_set_on_disk_reads_only_the_subset_and_trains_equally(toy, tmp_path):
    stored = mm.data.from_disk(mm.data.to_disk(toy, tmp_path / "set"))
    rest, held = hold_out(stored["train"], 0, 0)
    assert type(held.inputs["m1"]) is np.ndarray
    assert "rows of" in repr(rest.inputs["m1"])
    np.testing.assert_array_equal(rest.inputs["m1"], hold_out(toy["train"], 0, 0)[0].inputs["m1"])
    for options in ({}, {"bucket": 2}):
        a, b = (mm.train.fit(model_of(d), d, epochs=1, monitor=True, progress=False, **options) for d in (toy, stored))
        assert all(torch.equal(a.weights[1][k], v) for k, v in b.weights[1].items())
