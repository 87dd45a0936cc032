"""The second notebook in real JupyterLab: run all, mask, mark a span, compare; nothing leaves the machine.

MMVIZ_SCREENSHOTS names a folder to keep pictures in.
"""

import os
import shutil
from pathlib import Path

import pytest
from lab_harness import open_notebook, run_all, start_lab

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_explorer.ipynb"
pytestmark = pytest.mark.timeout(600)


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


def test_the_explorer_notebook_runs_in_jupyterlab_and_its_views_answer(open_page, tmp_path):
    folder, state = tmp_path / "work", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    shutil.copy(NOTEBOOK, folder)
    with start_lab(folder, state=state) as address:
        page = open_page(viewport={"width": 1500, "height": 1500})
        open_notebook(page, address, NOTEBOOK.name)
        run_all(page, timeout=400_000)

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
        assert said(first) != at

        both = show(page, 1)
        assert said(both).startswith("A: epoch 3 of 3")
        keep(page, "compare")
        both.get_by_role("slider", name="Epoch").first.focus()
        page.keyboard.press("Home")
        assert said(both).startswith("A: epoch 0 of 3")

        watch = show(page, 2)
        keep(page, "watch")
        watch.get_by_text("Cross-modal influence").first.scroll_into_view_if_needed()
        keep(page, "watch_below")
        drawn = said(watch)
        watch.get_by_role("slider", name="Epoch").first.focus()
        page.keyboard.press("Home")
        assert said(watch) != drawn
        page.locator(".js-plotly-plot").last.scroll_into_view_if_needed()
        keep(page, "end")
        assert page.locator(".js-plotly-plot").count() == 2
        assert page.external == []
    assert (folder / "explorer.html").stat().st_size > 50_000
    assert (folder / "influence.pdf").read_bytes().startswith(b"%PDF")
