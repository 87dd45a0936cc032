"""Texts of every figure in a paper: inside the figure and without overlap, with up to eight modalities."""

import sys
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import mmviz as mm
from mmviz.plots import matplotlib_backend
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.venue import venue_of, width_of

sys.path.insert(0, str(Path(__file__).parents[1] / "plots"))
from figure_examples import examples
from printed_texts import boxes, smallest_size

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
    assert smallest_size(figure) >= 6, "points: not readable in print"
    assert min(min(ax.bbox.width, ax.bbox.height) for ax in figure.axes if ax.axison) > 4, (
        "a panel, or a colour bar, has no room left"
    )
