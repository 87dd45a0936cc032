"""Every figure on the screen: named hover text with quantities, axes with names, the width of its output, and the theme of its page."""

import re

import numpy as np
import pytest

from mmviz import plots
from mmviz.plots import theme
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.figure_spec import Axis, Bars, FigureSpec, Heatmap, Lines, Panel, Points
from mmviz.plots.hover import quantities
from mmviz.plots.plotly_backend import draw
from mmviz.plots.theme_sheet import theme_sheet

every_kind = pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)


def unnamed(figure, spec):
    """What is missing for a reader of the hover text: names of traces and of quantities."""
    out = []
    for k, trace in enumerate(figure.data):
        if not trace.name or re.match(r"trace \d", trace.name):
            out.append(f"trace {k} has no name")
        if trace.hoverinfo == "skip":
            continue
        text = trace.hovertemplate or ""
        if not (text.startswith("<b>") and text.endswith("<extra></extra>")):
            out.append(f"trace {k}: no hover text")
        out += [f"trace {k}: raw {line}" for line in text.split("<br>") if re.match(r"[xyz]?:? ?%\{[xyz]:", line)]
        out += [f"trace {k}: raw {line}" for line in text.split("<br>") if re.match(r"[xyz]: ", line)]
    return out


@every_kind
def test_every_trace_of_a_figure_has_a_name_and_hover_text_with_the_names_of_its_quantities(plot, figure_data):
    data, options = figure_data[plot]
    spec = FIGURES[plot].specification(*data, **options)
    assert unnamed(plot(*data, **options), spec) == []


def test_the_check_of_hover_text_finds_a_trace_without_name_and_a_raw_coordinate():
    import plotly.graph_objects as go

    bad = go.Figure(
        [go.Scatter(y=[1]), go.Scatter(y=[1], name="a", hovertemplate="<b>a</b><br>x: %{x:.4g}<extra></extra>")]
    )
    assert [found.split(":")[0] for found in unnamed(bad, None)] == [
        "trace 0 has no name",
        "trace 0",
        "trace 1",
        "trace 1",
    ]


@every_kind
def test_both_axes_of_every_panel_have_a_quantity_or_named_categories(plot, figure_data):
    data, options = figure_data[plot]
    spec = FIGURES[plot].specification(*data, **options)
    for i, panel in enumerate(spec.panels):
        for name, axis in zip(quantities(spec, i), (panel.x, panel.y), strict=True):
            assert name or (axis.ticks and all(text for _, text in axis.ticks)), (i, panel.title)


@every_kind
def test_a_figure_is_as_wide_as_its_output_and_has_a_height_in_pixels(plot, figure_data):
    data, options = figure_data[plot]
    layout = plot(*data, **options).layout
    assert layout.width is None
    assert layout.autosize is True
    assert 150 < layout.height < 2500


@every_kind
def test_panels_of_one_quantity_and_a_shared_link_have_matching_axes(plot, figure_data):
    data, options = figure_data[plot]
    figure, spec = plot(*data, **options), FIGURES[plot].specification(*data, **options)
    for letter in "xy":
        links = [getattr(panel, letter).link for panel in spec.panels]
        axes = [figure.layout[f"{letter}axis{i + 1 if i else ''}"] for i in range(len(links))]
        for i, link in enumerate(links):
            first = links.index(link)
            assert axes[i].matches == (None if not link or i == first else f"{letter}{first + 1 if first else ''}")


def test_hover_text_states_name_quantities_value_and_interval():
    at, low = np.arange(2.0), np.array([0.5, np.nan])
    marks = (
        Lines(at, at + 1, "audio", 0, low, low + 1),
        Bars(at, at, (0, 1), ("audio", "image"), at - 1, at + 1, horizontal=False),
        Heatmap(np.ones((2, 2)), at, at, 0, 1, "share"),
        Points(at, at, "", 1),
    )
    panel = Panel(marks, Axis("time, s"), Axis("score", ticks=((0.0, "a"), (1.0, "b"))), title="all")
    found = {trace.type + (trace.name or ""): trace for trace in draw(FigureSpec("A figure", (), (panel,))).data}
    assert (
        found["scatteraudio"].hovertemplate
        == "<b>audio</b><br>all<br>time, s: %{x:.4g}<br>score: %{y}<br>%{hovertext}<extra></extra>"
    )
    assert list(found["scatteraudio"].hovertext) == ["interval: 0.5 to 1.5", "no interval"]
    assert (
        found["barall"].hovertemplate
        == "<b>all</b><br>time, s: %{customdata}<br>score: %{y:.4g}<br>%{hovertext}<extra></extra>"
    )
    assert list(found["barall"].hovertext) == ["interval: −1 to 1", "interval: 0 to 2"]
    assert (
        found["heatmapshare"].hovertemplate
        == "<b>share</b><br>all<br>time, s: %{x:.4g}<br>score: %{y}<br>share: %{z:.4g}<extra></extra>"
    )
    assert found["scatterall"].hovertemplate == "<b>all</b><br>time, s: %{x:.4g}<br>score: %{y}<extra></extra>"


def test_an_image_has_the_width_of_the_specification_unless_another_is_given(monkeypatch):
    import plotly.graph_objects as go

    asked = []
    monkeypatch.setattr(go.Figure, "to_image", lambda self, kind=None, **options: asked.append(options) or b"")
    figure = draw(FigureSpec("A figure", (), (Panel((Points(np.zeros(1), np.zeros(1), "a", 0),)),), width=777))
    figure.to_image("png")
    figure.to_image("png", width=500)
    assert asked == [{"width": 777}, {"width": 500}]


def contrast(one, other):
    """Contrast of two colours, WCAG 2."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_text_has_a_contrast_of_at_least_4_5_in_both_themes():
    from mmviz.plots.theme_sheet import DARK

    for ink in (theme.INK, theme.FAINT):
        assert contrast(ink, "#ffffff") >= 4.5
        assert contrast(DARK[ink], "#111111") >= 4.5


def test_a_full_page_of_a_figure_has_the_sheet_once_and_a_part_has_none(tmp_path):
    figure = draw(FigureSpec("A figure", (), (Panel((Points(np.zeros(1), np.zeros(1), "a", 0),)),)))
    figure.write_html(tmp_path / "figure.html", include_plotlyjs=False)
    sheet = theme_sheet(page=True)
    assert (tmp_path / "figure.html").read_text().count(sheet) == 1
    assert figure.to_html(include_plotlyjs=False).count(sheet) == 1
    assert "<style" not in figure.to_html(full_html=False, include_plotlyjs=False)


def test_a_slider_keeps_the_theme_of_its_figures():
    from mmviz.plots.spec_figure import SpecFigure

    figure = draw(FigureSpec("A figure", (), (Panel((Points(np.zeros(1), np.zeros(1), "a", 0),)),)))
    assert isinstance(plots.with_slider({"a": figure, "b": figure}, prefix=""), SpecFigure)
