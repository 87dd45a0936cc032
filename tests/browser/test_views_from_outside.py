"""Views from outside the package, in a saved page: the template, a view with an error, a view that cannot register itself."""

from pathlib import Path

import numpy as np
import pytest
from page_queries import slider
from playwright.sync_api import expect

from mmviz.widgets import register_view, unregister_view, views

pytestmark = pytest.mark.timeout(90)
TEMPLATE = Path(__file__).parents[2] / "docs" / "templates" / "view.js"


@pytest.fixture(autouse=True)
def _no_view_is_left():
    yield
    for view in views.registered():
        unregister_view(view.name)


def magnitude(page):
    return page.get_by_label("Mean hidden-state magnitude")


def shown(page):
    return float(magnitude(page).inner_text())


def test_the_template_view_draws_the_numbers_of_the_frame_and_follows_the_cursor(show):
    register_view(TEMPLATE)
    page = show(selection={"epoch": 2, "time": 10, "sample": 1})
    frame = page.explorer.frame
    scale = 0.82  # of the first layer

    def expected(time):
        return float(np.mean(frame["state"].values[2, 1, 0, :, :, time]) / 255 * scale)

    assert shown(page) == pytest.approx(expected(10), rel=5e-3)
    slider(page, "Time cursor").focus()
    before = magnitude(page).inner_text()
    page.keyboard.press("ArrowRight")
    expect(magnitude(page)).not_to_have_text(before)  # a view out of sight follows after a short rest
    assert shown(page) == pytest.approx(expected(11), rel=5e-3)
    assert page.faults == []
    assert page.external == []


def test_a_view_that_fails_shows_its_error_in_its_panel_and_the_others_stay(show, tmp_path):
    (tmp_path / "broken.js").write_text(
        'mmviz.register({ name: "broken", place: "side", needs: [], mount() { throw new Error("no such array"); } });'
    )
    register_view(tmp_path / "broken.js")
    page = show()
    assert page.locator(".mmv-error").first.inner_text() == 'The view "broken" could not be drawn: Error: no such array'
    assert page.get_by_role("table", name="Probability of each class").is_visible()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mmviz.register({ name: "lanes", place: "side", needs: [], mount() {} });', "this name is registered already"),
        (
            'mmviz.register({ name: "odd", place: "left", needs: [], mount() {} });',
            "expected one of main, side, columns, wide",
        ),
        ('mmviz.register({ name: "odd", place: "side", needs: "state", mount() {} });', "expected an array"),
        ("mmviz.nothing();", "mmviz.nothing is not a function"),
    ],
)
def test_a_view_that_cannot_register_itself_is_named_in_the_page_with_the_reason(show, tmp_path, text, said):
    (tmp_path / "odd_view.js").write_text(text)
    register_view(tmp_path / "odd_view.js")
    page = show()
    told = page.locator(".mmv-error").first.inner_text()
    assert told.startswith('The view "odd_view" could not be drawn: ')
    assert said in told
    assert page.get_by_role("table", name="Probability of each class").is_visible()
