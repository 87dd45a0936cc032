"""Simulated coverage of every interval that the package prints: at nominal 95 %, 92 to 97 % of the intervals contain the truth.

Fixed seeds; ``REPEATS`` data sets per design, so that the standard error of a coverage of 95 % is 0.4 %; `covered` allows three of them.
"""

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.analysis.over_runs import mean_over
from mmviz.analysis.windows import values_along_orders
from mmviz.core.errors import ConfigError
from mmviz.core.intervals import (
    MIN_PAIRS,
    bootstrap_interval,
    clustered_interval,
    clustered_score,
    clustered_share,
    group_count,
    interval_text,
    mean_interval,
    share_interval,
    student_t,
)
from mmviz.core.subsets import membership
from mmviz.metrics.shapley import shapley_values
from mmviz.plots.frames import over_samples
from mmviz.studies.significance import paired, summary

REPEATS = 3000
ERROR = 3 * np.sqrt(0.95 * 0.05 / REPEATS)


def covered(low, high, truth, *, at_least=0.92, at_most=0.97):
    """Return whether the share of intervals that contain the truth is in the range, up to three standard errors of the simulation."""
    share = float(np.mean((low <= truth) & (truth <= high)))
    assert at_least - ERROR <= share <= at_most + ERROR, f"coverage {share:.3f}"
    return share


def sizes_of(groups, kind):
    """Return the number of samples of each group: equal, from 5 to 35, or falling as 1/rank."""
    if kind == "equal":
        return np.full(groups, 20)
    if kind == "unequal":
        return np.linspace(5, 35, groups).round().astype(int)
    return np.maximum(2, (60 / np.arange(1, groups + 1)).round().astype(int))


def grouped_values(rng, sizes, correlation, repeats=REPEATS):
    """Return normal values (sample, repeat) of mean 0 with this intraclass correlation, and the group of each sample."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    between, within = rng.standard_normal((len(sizes), repeats)), rng.standard_normal((len(group), repeats))
    return np.sqrt(correlation) * between[group] + np.sqrt(1 - correlation) * within, group.astype(str)


def grouped_rights(rng, sizes, share, correlation, repeats=REPEATS):
    """Return 0 or 1 (sample, repeat) whose share varies between groups by a beta distribution, and the group of each sample."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    chance = np.full((len(sizes), repeats), share)
    if correlation:
        spread = (1 - correlation) / correlation
        chance = rng.beta(share * spread, (1 - share) * spread, size=chance.shape)
    return (rng.random((len(group), repeats)) < chance[group]).astype(float), group.astype(str)


@pytest.mark.parametrize("correlation", [0, 0.3, 0.9])
@pytest.mark.parametrize("kind", ["equal", "unequal", "one large"])
@pytest.mark.parametrize("groups", [5, 8, 20, 50])
def test_the_clustered_interval_of_a_mean_covers_for_few_unequal_correlated_groups(groups, kind, correlation):
    repeats = REPEATS if groups < 50 else 1500
    values, group = grouped_values(np.random.default_rng(groups), sizes_of(groups, kind), correlation, repeats)
    _, low, high = clustered_interval(values, group)
    covered(low, high, 0.0, at_most=0.977 if kind == "one large" else 0.97)


def test_the_interval_of_independent_samples_covers_too_rarely_where_samples_come_in_groups():
    values, group = grouped_values(np.random.default_rng(0), np.full(12, 20), 0.3)
    _, low, high = mean_interval(values)
    assert np.mean((low <= 0) & (high >= 0)) < 0.65
    with pytest.raises(AssertionError, match="coverage"):
        covered(low, high, 0.0)
    mean, reach = values.mean(0), 1.96 * np.array([values[group == g].mean(0) for g in set(group)]).std(0) / 12
    with pytest.raises(AssertionError, match="coverage"):
        covered(mean - reach, mean + reach, 0.0)


def test_the_percentile_bootstrap_of_five_groups_covers_too_rarely_so_that_the_jackknife_is_used():
    rng = np.random.default_rng(1)
    means = grouped_values(rng, np.full(5, 1), 0.9)[0]
    drawn = means[rng.integers(0, 5, (200, 5))].mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    assert np.mean((low <= 0) & (high >= 0)) < 0.88
    names = np.arange(5).astype(str)
    scores = np.array([clustered_score(lambda rows, v=v: v[rows].mean(), names)[1:] for v in means.T[:1500]])
    covered(*scores.T, 0.0)


