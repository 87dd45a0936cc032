"""Shapley, states and Explorer frames to the last digit; escaping of markup in figures."""

import json

import numpy as np
import pytest
from scipy import stats

from mmviz.analysis import shapley, states
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import html, plotly, visible
from mmviz.plots import explorer_frame, plot_shapley, plot_states, shapley_frame, states_frame

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '<a href="https://evil">x</a>',
    "<b>bold</b><br>",
    r"$\href{javascript:alert(1)}{x}$",
    "%{customdata[0]}",
    "</script><script>alert(1)</script>",
    "\u202eright to left",
    "nul\x00",
    "x" * 10_000,
]


def test_shapley_frame_is_the_mean_and_students_interval(trace):
    phi = shapley(trace)
    frame = shapley_frame(phi)
    values = phi["phi"].values
    error = values.std(0, ddof=1) / np.sqrt(len(values))
    np.testing.assert_allclose(frame["mean"], values.mean(0), rtol=1e-14)
    np.testing.assert_allclose(frame["high"] - frame["mean"], stats.t.ppf(0.975, len(values) - 1) * error, rtol=1e-12)
    assert frame.attrs["n_samples"] == len(values)


def test_shapley_frame_excludes_samples_with_nan_and_counts_the_others(trace):
    phi = shapley(trace)
    broken = phi.copy(deep=True)
    broken["phi"][0, 0] = np.nan
    frame = shapley_frame(broken)
    assert frame.attrs["n_samples"] == phi.sizes["sample"] - 1
    np.testing.assert_allclose(frame["mean"], phi["phi"].values[1:].mean(0), rtol=1e-14)


def test_shapley_figure_draws_the_numbers_of_its_frame(trace):
    phi = shapley(trace)
    figure, frame = plot_shapley(phi), shapley_frame(phi)
    (bars,) = figure.data
    assert list(bars.x) == frame["mean"].values.tolist()
    assert len(set(bars.marker.pattern.shape)) == len(bars.x), "distinguishable without colour"


def test_states_figure_draws_the_numbers_of_its_frame(trace):
    summary = states(trace, channels=8)
    figure, frame = plot_states(summary), states_frame(summary)
    for i, heat in enumerate(figure.data):
        np.testing.assert_array_equal(np.asarray(heat.z), frame["norm"].isel(modality=i).values)


def test_the_same_input_gives_the_same_figure(trace):
    phi = shapley(trace)
    assert plot_shapley(phi).to_json() == plot_shapley(phi).to_json()


def test_renaming_a_modality_changes_labels_only(trace):
    phi = shapley(trace)
    renamed = phi.assign_coords(modality=["one", "two", "three"][: phi.sizes["modality"]])
    a, b = json.loads(plot_shapley(phi).to_json()), json.loads(plot_shapley(renamed).to_json())
    assert a != b
    for figure in (a, b):
        del figure["layout"]["yaxis"]["ticktext"], figure["data"][0]["customdata"], figure["layout"]["meta"]
    assert a == b


@pytest.mark.parametrize(("sample", "epoch", "layer"), [(99, None, 0), (0, 99, 0), (0, None, 9)])
def test_states_frame_refuses_a_sample_epoch_or_layer_that_was_not_recorded(trace, sample, epoch, layer):
    with pytest.raises(ConfigError, match="states_frame"):
        states_frame(states(trace), sample=sample, epoch=epoch, layer=layer)


def test_shapley_frame_refuses_the_result_of_another_analysis(trace):
    with pytest.raises(DataError, match=r"mmviz\.analysis\.shapley"):
        shapley_frame(states(trace))


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_and_control_characters_are_escaped_for_html_and_plotly(text):
    for safe in (html(text), plotly(text)):
        assert "<" not in safe
        assert ">" not in safe
        assert "\x00" not in safe
        assert "\u202e" not in safe
        assert len(safe) < 2_000
    assert "$" not in plotly(text)
    assert "%{" not in plotly(text)


def test_visible_returns_harmless_text_unchanged():
    assert visible("gyro 50 Hz, größer als π 🎧") == "gyro 50 Hz, größer als π 🎧"


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_markup_in_a_modality_name_is_escaped_in_shapley_and_states_figures(trace, text):
    names = [text, *trace.attrs["modalities"][1:]]
    phi = shapley(trace).assign_coords(modality=names)
    summary = states(trace).assign_coords(modality=names)
    for figure in (plot_shapley(phi), plot_states(summary)):
        figure.layout.meta = None  # plain words, never markup
        assert text not in json.loads(figure.to_json()).__repr__()


def test_explorer_frame_baseline_and_shapley_values_sum_to_the_prediction(trace):
    frame = explorer_frame(trace)
    truth = frame["target"]
    shown = frame["prediction"].isel(output=truth.drop_vars("recorded_sample", errors="ignore"))
    total = frame["baseline"] + frame["phi"].sum("modality")
    rounding = 8e-6 * (abs(frame["baseline"]) + abs(frame["phi"]).sum("modality") + abs(shown))
    assert (abs(total - shown) <= rounding + 2e-6).all()


def test_explorer_frame_keeps_the_states_to_half_a_level_of_the_square_root(trace):
    frame = explorer_frame(trace, channels=6)
    norm = states(trace, channels=6)["norm"]
    scale = np.array(json.loads(frame["state"].attrs["scale"]))
    state = frame["state"].transpose("epoch", "recorded_sample", "layer", "modality", "time", "channel")
    assert frame["state"].attrs["power"] == 2
    top = scale[None, None, :, None, None, None]
    root = state.astype(float).values / 255
    expected = np.minimum(norm.values, top) / top
    assert np.abs(root - np.sqrt(expected)).max() <= 1 / 255 / 2 * 1.0001
    assert np.abs(root**2 - expected).max() <= 0.004, "largest error: 0.4 % of the scale"
    low = expected < 0.01
    assert np.abs(root**2 - expected)[low].max() <= 0.0004, "ten times less where the norm is below 1 % of the scale"


def test_explorer_frame_without_coalitions_names_the_option_to_record_them(trace):
    poor = trace.copy()
    del poor["prefixes"]
    with pytest.raises(DataError, match="coalitions=True"):
        explorer_frame(poor)


def test_states_frame_is_nan_at_steps_without_data(trace):
    summary = states(trace)
    valid = summary["valid"]
    position = int(
        np.flatnonzero(~valid.any("time").any("modality").values | ~valid.all(("modality", "time")).values)[0]
    )
    norm = states_frame(summary, sample=position)["norm"]
    np.testing.assert_array_equal(np.isnan(norm.isel(rank=0).values), ~valid.isel(recorded_sample=position).values)


def test_explorer_frame_saturates_states_that_are_not_finite(trace):
    wild = trace.copy(deep=True)
    wild["states"]["norm"].values[-1, 0, :, 0, 5:] = np.inf
    wild["states"]["norm"].values[-1, 1, :, 0, 5:] = np.nan
    frame = explorer_frame(wild)
    assert int(frame["state"].isel(epoch=-1, recorded_sample=0, modality=0).isel(time=slice(5, None)).min()) == 255
    assert all(0 < s < 1e6 for s in json.loads(frame["state"].attrs["scale"]))
