"""Coupled scan on an NVIDIA GPU as a PyTorch operator with a first derivative.

Importing this file does not import Triton; the first call does.
"""

from typing import Any

import torch
from torch import Tensor

from mmkernels.gpu.tiling import Given, checkpoint_shape
from mmkernels.torch_operator import differentiable, refusals

_Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


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
    save: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.gpu.scan import run_forward

    return run_forward(Given(x, dt, A, B, C, D, W, mask), h0, save)


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
    mask: Tensor | None,
    checkpoints: Tensor,
    wants_w: bool,
    wants_h0: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    from mmkernels.gpu.scan import run_backward

    given = Given(x, dt, A, B, C, D, W, mask)
    return run_backward(dy, dh_last, given, checkpoints, wants_w=wants_w, wants_h0=wants_h0)


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
    save: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    given = Given(x, dt, A, B, C, D, W, mask)
    n_modality, n_batch, _, n_channel = x.shape
    last = x.new_empty((n_modality, n_batch, n_channel, A.shape[-1]))
    return x.new_empty(x.shape), last, x.new_empty(checkpoint_shape(given, save), dtype=given.real)


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
    mask: Tensor | None,
    checkpoints: Tensor,
    wants_w: bool,
    wants_h0: bool,
) -> _Gradients:
    def like(values: Tensor | None, wanted: bool = True) -> Tensor:
        return x.new_empty(0) if values is None or not wanted else values.new_empty(values.shape)

    n_modality, n_batch, _, n_channel = x.shape
    h_like = x.new_empty((n_modality, n_batch, n_channel, A.shape[-1]) if wants_h0 else (0,))
    return like(x), like(dt), like(A), like(B), like(C), like(D), like(W, wants_w), h_like


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    x, dt, A, B, C, D, W, _, mask, _ = inputs
    ctx.save_for_backward(x, dt, A, B, C, D, W, mask, output[2])
    ctx.set_materialize_grads(False)


def _gradients(ctx: Any, run: Any, dy: Tensor | None, dh_last: Tensor | None, _: Tensor | None) -> tuple[Any, ...]:
    x, dt, A, B, C, D, W, mask, checkpoints = ctx.saved_tensors
    if dy is None and dh_last is None:
        return (None,) * 10
    dy = torch.zeros_like(x) if dy is None else dy
    needed = ctx.needs_input_grad
    found = run(dy, dh_last, x, dt, A, B, C, D, W, mask, checkpoints, needed[6], needed[7])
    return (*(g if need else None for g, need in zip(found, needed[:8], strict=True)), None, None)


_operator = differentiable(
    "coupled_scan_triton",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    keep=_keep,
    gradients=_gradients,
    refused=refusals(
        "coupled_scan: backend 'triton'",
        "Call coupled_scan(..., backend='reference'), which can be differentiated any number of times, either way.",
        forward=False,
    ),
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
    """Run the coupled scan on an NVIDIA GPU, with a first derivative.

    Parameters and meaning are those of `mmkernels.coupled_scan`; nothing is checked here. float16 and bfloat16 are
    computed in float32 and rounded at the end.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), the state after the last step.
    """
    save = torch.jit.is_tracing() or (
        torch.is_grad_enabled() and any(v is not None and v.requires_grad for v in (x, dt, A, B, C, D, W, h0))
    )
    y, h_last, _ = _operator(x, dt, A, B, C, D, W, h0, mask, save)
    return y, h_last
