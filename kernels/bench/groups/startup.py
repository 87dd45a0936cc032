"""The first call in a fresh process: with the compiled kernels already on disk, and with nothing there."""

import os
import statistics
import tempfile
from typing import Any

from mmkernels.timing.machine import simd

from bench import fresh_process
from bench.problems import Settings
from bench.rows import Row

CASE, STEP = "start", "first call"
WARM, COLD = "kernels on disk", "nothing on disk"


def run(settings: Settings) -> list[Row]:
    """Fill a new cache (one sample), then start fresh processes that find it."""
    before = os.environ.get("NUMBA_CACHE_DIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        try:
            found = [
                fresh_process.call("bench.first_call:first_call", settings.most)
                for _ in range(2 if settings.quick else 6)
            ]
        finally:
            del os.environ["NUMBA_CACHE_DIR"]
            if before is not None:
                os.environ["NUMBA_CACHE_DIR"] = before
    sizes = {"M": 3, "B": 1, "L": 8, "E": 16, "N": 4}
    return [_row(COLD, found[:1], sizes, settings.most), _row(WARM, found[1:], sizes, settings.most)]


def _row(name: str, found: list[dict[str, float]], sizes: dict[str, int], threads: int) -> Row:
    """Return the medians of some starts."""
    row = Row("startup", CASE, sizes, STEP, name, threads, simd())
    row.note = "after `import torch`; one forward and backward pass"
    middle: dict[str, Any] = {key: statistics.median(one_start[key] for one_start in found) for key in found[0]}
    calls = sorted(one_start["ms"] for one_start in found)
    q1, _, q3 = statistics.quantiles(calls, n=4, method="inclusive") if len(calls) > 1 else calls * 3
    row.time = {"median": middle.pop("ms"), "q1": q1, "q3": q3, "least": calls[0]}
    row.time |= {"cpu": float("nan"), "samples": len(calls), "disturbed": 0, "calls": 1}
    row.values = middle | {"import and first call ms": row.time["median"] + middle["import ms"]}
    return row
