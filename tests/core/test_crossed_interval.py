"""Interval of a mean over seeds and samples: coverage by simulation, clustering, and what cannot be estimated."""

import numpy as np
import pytest
from scipy import stats

from mmviz.core.crossed_interval import crossed_interval
from mmviz.core.errors import ConfigError
from mmviz.core.intervals import mean_interval


def tables(count, seeds, groups, each, *, of_seed, of_group, of_both, rng):
    """Yield tables (seed, sample) with mean 0 and their groups, of unequal sizes where each is a range."""
    for _ in range(count):
        sizes = rng.integers(each.start, each.stop, groups) if isinstance(each, range) else np.full(groups, each)
        group = np.repeat(np.arange(groups), sizes)
        z = of_seed * rng.normal(size=(seeds, 1)) + of_group * rng.normal(size=groups)[group]
        z = z + of_both * rng.normal(size=(seeds, groups))[:, group] + 0.2 * rng.normal(size=(seeds, len(group)))
        yield z, group.astype(str)


@pytest.mark.parametrize(
    ("seeds", "groups", "each", "of_seed", "of_group", "of_both"),
    [
        (5, 12, 6, 0.05, 0.3, 0.1),
        (5, 12, range(3, 9), 0.0, 0.3, 0.1),
        (3, 30, 4, 0.2, 0.1, 0.1),
        (5, 200, 1, 0.02, 0.3, 0.0),
        (3, 200, 1, 0.0, 0.4, 0.0),
    ],
)
def test_the_interval_over_seeds_and_groups_covers_the_mean_in_91_to_99_percent(
    seeds, groups, each, of_seed, of_group, of_both
):
    rng = np.random.default_rng(seeds * groups)
    drawn = list(tables(800, seeds, groups, each, of_seed=of_seed, of_group=of_group, of_both=of_both, rng=rng))
    found = [crossed_interval(z, group) for z, group in drawn]
    covered = np.mean([one.low <= 0 <= one.high for one in found])
    assert 0.905 <= covered <= 0.995


def test_intervals_over_seeds_alone_or_over_unclustered_samples_cover_too_little_where_recordings_differ():
    rng = np.random.default_rng(0)
    drawn = list(tables(300, 5, 12, 6, of_seed=0.02, of_group=0.3, of_both=0.05, rng=rng))
    clustered = np.mean([(c := crossed_interval(z, g)).low <= 0 <= c.high for z, g in drawn])
    unclustered = np.mean([(c := crossed_interval(z)).low <= 0 <= c.high for z, _ in drawn])
    of_seeds = np.mean([(lambda m, a, b: a <= 0 <= b)(*mean_interval(z.mean(1))) for z, _ in drawn])
    assert clustered > 0.9
    assert unclustered < 0.75
    assert of_seeds < 0.75


def test_groups_of_one_give_the_interval_of_independent_samples_and_empty_names_are_groups_of_their_own():
    z = np.random.default_rng(1).normal(size=(4, 30))
    alone = crossed_interval(z, np.arange(30).astype(str))
    assert crossed_interval(z) == crossed_interval(z, np.full(30, ""))
    np.testing.assert_allclose(alone[:3], crossed_interval(z)[:3], rtol=1e-12)  # groups may be added in another order
    assert alone[3:] == crossed_interval(z)[3:]
    mixed = crossed_interval(z, np.array(["a", "a", "b", *[""] * 27]))
    assert mixed.groups == 29


def test_the_interval_is_the_closed_form_of_two_variance_terms_with_satterthwaites_degrees():
    z = np.random.default_rng(2).normal(size=(3, 8)) + np.arange(8)
    a, b = z.mean(1).var(ddof=1) / 3, z.mean(0).var(ddof=1) / 8
    degrees = (a + b) ** 2 / (a**2 / 2 + b**2 / 7)
    half = stats.t.ppf(0.95, degrees) * np.sqrt(a + b)
    found = crossed_interval(z, level=0.9)
    np.testing.assert_allclose([found.low, found.mean, found.high], [z.mean() - half, z.mean(), z.mean() + half])


def test_one_seed_one_group_or_no_variation_gives_a_mean_without_interval_and_the_reason():
    z = np.random.default_rng(3).normal(size=(3, 6))
    for values, group, reason in (
        (z[:1], None, "one seed"),
        (z, np.full(6, "speaker"), "one group"),
        (np.ones((3, 6)), None, "no value varies"),
        (np.full((3, 6), np.nan), None, "no value"),
    ):
        found = crossed_interval(values, group)
        assert np.isnan([found.low, found.high]).all()
        assert reason in found.why
    assert np.isnan(crossed_interval(np.full((3, 6), np.nan)).mean)


def test_a_failed_seed_is_left_out_and_a_sample_without_a_finite_score_too():
    z = np.random.default_rng(4).normal(size=(4, 10))
    z[1], z[2, 3] = np.nan, np.nan
    found, kept = crossed_interval(z), np.delete(np.delete(z, 1, 0), 3, 1)
    assert found == crossed_interval(kept)
    assert (found.replicates, found.samples) == (3, 9)


def test_values_and_groups_of_different_lengths_are_refused_with_both_numbers():
    with pytest.raises(ConfigError, match=r"shape \(3, 6\) and there are 5 groups"):
        crossed_interval(np.zeros((3, 6)), np.arange(5))
