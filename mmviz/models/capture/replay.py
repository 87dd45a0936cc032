"""Replay of a captured scan by ``mmkernels.coupled_scan``, and its difference from what the captured function returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from mmkernels import coupled_scan
from torch import Tensor

from mmviz.models.base import ScanInputs

if TYPE_CHECKING:
    from jaxtyping import Float

#: largest accepted replay error by the dtype with the fewest digits among a call's tensors; tests/bars/capture_overhead.py prints measured errors
TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5, torch.float16: 3e-3, torch.bfloat16: 2e-2}


def is_uncoupled(scan: ScanInputs) -> bool:
    """Return whether W is the identity for every sample: the streams are independent."""
    return bool((torch.eye(scan.W.shape[-1], dtype=scan.W.dtype, device=scan.W.device) == scan.W).all())


def one_stream(scan: ScanInputs, m: int) -> ScanInputs:
    """Return stream m of an uncoupled scan as a scan of one stream."""
    row = slice(m, m + 1)
    x, dt, A, B, C, D, W, mask = scan
    return ScanInputs(
        x[row], dt[row], A[row], B[row], C[row], D[row], W[:, row, row], None if mask is None else mask[row]
    )


def run_scan(
    scan: ScanInputs, h0: Float[Tensor, "stream batch channel state"] | None = None
) -> tuple[Float[Tensor, "stream batch step channel"], Float[Tensor, "stream batch channel state"]]:
    """Return the output y and the last state of ``mmkernels.coupled_scan``.

    Independent streams (W = I) run one by one: with one stream the operator's cost is M (M + 1) / 2 times lower.

    Parameters
    ----------
    scan
        Inputs of the operator.
    h0
        State before the first step. None: zero.
    """
    streams = len(scan.x)
    if streams > 1 and is_uncoupled(scan):
        runs = [
            run_scan(one_stream(scan, m), None if h0 is None else h0[m : m + 1].contiguous()) for m in range(streams)
        ]
        return torch.cat([y for y, _ in runs]), torch.cat([h for _, h in runs])
    x, dt, A, B, C, D, W, mask = scan
    # without a mask one W for all samples is one matrix, which the operator runs faster
    shared = len(W) > 0 and mask is None and bool((W[:1] == W).all())
    h0 = None if h0 is None else h0.contiguous()
    constant = not (torch.is_grad_enabled() and A.requires_grad)  # else each state has a gradient of its own
    if A.shape[-1] > 1 and streams == 1 and mask is None and constant and bool((A[..., :1] == A).all()):
        A = A[..., :1].contiguous()  # heads of Mamba-2: the operator computes their exponentials once per channel
    return coupled_scan(x, dt, A, B, C, D, W[0] if shared else W.contiguous(), h0=h0, mask=mask, return_state=True)


def output_and_state(returned: Any) -> tuple[Tensor | None, Tensor | None]:
    """Return the output and the last state in what a scan function returned: a tensor, or the first two tensors of a tuple."""
    if isinstance(returned, Tensor):
        return returned, None
    values = list(returned[:2]) if isinstance(returned, tuple | list) else []
    tensors = [value if isinstance(value, Tensor) else None for value in (*values, None, None)]
    return tensors[0], tensors[1]


def relative_difference(replayed: Tensor, output: Tensor) -> float:
    """Return max |replayed − output| / max |output|; infinity if the shapes differ or a value is not finite in one of them only."""
    if replayed.shape != output.shape:
        return float("inf")
    if output.numel() == 0:
        return 0.0
    a, b = replayed.double(), output.double()
    finite = torch.isfinite(a)
    if bool((finite != torch.isfinite(b)).any()):
        return float("inf")
    if not bool(finite.any()):
        return float("inf")
    scale = b[finite].abs().max()
    worst = (a[finite] - b[finite]).abs().max()
    return float(worst / scale) if float(scale) > 0 else float("inf") if float(worst) > 0 else 0.0


def tolerance_of(*tensors: Tensor | None) -> float:
    """Return the largest accepted replay error for a call with these tensors."""
    kinds = [t.dtype for t in tensors if t is not None and t.is_floating_point()]
    return max((TOLERANCE.get(kind, TOLERANCE[torch.bfloat16]) for kind in kinds), default=TOLERANCE[torch.float32])
