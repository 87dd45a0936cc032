"""Rows of the page "How far can you trust this picture?": every figure and view has one."""

import html
import re
from pathlib import Path

import pytest

from mmviz.core.errors import ConfigError
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.trust import ROWS, row_of

ROOT = Path(__file__).parents[2]
VIEWS = ROOT / "mmviz" / "widgets" / "page" / "views"


def registered_views():
    names = []
    for path in sorted(VIEWS.glob("*.js")):
        names += re.findall(r"register\(\{\s*name: \"([^\"]+)\"", path.read_text(encoding="utf-8"))
    return names


def test_every_file_of_the_views_registers_a_view():
    assert len(registered_views()) >= len(list(VIEWS.glob("*.js")))


def test_every_registered_figure_and_view_has_exactly_one_row():
    figures = [name for row in ROWS.values() for name in row.figures]
    views = [name for row in ROWS.values() for name in row.views]
    assert sorted(figures) == sorted(plot.__name__ for plot in FIGURES)
    assert sorted(views) == sorted(registered_views())


@pytest.mark.parametrize("key", ROWS)
def test_a_row_states_a_question_what_it_shows_and_what_it_does_not_show(key):
    row = ROWS[key]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", key)
    assert row.question.endswith("?")
    assert row.can.endswith(".")
    assert row.cannot.endswith(".")


def test_row_of_finds_a_figure_a_view_and_an_id_and_refuses_an_unknown_name():
    assert row_of("plot_shapley") == row_of("mean shapley") == row_of("shapley") == "shapley"
    with pytest.raises(ConfigError, match=r"no row for 'plot_shapely' \(did you mean 'plot_shapley'\?\)"):
        row_of("plot_shapely")


@pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)
def test_every_figure_links_its_row_and_shows_its_text_on_hover(plot, figure_data):
    data, options = figure_data[plot]
    figure = plot(*data, **options)
    key = row_of(plot.__name__)
    assert figure.layout.meta["trust"] == f"docs/trust.md#{key}"
    (note,) = [note for note in figure.layout.annotations if note.hovertext]
    shown = html.unescape(note.hovertext.replace("<br>", " "))
    assert ROWS[key].question in shown
    assert shown.endswith(f"docs/trust.md#{key}")
