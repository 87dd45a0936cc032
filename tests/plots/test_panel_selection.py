"""Panels of a figure of a paper: selected by position or name, with their labels and heights."""

import pytest

from mmviz import plots
from mmviz.core.errors import ConfigError
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.panel_selection import panel_names, select_panels


def spec_of(plot, figure_data):
    data, options = figure_data[plot]
    return FIGURES[plot].specification(*data, **options)


def test_panels_are_selected_by_name_and_position_in_the_given_order(figure_data):
    spec = spec_of(plots.plot_training, figure_data)
    found = select_panels(spec, ["E1", 0])
    assert [panel.title for panel in found.panels] == ["E1", "loss"]
    assert [len(panel.marks) for panel in found.panels] == [2, 3]
    assert found.columns == 2
    assert select_panels(spec, None) is spec


def test_a_selected_panel_has_the_labels_that_its_neighbours_carried(figure_data):
    spec = spec_of(plots.plot_influence, figure_data)
    assert spec.panels[0].x.label == ""
    found = select_panels(spec, [0])
    assert found.panels[0].x.label == "source step"
    assert found.panels[0].y.label == "m1: step"
    assert (found.columns, found.fixed, found.heights) == (1, False, (spec.height_of(0),))


@pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)
def test_every_panel_of_every_figure_has_a_name_and_can_be_selected_alone(plot, figure_data):
    spec = spec_of(plot, figure_data)
    assert all(panel_names(spec)) or len(spec.panels) == 1
    for i, panel in enumerate(spec.panels):
        assert select_panels(spec, [i]).panels[0].marks == panel.marks


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ([], "selects no panel"),
        ([0, 0], "selects a panel twice"),
        ([99], "position from 0 to"),
        ([True], "position from 0 to"),
        (["los"], "did you mean 'loss'"),
        ("loss", "give panels=\\['loss'\\]"),
    ],
)
def test_an_unknown_or_repeated_panel_is_refused_with_the_names(panels, message, figure_data):
    with pytest.raises(ConfigError, match=message):
        select_panels(spec_of(plots.plot_training, figure_data), panels)


def test_paper_draws_the_selected_panels_only(figure_data, tmp_path):
    data, options = figure_data[plots.plot_training]
    whole = plots.paper(plots.plot_training, *data, file=tmp_path / "whole.pdf", **options)
    part = plots.paper(plots.plot_training, *data, file=tmp_path / "part.pdf", panels=["loss"], **options)
    words = plots.inspect_pdf(part).words
    assert "E1" not in words
    assert "E1" in plots.inspect_pdf(whole).words
    assert "loss" in words
    assert plots.inspect_pdf(part).height < plots.inspect_pdf(whole).height


def test_linked_axes_of_a_paper_figure_keep_their_ticks(figure_data):
    import matplotlib as mpl

    from mmviz.plots import matplotlib_backend
    from mmviz.plots.paper_figure import rc_params
    from mmviz.plots.venue import venue_of

    with mpl.rc_context(rc_params(venue_of("icml2024"))):
        figure = matplotlib_backend.draw(spec_of(plots.plot_states, figure_data), width=3.25)
    shown = [t.get_text() for t in figure.axes[2].get_xticklabels() if t.get_visible() and t.get_text()]
    assert len(shown) >= 3
