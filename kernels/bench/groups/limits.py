"""Exponentials per second in the forward pass against the maximum of this machine, measured in the same run."""

from functools import partial
from typing import Any

import numpy as np
import torch
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd

from bench import contenders, fresh_process, limits
from bench.ceiling import library
from bench.contenders import OURS
from bench.problems import Settings, plan, shape
from bench.race import FORWARD, admit
from bench.rows import NOT_INSTALLED, REFUSED, Row, pack, unpack

CASE, RATE = "exponentials", "exponentials per ns"
OURS_ALONE, CPP_ALONE = "exp2 alone, mmkernels vectors", "exp2 alone, C++"


def one(quick: bool) -> list[dict[str, Any]]:
    """Time exp2 alone and the scan, in turn."""
    sizes, scan, threads = shape(quick, 3, 16, 500, 128, 16), contenders.ours(), torch.get_num_threads()
    rounds = 2 if quick else limits.ROUNDS
    source = limits.inputs()
    target = np.empty_like(source)
    rows = {
        OURS_ALONE: Row("limits", CASE, {"numbers": limits.RESIDENT}, FORWARD, OURS_ALONE, threads, simd()),
        CPP_ALONE: Row("limits", CASE, {"numbers": limits.RESIDENT}, FORWARD, CPP_ALONE, threads, simd()),
        contenders.NUMBA: Row("limits", CASE, sizes.sizes(), FORWARD, contenders.NUMBA, threads, simd()),
    }
    works: dict[str, Any] = {}
    counts = {contenders.NUMBA: sizes.elements}
    for name, compute in ((OURS_ALONE, limits.by_numba), (CPP_ALONE, limits.by_cpp)):
        row = rows[name]
        if name == CPP_ALONE and library()[0] is None:
            row.status, row.note = NOT_INSTALLED, str(library()[1])
            continue
        row.error = limits.error(compute)
        if not row.error <= OURS:
            row.status, row.note = REFUSED, f"its error is {row.error:.1e}"
            continue
        counts[name] = threads * rounds * limits.RESIDENT
        works[name] = partial(compute, source, target, rounds)
    if admit(scan, rows[contenders.NUMBA], sizes.reduced()):
        works[contenders.NUMBA] = scan.forward(sizes)
    for name, time in measure(works, plan(quick, 12.0)).items():
        rows[name].time = time
        rows[name].values[RATE] = counts[name] / time["median"] / 1e6
    return pack(list(rows.values()))


def run(settings: Settings) -> list[Row]:
    """Run with each number of threads."""
    rows = []
    for threads in settings.threads:
        rows += unpack(fresh_process.call("bench.groups.limits:one", threads, quick=settings.quick))
    return rows
