"""The operator: state chains of M modalities, coupled at every step."""

from typing import Literal, overload

from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.scan import backends as _  # noqa: F401 - registers the backends
from mmkernels.scan.shapes import check_arguments


@overload
def coupled_scan(
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
    return_state: Literal[False] = False,
    backend: str = "auto",
) -> Tensor: ...
@overload
def coupled_scan(
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
    return_state: Literal[True],
    backend: str = "auto",
) -> tuple[Tensor, Tensor]: ...
@overload
def coupled_scan(
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
    return_state: bool,
    backend: str = "auto",
) -> Tensor | tuple[Tensor, Tensor]: ...


def coupled_scan(
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
    return_state: bool = False,
    backend: str = "auto",
) -> Tensor | tuple[Tensor, Tensor]:
    """Run M selective state chains that hear each other at every step.

    h[m,t] = exp(dt[m,t] A[m]) * sum_n W[m,n] h[n,t-1] + dt[m,t] B[m,t] x[m,t]
    y[m,t] = sum_N C[m,t] h[m,t] + D[m] x[m,t]

    Parameters
    ----------
    x
        (M, B, L, E), input: modality, batch, time, channel. float32 or float64 (`triton`: also bfloat16 and float16,
        with float32 states; `reference`: any float dtype).
    dt
        (M, B, L, E), step size, >= 0, dimensionless. 0 decays nothing and adds nothing.
    A
        (M, E, N), decay rate per unit of dt, < 0.
    B, C
        (M, B, L, N), how the input enters the states and how the states reach the output.
    D
        (M, E), direct path from x to y. None: no direct path.
    W
        (M, M), or (B, M, M) for one coupling per batch element: row m holds what modality m hears of each
        modality's state. None is the mean, 1 / M everywhere. The identity is M independent chains; a row that
        sums (in absolute value) to more than 1 may make the states grow without bound.
    h0
        (M, B, E, N), state before the first step. None: zero.
    mask
        (M, B, L) of dtype bool, True at real steps. Where it is False modality m *holds*: h[m,t] = h[m,t-1],
        y[m,t] = 0, and x, dt, B, C there are never looked at (they may be NaN; their gradients are exactly
        0). The others go on hearing the held state.
    return_state
        Also return the state after the last step.
    backend
        "auto" (the best that can run), or a name: "numba" (CPU), "triton" (NVIDIA GPUs), "reference" (anywhere), or
        "mamba_ssm" (a peer to compare with, M = 1 only). See `backends` and `last_backend`.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), only with ``return_state=True``. Differentiable, as y is, with respect to every float
        argument.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a tensor, a dtype, device or shape disagrees, or no backend has that name.
        Values are not checked here; see `check`.
    BackendUnavailable
        If the named backend cannot run for these tensors; the message says why.

    Notes
    -----
    A is discretised exactly, B by Euler's rule, as in [1]_ and [2]_. Cost O(M (M + 1) B L E N) multiplications.
    `numba` and `triton` store one state per chunk of steps for the backward pass and never a tensor with time,
    channel and state axes; they agree with a float64 `reference` to 1e-12 (float64) and 1e-5 (float32) of the
    largest value, forward and backward (tests/kernels/test_scan_agreement.py), and have first derivatives only: `numba`
    reverse and forward (torch.func, forward_ad), `triton` reverse; others are refused. In
    float32, here as elsewhere, a state that fades over thousands of exactly equal steps repeats one rounding of its
    decay at each of them: such data want float64.
    A W that is the same positive number everywhere (None; on the CPU also a tensor that needs no gradient) runs
    as one chain where there is no mask. Results do not depend on the number of threads.

    References
    ----------
    .. [1] A. Gu, T. Dao, *Mamba: Linear-Time Sequence Modeling with Selective State Spaces*, arXiv:2312.00752,
       Algorithm 2 (this operator with M = 1).
    .. [2] *Coupled Mamba: Enhanced Multi-modal Fusion with Coupled State Space Model*, arXiv:2405.18014, eq. 6
       and 10, Algorithm 1; W = 1 everywhere is eq. 6, W = 1 / M is eq. 9 with G = I / M.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import coupled_scan
    >>> x = torch.ones(2, 1, 3, 1)  # two modalities, three steps, one channel
    >>> dt, A = torch.full_like(x, 0.5), torch.full((2, 1, 1), -1.0)
    >>> B = C = torch.ones(2, 1, 3, 1)
    >>> coupled_scan(x, dt, A, B, C)[0, 0, :, 0]
    tensor([0.5000, 0.8033, 0.9872])
    """
    check_arguments(x, {"dt": dt, "A": A, "B": B, "C": C, "D": D, "W": W}, h0=h0, mask=mask)
    chosen = choose("coupled_scan", backend, x, W=W, h0=h0, mask=mask)
    options = {"return_state": return_state} if chosen.skips_state else {}
    y, h_last = chosen.run(x, dt, A, B, C, D, W, h0=h0, mask=mask, **options)
    return (y, h_last) if return_state else y
