"""MMD²: how far apart two sets of points lie as distributions; differentiable, in linear memory."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from mmkernels.dispatch import choose
from mmkernels.mmd import backends as _  # noqa: F401 - registers the backends
from mmkernels.mmd.bandwidth import pooled_median
from mmkernels.mmd.sets import two_sets, unscaled
from mmkernels.transforms import values_are_readable

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
        (..., n) and (..., m) of dtype bool, True at real points. Filler is never looked at: it may be NaN, and its
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
    gradient will be asked for it is made from them on the spot. Identical sets give exactly 0 in the biased form; in float32 expect 1e-6.

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
