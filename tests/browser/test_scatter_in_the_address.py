"""Axes and outlines of the scatter plot of samples in the address of a page: they come back, and wrong ones give a sentence."""

import json
from urllib.parse import quote

import numpy as np
import pytest

pytestmark = pytest.mark.timeout(120)
LASSO = {"across": "φ gyro", "up": "φ gravity", "points": [[-9, -9], [0.05, -9], [0.05, 9], [-9, 9]]}


@pytest.fixture
def page(show):
    return show(every_view=True, listed=60, selection={"section": "overview"})


def address(page):
    page.wait_for_timeout(450)
    return page.evaluate("JSON.parse(decodeURIComponent(location.hash.slice(1)))")


def opened(page, selection):
    page.goto("about:blank")
    page.goto(f"{page.path.as_uri()}#{quote(json.dumps(selection))}")
    page.wait_for_selector(".mmv-readout:not(:empty)")
    return page


def axes(page):
    return [
        page.locator("[data-view='sample scatter']")
        .get_by_label(name, exact=True)
        .locator("option:checked")
        .text_content()  # drawn or not: the panel may be out of sight
        for name in ("Across", "Up")
    ]


def test_axes_and_a_drawn_outline_are_in_the_address_and_select_the_same_samples_again(page):
    scatter = page.locator("[data-view='sample scatter']")
    scatter.get_by_label("Across", exact=True).select_option(label="φ gyro")
    scatter.get_by_label("Up", exact=True).select_option(label="loss, −ln p(true class)")
    box = scatter.locator(".mmv-samples-plot")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    left, top, right, bottom = (
        place["x"] + 2,
        place["y"] + 2,
        place["x"] + 0.5 * place["width"],
        place["y"] + place["height"] - 2,
    )
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((left, bottom), (right, bottom), (right, top)):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()
    chip = page.locator(".mmv-chip").text_content()
    assert chip.startswith("lasso: ")
    held = address(page)["scatter"]
    assert (held["across"], held["up"], len(held["lassos"])) == ("φ gyro", "loss", 1)
    assert len(held["lassos"][0]["points"]) <= 100
    link = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert page.locator(".mmv-refused").text_content() == ""
    assert axes(page) == ["φ gyro", "loss, −ln p(true class)"]
    assert page.locator(".mmv-chip").text_content() == chip
    # Python accepts what the page writes
    page.explorer.selection = {"scatter": held}
    assert page.explorer.selection["scatter"] == held
    page.locator(".mmv-chip").click()
    assert address(page)["scatter"]["lassos"] == []
    assert page.faults == []


def test_an_outline_of_python_selects_the_samples_inside_in_the_saved_page(show):
    page = show(every_view=True, listed=60, selection={"section": "overview", "scatter": {"lassos": [LASSO]}})
    phi = page.explorer.frame["listed_phi"].values
    assert page.locator(".mmv-chip").text_content().startswith(f"lasso: {int(np.sum(phi[:, 1] < 0.05))} samples")


@pytest.mark.parametrize(
    "scatter",
    [
        3,
        None,
        [],
        {"across": "constructor"},
        {"up": 5},
        {"__proto__x": 1},
        {"lassos": "x"},
        {"lassos": [None]},
        {"lassos": [LASSO] * 9},
        {"lassos": [LASSO | {"points": [[0, 0]] * 101}]},
        {"lassos": [LASSO | {"points": [[0, 0], [1, 1], ["<img src=x onerror=alert(1)>", 1]]}]},
        {"lassos": [LASSO | {"across": "true class"}]},
        {"lassos": [LASSO | {"more": "x"}]},
    ],
    ids=str,
)
def test_a_scatter_plot_in_the_address_that_does_not_exist_is_ignored_with_a_sentence(page, scatter):
    opened(page, {"scatter": scatter, "epoch": 1})
    said = page.locator(".mmv-refused").inner_text()
    assert said.startswith("The selection in the address of this page does not exist: selection: scatter")
    assert len(said) < 400
    assert axes(page) == ["φ dynamic", "φ gyro"]
    assert page.locator(".mmv-chip").count() == 0
    assert page.locator("img[src=x]").count() == 0
    assert page.faults == []


def test_two_runs_share_the_axes_and_outlines_stay_with_the_first(show):
    page = show(
        every_view=True,
        selection={"section": "overview", "run": "both", "scatter": {"across": "φ gyro", "lassos": [LASSO]}},
        other={"every_view": True, "seed": 5},
    )
    runs = page.locator(".mmv-run")
    for k in (0, 1):
        assert runs.nth(k).get_by_label("Across", exact=True).locator("option:checked").text_content() == "φ gyro"
    assert runs.nth(0).locator(".mmv-chip").count() == 1
    assert runs.nth(1).locator(".mmv-chip").count() == 0
    assert page.faults == []
