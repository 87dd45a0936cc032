"""Measure the memory of work on more data than fits in it. Prints a table, writes JSON beside this file.

    python tests/bars/memory.py [--quick] [--folder /where/there/are/8/GB] [--out tests/bars/memory.json]

Every stage is a process of its own, and its peak is what the system says was resident at most (ru_maxrss): interpreter, libraries and
memory maps included. The set has the shapes of unaligned MOSEI (16326 training samples, text 50 x 300, audio 500 x 74, vision 500 x 35; random
values, lengths between a tenth and all of the steps). The Trace is of another generated set, of 100000 samples, whose answers from every
subset are recorded, and the states of some thousands of them. --quick is the same with some hundred samples.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from mmkernels.timing import report
from mmkernels.timing.memory import highest_resident_bytes

RESULTS = Path(__file__).with_name("memory.json")
GIGABYTE = 1e9
TRAIN_BAR, TRACE_BAR = 3.0, 1.5  # GB resident
MOSEI = {"text": (50, 300), "audio": (500, 74), "vision": (500, 35)}
SMALL = {"text": (50, 12), "audio": (50, 8), "vision": (50, 6)}
FULL = {"train": 16326, "valid": 1871, "samples": 100_000, "recorded_samples": 40_000}
QUICK = {"train": 120, "valid": 20, "samples": 200, "recorded_samples": 64}
ANALYSES = ("shapley", "coalition_scores", "interactions", "imbalance", "prefix_shapley", "states", "trajectories")


class Generated:
    """Values of a modality that are never in memory all at once; the same rows have the same values."""

    def __init__(self, valid, features, target):
        self.valid, self.target, self.shape = valid, target, (*valid.shape, features)

    def __getitem__(self, rows):
        valid = self.valid[rows]
        x = np.random.default_rng(len(valid)).standard_normal((*valid.shape, self.shape[2]), np.float32)
        return (x + self.target[rows][:, None, None]) * valid[..., None]


def generated(name, shapes, counts, folder):
    """Write a set of a regression to a folder; return the bytes that it takes padded, in memory."""
    import mmviz as mm

    splits, held = {}, 0
    for number, (split, n) in enumerate(counts.items()):
        rng = np.random.default_rng(number)
        length, target = rng.uniform(0.1, 1.0, n), rng.normal(size=n).astype(np.float32)
        valid = {m: np.arange(s) < np.maximum(1, (length * s).astype(int))[:, None] for m, (s, _) in shapes.items()}
        inputs = {m: Generated(valid[m], f, target) for m, (_, f) in shapes.items()}
        names = np.array([f"{split}{i}" for i in range(n)])
        splits[split] = mm.data.Split(split, inputs, valid, target, names, np.full(n, ""))
        held += sum(n * s * (4 * f + 1) for s, f in shapes.values())
    modalities = tuple(
        mm.data.Modality(m, f, s, None, "", tuple(map(str, range(f))), np.zeros(f, np.float32), np.ones(f, np.float32))
        for m, (s, f) in shapes.items()
    )
    spec = mm.data.Spec(name, modalities, mm.data.Task("regression", (), 1))
    mm.data.to_disk(mm.data.Dataset(spec, splits, mm.data.Report(name)), folder)
    return held


def write(folder, sizes):
    """Generate the set of MOSEI's shapes on disk."""
    held = generated("mosei-size", MOSEI, {k: sizes[k] for k in ("train", "valid")}, folder / "mosei")
    return {"bytes_in_memory": held, "bytes_on_disk": size_of(folder / "mosei")}


def train(folder, sizes):
    """Train one epoch from disk."""
    import mmviz as mm

    ds = mm.data.from_disk(folder / "mosei")
    model = mm.models.build("coupled_mamba", ds.spec, width=32, layers=1, state=8)
    run = mm.train.fit(model, ds, epochs=1, batch_size=32, bucket=20, block=64, progress=False)
    return {"valid_mae": run.history[-1]["valid_mae"], "status": run.status}


def record(folder, sizes):
    """Train on a few samples of another set, and record a Trace of all of them, in pieces."""
    import mmviz as mm

    generated("trace-size", SMALL, {"train": 256, "test": sizes["samples"]}, folder / "set")
    ds = mm.data.from_disk(folder / "set")
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, ds, epochs=1, progress=False)
    options = {"recorded_samples": sizes["recorded_samples"], "influence": False}
    held = sum(mm.recording.estimate(run, ds["test"], **options).values())
    mm.record(run, ds["test"], **options, path=folder / "trace.nc", progress=False).close()
    return {"bytes_in_memory": held, "bytes_on_disk": (folder / "trace.nc").stat().st_size}


def analyse(folder, sizes):
    """Run analyses over the opened Trace; of what stays lazy, the mean."""
    import mmviz as mm

    trace, took, means = mm.trace.load(folder / "trace.nc", chunks="auto"), {}, {}
    for name in ANALYSES:
        start = time.perf_counter()
        out = getattr(mm.analysis, name)(trace)
        main = next(v for v in out.data_vars.values() if v.dtype.kind == "f" and v.size)
        means[name] = float(main.mean(skipna=True).compute())
        took[name] = round(time.perf_counter() - start, 1)
    trace.close()
    return {"means": means, "seconds_each": took}


def size_of(folder):
    return sum(f.stat().st_size for f in folder.iterdir())


STAGES = {"write": write, "train": train, "record": record, "analyse": analyse}
BARS = {"write": TRACE_BAR, "train": TRAIN_BAR, "record": TRACE_BAR, "analyse": TRACE_BAR}


def child(stage, folder, quick):
    start = time.perf_counter()
    found = STAGES[stage](folder, QUICK if quick else FULL)
    print(
        json.dumps({"peak_bytes": highest_resident_bytes(), "seconds": round(time.perf_counter() - start, 1), **found})
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", default=None)
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        return child(options.stage, Path(options.folder), options.quick)
    folder = Path(tempfile.mkdtemp(dir=options.folder, prefix="mmviz-memory-"))
    stages = {}
    try:
        for stage in STAGES:
            command = [sys.executable, __file__, "--stage", stage, "--folder", str(folder)]
            done = subprocess.run(command + ["--quick"] * options.quick, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{stage} ended with {done.returncode}:\n{done.stderr}")
            stages[stage] = json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(folder)
    print("| stage | peak resident, GB | bar | would take in memory, GB | seconds |\n| --- | --- | --- | --- | --- |")
    of = {"write": "write", "train": "write", "record": "record", "analyse": "record"}
    for stage, found in stages.items():
        found["bar_bytes"], found["met"] = BARS[stage] * GIGABYTE, found["peak_bytes"] <= BARS[stage] * GIGABYTE
        held = stages[of[stage]]["bytes_in_memory"] / GIGABYTE
        print(f"| {stage} | {found['peak_bytes'] / GIGABYTE:.2f} | {BARS[stage]} | {held:.2f} | {found['seconds']} |")
    names = ("numpy", "torch", "xarray", "dask", "h5netcdf", "h5py")
    result = {
        "quick": options.quick,
        "sizes": QUICK if options.quick else FULL,
        "stages": stages,
        **report.about("cpu", *names),
    }
    report.write(options.out or RESULTS, result)
    return None


if __name__ == "__main__":
    main()
