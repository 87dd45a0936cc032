"""Times of the page's engine for every fusion: full prediction with states, and all subsets; WebAssembly beside plain JavaScript, in turn.

``python tests/bars/page_engine.py [--fusions coupled_mamba,late] [--repeats 40]`` trains each fusion for one epoch on watch, exports it, runs
the engine in Node.js, prints a table and writes ``page_engine.json`` beside this file. On a busy machine trust the ratios and the least times.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

import mmviz as mm

ROOT = Path(__file__).parents[2]
STEPS = 50
#: bars for coupled_mamba, in milliseconds: full prediction with prefixes and states, all subsets
BARS = {"full": 6.0, "subsets": 24.0}


def exported(name: str, ds, folder: Path) -> Path:
    """Train for one epoch, export; write graph and request as JSON and the weights beside it."""
    run = mm.train.fit(mm.models.build(name, ds.spec, steps=STEPS, seed=0), ds, epochs=1, progress=False)
    page = mm.recording.export_model(run, ds["test"], samples=[0], storage="exact")
    split = page.split
    request = {
        "values": [split.frames[m].values[0].ravel().tolist() for m in page.modalities],
        "valid": [split.valid[m][0].astype(int).tolist() for m in page.modalities],
        "share": [split.share[m][0].ravel().tolist() for m in page.modalities if m in split.share],
    }
    path = folder / name
    path.with_suffix(".json").write_text(json.dumps({"name": name, "graph": page.graph, "request": request}))
    path.with_suffix(".bin").write_bytes(page.weights)
    return path


def table(rows: list[dict]) -> str:
    """Return the times of each fusion, WebAssembly beside JavaScript, as text."""
    lines = ["fusion            full: wasm med/p95, js    subsets: wasm med/p95, js    js/wasm  |wasm - js|"]
    for row in rows:
        full, all_subsets = row["full"], row["subsets"]
        times = [
            f"{one['wasm']['median']:7.1f} / {one['wasm']['p95']:.1f}, {one['js']['median']:.1f}".ljust(26)
            for one in (full, all_subsets)
        ]
        ratio = all_subsets["js"]["least"] / all_subsets["wasm"]["least"]
        difference = max(full["difference"], all_subsets["difference"])
        lines.append(f"{row['name']:16s} {times[0]} {times[1]} {ratio:6.1f}  {difference:.1e}")
    return "\n".join(lines)


def main() -> None:
    """Time the engine in Node for each fusion, print the table and write its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fusions", default=",".join(mm.models.available()))
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args()
    ds = mm.data.load("watch", fold=0)
    with tempfile.TemporaryDirectory() as folder:
        paths = [exported(name, ds, Path(folder)) for name in options.fusions.split(",")]
        command = ["node", str(Path(__file__).with_suffix(".mjs")), str(ROOT), str(options.repeats), *map(str, paths)]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    print(table(rows))
    found = {"load": os.getloadavg()[0], "repeats": options.repeats, "steps": STEPS, "bars": BARS, "rows": rows}
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