@pytest.mark.parametrize("correlation", [0, 0.1, 0.3])
@pytest.mark.parametrize("share", [0.6, 0.85])
@pytest.mark.parametrize(("groups", "kind"), [(5, "equal"), (8, "unequal"), (20, "unequal"), (50, "equal")])
def test_the_clustered_interval_of_an_accuracy_covers_at_least_92_percent(groups, kind, share, correlation):
    rights, group = grouped_rights(np.random.default_rng(groups), sizes_of(groups, kind), share, correlation)
    _, low, high = clustered_share(rights, group)
    covered(low, high, share, at_most=1.0)
    assert ((low >= 0) & (high <= 1)).all()


def test_wilsons_interval_of_an_accuracy_covers_too_rarely_where_samples_come_in_groups():
    rights, _ = grouped_rights(np.random.default_rng(3), np.full(12, 20), 0.7, 0.2)
    low, high = share_interval(rights.mean(0), len(rights))
    assert np.mean((low <= 0.7) & (high >= 0.7)) < 0.75


def test_a_paired_difference_of_two_models_on_the_same_groups_covers_and_is_narrower_than_the_unpaired_one():
    rng = np.random.default_rng(4)
    shared, group = grouped_values(rng, sizes_of(10, "unequal"), 0.5)
    first, second = shared + 0.3 * rng.standard_normal(shared.shape), shared + 0.2
    _, low, high = clustered_interval(second - first, group)
    covered(low, high, 0.2)
    apart = clustered_interval(first, group)[2] - clustered_interval(first, group)[1]
    assert (high - low).mean() < 0.3 * apart.mean()


def test_the_jackknife_over_groups_covers_for_a_macro_f1():
    rng, groups = np.random.default_rng(5), 12
    target = rng.integers(0, 2, (groups * 20, 400))
    right, group = grouped_rights(rng, np.full(groups, 20), 0.8, 0.1, 400)
    predicted = np.where(right > 0, target, 1 - target)
    truth = 0.8  # equal classes and equal error rates: recall = precision = 0.8

    def f1(rows, p, t):
        a, b = p[rows], t[rows]
        both = [2 * np.sum((a == c) & (b == c)) / max(1, np.sum(a == c) + np.sum(b == c)) for c in (0, 1)]
        return float(np.mean(both))

    found = [
        clustered_score(lambda rows, p=p, t=t: f1(rows, p, t), group)[1:]
        for p, t in zip(predicted.T, target.T, strict=True)
    ]
    share = np.mean([(a <= truth) & (truth <= b) for a, b in found])
    assert 0.92 - 0.033 <= share <= 0.97 + 0.025, share


@pytest.mark.parametrize("count", [3, 5, 20])
def test_students_interval_of_replicates_covers(count):
    values = np.random.default_rng(count).standard_normal((count, REPEATS))
    _, low, high = mean_interval(values)
    covered(low, high, 0.0, at_least=0.94, at_most=0.96)
    frame = mean_over(xr.DataArray(values, dims=("seed", "x")), "seed")
    np.testing.assert_allclose(frame["low"], low)
    found = summary(values[:, 0], 0.95)
    np.testing.assert_allclose([found["low"], found["high"]], [low[0], high[0]])
    found = paired(values[:, 0], 0.95)
    np.testing.assert_allclose([found["difference_low"], found["difference_high"]], [low[0], high[0]])


@pytest.mark.parametrize(("count", "share"), [(20, 0.7), (100, 0.9), (400, 0.97)])
def test_wilsons_interval_of_independent_samples_covers(count, share):
    rights = np.random.default_rng(count).binomial(count, share, REPEATS) / count
    covered(*share_interval(rights, count), share, at_most=0.975)


def test_the_percentile_bootstrap_of_a_score_covers_for_a_hundred_independent_samples():
    rng, count = np.random.default_rng(7), 100
    errors = np.abs(rng.standard_normal((REPEATS, count)))
    weight = rng.multinomial(count, np.full(count, 1 / count), 200) / count
    low, high = bootstrap_interval(errors @ weight.T, errors.mean(1), count)
    covered(low, high, np.sqrt(2 / np.pi), at_least=0.925)


