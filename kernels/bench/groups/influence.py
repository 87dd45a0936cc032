"""The coupled influence map of one sample: every input to every output."""

from collections.abc import Callable
from typing import Any

import torch
from mmkernels import coupled_influence
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from torch import Tensor

from bench import fresh_process
from bench.groups.backends import TOLERANCE
from bench.problems import Settings, Shape, coupling, draw, plan, shape, worst
from bench.race import FORWARD
from bench.rows import REFUSED, Row, pack, unpack

CASE = "coupled_influence"
SIZES = ((500, 16), (500, 128))  # steps, channels


def _work(sizes: Shape, dtype: torch.dtype, backend: str, reduce: str = "abs_mean") -> Callable[[], Tensor]:
    """Return the work of one map of one sample; what it reads is drawn before."""
    given = draw(sizes, dtype)
    dt, B, C = (values[:, 0].contiguous() for values in (given.dt, given.B, given.C))
    W = coupling("general", sizes.M, dtype)

    def work() -> Tensor:
        return coupled_influence(dt, given.A, B, C, W=W, reduce=reduce, backend=backend).of_inputs

    return work


def one(L: int, E: int, quick: bool) -> list[dict[str, Any]]:
    """Measure one size in this process: numba in both precisions, every entry equal on a reduced size first."""
    sizes = shape(quick, 3, 1, L, E, 16)
    small = Shape(3, 1, min(L, 40), min(E, 8), sizes.N)
    right = _work(small, torch.float64, "reference", "none")()
    rows, works = {}, {}
    for dtype in ("float32", "float64"):
        typ = getattr(torch, dtype)
        row = rows[dtype] = Row(
            "influence", CASE, sizes.sizes(), FORWARD, f"numba {dtype}", torch.get_num_threads(), simd()
        )
        row.error, row.error_shape = worst([_work(small, typ, "numba", "none")()], [right]), small.sizes()
        if not row.error <= TOLERANCE[dtype]:
            row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {TOLERANCE[dtype]:.0e}: not timed"
            continue
        works[dtype] = _work(sizes, typ, "numba")
    for dtype, time in measure(works, plan(quick, 10.0)).items():
        rows[dtype].time = time
    return pack(list(rows.values()))


def run(settings: Settings) -> list[Row]:
    """Run L = 500 for 16 and for 128 channels."""
    rows = []
    for L, E in SIZES[:1] if settings.quick else SIZES:
        rows += unpack(fresh_process.call("bench.groups.influence:one", settings.most, L=L, E=E, quick=settings.quick))
    return rows
