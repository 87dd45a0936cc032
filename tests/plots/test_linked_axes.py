"""Axes that are linked on paper have room for what every panel shows."""

import numpy as np
import pytest

from mmviz.plots.picture import Axis, Lines, Panel, Picture

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("first", [1.0, 5.0])
def test_the_largest_panel_decides_and_a_given_span_stays(first):
    from mmviz.plots.printed.ink import draw

    steps = np.arange(4.0)
    panels = tuple(
        Panel((Lines(steps, steps * top, "a", 0),), Axis("x", link="x", span=(0, 2)), Axis("y", link="y"))
        for top in (first, 6.0 - first)
    )
    axes = draw(Picture("t", (), panels, columns=2), width=6).axes
    for ax in axes[:2]:
        low, high = ax.get_ylim()
        assert low <= 0
        assert high >= 15
        assert ax.get_xlim() == (0, 2)
