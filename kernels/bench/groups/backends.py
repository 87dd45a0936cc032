"""Every backend of the scan that runs here, in every precision: its error and its speed on one shape."""

from typing import Any

import torch
from mmkernels import BackendUnavailable, backends, coupled_scan
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from torch import Tensor

from bench import fresh_process
from bench.contenders import OURS, Contender
from bench.problems import Settings, Shape, plan, shape
from bench.race import FORWARD, TRAINING
from bench.rows import REFUSED, UNAVAILABLE, Row, pack, unpack

CASE = "coupled_scan"
TOLERANCE = {"float64": 1e-12, "float32": OURS, "bfloat16": 0.05, "float16": 0.01}
HALVES = ("bfloat16", "float16")
# the loop is an oracle only in whole precision; mamba-ssm's reference computes in float32 whatever it is given
LEFT_OUT = {"reference": HALVES, "mamba_ssm": ("float64", *HALVES)}


def named(backend: str, dtype: str) -> Contender:
    """Return one backend as a contender."""

    def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        return coupled_scan(x, dt, A, B, C, backend=backend)

    return Contender(f"{backend} {dtype}", run, tolerance=TOLERANCE[dtype])


def admitted(backend: str, dtype: str, sizes: Shape, device: str) -> tuple[Contender, Row]:
    """Return a backend and its row, with the error or the reason why it is not timed."""
    contender, threads = named(backend, dtype), torch.get_num_threads() if device == "cpu" else 0
    on = simd() if device == "cpu" else device
    row = Row("backends", CASE, sizes.sizes(), FORWARD, contender.name, threads, on)
    row.values["tolerance"] = contender.tolerance
    try:
        row.error = contender.error(sizes.reduced(), device, getattr(torch, dtype))
    except BackendUnavailable as error:
        row.status, row.note = UNAVAILABLE, str(error).split("(", 1)[-1].split("). Available", 1)[0]
        return contender, row
    row.error_shape = sizes.reduced().sizes()
    if not row.error <= contender.tolerance:
        row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {contender.tolerance:.0e}: not timed"
    return contender, row


def one(quick: bool, device: str = "cpu") -> list[dict[str, Any]]:
    """Measure all backends in this process."""
    rows: list[Row] = []
    works = {}
    for backend in [item.backend for item in backends("coupled_scan")]:
        M = 1 if backend == "mamba_ssm" else 3
        sizes = shape(quick, M, 16, 500, 128, 16)
        for dtype in TOLERANCE:
            if dtype in LEFT_OUT.get(backend, ()):
                continue
            contender, first = admitted(backend, dtype, sizes, device)
            if first.status == UNAVAILABLE and dtype != "float32":
                continue
            pair = [first, Row(**{**vars(first), "step": TRAINING})]
            rows += pair
            if first.error is not None and first.error <= contender.tolerance:
                works[id(pair[0])] = contender.forward(sizes, device, getattr(torch, dtype))
                works[id(pair[1])] = contender.training(sizes, device, getattr(torch, dtype))
    found = measure(works, plan(quick, 60.0), device)
    for row in rows:
        row.time = found.get(id(row))
    return pack(rows)


def run(settings: Settings) -> list[Row]:
    """Run on the CPU."""
    return unpack(fresh_process.call("bench.groups.backends:one", settings.most, quick=settings.quick))
