"""What a fresh process waits for at its first call; imports nothing of mmkernels before the clock runs."""

import time

import torch


def first_call() -> dict[str, float]:
    """Import mmkernels, then take one small training step; return the milliseconds of import, forward pass, and both passes."""
    start = time.perf_counter()
    from mmkernels import coupled_scan

    imported = time.perf_counter()
    drawn = torch.Generator().manual_seed(0)
    x = torch.rand(3, 1, 8, 16, generator=drawn).requires_grad_()
    dt = torch.rand(3, 1, 8, 16, generator=drawn)
    B, C = torch.rand(2, 3, 1, 8, 4, generator=drawn).unbind(0)
    A = -torch.ones(3, 16, 4)
    begin = time.perf_counter()
    y = coupled_scan(x, dt, A, B, C, backend="numba")
    forward = time.perf_counter()
    y.sum().backward()
    end = time.perf_counter()
    return {"import ms": 1e3 * (imported - start), "forward ms": 1e3 * (forward - begin), "ms": 1e3 * (end - begin)}
