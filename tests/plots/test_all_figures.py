"""Properties of every registered figure: equal numbers in both backends, an alternative text, no markup from data."""

import inspect
import json

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest
from drawn_numbers import missing_from, of_matplotlib, of_plotly
from test_figures import HOSTILE

from mmviz import analysis, plots
from mmviz.core.errors import DataError
from mmviz.plots import matplotlib_backend
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.venue import venue_of

DRAWN = {
    "plot_ablation": ("mean", "low", "high", "difference", "difference_low", "difference_high"),
    "plot_benchmark": ("score", "score_low", "score_high", "weak", "weak_low", "weak_high"),
    "plot_alignment": ("ot", "mmd", "a_distance"),
    "plot_coupling": ("coupling",),
    "plot_directions": ("position",),
    "plot_efficiency": ("milliseconds", "milliseconds_low", "milliseconds_high", "mebibytes", "mebibytes_low", "mebibytes_high"),
    "plot_end_to_end": ("share", "by_modality", "bias", "total"),
    "plot_end_to_end_prefixes": ("relative",),
    "plot_end_to_end_streams": ("level",),
    "plot_imbalance": ("full", "weakest", "E1", "E2", "E3"),
    "plot_expert_usage": ("usage",),
    "plot_faithfulness": ("deletion_mean", "deletion_low", "deletion_high", "insertion_mean", "insertion_low", "insertion_high"),
    "plot_growth": ("milliseconds", "low", "high", "mebibytes"),
    "plot_half_life": ("half_life", "share"),
    "plot_influence": ("level",),
    "plot_influence_lag": ("by_lag",),
    "plot_interactions": ("mean", "low", "high"),
    "plot_measures": ("value", "low", "high", "reference"),
    "plot_missing": ("mean", "low", "high"),
    "plot_partial_information": ("bits", "null_high"),
    "plot_plan": ("plan", "received"),
    "plot_probes": ("score", "low", "high"),
    "plot_retraining": ("masked", "masked_low", "masked_high", "retrained", "retrained_low", "retrained_high"),
    "plot_routing": ("weight",),
    "plot_scan_influence": ("level",),
    "plot_scan_states": ("norm",),
    "plot_shapley": ("mean", "low", "high"),
    "plot_shapley_epochs": ("mean", "low", "high"),
    "plot_states": ("norm",),
    "plot_subsets": ("score", "low", "high"),
    "plot_training": ("train_loss", "valid_loss", "contribution", "E1", "E2"),
    "plot_trajectories": ("position", "link_start", "link_end"),
    "plot_transport": ("plan", "cost", "target", "lag"),
    "plot_waterfall": ("step", "start", "low", "high"),
}  # fmt: skip
every_kind = pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)


def test_every_plot_function_of_the_package_is_registered_and_has_its_drawn_variables_listed():
    public = {name for name in plots.__all__ if name.startswith("plot_")}
    assert public == {plot.__name__ for plot in FIGURES} == set(DRAWN)


@every_kind
def test_plotly_and_matplotlib_draw_the_numbers_of_the_frame(plot, figure_data):
    data, options = figure_data[plot]
    frame = FIGURES[plot].frame(*data, **options)
    screen = of_plotly(plot(*data, **options))
    with mpl.rc_context(rc_params(venue_of("icml2024"))):
        page = of_matplotlib(matplotlib_backend.draw(FIGURES[plot].spec(frame), width=6.75))
    for name in DRAWN[plot.__name__]:
        values = frame[name].values
        assert np.isfinite(values).any(), name
        if plot is plots.plot_influence_lag:
            values = values[values > 0]  # a logarithmic axis has no 0
        assert missing_from(screen, values).tolist() == [], name
        assert missing_from(page, values).tolist() == [], name


@every_kind
def test_a_changed_number_is_not_found_among_the_drawn_numbers(plot, figure_data):
    data, options = figure_data[plot]
    frame = FIGURES[plot].frame(*data, **options)
    values = frame[DRAWN[plot.__name__][0]].values.astype(float)
    other = values[np.isfinite(values)][:1] * 1.0001 + 0.0123
    assert missing_from(of_plotly(plot(*data, **options)), other).tolist() == other.tolist()


