"""A logarithmic axis has as many labels as there is room for."""

import numpy as np
import pytest

from mmviz.plots.picture import Axis, Lines, Panel, Picture
from mmviz.plots.screen import draw


@pytest.mark.parametrize(("span", "decades"), [((1.0, 1e3), 1), ((1e-2, 1e9), 1), ((1e-2, 1e46), 4)])
def test_powers_of_ten_are_labelled_as_far_as_there_is_room(span, decades):
    line = Lines(np.arange(3.0), np.ones(3), "a", 0)
    figure = draw(Picture("log", (), (Panel((line,), Axis("x"), Axis("y", log=True, span=span)),)))
    assert figure.layout.yaxis.dtick == decades
    np.testing.assert_allclose(figure.layout.yaxis.range, np.log10(span), rtol=1e-12)
