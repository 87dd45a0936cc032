"""A plan from anywhere is described as one from a Trace."""

import numpy as np
import pytest
import xarray as xr

from mmviz.analysis import plan_summary
from mmviz.errors import ConfigError


def test_lag_order_and_distance_of_a_delayed_plan():
    steps, late = 8, 3
    plan, cost = np.eye(steps, k=late), np.abs(np.arange(steps)[:, None] - np.arange(steps)) / 10
    found = plan_summary(plan / plan.sum(), cost, source="near", anchor="far")
    np.testing.assert_allclose(found["mean_lag"], [late], rtol=1e-12)
    np.testing.assert_allclose(found["distance"], [0.3], rtol=1e-12)
    assert found["monotonicity"].item() == 1
    assert np.isnan(found["target"].values[0, steps - late :]).all()
    assert found.attrs == {"source": "near", "anchor": "far"}
    assert found["plan"].dims == ("traced", "time", "anchor_time")


def test_several_plans_are_each_as_alone():
    rng = np.random.default_rng(0)
    plans, costs = rng.random((3, 4, 5)), rng.random((3, 4, 5))
    together = plan_summary(plans, costs)
    for k in range(3):
        xr.testing.assert_allclose(together.isel(traced=[k]), plan_summary(plans[k], costs[k]), rtol=1e-13)


@pytest.mark.parametrize(
    ("plan", "cost"), [(np.ones((2, 3)), np.ones((3, 2))), (np.ones(3), np.ones(3)), (-np.eye(2), np.eye(2))]
)
def test_what_is_no_plan_is_refused_with_its_shape(plan, cost):
    with pytest.raises(ConfigError, match=r"plan_summary: plan \("):
        plan_summary(plan, cost)