def window_coverage(pairs, repeats=600):
    """Return the coverage of the 95 % interval of Shapley values from this number of pairs of orders, over random games of 6 windows."""
    rng, inside = np.random.default_rng(pairs), []
    members = membership(6)
    for _ in range(repeats):
        game = rng.normal(size=64) + membership(6) @ rng.normal(size=6)
        drawn = [rng.permutation(6) for _ in range(pairs)]
        orders = np.array([o for one in drawn for o in (one, one[::-1])])
        held = np.argsort(orders, axis=1)[:, None, :] < np.arange(7)[None, :, None]
        gain = np.diff(game[(held << np.arange(6)).sum(-1)], axis=-1)
        added = np.take_along_axis(gain, np.argsort(orders, axis=1), -1)
        half = (added[::2] + added[1::2]) / 2
        phi, error = half.mean(0), half.std(0, ddof=1) / np.sqrt(pairs)
        if pairs >= MIN_PAIRS:
            np.testing.assert_allclose(values_along_orders(game, members, orders), (phi, error), atol=1e-12)
        inside.append(np.abs(phi - shapley_values(game)) <= student_t(pairs - 1) * error)
    return float(np.mean(inside))


def test_sampled_window_values_cover_with_eight_pairs_of_orders_and_not_with_two():
    assert 0.92 <= window_coverage(MIN_PAIRS) <= 0.975
    assert window_coverage(2) < 0.9


def test_the_bars_of_mean_shapley_values_cover_over_recordings():
    rng, inside = np.random.default_rng(9), []
    for _ in range(400):
        values, group = grouped_values(rng, sizes_of(8, "unequal"), 0.4, 2)
        phi = xr.Dataset(
            {
                "phi": (("sample", "modality"), values),
                "baseline": ("sample", values[:, 0]),
                "full": ("sample", values[:, 0]),
            },
            coords={"modality": ["a", "b"], "group": ("sample", group)},
        )
        frame = mm.plots.shapley_frame(phi)
        inside.append((frame["low"].values <= 0) & (frame["high"].values >= 0))
        assert "160 samples in 8 groups" in frame.attrs["interval"]
    assert 0.92 - 0.02 <= np.mean(inside) <= 0.97 + 0.02


@pytest.fixture(scope="module")
def in_groups(recorded):
    """A Trace whose samples belong to five recordings of different length."""
    trace = recorded.copy(deep=True)
    n = trace["samples"].sizes["sample"]
    group = np.array([f"recording {k}" for k in np.sort(np.arange(n) ** 2 % 5)])
    trace["samples"] = trace["samples"].to_dataset().assign(group=("sample", group))
    return trace, group


def test_every_analysis_of_samples_in_groups_has_the_clustered_interval_and_states_the_groups(in_groups):
    trace, group = in_groups
    phi = mm.analysis.shapley(trace)
    stated = f"{len(group)} samples in {len(set(group))} groups"
    frame = mm.plots.shapley_frame(phi)
    np.testing.assert_allclose(
        [frame[k] for k in ("mean", "low", "high")], clustered_interval(phi["phi"].values, group)
    )
    found = mm.analysis.interactions(trace)
    for name in ("interaction", "moebius"):
        expected = clustered_interval(found[name].values, group)
        np.testing.assert_allclose([found[f"{name}_{k}"] for k in ("mean", "low", "high")], expected)
    scores = mm.analysis.coalition_scores(trace)
    right = trace["coalitions"]["prediction"].values.argmax(-1) == trace["samples"]["target"].values[:, None]
    np.testing.assert_allclose([scores[k] for k in ("score", "low", "high")], clustered_share(right, group))
    by_class = mm.analysis.shapley_by_class(trace)
    rows = trace["samples"]["target"].values == 0
    expected = clustered_interval(phi["phi"].values[rows], group[rows])
    np.testing.assert_allclose([by_class[k].isel({"class": 0}) for k in ("mean", "low", "high")], expected)
    for result in (frame, found, scores, by_class):
        assert stated in result.attrs["interval"]
        assert result.attrs["n_groups"] == len(set(group))
    for spec in (
        mm.plots.shapley.shapley_spec(frame),
        mm.plots.coalitions.subsets_spec(mm.plots.subsets_frame(scores)),
        mm.plots.coalitions.interactions_spec(mm.plots.interactions_frame(found)),
        mm.plots.coalitions.waterfall_spec(mm.plots.waterfall_frame(found)),
    ):
        assert any(stated in line for line in spec.subtitle), spec.title


