"""Every notebook in real JupyterLab: open, run all, move what can be moved, see it change. Prints a table, keeps pictures.

python tests/browser/walk_notebooks.py [--out runs/walk] [notebook ...]        (some minutes; needs a Chromium or Chrome)

Of each notebook: every slider of a figure is moved to its last and first place, every live view gets a step of its time cursor or epoch; what does not change
is a fault, and so are an error in a cell, an error in the page, and a request that would leave the machine.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from chromium import find_chromium, open_chromium, open_page
from lab_harness import open_notebook, run_all, start_lab

FOLDER = Path(__file__).parents[2] / "notebooks"
PLACES = ".slider-rail-touch-rect"
STATE = "(figure) => JSON.stringify([figure.layout.sliders.map((s) => s.active ?? 0), figure.querySelector('svg').outerHTML.length, figure.data])"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="names without ending (default: all)")
    parser.add_argument("--out", type=Path, default=Path("runs/walk"))
    parser.add_argument("--patience", type=float, default=900, help="seconds for Run All")
    options = parser.parse_args()
    found = find_chromium()
    if found is None:
        return "no Chromium or Chrome found: make browser"
    paths = [FOLDER / f"{name}.ipynb" for name in options.notebooks] or sorted(FOLDER.glob("[0-9]*.ipynb"))
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for path in paths:
        with tempfile.TemporaryDirectory() as name, open_chromium(found) as browser:
            rows.append(walk(path, Path(name), browser, options))
        print(json.dumps(rows[-1]), flush=True)
    (options.out / "walk.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if any(row["faults"] for row in rows) else 0


def walk(path, place, browser, options):
    """Return what happened with one notebook."""
    folder, state = place / "work", place / "state"
    folder.mkdir()
    state.mkdir()
    shutil.copy(path, folder)
    row = {"notebook": path.stem, "seconds": None, "figures": 0, "sliders": 0, "views": 0, "faults": []}
    looks = {"viewport": {"width": 1400, "height": 1100}}
    with start_lab(folder, state=state) as address, open_page(browser, **looks) as page:
        open_notebook(page, address, path.name)
        start = time.perf_counter()
        try:
            run_all(page, timeout=options.patience * 1000)
        except AssertionError as error:
            row["faults"].append(str(error))
            return row
        row["seconds"] = round(time.perf_counter() - start, 1)
        row["cells"] = page.locator(".jp-Notebook .jp-Cell").count()
        figures(page, row, options.out / path.stem)
        views(page, row, options.out / path.stem)
        row["faults"] += [f"page: {fault}" for fault in page.faults] + [
            f"left the machine: {url}" for url in page.external
        ]
    return row


def figures(page, row, picture):
    """Move the sliders of all plotly figures; keep a picture of each figure."""
    every = page.locator(".jp-Notebook .js-plotly-plot")
    row["figures"] = every.count()
    for k in range(row["figures"]):
        figure = every.nth(k)
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        rails = figure.locator(PLACES)
        for i in range(rails.count()):
            before, box = figure.evaluate(STATE), rails.nth(i).bounding_box()
            for share in (0.98, 0.02, 0.5):
                page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
                page.wait_for_timeout(400)
                if figure.evaluate(STATE) != before:
                    row["sliders"] += 1
                    break
            else:
                row["faults"].append(f"figure {k}, slider {i}: nothing changed")
        figure.screenshot(path=f"{picture}_figure{k}.png")


def views(page, row, picture):
    """Step every live view; keep a picture of each."""
    every = page.locator(".jp-Notebook .mmv")
    row["views"] = every.count()
    for k in range(row["views"]):
        view = every.nth(k)
        view.locator(".mmv-title").first.scroll_into_view_if_needed()
        view.locator(".mmv-readout:not(:empty)").first.wait_for()
        before = view.locator(".mmv-readout").first.text_content()
        for name in ("Time cursor", "Epoch"):
            knob = view.get_by_role("slider", name=name).first
            if not knob.count():
                continue
            knob.focus()
            for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
                page.keyboard.press(key)
                if view.locator(".mmv-readout").first.text_content() != before:
                    break
            if view.locator(".mmv-readout").first.text_content() != before:
                break
        else:
            row["faults"].append(f"view {k}: it did not follow the keyboard")
        page.wait_for_timeout(700)
        view.screenshot(path=f"{picture}_view{k}.png")


if __name__ == "__main__":
    sys.exit(main())
