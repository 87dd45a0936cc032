"""One modality is Mamba's selective scan: against transformers' path through mambapy and mamba-ssm's reference."""

from typing import Any

from mmkernels import coupled_scan
from torch import Tensor

from bench import contenders, fresh_process
from bench.contenders import OURS, Contender
from bench.problems import Settings, plan, shape
from bench.race import race
from bench.rows import Row, pack, unpack

CASE, TURNED = "selective scan", "mmkernels numba, (B, E, L) layout"
QUADRATIC = "quadratic in L when trained: each step's backward fills a gradient of full size"


def _turned(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run ours on the peers' layout, transposing inside the timed region."""
    x, dt, B, C = (values.transpose(1, 2).contiguous().unsqueeze(0) for values in (x, dt, B, C))
    return coupled_scan(x, dt, A.unsqueeze(0), B, C, backend="numba")[0].transpose(1, 2)


def one(L: int, quick: bool) -> list[dict[str, Any]]:
    """Time one length in this process."""
    sizes = shape(quick, 1, 16, L, 128, 16)
    turned = Contender(TURNED, _turned, channels_first=True, tolerance=OURS)
    peers = [
        contenders.loop(),
        contenders.transformers_mambapy(),
        contenders.mamba_reference(),
        contenders.ceiling(sizes),
    ]
    rows = race("selective", CASE, sizes, [contenders.ours(), turned, *peers], plan(quick, 20.0))
    for row in rows:
        if row.contender == contenders.MAMBA_REF and row.time is not None:
            row.note = QUADRATIC
    return pack(rows)


def run(settings: Settings) -> list[Row]:
    """Run L = 50 and 500."""
    rows = []
    for L in (50,) if settings.quick else (50, 500):
        rows += unpack(fresh_process.call("bench.groups.selective:one", settings.most, L=L, quick=settings.quick))
    return rows
