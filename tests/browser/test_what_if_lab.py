"""The studio in real JupyterLab, with a real model: an edit by keyboard reaches the model, its answer the screen, and a reload keeps both."""

import pytest
from lab_harness import open_notebook, run_all, start_lab, write_notebook
from seen import maps, sentence
from test_jupyterlab_view import ASK

pytestmark = pytest.mark.timeout(240)
CELLS = [
    "import mmviz as mm\n"
    "ds = mm.data.synthetic(n=60, steps=24, seed=0, task='classification')\n"
    "model = mm.models.build('coupled_mamba', ds.spec, width=8, layers=1, state=4, seed=0)\n"
    "run = mm.train.fit(model, ds, epochs=2, progress=False)\n"
    "trace = mm.record(run, ds['test'], recorded_samples=3)\n"
    "part = ds['test']",
    "ask = mm.recording.what_if(run, part)\n"
    "def what_if(sample, epoch, edits):\n"
    "    if edits.get('m1', {}).get('delay', 0) > 10:\n"
    "        raise ValueError('that is too late')\n"
    "    return ask(sample, epoch, edits)\n"
    "what_if.offers = ask.offers\n"
    "explorer = mm.widgets.Explorer(trace, what_if=what_if)",
    "explorer",
]  # fmt: skip


def test_in_jupyterlab_an_edit_is_answered_shown_and_kept_and_an_error_is_said(open_page, tmp_path):
    folder, state = tmp_path / "work", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    write_notebook(folder / "studio.ipynb", CELLS)
    with start_lab(folder, state=state) as address:
        page = open_page(viewport={"width": 1500, "height": 1500})
        open_notebook(page, address, "studio.ipynb")
        run_all(page)
        page.wait_for_selector(".mmv-readout:not(:empty)")
        before = maps(page)
        slider = page.get_by_role("slider", name="Delay of m1 in steps")
        slider.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "document.querySelector('.mmv-readout').textContent.endsWith('what if: m1 5 steps later')"
        )
        page.wait_for_function(
            "document.querySelector('.mmv-what-if-status').textContent.startsWith('Shown is the edited')"
        )
        assert maps(page) != before
        assert page.evaluate(ASK, "print(explorer.selection['edits'])") == "{'m1': {'delay': 5}}"
        assert page.evaluate(ASK, "explorer.wait(); print(explorer.readout)") == sentence(page)

        for _ in range(6):
            page.keyboard.press("ArrowRight")
        page.wait_for_function("document.querySelector('.mmv-what-if [role=alert]').textContent !== ''")
        said = page.locator(".mmv-what-if [role=alert]").text_content()
        assert said.startswith("This edit could not be computed; shown is the last valid prediction: m1 ")
        assert said.endswith("The reason: ValueError: that is too late")

        page.evaluate(ASK, "explorer.selection = {'edits': {'m2': {'noise': 1.0, 'seed': 2}}, 'masked': ['m3']}")
        page.wait_for_function(
            "document.querySelector('.mmv-readout').textContent.endsWith('what if: m2 with noise of 1.00 sd')"
        )
        assert (
            page.evaluate(ASK, "import threading; print(sum(t.name == 'mmviz what-if' for t in threading.enumerate()))")
            == "1"
        )
        shown = sentence(page), maps(page)
        page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
        page.reload()
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=60_000)
        page.wait_for_selector(".mmv-change")
        assert (sentence(page), maps(page)) == shown
        assert page.external == []
