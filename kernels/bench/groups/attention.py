"""The Coupled Mamba block against six cross-attention blocks of the same width: time and memory over length."""

from typing import Any

import torch
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from mmkernels.timing.memory import peak_bytes

from bench import fresh_process, fusion
from bench.contenders import PEER
from bench.problems import Settings, plan, worst
from bench.race import TRAINING
from bench.rows import MEASURED, REFUSED, Row, pack, unpack

CASE, MEMORY = "fusion block", "memory"
BATCH = 8


def _row(name: str, step: str, L: int, quick: bool) -> Row:
    """Return the row of one block after its equality test."""
    sizes = {"M": fusion.M, "B": 2 if quick else BATCH, "L": L, "d": fusion.WIDTH, "N": fusion.STATE}
    row = Row("attention", CASE, sizes, step, name, torch.get_num_threads(), simd())
    x = fusion.recording(2, 40)
    found = fusion.step(fusion.block(name), x)
    row.error, row.error_shape = worst(found, fusion.step(fusion.oracle(name), x.double())), {**sizes, "B": 2, "L": 40}
    if not row.error <= PEER:
        row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {PEER:.0e}: not timed"
    return row


def times(L: int, quick: bool) -> list[dict[str, Any]]:
    """Time training steps in this process."""
    names = (fusion.COUPLED, fusion.FUSED) + ((fusion.STORED,) if L <= 500 else ())
    rows = {name: _row(name, TRAINING, L, quick) for name in names}
    x = fusion.recording(2 if quick else BATCH, L)
    works = {n: fusion.training(fusion.block(n), x) for n, row in rows.items() if row.status == MEASURED}
    for name, time in measure(works, plan(quick, 20.0)).items():
        rows[name].time = time
    return pack(list(rows.values()))


def memory(name: str, L: int, quick: bool) -> list[dict[str, Any]]:
    """Measure the peak of one training step in this process."""
    row = _row(name, MEMORY, L, quick)
    if row.status == MEASURED:
        module, x = fusion.block(name), fusion.recording(2 if quick else BATCH, L)
        row.peak_bytes, row.note = peak_bytes(fusion.training(module, x))
    return pack([row])


def run(settings: Settings) -> list[Row]:
    """Run the curve of times, then memory at L = 500 (all three) and 2000 (the two that are linear)."""
    rows = []
    lengths = (16,) if settings.quick else (50, 500, 2000, 8000)
    for L in lengths:
        rows += unpack(fresh_process.call("bench.groups.attention:times", settings.most, L=L, quick=settings.quick))
    linear, all_three = (fusion.COUPLED, fusion.FUSED), (fusion.COUPLED, fusion.FUSED, fusion.STORED)
    for L, names in ((16, all_three),) if settings.quick else ((500, all_three), (2000, linear)):
        for name in names:
            found = fresh_process.call(
                "bench.groups.attention:memory", settings.most, name=name, L=L, quick=settings.quick
            )
            rows += unpack(found)
    return rows
