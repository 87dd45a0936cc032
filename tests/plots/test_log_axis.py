"""Logarithmic axes: as many labels as there is room for, and words where they belong."""

import numpy as np
import pytest

from mmviz.plots.picture import Axis, Lines, Panel, Picture, Rule
from mmviz.plots.screen import draw


@pytest.mark.parametrize(("span", "decades"), [((1.0, 1e3), 1), ((1e-2, 1e9), 1), ((1e-2, 1e46), 4)])
def test_powers_of_ten_are_labelled_as_far_as_there_is_room(span, decades):
    line = Lines(np.arange(3.0), np.ones(3), "a", 0)
    figure = draw(Picture("log", (), (Panel((line,), Axis("x"), Axis("y", log=True, span=span)),)))
    assert figure.layout.yaxis.dtick == decades
    np.testing.assert_allclose(figure.layout.yaxis.range, np.log10(span), rtol=1e-12)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("side", "x"), [("top right", 1.0), ("top left", 0.0)])
def test_the_words_of_a_rule_stand_at_its_end_whatever_the_axes(log, side, x):
    line = Lines(np.array([1.0, 100.0]), np.array([1.0, 100.0]), "a", 0)
    panel = Panel((line, Rule(10.0, "y", "limit", side)), Axis("x", log=log), Axis("y", log=log))
    (words,) = draw(Picture("rule", (), (panel,))).layout.annotations
    assert (words.text, words.x, words.xref) == ("limit", x, "x domain")
    assert words.y == (1.0 if log else 10.0)
