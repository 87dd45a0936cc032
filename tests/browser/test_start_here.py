"""The first notebook as a newcomer meets it: real JupyterLab, run all, move the view by keyboard; nothing leaves the machine."""

import shutil
from pathlib import Path

import pytest
from lab_harness import open_notebook, run_all, start_lab
from seen import maps, sentence, slider

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "00_start_here.ipynb"
pytestmark = pytest.mark.timeout(600)


def test_the_first_notebook_runs_in_jupyterlab_and_its_view_answers_the_keyboard(open_page, tmp_path):
    folder, state = tmp_path / "work", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    shutil.copy(NOTEBOOK, folder)
    with start_lab(folder, state=state) as address:
        page = open_page(viewport={"width": 1500, "height": 1500})
        open_notebook(page, address, NOTEBOOK.name)
        run_all(page, timeout=400_000)
        slider(page, "Epoch").scroll_into_view_if_needed()
        page.wait_for_selector(".mmv-readout:not(:empty)")
        before, said = maps(page), sentence(page)
        slider(page, "Epoch").focus()
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        assert maps(page) != before, "the states did not follow the epoch"
        assert sentence(page) != said
        slider(page, "Time cursor").focus()
        at = sentence(page)
        page.keyboard.press("ArrowRight")
        assert sentence(page) != at, "prediction and contributions did not follow the cursor"
        assert page.locator(".js-plotly-plot").count() == 3
        assert page.external == []
