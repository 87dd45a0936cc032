"""The literal relaxed plan, twice: with a loop over rows, and for the whole batch at once."""

import torch
from torch import Tensor

from mmkernels.transforms import values_are_readable


def relaxed_reference(cost: Tensor, a: Tensor, mask_x: Tensor | None, mask_y: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return plan (B, n, m) and cost (B,), row by row; at once where nobody may look at the values."""
    if not values_are_readable():
        return relaxed_torch(cost, a, mask_x, mask_y)
    n_batch, n, m = cost.shape
    plan, spent = torch.zeros_like(cost).detach(), []
    for p in range(n_batch):
        columns = torch.arange(m, device=cost.device) if mask_y is None else mask_y[p].nonzero()[:, 0]
        total = cost.new_zeros(())
        for i in range(n):
            if mask_x is not None and not bool(mask_x[p, i]):
                continue
            nearest = int(columns[torch.argmin(cost[p, i, columns].detach())])
            plan[p, i, nearest] = a[p, i].detach()
            total = total + a[p, i] * cost[p, i, nearest]
        spent.append(total)
    return plan, torch.stack(spent) if spent else cost.new_zeros(0)


def relaxed_torch(cost: Tensor, a: Tensor, mask_x: Tensor | None, mask_y: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return plan (B, n, m) and cost (B,), for the whole batch at once."""
    if mask_y is not None:
        cost = cost.masked_fill(~mask_y[:, None, :], torch.inf)
    nearest = cost.detach().argmin(dim=2, keepdim=True)
    least = torch.gather(cost, 2, nearest).squeeze(2)
    if mask_x is not None:
        least = torch.where(mask_x, least, torch.zeros_like(least))
    plan = torch.zeros_like(cost).detach().scatter(2, nearest, a.detach().unsqueeze(2))
    return plan, (a * least).sum(1)
