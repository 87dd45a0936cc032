"""The estimated lag: known delays with their sign, controls without a lag, padding, degenerate costs; the mass of a plan by lag."""

import numpy as np
import pytest

from mmviz.analysis import plan_summary
from mmviz.analysis.lag import (
    PERMUTATIONS,
    estimate_lag,
    lag_reason,
    lag_scores,
    mass_by_lag,
    sequence_lags,
    valid_pairs,
)
from mmviz.core.errors import ConfigError

T, F = 40, 5


def smooth_process(rng, steps, width=1.5):
    kernel = np.exp(-((np.arange(-6, 7) / width) ** 2) / 2)
    white = rng.normal(size=(steps + 12, F))
    x = np.stack([np.convolve(channel, kernel, "valid") for channel in white.T], 1)
    return (x - x.mean(0)) / x.std(0)


def cosine_cost(x, y):
    x, y = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (x, y))
    return 1 - x @ y.T


def delayed(seed, lag, noise=0.5):
    """Costs of two sequences whose step i and i + lag are the same event."""
    rng = np.random.default_rng(seed)
    events = smooth_process(rng, T + abs(lag))
    x, y = (events[lag:], events[:T]) if lag > 0 else (events[:T], events[-lag:])
    x, y = x[:T], y[:T]
    return cosine_cost(*(v + noise * rng.normal(size=v.shape) for v in (x, y)))


def relaxed(cost):
    return np.eye(cost.shape[-1])[cost.argmin(-1)] / cost.shape[-2]


@pytest.mark.parametrize("lag", [-20, -7, -2, 2, 7, 20])
def test_a_known_lag_is_found_within_one_step_and_with_its_sign(lag):
    costs = np.stack([delayed(seed, lag) for seed in range(6)])
    found = plan_summary(relaxed(costs), costs)
    assert abs(found["pooled_lag"].item() - lag) <= 1
    assert found["pooled_lag_p"].item() == 1 / (PERMUTATIONS + 1)
    each = found["estimated_lag"].values
    assert np.isfinite(each).sum() >= 4
    assert (np.abs(each[np.isfinite(each)] - lag) <= 1).all()


def test_the_mean_lag_of_the_plan_is_no_estimate_of_a_known_lag():
    """What the estimate replaces: it is pulled to 0 by the steps without a partner, in all six recordings by more than two steps."""
    costs = np.stack([delayed(seed, 20) for seed in range(6)])
    plans = relaxed(costs)
    shift = np.arange(T) - np.arange(T)[:, None]
    assert ((plans * shift).sum((1, 2)) < 18).all()


def test_exchanging_modality_and_anchor_changes_the_sign():
    cost = delayed(0, 5)
    assert sequence_lags(relaxed(cost), cost) == 5
    assert sequence_lags(relaxed(cost.T), cost.T) == -5


def test_of_unrelated_smooth_sequences_at_most_one_in_ten_gets_a_lag():
    rng = np.random.default_rng(0)
    costs = np.stack([cosine_cost(smooth_process(rng, T), smooth_process(rng, T)) for _ in range(60)])
    found = sequence_lags(relaxed(costs), costs)
    assert np.isfinite(found).sum() <= 6
    assert not np.isfinite(found).all()


def test_a_reversed_sequence_has_no_lag():
    rng = np.random.default_rng(1)
    x = smooth_process(rng, T)
    cost = cosine_cost(x, x[::-1] + 0.3 * rng.normal(size=x.shape))
    assert np.isnan(sequence_lags(relaxed(cost), cost))


@pytest.mark.parametrize(
    "cost",
    [
        np.zeros((T, T)),
        np.ones((T, T)),
        np.arange(T)[:, None] * np.ones(T),
        np.add.outer(np.arange(T), np.arange(T) / 3),
    ],
)
def test_costs_that_do_not_depend_on_the_pair_have_no_lag_and_the_reason_says_so(cost):
    found = plan_summary(np.full(cost.shape, 1 / cost.size), cost)
    assert np.isnan(found["estimated_lag"]).all()
    assert np.isnan(found["pooled_lag"])
    assert "does not depend on the pair" in lag_reason(found["pooled_lag_p"].item())


def test_a_sequence_of_fewer_than_eight_steps_has_no_lag():
    cost = 1 - np.eye(7)
    assert np.isnan(sequence_lags(relaxed(cost), cost))


def test_reasons_of_p_values():
    assert lag_reason(0.01) == ""
    assert "stands out from 99 permuted controls" in lag_reason(0.02)
    assert "fewer than 8 steps" in lag_reason(float("nan"))


def test_padding_and_absent_samples_change_no_lag():
    costs = np.stack([delayed(seed, 6) for seed in range(3)])
    plans = relaxed(costs)
    wide = [np.zeros((4, T + 9, T + 4)) for _ in range(2)]
    for padded, values in zip(wide, (plans, costs), strict=True):
        padded[:3, :T, :T] = values
    np.testing.assert_array_equal(sequence_lags(*wide)[:3], sequence_lags(plans, costs))
    assert np.isnan(sequence_lags(*wide)[3])
    padded, whole = plan_summary(*wide), plan_summary(plans, costs)
    assert padded["pooled_lag"].item() == whole["pooled_lag"].item() == 6
    assert valid_pairs(*wide).sum() == costs.size


def test_scores_are_the_sums_of_double_centred_costs_by_lag_and_their_control_keeps_the_total():
    cost = np.random.default_rng(2).random((9, 12))
    scores = lag_scores(cost, np.ones(cost.shape, bool))
    reduction = -(cost - cost.mean(0) - cost.mean(1, keepdims=True) + cost.mean())
    reduction /= np.sqrt((reduction**2).mean())
    lags = range(-8, 12)
    np.testing.assert_allclose(scores[0], [np.trace(reduction, offset=k) for k in lags], atol=1e-12)
    np.testing.assert_array_equal(scores[-1], [np.trace(np.ones((9, 12)), offset=k) for k in lags])
    np.testing.assert_allclose(scores[1:-1].sum(1), 0, atol=1e-12)
    assert len({tuple(row.round(12)) for row in scores[:-1]}) > PERMUTATIONS - 5


def test_a_lag_that_ties_with_a_control_is_not_reported():
    scores = np.zeros((PERMUTATIONS + 2, 21))
    scores[-1] = 10
    scores[0, 13] = 5.0
    assert estimate_lag(scores, 11).lag == 3
    scores[7, 2] = 5.0
    assert estimate_lag(scores, 11) == pytest.approx((np.nan, 0.02), nan_ok=True)


def test_mass_by_lag_equals_a_double_loop():
    plan = np.random.default_rng(3).random((4, 6))
    mass, independent = mass_by_lag(plan)
    p = plan / plan.sum()
    expected, product = np.zeros(9), np.zeros(9)
    for i in range(4):
        for j in range(6):
            expected[j - i + 3] += p[i, j]
            product[j - i + 3] += p[i].sum() * p[:, j].sum()
    np.testing.assert_allclose(mass, expected, rtol=1e-12)
    np.testing.assert_allclose(independent, product, rtol=1e-12)
    with pytest.raises(ConfigError, match="two dimensions"):
        mass_by_lag(np.zeros(3))
