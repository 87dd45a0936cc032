"""The slider of a figure, moved in a browser: every panel, the title and the axes follow."""

import json

import numpy as np
import pytest

from mmviz.plots import with_slider
from mmviz.plots.figure_spec import Axis, FigureSpec, Heatmap, Lines, Panel
from mmviz.plots.plotly_backend import draw

SHOWN = """() => {
  const [heat, line] = document.querySelector('.js-plotly-plot')._fullData;
  const {title, yaxis2, sliders} = document.querySelector('.js-plotly-plot')._fullLayout;
  return {title: title.text, heat: heat.z[0][0], line: [...line.y], top: yaxis2.range[1], label: sliders[0].steps[sliders[0].active].label};
}"""


def figure_of(k):
    at = np.arange(2.0)
    heat = Heatmap(np.full((2, 2), float(k)), at, at, 0, 3, "z", bar=False)
    line = Lines(np.arange(3.0), np.arange(3.0) ** k, "a power", 0)
    panels = (Panel((heat,)), Panel((line,), Axis("x"), Axis("y", span=(0, 2.0**k))))
    return draw(FigureSpec(f"Power {k}", (), panels, columns=2))


@pytest.mark.parametrize(("shared", "tops"), [(True, (8, 8)), (False, (2, 8))])
def test_a_click_on_the_slider_moves_all_of_the_figure(open_page, tmp_path, shared, tops):
    figure = with_slider({f"place {k}": figure_of(k) for k in (1, 2, 3)}, prefix="at ", start="place 1", shared=shared)
    figure.write_html(tmp_path / "figure.html", include_plotlyjs=True, auto_play=False)
    page = open_page()
    page.goto((tmp_path / "figure.html").as_uri())
    page.wait_for_selector(".slider-rail-touch-rect")
    expected = {"title": "Power 1", "heat": 1, "line": [0, 1, 2], "top": tops[0], "label": "place 1"}
    assert page.evaluate(SHOWN) == expected
    rail = page.locator(".slider-rail-touch-rect").bounding_box()
    page.mouse.click(rail["x"] + rail["width"] - 3, rail["y"] + rail["height"] / 2)
    expected = {"title": "Power 3", "heat": 3, "line": [0, 1, 8], "top": tops[1], "label": "place 3"}
    page.wait_for_function(
        f"wanted => JSON.stringify(({SHOWN})()) === wanted", arg=json.dumps(expected, separators=(",", ":"))
    )
    assert page.evaluate(SHOWN) == expected
    assert page.faults == []
    assert page.external == []
