"""Says what is wrong with the arguments of a scan: type, dtype, device and shape, before anything runs."""

import torch
from torch import Tensor


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
    n_state = A.shape[-1] if A is not None and A.ndim == 3 else -1
    if n_state < 0:
        seen = None if A is None else tuple(A.shape)
        _fail("A", f"of shape (M, E, N) = ({n_modality}, {n_channel}, N)", f"{seen}", "Pass one row per channel.")
    wanted = {
        "dt": ("(M, B, L, E)", (n_modality, n_batch, n_time, n_channel), "It has the shape of x."),
        "A": ("(M, E, N)", (n_modality, n_channel, n_state), "M and E come from x."),
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
        "Row m holds what modality m hears of each modality; pass None for the mean.",
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
