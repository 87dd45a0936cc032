"""Axes of both backends, linked and logarithmic, and figures behind one slider."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mmviz import plots
from mmviz.core.errors import ConfigError
from mmviz.plots.figure_spec import Axis, FigureSpec, Heatmap, Lines, Panel, ReferenceLine
from mmviz.plots.plotly_backend import draw

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("first", [1.0, 5.0])
def test_linked_axes_hold_the_values_of_all_panels_and_keep_a_given_span(first):
    from mmviz.plots.matplotlib_backend import draw

    steps = np.arange(4.0)
    panels = tuple(
        Panel((Lines(steps, steps * top, "a", 0),), Axis("x", link="x", span=(0, 2)), Axis("y", link="y"))
        for top in (first, 6.0 - first)
    )
    axes = draw(FigureSpec("t", (), panels, columns=2), width=6).axes
    for ax in axes[:2]:
        low, high = ax.get_ylim()
        assert low <= 0
        assert high >= 15
        assert ax.get_xlim() == (0, 2)


@pytest.mark.parametrize(("span", "decades"), [((1.0, 1e3), 1), ((1e-2, 1e9), 1), ((1e-2, 1e46), 4)])
def test_a_logarithmic_axis_labels_every_power_of_ten_or_every_few_on_a_wide_range(span, decades):
    line = Lines(np.arange(3.0), np.ones(3), "a", 0)
    figure = draw(FigureSpec("log", (), (Panel((line,), Axis("x"), Axis("y", log=True, span=span)),)))
    assert figure.layout.yaxis.dtick == decades
    np.testing.assert_allclose(figure.layout.yaxis.range, np.log10(span), rtol=1e-12)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("side", "x"), [("top right", 1.0), ("top left", 0.0)])
def test_the_text_of_a_reference_line_is_at_its_end_on_linear_and_logarithmic_axes(log, side, x):
    line = Lines(np.array([1.0, 100.0]), np.array([1.0, 100.0]), "a", 0)
    panel = Panel((line, ReferenceLine(10.0, "y", "limit", side)), Axis("x", log=log), Axis("y", log=log))
    (words,) = draw(FigureSpec("rule", (), (panel,))).layout.annotations
    assert (words.text, words.x, words.xref) == ("limit", x, "x domain")
    assert words.y == (1.0 if log else 10.0)


def curve(power):
    x = np.arange(4.0)
    lines = Lines(x, x**power, f"power {power}", 0)
    return draw(FigureSpec(f"Power {power}", ("",), (Panel((lines,), Axis("x"), Axis("y", span=(0, 3.0**power))),)))


def test_every_step_of_the_slider_shows_the_data_title_and_axes_of_its_figure():
    each = {f"{p}": curve(p) for p in (1, 2, 3)}
    figure = plots.with_slider(each, prefix="power ", start="2", shared=False)
    (slider,) = figure.layout.sliders
    assert [step.label for step in slider.steps] == [frame.name for frame in figure.frames] == list(each)
    assert [list(step.args[0]) for step in slider.steps] == [[label] for label in each]
    assert slider.active == 1
    assert slider.currentvalue.prefix == "power "
    np.testing.assert_array_equal(figure.data[0].y, each["2"].data[0].y)
    for frame in figure.frames:
        alone = each[frame.name]
        np.testing.assert_array_equal(frame.data[0].y, alone.data[0].y)
        assert frame.data[0].name == alone.data[0].name
        assert frame.layout.title.text == alone.layout.title.text
        assert frame.layout.yaxis.range == alone.layout.yaxis.range


def test_the_slider_is_below_the_axis_labels_and_the_panels_keep_their_height():
    alone = curve(2)
    figure = plots.with_slider({"2": alone}, prefix="power ")
    grown = figure.layout.height - alone.layout.height
    assert grown == figure.layout.margin.b - alone.layout.margin.b > 0
    assert figure.layout.sliders[0].pad.t == alone.layout.margin.b


def test_slider_labels_and_prefix_are_escaped():
    figure = plots.with_slider({"<b>x</b>": curve(1)}, prefix="<i>")
    assert "<" not in figure.layout.sliders[0].steps[0].label
    assert "<" not in figure.layout.sliders[0].currentvalue.prefix


def test_with_slider_refuses_figures_with_other_traces_no_figures_and_an_unknown_start():
    two = Panel((Lines(np.arange(2.0), np.arange(2.0), "a", 0), Lines(np.arange(2.0), np.ones(2), "b", 1)))
    heat = Panel((Heatmap(np.ones((2, 2)), np.arange(2.0), np.arange(2.0), 0, 1, "z"),))
    for other in (draw(FigureSpec("two", (), (two,))), draw(FigureSpec("heat", (), (heat,)))):
        with pytest.raises(ConfigError, match="figure 'other' has traces"):
            plots.with_slider({"one": curve(1), "other": other}, prefix="")
    with pytest.raises(ConfigError, match="figures is empty"):
        plots.with_slider({}, prefix="")
    with pytest.raises(ConfigError, match="start='3'; choose one of '1', '2'"):
        plots.with_slider({"1": curve(1), "2": curve(2)}, prefix="", start="3")


def test_annotations_and_reference_lines_follow_the_slider():
    each = {
        name: draw(
            FigureSpec(
                "rules", (), (Panel((Lines(np.arange(3.0), np.arange(3.0), "a", 0), ReferenceLine(at, text=name))),)
            )
        )
        for name, at in (("left", 0.5), ("right", 1.5))
    }
    figure = plots.with_slider(each, prefix="")
    for frame in figure.frames:
        assert frame.layout.shapes == each[frame.name].layout.shapes
        assert frame.layout.annotations == each[frame.name].layout.annotations


def test_the_right_margin_holds_the_last_slider_label_and_a_wider_margin_is_kept():
    def margin(right, last):
        figures = {label: go.Figure(go.Bar(y=[1]), {"margin": {"r": right}}) for label in ("a", last)}
        return plots.with_slider(figures, prefix="").layout.margin.r

    assert margin(10, "b") == 10
    assert margin(10, "shapley_alternating") >= 60
    assert margin(200, "shapley_alternating") == 200
    assert margin(None, "b") == 80  # plotly's own
