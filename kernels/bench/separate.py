"""M selective scans that know nothing of each other, each with tensors of its own: the neighbour of a coupled scan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from bench.contender import Contender
from bench.problem import Arguments, Shape, answer, draw, upstream, worst


@dataclass(frozen=True)
class Separate(Contender):
    """`run` takes the five arguments of every modality one after another and returns a list of outputs."""

    def arguments(self, given: Arguments) -> list[Tensor]:
        """Return the arguments of every modality, as leaves of their own."""
        parts = (Arguments(*part) for part in zip(*(values.split(1) for values in given), strict=True))
        return [leaf for part in parts for leaf in super(Separate, self).arguments(part)]

    def gradient(self, dy: Tensor) -> Any:
        """Return the gradient of every output."""
        return [super(Separate, self).gradient(part) for part in dy.split(1)]

    def error(self, shape: Shape, device: str = "cpu", dtype: torch.dtype = torch.float32) -> float:
        """Return the largest error of outputs and gradients against M chains in float64."""
        own = self.arguments(draw(shape, dtype, device))
        outputs = self.running()(*own)
        gradients = torch.autograd.grad(outputs, own, self.gradient(upstream(shape, dtype, device)))
        each = [(y, *gradients[5 * m : 5 * m + 5]) for m, y in enumerate(outputs)]
        found = [torch.cat(parts) for parts in zip(*(self.back(one) for one in each), strict=True)]
        return worst(found, answer(shape, self.coupling))


def separate(name: str, scan: Callable[..., Tensor], *, channels_first: bool, tolerance: float) -> Separate:
    """Return M calls of a scan of one modality as a contender."""

    def run(*own: Tensor) -> list[Tensor]:
        return [scan(*own[i : i + 5]) for i in range(0, len(own), 5)]

    run_all: Any = run
    return Separate(name, run_all, channels_first=channels_first, tolerance=tolerance, coupling="identity")
