"""Coupled selective scan (README: scan.md beside this file): signature, argument checks, backends."""

from typing import Literal, overload

import torch
from torch import Tensor

from mmkernels.availability import against_numba, against_triton
from mmkernels.dispatch import Backend, choose, register_backend
from mmkernels.peers import mamba_ssm
from mmkernels.reference.scan import coupled_scan_reference
from mmkernels.scan_autograd import coupled_scan_numba, coupled_scan_triton

__all__ = ["check", "coupled_scan"]


def _fail(name: str, expected: str, seen: str, remedy: str) -> None:
    raise ValueError(f"coupled_scan: {name} must be {expected}; it is {seen}. {remedy}")


def _check_shape(name: str, values: Tensor, symbols: str, sizes: tuple[int, ...], remedy: str) -> None:
    if tuple(values.shape) != sizes:
        expected = f"{symbols} = {sizes}"
        _fail(name, f"of shape {expected}", f"{tuple(values.shape)}", remedy)


def _check_kind(name: str, values: object, like: Tensor) -> None:
    if not isinstance(values, Tensor):
        raise TypeError(
            f"coupled_scan: {name} must be a torch.Tensor; it is a {type(values).__name__}. "
            f"Convert it, for example with torch.as_tensor({name}, dtype=x.dtype)."
        )
    if values.dtype != like.dtype:
        _fail(name, f"{like.dtype}, the dtype of x", f"{values.dtype}", f"Pass {name}.to(x.dtype).")
    if values.device != like.device:
        _fail(name, f"on {like.device}, the device of x", f"on {values.device}", f"Pass {name}.to(x.device).")


def _check_x(x: object) -> Tensor:
    if not isinstance(x, Tensor):
        raise TypeError(f"coupled_scan: x must be a torch.Tensor; it is a {type(x).__name__}. Pass torch.as_tensor(x).")
    if not x.is_floating_point():
        _fail("x", "of a floating-point dtype", f"{x.dtype}", "Pass x.float().")
    if x.ndim != 4:
        _fail(
            "x",
            "of shape (M, B, L, E): modality, batch, time, channel",
            f"of {x.ndim} dimensions {tuple(x.shape)}",
            "For one modality pass x.unsqueeze(0).",
        )
    if x.shape[0] == 0:
        _fail("x", "of shape (M, B, L, E) with M >= 1", f"{tuple(x.shape)}", "Pass at least one modality.")
    return x


def check_arguments(
    x: object,
    tensors: dict[str, Tensor | None],
    *,
    h0: Tensor | None,
    mask: Tensor | None,
) -> None:
    """Check types, dtypes, devices and shapes of the arguments of `mmkernels.coupled_scan`.

    Parameters
    ----------
    x
        (M, B, L, E).
    tensors
        The arguments dt, A, B, C, D, W by name; D and W may be None.
    h0, mask
        (M, B, E, N) of the dtype of x, and (M, B, L) of dtype bool; each may be None.

    Raises
    ------
    TypeError
        If an argument is not a tensor.
    ValueError
        If a dtype, a device or a shape disagrees; the message names argument, expectation, value and remedy.
    """
    x = _check_x(x)
    for name, values in {**tensors, "h0": h0}.items():
        if values is not None or name in ("dt", "A", "B", "C"):
            _check_kind(name, values, x)
    n_modality, n_batch, n_time, n_channel = x.shape
    A = tensors["A"]
    n_rate = A.shape[-1] if A is not None and A.ndim == 3 else -1
    if n_rate < 0:
        seen = None if A is None else tuple(A.shape)
        _fail("A", f"of shape (M, E, N) = ({n_modality}, {n_channel}, N)", f"{seen}", "Pass one row per channel.")
    B = tensors["B"]
    n_state = B.shape[-1] if n_rate == 1 and B is not None and B.ndim else n_rate
    wanted = {
        "dt": ("(M, B, L, E)", (n_modality, n_batch, n_time, n_channel), "It has the shape of x."),
        "A": ("(M, E, N)", (n_modality, n_channel, n_rate), "M and E come from x."),
        "B": ("(M, B, L, N)", (n_modality, n_batch, n_time, n_state), "M, B, L come from x, N from A."),
        "C": ("(M, B, L, N)", (n_modality, n_batch, n_time, n_state), "M, B, L come from x, N from A."),
        "D": ("(M, E)", (n_modality, n_channel), "M and E come from x."),
        "h0": ("(M, B, E, N)", (n_modality, n_batch, n_channel, n_state), "M, B, E come from x, N from A."),
    }
    for name, (symbols, sizes, remedy) in wanted.items():
        given = h0 if name == "h0" else tensors[name]
        if given is not None:
            _check_shape(name, given, symbols, sizes, remedy)
    _check_coupling(tensors["W"], n_modality, n_batch)
    _check_mask(mask, x)


def _check_coupling(W: Tensor | None, n_modality: int, n_batch: int) -> None:
    if W is None or tuple(W.shape) in ((n_modality, n_modality), (n_batch, n_modality, n_modality)):
        return
    _fail(
        "W",
        f"of shape (M, M) = {(n_modality, n_modality)} or (B, M, M) = {(n_batch, n_modality, n_modality)}",
        f"{tuple(W.shape)}",
        "Row m holds the coupling weights of target modality m; pass None for the mean.",
    )


def _check_mask(mask: object, x: Tensor) -> None:
    if mask is None:
        return
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        seen = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        _fail("mask", "a tensor of dtype torch.bool, True at real steps", f"{seen}", "Pass mask.bool(), or None.")
        return
    _check_shape("mask", mask, "(M, B, L)", tuple(x.shape[:3]), "M, B, L come from x; True is a real step.")
    if mask.device != x.device:
        _fail("mask", f"on {x.device}, the device of x", f"on {mask.device}", "Pass mask.to(x.device).")


