"""Measure how far the explanations can be trusted: all measurements of tests/bars/truth. Prints the bars, writes JSON and docs/trust.md.

    python tests/bars/truth.py [--seeds 5] [--only deletion pairs] [--folder runs/truth] [--data watch] [--out tests/bars/truth.json] [--page]

Trainings and the result of every cell are kept in the folder under a digest of the code, so an interrupted run is continued, and what
changed is measured again. With ``--page`` only the page is written from the JSON. ``--verify 3`` trains and measures three cells of every
measurement of the JSON anew and compares them with the stored values. The exit status is 1 if a bar does not hold, or a value differs.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("truth")))

from mmkernels.timing import report
from truth_registry import MEASUREMENTS, PACKAGES, load_all, measured, stored_result

from mmviz.io.digest import version_of
from mmviz.report.trust_page import trust_page

JSON = Path(__file__).with_suffix(".json")
#: relative difference that rounding on another processor may cause
TOLERANCE = 1e-3
PAGE = Path(__file__).parents[2] / "docs" / "trust.md"


def run(names, seeds, folder, data=None, *, collect=False):
    """Return {measurement: (rows, results by cell)}; with ``collect`` of the finished cells only."""
    found = {}
    for name in names:
        one, start = MEASUREMENTS[name], time.perf_counter()
        cells = [None] if one.cells is None else [c for c in one.cells(seeds) if not data or c.data in data]
        each = {}
        for cell in cells:
            if collect:
                result = stored_result(one, cell, folder / "results")[2]
            else:
                result = measured(one, cell, folder / "trainings", folder / "results")
                print(f"{name}: {cell.key if cell else 'all'} ({time.perf_counter() - start:.0f} s)", flush=True)
            if result is not None:
                each[cell] = result
        if each and one.cells is None:
            found[name] = (each[None], {})
        elif each:
            found[name] = ([asdict(row) for row in one.rows(each)], {cell.key: v for cell, v in each.items()})
    return found


def printed(rows):
    """Print every row with a bar, and return those that do not hold."""
    for row in rows:
        if row["bar"]:
            interval = "" if row["low"] is None else f" [{row['low']:.3g}, {row['high']:.3g}]"
            state = "holds" if row["holds"] else "DOES NOT HOLD"
            print(f"{state:13} {row['value']:.3g}{interval} (bar {row['bar']}) {row['case']}: {row['what']}")
    return [row for row in rows if row["bar"] and not row["holds"]]


def differences(kept, count):
    """Return a text for every value of ``count`` cells of each measurement that is not the stored one; times are not compared."""
    texts = []
    for name, stored in kept["measurements"].items():
        one = MEASUREMENTS.get(name)
        if one is None or one.cells is None:
            continue
        cells = [cell for cell in one.cells(stored["seeds"]) if cell.key in stored["cells"]]
        for cell in cells[:: max(1, len(cells) // count)][:count]:
            with tempfile.TemporaryDirectory() as folder:
                found = measured(one, cell, Path(folder) / "trainings", Path(folder) / "results")
            new, old = flat(found), flat(stored["cells"][cell.key])
            worst = max(abs(new[k] - old[k]) / max(1, abs(old[k])) for k in old)
            print(f"{name}, {cell.key}: {len(old)} values, largest difference {worst:.2g}", flush=True)
            if new.keys() != old.keys() or not worst <= TOLERANCE:
                texts.append(f"{name}, {cell.key}: a value differs by {worst:.2g}")
    return texts


def flat(found, at=""):
    """Return {path: number} of nested dicts and lists, without measured times."""
    items = found.items() if isinstance(found, dict) else enumerate(found)
    out = {}
    for key, value in items:
        if key == "seconds":
            continue
        nested = isinstance(value, dict | list)
        out |= (
            flat(value, f"{at}/{key}") if nested else {f"{at}/{key}": value} if isinstance(value, int | float) else {}
        )
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=None)
    parser.add_argument("--folder", type=Path, default=Path("runs/truth"))
    parser.add_argument("--out", type=Path, default=JSON)
    parser.add_argument(
        "--data", nargs="+", default=None, help="measure the cells of these data sets only, and write nothing"
    )
    parser.add_argument("--collect", action="store_true", help="write what is finished, measure nothing")
    parser.add_argument("--page", action="store_true", help="write only the page, from the JSON")
    parser.add_argument("--verify", type=int, default=0)
    chosen = parser.parse_args()
    kept = json.loads(chosen.out.read_text(encoding="utf-8")) if chosen.out.exists() else {"measurements": {}}
    load_all()
    if chosen.verify:
        texts = differences(kept, chosen.verify)
        print(*texts, f"{len(texts)} cells differ", sep="\n")
        return int(bool(texts))
    if chosen.data:
        run(chosen.only or MEASUREMENTS, chosen.seeds, chosen.folder, chosen.data)
        return 0
    if not chosen.page:
        names = chosen.only or MEASUREMENTS
        for name, (rows, results) in run(names, chosen.seeds, chosen.folder, collect=chosen.collect).items():
            about = report.about("cpu", "torch", "numpy", "captum", "mmviz")
            cells = MEASUREMENTS[name].cells
            planned = len(cells(chosen.seeds)) if cells else 0
            code = {"code": version_of(PACKAGES), "seeds": chosen.seeds, "planned": planned}
            kept["measurements"][name] = about | code | {"rows": rows, "cells": results}
        report.write(chosen.out, kept, digits=6)
        kept = json.loads(chosen.out.read_text(encoding="utf-8"))
    if chosen.out == JSON:
        PAGE.write_text(trust_page(kept), encoding="utf-8")
    rows = [row for one in kept["measurements"].values() for row in one["rows"]]
    missed = printed(rows)
    print(f"{len(rows)} rows, {sum(bool(row['bar']) for row in rows)} bars, {len(missed)} of them not held")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
