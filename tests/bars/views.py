"""Latency of the views in real JupyterLab, beside plotly's FigureWidget on the same data in the same run.

    make bench-views            (about a minute; a quiet machine gives the figures that count)

Data: 3 modalities, each a map of 64 channels x 500 steps and 10 lines x 500 points, 12 epochs. A move is one key press on a
slider; its time runs from the slider's event to the task after the frame that shows it, by the page's own clock. Ours moves
the epoch, the time cursor and one end of the span with the data in the page; plotly the epoch, the customary way: slider,
kernel, one batch_update of the three maps.

A what-if is one key press on the delay of a modality: from the slider's event through the kernel, where a Coupled Mamba of 64
channels and 500 steps predicts for all 8 subsets of 3 modalities at every step with exact Shapley values, to the pixels.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from mmkernels.timing import report

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "browser"), str(HERE.parent / "widgets")]

from chromium import find_chromium, open_chromium, open_page  # noqa: E402
from explorer_frames import make_frame  # noqa: E402
from lab_harness import open_notebook, run_all, start_lab, write_notebook  # noqa: E402

MOVES, DROPPED = 60, 5
BARS = {
    "p50_ms": 12,
    "p95_ms": 20,
    "what_if_p50_ms": 80,
    "what_if_p95_ms": 120,
    "wire_bytes": 1_000_000,
    "notebook_bytes": 300_000,
}
OURS = [
    "import xarray as xr\nfrom mmviz.widgets import Explorer\nframe = xr.load_dataset('frame.nc', engine='h5netcdf')",
    "explorer = Explorer(frame=frame, selection={'epoch': 5, 'time': 250, 'brush': [100, 400]})\nexplorer",
]
WHAT_IF = [
    "import numpy as np, mmviz as mm\nrng = np.random.default_rng(0)\n"
    "x = {name: rng.normal(size=(24, 500, 10)).cumsum(1) / 10 for name in ('a', 'b', 'c')}\n"
    "rows = {'train': slice(0, 16), 'valid': slice(16, 20), 'test': slice(20, 24)}\n"
    "ds = mm.data.from_arrays({s: {n: v[r] for n, v in x.items()} for s, r in rows.items()}, {s: np.arange(24)[r] % 2 for s, r in rows.items()},\n"
    "                         classes=['no', 'yes'], name='bench')\n"
    "model = mm.models.build('coupled_mamba', ds.spec, width=32, layers=1, state=4, seed=0)\n"
    "run = mm.train.fit(model, ds, epochs=1, progress=False)\n"
    "frame = mm.plots.explorer_frame(mm.record(run, ds['test'], recorded_samples=1, influence=False), channels=64)\n"
    "assert frame['state'].shape[-2:] == (64, 500)",
    "explorer = mm.widgets.Explorer(frame=frame, what_if=mm.recording.what_if(run, ds['test']))\nexplorer",
]
PLOTLY = [
    "import ipywidgets, plotly.graph_objects as go, xarray as xr\nfrom plotly.subplots import make_subplots\n"
    "frame = xr.load_dataset('frame.nc', engine='h5netcdf')\nmaps = frame['state'].isel(recorded_samples=0, layer=0).values",
    "figure = make_subplots(rows=6, cols=1)\n"
    "for m, name in enumerate(frame['modality'].values):\n"
    "    for f in range(10):\n"
    "        figure.add_scatter(y=frame[f'signal_{name}'].values[0, :, f], mode='lines', row=2 * m + 1, col=1)\n"
    "    figure.add_heatmap(z=maps[5, m], colorscale='Cividis', zmin=0, zmax=255, row=2 * m + 2, col=1)\n"
    "figure.update_layout(height=900, width=1000, title_text='epoch 5', showlegend=False)\n"
    "figure = go.FigureWidget(figure)\nheat = [trace for trace in figure.data if trace.type == 'heatmap']",
    "slider = ipywidgets.IntSlider(value=5, min=0, max=11)\n"
    "def show(change):\n"
    "    with figure.batch_update():\n"
    "        for m in range(3):\n"
    "            heat[m].z = maps[change['new'], m]\n"
    "        figure.layout.title.text = f\"epoch {change['new']}\"\n"
    "slider.observe(show, 'value')\nipywidgets.VBox([slider, figure])",
]
WATCH_OURS = """(label) => { window.moves = []; window.begun = 0;
  const range = document.querySelector(`input[aria-label="${label}"]`) ?? document.querySelector('.mmv');
  const begin = () => { window.begun = performance.now(); };
  range.addEventListener(range.matches('input') ? 'input' : 'keydown', begin, { capture: true });
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => window.moves.push(["", performance.now() - window.begun]))))
    .observe(document.querySelector(range.matches('input') ? '.mmv-readout' : '.mmv-span'), { childList: true, characterData: true, subtree: true }); }"""
WATCH_WHAT_IF = """() => { window.moves = []; window.begun = 0;
  document.querySelector('input[aria-label="Delay of a in steps"]').addEventListener('input', () => { window.begun = performance.now(); }, { capture: true });
  const said = document.querySelector('.mmv-readout');
  new MutationObserver(() => { const text = said.textContent.split('what if: ')[1] ?? '';
    requestAnimationFrame(() => setTimeout(() => window.moves.push([text, performance.now() - window.begun]))); })
    .observe(said, { childList: true, characterData: true, subtree: true }); }"""
WATCH_PLOTLY = """() => { window.moves = []; window.begun = 0;
  document.querySelector('.noUi-target').noUiSlider.on('update', () => { window.begun = performance.now(); });
  document.querySelector('.js-plotly-plot').on('plotly_afterplot', () =>
    requestAnimationFrame(() => setTimeout(() => window.moves.push([document.querySelector('.gtitle').textContent, performance.now() - window.begun])))); }"""


def main():
    """Measure both, print the table, write ``views.json``."""
    found = find_chromium()
    if found is None:
        sys.exit("no Chromium or Chrome found: make browser")
    with tempfile.TemporaryDirectory() as folder, open_chromium(found) as browser:
        work, state = Path(folder, "work"), Path(folder, "state")
        work.mkdir()
        state.mkdir()
        frame = make_frame(epochs=12, samples=1, layers=1, steps=500, channels=64, features=10, frames=500)
        frame.to_netcdf(work / "frame.nc", engine="h5netcdf")
        write_notebook(work / "ours.ipynb", OURS)
        write_notebook(work / "plotly.ipynb", PLOTLY)
        write_notebook(work / "what_if.ipynb", WHAT_IF)
        with start_lab(work, state=state) as address:
            result = {"ours": ours(browser, address, work), "plotly": plotly(browser, address, work)}
            result["ours"]["what_if"] = what_if(browser, address)
    result |= {"bars": BARS, "moves": MOVES - DROPPED} | report.about(
        "cpu", "jupyterlab", "anywidget", "plotly", "mmviz"
    )
    print_table(result)
    report.write(HERE / "views.json", result)


def ours(browser, address, work):
    """Return the times of three kinds of moves, and the sizes, of the Explorer."""
    with open_page(browser, viewport={"width": 1500, "height": 1300}) as page:
        sent = []
        page.on("websocket", lambda s: s.on("framereceived", lambda data: sent.append(len(data))))
        open_notebook(page, address, "ours.ipynb")
        before = sum(sent)
        run_all(page)
        page.wait_for_selector(".mmv-readout:not(:empty)")
        page.wait_for_timeout(1500)
        out = {"wire_bytes": sum(sent) - before}
        for kind, label, keys in (
            ("epoch", "Epoch", ("ArrowRight", "ArrowLeft")),
            ("time", "Time cursor", ("ArrowRight", "ArrowRight")),
        ):
            page.get_by_role("slider", name=label).focus()
            out[kind] = moves(page, WATCH_OURS, label, keys)
        out["brush"] = brushes(page)
        page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
        page.wait_for_timeout(2000)
    out["notebook_bytes"] = (work / "ours.ipynb").stat().st_size
    return out


def what_if(browser, address):
    """Return the times of editing the delay of a modality step by step, and how many bytes an answer has."""
    with open_page(browser, viewport={"width": 1500, "height": 1300}) as page:
        sent, times = [], []
        page.on("websocket", lambda s: s.on("framereceived", lambda data: sent.append(len(data))))
        open_notebook(page, address, "what_if.ipynb")
        run_all(page)
        page.wait_for_selector(".mmv-readout:not(:empty)")
        page.wait_for_timeout(1500)
        page.get_by_role("slider", name="Delay of a in steps").focus()
        page.evaluate(WATCH_WHAT_IF)
        for step in range(1, MOVES + 1):
            sent.clear()
            times.append(one(page, "ArrowRight", f"a {step} step{'' if step == 1 else 's'} later"))
        return summary(times) | {"answer_bytes": sum(sent)}


def brushes(page):
    """Return the times of moving one end of the span step by step: the cursor moves, then the span follows it."""
    slider = page.get_by_role("slider", name="Time cursor")
    slider.focus()
    page.evaluate(WATCH_OURS, "")
    times = []
    for _ in range(MOVES):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(40)
        times.append(one(page, "]"))
    return summary(times)


def plotly(browser, address, work):
    """Return the times of scrubbing the epoch, and the size, of a FigureWidget."""
    with open_page(browser, viewport={"width": 1500, "height": 1300}) as page:
        open_notebook(page, address, "plotly.ipynb")
        run_all(page)
        page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=60_000)
        page.wait_for_selector(".noUi-handle")
        page.wait_for_timeout(2500)
        page.locator(".noUi-handle").first.focus()
        out = {"epoch": moves(page, WATCH_PLOTLY, None, ("ArrowRight", "ArrowLeft"), title=True)}
        page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
        page.wait_for_timeout(2000)
    out["notebook_bytes"] = (work / "plotly.ipynb").stat().st_size
    return out


def moves(page, watch, label, keys, *, title=False):
    """Return the summary of key presses, six to and six fro, beginning at 5; with ``title`` a drawing must say where it is."""
    page.evaluate(watch, label)
    places = [5 + (i % 12 + 1 if i % 12 < 6 else 11 - i % 12) for i in range(MOVES)]
    return summary([one(page, keys[i % 12 > 5], f"epoch {place}" if title else "") for i, place in enumerate(places)])


def one(page, key, said=""):
    """Press a key, wait until it is drawn, return the milliseconds."""
    page.evaluate("window.moves.length = 0")
    page.keyboard.press(key)
    page.wait_for_function(
        "(said) => window.moves.some((move) => move[0] === said)", arg=said, timeout=30_000, polling=5
    )
    page.wait_for_timeout(30)
    return page.evaluate("(said) => window.moves.find((move) => move[0] === said)[1]", said)


def summary(times):
    """Return median and 95th percentile of all but the first few."""
    kept = sorted(times[DROPPED:])
    return {"p50_ms": round(statistics.median(kept), 1), "p95_ms": round(kept[round(0.95 * (len(kept) - 1))], 1)}


def print_table(result):
    """Print both columns."""
    one, other = result["ours"], result["plotly"]
    print(f"{'per move, ms (median / 95 %)':34}{'Explorer':>16}{'FigureWidget':>16}   bar")
    for kind in ("epoch", "time", "brush"):
        cells = [f"{r[kind]['p50_ms']:.1f} / {r[kind]['p95_ms']:.1f}" if kind in r else "–" for r in (one, other)]
        print(f"{kind:34}{cells[0]:>16}{cells[1]:>16}   {BARS['p50_ms']} / {BARS['p95_ms']}")
    what_if_times = one["what_if"]
    took = f"{what_if_times['p50_ms']:.1f} / {what_if_times['p95_ms']:.1f}"
    bar = f"{BARS['what_if_p50_ms']} / {BARS['what_if_p95_ms']}"
    print(f"{'what-if, model and Shapley':34}{took:>16}{'–':>16}   {bar}")
    print(f"{'sent to show it, kB':34}{one['wire_bytes'] / 1e3:>16.0f}{'–':>16}   {BARS['wire_bytes'] / 1e3:.0f}")
    sizes = [r["notebook_bytes"] / 1e3 for r in (one, other)]
    print(f"{'saved notebook, kB':34}{sizes[0]:>16.0f}{sizes[1]:>16.0f}   {BARS['notebook_bytes'] / 1e3:.0f}")


if __name__ == "__main__":
    main()
