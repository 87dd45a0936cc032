"""Panels are divided into columns of about equal height, in the order of each column's first panel."""

import itertools

import pytest

from mmviz.widgets import html_page

BELOW = 22  # the space under a panel, as in column_layout.js


@pytest.fixture
def parted(open_page):
    page = open_page()
    page.evaluate(html_page.script().replace("var mmviz=", "window.mmviz=", 1))
    return lambda heights, columns: page.evaluate(f"() => mmviz.columnsOfEqualHeight({heights}, {columns})")


def tallest(way, heights, columns):
    return max(sum(h + BELOW for h, c in zip(heights, way, strict=True) if c == column) for column in range(columns))


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("heights", [[100], [300, 100, 100], [50, 400, 60, 70, 80], [200] * 6])
def test_no_other_assignment_of_panels_has_a_lower_tallest_column(parted, heights, columns):
    way = parted(heights, columns)
    assert set(way) <= set(range(columns))
    every = itertools.product(range(columns), repeat=len(heights))
    assert tallest(way, heights, columns) == min(tallest(each, heights, columns) for each in every)


def test_columns_are_in_the_order_of_their_first_panels(parted):
    for heights in ([50, 400, 60, 70, 80], [10, 20, 300, 40], [200] * 6):
        way = parted(heights, 3)
        first = list(dict.fromkeys(way))
        assert first == sorted(first)


HEIGHTS = """() => Object.fromEntries([...document.querySelectorAll(".mmv-column > *, .mmv-section > .mmv-panel")].map((n) => [n.dataset.view, n.offsetHeight]))"""
SHOWN = """async () => {
  for (const panel of document.querySelectorAll(".mmv-column > *, .mmv-section > .mmv-panel")) panel.style.contentVisibility = "visible";
  await new Promise((done) => setTimeout(done, 300));
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_panels_out_of_sight_take_the_height_that_they_have_in_sight_also_on_a_narrower_page(show, width):
    page = show(every_view=True)
    page.set_viewport_size({"width": width, "height": 700})
    page.wait_for_timeout(600)
    assumed = page.evaluate(HEIGHTS)
    page.evaluate(SHOWN)
    drawn = page.evaluate(HEIGHTS)
    assert len(drawn) >= 13
    assert max(drawn.values()) > 700
    assert {view: (tall, drawn[view]) for view, tall in assumed.items() if abs(tall - drawn[view]) > 2} == {}


def test_the_panels_of_an_opened_section_take_their_height_too(show):
    page = show(every_view=True, selection={"section": "overview"})
    page.get_by_role("tab", name="Explanation", exact=True).click()
    page.wait_for_timeout(600)
    assumed = page.evaluate(HEIGHTS)
    page.evaluate(SHOWN)
    drawn = page.evaluate(HEIGHTS)
    open_views = [view for view, tall in assumed.items() if tall]
    assert "coupling" in open_views
    assert all(abs(assumed[view] - drawn[view]) <= 2 for view in open_views)