def _require(name: str, values: Tensor, holds: Tensor, claim: str, remedy: str) -> None:
    """Raise with the first offending index and value unless `holds` everywhere."""
    if bool(holds.all()):
        return
    wrong = torch.nonzero(~holds)
    index = tuple(int(i) for i in wrong[0])
    raise ValueError(
        f"coupled_scan: {name} must be {claim}; {len(wrong)} of {values.numel()} values are not, the first at "
        f"index {index}: {values[index].item()!r}. {remedy}"
    )


def check(
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
) -> None:
    """Check the values of the arguments of `coupled_scan`; every value is read once.

    Parameters
    ----------
    x, dt, A, B, C, D, W, h0, mask
        As in `mmkernels.coupled_scan`. Masked steps of x, dt, B and C are not read.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device or shape disagrees; if a value is not finite; if a decay rate A is not
        negative (the state would grow); if a step dt is negative. The message names the argument, the first
        offending index, the value there, and what to do.
    """
    named = {"dt": dt, "A": A, "B": B, "C": C, "D": D, "W": W}
    check_arguments(x, named, h0=h0, mask=mask)
    for name, values in {"x": x, **named, "h0": h0}.items():
        if values is None:
            continue
        finite = torch.isfinite(values)
        if mask is not None and name in ("x", "dt", "B", "C"):
            finite = finite | ~mask.unsqueeze(-1)
        _require(name, values, finite, "finite", "Repair the data, or pass mask=False at these steps.")
    _require("A", A, A < 0, "negative (a decay rate)", "Pass for example -torch.exp(A_log).")
    positive = dt >= 0 if mask is None else (dt >= 0) | ~mask.unsqueeze(-1)
    _require("dt", dt, positive, ">= 0 (a step size)", "Pass for example torch.nn.functional.softplus(dt).")


def _against_automatic_triton(first: Tensor) -> str | None:
    return None if first.is_cuda else "triton's interpreter is for tests; pass backend='triton'"


register_backend(
    "coupled_scan",
    Backend("numba", coupled_scan_numba, against_numba("mmkernels.cpu.scan", "x"), skips_state=True),
)
register_backend(
    "coupled_scan",
    Backend(
        "triton",
        coupled_scan_triton,
        against_triton("x", torch.float32, torch.float64, torch.bfloat16, torch.float16),
        reason_against_auto=_against_automatic_triton,
    ),
)
register_backend("coupled_scan", Backend("reference", coupled_scan_reference))
# A peer to compare with. After the reference, which always runs: "auto" never reaches it.
register_backend(
    "coupled_scan",
    Backend(
        "mamba_ssm",
        mamba_ssm.coupled_scan_mamba_ssm,
        mamba_ssm.against,
        mamba_ssm.against_call,
        mamba_ssm.note,
    ),
)


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
    """Compute the coupled selective scan of M modalities: output y, and with ``return_state`` the last hidden state.

    h[m,t] = exp(dt[m,t] A[m]) * sum_n W[m,n] h[n,t-1] + dt[m,t] B[m,t] x[m,t]
    y[m,t] = sum_N C[m,t] h[m,t] + D[m] x[m,t]

    Parameters
    ----------
    x
        (M, B, L, E), input: modality, batch, time, channel. float32 or float64 (`triton`: also bfloat16 and float16,
        with float32 states; `reference`: any float dtype).
    dt
        (M, B, L, E), step size, >= 0, dimensionless. 0: no decay, no input.
    A
        (M, E, N), decay rate per unit of dt, < 0. (M, E, 1) with N > 1 states: one rate for all states of a channel, as in the heads
        of Mamba-2 [3]_; `numba` then computes each exponential once per channel instead of once per state (M = 1, without mask).
    B, C
        (M, B, L, N), input and output projections of the states.
    D
        (M, E), direct path from x to y. None: no direct path.
    W
        (M, M), or (B, M, M) for one coupling per batch element: coupling weights, row = target,
        column = source. None is the mean, 1 / M everywhere. The identity is M independent streams; with a row that
        sums (in absolute value) to more than 1 the states may grow without bound.
    h0
        (M, B, E, N), state before the first step. None: zero.
    mask
        (M, B, L) of dtype bool, True at real steps. Where it is False modality m *holds*: h[m,t] = h[m,t-1],
        y[m,t] = 0, and x, dt, B, C there are never read (they may be NaN; their gradients are exactly
        0). The others still receive the held state.
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
    float32, here as elsewhere, a state that decays over thousands of exactly equal steps repeats one rounding of its
    decay at each of them: use float64 for such data.
    A W that is the same positive number everywhere (None; on the CPU also a tensor that needs no gradient) runs
    with one shared state where there is no mask. Results do not depend on the number of threads.

    References
    ----------
    .. [1] A. Gu, T. Dao, *Mamba: Linear-Time Sequence Modeling with Selective State Spaces*, arXiv:2312.00752,
       Algorithm 2 (this operator with M = 1).
    .. [2] *Coupled Mamba: Enhanced Multi-modal Fusion with Coupled State Space Model*, arXiv:2405.18014, eq. 6
       and 10, Algorithm 1; W = 1 everywhere is eq. 6, W = 1 / M is eq. 9 with G = I / M.
    .. [3] T. Dao, A. Gu, *Transformers are SSMs*, arXiv:2405.21060: A is a scalar times the identity in every head.

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
    if A.shape[-1] != B.shape[-1] and chosen.name != "numba":
        A = A.expand(-1, -1, B.shape[-1])
    y, h_last = chosen.run(x, dt, A, B, C, D, W, h0=h0, mask=mask, **options)
    return (y, h_last) if return_state else y
