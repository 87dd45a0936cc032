"""Small samples, equal values, ties and undefined scores: no p-value and no interval claims more than the numbers hold."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import mmviz as mm
from mmviz.core.intervals import bootstrap_interval, mean_interval, share_interval
from mmviz.metrics import accuracy, classification, f1, pearson
from mmviz.studies import table
from mmviz.studies.significance import holm, paired, signed_rank_p, summary


def sign_flip_p(differences):
    """The exact two-sided sign-flip test of the mean, by all assignments of signs."""
    flips = [abs(sum(s * d for s, d in zip(signs, differences, strict=True))) for signs in _signs(len(differences))]
    return np.mean([f >= abs(sum(differences)) - 1e-12 for f in flips])


def signed_rank_by_counting(differences):
    d = [x for x in differences if x != 0]
    rank = stats.rankdata(np.abs(d))
    found = sum(r for r, x in zip(rank, d, strict=True) if x > 0)
    every = [sum(r for r, s in zip(rank, signs, strict=True) if s > 0) for signs in _signs(len(d))]
    return min(1.0, 2 * min(np.mean([e <= found for e in every]), np.mean([e >= found for e in every])))


def _signs(count):
    return list(itertools.product((-1, 1), repeat=count))


@pytest.mark.parametrize("n", [2, 3, 5, 10])
@pytest.mark.parametrize("step", [0.125, -0.02, 1e-6])
def test_equal_differences_that_are_not_zero_have_the_p_value_of_the_exact_sign_flip_test(n, step):
    found = paired(np.full(n, step), 0.95)
    assert found["p_t"] == pytest.approx(2.0 ** (1 - n)) == pytest.approx(sign_flip_p([step] * n))
    assert found["p_wilcoxon"] == pytest.approx(2.0 ** (1 - n))
    assert found["difference"] == pytest.approx(step)
    assert math.isnan(found["difference_low"])
    assert math.isnan(found["difference_high"])


def test_differences_that_are_equal_up_to_rounding_are_equal():
    scores = np.array([0.1, 0.2, 0.3, 0.4])
    found = paired((scores + 0.3) - scores, 0.95)
    assert found["p_t"] == 1 / 8
    assert found["p_wilcoxon"] == 1 / 8


@pytest.mark.parametrize("differences", [np.zeros(5), np.array([0.0, -1e-17, 1e-17])])
def test_no_difference_at_all_has_p_value_one(differences):
    found = paired(differences, 0.95)
    assert found["p_t"] == 1
    assert found["p_wilcoxon"] == 1


@pytest.mark.parametrize("differences", [[], [0.1], [0.1, math.nan, 0.2], [math.inf, 0.1]])
def test_too_few_pairs_or_a_difference_that_is_not_finite_have_no_p_value(differences):
    with np.errstate(invalid="ignore"):
        found = paired(np.array(differences, dtype=float), 0.95)
    assert math.isnan(found["p_t"])
    assert math.isnan(found["p_wilcoxon"])


@pytest.mark.parametrize(
    "differences",
    [[0.1, 0.1, 0.1, 0.1, 0.2], [1, -1, 2, 2, 3, -2], [0, 0, 1, 2, 3, 4, 5], [0.1, 0.1, 0.1, 0.1], [1, -1], [5.0]],
)
def test_signed_ranks_with_ties_and_zeros_are_counted_exactly(differences):
    assert signed_rank_p(np.array(differences, dtype=float)) == pytest.approx(signed_rank_by_counting(differences))


def test_signed_ranks_without_ties_are_scipys_at_every_size():
    rng = np.random.default_rng(0)
    for n in (3, 8, 25, 50, 51, 80):
        d = rng.normal(0.2, 1, n)
        assert signed_rank_p(d) == pytest.approx(stats.wilcoxon(d).pvalue, rel=1e-9)


def test_a_p_value_that_is_undefined_counts_as_a_test_in_holms_family():
    np.testing.assert_allclose(holm(np.array([0.01, math.nan])), [0.02, math.nan])
    np.testing.assert_allclose(holm(np.array([math.nan, 0.02, math.nan, 0.01])), [math.nan, 0.06, math.nan, 0.04])
    assert np.isnan(holm(np.full(3, math.nan))).all()
    assert holm(np.array([])).shape == (0,)


def test_holm_never_falls_when_a_comparison_is_added():
    rng = np.random.default_rng(1)
    for _ in range(50):
        p = rng.random(5)
        before = holm(p)
        for extra in (math.nan, 1.0, 0.5):
            assert (holm(np.append(p, extra))[:5] >= before - 1e-15).all()


def rows_of(scores):
    records = [
        {"model": name, "seed": seed, "test.accuracy": value, "status": "finished"}
        for name, values in scores.items()
        for seed, value in enumerate(values)
    ]
    fixed = {"data": "toy", "data_digest": "d", "code": "1+a", "started": "2026-01-01", "key": ""}
    return pd.DataFrame.from_records(records).assign(**fixed)


def test_a_table_with_equal_differences_keeps_its_family_and_the_reference_is_not_in_it():
    base = np.array([0.5, 0.6, 0.55, 0.7, 0.62])
    noisy = base + np.array([0.01, 0.05, -0.01, 0.02, 0.04])
    frame = table(
        rows_of({"ref": base, "shifted": base + 0.25, "noisy": noisy, "equal": base, "short": base[:1]}),
        reference="ref",
    ).frame.set_index("model")
    assert frame.loc["shifted", "p_t"] == 1 / 16
    assert frame.loc["equal", "p_t"] == 1
    assert math.isnan(frame.loc["short", "p_t"])
    assert math.isnan(frame.loc["ref", "p_holm"])
    assert frame.loc["shifted", "p_holm"] == pytest.approx(min(4 * 1 / 16, 1))
    assert frame.loc["noisy", "p_holm"] >= 3 * frame.loc["noisy", "p_t"] - 1e-12


def test_one_value_has_no_deviation_and_no_interval_and_none_has_no_mean():
    assert [math.isnan(summary(np.array([0.5]), 0.95)[k]) for k in ("mean", "std", "low", "high")] == [False] + [
        True
    ] * 3
    assert all(math.isnan(summary(np.zeros(0), 0.95)[k]) for k in ("mean", "std", "low", "high"))


def test_the_interval_of_a_mean_is_scipys_and_of_one_value_nan():
    values = np.random.default_rng(0).normal(size=(6, 3))
    mean, low, high = mean_interval(values)
    expected = stats.t.interval(0.95, 5, values.mean(0), stats.sem(values))
    np.testing.assert_allclose([mean, low, high], [values.mean(0), *expected])
    one = mean_interval(values[:1])
    assert np.isfinite(one[0]).all()
    assert np.isnan(one[1]).all()
    assert np.isnan(one[2]).all()
    assert np.isnan(mean_interval(values[:0])).all()
    two = mean_interval(np.array([0.0, 1.0]))
    assert two[2] - two[1] > 12, "two values say little: 12.7 standard errors to each side"


@pytest.mark.parametrize("count", [1, 5, 100])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_none_or_all_has_an_interval_with_a_width(count, share):
    low, high = share_interval(share, count)
    assert high - low > 0.03
    assert low <= share <= high
    assert np.isnan(share_interval(0.5, 0)).all()


def test_a_bootstrap_that_never_varies_has_wilsons_interval_or_none():
    spread, point = np.ones((2, 50)), np.ones(2)
    low, high = bootstrap_interval(spread, point, 20, share=True)
    np.testing.assert_allclose([low, high], share_interval(point, 20))
    assert np.isnan(bootstrap_interval(spread, point, 20)).all()
    varied = np.random.default_rng(0).random((2, 50))
    np.testing.assert_allclose(bootstrap_interval(varied, point, 20), np.quantile(varied, [0.025, 0.975], axis=1))


def test_subset_scores_of_one_sample_and_missing_scores_of_one_draw_claim_no_certainty(toy, toy_run):
    one = mm.recording.subset_scores(toy_run, toy["test"].take([0]))
    assert (one["high"] - one["low"] > 0.3).all()
    f = mm.recording.subset_scores(toy_run, toy["test"].take([0, 1]), metric="f1_macro", resamples=20)
    assert not (f["low"] == f["high"]).any()
    single = mm.recording.missing_scores(toy_run, toy["test"], rates=[0.3], draws=1)
    assert np.isnan(single["low"]).all()
    assert np.isfinite(single["mean"]).all()


def test_interactions_and_subsets_of_a_single_sample_have_no_interval(toy, toy_run):
    trace = mm.record(toy_run, toy["test"].take([0]), recorded_samples=[0], coalitions=True)
    found = mm.analysis.interactions(trace)
    assert np.isfinite(found["interaction_mean"]).all()
    assert np.isnan(found["interaction_low"]).all()
    scores = mm.analysis.coalition_scores(trace, value="probability")
    assert np.isnan(scores["low"]).all()
    correct = mm.analysis.coalition_scores(trace)
    assert (correct["high"] - correct["low"] > 0.3).all()
    frame = mm.plots.shapley_frame(mm.analysis.shapley(trace))
    assert np.isnan(frame["low"]).all()


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5, 0.5], [0.2, math.nan, 0.4]])
def test_bands_over_seeds_leave_nan_out_and_have_none_with_one_value(values):
    from mmviz.analysis.over_runs import mean_over

    known = [v for v in values if not math.isnan(v)]
    found = mean_over(xr.DataArray(np.array(values), dims="seed"), "seed")
    assert float(found["mean"]) == pytest.approx(np.mean(known))
    assert int(found["count"]) == len(known)
    assert math.isnan(float(found["low"])) == (len(known) == 1)


@pytest.mark.parametrize(
    ("prediction", "target", "word"),
    [([1.0, 2.0], [3.0, 3.0], "target"), ([2.0, 2.0], [1.0, 3.0], "prediction"), ([1.0], [1.0], "one sample")],
)
def test_a_correlation_with_a_constant_or_of_one_sample_is_undefined_and_says_why(prediction, target, word):
    found = pearson(np.array(prediction), np.array(target))
    assert math.isnan(found.value)
    assert word in found.why


def test_scores_of_one_class_of_no_sample_and_of_nan_are_undefined_and_say_why():
    assert "one class" in f1(np.array([0, 1]), np.array([1, 1]), average="macro").why
    assert "no samples" in accuracy(np.zeros(0, int), np.zeros(0, int)).why
    assert "NaN" in classification(np.array([[0.2, math.nan]]), np.array([0])).why["accuracy"]
