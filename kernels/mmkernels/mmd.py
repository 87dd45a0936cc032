"""Maximum mean discrepancy between sets of points, and the median heuristic for its bandwidth (mathematics: mmd.md beside this file)."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mmkernels.dispatch import Backend, choose, register_backend
from mmkernels.point_sets import Sets, two_sets, unscaled
from mmkernels.torch_operator import refusals
from mmkernels.transforms import is_transformed, values_are_readable

__all__ = ["median_bandwidth", "mmd_squared"]


REFUSED = refusals(
    "mmd_squared: backend 'torch'",
    "Call mmd_squared(..., backend='reference'), which can be differentiated any number of times, either way.",
)
BLOCK_PAIRS = 2**18  # pairs of points whose kernel values are held at a time


def _bank(squared: Tensor, bandwidth: Tensor, factors: tuple[float, ...], slope: bool) -> tuple[Tensor, Tensor | None]:
    """Return k(s) = mean over f of exp(-s / (2 (f bandwidth)²)) of squared distances s, and dk/ds with `slope`."""
    scaled = squared * (-0.5 / bandwidth.square())[:, None, None]
    values, slopes = torch.zeros_like(scaled), torch.zeros_like(scaled) if slope else None
    for factor in factors:
        one = torch.exp(scaled / factor**2)
        values += one
        if slopes is not None:
            slopes.add_(one, alpha=1.0 / factor**2)
    if slopes is not None:
        slopes *= (-0.5 / (len(factors) * bandwidth.square()))[:, None, None]
    return values.div_(len(factors)), slopes


class _Gradients(torch.autograd.Function):
    """The gradients of the sum, which have no derivative of their own."""

    @staticmethod
    def forward(ctx: Any, from_outside: Tensor, x: Tensor, y: Tensor, *slopes: Tensor | None) -> Any:
        return tuple(None if g is None else g * from_outside[:, None, None] for g in slopes)

    @staticmethod
    def backward(ctx: Any, *from_outside: Tensor) -> Any:
        raise RuntimeError(REFUSED.second)


class _KernelSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, x_real: Tensor, y_real: Tensor, *options: Any) -> Tensor:
        bandwidth, factors, with_self = options
        slope = any(ctx.needs_input_grad[:2])
        total = torch.zeros_like(bandwidth)
        dx, dy = (torch.zeros_like(x), torch.zeros_like(y)) if slope else (None, None)
        center = y.mean(1, keepdim=True)  # products with the slopes lose digits far away from the origin
        near_x, near_y = (x - center, y - center) if slope else (x, y)
        size = max(1, BLOCK_PAIRS // max(1, x.shape[0] * y.shape[1]))
        for first in range(0, x.shape[1], size):
            here = slice(first, first + size)
            pairs = x_real[:, here].unsqueeze(2) & y_real.unsqueeze(1)
            if not with_self:
                pairs.diagonal(first, 1, 2).zero_()
            distances = torch.cdist(x[:, here], y, compute_mode="donot_use_mm_for_euclid_dist")
            values, slopes = _bank(distances.square_(), bandwidth, factors, slope)
            total += (values * pairs).sum((1, 2))
            if slopes is not None and dx is not None and dy is not None:
                # d|x_i - y_j|² = 2 (x_i - y_j) (dx_i - dy_j), so both gradients are products with the slopes.
                slopes *= 2 * pairs
                dx[:, here] = near_x[:, here] * slopes.sum(2, keepdim=True) - slopes @ near_y
                dy += near_y * slopes.sum(1).unsqueeze(2) - slopes.transpose(1, 2) @ near_x[:, here]
        ctx.save_for_backward(x, y, dx, dy)
        return total

    @staticmethod
    def backward(ctx: Any, *from_outside: Tensor) -> tuple[Any, ...]:
        if torch.is_grad_enabled():  # create_graph=True
            return (*_Gradients.apply(from_outside[0], *ctx.saved_tensors), *(None,) * 5)
        found = (None if g is None else g * from_outside[0][:, None, None] for g in ctx.saved_tensors[2:])
        return (*found, *(None,) * 5)


def sum_of_kernel(x: Sets, y: Sets, bandwidth: Tensor, factors: tuple[float, ...], *, with_self: bool) -> Tensor:
    """Return the sum of k(x_i, y_j) over all real pairs, (P,); without j = i unless `with_self`.

    Rows are taken in blocks. Distances are differences of points, not of squares, so that near pairs of far-away
    points keep their digits. Inside a transform of torch.func, or of forward-mode differentiation, all pairs exist at
    once, as in `sum_of_kernel_composed`.
    """
    if is_transformed() and not torch.compiler.is_compiling():
        return sum_of_kernel_composed(x, y, bandwidth, factors, with_self=with_self)
    total: Tensor = _KernelSum.apply(x.points, y.points, x.real, y.real, bandwidth, factors, with_self)
    return total


def sum_of_kernel_composed(
    x: Sets, y: Sets, bandwidth: Tensor, factors: tuple[float, ...], *, with_self: bool
) -> Tensor:
    """Return the same sum by operations that PyTorch differentiates any number of times; all pairs are in memory."""
    pairs = x.real.unsqueeze(2) & y.real.unsqueeze(1)
    if not with_self:
        pairs = pairs & ~torch.eye(x.real.shape[1], y.real.shape[1], dtype=torch.bool, device=pairs.device)
    squared = (x.points[:, :, None] - y.points[:, None]).square().sum(-1)
    scaled = squared * (-0.5 / bandwidth.square())[:, None, None]
    values = sum((torch.exp(scaled / factor**2) for factor in factors), torch.zeros_like(scaled)) / len(factors)
    return torch.where(pairs, values, 0.0).sum((1, 2))


register_backend("mmd_squared", Backend("torch", sum_of_kernel))
register_backend("mmd_squared", Backend("reference", sum_of_kernel_composed))


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
        Points of a pair of sets, both together, whose distances are computed. Where there are more, this many are
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


MEDIAN_POINTS = 1000


def _checked_factors(factors: Sequence[float]) -> tuple[float, ...]:
    chosen = tuple(float(factor) for factor in factors)
    if not chosen or not all(0.0 < factor < math.inf for factor in chosen):
        raise ValueError(f"mmd_squared: factors must be positive numbers, at least one; it is {chosen}. Pass (1.0,).")
    return chosen


def _checked_bandwidth(bandwidth: float | Tensor, x: Tensor) -> Tensor:
    """Return the given bandwidth, one per set, (P,)."""
    given = torch.as_tensor(bandwidth, dtype=x.dtype, device=x.device).detach()
    batch = x.shape[:-2]
    if given.ndim > 0 and given.shape != batch:
        raise ValueError(
            f"mmd_squared: bandwidth must be one number, or of shape {tuple(batch)}, one per pair of sets; it is "
            f"{tuple(given.shape)}. Pass None for the median heuristic."
        )
    if not values_are_readable():
        return given.expand(batch).reshape(math.prod(batch))
    wrong = given[~((given > 0) & torch.isfinite(given))]
    if len(wrong):
        raise ValueError(
            f"mmd_squared: bandwidth must be > 0 and finite; {len(wrong)} of {given.numel()} values are not, the first "
            f"is {wrong[0].item()!r}. Pass None for the median heuristic."
        )
    return given.expand(batch).reshape(math.prod(batch))


def mmd_squared(
    x: Tensor,
    y: Tensor,
    *,
    mask_x: Tensor | None = None,
    mask_y: Tensor | None = None,
    bandwidth: float | Tensor | None = None,
    factors: Sequence[float] = (0.25, 0.5, 1.0, 2.0, 4.0),
    unbiased: bool = False,
    check: bool = False,
    backend: str = "auto",
) -> Tensor:
    """Compute the squared maximum mean discrepancy between sets of points, for a bank of Gaussian kernels.

    MMD² = mean k(x_i, x_j) + mean k(y_i, y_j) - 2 mean k(x_i, y_j),
    k(u, v) = mean over f in factors of exp(-|u - v|² / (2 (f bandwidth)²)).

    Parameters
    ----------
    x, y
        (..., n, d) and (..., m, d), float32 or float64: one set of points, or batches of sets that are compared
        pair by pair.
    mask_x, mask_y
        (..., n) and (..., m) of dtype bool, True at real points. Filler is never read: it may be NaN, and its
        gradient is exactly 0. None: all are real.
    bandwidth
        Standard deviation of the kernel, > 0, in the units of the points: one number, or one per pair of sets. None:
        the median heuristic, `median_bandwidth`, for each pair of sets, over at most 1000 of its points.
    factors
        Multiples of the bandwidth in the bank, > 0.
    unbiased
        False: the V-statistic, >= 0 but for rounding, 0 for identical sets, too large on average by the order of
        1/n. True: the U-statistic, which leaves out each point's pair with itself; right on average, so that it is
        often negative where the distributions agree. It needs two points a set.
    check
        Also check that real values are finite (reads every value once).

    backend
        "auto", "torch" (first derivatives, reverse and forward) or "reference" (derivatives of any order and kind; it
        keeps all pairs).

    Returns
    -------
    Tensor
        (...), one MMD² per pair of sets. It has derivatives with respect to x and y. The bandwidth
        counts as a constant, the one from the median, too: no gradient flows through it.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device, shape or option is wrong, if a set holds too few real points, if a bandwidth is
        not > 0, or, with ``check=True``, if a value is not finite.

    Notes
    -----
    O((n + m)² d) time. Memory is linear in n + m: kernel values exist for one block of rows at a time, and where a
    gradient is needed it is computed from them at once. Identical sets give exactly 0 in the biased form; in float32 expect 1e-6.

    References
    ----------
    A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf, A. Smola, *A Kernel Two-Sample Test*, JMLR 13 (2012):
    Lemma 6, equation 3 (unbiased) and 5 (biased). The mean over several bandwidths is a kernel again.

    Examples
    --------
    >>> import torch
    >>> from mmkernels import mmd_squared
    >>> x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.0], [3.0]])
    >>> mmd_squared(x, x), mmd_squared(x, y, bandwidth=1.0, factors=(1.0,))
    (tensor(0.), tensor(0.4323))
    """
    where = "mmd_squared"
    sets_x, sets_y = two_sets(where, x, y, mask_x, mask_y, least=2 if unbiased else 1, check=check)
    bank = _checked_factors(factors)
    chosen = choose("mmd_squared", backend, x)
    near_x, near_y, factor = unscaled(sets_x, sets_y)
    if bandwidth is None:
        scale = pooled_median(near_x, near_y, MEDIAN_POINTS)
    else:
        scale = (_checked_bandwidth(bandwidth, x) * factor).to(x.dtype)
    n, m, left_out = sets_x.n_real, sets_y.n_real, int(unbiased)
    among_x = chosen.run(near_x, near_x, scale, bank, with_self=not unbiased) / (n * (n - left_out))
    among_y = chosen.run(near_y, near_y, scale, bank, with_self=not unbiased) / (m * (m - left_out))
    between = chosen.run(near_x, near_y, scale, bank, with_self=True) / (n * m)
    result: Tensor = among_x + among_y - 2.0 * between
    return result.reshape(x.shape[:-2])
