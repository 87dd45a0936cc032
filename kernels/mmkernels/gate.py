"""SiLU gate behind a selective scan: signature, argument checks, autograd, backends."""

from typing import Any

import torch
from torch import Tensor

from mmkernels.availability import against_numba
from mmkernels.dispatch import Backend, choose, register_backend
from mmkernels.reference.gate import silu_gate_reference
from mmkernels.torch_operator import differentiable, only_needed, refusals

__all__ = ["silu_gate"]


def _run(x: Tensor, z: Tensor) -> Tensor:
    from mmkernels.cpu import gate

    return gate.run_forward(x, z)


def _run_backward(dy: Tensor, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    from mmkernels.cpu import gate

    return gate.run_backward(dy, x, z)


def _fake(x: Tensor, z: Tensor) -> Tensor:
    return x.new_empty(x.shape)


def _fake_backward(dy: Tensor, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    return x.new_empty(x.shape), x.new_empty(x.shape)


def _save(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _gradients(ctx: Any, run: Any, dy: Tensor) -> tuple[Any, ...]:
    found = run(dy, *ctx.saved_tensors)
    return only_needed(ctx, found)


def _tangents(inputs: tuple[Any, ...], outputs: tuple[Any, ...], d_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, z = inputs
    dx, dz = d_inputs
    share = torch.sigmoid(z)
    moved = None if dx is None else dx * (z * share)
    if dz is not None:
        by_gate = dz * x * (share * (1.0 + z * (1.0 - share)))
        moved = by_gate if moved is None else moved + by_gate
    return (moved,)


silu_gate_numba = differentiable(
    "silu_gate",
    _run,
    _run_backward,
    fakes=(_fake, _fake_backward),
    save=_save,
    gradients=_gradients,
    refused=refusals(
        "silu_gate: backend 'numba'",
        "Call silu_gate(..., backend='reference'), which can be differentiated any number of times, either way.",
    ),
    tangents=_tangents,
)


register_backend("silu_gate", Backend("numba", silu_gate_numba, against_numba("mmkernels.cpu.gate", "x")))
register_backend("silu_gate", Backend("reference", silu_gate_reference))


def _check(x: Tensor, z: Tensor) -> None:
    for name, value in (("x", x), ("z", z)):
        if not isinstance(value, Tensor):
            raise TypeError(f"silu_gate: {name} is a {type(value).__name__}, not a tensor.")
    if z.dtype != x.dtype or z.device != x.device or not x.dtype.is_floating_point:
        raise TypeError(
            f"silu_gate: x and z are of one float dtype and on one device; x is {x.dtype} on {x.device} and z {z.dtype} "
            f"on {z.device}. Convert one of them."
        )
    if z.shape != x.shape:
        raise ValueError(f"silu_gate: x and z have one shape; x is {tuple(x.shape)} and z {tuple(z.shape)}.")


def silu_gate(x: Tensor, z: Tensor, *, backend: str = "auto") -> Tensor:
    """Gate the output of a selective scan: x z / (1 + exp(-z)), number by number.

    Parameters
    ----------
    x, z
        Any shape, the same for both: what is gated, and the gate before SiLU.
    backend
        "auto" (the best that can run), "numba" or "reference". See `backends` and `last_backend`.

    Returns
    -------
    y
        Of that shape, differentiable with respect to both; `numba` has first derivatives, reverse and forward; others
        are refused.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a tensor of a float dtype, or the two differ in dtype, device or shape.
    BackendUnavailable
        If the named backend cannot run for these tensors; the message says why.

    Notes
    -----
    `numba` goes once over the data each way and keeps nothing between; SiLU and product separately keep SiLU's result
    and go over the data five times.

    References
    ----------
    .. [1] A. Gu, T. Dao, *Mamba: Linear-Time Sequence Modeling with Selective State Spaces*, arXiv:2312.00752,
       Figure 3: the multiplicative gate behind the selective scan.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import silu_gate
    >>> silu_gate(torch.tensor([2.0, 2.0]), torch.tensor([0.0, 50.0]))
    tensor([  0., 100.])
    """
    _check(x, z)
    result: Tensor = choose("silu_gate", backend, x).run(x, z)
    return result