def test_without_group_names_the_intervals_are_those_of_independent_samples_to_the_bit(recorded):
    phi = mm.analysis.shapley(recorded)
    frame = mm.plots.shapley_frame(phi)
    assert [frame[k].values.tolist() for k in ("mean", "low", "high")] == [
        part.tolist() for part in mean_interval(phi["phi"].values)
    ]
    assert "taken as independent" in frame.attrs["interval"]
    assert frame.attrs["n_groups"] == 0


def test_subset_scores_of_samples_in_groups_have_the_clustered_interval(toy, toy_run):
    group = np.array([f"speaker {k % 6}" for k in range(len(toy["test"]))])
    split = mm.data.dataset.Split(**{**vars(toy["test"]), "group": group})
    found = mm.recording.subset_scores(toy_run, split)
    right = toy_run.predict(split).argmax(1) == split.target
    np.testing.assert_allclose(
        [found[k].values[-1] for k in ("score", "low", "high")], clustered_share(right, group), atol=1e-12
    )
    assert f"{len(group)} samples in 6 groups" in found.attrs["interval"]
    f1 = mm.recording.subset_scores(toy_run, split, metric="f1_macro")
    assert (f1["low"] < f1["score"]).any()
    assert f1.attrs["n_groups"] == 6


@pytest.mark.parametrize("function", [clustered_interval, clustered_share])
def test_one_group_has_a_mean_and_no_interval_and_says_so(function):
    right = np.array([[1.0], [0.0], [1.0]])
    mean, low, high = function(right, np.array(["a", "a", "a"]))
    assert mean == pytest.approx(2 / 3)
    assert np.isnan([low, high]).all()
    assert (
        interval_text(["a"] * 3, 3) == "no interval: 3 samples in 1 group, so the variation between groups is unknown"
    )


def test_groups_of_one_sample_give_students_interval():
    values = np.random.default_rng(0).normal(size=(9, 4))
    names = np.arange(9).astype(str)
    np.testing.assert_allclose(clustered_interval(values, names), mean_interval(values), rtol=1e-12)


def test_a_sample_without_a_group_name_is_a_group_of_its_own():
    values = np.random.default_rng(0).normal(size=6)
    named, own = np.array(["a", "a", "", "b", "", "b"]), np.array(["a", "a", "c", "b", "d", "b"])
    np.testing.assert_array_equal(clustered_interval(values, named), clustered_interval(values, own))
    assert group_count(named, 6) == 4
    assert "2 without a group name are groups of their own" in interval_text(named, 6)


def test_an_accuracy_of_1_in_every_group_keeps_an_interval_that_narrows_with_the_groups_not_with_the_samples():
    few, many, long = (
        clustered_share(np.ones(g * n), np.repeat(np.arange(g), n).astype(str)) for g, n in ((5, 4), (40, 4), (5, 400))
    )
    assert few[2] == many[2] == long[2] == 1
    assert few[1] == long[1] < many[1] < 1


def test_nan_stays_in_its_column_and_no_samples_give_nan():
    values = np.ones((4, 2))
    values[1, 1] = np.nan
    mean, low, _ = clustered_interval(values, np.array(["a", "a", "b", "b"]))
    assert mean[0] == low[0] == 1
    assert np.isnan([mean[1], low[1]]).all()
    assert np.isnan(clustered_interval(values[:0], np.array([], dtype=str))[1]).all()


def test_a_group_list_of_another_length_is_refused_with_both_numbers():
    with pytest.raises(ConfigError, match=r"shape \(2,\).*each of the 3 samples"):
        clustered_interval(np.zeros(3), np.array(["a", "b"]))


def test_bands_over_recorded_samples_leave_nan_out_and_cluster_by_group():
    values = np.array([[0.0, 1.0], [1.0, np.nan], [4.0, 2.0], [5.0, 6.0]])
    group = np.array(["a", "a", "b", "b"])
    frame = over_samples(xr.DataArray(values, dims=("recorded_sample", "epoch")), "recorded_sample", group)
    np.testing.assert_allclose(frame["low"][0], clustered_interval(values[:, 0], group)[1])
    np.testing.assert_allclose(frame["low"][1], clustered_interval(values[[0, 2, 3], 1], group[[0, 2, 3]])[1])
    assert frame["count"].values.tolist() == [4, 3]
