"""Both backends draw extreme values correctly, for every figure: gaps, isolated values, values outside the axes, infinities."""

import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest
import xarray as xr

from mmviz import plots
from mmviz.plots import matplotlib_backend, theme
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.figure_spec import (
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Lines,
    Panel,
    Points,
    finite_runs,
    isolated,
    out_of_range_text,
    signed_text,
)
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.plotly_backend import draw
from mmviz.plots.venue import venue_of

sys.path.insert(0, str(Path(__file__).parents[1] / "plots"))
from figure_examples import examples

every_kind = pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)


@pytest.fixture(scope="module")
def data(recorded):
    return examples(recorded)


@pytest.fixture(scope="module")
def frames(data):
    return {plot: FIGURES[plot].frame(*given, **options) for plot, (given, options) in data.items()}


def on_paper(spec, width=6.75):
    with mpl.rc_context(rc_params(venue_of("icml2024"))):
        figure = matplotlib_backend.draw(spec, width=width)
        figure.canvas.draw()
    return figure


def of_line(*values, low=None, high=None, markers=False, log=False, style=0):
    y = np.array(values, float)
    bands = [None if one is None else np.array(one, float) for one in (low, high)]
    mark = Lines(np.arange(len(y), dtype=float), y, "a", style, *bands, markers=markers)
    return FigureSpec("t", (), (Panel((mark,), Axis("x"), Axis("y", log=log)),))


GAPS = {
    "one value": [np.nan, 2.0, np.nan], "first and last": [1.0, np.nan, np.nan, 4.0], "a run and one": [1.0, 2.0, np.nan, 4.0], "only one": [3.0],
}  # fmt: skip


@pytest.mark.parametrize("values", GAPS.values(), ids=GAPS)
def test_a_value_between_gaps_has_a_marker_and_no_other_value_of_an_unmarked_line_has(values):
    alone = isolated(np.isfinite(values))
    (trace,) = draw(of_line(*values)).data
    assert trace.mode == "lines+markers"
    np.testing.assert_array_equal(np.asarray(trace.marker.size) > 0, alone)
    assert not trace.connectgaps
    (line,) = on_paper(of_line(*values)).axes[0].lines
    assert line.get_marker() == "o"
    assert line.get_markevery() == np.flatnonzero(alone).tolist()


def test_a_line_without_gaps_and_without_markers_has_none():
    assert draw(of_line(1.0, 2.0, 3.0)).data[0].mode == "lines"
    assert on_paper(of_line(1.0, 2.0, 3.0)).axes[0].lines[0].get_marker() in ("None", None)


@pytest.mark.parametrize(
    ("known", "parts", "lonely"),
    [([1, 1, 0, 1], [(0, 2), (3, 4)], [3]), ([0, 0], [], []), ([1], [(0, 1)], [0]), ([0, 1, 0, 1, 1], [(1, 2), (3, 5)], [1])],
)  # fmt: skip
def test_runs_and_isolated_values_are_found(known, parts, lonely):
    known = np.array(known, bool)
    assert [(run.start, run.stop) for run in finite_runs(known)] == parts
    assert np.flatnonzero(isolated(known)).tolist() == lonely


def test_a_band_does_not_bridge_a_gap_and_that_of_one_value_is_a_line():
    values = [1.0, 2.0, np.nan, 4.0, np.nan, 3.0, 3.0]
    spec = of_line(*values, low=np.array(values) - 0.5, high=np.array(values) + 0.5)
    band, line = draw(spec).data
    parts = np.split(np.asarray(band.x), np.flatnonzero(np.isnan(band.x)))
    assert [np.nanmax(part) - np.nanmin(part) for part in parts] == [1, 1], "0 to 1, and 5 to 6"
    np.testing.assert_array_equal(line.error_y.array, [0, 0, 0, 0.5, 0, 0, 0])
    axes = on_paper(spec).axes[0]
    spans = sorted(np.ptp(path.vertices[:, 0]) for held in axes.collections for path in held.get_paths())
    assert spans == [0, 1, 1]


