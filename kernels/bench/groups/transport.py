"""Entropic transport: 100 Sinkhorn iterations on 32 problems, ours, batched PyTorch, POT, and geomloss for reference."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from torch import Tensor

from bench import fresh_process
from bench.peers import clouds, costs, missing_reason, sinkhorn_log
from bench.problems import Settings, plan, worst
from bench.race import FORWARD
from bench.rows import NOT_INSTALLED, REFUSED, Row, pack, unpack

CASE = "entropic_plan"
EPSILON, ITERATIONS, TOLERANCE = 0.05, 100, 1e-5
NUMBA, TORCH, NUMBA64 = "numba float32", "torch float32", "numba float64"
LOOP, POT_BATCH, POT_EACH, GEOMLOSS = "PyTorch log domain", "POT ot.batch", "POT ot.sinkhorn, one by one", "geomloss"
BLUR, NEAR = 0.3, 0.05


def _ours(backend: str, cost: Tensor) -> Tensor:
    from mmkernels.transport import entropic_plan

    found = entropic_plan(cost, epsilon=EPSILON, tolerance=0.0, max_iterations=ITERATIONS, backend=backend)
    return found.plan


def _loop(cost: Tensor) -> Tensor:
    return sinkhorn_log(cost, EPSILON, ITERATIONS)[0]


def _pot_batch(cost: Tensor) -> Tensor:
    from ot.batch import solve_batch

    moved: Tensor = solve_batch(cost, reg=EPSILON, max_iter=ITERATIONS, tol=0.0, method="log_sinkhorn").plan
    return moved


def _pot_each(cost: Tensor) -> Tensor:
    import ot

    even = torch.full((cost.shape[1],), 1.0 / cost.shape[1], dtype=cost.dtype)
    settings = {"numItermax": ITERATIONS, "stopThr": 0.0, "warn": False}
    return torch.stack([ot.sinkhorn(even, even, one, EPSILON, **settings) for one in cost])


def _geomloss(X: Tensor, Y: Tensor) -> Tensor:
    """Return geomloss's value of each problem: cost |x - y|**2 / 2, epsilon = BLUR**2, a few iterations."""
    from geomloss import SamplesLoss

    loss = SamplesLoss("sinkhorn", p=2, blur=BLUR, scaling=0.5, backend="tensorized", debias=False)
    value: Tensor = loss(X, Y)
    return value


def _value(X: Tensor, Y: Tensor) -> Tensor:
    """Return the same value at convergence: <a, f> + <b, g> in units of cost (see geomloss's documentation)."""
    n, m, epsilon = X.shape[1], Y.shape[1], BLUR**2
    _, u, v = sinkhorn_log(0.5 * torch.cdist(X, Y).square(), epsilon, 1000)
    log_n, log_m = torch.tensor(float(n)).log(), torch.tensor(float(m)).log()
    return epsilon * ((u + log_n).mean(1) + (v + log_m).mean(1))


def _candidates() -> dict[str, tuple[Callable[[Tensor], Tensor], str | None]]:
    """Return each contender's function of the cost, and why it is missing."""
    return {
        NUMBA: (partial(_ours, "numba"), None),
        NUMBA64: (partial(_ours, "numba"), None),
        TORCH: (partial(_ours, "torch"), None),
        LOOP: (_loop, None),
        POT_BATCH: (_pot_batch, missing_reason("ot")),
        POT_EACH: (_pot_each, missing_reason("ot")),
    }


def one(size: int, quick: bool) -> list[dict[str, Any]]:
    """Time one size in this process; equality on the same cost for every contender that returns plans."""
    problems = 2 if quick else 32
    cost = costs(problems, size)
    sizes = {"problems": problems, "n": size, "m": size, "iterations": ITERATIONS}
    right = sinkhorn_log(cost[:4].double(), EPSILON, ITERATIONS)[0]
    rows: dict[str, Row] = {}
    works: dict[str, Callable[[], object]] = {}
    for name, (function, not_installed) in _candidates().items():
        row = rows[name] = Row("transport", CASE, sizes, FORWARD, name, torch.get_num_threads(), simd())
        if not_installed is not None:
            row.status, row.note = NOT_INSTALLED, not_installed
            continue
        own = cost.double() if name == NUMBA64 else cost
        found = function(own[:4])
        row.error, row.error_shape = worst([found], [right]), {**sizes, "problems": len(right)}
        row.values["largest plan difference"] = (found.double() - right).abs().max().item()
        works[name] = _admitted(row, 1e-12 if name == NUMBA64 else TOLERANCE, partial(function, own))
    rows[GEOMLOSS] = row = Row("transport", CASE, sizes, FORWARD, GEOMLOSS, torch.get_num_threads(), simd())
    row.note = (
        missing_reason("geomloss") or "for reference: another problem (value only, fewer iterations), equal to 5 %"
    )
    if missing_reason("geomloss") is None:
        X, Y = clouds(problems, size)
        row.error = worst([_geomloss(X[:2], Y[:2])], [_value(X[:2].double(), Y[:2].double())])
        row.error_shape = {**sizes, "problems": 2}
        works[GEOMLOSS] = _admitted(row, NEAR, partial(_geomloss, X, Y))
    else:
        row.status = NOT_INSTALLED
    admitted = {name: work for name, work in works.items() if rows[name].status != REFUSED}
    for name, time in measure(admitted, plan(quick, 30.0)).items():
        rows[name].time = time
    return pack(list(rows.values()))


def _admitted(row: Row, tolerance: float, work: Callable[[], object]) -> Callable[[], object]:
    """Write a refusal into the row if its error is too large."""
    if row.error is None or not row.error <= tolerance:
        row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {tolerance:.0e}: not timed"
    return work


def run(settings: Settings) -> list[Row]:
    """Run problems of 50 by 50 and 500 by 500."""
    rows = []
    for size in (12,) if settings.quick else (50, 500):
        rows += unpack(fresh_process.call("bench.groups.transport:one", settings.most, size=size, quick=settings.quick))
    return rows
