"""State summaries: half-lives and norms against direct formulas."""

import numpy as np
import pytest

from mmviz.analysis import states
from mmviz.errors import ConfigError


def test_half_life_halves_a_state_under_the_median_step(trace):
    summary = states(trace)
    operator = trace["operator"].to_dataset()
    dt = operator["dt"].where(trace["states"]["valid"]).astype(float).median(("traced", "time"))
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
