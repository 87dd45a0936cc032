"""Measure what running cells as a study costs: two workers against one, overhead per cell, a finished study repeated. Prints, writes JSON.

    python tests/bars/scale.py [--cells 24] [--epochs 6] [--out tests/bars/scale.json]

Clusters are started, and every worker has trained one cell, before the clock runs; how long that takes is measured by itself. Overhead: the
study in one process against the same trainings written out by hand, in turn, data loaded before, the best of both.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from mmkernels.timing import report

import mmviz as mm
from mmviz.studies.cell import open_source
from mmviz.studies.worker import thread_count

SPEEDUP_BAR, OVERHEAD_BAR, REPEAT_BAR = 1.7, 0.3, 3.0
DATA = {"name": "synthetic", "n": 400, "steps": 64, "task": "classification"}


def study(cells, epochs, first=0):
    grid = mm.studies.grid(
        data=DATA,
        model=[{"name": name, "width": 32, "layers": 1} for name in ("coupled_mamba", "late")],
        train={"epochs": epochs},
        seed=range(first, first + max(1, cells // 2)),
    )
    return mm.studies.Study("scale", grid)


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def by_hand(what):
    """Train and score what the cells do, with nothing around it."""
    ds = open_source(what.cells[0].config["data"], None)
    with thread_count(1):
        for cell in what.cells:
            c = cell.config
            model = mm.models.build(c["model"]["name"], ds.spec, seed=c["seed"], **c["model"]["options"])
            run = mm.train.fit(model, ds, epochs=c["train"]["epochs"], seed=c["seed"], progress=False)
            for name in ("valid", "test"):
                mm.train.metrics.score(ds.spec.task, run.predict(ds[name]), ds[name].target)


def on_workers(what, count, folder):
    """Seconds to start workers that have trained a cell each, and seconds for the study."""
    import distributed

    start = time.perf_counter()
    with distributed.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster:
        warm = study(2 * count, 1, first=10_000)
        mm.studies.run(warm, folder / f"warm{count}", scheduler=cluster.scheduler_address, progress=False)
        started = time.perf_counter() - start
        address = cluster.scheduler_address
        seconds, outcome = timed(lambda: mm.studies.run(what, folder / f"w{count}", scheduler=address, progress=False))
    if outcome.finished_now != len(what):
        raise SystemExit(f"{outcome}")
    return started, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    what = study(given.cells, given.epochs)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        by_hand(study(2, 1, first=10_000))  # kernels compiled, data loaded
        hand, plain, cpu = [], [], []
        for i in range(given.rounds):
            used = time.process_time()
            hand.append(timed(lambda: by_hand(what))[0])
            between = time.process_time()
            plain.append(timed(lambda i=i: mm.studies.run(what, folder / f"here{i}", progress=False))[0])
            cpu.append((time.process_time() - between) - (between - used))
        workers = {count: on_workers(what, count, folder) for count in (1, 2)}
        again, outcome = timed(lambda: mm.studies.run(what, folder / "here0", progress=False))
        code = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import mmviz as mm, scale;"
            f"o = mm.studies.run(scale.study({given.cells}, {given.epochs}), {str(folder / 'here0')!r}, progress=False);"
            "sys.exit(o.finished_now)"
        )
        fresh, process = timed(lambda: subprocess.run([sys.executable, "-c", code], check=False))
    result = {
        "cells": len(what),
        "epochs": given.epochs,
        "seconds_by_hand": min(hand),
        "seconds_here": min(plain),
        "overhead_per_cell": (min(plain) - min(hand)) / len(what),
        "overhead_per_cell_of_processor_time": float(np.median(cpu)) / len(what),
        "seconds_on_workers": {str(k): s for k, (_, s) in workers.items()},
        "seconds_to_start_workers": {str(k): s for k, (s, _) in workers.items()},
        "speedup_of_two": workers[1][1] / workers[2][1],
        "seconds_to_repeat": again,
        "seconds_to_repeat_in_a_new_process": fresh,
        "cells_run_by_repeating": outcome.finished_now + process.returncode,
        "bars": {"speedup_of_two": SPEEDUP_BAR, "overhead_per_cell": OVERHEAD_BAR, "seconds_to_repeat": REPEAT_BAR},
        **report.about("cpu", "torch", "numpy", "mmviz"),
    }
    report.write(given.out, result)
    print(json.dumps(result, indent=1))
    good = (
        result["speedup_of_two"] >= SPEEDUP_BAR
        and result["overhead_per_cell"] <= OVERHEAD_BAR
        and again <= REPEAT_BAR
        and result["cells_run_by_repeating"] == 0
    )
    print("bars met" if good else "bars missed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