def spoiled(frame, change):
    """The frame with its floating-point values changed; texts and positions stay."""
    out = frame.copy(deep=True)
    for name, values in out.data_vars.items():
        if values.dtype.kind == "f" and values.ndim:
            out[name].values[...] = change(values.values)
    return out


def with_gaps(values):
    out = values.copy()
    out.reshape(-1)[1::3] = np.nan
    return out


def alone_in_gaps(values):
    out = np.full_like(values, np.nan)
    out.reshape(-1)[::2] = values.reshape(-1)[::2]
    return out


EXTREME = {
    "tiny": lambda v: v * 1e-12, "huge": lambda v: v * 1e9, "zero": lambda v: v * 0, "negative": lambda v: -np.abs(v), "mixed signs": lambda v: v * np.where(np.arange(v.size).reshape(v.shape) % 2, 1, -1),
    "constant": lambda v: v * 0 + 3.0, "gaps": with_gaps, "single values": alone_in_gaps, "all missing": lambda v: v * np.nan,
}  # fmt: skip


@pytest.mark.filterwarnings(
    "ignore:All-NaN",
    "ignore:invalid value",
    "ignore:divide by zero",
    "ignore:Mean of empty",
    "ignore:Degrees of freedom",
)
@pytest.mark.parametrize("kind", EXTREME)
@every_kind
def test_values_outside_the_axes_are_counted_in_the_panel(plot, kind, frames):
    spec = FIGURES[plot].spec(spoiled(frames[plot], EXTREME[kind]))
    figure = draw(spec)
    shown = [note.text for note in figure.layout.annotations]
    for i, panel in enumerate(spec.panels):
        beyond = count_beyond(panel)
        subplot = figure.get_subplot(i // spec.columns + 1, i % spec.columns + 1)
        assert subplot is not None
        if beyond:
            assert any("outside the axis" in text or "logarithmic" in text for text in shown), (panel.title, beyond)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        on_paper(spec)


def count_beyond(panel):
    """How many finite ends of bars and values of lines and dots are outside of a given span, or not above 0 where the axis is logarithmic."""
    count = 0
    for mark in panel.marks:
        pairs = []
        if isinstance(mark, (Lines, Points)):
            pairs = [(mark.x, panel.x), (mark.y, panel.y)]
        elif isinstance(mark, Bars):
            pairs = [(mark.value + (0 if mark.base is None else mark.base), panel.x if mark.horizontal else panel.y)]
        for values, axis in pairs:
            finite = values[np.isfinite(values)]
            count += int((finite <= 0).sum()) if axis.log else 0
            if axis.span:
                count += (
                    int(
                        (
                            (finite < axis.span[0] * (1 - 1e-9) - 1e-30) | (finite > axis.span[1] * (1 + 1e-9) + 1e-30)
                        ).sum()
                    )
                    if not axis.log
                    else 0
                )
    return count


@pytest.mark.parametrize("values", [[1.0, 0.0, -2.0], [0.0], [1e-9, 0.0]])
def test_values_that_are_not_positive_are_counted_on_a_logarithmic_axis(values):
    spec = of_line(*values, log=True)
    lost = sum(v <= 0 for v in values)
    remark = f"{lost} value{'s' * (lost != 1)} ≤ 0: not on a logarithmic axis"
    assert out_of_range_text(spec.panels[0]) == remark
    assert remark.replace("≤", "≤") in draw(spec).layout.annotations[0].text
    assert any(remark in text.get_text() for text in on_paper(spec).axes[0].texts)


def test_bars_and_points_outside_a_given_axis_are_counted():
    bars = Bars(np.arange(3.0), np.array([1.0, 5.0, -2.0]), (0, 1, 2), ("a", "b", "c"))
    assert out_of_range_text(Panel((bars,), Axis("x", span=(0, 2)))) == "2 values outside the axis"
    dots = Points(np.array([0.0, 9.0]), np.array([0.0, np.nan]), "d", 0)
    assert out_of_range_text(Panel((dots,), Axis("x", span=(0, 2)))) == ""


@every_kind
def test_bars_begin_at_their_base_which_is_on_the_axis(plot, frames):
    for panel in FIGURES[plot].spec(frames[plot]).panels:
        for mark in panel.marks:
            if isinstance(mark, Bars):
                span = (panel.x if mark.horizontal else panel.y).span
                assert span is not None, "an axis of bars that is scaled by itself may begin anywhere"
                base = np.zeros(1) if mark.base is None else mark.base
                assert span[0] <= base.min()
                assert base.max() <= span[1]


@every_kind
def test_maps_with_one_label_have_one_scale_and_panels_of_one_quantity_one_axis(plot, frames):
    spec = FIGURES[plot].spec(frames[plot])
    scales = {}
    for panel in spec.panels:
        for mark in panel.marks:
            if isinstance(mark, Heatmap):
                scales.setdefault(mark.label, set()).add((mark.low, mark.high))
    assert all(len(limits) == 1 for limits in scales.values()), scales
    if plot in (plots.plot_imbalance,):
        assert len({panel.y.span for panel in spec.panels if panel.title[:2] in ("E1", "E2", "E3")}) == 1
    if plot is plots.plot_influence_lag:
        assert len({panel.y.link for panel in spec.panels}) == 1


def test_both_losses_and_one_quantity_of_several_runs_share_one_axis(data, recorded):
    from mmviz import analysis

    runs_of = analysis.training({"joint": recorded, "alternating": recorded})
    spec = FIGURES[plots.plot_training].spec(FIGURES[plots.plot_training].frame(runs_of))
    links = {panel.title: panel.y.link for panel in spec.panels}
    assert links["training loss"] == links["validation loss"] == "loss"
    by_quantity = {}
    for title, link in links.items():
        by_quantity.setdefault(title.split(",")[0], set()).add(link)
    assert all(len(found) == 1 for found in by_quantity.values())


@pytest.mark.parametrize(
    ("z", "high", "label"),
    [([[0, 9.0]], 4.0, "norm (end: ≥ 4)"), ([[-3, 1.0]], 4.0, "norm (end: ≤ 0)"), ([[0, 4.0]], 4.0, "norm")],
)
def test_a_colour_scale_names_its_ends_where_cells_lie_outside(z, high, label):
    heat = Heatmap(np.array(z, float), np.arange(2.0), np.arange(1.0), 0.0, high, "norm")
    spec = FigureSpec("t", (), (Panel((heat,)),))
    assert draw(spec).data[0].colorbar.title.text == label
    assert on_paper(spec).axes[-1].get_ylabel() == label


def test_an_infinite_cell_has_the_last_colour_and_a_missing_one_none():
    heat = Heatmap(np.array([[np.inf, np.nan, -np.inf, 0.5]]), np.arange(4.0), np.arange(1.0), 0.0, 1.0, "z")
    spec = FigureSpec("t", (), (Panel((heat,)),))
    np.testing.assert_array_equal(draw(spec).data[0].z, [[1.0, np.nan, 0.0, 0.5]])
    (mesh,) = [held for held in on_paper(spec).axes[0].collections if held.get_array() is not None]
    assert np.ma.getmaskarray(mesh.get_array()).ravel().tolist() == [False, True, False, False]


def test_signed_text_names_nan_and_uses_scientific_notation_for_small_numbers():
    assert signed_text(float("nan")) == "no value"
    assert signed_text(2e-5) == "+2.0e−05"
    assert signed_text(-2e9) == "−2.0e+09"
    assert (signed_text(0.0), signed_text(-0.25)) == ("+0.000", "−0.250")


@pytest.mark.parametrize("count", [3, 8, 9, 20, 40])
def test_forty_series_have_different_styles(count):
    assert len({(theme.colour(i), theme.dash(i), theme.symbol(i)) for i in range(count)}) == count
    assert len({(theme.colour(i), theme.pattern(i)) for i in range(count)}) == count
    assert len({(theme.colour(i), theme.marker(i)) for i in range(count)}) == count


SHAPES = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "cross": "P",
    "x": "X",
    "triangle-down": "v",
    "star": "*",
}
GLYPHS = dict(zip(SHAPES, "●■◆▲✚✖▼★", strict=True))


