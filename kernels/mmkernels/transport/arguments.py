"""Argument checks of the transport operators: shapes, masks, marginals, costs."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels.transforms import values_are_readable

SAME_MASS = 1e-5  # relative; weights rounded to float32 differ by less


class Arguments(NamedTuple):
    """Checked arguments: cost (B, n, m), marginals a (B, n) and b (B, m), 0 at padding, and the masks."""

    cost: Tensor
    a: Tensor
    b: Tensor
    mask_x: Tensor | None
    mask_y: Tensor | None


def fail(operator: str, name: str, expected: str, seen: object, remedy: str) -> None:
    """Raise ValueError: what, where, the value seen, what to do."""
    raise ValueError(f"{operator}: {name} must be {expected}; it is {seen}. {remedy}")


def _tensor(operator: str, name: str, values: object) -> Tensor:
    if not isinstance(values, Tensor):
        raise TypeError(
            f"{operator}: {name} must be a torch.Tensor; it is a {type(values).__name__}. Pass torch.as_tensor({name})."
        )
    return values


def check_floats(operator: str, name: str, values: object, symbols: str) -> Tensor:
    """Return `values` if it is a float32 or float64 tensor of three dimensions, none of the last two empty."""
    tensor = _tensor(operator, name, values)
    if tensor.dtype not in (torch.float32, torch.float64):
        fail(operator, name, "of dtype float32 or float64", tensor.dtype, f"Pass {name}.float().")
    if tensor.ndim != 3:
        remedy = f"For one problem pass {name}.unsqueeze(0)."
        fail(operator, name, f"of shape {symbols}", f"of {tensor.ndim} dimensions {tuple(tensor.shape)}", remedy)
    if 0 in tensor.shape[1:]:
        remedy = "A side without entries has no plan: leave such problems out."
        fail(operator, name, f"of shape {symbols} with no empty side", f"of shape {tuple(tensor.shape)}", remedy)
    return tensor


def _like(operator: str, name: str, values: object, shape: tuple[int, int], symbols: str, like: Tensor) -> Tensor:
    tensor = _tensor(operator, name, values)
    if tuple(tensor.shape) != shape:
        fail(operator, name, f"of shape {symbols} = {shape}", f"of shape {tuple(tensor.shape)}", "Sizes: see the cost.")
    if tensor.device != like.device:
        fail(operator, name, f"on {like.device}, as the cost", f"on {tensor.device}", f"Pass {name}.to(cost.device).")
    return tensor


def _mask(operator: str, name: str, mask: object, shape: tuple[int, int], like: Tensor) -> Tensor | None:
    if mask is None:
        return None
    tensor = _like(operator, name, mask, shape, "(B, n)" if name == "mask_x" else "(B, m)", like)
    if tensor.dtype != torch.bool:
        fail(operator, name, "of dtype torch.bool, True where real", tensor.dtype, f"Pass {name}.bool().")
    return tensor


def check_masks(
    operator: str, mask_x: object, mask_y: object, shapes: tuple[tuple[int, int], tuple[int, int]], like: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    """Return the masks if shape, dtype and device are right and no problem is all padding."""
    found = []
    for name, mask, shape in (("mask_x", mask_x, shapes[0]), ("mask_y", mask_y, shapes[1])):
        checked = _mask(operator, name, mask, shape, like)
        found.append(checked)
        if checked is None or not values_are_readable():
            continue
        empty = ~checked.any(1)
        if bool(empty.any()):
            index = int(empty.nonzero()[0])
            remedy = "A side without real entries has no plan: leave such problems out."
            fail(operator, name, "True at least once for each problem", f"all padding at batch index {index}", remedy)
    return found[0], found[1]


def _marginal(
    operator: str, name: str, given: object, mask: Tensor | None, shape: tuple[int, int], like: Tensor
) -> Tensor:
    if given is None:
        if mask is None:
            return like.new_full(shape, 1.0 / shape[1])
        return mask.to(like.dtype) / mask.sum(1, keepdim=True).clamp_min(1).to(like.dtype)
    tensor = _like(operator, name, given, shape, "(B, n)" if name == "a" else "(B, m)", like)
    if tensor.dtype != like.dtype:
        fail(operator, name, f"of dtype {like.dtype}, as the cost", tensor.dtype, f"Pass {name}.to(cost.dtype).")
    if mask is not None:
        tensor = torch.where(mask, tensor, torch.zeros_like(tensor))
    if not values_are_readable():
        return tensor
    bad = ~(tensor >= 0) | torch.isinf(tensor)
    if bool(bad.any()):
        index = tuple(int(i) for i in bad.nonzero()[0])
        remedy = "Weights are masses: pass softmax(...) or counts / counts.sum()."
        fail(operator, name, "finite and >= 0", f"{tensor[index].item()!r} at index {index}", remedy)
    if bool((tensor.sum(1) <= 0).any()):
        index = (int((tensor.sum(1) <= 0).nonzero()[0]),)
        fail(operator, name, "of positive mass for each problem", f"all 0 at batch index {index[0]}", "Leave it out.")
    return tensor


def marginals(
    operator: str,
    given: tuple[object, object],
    masks: tuple[Tensor | None, Tensor | None],
    like: Tensor,
    shapes: tuple[tuple[int, int], tuple[int, int]],
    *,
    equal_mass: bool,
) -> tuple[Tensor, Tensor]:
    """Return the marginals, uniform over the real entries where not given, 0 at padding."""
    a = _marginal(operator, "a", given[0], masks[0], shapes[0], like)
    b = _marginal(operator, "b", given[1], masks[1], shapes[1], like)
    if not equal_mass or (given[0] is None and given[1] is None) or not values_are_readable():
        return a, b
    left, right = a.detach().double().sum(1), b.detach().double().sum(1)
    bad = (left - right).abs() > SAME_MASS * torch.maximum(left, right)
    if bool(bad.any()):
        index = int(bad.nonzero()[0])
        raise ValueError(
            f"{operator}: a and b must have the same mass; at batch index {index} they have {left[index].item()!r} and "
            f"{right[index].item()!r}. Normalise both, or use unbalanced_plan."
        )
    return a, b


def check_arguments(
    operator: str, cost: object, mask_x: object, mask_y: object, a: object, b: object, *, equal_mass: bool = True
) -> Arguments:
    """Check the arguments that all plans share.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device or shape disagrees; if a side is empty or all padding; if a marginal is
        negative, not finite, without mass, or (``equal_mass``) of another mass than its partner. While
        torch.compile or another tracer records, and under torch.vmap, values (padding and marginals) are not looked at.
    """
    tensor = check_floats(operator, "cost", cost, "(B, n, m)")
    n_batch, n, m = tensor.shape
    shapes = ((n_batch, n), (n_batch, m))
    masks = check_masks(operator, mask_x, mask_y, shapes, tensor)
    left, right = marginals(operator, (a, b), masks, tensor, shapes, equal_mass=equal_mass)
    return Arguments(tensor, left, right, *masks)


def positive(operator: str, name: str, value: float, remedy: str) -> float:
    """Return a number that is finite and above 0."""
    if isinstance(value, Tensor) or not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"{operator}: {name} must be a number; it is a {type(value).__name__}. {remedy}")
    if not (value > 0 and math.isfinite(value)):
        fail(operator, name, "finite and > 0", repr(value), remedy)
    return float(value)


def check_cost(operator: str, given: Arguments, *, forbidden_pairs: bool) -> None:
    """Raise ValueError unless each real cost is finite (or +inf, where pairs may be forbidden)."""
    cost, _, _, mask_x, mask_y = given
    good = torch.isfinite(cost.detach())
    if forbidden_pairs:
        good = good | (cost.detach() == torch.inf)
    for mask, axis in ((mask_x, 2), (mask_y, 1)):
        if mask is not None:
            good = good | ~mask.unsqueeze(axis)
    if bool(good.all()):
        return
    wrong = torch.nonzero(~good)
    index = tuple(int(i) for i in wrong[0])
    expected = "a number or +inf (a forbidden pair)" if forbidden_pairs else "finite"
    raise ValueError(
        f"{operator}: cost must be {expected}; {len(wrong)} of {cost.numel()} values are not, the first at index "
        f"{index}: {cost[index].item()!r}. Repair the data, or mask these entries."
    )


def check_transport(
    cost: Tensor,
    *,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    a: Tensor | None = None,
    b: Tensor | None = None,
    equal_mass: bool = True,
    forbidden_pairs: bool = False,
) -> None:
    """Check that the arguments of a plan mean what they should; reads every value once.

    Parameters
    ----------
    cost, mask_x, mask_y, a, b
        As in `entropic_plan`. Padding is not looked at.
    equal_mass
        Whether a and b must have the same mass (all but `unbalanced_plan`).
    forbidden_pairs
        Whether a cost of +inf is meant.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device or shape disagrees, a side is empty, a marginal is not a mass, or a cost is not
        finite. The message names the argument, the first offending index, the value there, and what to do.
    """
    given = check_arguments("check_transport", cost, mask_x, mask_y, a, b, equal_mass=equal_mass)
    check_cost("check_transport", given, forbidden_pairs=forbidden_pairs)
