"""Areas, comprehensiveness, sufficiency, normalised score and intervals of recorded curves, by hand."""

import numpy as np
import pytest
import xarray as xr

from mmviz import analysis
from mmviz.core.errors import DataError
from mmviz.core.intervals import mean_interval

FRACTIONS = [0.0, 0.1, 0.2, 0.5, 1.0]
METHODS = ["mine", "random", "greedy"]


def tree_of(deletion, insertion=None, *, fractions=FRACTIONS, methods=METHODS, group=None, **more):
    deletion = np.asarray(deletion, float)
    n = len(deletion)
    dims = ("recorded_sample", "explanation", "fraction")
    data = xr.Dataset(
        {"deletion": (dims, deletion), "insertion": (dims, deletion[..., ::-1] if insertion is None else insertion)},
        coords={"recorded_sample": np.arange(n), "explanation": methods, "fraction": fractions},
        attrs={"units": "p(predicted class)", "baseline": "zero", "baseline_meaning": "zeros", "orders": 20},
    )
    for name, (of, values) in more.items():
        data[name] = (of, values)
    samples = xr.Dataset({"group": ("sample", [""] * n if group is None else group)})
    tree = xr.DataTree.from_dict({"/samples": samples, "/faithfulness": data})
    tree.attrs = {
        "dataset": "toy", "split": "test", "backend": "numba", "model": {"name": "coupled_mamba"}, "train": {"seed": 0},
    }  # fmt: skip
    return tree


@pytest.fixture
def curves():
    rng = np.random.default_rng(0)
    falls = np.array([1.0, 0.3, 1.6])[:, None] * np.array([0, 0.2, 0.3, 0.45, 0.5])
    return 0.9 - falls + 0.02 * rng.normal(size=(5, 1, 1))


def test_areas_follow_the_trapezoid_rule_and_a_flat_curve_has_its_height_as_area():
    flat = np.full((4, 3, 5), 0.37)
    found = analysis.faithfulness(tree_of(flat))
    np.testing.assert_allclose(found["deletion_auc_mean"], 0.37)
    np.testing.assert_allclose(found["insertion_auc_mean"], 0.37)
    for name in ("comprehensiveness_mean", "sufficiency_mean", "gain_mean"):
        np.testing.assert_allclose(found[name], 0, atol=1e-12)
    assert np.isnan(found["normalised"]).all(), "greedy is not below random"
    line = np.broadcast_to(1 - np.array(FRACTIONS), (2, 3, 5))
    np.testing.assert_allclose(analysis.faithfulness(tree_of(line))["deletion_auc_mean"], 0.5)


def test_comprehensiveness_and_sufficiency_are_mean_falls_over_the_recorded_bins(curves):
    found = analysis.faithfulness(tree_of(curves))
    assert found.attrs["bins"] == [0.1, 0.2, 0.5]
    uncut = curves[:, :, 0]
    np.testing.assert_allclose(
        found["comprehensiveness_mean"], np.mean([uncut - curves[:, :, k] for k in (1, 2, 3)], (0, 1))
    )
    kept = curves[..., ::-1]
    np.testing.assert_allclose(found["sufficiency_mean"], np.mean([uncut - kept[:, :, k] for k in (1, 2, 3)], (0, 1)))


def test_after_is_the_curve_at_20_percent_or_linear_between_its_neighbours(curves):
    np.testing.assert_allclose(analysis.faithfulness(tree_of(curves))["after_mean"], curves[:, :, 2].mean(0))
    coarse = analysis.faithfulness(tree_of(curves[:, :, [0, 1, 3, 4]], fractions=[0, 0.1, 0.5, 1]))
    np.testing.assert_allclose(coarse["after_mean"], (0.75 * curves[:, :, 1] + 0.25 * curves[:, :, 3]).mean(0))


def test_gain_is_paired_with_random_by_sample(curves):
    found = analysis.faithfulness(tree_of(curves))
    mean, low, high = mean_interval(curves[:, 1, 2] - curves[:, 0, 2])
    np.testing.assert_allclose([float(found[f"gain_{s}"][0]) for s in ("mean", "low", "high")], [mean, low, high])
    assert float(found["gain_mean"].sel(explanation="random")) == 0


def test_the_normalised_score_is_1_for_the_greedy_order_and_0_for_random(curves):
    found = analysis.faithfulness(tree_of(curves))["normalised"]
    assert found.sel(explanation=["greedy", "random"]).values.tolist() == [1, 0]
    assert 0 < float(found.sel(explanation="mine")) < 1
    assert "normalised" not in analysis.faithfulness(tree_of(curves[:, :2], methods=METHODS[:2]))


def test_unexplained_is_the_infidelity_relative_to_that_of_scores_of_0_and_nan_without_a_change(curves):
    change = np.array([2.0, 4, 1, 1, 1])
    loss = np.stack([change / 2, np.full(5, np.nan), 0 * change], 1)
    tree = tree_of(
        curves, infidelity=(("recorded_sample", "explanation"), loss), squared_change=("recorded_sample", change)
    )
    found = analysis.faithfulness(tree)
    np.testing.assert_allclose(found["unexplained_mean"].values, [0.5, np.nan, 0])
    still = tree_of(
        curves, infidelity=(("recorded_sample", "explanation"), loss), squared_change=("recorded_sample", 0 * change)
    )
    assert np.isnan(analysis.faithfulness(still)["unexplained_mean"]).all()


def test_intervals_are_over_groups_where_groups_are_known(curves):
    alone = analysis.faithfulness(tree_of(curves))
    twice = np.repeat(curves, 2, 0)
    grouped = analysis.faithfulness(tree_of(twice, group=[f"g{k // 2}" for k in range(10)]))
    np.testing.assert_allclose(grouped["after_low"], alone["after_low"])
    assert "10 samples in 5 groups" in grouped.attrs["interval"]
    single = analysis.faithfulness(tree_of(curves, group=["g"] * 5))
    assert np.isnan(single["after_low"]).all()
    assert "no interval" in single.attrs["interval"]


def test_one_sample_has_a_mean_and_no_interval(curves):
    found = analysis.faithfulness(tree_of(curves[:1]))
    assert np.isfinite(found["after_mean"]).all()
    assert np.isnan(found["after_low"]).all()


def test_a_tree_without_the_group_or_without_the_ends_is_refused(curves):
    with pytest.raises(
        DataError, match=r"group /faithfulness is missing; record it with mmviz\.recording\.record_faithfulness"
    ):
        analysis.faithfulness(xr.DataTree.from_dict({"/samples": xr.Dataset()}))
    with pytest.raises(DataError, match=r"fractions \[0\.1, 0\.2, 0\.5, 1\.0\], expected them to begin with 0"):
        analysis.faithfulness(tree_of(curves[:, :, 1:], fractions=FRACTIONS[1:]))
