"""Argument checks and defaults of the coupled influence map."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

REDUCTIONS = ("abs_mean", "norm", "none")


class Operator(NamedTuple):
    """The scan of one sample for the channels asked for, with nothing left out; masked steps are cleared."""

    dt: Tensor  # (M, L, E)
    A: Tensor  # (M, E, N)
    B: Tensor  # (M, L, N)
    C: Tensor  # (M, L, N)
    D: Tensor  # (M, E)
    W: Tensor  # (M, M)
    x: Tensor  # (M, L, E); ones where K itself is wanted
    mask: Tensor  # (M, L), bool


def _check_kinds(tensors: dict[str, Tensor | None], mask: Tensor | None) -> None:
    dt = tensors["dt"]
    for name, values in {**tensors, "mask": mask}.items():
        if values is None and name not in ("dt", "A", "B", "C"):
            continue
        if not isinstance(values, Tensor):
            raise TypeError(
                f"coupled_influence: {name} must be a torch.Tensor; it is a {type(values).__name__}. "
                f"Convert it, for example with torch.as_tensor({name})."
            )
        wanted = torch.bool if name == "mask" else dt.dtype if isinstance(dt, Tensor) else None
        if values.dtype != wanted or not (name == "mask" or values.is_floating_point()):
            expected = "torch.bool, True at real steps" if name == "mask" else "a float dtype, that of dt"
            raise TypeError(f"coupled_influence: {name} must be of {expected}; it is {values.dtype}. Convert it.")
        if isinstance(dt, Tensor) and values.device != dt.device:
            raise ValueError(
                f"coupled_influence: {name} must be on {dt.device}, the device of dt; it is on {values.device}. "
                f"Pass {name}.to(dt.device)."
            )


def _check_shapes(tensors: dict[str, Tensor | None], mask: Tensor | None) -> None:
    dt, A = tensors["dt"], tensors["A"]
    if dt is None or dt.ndim != 3 or 0 in (dt.shape[0], dt.shape[2]):
        raise ValueError(
            "coupled_influence: dt must be of shape (M, L, E), modality, time, channel, with M >= 1 and E >= 1; it is "
            f"{None if dt is None else tuple(dt.shape)}. Pass one sample, for example dt[:, b] of a batch."
        )
    n_modality, n_time, n_channel = dt.shape
    n_state = A.shape[-1] if A is not None and A.ndim == 3 else -1
    wanted = {
        "A": ("(M, E, N)", (n_modality, n_channel, n_state)),
        "B": ("(M, L, N)", (n_modality, n_time, n_state)),
        "C": ("(M, L, N)", (n_modality, n_time, n_state)),
        "D": ("(M, E)", (n_modality, n_channel)),
        "W": ("(M, M)", (n_modality, n_modality)),
        "x": ("(M, L, E)", (n_modality, n_time, n_channel)),
        "h0": ("(M, E, N)", (n_modality, n_channel, n_state)),
        "mask": ("(M, L)", (n_modality, n_time)),
    }
    for name, (symbols, sizes) in wanted.items():
        values = {**tensors, "mask": mask}[name]
        if values is not None and tuple(values.shape) != sizes:
            raise ValueError(
                f"coupled_influence: {name} must be of shape {symbols} = {sizes}; it is {tuple(values.shape)}. "
                "M, L, E come from dt, N from A; there is no batch axis: pass one sample."
            )


def chosen_channels(channels: Sequence[int] | None, n_channel: int) -> list[int]:
    """Return the channels asked for, all of them for None.

    Raises
    ------
    ValueError
        If there is none, or one is out of range.
    """
    chosen = list(range(n_channel)) if channels is None else [int(e) for e in channels]
    for i, e in enumerate(chosen):
        if not 0 <= e < n_channel:
            raise ValueError(
                f"coupled_influence: channels[{i}] must be from 0 to {n_channel - 1}; it is {e}. dt has {n_channel} "
                "channels."
            )
    if not chosen:
        raise ValueError("coupled_influence: channels must name at least one channel; it is empty. Pass None for all.")
    return chosen


def check_size(dt: Tensor, n_chosen: int, reduce: str, bin_steps: int, limit_bytes: int) -> None:
    """Raise ValueError if the map would take more than `limit_bytes`, or an option has no meaning."""
    if reduce not in REDUCTIONS:
        raise ValueError(f"coupled_influence: reduce must be one of {REDUCTIONS}; it is {reduce!r}.")
    if isinstance(bin_steps, bool) or not isinstance(bin_steps, int) or bin_steps < 1:
        raise ValueError(f"coupled_influence: bin_steps must be a whole number >= 1; it is {bin_steps!r}. Pass 1.")
    n_bin = math.ceil(dt.shape[1] / bin_steps)
    n_map = n_chosen if reduce == "none" else 1
    size = (dt.shape[0] * n_bin) ** 2 * n_map * dt.element_size()
    if size > limit_bytes:
        raise ValueError(
            f"coupled_influence: the map would take {size / 2**20:.0f} MiB, (M * bins)² = ({dt.shape[0]} * {n_bin})² "
            f"values for {n_map} map(s), more than limit_bytes = {limit_bytes / 2**20:.0f} MiB. Pass a larger bin_steps "
            "(a mean over that many steps), fewer channels, reduce='abs_mean' or a larger limit_bytes."
        )


def one_operator(
    tensors: dict[str, Tensor | None], mask: Tensor | None, channels: Sequence[int] | None
) -> tuple[Operator, Tensor | None]:
    """Check the tensors of an influence map by name; return the operator and h0, for the channels asked for.

    Parameters
    ----------
    tensors
        dt, A, B, C, D, W, x and h0; the last four may be None.
    mask, channels
        As in `mmkernels.coupled_influence`.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device, shape or channel is wrong.
    """
    _check_kinds(tensors, mask)
    _check_shapes(tensors, mask)
    dt, A, B, C, D, W, x, h0 = (None if v is None else v.detach() for v in tensors.values())
    if dt is None or A is None or B is None or C is None:  # never: _check_kinds has refused it
        raise TypeError("coupled_influence: dt, A, B and C must be given.")
    n_modality, _, n_channel = dt.shape
    pick = torch.tensor(chosen_channels(channels, n_channel), device=dt.device)
    D = dt.new_zeros((n_modality, n_channel)) if D is None else D
    W = dt.new_full((n_modality, n_modality), 1.0 / n_modality) if W is None else W
    x = torch.ones_like(dt) if x is None else x
    real = torch.ones(dt.shape[:2], dtype=torch.bool, device=dt.device) if mask is None else mask
    dt, x, B, C = (torch.where(real.unsqueeze(-1), v, torch.zeros_like(v)) for v in (dt, x, B, C))
    op = Operator(dt[:, :, pick], A[:, pick], B, C, D[:, pick], W, x[:, :, pick], real)
    return op, (None if h0 is None else h0[:, pick])
