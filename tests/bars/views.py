"""Times of the views, with their bars: a saved page with the model in it, and JupyterLab beside plotly's FigureWidget in the same run.

    make bench-views            (some minutes; a quiet machine gives the figures that count)
    python tests/bars/views.py --page-only --repeats 60     (then --lab-only: the other part stays as it was measured)

The page: the watch study (3 modalities of 200 frames, 50 steps, coupled_mamba with 271 thousand parameters) after a short training, which changes no
time, in headless Chromium at 1366 x 768; see page_model.py. JupyterLab: 3 modalities, each a map of 64 channels x 500 steps and 10 lines x 500 points,
12 epochs; a move is one key press on a slider, from the slider's event to the task after the frame that shows it, by the page's own clock. plotly moves
the epoch in the customary way: slider, kernel, one batch_update of the three maps. An edit in JupyterLab is one key press on the delay of a modality:
the model in the page predicts for all 8 subsets of 3 modalities at every step, with exact Shapley values. Writes ``views.json``.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from mmkernels.timing import report

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "browser"), str(HERE.parent / "widgets")]

from chromium import find_chromium, open_chromium, open_page  # noqa: E402
from explorer_frames import make_frame  # noqa: E402
from lab_harness import open_notebook, run_all, start_lab, write_notebook  # noqa: E402
from page_model import engine_times, open_times, page_times, study  # noqa: E402

from mmviz.widgets import Explorer  # noqa: E402

MOVES, DROPPED = 60, 5
#: (key, what it is, bar of the median, bar of the 95th percentile) in milliseconds; None: no bar
ROWS = (
    ("edit_prediction", "edit -> prediction painted", 20, 33),
    ("edit_all", "edit -> all subsets, Shapley values, states painted", 50, 80),
    ("scrub_time", "scrub the time cursor", 12, 20),
    ("scrub_epoch", "scrub the epoch", 12, 20),
    ("drag_time", "drag the time cursor, real pointer", 12, 20),
    ("drag_brush", "brush a time range, real pointer", 12, 20),
    ("open_prediction", "open an unrecorded sample -> prediction painted", None, None),
    ("open_sample", "open an unrecorded sample -> all of it painted", 50, 100),
    ("engine_full", "engine: full prediction with prefixes and states", 6, None),
    ("engine_subsets", "engine: all 8 subsets", 24, None),
    ("redraw", "redraw, another recorded sample *", 10, None),
    ("redraw_epoch", "redraw, another epoch *", 10, None),
    ("redraw_compared", "redraw, an edited sample as recorded (lanes appear) *", 10, None),
    ("page_open", "open the page -> first full view", 1000, None),
)
PAGE_BYTES = 2_000_000
LAB_BARS = {"wire_bytes": 1_000_000, "notebook_bytes": 300_000}
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
    "explorer = mm.widgets.Explorer(frame=frame, model=mm.recording.export_model(run, ds['test']))\nexplorer",
]
PLOTLY = [
    "import ipywidgets, plotly.graph_objects as go, xarray as xr\nfrom plotly.subplots import make_subplots\n"
    "frame = xr.load_dataset('frame.nc', engine='h5netcdf')\nmaps = frame['state'].isel(recorded_sample=0, layer=0).values",
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
    """Measure, print the table, write ``views.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--page-only", action="store_true", help="without JupyterLab and plotly, whose last times stay")
    part.add_argument("--lab-only", action="store_true", help="JupyterLab and plotly; the last times of the page stay")
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args()
    found = find_chromium()
    if found is None:
        sys.exit("no Chromium or Chrome found: make browser")
    path = HERE / "views.json"
    result = json.loads(path.read_text(encoding="utf-8")) if options.page_only or options.lab_only else {}
    packages = ("jupyterlab", "anywidget", "plotly", "mmviz")
    with tempfile.TemporaryDirectory() as folder:
        if not options.lab_only:
            trace, model = study()
            with open_chromium(found) as browser:
                result |= page(browser, trace, model, Path(folder, "page.html"), options.repeats)
            result |= {"repeats": options.repeats, "load": os.getloadavg()[0]} | report.about("cpu", *packages)
        if not options.page_only:
            with open_chromium(found) as browser:
                result |= lab(browser, Path(folder))
            result |= {"lab_load": os.getloadavg()[0]} | report.about("cpu", *packages)
    print_table(result)
    report.write(path, result, digits=4)


