"""The Explorer in JupyterLab: selections in page and kernel, what-if edits with a model; no request leaves the machine."""

import pytest
from lab_harness import write_notebook
from page_queries import maps, sentence, slider

pytestmark = pytest.mark.timeout(240)
VIEW = [
    "import xarray as xr\nfrom mmviz.widgets import Explorer\n"
    "frame = xr.load_dataset('frame.nc', engine='h5netcdf')\nexplorer = Explorer(frame=frame, selection={'epoch': 1, 'time': 20})",
    "explorer",
]  # fmt: skip
WHAT_IF = [
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
ASK = """async (code) => { const w = window.jupyterapp.shell.currentWidget; let said = '';
  const future = w.sessionContext.session.kernel.requestExecute({ code, store_history: false });
  future.onIOPub = (m) => { if (m.header.msg_type === 'stream') said += m.content.text; };
  await future.done; return said.trim(); }"""


def test_in_jupyterlab_keys_change_the_selection_in_page_and_kernel_without_external_request(lab, make_frame):
    make_frame().to_netcdf(lab.folder / "frame.nc", engine="h5netcdf")
    write_notebook(lab.folder / "view.ipynb", VIEW)
    page = lab("view.ipynb")
    page.wait_for_selector(".mmv-readout:not(:empty)")
    before, cells = maps(page), page.locator(".jp-Notebook .jp-Cell").count()
    assert sentence(page).startswith("epoch 1 of 4, t = 1.68 s")
    slider(page, "Epoch").focus()
    page.keyboard.press("ArrowRight")
    slider(page, "Time cursor").focus()
    page.keyboard.press("ArrowRight")
    assert sentence(page).startswith("epoch 2 of 4, t = 1.76 s")
    assert maps(page) != before

    asked = page.evaluate(ASK, "print(explorer.selection, explorer.readout, sep='|')")
    chosen = "{'sample': 0, 'epoch': 2, 'layer': 0, 'channel': 0, 'time': 21, 'brush': None, 'zoom': None, 'masked': [], 'edits': {}, 'run': 'A', 'section': 'sample', 'colours': {'scale': 'symmetric log', 'range': 'layer', 'samples': ''}, 'scatter': {'across': '', 'up': '', 'lassos': []}}|"
    assert asked == chosen + sentence(page)

    page.set_viewport_size({"width": 1366, "height": 768})
    panel = page.locator(".jp-WindowedPanel-outer").first
    page.locator(".mmv").evaluate("(node) => node.scrollIntoView({ block: 'start' })")
    at = panel.bounding_box()["y"]
    for part in (".mmv-strip-run", ".mmv-lane >> nth=0", ".mmv-lane >> nth=1"):
        box = page.locator(part).bounding_box()
        assert at <= box["y"] < box["y"] + box["height"] <= 745, part
    panel.evaluate("(node) => node.scrollBy(0, 400)")
    page.wait_for_timeout(200)
    assert at <= page.locator(".mmv-strip-run").bounding_box()["y"] < at + 20, "the prediction stays in sight"
    page.set_viewport_size({"width": 1500, "height": 1500})

    page.get_by_role("combobox", name="Sample", exact=True).focus()
    page.keyboard.press("b")  # would insert a cell if it reached the notebook
    page.keyboard.press("Escape")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells

    page.evaluate(ASK, "explorer.selection = {'sample': 2, 'epoch': 4}")
    page.wait_for_function("document.querySelector('.mmv-readout').textContent.startsWith('epoch 4 of 4')")
    assert page.evaluate(ASK, "print(explorer.readout)") == sentence(page)
    assert page.external == []

    page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)", timeout=60_000)
    assert sentence(page).startswith("epoch 4 of 4, t = 1.76 s")
    assert page.external == []


def test_in_jupyterlab_an_edit_is_predicted_shown_and_kept_on_reload_and_an_error_is_shown(lab):
    write_notebook(lab.folder / "what_if.ipynb", WHAT_IF)
    page = lab("what_if.ipynb")
    page.wait_for_selector(".mmv-readout:not(:empty)")
    before = maps(page)
    slider = page.get_by_role("slider", name="Delay of m1 in steps")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.mmv-readout').textContent.endsWith('what if: m1 5 steps later')")
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
