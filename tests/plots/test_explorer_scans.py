"""The Explorer's group of captured scans: values, rows, limits of size, the time axis; and hidden states of encoders with different widths."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.plots import explorer_frame, explorer_scans
from mmviz.plots.explorer_image import explorer_svg
from mmviz.plots.explorer_scans import edited_scans, missing_scans, scan_group, site_count
from mmviz.widgets import Explorer
from mmviz.widgets.frame import check_frame
from mmviz.widgets.serialize import decode

sys.path.insert(0, str(Path(__file__).parents[1] / "widgets"))
from explorer_frames import scan_groups


def with_scans(trace, groups):
    out = trace.copy()
    for k, group in groups.items():
        out[f"scans/{k}"] = xr.DataTree(group)
    return out


@pytest.fixture
def groups(trace):
    frames = trace["inputs"][trace.attrs["modalities"][0]].sizes["frame"]
    return scan_groups(trace["states"].sizes["recorded_sample"], frames, names=trace.attrs["modalities"])


@pytest.fixture
def captured(trace, groups):
    return with_scans(trace, groups)


def test_a_trace_without_captured_scans_gives_a_frame_without_them(trace):
    assert scan_group(trace).sizes == {}
    frame = explorer_frame(trace)
    assert site_count(frame) == 0
    assert json.loads(Explorer(frame=frame).data["meta"])["scans"] == []


@pytest.mark.parametrize("k", [0, 1, 2])
def test_levels_half_lives_and_influence_of_a_site_are_those_of_the_trace_within_one_level(captured, groups, k):
    frame, group = explorer_frame(captured), groups[k]
    assert site_count(frame) == 3
    about, index = frame[f"scan_norm_{k}"].attrs, frame[f"scan_index_{k}"].values.astype(int)
    norm = group["norm"].transpose("recorded_sample", "scan_stream", "scan_channel", "scan_step").values
    exact = np.take_along_axis(norm, index[None, :, :, None], 2).clip(0, about["scale"])
    seen = frame[f"scan_norm_{k}"].values / 255 * about["scale"]
    valid = group["valid"].values[:, :, None].repeat(exact.shape[2], 2)
    np.testing.assert_allclose(seen[valid], exact[valid], atol=about["scale"] / 510 + 1e-6)
    mean = group["norm"].mean("scan_channel").where(group["valid"]).values
    np.testing.assert_allclose(frame[f"scan_mean_{k}"], mean, rtol=1e-5)
    lives = np.take_along_axis(group["half_life"].values, index[None], 2)
    np.testing.assert_array_equal(frame[f"scan_half_life_{k}"], lives)
    assert (np.diff(np.median(lives, 0)) <= 0).all(), "longest half-life first"
    np.testing.assert_array_equal(frame[f"scan_quantile_{k}"], np.sort(group["half_life"].values, -1))
    assert (about["steps"], about["channels"], about["states"]) == (
        norm.shape[3],
        norm.shape[2],
        group.sizes["scan_state"],
    )
    if "influence" in group:
        levels, scale = frame[f"scan_influence_{k}"].values, frame[f"scan_influence_{k}"].attrs["scale"]
        assert abs(np.sqrt(group["influence"].values / scale) - levels / 255).max() <= 0.5 / 255 + 1e-6


def test_the_rows_are_the_channels_whose_norm_varies_most_over_the_steps_with_data(captured, groups):
    index = scan_group(captured)["scan_index_1"].values[0].astype(int)
    norm = groups[1]["norm"].where(groups[1]["valid"]).values[:, 0]
    spread = np.nanstd(norm, 1).mean(0)
    assert set(index) == set(np.argsort(-spread)[:32])


def test_a_step_ends_with_its_last_frame_and_unknown_frames_have_no_place_on_the_time_axis(captured, groups):
    found = scan_group(captured)
    frames = captured["inputs"][captured.attrs["modalities"][0]].sizes["frame"]
    np.testing.assert_allclose(found["scan_until_0"][2, 0], (np.arange(frames) + 1) / frames, rtol=1e-6)
    np.testing.assert_allclose(
        found["scan_until_1"][0, 0], 2 * (np.arange(frames // 2) + 1) / (frames // 2 * 2), rtol=1e-6
    )
    assert np.isnan(found["scan_until_2"]).all()


def test_long_scans_are_averaged_over_the_steps_with_data_and_coarse_blocks_are_means_over_pairs_of_steps(
    trace, groups, monkeypatch
):
    monkeypatch.setattr(explorer_scans, "MAX_STEPS", 5)
    monkeypatch.setattr(explorer_scans, "MAX_BLOCKS", 4)
    monkeypatch.setattr(explorer_scans, "MIN_BLOCKS", 4)
    group = groups[1]
    found = scan_group(with_scans(trace, {0: group}))
    steps = group.sizes["scan_step"]
    assert found["scan_norm_0"].attrs["pooled"] == -(-steps // 5)
    width = found["scan_norm_0"].attrs["pooled"]
    per_step = group["norm"].mean("scan_channel").where(group["valid"]).values[1, 0]
    expected = [np.nanmean(per_step[i : i + width]) if np.isfinite(per_step[i : i + width]).any() else np.nan for i in range(0, steps, width)]  # fmt: skip
    np.testing.assert_allclose(found["scan_mean_0"][1, 0], expected, rtol=1e-5)
    fine, coarse = group["influence"].values[0, 0, :, 0], found["scan_influence_0"]
    blocks, block = fine.shape[0], group.attrs["steps_per_block"]
    together = coarse.attrs["width"] // block
    assert coarse.shape[2] <= 4
    weight = np.minimum(block, steps - np.arange(blocks) * block).astype(float)
    pairs = np.outer(weight, weight)
    first = slice(0, together)
    value = float(coarse[0, 0, 0, 0, 0]) ** 2 / 255**2 * coarse.attrs["scale"]
    assert value == pytest.approx(np.average(fine[first, first], weights=pairs[first, first]), rel=0.02)


def test_with_timestamps_a_step_ends_at_the_end_of_its_last_frame_on_the_clock_of_the_sample(groups):
    group = groups[0].isel(scan_step=slice(4)).drop_vars("influence")
    samples = group.sizes["recorded_sample"]
    clock = xr.Dataset({"start": (("recorded_sample", "time"), np.full((samples, 2), 10.0)), "stop": (("recorded_sample", "time"), np.full((samples, 2), 14.0))})  # fmt: skip
    end = 10 + np.array([0.5, 1.0, 3.0, 4.0])
    inputs = xr.Dataset({"value": (("recorded_sample", "frame"), np.zeros((samples, 4))), "end": (("recorded_sample", "frame"), np.tile(end, (samples, 1)))})  # fmt: skip
    group.attrs["modalities"] = ["m1"]
    tree = xr.DataTree.from_dict({"/clock": clock, "/inputs/m1": inputs, "/scans/0": group})
    np.testing.assert_allclose(scan_group(tree)["scan_until_0"][0, 0], [0.125, 0.25, 0.75, 1.0])


def test_the_maps_of_many_wide_and_long_scans_are_limited(trace, monkeypatch):
    monkeypatch.setattr(explorer_scans, "MAX_BYTES", 300_000)
    rng, samples = np.random.default_rng(0), trace["states"].sizes["recorded_sample"]
    norm = rng.random((samples, 1, 600, 64), np.float32)
    dims = ("recorded_sample", "scan_stream", "scan_step", "scan_channel")
    wide = xr.Dataset({"norm": (dims, norm), "influence": (("recorded_sample", "scan_stream", "target_step_block", "scan_source", "source_step_block"), rng.random((samples, 1, 150, 1, 150), np.float32))})  # fmt: skip
    wide.attrs = {"site": "layers.0", "function": "scan", "steps_per_block": 4}
    frame = explorer_frame(with_scans(trace, dict.fromkeys(range(6), wide)))
    for kind in ("scan_norm", "scan_influence"):
        held = sum(frame[name].nbytes for name in frame.data_vars if str(name).startswith(kind))
        assert explorer_scans.MAX_BYTES / 4 < held <= explorer_scans.MAX_BYTES
    assert len(Explorer(frame=frame).data["body"]) < 800_000  # noise does not compress


def test_the_packed_arrays_and_the_header_hold_every_site_and_no_name_of_the_module_is_a_key(trace, groups):
    groups[0].attrs["site"] = "<img src=x>\u202e.mixer"
    data = Explorer(with_scans(trace, groups)).data
    meta = json.loads(data["meta"])
    assert [site["site"] for site in meta["scans"]] == ["<img src=x>\\u202e.mixer", "encoders.1.mixer", "fusion.scan"]
    assert meta["scans"][0]["replay_error"] == pytest.approx(2.1e-7)
    assert [len(site["streams"]) for site in meta["scans"]] == [1, 1, 2]
    assert meta["scans"][2]["influence"] is None
    assert meta["scans"][2]["no_influence"] == "the Trace holds no influence map of this site"
    arrays = decode(meta["arrays"], data["body"])
    np.testing.assert_array_equal(
        arrays["scan_norm_1"], explorer_frame(with_scans(trace, groups))["scan_norm_1"].values
    )
    assert {name for name in meta["arrays"] if name.startswith("scan_") and name.endswith("_0")} == {
        f"scan_{part}_0" for part in ("norm", "mean", "half_life", "quantile", "until", "index", "influence")
    }


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("scan_mean_0", lambda v: v.transpose(), "'scan_mean_0' has dimensions"),
        ("scan_norm_1", lambda v: v.astype("u2"), "'scan_norm_1' has type uint16, expected uint8"),
        ("scan_index_2", lambda v: v.astype(str), "'scan_index_2' has type"),
    ],
)
def test_check_frame_names_the_array_of_a_captured_scan_that_is_invalid(captured, name, change, message):
    frame = explorer_frame(captured)
    with pytest.raises(DataError, match=message):
        check_frame(frame.assign({name: change(frame[name])}))
    with pytest.raises(DataError, match=f"'{name}' is missing|scan_mean_0' has|is missing"):
        check_frame(
            frame.drop_vars(name if "norm" not in name else "scan_mean_1"),
        )


def test_the_reason_why_there_are_no_captured_scans_is_that_of_the_trace(trace):
    assert missing_scans(trace) == ""
    trace.attrs["notes"] = ["another", "No captured scans: the module is a GRU; use a scan."]
    assert json.loads(Explorer(trace).data["meta"])["missing_scans"].startswith(
        "No captured scans: the module is a GRU"
    )


def test_the_scans_of_an_edited_sample_keep_rows_and_scale_and_other_sizes_are_left_out(captured, groups):
    frame = explorer_frame(captured)
    one = {f"/scans/{k}": group.isel(recorded_sample=[2]) for k, group in groups.items()}
    found = edited_scans(one, frame)
    for k in range(3):
        np.testing.assert_array_equal(found[f"scan_norm_{k}"][1], frame[f"scan_norm_{k}"].values[[2]])
    doubled = {"/scans/0": one["/scans/0"].assign(norm=one["/scans/0"]["norm"] * 2)}
    levels, kept = edited_scans(doubled, frame)["scan_norm_0"][1], frame["scan_norm_0"].values[[2]].astype(int)
    assert abs(levels.astype(int) - np.minimum(2 * kept, 255)).max() <= 1
    assert edited_scans({"/scans/0": one["/scans/1"]}, frame) == {}


def padded(trace, m=1, kept=3):
    """The Trace with NaN in all but the first channels of modality m."""
    group = trace["states"].to_dataset()
    norm = group["norm"].copy(deep=True)
    norm[{"modality": m, "channel": slice(kept, None)}] = np.nan
    out = trace.copy()
    out["states"] = xr.DataTree(group.assign(norm=norm))
    return out


def test_channels_that_an_encoder_does_not_have_are_marked_and_not_drawn(trace):
    frame, whole = explorer_frame(padded(trace)), explorer_frame(trace)
    C = whole.sizes["channel"]
    absent = frame["channel_index"].values < 0
    assert absent.sum((0, 2)).tolist() == [0, (C - 3) * whole.sizes["layer"], 0]
    assert (frame["state"].transpose(..., "layer", "modality", "channel").values[..., absent] == 0).all()
    assert (whole["channel_index"] >= 0).all()
    scales = [np.array(json.loads(one["state"].attrs["scale"]))[:, None, None] for one in (frame, whole)]
    values = [
        (one["state"].values[:, :, :, 0] / 255) ** 2 * scale for one, scale in zip((frame, whole), scales, strict=True)
    ]
    both = (frame["state"].values[:, :, :, 0] < 255) & (whole["state"].values[:, :, :, 0] < 255)
    np.testing.assert_allclose(values[0][both], values[1][both], atol=float(np.max(scales)) / 120)
    here = {"sample": 0, "epoch": 0, "layer": 0, "time": 3}
    assert explorer_svg(frame, here).count("<image") == 3
    assert explorer_svg(explorer_frame(padded(trace, kept=0)), here).count("<image") == 2


def test_a_trace_without_states_of_the_operator_has_no_trajectories_but_all_else(trace):
    del trace["operator"]
    from mmviz.plots.explorer_groups import trajectory_group

    assert trajectory_group(trace).sizes == {}