def page(browser, trace, model, path, repeats):
    """Return the rows of the saved page, its bytes, and the work of its main thread per repeat."""
    explorer = Explorer(trace, model=model)
    explorer.save(path)
    frame = explorer.frame
    times = engine_times(browser, model, repeats)
    given = {"names": list(frame["modality"].values), "recorded": frame.sizes["recorded_sample"], "samples": len(explorer.all_samples)}  # fmt: skip
    found, work = page_times(browser, path, **given, repeats=repeats)
    times |= found | {"page_open": open_times(browser, path, max(5, repeats // 3))}
    rows = {}
    for key, _, *bars in ROWS:
        values = [statistics.median(times[key]), sorted(times[key])[round(0.95 * (len(times[key]) - 1))]]
        held = all(bar is None or value <= bar for value, bar in zip(values, bars, strict=True))
        rows[key] = {"median_ms": values[0], "p95_ms": values[1], "least_ms": min(times[key]), "bars_ms": bars, "held": held if any(bars) else None}  # fmt: skip
    return {"rows": rows, "work_per_repeat": work, "page_bytes": path.stat().st_size}


def lab(browser, folder):
    """Return times and sizes of the Explorer and of a FigureWidget in JupyterLab."""
    work, state = folder / "work", folder / "state"
    work.mkdir()
    state.mkdir()
    frame = make_frame(epochs=12, samples=1, layers=1, steps=500, channels=64, features=10, frames=500)
    frame.to_netcdf(work / "frame.nc", engine="h5netcdf")
    write_notebook(work / "ours.ipynb", OURS)
    write_notebook(work / "plotly.ipynb", PLOTLY)
    write_notebook(work / "what_if.ipynb", WHAT_IF)
    with start_lab(work, state=state) as address:
        found = {"ours": ours(browser, address, work), "plotly": plotly(browser, address, work)}
        found["ours"]["what_if"] = what_if(browser, address)
    return {"lab": found, "lab_bars": LAB_BARS, "lab_moves": MOVES - DROPPED}


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
    """Return the times of editing the delay of a modality step by step, and the bytes received for one edit."""
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
        return summary(times) | {"edit_bytes": sum(sent)}


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
    """Print the rows with their bars, the work per repeat, and JupyterLab's columns."""
    print(f"{'saved page, ms (median / 95 %)':54}{'measured':>16}{'bar':>12}")
    for key, text, *bars in ROWS:
        row = result["rows"][key]
        bar = " / ".join(str(one) for one in bars if one is not None) or "–"
        verdict = {True: "held", False: "NOT held", None: ""}[row["held"]]
        print(f"{text:54}{row['median_ms']:>8.1f} /{row['p95_ms']:>6.1f}{bar:>12}  {verdict}")
    print("* in a frame callback: without the wait for the display's next frame")
    print(f"load of the machine: {result['load']:.1f}")
    size = result["page_bytes"]
    print(f"{'size of the page, kB':54}{size / 1e3:>16.0f}{PAGE_BYTES / 1e3:>12.0f}  {'held' if size <= PAGE_BYTES else 'NOT held'}")  # fmt: skip
    print("\nwork of the page's main thread per repeat")
    for key, work in result["work_per_repeat"].items():
        print(f"  {key:16}" + ", ".join(f"{name} {value}" for name, value in work.items()))
    if "lab" not in result:
        return
    one, other = result["lab"]["ours"], result["lab"]["plotly"]
    print(
        f"\n{'JupyterLab, ms (median / 95 %)':34}{'Explorer':>16}{'FigureWidget':>16}   load {result['lab_load']:.1f}"
    )
    for kind in ("epoch", "time", "brush", "what_if"):
        cells = [f"{r[kind]['p50_ms']:.1f} / {r[kind]['p95_ms']:.1f}" if kind in r else "–" for r in (one, other)]
        print(f"{kind:34}{cells[0]:>16}{cells[1]:>16}")
    print(
        f"{'sent to show it, kB':34}{one['wire_bytes'] / 1e3:>16.0f}{'–':>16}   bar {LAB_BARS['wire_bytes'] / 1e3:.0f}"
    )
    sizes = [r["notebook_bytes"] / 1e3 for r in (one, other)]
    print(f"{'saved notebook, kB':34}{sizes[0]:>16.0f}{sizes[1]:>16.0f}   bar {LAB_BARS['notebook_bytes'] / 1e3:.0f}")


if __name__ == "__main__":
    main()
