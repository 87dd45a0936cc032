"""Figures of a user: registered, drawn by both backends, written for a paper; the template docs/templates/figure.py is executed."""

import runpy
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from drawn_numbers import missing_from, of_matplotlib, of_plotly

from mmviz import plots
from mmviz.core.errors import ConfigError
from mmviz.plots import matplotlib_backend
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.venue import venue_of

TEMPLATE = Path(__file__).parents[2] / "docs" / "templates" / "figure.py"


@pytest.fixture
def template():
    names = runpy.run_path(str(TEMPLATE))
    yield names
    FIGURES.pop(names["plot_calibration"])


@pytest.fixture
def scores():
    confidence = np.array([0.55, 0.58, 0.72, 0.78, 0.95, 0.97, 1.0])
    correct = np.array([1, 0, 1, 1, 1, 1, 0])
    return xr.Dataset(
        {"confidence": ("sample", confidence), "correct": ("sample", correct)},
        attrs={"dataset": "<b>toy</b>", "seed": 0},
    )


def test_the_template_frame_holds_accuracy_and_mean_confidence_of_each_bin(template, scores):
    frame = template["calibration_frame"](scores)
    np.testing.assert_allclose(frame["accuracy"][[5, 7, 9]], [0.5, 1, 2 / 3])
    np.testing.assert_allclose(frame["confidence"][[5, 7, 9]], [0.565, 0.75, 2.92 / 3])
    assert frame["count"].values.tolist() == [0, 0, 0, 0, 0, 2, 0, 2, 0, 3]
    with pytest.raises(ConfigError, match="bins=0"):
        template["calibration_frame"](scores, bins=0)


def test_a_registered_figure_shows_the_numbers_of_its_frame_on_the_screen_and_in_a_paper(template, scores, tmp_path):
    plot, frame = template["plot_calibration"], template["calibration_frame"](scores)
    screen = plot(scores)
    assert "<b>toy" not in screen.layout.title.text
    with mpl.rc_context(rc_params(venue_of("icml2024"))):
        page = of_matplotlib(matplotlib_backend.draw(template["calibration_spec"](frame), width=3.25))
    for name in ("accuracy", "confidence"):
        assert missing_from(of_plotly(screen), frame[name].values).tolist() == []
        assert missing_from(page, frame[name].values).tolist() == []
    path = plots.paper(plot, scores, file=tmp_path / "calibration.pdf", venue="icml2024", bins=5)
    assert plots.inspect_pdf(path).width == pytest.approx(3.25, abs=1e-3)


def test_paper_writes_a_figure_specification_and_refuses_data_beside_it(template, scores, tmp_path):
    spec = template["calibration_spec"](template["calibration_frame"](scores))
    one = plots.paper(spec, file=tmp_path / "spec.svg").read_bytes()
    assert one == plots.paper(template["plot_calibration"], scores, file=tmp_path / "plot.svg").read_bytes()
    with pytest.raises(ConfigError, match="a FigureSpec takes no data and no options; got 1 and bins"):
        plots.paper(spec, scores, file=tmp_path / "no.svg", bins=3)


def test_paper_names_the_ways_out_for_a_plot_function_that_is_not_registered(tmp_path):
    with pytest.raises(
        ConfigError, match=r"sorted is not a registered figure.*register_figure.*FigureSpec.*plot_shapley"
    ):
        plots.paper(sorted, file=tmp_path / "no.pdf")


def test_dir_of_plots_lists_every_plot_function_frame_and_mark():
    names = dir(plots)
    assert set(plots.__all__) <= set(names)
    for plot, figure in FIGURES.items():
        assert {plot.__name__, figure.frame.__name__} <= set(names)
    assert {"FigureSpec", "Panel", "Axis", "Lines", "Bars", "Heatmap", "draw", "register_figure"} <= set(names)
