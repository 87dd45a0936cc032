"""The Explorer's end-to-end attribution: levels, sums, and what it shows for models without it."""

import json

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.analysis import end_to_end, faithfulness
from mmviz.core.errors import DataError
from mmviz.plots import explorer_frame, theme
from mmviz.plots.explorer_attribution import attribution_group, faithfulness_text, signed_levels
from mmviz.plots.explorer_image import explorer_svg, signed_lanes


def test_signed_levels_keep_zero_the_sign_and_the_limit_and_are_within_a_level_of_the_square_root():
    rng = np.random.default_rng(0)
    values = xr.DataArray(rng.normal(size=(2, 5, 7)) ** 3, dims=("recorded_sample", "time", "source_block"))
    values[0, 0, 0] = 0
    level, limit = signed_levels(values)
    assert level.dtype == np.uint8
    assert level[0, 0, 0] == 128
    np.testing.assert_allclose(limit, abs(values).max(("time", "source_block")), rtol=1e-6)
    k = level.astype(float) - 128
    back = np.sign(k) * np.sqrt(abs(k / 127) ** 2)
    root = np.sign(values) * np.sqrt(abs(values) / abs(values).max(("time", "source_block")))
    assert float(abs(back - root).max()) <= 0.5 / 127 + 1e-9
    assert {int(abs(k[s]).max()) for s in range(2)} == {127}


def test_levels_of_values_that_are_zero_or_not_finite_are_zero():
    values = xr.DataArray([[0.0, np.nan, np.inf]], dims=("recorded_sample", "time"))
    level, limit = signed_levels(values)
    assert level.values.tolist() == [[128, 128, 128]]
    assert limit.values.tolist() == [1.0]
    assert signed_levels(values, signed=False)[0].values.tolist() == [[0, 0, 0]]


def test_the_frame_holds_the_shares_of_the_analysis_and_their_sums(trace):
    frame, found = explorer_frame(trace), end_to_end(trace)
    share = found["share"].transpose("recorded_sample", "modality", "time").values
    np.testing.assert_array_equal(frame["attribution"], share.astype(np.float32))
    np.testing.assert_allclose(
        frame["attribution_total"], frame["attribution_bias"] + share.sum((1, 2)), rtol=1e-4, atol=1e-5
    )
    level = frame["attribution_prefix"].values[:, -1].astype(float) - 128
    limit = frame["attribution_prefix_limit"].values[:, -1, None, None]
    exact = found["prefix"].transpose("recorded_sample", "time", "source_modality", "source_block").values[:, -1]
    assert (abs(np.sign(level) * (level / 127) ** 2 * limit - exact) <= limit / 127 + 1e-9).all()
    assert frame["attribution_explained"].values.tolist() == found["target"].values.tolist()


@pytest.fixture
def integrated(trace):
    """The Trace as of a user's module: integrated gradients, without shares along time and on the streams."""
    group = trace["attribution"].to_dataset()
    kept = group[["share", "bias", "logit", "conservation_error"]].drop_dims(
        ["source_modality", "target_modality", "source_block", "target_block"], errors="ignore"
    )
    trace["attribution"] = xr.DataTree(
        kept.assign(bias=kept["bias"] - 0.01).assign_attrs(
            group.attrs | {"rule": "integrated gradients", "label": "integrated gradients"}
        )
    )
    return trace


def test_integrated_gradients_are_named_so_with_their_completeness_gap_and_never_frozen_gates(integrated):
    frame = explorer_frame(integrated)
    assert "attribution_prefix" not in frame
    assert "attribution_stream" not in frame
    np.testing.assert_allclose(frame["attribution_error"], abs(end_to_end(integrated)["conservation_error"]), rtol=1e-5)
    meta = json.loads(mm.widgets.Explorer(frame=frame).data["meta"])
    assert meta["attribution"]["name"] == "integrated gradients"
    assert meta["attribution"]["error"] == "completeness gap"
    assert meta["trust"]["views"]["end-to-end attribution"] == "integrated-gradients"
    assert "baseline" in meta["trust"]["rows"]["integrated-gradients"]["can"]
    assert "end-to-end" not in meta["trust"]["rows"]
    shown = {"sample": 0, "epoch": 0, "layer": 0, "time": 3}
    assert "Integrated gradients of the prediction from the whole sequence" in explorer_svg(frame, shown)
    figure = mm.plots.plot_end_to_end(end_to_end(integrated))
    assert figure.layout.meta["trust"] == "docs/trust.md#integrated-gradients"
    title = figure.layout.title.text
    assert title.startswith("Integrated gradients")
    assert "completeness gap" in title
    for word in ("gates", "frozen", "conservation"):
        assert word not in title
    with pytest.raises(DataError, match="of the whole sequence only"):
        mm.plots.plot_end_to_end_prefixes(end_to_end(integrated))
    with pytest.raises(DataError, match="attribute the output only"):
        mm.plots.plot_end_to_end_streams(end_to_end(integrated))


