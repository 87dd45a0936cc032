"""Somebody who computes the scan: how to call it, in its own memory layout, and how far it may be from the truth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from bench.problem import Arguments, Shape, answer, draw, upstream, worst

OURS, PEER = 1e-5, 1e-4  # float32: of the largest value; peers multiply products of many decays


@dataclass(frozen=True)
class Contender:
    """One implementation of the scan.

    Parameters
    ----------
    name
        As it appears in rows.
    run
        (x, dt, A, B, C) to y, in its own layout. None where it is missing.
    channels_first
        M = 1 only: it wants x, dt (B, E, L), A (E, N), B, C (B, N, L), as mamba-ssm does. Conversion is not timed.
    tolerance
        Largest error with which it is still timed.
    missing
        Why it cannot run here.
    coupling
        The kind of W it computes with: "mean" (None), "identity" or "general".
    """

    name: str
    run: Callable[..., Tensor] | None
    channels_first: bool = False
    tolerance: float = PEER
    missing: str | None = None
    coupling: str = "mean"

    def arguments(self, given: Arguments) -> list[Tensor]:
        """Return the arguments in the contender's layout, as leaves that want gradients."""
        if not self.channels_first:
            return [values.detach().clone().requires_grad_() for values in given]
        values = [v[0] if name == "A" else v[0].transpose(1, 2) for name, v in given._asdict().items()]
        return [v.detach().clone(memory_format=torch.contiguous_format).requires_grad_() for v in values]

    def gradient(self, dy: Tensor) -> Any:
        """Return the gradient of y in the contender's layout."""
        return dy[0].transpose(1, 2).contiguous() if self.channels_first else dy

    def back(self, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return y, dx, ddt, dA, dB, dC in the common layout."""
        if not self.channels_first:
            return tensors
        return tuple((v if i == 3 else v.transpose(1, 2))[None] for i, v in enumerate(tensors))

    def error(self, shape: Shape, device: str = "cpu", dtype: torch.dtype = torch.float32) -> float:
        """Return the largest error of y and all gradients against the float64 reference."""
        run = self.running()
        own = self.arguments(draw(shape, dtype, device))
        y = run(*own)
        gradients = torch.autograd.grad(y, own, self.gradient(upstream(shape, dtype, device)))
        return worst(self.back((y.detach(), *gradients)), answer(shape, self.coupling))

    def running(self) -> Callable[..., Tensor]:
        """Return `run`.

        Raises
        ------
        RuntimeError
            If the contender is missing.
        """
        if self.run is None:
            raise RuntimeError(f"bench: {self.name} cannot run here: {self.missing}")
        return self.run

    def forward(self, shape: Shape, device: str = "cpu", dtype: torch.dtype = torch.float32) -> Callable[[], None]:
        """Return the work of one forward pass without gradients."""
        run, own = self.running(), self.arguments(draw(shape, dtype, device))

        def work() -> None:
            with torch.no_grad():
                run(*own)

        return work

    def training(self, shape: Shape, device: str = "cpu", dtype: torch.dtype = torch.float32) -> Callable[[], None]:
        """Return the work of one forward and backward pass."""
        run, own = self.running(), self.arguments(draw(shape, dtype, device))
        dy = self.gradient(upstream(shape, dtype, device))

        def work() -> None:
            torch.autograd.grad(run(*own), own, dy)

        return work
