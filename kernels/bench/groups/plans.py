"""The other transport operators, every backend that runs here: error against their float64 reference, and speed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from mmkernels import BackendUnavailable, backends, entropic_value, relaxed_plan, unbalanced_plan
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from torch import Tensor

from bench import fresh_process
from bench.groups.transport import EPSILON, ITERATIONS
from bench.peers import clouds, costs
from bench.problems import Settings, plan, worst
from bench.race import FORWARD
from bench.rows import REFUSED, UNAVAILABLE, Row, pack, unpack

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
Given = tuple[Tensor, Tensor, Tensor]


def _unbalanced(given: Given, backend: str) -> Tensor:
    settings: dict[str, Any] = {"epsilon": EPSILON, "rho": 1.0, "tolerance": 0.0, "max_iterations": ITERATIONS}
    return unbalanced_plan(given[0], backend=backend, **settings).plan


def _relaxed(given: Given, backend: str) -> Tensor:
    return relaxed_plan(given[0], backend=backend).plan


def _value(given: Given, backend: str) -> Tensor:
    settings: dict[str, Any] = {"epsilon": EPSILON, "tolerance": 0.0, "max_iterations": ITERATIONS}
    return entropic_value(given[1], given[2], backend=backend, **settings).value


OPERATORS: dict[str, Callable[[Given, str], Tensor]] = {
    "unbalanced_plan": _unbalanced,
    "relaxed_plan": _relaxed,
    "entropic_value": _value,
}


def _given(problems: int, size: int, dtype: torch.dtype, device: str) -> Given:
    X, Y = clouds(problems, size)
    cost, X, Y = (values.to(device, dtype) for values in (costs(problems, size), X, Y))
    return cost, X, Y


def one(size: int, quick: bool, device: str = "cpu") -> list[dict[str, Any]]:
    """Measure all of them on one size."""
    problems = 2 if quick else 32
    sizes = {"problems": problems, "n": size, "m": size}
    group, on = ("plans", simd()) if device == "cpu" else ("plans_gpu", device)
    rows: list[Row] = []
    works: dict[int, Callable[[], object]] = {}
    for operator, function in OPERATORS.items():
        right = function(_given(2, size, torch.float64, "cpu"), "reference")
        for backend in [item.backend for item in backends(operator)]:
            for dtype, tolerance in TOLERANCE.items():
                threads = torch.get_num_threads() if device == "cpu" else 0
                row = Row(group, operator, sizes, FORWARD, f"{backend} {dtype}", threads, on)
                typ = getattr(torch, dtype)
                try:
                    row.error = worst([function(_given(2, size, typ, device), backend)], [right])
                except BackendUnavailable as error:
                    row.status, row.note = UNAVAILABLE, str(error).split("(", 1)[-1].split("). Available", 1)[0]
                    rows += [row] if dtype == "float32" else []
                    continue
                rows.append(row)
                row.error_shape = {**sizes, "problems": 2}
                if not row.error <= tolerance:
                    row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {tolerance:.0e}: not timed"
                    continue
                works[id(row)] = partial(function, _given(problems, size, typ, device), backend)
    found = measure(works, plan(quick, 30.0), device)
    for row in rows:
        row.time = found.get(id(row))
    return pack(rows)


def run(settings: Settings) -> list[Row]:
    """Run problems of 50 by 50 on the CPU."""
    size = 10 if settings.quick else 50
    return unpack(fresh_process.call("bench.groups.plans:one", settings.most, size=size, quick=settings.quick))