def test_the_attribution_with_frozen_gates_keeps_its_name_its_error_and_its_row(trace):
    meta = json.loads(mm.widgets.Explorer(trace).data["meta"])
    assert (meta["attribution"]["name"], meta["attribution"]["error"]) == (
        "end-to-end attribution",
        "conservation error",
    )
    assert meta["trust"]["views"]["end-to-end attribution"] == "end-to-end"
    assert "integrated-gradients" not in meta["trust"]["rows"]
    title = mm.plots.plot_end_to_end(end_to_end(trace)).layout.title.text
    assert "gates held fixed, rule: frozen" in title
    assert "conservation error" in title


def test_a_trace_without_attribution_gives_a_frame_without_it_and_a_page_without_its_view(trace):
    del trace["attribution"]
    assert attribution_group(trace).sizes == {}
    frame = explorer_frame(trace)
    assert not [name for name in frame.variables if str(name).startswith("attribution")]
    explorer = mm.widgets.Explorer(frame=frame)
    assert '"attribution"' not in explorer.data["meta"].split('"trust"')[0]


def test_fewer_recorded_samples_keep_their_own_limits(trace):
    whole, one = explorer_frame(trace), explorer_frame(trace, recorded_samples=1)
    np.testing.assert_array_equal(one["attribution_prefix_limit"], whole["attribution_prefix_limit"][:1])
    np.testing.assert_array_equal(one["attribution_prefix"], whole["attribution_prefix"][:1])


def test_a_regression_explains_its_value_and_names_no_class(regression):
    model = mm.models.build("coupled_mamba", regression.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, regression, epochs=1, progress=False)
    frame = explorer_frame(mm.record(run, regression["test"], recorded_samples=[0, 1]))
    assert set(frame["attribution_explained"].values.tolist()) == {""}
    assert frame["attribution"].attrs["quantity"] == "predicted value"
    prediction = frame["prediction"].values[
        int(np.flatnonzero(frame["epoch"] == frame.attrs["best_epoch"])[0]), :, -1, 0
    ]
    np.testing.assert_allclose(frame["attribution_total"], prediction, rtol=1e-3, atol=1e-4)


def test_the_still_image_draws_the_signed_shares_of_every_modality(trace):
    frame, shown = explorer_frame(trace), {"sample": 0, "epoch": 0, "layer": 0, "time": 3}
    without = frame.drop_vars([name for name in frame.data_vars if str(name).startswith("attribution")])
    assert "End-to-end attribution" not in explorer_svg(without, shown)
    signs = np.resize([1.0, -1.0], frame["attribution"].shape)
    image = explorer_svg(frame.assign(attribution=frame["attribution"].copy(data=signs)), shown)
    assert image.count(f'fill="{theme.RAISES}"') == image.count(f'fill="{theme.LOWERS}"') == frame.sizes["modality"]
    assert frame["attribution"].attrs["quantity"] in image


def test_the_still_image_draws_at_most_200_bars_for_a_modality():
    parts = signed_lanes(["long"], np.linspace(1, 2, 1000)[None], 0)
    assert max(part.count("V") for part in parts) == 2 * 200


def test_the_measured_faithfulness_beside_the_map_is_that_of_the_analysis(trace):
    found, text = faithfulness(trace), faithfulness_text(trace)
    k = found["explanation"].values.tolist().index("end-to-end attribution")
    ours, uncut = (float(part) for part in (found["after_mean"][k], found["uncut_mean"]))
    assert text.startswith(f"p(predicted class) after deleting the top 20 % of cells: {ours:.2f}")
    assert f"uncut: {uncut:.2f}" in text
    assert f"{trace['faithfulness'].sizes['recorded_sample']} recorded samples" in text
    page = mm.widgets.Explorer(trace).data["meta"]
    assert json.loads(page)["trust"]["rows"]["end-to-end"]["measured"] == text


def test_without_recorded_faithfulness_the_map_has_no_number(trace):
    del trace["faithfulness"]
    assert faithfulness_text(trace) == ""
    assert json.loads(mm.widgets.Explorer(trace).data["meta"])["trust"]["rows"]["end-to-end"]["measured"] == ""


def test_an_interval_of_a_probability_that_covers_0_to_1_is_left_out_with_the_reason(trace):
    group = trace["faithfulness"].to_dataset()
    signs = np.resize([0.0, 1.0], group.sizes["recorded_sample"])[:, None, None]
    trace["faithfulness"] = group.isel(recorded_sample=slice(2)).assign(
        deletion=group["deletion"].isel(recorded_sample=slice(2)) * 0 + signs[:2]
    )
    text = faithfulness_text(trace)
    assert "top 20 % of cells: 0.50;" in text
    assert "too few for an interval" in text
    assert "[" not in text


def test_where_one_of_the_intervals_says_nothing_none_is_shown(trace):
    group = trace["faithfulness"].to_dataset()
    half = group.isel(recorded_sample=slice(2))
    values = half["deletion"].values.copy()
    values[:, :, 1:] = np.array([0.0, 1.0])[:, None, None]
    values[:, :, 0] = [[0.9], [0.90001]]
    trace["faithfulness"] = half.assign(deletion=half["deletion"].copy(data=values))
    text = faithfulness_text(trace)
    assert "uncut: 0.90 (mean of 2 recorded samples" in text
    assert "[" not in text
