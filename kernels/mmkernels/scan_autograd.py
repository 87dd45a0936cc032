"""Coupled scan on the CPU as a PyTorch operator with first derivatives, reverse and forward.

Importing this file does not import Numba; the first call does.
"""

import math
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from mmkernels.torch_operator import differentiable, refusals, without_derivative
from mmkernels.transforms import is_traced, is_transformed

_Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


@lru_cache
def _launchers() -> tuple[Any, Any, Any]:
    """Return the modules that launch the kernels, and `Given`; loaded by the first call."""
    from mmkernels.cpu import scan, scan_uniform
    from mmkernels.cpu.tiling import Given

    return scan_uniform, scan, Given


def _checkpoint_shape(x: Tensor, A: Tensor, W: Tensor | None, *, save: bool) -> tuple[int, ...]:
    from mmkernels.cpu.tiling import checkpoint_shape

    return checkpoint_shape(x, A.shape[-1], save=save, one_chain=W is None)


def _run(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor | None,
    h0: Tensor | None,
    mask: Tensor | None,
    weight: float,
    save: bool,
    tell: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (empty unless `tell`) and the checkpoints (none unless `save`)."""
    scan_uniform, scan, Given = _launchers()
    given = Given(x, dt, A, B, C, D, W, h0, mask, weight)
    return (scan_uniform if W is None else scan).run_forward(given, save=save, tell=tell)


def _run_backward(
    dy: Tensor,
    dh_last: Tensor | None,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor | None,
    h0: Tensor | None,
    mask: Tensor | None,
    checkpoints: Tensor,
    weight: float,
    couple: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of the first eight arguments of `_run`; empty where not given or not asked for."""
    scan_uniform, scan, Given = _launchers()
    given = Given(x, dt, A, B, C, D, W, h0, mask, weight)
    if checkpoints.shape != _checkpoint_shape(x, A, W, save=True):  # traced or exported where no gradient was wanted
        checkpoints = (scan_uniform if W is None else scan).run_forward(given, save=True, tell=False)[2]
    if W is None:
        return scan_uniform.run_backward(dy, dh_last, given, checkpoints)
    return scan.run_backward(dy, dh_last, given, checkpoints, couple=couple)


def _fake(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor | None,
    h0: Tensor | None,
    mask: Tensor | None,
    weight: float,
    save: bool,
    tell: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    n_modality, n_batch, _, n_channel = x.shape
    h_last = x.new_empty((n_modality, n_batch, n_channel, A.shape[-1]) if tell else (0,))
    return x.new_empty(x.shape), h_last, x.new_empty(_checkpoint_shape(x, A, W, save=save))


def _fake_backward(
    dy: Tensor,
    dh_last: Tensor | None,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor | None,
    h0: Tensor | None,
    mask: Tensor | None,
    checkpoints: Tensor,
    weight: float,
    couple: bool,
) -> _Gradients:
    asked = (x, dt, A, B, C, D, W if couple else None, h0)
    dx, ddt, dA, dB, dC, dD, dW, dh0 = (x.new_empty((0,) if v is None else v.shape) for v in asked)
    return dx, ddt, dA, dB, dC, dD, dW, dh0


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    *tensors, weight, _, tell = inputs
    ctx.save_for_backward(*tensors, output[2])
    ctx.weight, ctx.tell = weight, tell
    ctx.set_materialize_grads(False)


def _gradients(ctx: Any, run: Any, dy: Tensor | None, dh_last: Tensor | None, _: Tensor | None) -> tuple[Any, ...]:
    *tensors, checkpoints = ctx.saved_tensors
    if dy is None and dh_last is None:
        return (None,) * 12
    dy = torch.zeros_like(tensors[0]) if dy is None else dy
    needed = ctx.needs_input_grad[:8]
    couple = tensors[6] is not None and needed[6]
    found = run(dy, dh_last if ctx.tell else None, *tensors, checkpoints, ctx.weight, couple)
    return (*(g if need else None for g, need in zip(found, needed, strict=True)), None, None, None, None)


def _run_tangent(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor,
    h0: Tensor | None,
    mask: Tensor | None,
    dx: Tensor,
    ddt: Tensor,
    dA: Tensor,
    dB: Tensor,
    dC: Tensor,
    dD: Tensor | None,
    dW: Tensor,
    dh0: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """Return the tangents of y and of the last state; D and its tangent are both given or not."""
    from mmkernels.cpu.scan_tangent import run_tangent

    Given = _launchers()[2]
    direction = Given(dx, ddt, dA, dB, dC, dD, dW, dh0, mask, 0.0)
    return run_tangent(Given(x, dt, A, B, C, D, W, h0, mask, 0.0), direction)


def _fake_tangent(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor,
    h0: Tensor | None,
    mask: Tensor | None,
    dx: Tensor,
    ddt: Tensor,
    dA: Tensor,
    dB: Tensor,
    dC: Tensor,
    dD: Tensor | None,
    dW: Tensor,
    dh0: Tensor | None,
) -> tuple[Tensor, Tensor]:
    n_modality, n_batch, _, n_channel = x.shape
    return x.new_empty(x.shape), x.new_empty((n_modality, n_batch, n_channel, A.shape[-1]))


_refused = refusals(
    "coupled_scan: backend 'numba'",
    "Call coupled_scan(..., backend='reference'), which can be differentiated any number of times, either way.",
)
_tangent = without_derivative("coupled_scan_tangent", _run_tangent, _fake_tangent, refused=_refused)


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, dt, A, B, C, D, W, h0, mask, weight, _, tell = inputs
    W = x.new_full((x.shape[0], x.shape[0]), weight) if W is None else W
    given = (x, dt, A, B, C, D, W)
    moving = (
        torch.zeros_like(v) if d is None and v is not None else d for v, d in zip(given, d_inputs[:7], strict=True)
    )
    dy, dh_last = _tangent(*given, h0, mask, *moving, d_inputs[7])
    return dy, dh_last if tell else torch.zeros_like(outputs[1]), torch.zeros_like(outputs[2])


_operator = differentiable(
    "coupled_scan",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    keep=_keep,
    gradients=_gradients,
    refused=_refused,
    tangents=_tangents,
)


def _uniform(W: Tensor | None, x: Tensor) -> float | None:
    """Return w if W[m, n] is known to be w > 0 everywhere, else None."""
    if W is None:
        return 1.0 / int(x.shape[0])  # a tensor while torch.jit.trace is under way
    if W.ndim == 3 or W.requires_grad or is_traced() or is_transformed():
        return None
    weight = float(W[0, 0])
    return weight if 0.0 < weight < math.inf and bool(W.eq(weight).all()) else None


def coupled_scan_numba(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    W: Tensor | None = None,
    *,
    h0: Tensor | None = None,
    mask: Tensor | None = None,
    return_state: bool = True,
) -> tuple[Tensor, Tensor | None]:
    """Run the coupled scan on the CPU, with first derivatives, reverse and forward.

    Parameters and meaning are those of `mmkernels.coupled_scan`; nothing is checked here. Without mask, a W that
    is the same positive number everywhere and needs no gradient (None is such a one) runs as one chain.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), the state after the last step; None without `return_state`.
    """
    weight = _uniform(W, x) if mask is None else None
    if weight is not None:
        W = None
    elif W is None:
        W = x.new_full((x.shape[0], x.shape[0]), 1.0 / int(x.shape[0]))
    given = (x, dt, A, B, C, D, W, h0)
    save = torch.jit.is_tracing() or (  # a trace may be differentiated, whatever is wanted now
        torch.is_grad_enabled() and any(v is not None and v.requires_grad for v in given)
    )
    y, h_last, _ = _operator(*given, mask, weight or 0.0, save, return_state)
    return y, h_last if return_state else None
