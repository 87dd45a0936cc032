"""Maximum mean discrepancy of batches of sets: against the formula with whole kernel matrices, time and memory."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from mmkernels import mmd_squared
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from mmkernels.timing.memory import peak_bytes
from torch import Tensor

from bench import fresh_process
from bench.groups.backends import TOLERANCE
from bench.problems import Settings, plan, worst
from bench.race import TRAINING
from bench.rows import MEASURED, REFUSED, Row, pack, unpack

CASE, WHOLE = "mmd_squared", "PyTorch, whole matrices"
BANDWIDTH, FACTORS, WIDTH = 8.0, (0.25, 0.5, 1.0, 2.0, 4.0), 64


def _sets(points: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    draw = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, points, WIDTH, generator=draw).unbind(0)
    return x.to(dtype).requires_grad_(), (y + 0.3).to(dtype).requires_grad_()


def _whole(x: Tensor, y: Tensor) -> Tensor:
    """Write out the biased estimate: Gretton et al., JMLR 13 (2012), equation 5, mean of a bank of Gaussian kernels."""

    def mean_kernel(u: Tensor, v: Tensor) -> Tensor:
        square = (u.square().sum(1)[:, None] + v.square().sum(1) - 2.0 * u @ v.T).clamp_min(0.0)
        return torch.stack([torch.exp(-square / (2.0 * (f * BANDWIDTH) ** 2)).mean() for f in FACTORS]).mean()

    return mean_kernel(x, x) + mean_kernel(y, y) - 2.0 * mean_kernel(x, y)


def _ours(x: Tensor, y: Tensor) -> Tensor:
    return mmd_squared(x, y, bandwidth=BANDWIDTH, factors=FACTORS)


def _step(function: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor) -> list[Tensor]:
    """Return the value and both gradients."""
    value = function(x, y)
    return [value, *torch.autograd.grad(value, [x, y])]


CONTENDERS = {"torch float32": _ours, "torch float64": _ours, WHOLE: _whole}


def _row(name: str, points: int) -> Row:
    dtype = name.split()[-1] if name != WHOLE else "float32"
    row = Row("mmd", CASE, {"n": points, "m": points, "d": WIDTH}, TRAINING, name, torch.get_num_threads(), simd())
    right = _step(_whole, *_sets(300, torch.float64))
    row.error = worst(_step(CONTENDERS[name], *_sets(300, getattr(torch, dtype))), right)
    row.error_shape = {"n": 300, "m": 300, "d": WIDTH}
    if not row.error <= (1e-4 if dtype == "float32" else TOLERANCE[dtype]):
        row.status, row.note = REFUSED, f"its error is {row.error:.1e}: not timed"
    return row


def one(points: int, quick: bool) -> list[dict[str, Any]]:
    """Time value and gradients in this process."""
    rows = {name: _row(name, points) for name in CONTENDERS}
    works = {}
    for name, row in rows.items():
        dtype = torch.float64 if name.endswith("64") else torch.float32
        if row.status == MEASURED:
            works[name] = partial(_step, CONTENDERS[name], *_sets(points, dtype))
    for name, time in measure(works, plan(quick, 10.0)).items():
        rows[name].time = time
    return pack(list(rows.values()))


def memory(name: str, points: int) -> list[dict[str, Any]]:
    """Measure the peak of one contender in this process."""
    row = _row(name, points)
    row.step = "memory"
    if row.status == MEASURED:
        row.peak_bytes, row.note = peak_bytes(partial(_step, CONTENDERS[name], *_sets(points)))
    return pack([row])


def run(settings: Settings) -> list[Row]:
    """Run two sets of 2000 points in 64 dimensions."""
    points = 60 if settings.quick else 2000
    rows = unpack(fresh_process.call("bench.groups.mmd:one", settings.most, points=points, quick=settings.quick))
    for name in ("torch float32", WHOLE):
        rows += unpack(fresh_process.call("bench.groups.mmd:memory", settings.most, name=name, points=points))
    return rows
