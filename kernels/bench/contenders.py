"""Contenders of the scan benchmark: how each is called, in its own memory layout, and its tolerated error."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from mmkernels import coupled_scan
from mmkernels.timing.machine import compiler
from torch import Tensor

from bench import peers
from bench.ceiling import coupled_ceiling
from bench.ceiling import missing_reason as no_ceiling
from bench.peers import coupled_loop
from bench.problems import Arguments, Shape, draw, reference_results, upstream, worst

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
        M = 1 only: it expects x, dt (B, E, L), A (E, N), B, C (B, N, L), as mamba-ssm does. Conversion is not timed.
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
        """Return the arguments in the layout of the contender, as leaves that require gradients."""
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
        return worst(self.back((y.detach(), *gradients)), reference_results(shape, self.coupling))

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
        return worst(found, reference_results(shape, self.coupling))


def separate(name: str, scan: Callable[..., Tensor], *, channels_first: bool, tolerance: float) -> Separate:
    """Return M calls of a scan of one modality as a contender."""

    def run(*own: Tensor) -> list[Tensor]:
        return [scan(*own[i : i + 5]) for i in range(0, len(own), 5)]

    run_all: Any = run
    return Separate(name, run_all, channels_first=channels_first, tolerance=tolerance, coupling="identity")


NUMBA, LOOP, MAMBAPY, CEILING = "mmkernels numba", "PyTorch loop", "mambapy pscan", "C++ ceiling"
HF_MAMBAPY, MAMBA_REF, COMPILED = "transformers + mambapy", "mamba-ssm selective_scan_ref", "torch.compile"


def ours(backend: str = "numba", name: str = NUMBA) -> Contender:
    """Return our operator, W constant."""

    def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        return coupled_scan(x, dt, A, B, C, backend=backend)

    return Contender(name, run, tolerance=OURS)


def loop() -> Contender:
    """Return the PyTorch loop, written to be fast."""
    return Contender(LOOP, coupled_loop)


def mambapy() -> Contender:
    """Return mambapy's parallel scan on the coupled recurrence."""
    not_installed = peers.missing_reason("mambapy")
    return Contender(MAMBAPY, None if not_installed else peers.by_mambapy, missing=not_installed)


def compiled() -> Contender:
    """Return torch.compile of PyTorch's associative_scan."""
    if compiler() is None:
        return Contender(COMPILED, None, missing="torch.compile needs a C++ compiler")
    return Contender(COMPILED, torch.compile(peers.by_associative_scan, dynamic=False))


def ceiling(shape: Shape) -> Contender:
    """Return our own C++ / OpenMP kernel."""
    not_installed = no_ceiling(shape.M, shape.E)
    return Contender(CEILING, None if not_installed else coupled_ceiling, tolerance=OURS, missing=not_installed)


def transformers_mambapy() -> Contender:
    """Return the scan of transformers' Mamba with use_mambapy=True (M = 1)."""
    not_installed = peers.missing_reason("transformers", "mambapy")
    run = None if not_installed else peers.transformers_scan(mambapy=True)
    return Contender(HF_MAMBAPY, run, channels_first=True, missing=not_installed)


def mamba_reference() -> Contender:
    """Return mamba-ssm's PyTorch reference as shipped (M = 1)."""
    try:
        run = peers.mamba_reference()
    except ImportError as error:
        return Contender(MAMBA_REF, None, channels_first=True, missing=str(error))
    return Contender(MAMBA_REF, run, channels_first=True)
