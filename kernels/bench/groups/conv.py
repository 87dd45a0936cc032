"""Causal convolution with SiLU and gate against PyTorch's own operations."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from mmkernels import causal_conv, silu_gate
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from torch import Tensor
from torch.nn.functional import conv1d, pad, silu

from bench import fresh_process
from bench.groups.backends import TOLERANCE
from bench.problems import Settings, plan, worst
from bench.race import FORWARD, TRAINING
from bench.rows import MEASURED, REFUSED, Row, pack, unpack

CONV, GATE, PYTORCH, TAPS = "causal_conv with SiLU", "silu_gate", "PyTorch conv1d", 4
SIZES, SMALL = {"M": 3, "B": 8, "L": 500, "E": 256}, {"M": 3, "B": 2, "L": 40, "E": 24}


def _given(case: str, sizes: dict[str, int], dtype: torch.dtype = torch.float32) -> list[Tensor]:
    draw = torch.Generator().manual_seed(0)
    M, B, L, E = sizes.values()
    shapes = ((M, B, L, E), (M, E, TAPS), (M, E)) if case == CONV else ((M, B, L, E), (M, B, L, E))
    return [torch.randn(shape, generator=draw, dtype=torch.float64).to(dtype).requires_grad_() for shape in shapes]


def _by_pytorch(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Run all modalities' channels as the groups of one convolution, with the transposes that its layout requires."""
    modalities, batch, time, channels = x.shape
    rows = pad(x.permute(1, 0, 3, 2).reshape(batch, modalities * channels, time), (TAPS - 1, 0))
    y = conv1d(rows, weight.reshape(-1, 1, TAPS), bias.flatten(), groups=modalities * channels)
    return silu(y).view(batch, modalities, channels, time).permute(1, 0, 3, 2).contiguous()


CONTENDERS: dict[str, dict[str, Callable[..., Tensor]]] = {
    CONV: {
        "numba float32": partial(causal_conv, activation="silu", backend="numba"),
        "numba float64": partial(causal_conv, activation="silu", backend="numba"),
        "reference float32": partial(causal_conv, activation="silu", backend="reference"),
        PYTORCH: _by_pytorch,
    },
    GATE: {
        "numba float32": partial(silu_gate, backend="numba"),
        "numba float64": partial(silu_gate, backend="numba"),
        "reference float32": partial(silu_gate, backend="reference"),
    },
}


def _train(function: Callable[..., Tensor], given: list[Tensor]) -> list[Tensor]:
    y = function(*given)
    return [y, *torch.autograd.grad(y, given, torch.ones_like(y))]


def _infer(function: Callable[..., Tensor], given: list[Tensor]) -> Tensor:
    with torch.no_grad():
        return function(*given)


def one(case: str, sizes: dict[str, int], quick: bool) -> list[dict[str, Any]]:
    """Time inference and training of one operator in this process."""
    right = _train(CONTENDERS[case]["reference float32"], _given(case, SMALL, torch.float64))
    more = {"taps": TAPS} if case == CONV else {}
    rows = []
    for step, run in ((FORWARD, _infer), (TRAINING, _train)):
        works = {}
        for name, function in CONTENDERS[case].items():
            dtype = torch.float64 if name.endswith("64") else torch.float32
            row = Row("conv", case, sizes | more, step, name, torch.get_num_threads(), simd())
            row.error, row.error_shape = worst(_train(function, _given(case, SMALL, dtype)), right), SMALL | more
            if row.error <= (1e-4 if name == PYTORCH else TOLERANCE[str(dtype).removeprefix("torch.")]):
                works[name] = partial(run, function, _given(case, sizes, dtype))
            else:
                row.status, row.note = REFUSED, f"its error is {row.error:.1e}: not timed"
            rows.append(row)
        for name, time in measure(works, plan(quick, 10.0)).items():
            (row,) = (r for r in rows if r.step == step and r.contender == name and r.status == MEASURED)
            row.time = time
    return pack(rows)


def run(settings: Settings) -> list[Row]:
    """Run both for one layer at width 128, inner width 256."""
    sizes, rows = SMALL if settings.quick else SIZES, []
    for case in CONTENDERS:
        found = fresh_process.call("bench.groups.conv:one", settings.most, case=case, sizes=sizes, quick=settings.quick)
        rows += unpack(found)
    return rows