def test_glyph_symbol_and_marker_of_every_modality_are_one_shape():
    for style in theme.STYLES:
        assert SHAPES[style.symbol] == style.marker
        assert GLYPHS[style.symbol] == style.glyph
    assert len({style.symbol for style in theme.STYLES}) == 8


@every_kind
def test_a_modality_has_the_same_symbol_in_both_backends(plot, data, frames, recorded):
    names = [str(name) for name in recorded.attrs["modalities"]]
    given, options = data[plot]
    for trace in plot(*given, **options).data:
        if trace.type == "scatter" and trace.name in names:
            assert trace.marker.symbol.removesuffix("-open") == theme.STYLES[names.index(trace.name)].symbol
            assert (trace.line.color or trace.marker.color) == theme.STYLES[names.index(trace.name)].colour
        if trace.type == "bar":
            for name, colour in zip(trace.customdata, trace.marker.color, strict=True):
                if name in names:
                    assert colour == theme.STYLES[names.index(name)].colour
    for ax in on_paper(FIGURES[plot].spec(frames[plot])).axes:
        for line in ax.lines:
            if line.get_label() in names and line.get_marker() not in ("None", None):
                assert line.get_marker() == theme.STYLES[names.index(line.get_label())].marker


def curve(power, **axis):
    x = np.arange(1.0, 5.0)
    return draw(FigureSpec(f"Power {power}", (), (Panel((Lines(x, x**power, "p", 0),), Axis("x"), Axis("y", **axis)),)))


