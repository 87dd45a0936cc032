"""How fast an epoch comes from disk, against plain reading of the same files, the better of memory map and read(). Prints a table, writes JSON.

python tests/bars/streaming.py [--megabytes 400] [--repeats 7] [--folder /where/there/is/space]

A set shaped like unaligned MOSEI (lengths differ, three modalities) is generated, written with `to_disk`, and its pages are
dropped from the cache before every measurement (Linux; elsewhere the figures are those of a warm cache, and the JSON says so).
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from mmkernels.timing import report

import mmviz as mm
from mmviz.data.disk import from_disk, to_disk

RESULTS = Path(__file__).with_name("streaming.json")
SHAPE = {"text": (50, 768), "audio": (500, 74), "vision": (500, 35)}
PLANS = {"in order": {"shuffle": False}, "blocks of 64": {"block": 64}, "shuffled": {}}
BAR = 0.8
PIECE = 8 << 20


class Generated:
    """Values of a modality that are never in memory all at once."""

    def __init__(self, valid, features):
        self.valid, self.shape = valid, (*valid.shape, features)

    def __getitem__(self, rows):
        valid = self.valid[rows]
        x = np.random.default_rng(0).standard_normal((*valid.shape, self.shape[2]), np.float32)
        return x * valid[..., None]


def generate(folder, megabytes):
    rng = np.random.default_rng(0)
    per_sample = sum(4 * features * steps * 0.55 for steps, features in SHAPE.values())
    n = round(megabytes * 1e6 / per_sample)
    length = rng.uniform(0.1, 1.0, n)
    valid = {m: np.arange(s) < np.maximum(1, (length * s).astype(int))[:, None] for m, (s, _) in SHAPE.items()}
    inputs = {m: Generated(valid[m], f) for m, (_, f) in SHAPE.items()}
    names = np.array([f"s{i}" for i in range(n)])
    split = mm.data.Split("train", inputs, valid, np.zeros(n, np.float32), names, np.full(n, ""))
    modalities = tuple(
        mm.data.Modality(m, f, s, None, "", tuple(map(str, range(f))), np.zeros(f, np.float32), np.ones(f, np.float32))
        for m, (s, f) in SHAPE.items()
    )
    spec = mm.data.Spec("streaming", modalities, mm.data.Task("regression", (), 1))
    to_disk(mm.data.Dataset(spec, {"train": split}, mm.data.Report("streaming")), folder)


def forget(files):
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True


def plain(files):
    """Copy every byte through the memory map, in order; bytes per second."""
    buffer, total, start = np.empty(PIECE, np.uint8), 0, time.perf_counter()
    for path in files:
        mapped = np.memmap(path, np.uint8, "r")
        for at in range(0, len(mapped), PIECE):
            piece = mapped[at : at + PIECE]
            buffer[: len(piece)] = piece
            total += len(piece)
    return total / (time.perf_counter() - start)


def read(files):
    """Read every byte in order without a memory map; bytes per second."""
    buffer, total, start = bytearray(PIECE), 0, time.perf_counter()
    for path in files:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                total += count
    return total / (time.perf_counter() - start)


def epoch(folder, files, order, workers):
    """Stream one epoch of batches of 32; bytes of the files per second, opening included."""
    total, start = sum(f.stat().st_size for f in files), time.perf_counter()
    split = from_disk(folder, verify=False)["train"]
    seen = 0
    plan = mm.data.Buckets(split, 32, pool=20, **order)
    for batch in mm.data.stream(split, plan.of(0), workers=workers):
        seen += len(batch)
    spent = time.perf_counter() - start
    if seen != len(split):
        raise SystemExit(f"{seen} of {len(split)} samples came")
    return total / spent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=400)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--folder", default=None)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder, prefix="mmviz-streaming-"))
    try:
        generate(folder, options.megabytes)
        files = sorted(folder.glob("*.safetensors"))
        ways = {"memory map, in order": lambda: plain(files), "read(), in order": lambda: read(files)}
        for plan, order in PLANS.items():
            for workers in (0, 1, 2):
                ways[f"{plan}, {workers} workers"] = lambda o=order, w=workers: epoch(folder, files, o, w)
        best, cold, turns = dict.fromkeys(ways, 0.0), True, np.random.default_rng(0)
        for _ in range(options.repeats):
            for i in turns.permutation(len(ways)):  # none always after the same other one
                name, run = list(ways.items())[i]
                cold = forget(files) and cold
                best[name] = max(best[name], run())
        megabytes = sum(f.stat().st_size for f in files) / 1e6
    finally:
        shutil.rmtree(folder)
    base = max(best["memory map, in order"], best["read(), in order"])
    print(f"{megabytes:.0f} MB, {'cold' if cold else 'warm'} cache, best of {options.repeats}")
    print("| way | MB/s | of plain reading |\n| --- | --- | --- |")
    for name, speed in best.items():
        print(f"| {name} | {speed / 1e6:.0f} | {speed / base:.2f} |")
    ratio = {plan: max(v for k, v in best.items() if k.startswith(plan)) / base for plan in PLANS}
    result = {
        "megabytes": megabytes,
        "cold": cold,
        "repeats": options.repeats,
        "bytes_per_second": best,
        "ratio": ratio,
        "bar": BAR,
        **report.about("cpu", "numpy", "mmviz"),
    }
    report.write(RESULTS, result)
    print(", ".join(f"{plan} {r:.2f}" for plan, r in ratio.items()) + f" of plain reading; the bar is {BAR}")


if __name__ == "__main__":
    main()
