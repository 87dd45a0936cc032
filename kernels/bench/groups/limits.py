"""The forward pass against what the machine can do at most: exponentials per second, measured in the same run."""

from functools import partial
from typing import Any

import numpy as np
import torch

from bench import field, fresh, throughput
from bench.ceiling.build import library
from bench.clock import measure
from bench.contender import OURS
from bench.groups import pack, unpack
from bench.machine import simd
from bench.race import FORWARD, admit
from bench.rows import NOT_INSTALLED, REFUSED, Row
from bench.settings import Settings, plan, shape

CASE, RATE = "exponentials", "exponentials per ns"
OURS_ALONE, CPP_ALONE = "exp2 alone, mmkernels vectors", "exp2 alone, C++"


def one(quick: bool) -> list[dict[str, Any]]:
    """Time exp2 alone and the scan, in turn."""
    sizes, scan, threads = shape(quick, 3, 16, 500, 128, 16), field.ours(), torch.get_num_threads()
    rounds = 2 if quick else throughput.ROUNDS
    source = throughput.inputs()
    target = np.empty_like(source)
    rows = {
        OURS_ALONE: Row("limits", CASE, {"numbers": throughput.RESIDENT}, FORWARD, OURS_ALONE, threads, simd()),
        CPP_ALONE: Row("limits", CASE, {"numbers": throughput.RESIDENT}, FORWARD, CPP_ALONE, threads, simd()),
        field.NUMBA: Row("limits", CASE, sizes.sizes(), FORWARD, field.NUMBA, threads, simd()),
    }
    works: dict[str, Any] = {}
    counts = {field.NUMBA: sizes.elements}
    for name, compute in ((OURS_ALONE, throughput.by_numba), (CPP_ALONE, throughput.by_cpp)):
        row = rows[name]
        if name == CPP_ALONE and library()[0] is None:
            row.status, row.note = NOT_INSTALLED, str(library()[1])
            continue
        row.error = throughput.error(compute)
        if not row.error <= OURS:
            row.status, row.note = REFUSED, f"its error is {row.error:.1e}"
            continue
        counts[name] = threads * rounds * throughput.RESIDENT
        works[name] = partial(compute, source, target, rounds)
    if admit(scan, rows[field.NUMBA], sizes.reduced()):
        works[field.NUMBA] = scan.forward(sizes)
    for name, time in measure(works, plan(quick, 12.0)).items():
        rows[name].time = time
        rows[name].values[RATE] = counts[name] / time["median"] / 1e6
    return pack(list(rows.values()))


def run(settings: Settings) -> list[Row]:
    """Run with each number of threads."""
    rows = []
    for threads in settings.threads:
        rows += unpack(fresh.call("bench.groups.limits:one", threads, quick=settings.quick))
    return rows