@pytest.mark.parametrize("axis", [{}, {"log": True}, {"reverse": True}])
def test_with_slider_shares_the_axis_range_over_all_figures(axis):
    figure = plots.with_slider({str(p): curve(p, **axis) for p in (1, 2, 3)}, prefix="")
    ranges = {tuple(frame.layout.yaxis.range) for frame in figure.frames}
    (only,) = ranges
    low, high = sorted(only)
    least, most = (0.0, np.log10(64)) if axis.get("log") else (1.0, 64.0)
    assert low <= least
    assert most <= high < 1.2 * most
    assert (only[0] > only[1]) == bool(axis.get("reverse"))
    assert tuple(figure.layout.yaxis.range) == only


def test_with_slider_joins_given_spans_and_bars_keep_zero():
    def bars(top, span=None):
        mark = Bars(
            np.arange(2.0),
            np.array([top, top / 2]),
            (0, 1),
            ("a", "b"),
            np.array([top - 1.0, 0.0]),
            np.array([top + 1.0, top]),
        )
        return draw(FigureSpec("b", (), (Panel((mark,), Axis("x", span=span)),)))

    given = plots.with_slider({"1": bars(1.0, (0, 2)), "9": bars(9.0, (0, 12))}, prefix="")
    assert {tuple(frame.layout.xaxis.range) for frame in given.frames} == {(0, 12)}
    free = plots.with_slider({"1": bars(1.0), "9": bars(9.0)}, prefix="")
    ((low, high),) = {tuple(frame.layout.xaxis.range) for frame in free.frames}
    assert low <= 0
    assert high >= 10


def test_with_slider_shares_the_colour_scale_of_heatmaps():
    def map_of(top):
        heat = Heatmap(np.array([[0.0, top]]), np.arange(2.0), np.arange(1.0), 0.0, top / 2, "mass")
        return draw(FigureSpec("m", (), (Panel((heat,)),)))

    each = {"small": map_of(2.0), "large": map_of(8.0)}
    figure = plots.with_slider(each, prefix="")
    assert {(frame.data[0].zmin, frame.data[0].zmax) for frame in figure.frames} == {(0.0, 4.0)}
    assert [frame.data[0].colorbar.title.text for frame in figure.frames] == ["mass", "mass (end: ≥ 4)"]
    assert each["small"].data[0].zmax == 1.0, "the given figures stay as they are"


