"""Screenshots of the notebook's widgets and figures in JupyterLab: Cockpit, controls linked to an Explorer, plotly figures."""

from lab_harness import open_notebook, run_all, start_lab, write_notebook

STUDY = (
    "import warnings\n"
    "warnings.simplefilter('ignore')\n"
    "import mmviz as mm\n"
    "ds = mm.data.load('watch', fold=0)\n"
    "model = mm.models.build('coupled_mamba', ds.spec, width=16, layers=1, steps=25, seed=0)"
)  # fmt: skip
#: part: (cell, what a cell after it runs, selector that exists once the part is drawn)
PARTS = {
    "cockpit": (
        "cockpit = mm.widgets.Cockpit(model, ds, epochs=6, learning_rate=0.006, monitor=True)\ncockpit",
        "cockpit.start()\n"
        "import time\n"
        "while len(cockpit.training.history) < 4:\n    time.sleep(0.05)\n"
        "cockpit.change(modality_dropout={'gyro': 0.3})\n"
        "run = cockpit.wait()\n"
        "cockpit.charts.wait_drawn()\n"
        "trace = mm.record(run, ds['test'])\n"
        "states = mm.analysis.states(trace)",
        ".mmv-cockpit [data-chart]",
    ),
    "controls": (
        "controls, explorer = mm.widgets.controls(trace, coupling=1.0), mm.widgets.Explorer(trace)\n"
        "link = mm.widgets.link(controls, explorer)\n"
        "display(controls.around(lambda epoch, sample: mm.plots.plot_states(states, epoch=epoch, sample=sample)))\n"
        "explorer",
        "controls.set(sample=2, available=('dynamic', 'gyro'))",
        ".mmv-readout:not(:empty)",
    ),
    "figures": (
        "for figure in (\n"
        "    mm.plots.plot_shapley(mm.analysis.shapley(trace)),\n"
        "    mm.plots.plot_subsets(mm.analysis.coalition_scores(trace)),\n"
        "    mm.plots.plot_coupling(mm.analysis.states(trace)),\n"
        "    mm.plots.plot_training(mm.analysis.training(trace), quantities=['train_loss', 'valid_loss', 'valid_accuracy', 'contribution', 'unimodal_score']),\n"
        "    mm.plots.plot_states(states),\n"
        "):\n"
        "    figure.show()",
        "",
        ".js-plotly-plot .main-svg",
    ),
}  # fmt: skip
THEME = """async (theme) => {
  const app = window.jupyterapp ?? window.jupyterlab;
  await app.commands.execute('apputils:change-theme', { theme }); }"""
CLOSE_SIDE_BAR = """async () => {
  const app = window.jupyterapp ?? window.jupyterlab;
  if (document.querySelector('#jp-left-stack:not(.lm-mod-hidden)')) await app.commands.execute('application:toggle-left-area'); }"""


def shoot_notebook(browser, open_page, folder, looks, keep, parts=tuple(PARTS)):
    """Run one notebook in JupyterLab and take a screenshot of each part in each look.

    Parameters
    ----------
    browser, open_page
        As of ``tests/browser/chromium.py``.
    folder
        An empty folder for the notebook and for the files of JupyterLab.
    looks
        Look to (width, options of the browser's context, dark theme of JupyterLab).
    keep
        Called with the image (bytes), the part and the look.
    parts
        Names of the parts that are kept.
    """
    work, state = folder / "work", folder / "state"
    work.mkdir()
    state.mkdir()
    cells = [STUDY] + [source for cell, after, _ in PARTS.values() for source in (cell, after) if source]
    write_notebook(work / "parts.ipynb", cells)
    with start_lab(work, state=state) as address, open_page(browser, viewport={"width": 1366, "height": 4000}) as page:
        open_notebook(page, address, "parts.ipynb")
        page.evaluate(CLOSE_SIDE_BAR)
        run_all(page, timeout=300_000)
        page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").first.click()
        for look, (width, media, dark) in looks.items():
            page.set_viewport_size({"width": width, "height": 4000})
            page.emulate_media(
                **{
                    "color_scheme": "light",
                    "forced_colors": "none",
                    "contrast": "no-preference",
                    "media": "screen",
                    **media,
                }
            )
            page.evaluate(THEME, "JupyterLab Dark" if dark else "JupyterLab Light")
            page.wait_for_timeout(1500)
            for part in parts:
                page.wait_for_selector(PARTS[part][2], timeout=30_000)
                keep(output_of(page, part).screenshot(), part, look)


def output_of(page, part):
    """Return the output area of a part's cell."""
    cells = [source for cell, after, _ in PARTS.values() for source in (cell, after) if source]
    at = 1 + cells.index(PARTS[part][0])
    return page.locator(".jp-Notebook .jp-CodeCell").nth(at).locator(".jp-Cell-outputArea")
