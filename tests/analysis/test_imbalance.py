"""Equilibrium deviation: zero at equality, its bounds and invariances, undefined where nothing is contributed."""

import numpy as np
import pytest

from mmviz.analysis import (
    coalition_scores,
    deviations,
    edm,
    edm_share,
    imbalance,
    imbalance_e1,
    imbalance_e2,
    imbalance_e3,
    prefix_shapley,
    shapley,
    shapley_values,
    shares,
    value_functions,
)
from mmviz.core.errors import ConfigError, DataError

PHI = np.random.default_rng(0).uniform(0.1, 1, size=(5, 4))


@pytest.mark.parametrize("modalities", [2, 3, 6])
@pytest.mark.parametrize("metric", [edm, edm_share, imbalance_e1, imbalance_e2, imbalance_e3])
def test_equal_modalities_are_in_equilibrium(metric, modalities):
    assert metric(np.full(modalities, 0.3)) == pytest.approx(0, abs=1e-16)


@pytest.mark.parametrize("modalities", [2, 3, 6])
def test_the_imbalance_is_largest_where_one_modality_has_share_1(modalities):
    alone = np.eye(modalities)[0]
    assert imbalance_e1(alone) == pytest.approx(2 * (modalities - 1) / modalities**2, abs=1e-15)
    assert imbalance_e2(alone) == pytest.approx(np.sqrt(modalities - 1) / modalities, abs=1e-15)


def test_shares_and_imbalance_equal_their_definitions_on_an_example():
    phi = np.array([0.5, 0.3, -0.2])
    assert shares(phi) == pytest.approx([0.625, 0.375, 0])
    assert imbalance_e1(phi) == pytest.approx((abs(0.625 - 1 / 3) + abs(0.375 - 1 / 3) + 1 / 3) / 3)
    assert imbalance_e3([0.9, 0.6, 0.6]) == pytest.approx((0.2 + 0.1 + 0.1) / 3)


@pytest.mark.parametrize("metric", [imbalance_e1, imbalance_e2])
def test_e1_and_e2_are_invariant_to_scale_and_order(metric):
    np.testing.assert_allclose(metric(7 * PHI), metric(PHI), atol=1e-15)
    np.testing.assert_allclose(metric(PHI[:, ::-1]), metric(PHI), atol=1e-15)
    assert metric(np.array([1e308, 1e308])) == 0


def test_edm_equals_its_definition_and_is_largest_where_one_modality_has_everything():
    assert edm([0.9, 0.0, 0.0]) == pytest.approx(2 * 2 / 3 * 0.9, abs=1e-15)
    assert edm([0.5, 0.3, -0.2]) == pytest.approx(0.3 + 0.1 + 0.4)
    for count in (2, 3, 6):
        alone = 0.7 * np.eye(count)[0]
        assert edm_share(alone) == pytest.approx(2 * (count - 1) / count, abs=1e-14)
    rows = np.random.default_rng(1).dirichlet(np.full(4, 0.3), size=200) * 0.8
    assert (edm_share(rows) <= 2 * 3 / 4 + 1e-12).all()
    np.testing.assert_allclose(edm(rows), 0.8 * edm_share(rows), atol=1e-14)


def test_edm_is_the_difference_for_two_modalities_and_its_share_m_times_e1():
    np.testing.assert_allclose(edm(PHI[:, :2]), np.abs(PHI[:, 0] - PHI[:, 1]), atol=1e-15)
    np.testing.assert_allclose(edm_share(PHI), 4 * imbalance_e1(PHI), atol=1e-14)
    np.testing.assert_allclose(edm(3 * PHI + 2), 3 * edm(PHI), atol=1e-14)
    assert edm_share([0.3, -0.1]) == pytest.approx(2.0), "above the bound with a negative value"
    assert np.isnan(edm_share([[0.1, -0.3], [0.0, 0.0]])).all()
    assert np.isnan(edm([[np.nan, 1.0], [np.inf, 1.0]])).all()


def test_e3_is_invariant_to_a_shift_of_the_scores():
    np.testing.assert_allclose(imbalance_e3(PHI + 5), imbalance_e3(PHI), atol=1e-14)
    np.testing.assert_allclose(imbalance_e3(-3 * PHI), 3 * imbalance_e3(PHI), atol=1e-14)


def test_deviations_sum_to_zero_and_rank_as_the_contributions():
    d = deviations(PHI)
    np.testing.assert_allclose(d.sum(-1), 0, atol=1e-15)
    np.testing.assert_array_equal(d.argsort(-1), PHI.argsort(-1))


