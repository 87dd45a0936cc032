"""State summaries against direct formulas; trajectories against a plain singular value decomposition."""

import numpy as np
import pytest

from mmviz.analysis import states, trajectories
from mmviz.core.errors import ConfigError, DataError


def test_half_life_halves_a_state_under_the_median_step(trace):
    summary = states(trace)
    operator = trace["operator"].to_dataset()
    dt = operator["dt"].where(trace["states"]["valid"]).astype(float).median(("recorded_sample", "time"))
    decay = np.exp(dt * operator["A"].astype(float))
    left = decay ** summary["half_life"].rename(channel_all="channel")
    np.testing.assert_allclose(left.values, 0.5, rtol=1e-12)


def test_norm_is_the_length_of_the_recorded_states(trace):
    summary = states(trace, channels=10_000)
    best = summary["norm"].sel(epoch=trace.attrs["best_epoch"])
    length = np.sqrt((trace["operator"]["h"].astype(float) ** 2).sum("state"))
    picked = length.isel(channel=summary["channel"]).transpose(*best.dims)
    np.testing.assert_allclose(best.values, picked.values, rtol=1e-5, atol=1e-7)


def test_channels_are_ordered_from_long_to_short_half_life(trace):
    summary = states(trace, channels=5)
    lasting = summary["half_life"].median("state").isel(channel_all=summary["channel"])
    assert bool((lasting.diff("rank") <= 0).all())
    assert summary.sizes["rank"] == 5


def test_size_is_zero_where_a_modality_is_absent(trace):
    summary = states(trace)
    absent = ~trace["states"]["valid"].any("time")
    assert bool(absent.any())
    assert float(summary["size"].where(absent).max()) == 0


@pytest.mark.parametrize("channels", [0, -1, 2.5, True])
def test_a_wrong_number_of_channels_is_refused(trace, channels):
    with pytest.raises(ConfigError, match="channels="):
        states(trace, channels=channels)


def by_svd(trace, layer):
    h = trace["operator"]["h"].isel(layer=layer).values.astype(np.float64)
    valid = trace["states"]["valid"].values
    rows = h.reshape(*h.shape[:3], -1)[valid]
    rows = rows - rows.mean(0)
    _, s, v = np.linalg.svd(rows, full_matrices=False)
    sign = np.sign(v[[0, 1], np.abs(v[:2]).argmax(1)])
    return valid, rows @ (v[:2] * sign[:, None]).T, s[:2] ** 2 / (s**2).sum()


@pytest.mark.parametrize("layer", [0, 1])
def test_positions_are_the_two_first_principal_components(trace, layer):
    found = trajectories(trace, layer=layer)
    valid, expected, share = by_svd(trace, layer)
    np.testing.assert_allclose(found["position"].values[valid], expected, atol=1e-8 * np.abs(expected).max())
    np.testing.assert_allclose(found["explained"], share, rtol=1e-9)
    assert np.isnan(found["position"].values[~valid]).all()


def test_trajectories_of_few_steps_with_many_states_equal_the_singular_value_decomposition(trace):
    few = trace.copy(deep=True)
    few["states"]["valid"].values[...] = False
    few["states"]["valid"].values[0, 0, :6] = True
    found = trajectories(few)
    valid, expected, share = by_svd(few, 0)
    np.testing.assert_allclose(found["position"].values[valid], expected, atol=1e-8 * np.abs(expected).max())
    np.testing.assert_allclose(found["explained"], share, rtol=1e-9)


def test_diverged_states_are_left_out(trace):
    wild = trace.copy(deep=True)
    wild["operator"]["h"].values[0, 0, 0, 5] = np.inf
    position = trajectories(wild)["position"]
    assert np.isnan(position[0, 0, 5]).all()
    assert np.isfinite(position[0, 0, 4]).all()


def test_trajectories_refuse_an_unknown_layer_and_a_model_without_scan(trace):
    with pytest.raises(ConfigError, match="layer=9"):
        trajectories(trace, layer=9)
    empty = trace.copy(deep=True)
    empty["states"]["valid"].values[...] = False
    with pytest.raises(DataError, match="at least 3"):
        trajectories(empty)
