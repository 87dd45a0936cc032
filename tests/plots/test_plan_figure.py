"""What arrives: the second marginal of a plan, and what the plan costs."""

import numpy as np
import pytest

from mmviz.analysis import plan_summary
from mmviz.errors import ConfigError, DataError
from mmviz.plots import plan_frame, plot_plan


def test_a_one_to_one_plan_has_ones_and_receives_ones():
    frame = plan_frame(plan_summary(np.eye(5) / 5, np.full((5, 5), 0.25)))
    assert np.array_equal(np.diag(frame["plan"]), np.ones(5))
    np.testing.assert_allclose(frame["received"], np.ones(5), rtol=1e-14)
    assert frame.attrs["reached"] == 5
    np.testing.assert_allclose(frame.attrs["price"], 0.25, rtol=1e-14)


def test_a_plan_that_falls_onto_one_step_says_so():
    plan = np.zeros((4, 8))
    plan[:, 3] = 1.0  # mass 4: scaled to 1
    frame = plan_frame(plan_summary(plan, np.arange(32.0).reshape(4, 8)))
    assert frame["received"].values.tolist() == [0, 0, 0, 8, 0, 0, 0, 0]
    assert frame.attrs["reached"] == 1
    np.testing.assert_allclose(frame.attrs["price"], np.mean([3, 11, 19, 27]), rtol=1e-14)
    assert "mass arrives at 1 of 8 steps" in plot_plan(plan_summary(plan, plan)).layout.title.text


def test_the_lag_of_most_mass_is_told():
    plan = 0.7 * np.eye(6, 8, k=2) / 6 + 0.3 * np.eye(6, 8, k=-1) / 5
    frame = plan_frame(plan_summary(plan, plan))
    assert frame.attrs["moved"] == 2
    np.testing.assert_allclose(frame.attrs["moved_share"], 0.7, rtol=1e-12)
    assert "70% of the mass moves by +2 steps" in plot_plan(plan_summary(plan, plan)).layout.title.text


def test_a_plan_without_mass_has_no_numbers():
    frame = plan_frame(plan_summary(np.zeros((3, 3)), np.ones((3, 3))))
    assert np.isnan(frame["received"]).all()
    assert np.isnan(frame.attrs["price"])


def test_one_of_several_is_chosen_and_what_is_wrong_is_refused():
    plans = np.stack([np.eye(3), np.eye(3)[::-1]])
    found = plan_summary(plans, 1 - plans)
    assert plan_frame(found, sample=1).attrs["price"] == 0
    np.testing.assert_array_equal(plan_frame(found, sample=1)["plan"], np.eye(3)[::-1])
    with pytest.raises(ConfigError):
        plan_frame(found, sample=2)
    with pytest.raises(DataError, match="plan_summary"):
        plan_frame(found[["lag"]])
