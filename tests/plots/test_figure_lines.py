"""Every line of Python that the Explorer offers draws its figure."""

import pytest
from figure_examples import captured, end_to_end

import mmviz as mm
from mmviz.plots.figure_lines import VIEW_LINES
from mmviz.plots.spec_figure import SpecFigure


@pytest.mark.parametrize("view", VIEW_LINES)
def test_the_line_of_a_view_draws_a_figure_from_the_trace(view, whole, monkeypatch):
    trace = captured(whole)
    if view == "end-to-end attribution":  # the Trace of the tests holds no such group
        monkeypatch.setattr(mm.analysis, "end_to_end", end_to_end)
    names = trace.attrs["modalities"]
    epoch = int(trace["states"]["epoch"].values[-1])
    line = VIEW_LINES[view].format(sample=1, epoch=epoch, layer=0, source=repr(names[1]), anchor=repr(names[0]))
    assert isinstance(eval(line, {"mm": mm, "trace": trace}), SpecFigure)  # noqa: S307 - lines of the package
