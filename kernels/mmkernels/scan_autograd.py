"""Coupled scan on the CPU and on the GPU as PyTorch operators with derivatives.

Importing this file imports neither Numba nor Triton; the first call does.
"""

import math
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from mmkernels.gpu import tiling as gpu_tiling
from mmkernels.torch_operator import differentiable, only_needed, refusals, without_derivative
from mmkernels.transforms import is_traced, is_transformed

_Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
_REMEDY = "Call coupled_scan(..., backend='reference'), which can be differentiated any number of times, either way."


def _is_differentiated(*tensors: Tensor | None) -> bool:
    """Return whether a gradient may be required, now or when a recorded trace is run."""
    return torch.jit.is_tracing() or (
        torch.is_grad_enabled() and any(v is not None and v.requires_grad for v in tensors)
    )


def _empty_state(x: Tensor, A: Tensor, wanted: bool = True) -> Tensor:
    return x.new_empty((*x.shape[:2], x.shape[3], A.shape[-1]) if wanted else (0,))


@lru_cache
def _cpu() -> tuple[Any, Any, Any]:
    """Return the CPU's modules scan_uniform, scan and tiling; imported by the first call."""
    from mmkernels.cpu import scan, scan_uniform, tiling

    return scan_uniform, scan, tiling


@lru_cache
def _heads() -> tuple[Any, Any]:
    """Return the CPU's modules scan_heads and tiling; imported by the first call with one rate per channel."""
    from mmkernels.cpu import scan_heads, tiling

    return scan_heads, tiling


def _checkpoint_shape(x: Tensor, A: Tensor, W: Tensor | None, *, save: bool) -> tuple[int, ...]:
    shape: tuple[int, ...] = _cpu()[2].checkpoint_shape(x, A.shape[-1], save=save, uniform=W is None)
    return shape


