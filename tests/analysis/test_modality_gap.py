"""Modality gap of two sets of features: closed forms, invariance, the null, and spaces between which none is defined."""

import numpy as np
import pytest

from mmviz.analysis import gap_statistics
from mmviz.core.errors import ConfigError, DataError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 6)) + 0.5
Y = RNG.normal(size=(80, 6)) * 0.5 - X


def test_identical_features_have_a_gap_of_0_and_cannot_be_told_apart():
    found = gap_statistics(X, 3 * X, permutations=20)  # the length does not count
    assert found["gap"][0] == pytest.approx(0, abs=1e-12)
    assert found["separability"][0] == 0.5
    assert found["matched"][0] == pytest.approx(1, abs=1e-12)
    assert found["interval"].startswith("no interval")
    assert np.isnan(found["variance_share"])


def test_opposite_poles_have_a_gap_of_2_and_are_told_apart_without_error():
    pole = np.zeros((40, 4))
    pole[:, 1] = np.linspace(1, 2, 40)
    found = gap_statistics(pole, -pole, permutations=20)
    assert found["gap"][0] == pytest.approx(2, abs=1e-12)
    assert found["separability"][0] == 1
    assert found["variance_share"] == pytest.approx(1, abs=1e-12)
    assert found["unmatched"][0] == pytest.approx(-1, abs=1e-12)
    assert found["margin"][0] == pytest.approx(0, abs=1e-12)


def test_a_common_rotation_and_scale_changes_nothing_but_the_classifier_s_axes():
    turn, _ = np.linalg.qr(RNG.normal(size=(6, 6)))
    one, other = (gap_statistics(a, b, permutations=50) for a, b in ((X, Y), (2 * X @ turn, 5 * Y @ turn)))
    for name in ("gap", "null_high", "variance_share", "matched", "unmatched", "margin"):
        np.testing.assert_allclose(one[name], other[name], atol=1e-10)


def test_the_unmatched_cosine_is_the_mean_over_all_pairs_of_different_samples():
    found = gap_statistics(X[:9], Y[:9], permutations=20)
    x, y = (v[:9] / np.linalg.norm(v[:9], axis=1, keepdims=True) for v in (X, Y))
    pairs = [x[i] @ y[j] for i in range(9) for j in range(9) if i != j]
    assert found["unmatched"][0] == pytest.approx(np.mean(pairs), abs=1e-12)
    assert found["matched"][0] == pytest.approx(np.mean([x[i] @ y[i] for i in range(9)]), abs=1e-12)
    assert found["margin"][0] == pytest.approx(found["matched"][0] - found["unmatched"][0], abs=1e-12)


def test_features_of_one_distribution_stay_below_the_null_and_those_of_two_above_it():
    below = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(2, 40, 5))
        found = gap_statistics(x, y, permutations=100, seed=seed)
        below += found["gap"][0] <= found["null_high"]
    assert 0.86 <= below / 60 <= 1
    apart = gap_statistics(X, Y, permutations=100)
    assert apart["gap"][0] > 2 * apart["null_high"]
    assert apart["separability"][0] > 0.85


def test_groups_are_kept_whole_and_one_group_has_neither_interval_nor_classifier():
    group = np.repeat([f"g{k}" for k in range(8)], 10)
    found = gap_statistics(X, Y, group=group, permutations=20)
    assert "80 samples in 8 groups" in found["interval"]
    found = gap_statistics(X, Y, group=np.repeat("g", 80), permutations=20)
    assert np.isnan(found["separability"]).all()
    assert "one group" in found["interval"] or "1 group" in found["interval"]


def test_spaces_of_different_width_other_samples_and_unusable_features_are_refused():
    with pytest.raises(DataError, match="6 and 4 dimensions; between spaces of different width there is no difference"):
        gap_statistics(X, Y[:, :4])
    with pytest.raises(DataError, match="80 and 70 samples"):
        gap_statistics(X, Y[:70])
    with pytest.raises(ConfigError, match=r"expected \(sample, feature\)"):
        gap_statistics(X[0], Y[0])
    broken = X.copy()
    broken[3], broken[5] = 0, np.nan
    found = gap_statistics(broken, Y, permutations=20)
    assert found["count"] == 78
    np.testing.assert_allclose(
        found["gap"], gap_statistics(np.delete(X, [3, 5], 0), np.delete(Y, [3, 5], 0), permutations=20)["gap"]
    )
    with pytest.raises(DataError, match="0 of 80 samples"):
        gap_statistics(0 * X, Y)


def test_features_of_width_1_have_a_gap_between_their_signs():
    found = gap_statistics(np.ones((10, 1)), -np.ones((10, 1)), permutations=20)
    assert found["gap"][0] == 2
