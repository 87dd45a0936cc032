"""Analyses of captured scans: the table, the selection of a scan, the map's totals, and their errors."""

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def captured(recorded):
    """A Trace with two hand-made captured scans: sites a.0 and a.1, the second without a map."""
    rng = np.random.default_rng(0)
    rows, name = recorded["states"]["recorded_sample"].values, recorded.attrs["modalities"][0]
    out = recorded.copy()
    sampled = ("recorded_sample", "scan_stream")
    for k, (L, E, N) in enumerate(((10, 6, 3), (5, 2, 4))):
        shape = (len(rows), 1, L, E)
        width = 4
        blocks = -(-L // width)
        lower = np.tril(np.ones((blocks, blocks)))
        group = xr.Dataset(
            {
                "norm": ((*sampled, "scan_step", "scan_channel"), rng.random(shape) * np.arange(1, E + 1)),
                "dt": ((*sampled, "scan_step", "scan_channel"), np.full(shape, 0.1)),
                "half_life": ((*sampled, "scan_channel"), np.broadcast_to(np.arange(1.0, E + 1), (len(rows), 1, E)).copy()),
                "A": (("scan_stream", "scan_channel", "scan_state"), -np.ones((1, E, N))),
                "W": ((*sampled, "scan_source"), np.ones((len(rows), 1, 1))),
                "valid": ((*sampled, "scan_step"), np.ones(shape[:3], bool)),
                "frame": (("scan_stream", "scan_step"), np.arange(L)[None]),
            },
            coords={"recorded_sample": rows},
            attrs={
                "site": f"a.{k}", "function": "scan", "label": "first" if k == 0 else "second", "modality": name, "modalities": [name],
                "depends_on": [name], "alignment": ["one scan step per frame"], "replay_error": 1e-7 * (k + 1), "in_states": k == 0,
                "steps_per_block": width, "influence_channels": "mean over all channels", "description": "made by hand",
            },
        )  # fmt: skip
        if k == 0:
            group["influence"] = (
                (*sampled, "target_step_block", "scan_source", "source_step_block"),
                (rng.random((len(rows), 1, blocks, 1, blocks)) * lower[:, None]),
            )
        out[f"scans/{k}"] = xr.DataTree(group)
    mm.trace.validate(out)
    return out


def test_the_table_of_captured_scans_has_a_row_for_each_with_shape_error_and_half_life(captured):
    found = mm.analysis.captured_scans(captured)
    assert found["site"].values.tolist() == ["a.0", "a.1"]
    assert found["steps"].values.tolist() == [10, 5]
    assert found["channels"].values.tolist() == [6, 2]
    assert found["states"].values.tolist() == [3, 4]
    assert found["half_life"].values.tolist() == [3.5, 1.5]
    assert found["has_influence"].values.tolist() == [True, False]
    assert found["in_states"].values.tolist() == [True, False]
    np.testing.assert_allclose(found["replay_error"], [1e-7, 2e-7])


def test_scan_states_selects_by_position_site_or_label_and_orders_channels_by_half_life(captured):
    found = mm.analysis.scan_states(captured, scan=0, channels=3)
    assert found["channel"].values.tolist() == [[5, 4, 3]]  # the largest variation, longest half-life first
    scan = captured["scans"]["0"].to_dataset()
    expected = scan["norm"].values[..., [5, 4, 3]].swapaxes(-1, -2)
    np.testing.assert_array_equal(found["norm"], expected)
    np.testing.assert_allclose(found["size"], np.sqrt((scan["norm"].values ** 2).mean(-1)))
    assert found.identical(mm.analysis.scan_states(captured, scan="a.0", channels=3))
    assert found.identical(mm.analysis.scan_states(captured, scan="first", channels=3))
    assert mm.analysis.scan_states(captured, scan="second").sizes["step"] == 5


def test_the_totals_of_the_map_count_every_pair_of_steps_and_the_shares_add_up_to_one(captured):
    found = mm.analysis.scan_influence(captured)
    counts = np.outer([4, 4, 2], [4, 4, 2])
    values = captured["scans"]["0"]["influence"].values[:, 0, :, 0]
    np.testing.assert_allclose(found["total"].values[:, 0, 0], (values * counts).sum((1, 2)))
    np.testing.assert_allclose(found["share"], 1)
    assert found["lag"].values.tolist() == [0, 4, 8]
    np.testing.assert_allclose(found["by_lag"].values[:, 0, 0, 1], (values[:, 1, 0] + values[:, 2, 1]) / 2)


def test_wrong_scans_and_missing_groups_are_refused_with_the_remedy(captured, recorded):
    with pytest.raises(
        ConfigError, match=r"scan='a\.2' \(did you mean .*give a position from 0 to 1, or one of a\.0, a\.1"
    ):
        mm.analysis.scan_states(captured, scan="a.2")
    with pytest.raises(ConfigError, match="scan=2; give a position"):
        mm.analysis.scan_states(captured, scan=2)
    with pytest.raises(ConfigError, match="scan=True"):
        mm.analysis.scan_states(captured, scan=True)
    with pytest.raises(DataError, match=r"no operator map of 'a\.1' was recorded"):
        mm.analysis.scan_influence(captured, scan=1)
    for analysis in (mm.analysis.captured_scans, mm.analysis.scan_states, mm.analysis.scan_influence):
        with pytest.raises(DataError, match="holds no captured scan; adapt the module with"):
            analysis(recorded)
