"""The operator: one tensor gated by another."""

from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.gate import backends as _  # noqa: F401 - registers the backends


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