def _run_cpu(
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
    return_state: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (empty unless `return_state`) and the checkpoints (none unless `save`)."""
    uniform, general, tiling = _cpu()
    given = tiling.ScanArguments(x, dt, A, B, C, D, W, h0, mask, weight)
    found: tuple[Tensor, Tensor, Tensor] = (uniform if W is None else general).run_forward(
        given, save=save, return_state=return_state
    )
    return found


def _run_backward_cpu(
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
    needs_W: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of the first eight arguments of `_run_cpu`; empty where not given or not required."""
    uniform, general, tiling = _cpu()
    given = tiling.ScanArguments(x, dt, A, B, C, D, W, h0, mask, weight)
    if checkpoints.shape != _checkpoint_shape(x, A, W, save=True):  # traced or exported where no gradient was required
        checkpoints = (uniform if W is None else general).run_forward(given, save=True, return_state=False)[2]
    found: _Gradients = (
        uniform.run_backward(dy, dh_last, given, checkpoints)
        if W is None
        else general.run_backward(dy, dh_last, given, checkpoints, needs_W=needs_W)
    )
    return found


def _fake_cpu(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    x, _, A, _, _, _, W, _, _, _, save, return_state = arguments
    checkpoints = x.new_empty(_checkpoint_shape(x, A, W, save=save))
    return x.new_empty(x.shape), _empty_state(x, A, return_state), checkpoints


def _fake_backward_cpu(dy: Tensor, dh_last: Tensor | None, *arguments: Any) -> tuple[Tensor, ...]:
    *inputs, h0, _, _, _, needs_W = arguments
    W = inputs.pop()
    return tuple(inputs[0].new_empty((0,) if v is None else v.shape) for v in (*inputs, W if needs_W else None, h0))


def _save_cpu(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    *tensors, weight, _, return_state = inputs
    ctx.save_for_backward(*tensors, output[2])
    ctx.weight, ctx.return_state = weight, return_state
    ctx.set_materialize_grads(False)


def _gradients_cpu(ctx: Any, run: Any, dy: Tensor | None, dh_last: Tensor | None, _: Tensor | None) -> tuple[Any, ...]:
    *tensors, checkpoints = ctx.saved_tensors
    if dy is None and dh_last is None:
        return (None,) * 12
    dy = torch.zeros_like(tensors[0]) if dy is None else dy
    needs_W = tensors[6] is not None and ctx.needs_input_grad[6]
    found = run(dy, dh_last if ctx.return_state else None, *tensors, checkpoints, ctx.weight, needs_W)
    return only_needed(ctx, found)


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

    arguments = _cpu()[2].ScanArguments
    direction = arguments(dx, ddt, dA, dB, dC, dD, dW, dh0, mask, 0.0)
    return run_tangent(arguments(x, dt, A, B, C, D, W, h0, mask, 0.0), direction)


def _fake_tangent(x: Tensor, dt: Tensor, A: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
    return x.new_empty(x.shape), _empty_state(x, A)


_refused_cpu = refusals("coupled_scan: backend 'numba'", _REMEDY)
_tangent = without_derivative("coupled_scan_tangent", _run_tangent, _fake_tangent, refused=_refused_cpu)


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, dt, A, B, C, D, W, h0, mask, weight, _, return_state = inputs
    W = x.new_full((x.shape[0], x.shape[0]), weight) if W is None else W
    given = (x, dt, A, B, C, D, W)
    directions = (
        torch.zeros_like(v) if d is None and v is not None else d for v, d in zip(given, d_inputs[:7], strict=True)
    )
    dy, dh_last = _tangent(*given, h0, mask, *directions, d_inputs[7])
    return dy, dh_last if return_state else torch.zeros_like(outputs[1]), torch.zeros_like(outputs[2])


_scan_cpu = differentiable(
    "coupled_scan",
    _run_cpu,
    _run_backward_cpu,
    fakes=(_fake_cpu, _fake_backward_cpu),
    save=_save_cpu,
    gradients=_gradients_cpu,
    refused=_refused_cpu,
    tangents=_tangents,
)


def _uniform_weight(W: Tensor | None, x: Tensor) -> float | None:
    """Return w if W[m, n] is known to be w > 0 everywhere, else None."""
    if W is None:
        return 1.0 / int(x.shape[0])  # a tensor while torch.jit.trace is active
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
    """Return y and the last state of a coupled scan on the CPU, with first derivatives, reverse and forward.

    Parameters and meaning are those of `mmkernels.coupled_scan`; nothing is checked here. Without mask, a W that
    is the same positive number everywhere and needs no gradient (such as None) runs with one shared state.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), the state after the last step; None without `return_state`.
    """
    weight = _uniform_weight(W, x) if mask is None else None
    if A.shape[-1] != B.shape[-1]:  # one rate for all states of a channel
        if weight == 1.0 and x.shape[0] == 1 and x.numel() and not (is_traced() or is_transformed()):
            heads = (x, dt, A, B, C, D, h0)
            y, h_last, _ = _scan_heads(*heads, _is_differentiated(*heads), return_state)
            return y, h_last if return_state else None
        A = A.expand(-1, -1, B.shape[-1])
    if weight is not None:
        W = None
    elif W is None:
        W = x.new_full((x.shape[0], x.shape[0]), 1.0 / int(x.shape[0]))
    given = (x, dt, A, B, C, D, W, h0)
    y, h_last, _ = _scan_cpu(*given, mask, weight or 0.0, _is_differentiated(*given), return_state)
    return y, h_last if return_state else None


def _run_heads(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    h0: Tensor | None,
    save: bool,
    return_state: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (empty unless `return_state`) and the checkpoints (none unless `save`), with one rate per channel."""
    heads, tiling = _heads()
    given = tiling.ScanArguments(x, dt, A, B, C, D, None, h0, None, 1.0)
    found: tuple[Tensor, Tensor, Tensor] = heads.run_forward(given, save=save, return_state=return_state)
    return found


def _run_backward_heads(
    dy: Tensor,
    dh_last: Tensor | None,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    h0: Tensor | None,
    checkpoints: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of the first seven arguments of `_run_heads`; empty where not given."""
    heads, tiling = _heads()
    given = tiling.ScanArguments(x, dt, A, B, C, D, None, h0, None, 1.0)
    if checkpoints.shape != heads.checkpoint_shape(x, B.shape[-1], save=True):  # traced where no gradient was required
        checkpoints = heads.run_forward(given, save=True, return_state=False)[2]
    found: tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor] = heads.run_backward(
        dy, dh_last, given, checkpoints
    )
    return found


def _fake_heads(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    x, _, _, B, _, _, _, save, return_state = arguments
    checkpoints = x.new_empty(_heads()[0].checkpoint_shape(x, B.shape[-1], save=save))
    return x.new_empty(x.shape), _empty_state(x, B, return_state), checkpoints


def _fake_backward_heads(dy: Tensor, dh_last: Tensor | None, *arguments: Any) -> tuple[Tensor, ...]:
    return tuple(dy.new_empty((0,) if v is None else v.shape) for v in arguments[:7])


def _save_heads(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    ctx.save_for_backward(*inputs[:7], output[2])
    ctx.return_state = inputs[8]
    ctx.set_materialize_grads(False)


def _gradients_heads(
    ctx: Any, run: Any, dy: Tensor | None, dh_last: Tensor | None, _: Tensor | None
) -> tuple[Any, ...]:
    if dy is None and dh_last is None:
        return (None,) * 9
    dy = torch.zeros_like(ctx.saved_tensors[0]) if dy is None else dy
    return only_needed(ctx, run(dy, dh_last if ctx.return_state else None, *ctx.saved_tensors))


_scan_heads = differentiable(
    "coupled_scan_heads",
    _run_heads,
    _run_backward_heads,
    fakes=(_fake_heads, _fake_backward_heads),
    save=_save_heads,
    gradients=_gradients_heads,
    refused=refusals("coupled_scan: backend 'numba'", _REMEDY, forward=False),
)


def _run_gpu(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor | None,
    h0: Tensor | None,
    mask: Tensor | None,
    save: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.gpu.scan import run_forward

    return run_forward(gpu_tiling.ScanArguments(x, dt, A, B, C, D, W, mask), h0, save)


def _run_backward_gpu(
    dy: Tensor,
    dh_last: Tensor | None,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None,
    W: Tensor | None,
    mask: Tensor | None,
    checkpoints: Tensor,
    needs_W: bool,
    needs_h0: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    from mmkernels.gpu.scan import run_backward

    given = gpu_tiling.ScanArguments(x, dt, A, B, C, D, W, mask)
    return run_backward(dy, dh_last, given, checkpoints, needs_W=needs_W, needs_h0=needs_h0)


def _fake_gpu(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    x, dt, A, B, C, D, W, _, mask, save = arguments
    given = gpu_tiling.ScanArguments(x, dt, A, B, C, D, W, mask)
    checkpoints = x.new_empty(gpu_tiling.checkpoint_shape(given, save), dtype=given.real)
    return x.new_empty(x.shape), _empty_state(x, A), checkpoints


def _fake_backward_gpu(dy: Tensor, dh_last: Tensor | None, *arguments: Any) -> tuple[Tensor, ...]:
    *inputs, W, _, _, needs_W, needs_h0 = arguments
    x, A = inputs[0], inputs[2]
    shaped = (x.new_empty(0) if v is None else v.new_empty(v.shape) for v in (*inputs, W if needs_W else None))
    return (*shaped, _empty_state(x, A, needs_h0))


def _save_gpu(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    *tensors, _, mask, _ = inputs
    ctx.save_for_backward(*tensors, mask, output[2])
    ctx.set_materialize_grads(False)


def _gradients_gpu(ctx: Any, run: Any, dy: Tensor | None, dh_last: Tensor | None, _: Tensor | None) -> tuple[Any, ...]:
    if dy is None and dh_last is None:
        return (None,) * 10
    dy = torch.zeros_like(ctx.saved_tensors[0]) if dy is None else dy
    return only_needed(ctx, run(dy, dh_last, *ctx.saved_tensors, *ctx.needs_input_grad[6:8]))


_scan_gpu = differentiable(
    "coupled_scan_triton",
    _run_gpu,
    _run_backward_gpu,
    fakes=(_fake_gpu, _fake_backward_gpu),
    save=_save_gpu,
    gradients=_gradients_gpu,
    refused=refusals("coupled_scan: backend 'triton'", _REMEDY, forward=False),
)


def coupled_scan_triton(
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
) -> tuple[Tensor, Tensor]:
    """Return y and the last state of a coupled scan on an NVIDIA GPU, with a first derivative.

    Parameters and meaning are those of `mmkernels.coupled_scan`; nothing is checked here. float16 and bfloat16 are
    computed in float32 and rounded at the end.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), the state after the last step.
    """
    save = _is_differentiated(x, dt, A, B, C, D, W, h0)
    y, h_last, _ = _scan_gpu(x, dt, A, B, C, D, W, h0, mask, save)
    return y, h_last
