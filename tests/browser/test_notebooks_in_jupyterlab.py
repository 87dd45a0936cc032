"""The first two notebooks in JupyterLab: run all cells, move the views; no request leaves the machine.

MMVIZ_SCREENSHOTS names a folder for pictures.
"""

import os
import shutil
from pathlib import Path

import pytest
from page_queries import changed, maps, sentence, slider

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
pytestmark = pytest.mark.timeout(1500)


def test_notebook_00_runs_in_jupyterlab_and_its_view_follows_the_keyboard(lab):
    shutil.copy(NOTEBOOKS / "00_start_here.ipynb", lab.folder)
    page = lab("00_start_here.ipynb", timeout=1_200_000)
    slider(page, "Epoch").scroll_into_view_if_needed()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    before, said = maps(page), sentence(page)
    slider(page, "Epoch").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert changed(page, maps, before) != before, "the states did not follow the epoch"
    assert sentence(page) != said
    slider(page, "Time cursor").focus()
    at = sentence(page)
    page.keyboard.press("ArrowRight")
    assert changed(page, sentence, at) != at, "prediction and contributions did not follow the cursor"
    assert page.locator(".js-plotly-plot").count() == 4
    assert page.external == []


def keep(page, name):
    if os.environ.get("MMVIZ_SCREENSHOTS"):
        page.wait_for_timeout(700)
        page.screenshot(path=Path(os.environ["MMVIZ_SCREENSHOTS"]) / f"{name}.png")


def show(page, k):
    """Scroll to the k-th live view and return it."""
    view = page.locator(".jp-Notebook .mmv").nth(k)
    view.locator(".mmv-title").first.scroll_into_view_if_needed()
    view.locator(".mmv-readout:not(:empty)").wait_for()
    return view


def said(view):
    """Return the view's sentence, drawn or not: JupyterLab leaves out what has scrolled away."""
    return view.locator(".mmv-readout").text_content()


def test_notebook_01_runs_in_jupyterlab_and_its_views_follow_mouse_and_keyboard(lab):
    shutil.copy(NOTEBOOKS / "01_explorer.ipynb", lab.folder)
    page = lab("01_explorer.ipynb", timeout=1_200_000)

    first = show(page, 0)
    first.locator(".mmv-readout", has_text="without image").wait_for()  # what Python has selected
    keep(page, "digits")
    seen = first.get_by_role("checkbox", name="image")
    seen.scroll_into_view_if_needed()
    keep(page, "digits_below")
    seen.check()
    assert "without" not in said(first)
    at = said(first)
    first.get_by_role("slider", name="Time cursor").focus()
    page.keyboard.press("ArrowRight")
    assert changed(first, said, at) != at

    both = show(page, 1)
    assert said(both).startswith("A: epoch 3 of 3")
    keep(page, "compare")
    both.get_by_role("slider", name="Epoch").first.focus()
    page.keyboard.press("Home")
    assert said(both).startswith("A: epoch 0 of 3")

    watch = show(page, 2)
    keep(page, "watch")
    watch.get_by_role("tab", name="All sections").click()
    watch.get_by_text("Operator map").first.scroll_into_view_if_needed()
    keep(page, "watch_below")
    drawn = said(watch)
    watch.get_by_role("slider", name="Epoch").first.focus()
    page.keyboard.press("Home")
    assert changed(watch, said, drawn) != drawn
    page.locator(".js-plotly-plot").last.scroll_into_view_if_needed()
    keep(page, "end")
    assert page.locator(".js-plotly-plot").count() == 2
    assert page.external == []
    assert (lab.folder / "explorer.html").stat().st_size > 50_000
    assert (lab.folder / "influence.pdf").read_bytes().startswith(b"%PDF")
