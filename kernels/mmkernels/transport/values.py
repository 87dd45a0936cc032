"""The opt-in check of the values given to a plan; the plans themselves look only at shapes, masks and marginals."""

import torch
from torch import Tensor

from mmkernels.transport.arguments import Arguments, check_arguments


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
