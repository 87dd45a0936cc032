"""Makes the kernels a PyTorch operator: autograd, torch.compile and torch.export see one opaque node.

Importing this file does not import Numba; the first call does.
"""

from typing import Any

import torch
from torch import Tensor

_Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


@torch.library.custom_op("mmkernels::coupled_scan", mutates_args=())
def _forward(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    W: Tensor,
    h0: Tensor,
    mask: Tensor | None,
    save: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.scan.numba_backend.launch import Given, run_forward

    return run_forward(Given(x, dt, A, B, C, D, W, mask), h0, save)


@torch.library.custom_op("mmkernels::coupled_scan_backward", mutates_args=())
def _backward(
    dy: Tensor,
    dh_last: Tensor,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    W: Tensor,
    mask: Tensor | None,
    checkpoints: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    from mmkernels.scan.numba_backend.launch import Given, run_backward

    return run_backward(dy, dh_last, Given(x, dt, A, B, C, D, W, mask), checkpoints)


@_forward.register_fake
def _(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    W: Tensor,
    h0: Tensor,
    mask: Tensor | None,
    save: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.scan.numba_backend.launch import checkpoint_shape

    y = x.new_empty(x.shape)
    return y, x.new_empty(h0.shape), x.new_empty(checkpoint_shape(x, A.shape[-1], save))


@_backward.register_fake
def _(
    dy: Tensor,
    dh_last: Tensor,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    W: Tensor,
    mask: Tensor | None,
    checkpoints: Tensor,
) -> _Gradients:
    x_like, dt_like, A_like, B_like, C_like, D_like, W_like, h_like = (
        values.new_empty(values.shape) for values in (x, dt, A, B, C, D, W, dh_last)
    )
    return x_like, dt_like, A_like, B_like, C_like, D_like, W_like, h_like


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    x, dt, A, B, C, D, W, h0, mask, _ = inputs
    ctx.save_for_backward(x, dt, A, B, C, D, W, mask, output[2])
    ctx.h_shape = h0.shape
    ctx.set_materialize_grads(False)


def _gradients(ctx: Any, dy: Tensor | None, dh_last: Tensor | None, _: Tensor | None) -> tuple[Any, ...]:
    x, dt, A, B, C, D, W, mask, checkpoints = ctx.saved_tensors
    if dy is None and dh_last is None:
        return (None,) * 10
    dy = torch.zeros_like(x) if dy is None else dy
    dh_last = x.new_zeros(ctx.h_shape) if dh_last is None else dh_last
    found = _backward(dy, dh_last, x, dt, A, B, C, D, W, mask, checkpoints)
    needed = ctx.needs_input_grad
    return (*(g if need else None for g, need in zip(found, needed[:8], strict=True)), None, None)


def _setup_nothing(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    """Keep nothing: there is no second derivative."""


def _refuse(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
    raise RuntimeError(
        "coupled_scan: the numba backend has no second derivative (a gradient of its gradient was asked for). "
        "Call coupled_scan(..., backend='reference'), which autograd differentiates any number of times."
    )


_forward.register_autograd(_gradients, setup_context=_setup_context)
_backward.register_autograd(_refuse, setup_context=_setup_nothing)


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
) -> tuple[Tensor, Tensor]:
    """Run the coupled scan on the CPU, with a first derivative.

    Parameters and meaning are those of `mmkernels.coupled_scan`; nothing is checked here.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), the state after the last step.
    """
    n_modality, n_batch, _, n_channel = x.shape
    D = x.new_zeros((n_modality, n_channel)) if D is None else D
    W = x.new_full((n_modality, n_modality), 1.0 / n_modality) if W is None else W
    h0 = x.new_zeros((n_modality, n_batch, n_channel, A.shape[-1])) if h0 is None else h0
    save = torch.is_grad_enabled() and any(v.requires_grad for v in (x, dt, A, B, C, D, W, h0))
    y, h_last, _ = _forward(x, dt, A, B, C, D, W, h0, mask, save)
    return y, h_last
