"""Inference on a GPU: the Coupled Mamba block against six cross-attention blocks, time and memory over length."""

from collections.abc import Callable

import torch
from mmkernels.timing.clock import measure
from mmkernels.timing.memory import peak_bytes

from bench import fusion
from bench.contenders import PEER
from bench.problems import Settings, plan, worst
from bench.rows import REFUSED, SKIPPED, Row

CASE, INFERENCE = "fusion block", "inference"
LENGTHS = (50, 500, 2000, 8000, 32000)
BATCH = 8
ATTENTION = 1e-3  # float32 matrix products may run in a lower precision there


def one(L: int, device: str, quick: bool) -> list[Row]:
    """Time the three at one length; one that does not fit is skipped with a note."""
    batch = 2 if quick else BATCH
    sizes = {"M": fusion.M, "B": batch, "L": L, "d": fusion.WIDTH, "N": fusion.STATE}
    rows: dict[str, Row] = {}
    works: dict[str, Callable[[], object]] = {}
    x = fusion.recording(batch, L).to(device)
    for name in (fusion.COUPLED, fusion.FUSED, fusion.STORED):
        row = rows[name] = Row("block_gpu", CASE, sizes, INFERENCE, name, 0, device)
        module, small = fusion.block(name).to(device), fusion.recording(2, 40)
        with torch.inference_mode():
            row.error = worst([module(small.to(device))], [fusion.oracle(name)(small.double())])
        row.error_shape = {**sizes, "B": 2, "L": 40}
        allowed = PEER if name == fusion.COUPLED else ATTENTION
        if not row.error <= allowed:
            row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {allowed:.0e}: not timed"
            continue
        work = fusion.inference(module, x)
        try:
            work()  # the first call takes memory that stays
            row.peak_bytes, row.note = peak_bytes(work, device)
        except torch.OutOfMemoryError:
            row.status, row.note = SKIPPED, "it does not fit into the GPU's memory"
            continue
        works[name] = work
    for name, time in measure(works, plan(quick, 10.0), device).items():
        rows[name].time = time
    return list(rows.values())


def run(settings: Settings, device: str = "cuda") -> list[Row]:
    """Run every length."""
    lengths = (16,) if settings.quick else LENGTHS
    return [row for L in lengths for row in one(L, device, settings.quick)]
