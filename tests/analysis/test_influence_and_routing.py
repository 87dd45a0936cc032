"""Influence totals, shares and lags from the definition; expert utilisation and mutual information by closed forms."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmviz.analysis import influence, mutual_information, routing
from mmviz.core.errors import ConfigError, DataError


def test_totals_shares_and_lags_are_their_definitions(trace):
    found = influence(trace)
    K = found["map"].values
    np.testing.assert_array_equal(K, trace["influence"]["influence"].values.astype(np.float64))
    blocks = K.shape[3]
    total = sum(K[:, :, :, b, :, c] for b in range(blocks) for c in range(blocks))
    np.testing.assert_allclose(found["total"], total, rtol=1e-12)
    heard = total.sum(-1, keepdims=True)
    np.testing.assert_allclose(found["share"].sum("source_modality"), heard[..., 0] > 0, rtol=1e-12)
    np.testing.assert_allclose(found["share"], total / np.where(heard > 0, heard, np.nan), rtol=1e-12)
    for lag in (0, 1, blocks - 1):
        direct = np.mean([K[:, :, :, b, :, b - lag] for b in range(lag, blocks)], axis=0)
        np.testing.assert_allclose(found["by_lag"].isel(lag=lag), direct, rtol=1e-12)


def test_blocks_count_as_many_steps_as_they_hold(trace):
    steps = trace["states"].sizes["time"]
    coarse = trace.copy(deep=True)
    group = coarse["influence"].to_dataset().isel(target_block=slice(0, 5), source_block=slice(0, 5))
    group.attrs["steps_per_block"] = 5  # five blocks of 5, the last one shorter
    group = group.assign_coords(target_block=np.arange(5) * 5, source_block=np.arange(5) * 5)
    group["influence"][:] = 1.0
    coarse["influence"] = group
    found = influence(coarse)
    assert 20 < steps <= 25
    assert (found["total"] == steps**2).all()
    assert found["lag"].values.tolist() == [0, 5, 10, 15, 20]


def test_kind_effect_returns_another_map(trace):
    unit, effect = influence(trace), influence(trace, kind="effect")
    assert not np.allclose(unit["map"], effect["map"])
    assert effect.attrs["kind"] == "effect"


def test_a_modality_that_receives_no_influence_has_nan_shares(trace):
    deaf = trace.copy(deep=True)
    deaf["influence"]["influence"].values[:, :, 1] = 0
    share = influence(deaf)["share"]
    assert np.isnan(share[:, :, 1]).all()
    assert np.isfinite(share[:, :, 0]).all()


def test_an_unknown_kind_and_a_trace_without_influence_are_refused_with_the_remedy(trace):
    with pytest.raises(ConfigError, match="use one of 'influence', 'effect'"):
        influence(trace, kind="power")
    poor = trace.copy()
    del poor["influence"]
    with pytest.raises(DataError, match="influence=True"):
        influence(poor)


def with_routing(trace, weight_of):
    """A Trace whose expert weights are weight_of(modality position) at every step."""
    states, names = trace["states"], trace.attrs["modalities"]
    owners = [*names, ""]
    shape = (states.sizes["epoch"], states.sizes["recorded_sample"], 1, len(names), states.sizes["time"], len(owners))
    weight = np.zeros(shape)
    for m in range(len(names)):
        weight[:, :, :, m] = weight_of(m)
    out = trace.copy()
    out["routing"] = xr.DataTree(
        xr.Dataset(
            {"weight": (("epoch", "recorded_sample", "layer", "modality", "time", "expert"), weight)},
            coords={"epoch": states["epoch"].values, "recorded_sample": states["recorded_sample"].values, "modality": names,
                    "expert": [f"{o or 'shared'} 1" for o in owners], "expert_modality": ("expert", owners)},
        )
    )  # fmt: skip
    return out


def test_modality_specific_experts_have_maximal_modality_information_and_no_label_information(trace):
    found = routing(with_routing(trace, lambda m: np.eye(4)[m]))
    M = len(trace.attrs["modalities"])
    np.testing.assert_allclose(found["modality_information"], np.log2(M), rtol=1e-12)
    np.testing.assert_allclose(
        found["usage"].isel(expert=slice(M)), np.broadcast_to(np.eye(M), found["usage"].isel(expert=slice(M)).shape)
    )


def test_a_shared_expert_has_no_mutual_information(trace):
    found = routing(with_routing(trace, lambda m: np.eye(4)[3]))
    np.testing.assert_allclose(found["modality_information"], 0, atol=1e-12)
    np.testing.assert_allclose(found["label_information"], 0, atol=1e-12)


def test_steps_without_data_are_nan_and_have_no_weight(trace):
    found = routing(with_routing(trace, lambda m: np.full(4, 0.25)))
    valid = trace["states"]["valid"]
    assert not valid.all()
    np.testing.assert_array_equal(found["weight"].isnull().any("expert").isel(epoch=0, layer=0), ~valid)
    np.testing.assert_allclose(found["usage"], 0.25)


def test_experts_selected_by_class_have_label_information(trace):
    routed = with_routing(trace, lambda m: np.zeros(4))
    label = trace["samples"]["target"].values[trace["states"]["recorded_sample"].values]
    for k, of in enumerate(label):
        routed["routing"]["weight"].values[:, k, ..., int(of)] = 1
    routed["states"] = routed["states"].to_dataset().assign(valid=xr.ones_like(trace["states"]["valid"]))
    counts = np.bincount(label.astype(int))
    p = counts[counts > 0] / counts.sum()
    np.testing.assert_allclose(routing(routed)["label_information"], -(p * np.log2(p)).sum(), rtol=1e-12)


def test_a_trace_without_experts_is_refused(trace):
    with pytest.raises(DataError, match="/routing"):
        routing(trace)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, (3, 4), elements=st.floats(0.001, 10)))
def test_information_is_symmetric_scale_free_and_bounded(joint):
    bits = mutual_information(joint)
    assert 0 <= bits <= np.log2(3) + 1e-12
    np.testing.assert_allclose(mutual_information(joint.T), bits, atol=1e-12)
    np.testing.assert_allclose(mutual_information(7 * joint), bits, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, 3, elements=st.floats(0.01, 5)), arrays(np.float64, 4, elements=st.floats(0.01, 5)))
def test_independent_variables_have_mutual_information_0(a, b):
    np.testing.assert_allclose(mutual_information(np.outer(a, b)), 0, atol=1e-12)


def test_mutual_information_of_zero_weights_is_nan_and_negative_weights_are_refused():
    assert np.isnan(mutual_information(np.zeros((2, 2))))
    assert mutual_information(np.eye(4)) == 2
    with pytest.raises(ConfigError, match="≥ 0"):
        mutual_information(-np.eye(2))