@pytest.mark.parametrize("row", [[0.0, 0.0], [-1.0, -2.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_a_row_without_positive_values_is_nan_and_others_are_unaffected(row):
    both = np.array([row, [1.0, 1.0]])
    for metric in (imbalance_e1, imbalance_e2):
        assert np.isnan(metric(both)[0])
        assert metric(both)[1] == 0
    assert np.isnan(imbalance_e3([[np.nan, 1.0], [1.0, 1.0]])).tolist() == [True, False]


@pytest.mark.parametrize("metric", [edm, edm_share, imbalance_e1, imbalance_e2, imbalance_e3, shares, deviations])
@pytest.mark.parametrize("alone", [0.5, [0.5], []])
def test_fewer_than_two_modalities_are_refused(metric, alone):
    with pytest.raises(ConfigError, match="at least two"):
        metric(alone)


@pytest.mark.parametrize("value", value_functions("classification"))
def test_a_trace_has_the_mean_contributions_of_its_samples(trace, value):
    found = imbalance(trace, value=value)
    np.testing.assert_allclose(found["contribution"], shapley(trace, value=value)["phi"].mean("sample"), atol=1e-12)
    assert "our variants" in found.attrs["interpretation"]
    assert found.attrs["without_effect"] == []


def test_scores_of_a_trace_are_the_accuracies_of_single_modalities(trace):
    answer, target = trace["coalitions"]["prediction"].values, trace["samples"]["target"].values
    expected = [(answer[:, 1 << i].argmax(-1) == target).mean() for i in range(3)]
    np.testing.assert_allclose(imbalance(trace)["score"], expected, atol=1e-14)


def test_each_epoch_has_the_mean_contributions_of_its_recorded_samples(trace):
    found = imbalance(trace, value="probability", per_epoch=True)
    expected = prefix_shapley(trace)["phi"].isel(time=-1).mean("recorded_sample").transpose("epoch", "modality")
    np.testing.assert_allclose(found["contribution"], expected, atol=1e-12)
    assert found["E1"].dims == ("epoch",)
    assert found.attrs["samples"] == "recorded_sample"


def test_a_sample_with_nan_is_left_out_and_counted(trace):
    whole = shapley(trace)["phi"].values
    broken = trace.copy(deep=True)
    broken["coalitions"]["prediction"].values[2, 5] = np.nan
    found = imbalance(broken, value="probability")
    assert int(found["count"]) == len(whole) - 1
    np.testing.assert_allclose(found["contribution"], np.delete(whole, 2, 0).mean(0), atol=1e-12)
    broken["coalitions"]["prediction"].values[:] = np.nan
    assert np.isnan(imbalance(broken)["E1"])


def test_a_modality_without_effect_on_predictions_is_named_and_has_share_0(trace):
    quiet = trace.copy(deep=True)
    answer = quiet["coalitions"]["prediction"].values
    answer[:] = answer[:, np.arange(8) & ~2]
    found = imbalance(quiet, value="probability")
    assert found.attrs["without_effect"] == [trace.attrs["modalities"][1]]
    assert float(found["contribution"][1]) == 0


def test_a_trace_without_coalitions_is_refused_with_the_remedy(trace):
    poor = trace.copy()
    del poor["coalitions"], poor["prefixes"]
    for per_epoch in (False, True):
        with pytest.raises(DataError, match="coalitions=True"):
            imbalance(poor, per_epoch=per_epoch)


def test_e1_is_0_for_a_game_in_which_neither_of_two_modalities_predicts_anything_alone():
    """XOR: v(∅) = v({1}) = v({2}) = 1/2 and v(all) = 1."""
    phi = shapley_values(np.array([0.5, 0.5, 0.5, 1.0]))
    assert imbalance_e1(phi) == imbalance_e2(phi) == imbalance_e3([0.5, 0.5]) == 0
    duplicate = shapley_values(np.array([0.5, 0.9, 0.9, 0.9]))
    assert imbalance_e1(duplicate) == 0


@pytest.mark.parametrize("modalities", [2, 3, 5])
def test_the_stated_ranges_of_e1_e2_and_e3_are_reached_and_not_exceeded(modalities):
    one = np.eye(modalities)[0]
    rows = np.random.default_rng(0).exponential(size=(500, modalities)) ** 3
    assert imbalance_e1(one) == pytest.approx(2 * (modalities - 1) / modalities**2)
    assert imbalance_e2(one) == pytest.approx(np.sqrt(modalities - 1) / modalities)
    assert (imbalance_e1(rows) <= imbalance_e1(one) + 1e-12).all()
    assert (imbalance_e2(rows) <= imbalance_e2(one) + 1e-12).all()
    assert (imbalance_e3(rows) <= np.ptp(rows, axis=1) / 2 + 1e-12).all()


def test_the_result_holds_v_of_every_subset_first_and_calls_no_value_better(trace):
    found = imbalance(trace)
    assert next(iter(found.data_vars)) == "v"
    np.testing.assert_allclose(found["v"], coalition_scores(trace)["score"])
    assert "gap" not in found
    assert "no better model" in found.attrs["interpretation"]
    assert all("0" in found[name].attrs["limits"] for name in ("E1", "E2", "E3"))
    assert imbalance(trace, per_epoch=True)["v"].dims == ("epoch", "coalition")
