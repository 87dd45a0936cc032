"""Texts of every figure in a paper: inside the figure and without overlap, with up to eight modalities."""

import sys
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import mmviz as mm
from mmviz.plots import matplotlib_backend
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.venue import venue_of, width_of

sys.path.insert(0, str(Path(__file__).parents[1] / "plots"))
from figure_examples import examples

NAMES = ("audio", "video", "text", "accelerometer", "gyroscope", "heart rate", "skin", "location")
VENUES = (("acl", 1), ("neurips2024", 1))  # the narrowest column and the widest
_TOUCH = 1.0  # pixels at 100 dots per inch that two boxes may share


@pytest.fixture(scope="module", params=(2, 4, 8), ids="{} modalities".format)
def specs(request):
    rng, n = np.random.default_rng(0), 24
    names = NAMES[: request.param]
    inputs = {name: rng.normal(size=(n, 6, 2)) for name in names}
    ds = mm.data.from_arrays(inputs, np.arange(n) % 2, split={"train": 0.5, "valid": 0.25, "test": 0.25})
    model = mm.models.build("coupled_mamba", ds.spec, width=4, layers=2, state=2, seed=0)
    run = mm.train.fit(model, ds, epochs=1, progress=False)
    trace = mm.record(run, ds["test"])
    return {
        plot: FIGURES[plot].spec(FIGURES[plot].frame(*given, **options))
        for plot, (given, options) in examples(trace).items()
    }


def boxes(figure):
    """{text: box in pixels} of what is drawn and not empty, with the axis whose label it is, or "title"."""
    renderer = figure.canvas.get_renderer()
    found = []
    for ax in figure.axes:
        for side in (ax.xaxis, ax.yaxis):
            if ax.axison and side.get_visible():
                shown = [tick.label1 for tick in side.get_major_ticks() if tick.label1.get_visible()]
                low, high = sorted(side.get_view_interval())
                places = side.get_majorticklocs()
                inside = [label for label, at in zip(shown, places, strict=False) if low <= at <= high]
                found += [(label, side) for label in inside]
    ticks = {id(label) for label, _ in found}
    every = {
        id(t)
        for ax in figure.axes
        for side in (ax.xaxis, ax.yaxis)
        for tick in (*side.get_major_ticks(), *side.get_minor_ticks())
        for t in (tick.label1, tick.label2)
    }
    found += [(text, None) for text in figure.findobj(Text) if id(text) not in every and id(text) not in ticks]
    titles = {id(ax.title) for ax in figure.axes}
    found = [(text, "title" if id(text) in titles else side) for text, side in found]
    drawn = [(text, side) for text, side in found if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), side, text.get_window_extent(renderer), text.get_rotation()) for text, side in drawn]


@pytest.mark.parametrize(("venue", "columns"), VENUES)
@pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)
def test_every_text_lies_inside_the_printed_figure_and_labels_and_titles_do_not_overlap(specs, plot, venue, columns):
    with mpl.rc_context(rc_params(venue_of(venue))):
        figure = matplotlib_backend.draw(specs[plot], width=width_of(venue_of(venue), columns))
        figure.set_dpi(100)
        FigureCanvasAgg(figure).draw()
        found = boxes(figure)
    width, height = figure.bbox.width, figure.bbox.height
    cut = [
        t for t, _, b, _ in found if b.x0 < -_TOUCH or b.y0 < -_TOUCH or b.x1 > width + _TOUCH or b.y1 > height + _TOUCH
    ]
    assert not cut, f"beyond the figure: {cut}"
    over = [
        (a, b)
        for (a, side, one, turned), (b, other, two, _) in combinations(found, 2)
        if side is not None and side is other and turned in (0, 90)
        and min(one.x1, two.x1) - max(one.x0, two.x0) > _TOUCH and min(one.y1, two.y1) - max(one.y0, two.y0) > _TOUCH
    ]  # fmt: skip
    assert not over, f"over one another: {over}"
    assert min(min(ax.bbox.width, ax.bbox.height) for ax in figure.axes if ax.axison) > 4, (
        "a panel, or a colour bar, has no room left"
    )