@every_kind
def test_a_figure_is_a_plain_plotly_figure_with_an_alternative_text_and_equal_on_a_second_call(plot, figure_data):
    data, options = figure_data[plot]
    figure = plot(*data, **options)
    assert isinstance(figure, go.Figure)
    description = figure.layout.meta["description"]
    assert len(description) > 60
    assert figure.layout.title.text.split("<br>")[0].split(" —")[0].split("&")[0] in description
    assert figure.to_json() == plot(*data, **options).to_json()


@every_kind
def test_a_plot_function_does_not_change_its_data(plot, figure_data):
    data, options = figure_data[plot]
    given = list(data[0].values()) if isinstance(data[0], dict) else list(data)
    before = [d.copy(deep=True) for d in given]
    plot(*data, **options)
    for one, other in zip(before, given, strict=True):
        assert one.identical(other)


@every_kind
def test_series_differ_in_dashes_symbol_or_pattern_not_in_colour_alone(plot, figure_data):
    data, options = figure_data[plot]
    styles = {}
    for trace in plot(*data, **options).data:
        if trace.type == "scatter" and trace.name and trace.showlegend:
            styles.setdefault(trace.name, (trace.line.dash, trace.marker.symbol))
        if trace.type == "bar" and trace.name and trace.showlegend:
            styles.setdefault(trace.name, trace.marker.pattern.shape)
    assert len(set(styles.values())) == len(styles)


@every_kind
def test_a_plot_function_has_the_parameters_of_its_frame(plot):
    drawn, framed = (set(inspect.signature(f).parameters) for f in (plot, FIGURES[plot].frame))
    assert drawn <= framed


@every_kind
def test_a_frame_refuses_the_result_of_another_analysis(plot, figure_data):
    foreign = (
        figure_data[plots.plot_shapley][0][0]
        if plot is not plots.plot_shapley
        else figure_data[plots.plot_states][0][0]
    )
    with pytest.raises((DataError, KeyError)) as refused:
        plot(foreign)
    assert refused.type is DataError or plot in (plots.plot_states, plots.plot_coupling, plots.plot_half_life)


def renamed(data, text):
    """The data with a hostile first modality and model, wherever those stand."""
    if isinstance(data, dict):
        return {text: renamed(next(iter(data.values())), text)}
    changed = {}
    for name in (
        "modality",
        "target_modality",
        "source_modality",
        "model",
        "variant",
        "run",
        "expert",
        "pair",
        "subset",
    ):
        if name in data.indexes:
            changed[name] = [text, *data[name].values.astype(str)[1:]]
    out = data.assign_coords(changed)
    out.attrs = {**data.attrs, "dataset": text, "model": text} | {
        n: text for n in ("source", "anchor", "protocol", "machine", "score") if n in data.attrs
    }
    return out


@every_kind
def test_markup_in_names_is_escaped_in_every_plotly_figure(plot, figure_data):
    data, options = figure_data[plot]
    text = " ".join(HOSTILE[:6])
    options = {k: text if k == "reference" else v for k, v in options.items()}
    figure = json.loads(plot(*(renamed(d, text) for d in data), **options).to_json())
    figure["layout"].pop("meta")  # plain text, never markup
    figure["layout"].pop("template", None)
    assert text not in repr(figure)
    shown = json.dumps(figure)
    assert "<img" not in shown
    assert "<script" not in shown
    assert "$\\\\href" not in shown


def test_frames_equal_the_means_and_scores_of_their_analyses(trace):
    phi = analysis.shapley(trace)
    np.testing.assert_allclose(plots.shapley_frame(phi)["mean"], phi["phi"].values.mean(0), rtol=1e-14)
    found = analysis.interactions(trace)
    np.testing.assert_array_equal(plots.interactions_frame(found)["mean"], found["interaction_mean"])
    scores = analysis.coalition_scores(trace)
    np.testing.assert_array_equal(np.sort(plots.subsets_frame(scores)["score"]), np.sort(scores["score"]))
