"""The influence map summed up: totals, shares and lags against a direct reading."""

import numpy as np
import pytest

from mmviz.analysis import influence
from mmviz.errors import ConfigError, DataError


def test_totals_shares_and_lags_are_their_definitions(trace):
    found = influence(trace)
    K = found["map"].values
    np.testing.assert_array_equal(K, trace["influence"]["influence"].values.astype(np.float64))
    blocks = K.shape[3]
    total = sum(K[:, :, :, b, :, c] for b in range(blocks) for c in range(blocks))
    np.testing.assert_allclose(found["total"], total, rtol=1e-12)
    heard = total.sum(-1, keepdims=True)
    np.testing.assert_allclose(found["share"].sum("source"), heard[..., 0] > 0, rtol=1e-12)
    np.testing.assert_allclose(found["share"], total / np.where(heard > 0, heard, np.nan), rtol=1e-12)
    for lag in (0, 1, blocks - 1):
        direct = np.mean([K[:, :, :, b, :, b - lag] for b in range(lag, blocks)], axis=0)
        np.testing.assert_allclose(found["by_lag"].isel(lag=lag), direct, rtol=1e-12)


def test_blocks_count_as_many_steps_as_they_hold(trace):
    steps = trace["states"].sizes["time"]
    coarse = trace.copy(deep=True)
    group = coarse["influence"].to_dataset().isel(block=slice(0, 5), source_block=slice(0, 5))
    group.attrs["steps_per_block"] = 5  # five blocks of 5, the last one shorter
    group = group.assign_coords(block=np.arange(5) * 5, source_block=np.arange(5) * 5)
    group["influence"][:] = 1.0
    coarse["influence"] = group
    found = influence(coarse)
    assert 20 < steps <= 25
    assert (found["total"] == steps**2).all()
    assert found["lag"].values.tolist() == [0, 5, 10, 15, 20]


def test_what_this_input_did_is_another_map(trace):
    unit, effect = influence(trace), influence(trace, kind="effect")
    assert not np.allclose(unit["map"], effect["map"])
    assert effect.attrs["kind"] == "effect"


def test_a_modality_that_hears_nothing_has_no_shares(trace):
    deaf = trace.copy(deep=True)
    deaf["influence"]["influence"].values[:, :, 1] = 0
    share = influence(deaf)["share"]
    assert np.isnan(share[:, :, 1]).all()
    assert np.isfinite(share[:, :, 0]).all()


def test_what_is_not_there_is_refused_with_the_remedy(trace):
    with pytest.raises(ConfigError, match="influence, effect"):
        influence(trace, kind="power")
    poor = trace.copy()
    del poor["influence"]
    with pytest.raises(DataError, match="influence=True"):
        influence(poor)
