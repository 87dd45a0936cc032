"""The coupled scan against the PyTorch loop, forward + backward, each in the state of the C library's allocator that suits it best.

The loop allocates some thousands of tensors per call. glibc takes large ones from the system and gives them back, so that every call touches
fresh pages, unless its thresholds have grown: they grow with what was freed before, by any code. In one process with other
contenders the same loop on the same shape took two to four times as long as alone. So each contender runs alone, in fresh processes,
as the system ships and with memory kept; what counts is the better of the two states.
"""

import math
from typing import Any

from mmkernels.timing.clock import QUICK, Plan, measure
from mmkernels.timing.machine import simd

from bench import contenders as field
from bench import fresh_process
from bench.problems import Settings, Shape, fitting, shape
from bench.race import TRAINING, admit
from bench.rows import Row, pack, unpack

CASE = "coupled scan alone"
SIZES = ((500, 16), (500, 64), (2000, 16))
ROUNDS = 3
KEPT_BYTES = 1 << 36  # no block is so large
SHIPPED, KEPT = "shipped", "memory kept"
STATES = {
    SHIPPED: {},
    KEPT: {"MALLOC_TRIM_THRESHOLD_": str(KEPT_BYTES), "MALLOC_MMAP_THRESHOLD_": str(KEPT_BYTES)},
}
CONTENDERS = {field.NUMBA: field.ours, field.LOOP: field.loop}
Found = dict[str, list[dict[str, float]]]


def one(name: str, sizes: dict[str, int], quick: bool) -> list[dict[str, Any]]:
    """Time one contender in this process, after its equality test."""
    import torch

    wanted, contender = Shape(**sizes), CONTENDERS[name]()
    row = Row("best_state", CASE, sizes, TRAINING, name, torch.get_num_threads(), simd())
    if admit(contender, row, wanted.reduced()):
        plan = QUICK if quick else Plan(rounds=12, batch=0.0, budget=4.0 if wanted.L <= 500 else 6.0)
        row.time = measure({name: contender.training(wanted)}, plan)[name]
    return pack([row])


def best(rows: dict[str, list[Row]]) -> Row:
    """Return one row for a contender: the best of its states, by the least of the medians of its processes.

    Parameters
    ----------
    rows
        State to the rows of its processes. A row that was not measured is returned as it is.
    """
    unmeasured = [row for each in rows.values() for row in each if row.time is None]
    if unmeasured:
        return unmeasured[0]

    def median(state: str) -> float:
        return min(row.median or math.inf for row in rows[state])

    state = min(rows, key=median)
    found = min(rows[state], key=lambda row: row.median or math.inf)
    least = min(row.time["least"] for each in rows.values() for row in each if row.time is not None)
    found.time = {**(found.time or {}), "least": least}
    found.note = f"best state: {state}; alone, the best of {len(rows[state])} fresh processes; least: of all states"
    found.values = {f"{name} ms": median(name) for name in rows}
    return found


def run(settings: Settings) -> list[Row]:
    """Run every shape: each contender and state in turn, in processes of their own, several times."""
    rows = []
    for emulated in settings.emulations():
        for L, N in SIZES[: 1 if settings.quick or emulated else None]:
            sizes = fitting(shape(settings.quick, 3, 16, L, 128, N)).sizes()
            found: dict[str, dict[str, list[Row]]] = {n: {s: [] for s in STATES} for n in CONTENDERS}
            for _ in range(1 if settings.quick else ROUNDS):
                for state, environment in STATES.items():
                    for name in CONTENDERS:
                        stated = fresh_process.call(
                            "bench.groups.best_state:one",
                            settings.most,
                            emulate_avx2=emulated,
                            also=environment,
                            name=name,
                            sizes=sizes,
                            quick=settings.quick,
                        )
                        found[name][state] += unpack(stated)
            rows += [best(by_state) for by_state in found.values()]
    return rows
