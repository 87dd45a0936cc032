"""Causal depthwise convolution in front of a selective scan: signature, argument checks, autograd, backends."""

from typing import Any

import torch
from torch import Tensor

from mmkernels.availability import against_numba
from mmkernels.dispatch import Backend, choose, register_backend
from mmkernels.reference.conv import causal_conv_reference
from mmkernels.torch_operator import differentiable, only_needed, refusals

__all__ = ["causal_conv"]


def _run(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    from mmkernels.cpu import conv

    return conv.run_forward(x, weight, bias, activated)


def _run_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    from mmkernels.cpu import conv

    return conv.run_backward(dy, x, weight, bias, activated)


def _fake(x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool) -> Tensor:
    return x.new_empty(x.shape)


def _fake_backward(
    dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, activated: bool
) -> tuple[Tensor, Tensor, Tensor]:
    dx, d_weight, d_bias = (x.new_empty((0,) if v is None else v.shape) for v in (x, weight, bias))
    return dx, d_weight, d_bias


def _save(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    *tensors, ctx.activated = inputs
    ctx.save_for_backward(*tensors)


def _gradients(ctx: Any, run: Any, dy: Tensor) -> tuple[Any, ...]:
    found = run(dy, *ctx.saved_tensors, ctx.activated)
    return only_needed(ctx, found)


def _silu_slope(v: Tensor) -> Tensor:
    share = torch.sigmoid(v)
    return share * (1.0 + v * (1.0 - share))


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, weight, bias, activated = inputs
    dx, d_weight, d_bias, _ = d_inputs
    moved = None  # the convolution is linear in x and in (weight, bias)
    if dx is not None:
        moved = _operator(dx, weight, None, False)
    if d_weight is not None or d_bias is not None:
        by_weight = _operator(x, torch.zeros_like(weight) if d_weight is None else d_weight, d_bias, False)
        moved = by_weight if moved is None else moved + by_weight
    if activated and moved is not None:
        moved = moved * _silu_slope(_operator(x, weight, bias, False))
    return (moved,)


_operator = differentiable(
    "causal_conv",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    save=_save,
    gradients=_gradients,
    refused=refusals(
        "causal_conv: backend 'numba'",
        "Call causal_conv(..., backend='reference'), which can be differentiated any number of times, either way.",
    ),
    tangents=_tangents,
)


def causal_conv_numba(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """Convolve on the CPU, with a first derivative; parameters are those of `mmkernels.causal_conv`, unchecked."""
    y: Tensor = _operator(x, weight, bias, activation == "silu")
    return y


register_backend("causal_conv", Backend("numba", causal_conv_numba, against_numba("mmkernels.cpu.conv", "x")))
register_backend("causal_conv", Backend("reference", causal_conv_reference))


_LAYOUT = "causal_conv: x is (M, B, L, E), weight (M, E, taps), bias (M, E)"


def _check(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> None:
    given = {"x": x, "weight": weight, **({} if bias is None else {"bias": bias})}
    for name, value in given.items():
        if not isinstance(value, Tensor):
            raise TypeError(f"{_LAYOUT}; {name} is a {type(value).__name__}, not a tensor.")
        if value.dtype != x.dtype or value.device != x.device:
            raise TypeError(
                f"{_LAYOUT}, all of one dtype and device; x is {x.dtype} on {x.device} and {name} {value.dtype} "
                f"on {value.device}. Convert one of them."
            )
    if not x.dtype.is_floating_point:
        raise TypeError(f"{_LAYOUT} of a float dtype; x is {x.dtype}. Convert it.")
    if x.ndim != 4 or weight.ndim != 3 or weight.shape[:2] != (x.shape[0], x.shape[3]) or weight.shape[2] < 1:
        raise ValueError(f"{_LAYOUT} with at least one tap; x is {tuple(x.shape)} and weight {tuple(weight.shape)}.")
    if bias is not None and bias.shape != weight.shape[:2]:
        raise ValueError(f"{_LAYOUT}; bias is {tuple(bias.shape)} and weight {tuple(weight.shape)}.")
    if activation not in (None, "silu"):
        raise ValueError(f"causal_conv: activation={activation!r} is unknown. Pass None or 'silu'.")


def causal_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, *, activation: str | None = None, backend: str = "auto"
) -> Tensor:
    """Convolve every channel with its own taps over its own past, and optionally apply SiLU.

    y[m,b,t,e] = f(bias[m,e] + sum_k weight[m,e,taps-1-k] x[m,b,t-k,e]), what lies before the first step is 0

    Parameters
    ----------
    x
        (M, B, L, E), input: modality, batch, time, channel.
    weight
        (M, E, taps); the last tap meets the present step, as in `torch.nn.Conv1d`.
    bias
        (M, E). None: none.
    activation
        None for f(v) = v, "silu" for f(v) = v / (1 + exp(-v)).
    backend
        "auto" (the best that can run), "numba" or "reference". See `backends` and `last_backend`.

    Returns
    -------
    y
        (M, B, L, E), differentiable with respect to x, weight and bias; `numba` has first derivatives, reverse and
        forward; others are refused.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a tensor, a dtype, device or shape disagrees, or an option is unknown.
    BackendUnavailable
        If the named backend cannot run for these tensors; the message says why.

    Notes
    -----
    `numba` goes once over the data each way; convolution and SiLU separately in PyTorch go over it a dozen times.

    References
    ----------
    .. [1] A. Gu, T. Dao, *Mamba: Linear-Time Sequence Modeling with Selective State Spaces*, arXiv:2312.00752,
       Figure 3: the convolution and SiLU before the selective scan.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import causal_conv
    >>> x = torch.tensor([1.0, 0.0, 0.0, 2.0]).view(1, 1, 4, 1)
    >>> causal_conv(x, torch.tensor([[[0.25, 0.5]]])).flatten()
    tensor([0.5000, 0.2500, 0.0000, 1.0000])
    """
    _check(x, weight, bias, activation)
    result: Tensor = choose("causal_conv", backend, x).run(x, weight, bias, activation)
    return result
