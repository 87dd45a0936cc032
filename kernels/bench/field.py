"""Who takes part in the races of the scan."""

import torch
from mmkernels import coupled_scan
from torch import Tensor

from bench.ceiling.operator import coupled_ceiling
from bench.ceiling.operator import why_not as no_ceiling
from bench.contender import OURS, Contender
from bench.machine import compiler
from bench.peers import parallel, selective
from bench.peers.loop import coupled_loop
from bench.problem import Shape

NUMBA, LOOP, MAMBAPY, CEILING = "mmkernels numba", "PyTorch loop", "mambapy pscan", "C++ ceiling"
HF_MAMBAPY, MAMBA_REF, COMPILED = "transformers + mambapy", "mamba-ssm selective_scan_ref", "torch.compile"


def ours(backend: str = "numba", name: str = NUMBA) -> Contender:
    """Return our operator, W constant."""

    def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        return coupled_scan(x, dt, A, B, C, backend=backend)

    return Contender(name, run, tolerance=OURS)


def loop() -> Contender:
    """Return the fair PyTorch loop."""
    return Contender(LOOP, coupled_loop)


def mambapy() -> Contender:
    """Return mambapy's parallel scan on the coupled recurrence."""
    lacking = selective.why_not("mambapy")
    return Contender(MAMBAPY, None if lacking else parallel.by_mambapy, missing=lacking)


def compiled() -> Contender:
    """Return torch.compile of PyTorch's associative_scan."""
    if compiler() is None:
        return Contender(COMPILED, None, missing="torch.compile needs a C++ compiler")
    return Contender(COMPILED, torch.compile(parallel.by_associative_scan, dynamic=False))


def ceiling(shape: Shape) -> Contender:
    """Return our own C++ / OpenMP kernel."""
    lacking = no_ceiling(shape.M, shape.E)
    return Contender(CEILING, None if lacking else coupled_ceiling, tolerance=OURS, missing=lacking)


def transformers_mambapy() -> Contender:
    """Return the scan of transformers' Mamba with use_mambapy=True (M = 1)."""
    lacking = selective.why_not("transformers", "mambapy")
    run = None if lacking else selective.transformers_scan(mambapy=True)
    return Contender(HF_MAMBAPY, run, channels_first=True, missing=lacking)


def mamba_reference() -> Contender:
    """Return mamba-ssm's PyTorch reference as shipped (M = 1)."""
    try:
        run = selective.mamba_reference()
    except ImportError as error:
        return Contender(MAMBA_REF, None, channels_first=True, missing=str(error))
    return Contender(MAMBA_REF, run, channels_first=True)
