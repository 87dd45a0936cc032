"""One decay rate for all states of a channel (heads of Mamba-2): A of shape (1, E, 1) against the same rate repeated over the states."""

from dataclasses import dataclass
from typing import Any

import torch
from mmkernels import coupled_scan
from torch import Tensor

from bench import fresh_process
from bench.contenders import OURS, Contender
from bench.problems import Arguments, Settings, Shape, draw, plan, upstream, worst
from bench.race import race
from bench.rows import Row, pack, unpack

CASE = "one rate per head"
ONE, REPEATED = "A (1, E, 1)", "A repeated over the states"
#: steps, heads, channels of a head, states: a small block, a layer of medium size, Mamba-2 130m
SIZES = ((50, 8, 8, 16), (200, 8, 32, 64), (512, 24, 64, 128))


def _scan(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    return coupled_scan(x, dt, A, B, C, backend="numba")


@dataclass(frozen=True)
class Heads(Contender):
    """Our operator; step size and rate are those of the first channel of each head of `width` channels, the rate `repeated` or not."""

    width: int = 1
    repeated: bool = False

    def arguments(self, given: Arguments) -> list[Tensor]:
        """Return the arguments as leaves that require gradients."""
        dt = given.dt[..., :: self.width].repeat_interleave(self.width, -1)
        A = given.A[:, :: self.width, :1].repeat_interleave(self.width, 1)
        A = A.expand(-1, -1, given.B.shape[-1]).contiguous() if self.repeated else A
        return [values.detach().clone().requires_grad_() for values in (given.x, dt, A, given.B, given.C)]

    def error(self, shape: Shape, device: str = "cpu", dtype: torch.dtype = torch.float32) -> float:
        """Return the largest error of y and all gradients against the float64 reference; dA summed over the states."""
        results = []
        for scan, kind in ((_scan, dtype), (_reference, torch.float64)):
            own = self.arguments(draw(shape, kind, device))
            y = scan(*own)
            gradients = list(torch.autograd.grad(y, own, upstream(shape, kind, device)))
            gradients[2] = gradients[2].sum(-1)
            results.append((y.detach(), *gradients))
        return worst(*results)


def _reference(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    return coupled_scan(x, dt, A.expand(-1, -1, B.shape[-1]), B, C, backend="reference")


def one(L: int, H: int, P: int, N: int, B: int, quick: bool) -> list[dict[str, Any]]:
    """Time one shape in this process."""
    L, H, P, N = (min(L, 24), 2, 8, 4) if quick else (L, H, P, N)
    contenders = [
        Heads(name, _scan, tolerance=OURS, width=P, repeated=repeated)
        for name, repeated in ((ONE, False), (REPEATED, True))
    ]
    return pack(race("heads", CASE, Shape(1, B, L, H * P, N), contenders, plan(quick, 6.0)))


def run(settings: Settings) -> list[Row]:
    """Run three shapes with one and four samples."""
    rows = []
    for L, H, P, N in SIZES[:1] if settings.quick else SIZES:
        for B in (1,) if settings.quick else (1, 4):
            rows += unpack(
                fresh_process.call(
                    "bench.groups.heads:one", settings.most, L=L, H=H, P=P, N=N, B=B, quick=settings.quick
                )
            )
    return rows
