"""The operator: every channel of every modality convolved over its own past."""

from torch import Tensor

from mmkernels.conv import backends as _  # noqa: F401 - registers the backends
from mmkernels.dispatch import choose

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
