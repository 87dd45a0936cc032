"""Measured peak rates of the GPU: exponentials per second and bytes per second."""

import torch
import triton
import triton.language as tl
from mmkernels.timing.clock import QUICK, measure
from mmkernels.timing.machine import gpu_clock_hertz

from bench.limits import Rates

BLOCK, ROUNDS = 1024, 4096
WARPS, LANES = 4, 128  # of a multiprocessor: schedulers, times 32 lanes


@triton.jit
def _spin(source, target, rounds, block: tl.constexpr):  # type: ignore[no-untyped-def]
    at = tl.program_id(0) * block + tl.arange(0, block)
    x = tl.load(source + at)
    for _ in range(rounds):
        x = tl.exp2(-x)
    tl.store(target + at, x)


def spin(source: torch.Tensor, rounds: int) -> torch.Tensor:
    """Apply x -> 2**-x `rounds` times to every number; the length is a multiple of 1024."""
    target = torch.empty_like(source)
    _spin[(source.numel() // BLOCK,)](source, target, rounds, BLOCK, num_warps=WARPS)
    return target


def rates() -> Rates:
    """Measure the device: a chain of exponentials in registers on all of it, and a copy of 1 GiB."""
    properties = torch.cuda.get_device_properties(0)
    n_program = 32 * properties.multi_processor_count
    numbers = torch.rand(n_program * BLOCK, device="cuda")
    source = torch.empty(1 << 28, device="cuda")
    target = torch.empty_like(source)
    works = {"exp2": lambda: spin(numbers, ROUNDS), "copy": lambda: target.copy_(source)}
    found = measure(works, QUICK, "cuda")
    return Rates(
        exponentials=n_program * BLOCK * ROUNDS / (1e-3 * found["exp2"]["median"]),
        bytes=2 * 4 * source.numel() / (1e-3 * found["copy"]["median"]),
        instructions=LANES * properties.multi_processor_count * gpu_clock_hertz(properties),
    )
