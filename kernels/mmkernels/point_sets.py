"""Batches of point sets: checks, masks, and rescaling of extreme values."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels.transforms import values_are_readable

# The largest coordinate: beyond, sums of squared differences over- or underflow.
_ORDINARY = {torch.float32: (2.0**-40, 2.0**40), torch.float64: (2.0**-400, 2.0**400)}


class Sets(NamedTuple):
    """Point sets side by side; filler is cleared, so that nothing it holds can be seen."""

    points: Tensor  # (P, n, d)
    real: Tensor  # (P, n), bool
    n_real: Tensor  # (P,), in the dtype of the points


def _check_points(where: str, name: str, points: object) -> Tensor:
    if not isinstance(points, Tensor):
        raise TypeError(
            f"{where}: {name} must be a torch.Tensor; it is a {type(points).__name__}. Pass torch.as_tensor({name})."
        )
    if points.dtype not in (torch.float32, torch.float64):
        raise TypeError(f"{where}: {name} must be float32 or float64; it is {points.dtype}. Pass {name}.float().")
    if points.ndim < 2:
        raise ValueError(
            f"{where}: {name} must be of shape (..., points, features); it is {tuple(points.shape)}. "
            f"For one feature pass {name}.unsqueeze(-1)."
        )
    return points


def _check_mask(where: str, name: str, mask: object, points: Tensor) -> None:
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        seen = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(
            f"{where}: {name} must be a tensor of dtype torch.bool, True at real points; it is {seen}. "
            "Pass mask.bool(), or None."
        )
    if mask.shape != points.shape[:-1] or mask.device != points.device:
        raise ValueError(
            f"{where}: {name} must be of shape {tuple(points.shape[:-1])} on {points.device}, one entry per point; it "
            f"is {tuple(mask.shape)} on {mask.device}."
        )


def _check_values(where: str, name: str, points: Tensor) -> None:
    wrong = torch.nonzero(~torch.isfinite(points))
    if len(wrong):
        index = tuple(int(i) for i in wrong[0])
        raise ValueError(
            f"{where}: {name} must be finite; {len(wrong)} of {points.numel()} values are not, the first at index "
            f"{index}: {points[index].item()!r}. Repair the data, or mask these points."
        )


def _one(where: str, name: str, points: Tensor, mask: Tensor | None, least: int, check: bool) -> Sets:
    if mask is not None:
        _check_mask(where, f"mask_{name}", mask, points)
        points = torch.where(mask.unsqueeze(-1), points, torch.zeros_like(points))
    if check and values_are_readable():
        _check_values(where, name, points)
    real = torch.ones(points.shape[:-1], dtype=torch.bool, device=points.device) if mask is None else mask
    n_set = math.prod(points.shape[:-2])
    flat, real = points.reshape(n_set, *points.shape[-2:]), real.reshape(n_set, points.shape[-2])
    count = real.sum(1)
    if values_are_readable() and bool((count < least).any()):
        p = int(torch.nonzero(count < least)[0])
        why = "the unbiased estimate leaves out each point's pair with itself" if least == 2 else "it has no mean"
        raise ValueError(
            f"{where}: every set of {name} must hold at least {least} real point(s) ({why}); set {p} of {len(count)} "
            f"holds {int(count[p])}. Leave such sets out{', or pass unbiased=False' if least == 2 else ''}."
        )
    return Sets(flat, real, count.to(points.dtype))


def two_sets(
    where: str,
    x: Tensor,
    y: Tensor,
    mask_x: Tensor | None,
    mask_y: Tensor | None,
    *,
    least: int,
    check: bool,
) -> tuple[Sets, Sets]:
    """Check two batches of point sets and return them with one batch axis and cleared filler.

    Parameters
    ----------
    where
        Name of the calling function, for messages.
    x, y, mask_x, mask_y
        As in `mmkernels.mmd_squared`.
    least
        How many real points a set must hold.
    check
        Also check that real values are finite.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device or shape is wrong, or a set holds too few points.
    """
    x, y = _check_points(where, "x", x), _check_points(where, "y", y)
    if x.dtype != y.dtype or x.device != y.device:
        raise TypeError(
            f"{where}: x and y must have one dtype and device; they are {x.dtype} on {x.device} and {y.dtype} on "
            f"{y.device}. Pass y.to(x)."
        )
    if x.shape[:-2] != y.shape[:-2] or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"{where}: x and y must agree in all axes but the second last (the points); they are {tuple(x.shape)} and "
            f"{tuple(y.shape)}."
        )
    return _one(where, "x", x, mask_x, least, check), _one(where, "y", y, mask_y, least, check)


def unscaled(x: Sets, y: Sets) -> tuple[Sets, Sets, Tensor]:
    """Return the sets with points near 1 where squares of theirs would leave the range of numbers, and the factors (P,).

    A factor is a power of two and 1 for usual points, whose bits stay as they are.
    """
    spread = torch.maximum(_extent(x), _extent(y))
    low, high = _ORDINARY[x.points.dtype]
    usual = ((spread >= low) & (spread <= high)) | (spread == 0) | ~torch.isfinite(spread)
    if values_are_readable() and bool(usual.all()):
        return x, y, torch.ones_like(spread)
    factor = torch.where(usual, 1.0, torch.exp2(-torch.floor(torch.log2(torch.where(usual, 1.0, spread)))))
    near = tuple(s._replace(points=s.points * factor.to(s.points.dtype)[:, None, None]) for s in (x, y))
    return near[0], near[1], factor


def _extent(of: Sets) -> Tensor:
    points = of.points.detach()
    if not points.numel():
        return points.new_zeros(len(points)).double()
    return torch.linalg.vector_norm(points, float("inf"), dim=(1, 2)).double()
