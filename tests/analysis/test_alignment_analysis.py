"""Transport plans in closed form and against a double loop; alignment over epochs; cosines against a double loop."""

import itertools

import numpy as np
import pytest
import xarray as xr

from mmviz.analysis import alignment, directions, plan_entropy, plan_monotonicity, plan_summary, transport
from mmviz.core.errors import ConfigError, DataError


@pytest.fixture
def plans(trace):
    """A Trace with two pairs: one delayed by two steps, one reversed."""
    names, steps, recorded_samples = (
        trace.attrs["modalities"],
        trace["states"].sizes["time"],
        trace["states"]["recorded_sample"].values,
    )
    delayed, reversed_ = np.eye(steps, k=2) / (steps - 2), np.eye(steps)[::-1] / steps
    dims = ("recorded_sample", "pair", "time", "anchor_time")
    plan = np.broadcast_to(np.stack([delayed, reversed_]), (len(recorded_samples), 2, steps, steps)).copy()
    epochs = trace["states"]["epoch"].values
    distance = np.arange(len(epochs) * len(recorded_samples) * 2, dtype=float).reshape(
        len(epochs), len(recorded_samples), 2
    )
    pairs = {"source": ("pair", [names[1], names[2]]), "anchor": ("pair", [names[0]] * 2)}
    out = trace.copy()
    out["transport"] = xr.DataTree(
        xr.Dataset({"plan": (dims, plan), "cost": (dims, 1 - plan), "distance": (("epoch", "recorded_sample", "pair"), distance)},
                   coords={**pairs, "epoch": epochs, "recorded_sample": recorded_samples})
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


def test_plan_monotonicity_equals_goodman_kruskal_gamma_by_two_loops():
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


def test_the_lags_of_a_delayed_plan_are_the_delay(plans):
    found = transport(plans, *plans.attrs["modalities"][1::-1])
    np.testing.assert_allclose(found["lag"].isel(time=slice(None, -2)), 2, atol=1e-12)
    assert found["lag"].isel(time=slice(-2, None)).isnull().all()
    assert (found["estimated_lag"] == 2).all()
    assert found["pooled_lag"].item() == 2
    assert found["pooled_lag_p"].item() == 0.01
    assert "later step of the anchor" in found["pooled_lag"].attrs["sign"]
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


def test_a_trace_without_alignment_is_refused(trace):
    with pytest.raises(DataError, match="/transport"):
        transport(trace, "a", "b")
    with pytest.raises(DataError, match="/alignment"):
        alignment(trace)


def test_lags_order_and_distance_of_a_delayed_plan():
    steps, late = 12, 3
    plan, cost = np.eye(steps, k=late), np.abs(np.arange(steps)[:, None] - np.arange(steps)) / 10
    found = plan_summary(plan / plan.sum(), cost, source="near", anchor="far")
    np.testing.assert_array_equal(found["lag"].values[0, : steps - late], late)
    assert found["estimated_lag"].item() == 0  # of the costs, which are lowest without a lag
    np.testing.assert_allclose(found["distance"], [0.3], rtol=1e-12)
    assert found["monotonicity"].item() == 1
    assert np.isnan(found["target"].values[0, steps - late :]).all()
    assert found.attrs == {"source": "near", "anchor": "far"}
    assert found["plan"].dims == ("recorded_sample", "time", "anchor_time")


def test_plan_summary_of_several_plans_equals_each_alone():
    rng = np.random.default_rng(0)
    plans, costs = rng.random((3, 4, 5)), rng.random((3, 4, 5))
    together = plan_summary(plans, costs)
    for k in range(3):
        xr.testing.assert_allclose(together.isel(recorded_sample=[k]), plan_summary(plans[k], costs[k]), rtol=1e-13)


@pytest.mark.parametrize(
    ("plan", "cost"), [(np.ones((2, 3)), np.ones((3, 2))), (np.ones(3), np.ones(3)), (-np.eye(2), np.eye(2))]
)
def test_plan_summary_refuses_arrays_of_another_shape(plan, cost):
    with pytest.raises(ConfigError, match=r"plan_summary: plan \("):
        plan_summary(plan, cost)


def found_of(vector, names=("audio", "image")):
    samples = [f"s{k}" for k in range(vector.shape[1])]
    return xr.Dataset(
        {"vector": (("modality", "sample", "channel"), vector)}, coords={"modality": list(names), "sample": samples}
    )


@pytest.fixture
def vector():
    return np.random.default_rng(0).normal(size=(2, 7, 5))


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_mean_cosines_are_those_of_all_pairs(vector):
    out = directions(found_of(vector))
    for m in range(2):
        pairs = [cosine(vector[m, i], vector[m, j]) for i, j in itertools.permutations(range(7), 2)]
        np.testing.assert_allclose(out["within"][m], np.mean(pairs), rtol=1e-12)
    every = [cosine(a, b) for a in vector[0] for b in vector[1]]
    np.testing.assert_allclose(out["between"][0, 1], np.mean(every), rtol=1e-12)
    assert np.isnan(np.diag(out["between"])).all()


def test_the_plane_of_directions_explains_the_most_variance(vector):
    out = directions(found_of(vector))
    unit = (vector / np.linalg.norm(vector, axis=-1, keepdims=True)).reshape(-1, 5)
    around = unit - unit.mean(0)
    held = (out["position"].values ** 2).sum()
    np.testing.assert_allclose(held / (around**2).sum(), out["explained"], rtol=1e-12)
    rng = np.random.default_rng(1)
    for _ in range(20):
        plane, _ = np.linalg.qr(rng.normal(size=(5, 2)))
        assert ((around @ plane) ** 2).sum() <= held + 1e-12


def test_directions_are_independent_of_vector_lengths(vector):
    longer = vector * np.random.default_rng(1).uniform(0.1, 10, size=(2, 7, 1))
    xr.testing.assert_allclose(directions(found_of(vector)), directions(found_of(longer)), rtol=1e-10)


def test_one_direction_is_one_point_and_cosine_one():
    out = directions(found_of(np.ones((2, 6, 4)) * np.arange(1, 7)[:, None]))
    np.testing.assert_allclose(out["within"], 1, rtol=1e-12)
    np.testing.assert_allclose(out["position"], 0, atol=1e-12)


def test_absent_modalities_are_nan_and_do_not_change_the_others(vector):
    holed = vector.copy()
    holed[1, 3] = np.nan
    out, whole = directions(found_of(holed)), directions(found_of(vector))
    assert np.isnan(out["position"][1, 3]).all()
    assert np.isfinite(out["position"].values).sum() == out["position"].size - 2
    np.testing.assert_allclose(out["within"][0], whole["within"][0], rtol=1e-12)


def test_directions_refuse_a_dataset_without_vectors(vector):
    with pytest.raises(DataError, match=r"expected vector .* from mmviz\.recording\.encoded"):
        directions(found_of(vector).rename(vector="code"))
    with pytest.raises(DataError, match="no sample"):
        directions(found_of(vector * np.nan))
