"""Transport plans: entropy, order and lag in closed form and against a double loop; alignment over epochs."""

import numpy as np
import pytest
import xarray as xr

from mmviz.analysis import alignment, plan_entropy, plan_monotonicity, transport
from mmviz.errors import ConfigError, DataError


@pytest.fixture
def plans(trace):
    """A Trace with two pairs: one delayed by two steps, one reversed."""
    names, steps, traced = trace.attrs["modalities"], trace["states"].sizes["time"], trace["states"]["traced"].values
    delayed, reversed_ = np.eye(steps, k=2) / (steps - 2), np.eye(steps)[::-1] / steps
    dims = ("traced", "pair", "time", "anchor_time")
    plan = np.broadcast_to(np.stack([delayed, reversed_]), (len(traced), 2, steps, steps)).copy()
    epochs = trace["states"]["epoch"].values
    distance = np.arange(len(epochs) * len(traced) * 2, dtype=float).reshape(len(epochs), len(traced), 2)
    pairs = {"source": ("pair", [names[1], names[2]]), "anchor": ("pair", [names[0]] * 2)}
    out = trace.copy()
    out["transport"] = xr.DataTree(
        xr.Dataset({"plan": (dims, plan), "cost": (dims, 1 - plan), "distance": (("epoch", "traced", "pair"), distance)},
                   coords={**pairs, "epoch": epochs, "traced": traced})
    )  # fmt: skip
    values = np.arange(2.0 * len(epochs)).reshape(-1, 2)
    out["alignment"] = xr.DataTree(
        xr.Dataset(
            dict.fromkeys(("ot", "mmd", "a_distance"), (("epoch", "pair"), values)), coords={**pairs, "epoch": epochs}
        )
    )
    return out


def order_by_two_loops(p):
    p, agree, disagree = p / p.sum(), 0.0, 0.0
    cells = [(i, j, p[i, j]) for i in range(p.shape[0]) for j in range(p.shape[1])]
    for i, j, a in cells:
        for k, m, b in cells:
            agree += a * b * ((i < k) and (j < m))
            disagree += a * b * ((i < k) and (j > m))
    return (agree - disagree) / (agree + disagree)


def test_order_kept_is_its_definition():
    for seed in range(5):
        p = np.random.default_rng(seed).random((4, 6)) ** 3
        np.testing.assert_allclose(plan_monotonicity(p), order_by_two_loops(p), rtol=1e-12)
        np.testing.assert_allclose(plan_monotonicity(3 * p), plan_monotonicity(p), rtol=1e-12)
        np.testing.assert_allclose(plan_monotonicity(p[::-1]), -plan_monotonicity(p), rtol=1e-12)
        np.testing.assert_allclose(plan_monotonicity(p.T), plan_monotonicity(p), rtol=1e-12)


def test_order_and_entropy_in_closed_form():
    assert plan_monotonicity(np.eye(5)) == 1
    assert plan_monotonicity(np.eye(5)[::-1]) == -1
    assert abs(plan_monotonicity(np.ones((4, 7)))) < 1e-12
    np.testing.assert_allclose(plan_entropy(np.eye(5)), np.log(5), rtol=1e-12)
    np.testing.assert_allclose(plan_entropy(np.ones((4, 7))), np.log(28), rtol=1e-12)


def test_a_collapsed_plan_has_no_order_and_an_empty_one_no_entropy():
    collapsed = np.zeros((4, 4))
    collapsed[:, 2] = 0.25
    assert np.isnan(plan_monotonicity(collapsed))
    assert np.isnan(plan_entropy(np.zeros((3, 3))))
    assert np.isnan(plan_monotonicity(np.zeros((3, 3))))
    with pytest.raises(ConfigError, match="≥ 0"):
        plan_entropy(-np.eye(2))


def test_a_delay_is_found(plans):
    found = transport(plans, *plans.attrs["modalities"][1::-1])
    np.testing.assert_allclose(found["lag"].isel(time=slice(None, -2)), 2, atol=1e-12)
    assert found["lag"].isel(time=slice(-2, None)).isnull().all()
    np.testing.assert_allclose(found["mean_lag"], 2, atol=1e-12)
    np.testing.assert_allclose(found["monotonicity"], 1)
    np.testing.assert_array_equal(found["distance"], plans["transport"]["distance"].isel(pair=0))


def test_each_pair_has_its_own_plan(plans):
    names = plans.attrs["modalities"]
    np.testing.assert_allclose(transport(plans, names[2], names[0])["monotonicity"], -1)


def test_a_pair_that_was_not_aligned_is_refused_and_those_that_were_are_named(plans):
    names = plans.attrs["modalities"]
    with pytest.raises(ConfigError, match=f"'{names[1]}' to '{names[0]}'"):
        transport(plans, names[0], names[1])


def test_alignment_of_several_runs_lies_side_by_side(plans):
    found = alignment({"a": plans, "b": plans})
    assert found["mmd"].dims == ("run", "epoch", "pair")
    np.testing.assert_array_equal(found["mmd"].isel(run=1), plans["alignment"]["mmd"])
    assert "→" in str(found["pair"].values[0])


def test_a_trace_that_aligned_nothing_is_refused(trace):
    with pytest.raises(DataError, match="/transport"):
        transport(trace, "a", "b")
    with pytest.raises(DataError, match="/alignment"):
        alignment(trace)