def test_with_slider_keeps_the_scales_with_shared_false():
    figure = plots.with_slider({str(p): curve(p, span=(0, 5.0**p)) for p in (1, 2)}, prefix="", shared=False)
    assert [tuple(frame.layout.yaxis.range) for frame in figure.frames] == [(0, 5), (0, 25)]


def test_with_slider_keeps_category_axes_of_foreign_figures():
    figures = {
        k: go.Figure(go.Bar(x=["a", "b"], y=[1, n]), {"xaxis": {"type": "category"}})
        for k, n in (("one", 2), ("two", 9))
    }
    figure = plots.with_slider(figures, prefix="")
    assert figure.frames[0].layout.xaxis.range is None
    assert figure.frames[0].layout.yaxis.range == figure.frames[1].layout.yaxis.range


@pytest.mark.parametrize("sizes", [(-5.0, 3.0, 4.0), (0.5, -2.0, -1.0), (1e-12, -3e-12, 1e-12), (1e9, -4e9, 2e9)])
def test_the_waterfall_axis_holds_every_step(sizes):
    step = np.array([0.1, *sizes, 0.1 + sum(sizes)])
    end = np.cumsum(step[:-1])
    start = np.array([0.0, *end[:-1], 0.0])
    nothing = np.full(5, np.nan)
    frame = xr.Dataset(
        {"step": ("row", step), "start": ("row", start), "end": ("row", [*end, end[-1]]), "low": ("row", nothing), "high": ("row", nothing), "only": ("row", [-1, 0, 1, 2, -1])},
        coords={"name": ("row", ["baseline v(∅)", "a", "b", "c", "full model v(all)"])}, attrs={"units": "1", "value": "probability", "interval": "95 %, Student's t"},
    )  # fmt: skip
    (panel,) = plots.coalitions.waterfall_spec(frame).panels
    low, high = panel.x.span
    assert low <= min(start.min(), end.min())
    assert max(start.max(), end.max()) < high
    assert out_of_range_text(panel) == ""
    assert len([mark for mark in panel.marks if isinstance(mark, Annotation)]) == 5


@pytest.mark.parametrize("steps", [2, 4, 8, 14])
def test_steps_have_labels_at_whole_steps_only_and_fractions_keep_theirs(steps):
    whole = of_line(*np.linspace(0.1, 0.9, steps))
    (ax,) = on_paper(whole, 3.25).axes
    assert (ax.get_xticks() == ax.get_xticks().round()).all()
    assert len(ax.get_xticks()) >= 2
    assert not (ax.get_yticks() == ax.get_yticks().round()).all()
    layout = draw(whole).layout
    assert layout.xaxis.dtick == (1 if steps <= 8 else None)
    assert layout.yaxis.dtick is None


def test_a_logarithmic_axis_of_less_than_two_powers_of_ten_has_at_least_three_labels():
    (ax,) = on_paper(of_line(1.4, 3.0, 12.0, log=True), 3.25).axes
    low, high = ax.get_ylim()
    assert len([at for at in ax.get_yticks() if low <= at <= high]) >= 3


def test_panels_on_paper_have_letters_and_a_single_panel_or_a_fixed_matrix_has_none():
    (panel,) = of_line(1.0, 2.0).panels
    two = FigureSpec("t", (), (panel, panel), columns=2)
    assert [ax.get_title() for ax in on_paper(two).axes] == ["(a)", "(b)"]
    assert FigureSpec("t", (), (panel,)).letters == ("",)
    assert FigureSpec("t", (), (panel, panel), columns=2, fixed=True).letters == ("", "")
