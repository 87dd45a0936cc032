"""Peak memory of a training step above its inputs, each contender in its own process, for several L."""

from functools import partial
from typing import Any

import torch
from mmkernels.timing.machine import simd
from mmkernels.timing.memory import available_bytes, peak_bytes

from bench import contenders, fresh_process
from bench.contenders import Contender
from bench.problems import Settings, Shape, shape
from bench.race import admit
from bench.rows import SKIPPED, Row, pack, unpack

CASE, STEP = "coupled scan", "memory"
PROCESSES = 7
COPIES = 10  # tensors with all axes that a PyTorch scan may hold at once


def _named(name: str, sizes: Shape) -> Contender:
    makers = {
        contenders.NUMBA: contenders.ours,
        contenders.LOOP: contenders.loop,
        contenders.MAMBAPY: contenders.mambapy,
        contenders.CEILING: lambda: contenders.ceiling(sizes),
    }
    return makers[name]()


def one(name: str, L: int, quick: bool) -> list[dict[str, Any]]:
    """Measure one contender in this process, after a small run that loads and compiles what it needs."""
    sizes = shape(quick, 3, 16, L, 128, 16)
    contender = _named(name, sizes)
    row = Row("memory", CASE, sizes.sizes(), STEP, name, torch.get_num_threads(), simd())
    if not admit(contender, row, sizes.reduced()):
        return pack([row])
    if name in (contenders.LOOP, contenders.MAMBAPY) and COPIES * 4 * sizes.elements > available_bytes():
        row.status, row.note = SKIPPED, f"it may need {COPIES * 4 * sizes.elements / 2**30:.0f} GiB"
        return pack([row])
    row.peak_bytes, row.note = peak_bytes(contender.training(sizes))
    return pack([row])


def run(settings: Settings) -> list[Row]:
    """Run L = 500 for all; 1000 and 2000 too for ours and the ceiling, 2000 for the PyTorch scans.

    A peak hangs on where the allocator finds room: at L = 500 each is the median of several processes.
    """
    lengths = {contenders.NUMBA: (500, 1000, 2000, 4000), contenders.CEILING: (500, 2000)}
    rows = []
    for name in (contenders.NUMBA, contenders.CEILING, contenders.LOOP, contenders.MAMBAPY):
        wanted = lengths.get(name, (500, 2000))
        for L in wanted[:1] if settings.quick else wanted:
            times = 1 if settings.quick or wanted[0] < L else PROCESSES
            call = partial(
                fresh_process.call, "bench.groups.memory:one", settings.most, name=name, L=L, quick=settings.quick
            )
            rows.append(_middle([unpack(call())[0] for _ in range(times)]))
    return rows


def _middle(found: list[Row]) -> Row:
    """Return the row with the median peak, and note the others; a row that was not measured comes first."""
    peaks = sorted(row.peak_bytes or 0 for row in found)
    middle = next(row for row in found if (row.peak_bytes or 0) == peaks[len(peaks) // 2 if peaks[0] else 0])
    if peaks[0] and len(peaks) > 1:
        middle.note += f"; {len(peaks)} processes, {peaks[0] / 2**20:.1f} to {peaks[-1] / 2**20:.1f} MiB"
    return middle
