"""The median heuristic: how far apart points usually are, as the bandwidth of a Gaussian kernel."""

import torch
from torch import Tensor

from mmkernels.mmd.sets import Sets, two_sets, unscaled
from mmkernels.transforms import values_are_readable

BLOCK_DISTANCES = 2**22  # distances held at a time


def _sample(points: Tensor, real: Tensor, max_points: int) -> tuple[Tensor, Tensor]:
    """Return at most `max_points` real points of every set, evenly spaced in their order, and which are real."""
    n_kept = min(max_points, points.shape[1])
    count = real.sum(1, keepdim=True)
    first_real = torch.argsort(~real, dim=1, stable=True)
    steps = torch.arange(n_kept, device=points.device)
    spaced = torch.where(count > n_kept, steps * count // n_kept, steps)
    kept = first_real.gather(1, spaced)
    chosen = points.gather(1, kept.unsqueeze(-1).expand(-1, -1, points.shape[-1]))
    return chosen, steps < count


def pooled_median(x: Sets, y: Sets, max_points: int) -> Tensor:
    """Return the bandwidth (P,) of every pair of checked sets; `median_bandwidth` explains it."""
    points = torch.cat([x.points.detach(), y.points.detach()], dim=1)
    points, real = _sample(points, torch.cat([x.real, y.real], dim=1), max_points)
    n_point = points.shape[1]
    rows, columns = torch.triu_indices(n_point, n_point, 1, device=points.device)
    found = []
    n_set = max(1, BLOCK_DISTANCES // n_point**2)
    for some, some_real in zip(points.split(n_set), real.split(n_set), strict=True):
        distances = torch.cdist(some, some, compute_mode="donot_use_mm_for_euclid_dist")[:, rows, columns]
        pairs = some_real[:, rows] & some_real[:, columns]
        distances = torch.where(pairs, distances, torch.nan)
        median = distances.nanmedian(dim=1).values
        if not values_are_readable() or not bool((median > 0).all()):
            apart = torch.where(distances > 0, distances, torch.nan).nanmedian(dim=1).values
            median = torch.where(median > 0, median, apart.nan_to_num(nan=1.0))
        found.append(median)
    return torch.cat(found) if found else points.new_ones(0)


def median_bandwidth(
    x: Tensor,
    y: Tensor,
    *,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    max_points: int = 1000,
    check: bool = False,
) -> Tensor:
    """Return the median distance between the points of x and y together, for every pair of sets.

    Parameters
    ----------
    x, y, mask_x, mask_y, check
        As in `mmd_squared`.
    max_points
        Points of a pair of sets, both together, whose distances are looked at. Where there are more, this many are
        taken, evenly spaced in their order, always the same.

    Returns
    -------
    Tensor
        (...), > 0, without gradient. The median is the lower of the two middle values; if it is 0 (more than half
        of the pairs coincide) it is taken over the distances that are not 0; if all are 0, it is 1, with which
        MMD² is 0 as it should be.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device, shape or `max_points` is wrong, or a set is empty.

    References
    ----------
    A. Gretton et al., *A Kernel Two-Sample Test*, JMLR 13 (2012), section 8: the median distance between points in
    the aggregate sample. What is done where it is 0 is our rule.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import median_bandwidth
    >>> median_bandwidth(torch.tensor([[0.0], [1.0]]), torch.tensor([[3.0]]))  # distances 1, 2, 3
    tensor(2.)
    """
    sets = two_sets("median_bandwidth", x, y, mask_x, mask_y, least=1, check=check)
    if isinstance(max_points, bool) or not isinstance(max_points, int) or max_points < 2:
        raise ValueError(f"median_bandwidth: max_points must be a whole number >= 2; it is {max_points!r}. Pass 1000.")
    near_x, near_y, factor = unscaled(*sets)
    median = pooled_median(near_x, near_y, max_points)
    return (median / factor).to(x.dtype).reshape(x.shape[:-2])
