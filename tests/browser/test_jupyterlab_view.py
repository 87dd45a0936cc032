import pytest
from lab_harness import open_notebook, run_all, start_lab, write_notebook
from seen import maps, sentence, slider

pytestmark = pytest.mark.timeout(180)
CELLS = [
    "import xarray as xr\nfrom mmviz.widgets import Explorer\n"
    "frame = xr.load_dataset('frame.nc', engine='h5netcdf')\nexplorer = Explorer(frame=frame, selection={'epoch': 1, 'time': 20})",
    "explorer",
]  # fmt: skip
ASK = """async (code) => { const w = window.jupyterapp.shell.currentWidget; let said = '';
  const future = w.sessionContext.session.kernel.requestExecute({ code, store_history: false });
  future.onIOPub = (m) => { if (m.header.msg_type === 'stream') said += m.content.text; };
  await future.done; return said.trim(); }"""


@pytest.fixture
def notebook(open_page, make_frame, tmp_path):
    folder, state = tmp_path / "work", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    make_frame().to_netcdf(folder / "frame.nc", engine="h5netcdf")
    write_notebook(folder / "view.ipynb", CELLS)
    with start_lab(folder, state=state) as address:
        page = open_page(viewport={"width": 1500, "height": 1500})
        open_notebook(page, address, "view.ipynb")
        run_all(page)
        page.wait_for_selector(".mmv-readout:not(:empty)")
        page.address = address
        yield page


def test_in_jupyterlab_keys_move_the_view_python_follows_and_nothing_leaves_the_machine(notebook):
    page = notebook
    before, cells = maps(page), page.locator(".jp-Notebook .jp-Cell").count()
    assert sentence(page).startswith("epoch 1 of 4, t = 1.68 s")
    slider(page, "Epoch").focus()
    page.keyboard.press("ArrowRight")
    slider(page, "Time cursor").focus()
    page.keyboard.press("ArrowRight")
    assert sentence(page).startswith("epoch 2 of 4, t = 1.76 s")
    assert maps(page) != before

    asked = page.evaluate(ASK, "print(explorer.selection, explorer.readout, sep='|')")
    chosen = "{'sample': 0, 'epoch': 2, 'layer': 0, 'channel': 0, 'time': 21, 'brush': None, 'masked': [], 'edits': {}, 'run': 'A'}|"
    assert asked == chosen + sentence(page)

    page.get_by_label("Sample").focus()
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
