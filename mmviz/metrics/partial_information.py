"""Partial information decomposition (PID): what two variables tell about a third together, each alone, and only jointly, in bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import group_numbers, jackknife_reach, samples_text
from mmviz.core.options import number, whole

if TYPE_CHECKING:
    from jaxtyping import Float, Int, Shaped

#: the parts, in the order of every array of this module
PARTS = ("redundancy", "unique_first", "unique_second", "synergy")
#: least number of samples for each cell of the table with an interval; with fewer, it misses the synergy far too often
SAMPLES_PER_CELL = 8
#: solver: greatest number of sweeps, and of scalings within one
SWEEPS, SCALINGS = 3000, 30


@dataclass(frozen=True)
class PartialInformation:
    """A decomposition of samples; arrays over the parts R, U1, U2, S are in the order of :data:`PARTS`, in bits.

    Attributes
    ----------
    bits
        The parts of the table of counts (plug-in estimate).
    corrected
        The same minus the bias that the bootstrap finds, or with groups the jackknife over them; at least 0.
    low, high
        95 % interval; NaN where there are too few samples or groups.
    null, null_high
        Mean and 95 % quantile of the parts where the target is permuted, so that the truth is 0.
    information
        I(X1; Y), I(X2; Y), I(X1 X2; Y) of the table.
    gap
        Bound on how far the parts can be from those of the exact solution.
    samples, levels
        Number of samples; number of values of X1, X2 and Y that occur.
    interval
        What the interval is, or why there is none.
    """

    bits: Float[np.ndarray, " part"]
    corrected: Float[np.ndarray, " part"]
    low: Float[np.ndarray, " part"]
    high: Float[np.ndarray, " part"]
    null: Float[np.ndarray, " part"]
    null_high: Float[np.ndarray, " part"]
    information: Float[np.ndarray, " source"]
    gap: float
    samples: int
    levels: tuple[int, int, int]
    interval: str


def partial_information(
    first: Shaped[np.ndarray, " sample"],
    second: Shaped[np.ndarray, " sample"],
    target: Shaped[np.ndarray, " sample"],
    *,
    group: Shaped[np.ndarray, " sample"] | None = None,
    permutations: int = 100,
    resamples: int = 200,
    seed: int = 0,
) -> PartialInformation:
    r"""Return the partial information decomposition of discrete samples: redundancy, unique information, synergy.

    R + U1 = I(X1; Y), R + U2 = I(X2; Y), R + U1 + U2 + S = I(X1 X2; Y), see :func:`decompose`.

    Parameters
    ----------
    first, second, target
        X1, X2 and Y of each sample: labels of any kind, such as class numbers, or numbers of clusters.
    group
        Name of the group of each sample (recording, speaker); "" is unknown. The interval is then that of the jackknife over groups.
    permutations
        Number of permutations of the target for the null.
    resamples
        Number of bootstrap samples.
    seed
        Of permutations and bootstrap.

    Raises
    ------
    DataError
        Fewer samples than cells of the table: the estimate would be mostly bias.
    ConfigError
        Shapes that differ, a value that is not finite, or an option out of range.

    Notes
    -----
    The plug-in estimate is biased upwards, the synergy most of all: compare with ``null`` before you call a part present. The null keeps the
    counts of all three variables and what X1 and X2 tell about each other. With groups, the target is moved as a whole sequence over groups in a
    random order, so that dependence within groups remains. The interval contains the percentile interval of the bootstrap and the normal interval around both
    estimates; with groups, both estimates ± t times the error of the jackknife, of the parts and of their square roots, whose error depends less on their
    size. It is conservative near 0, and too short over fewer than some 10 groups, or where few groups hold all the difference
    (``tests/metrics/test_partial_information.py`` simulates the coverage).

    References
    ----------
    .. [1] N. Bertschinger, J. Rauh, E. Olbrich, J. Jost, N. Ay, Quantifying unique information, 2014.
    .. [2] P. P. Liang et al., Quantifying & modeling multimodal interactions: an information decomposition framework, arXiv 2302.12247, 2023.
    """
    whole(permutations, "partial_information: permutations", low=20)
    whole(resamples, "partial_information: resamples", low=50)
    numbered = [_numbered(name, v) for name, v in (("first", first), ("second", second), ("target", target))]
    n = len(numbered[0][0])
    if any(len(v) != n for v, _ in numbered):
        lengths = ", ".join(str(len(v)) for v, _ in numbered)
        raise ConfigError(
            f"partial_information: first, second and target have {lengths} values; pass one of each per sample"
        )
    levels = (numbered[0][1], numbered[1][1], numbered[2][1])
    cells = int(np.prod(levels))
    if cells > n:
        raise DataError(
            f"partial_information: {n} samples are too few for a table of {' × '.join(map(str, levels))} = {cells} cells, "
            "the result would be mostly bias; merge values (fewer classes, clusters or bins)"
        )
    x1, x2, y = (v for v, _ in numbered)
    own = group_numbers(group, n)
    draw = np.random.default_rng(seed)
    table = _counts(x1, x2, y, levels) / n
    parts, gap = decompose(table[None])
    bits = parts[0]
    null = decompose(
        np.stack([_counts(x1, x2, _moved(y, own, draw), levels) for _ in range(permutations)]) / n, tolerance=1e-3
    )[0]
    spread = decompose(draw.multinomial(n, table.ravel(), size=resamples).reshape(-1, *levels) / n, tolerance=1e-3)[0]
    without = None if own is None else _without_each_group((x1, x2, y), levels, own)
    if without is None:
        corrected = 2 * bits - spread.mean(0)
    else:
        corrected = len(without) * bits - (len(without) - 1) * without.mean(0)
    corrected = np.maximum(corrected, 0)
    if n < SAMPLES_PER_CELL * cells:
        low = high = np.full(4, np.nan)
        text = f"no interval: {n} samples in {cells} cells, fewer than {SAMPLES_PER_CELL} per cell"
    elif own is None or without is None:
        low, high = _bootstrap_interval(bits, corrected, spread)
        text = f"95 %, bootstrap, {n} samples taken as independent"
    elif len(without) < 2:
        low = high = np.full(4, np.nan)
        text = "no interval: one group, so the variation between groups is unknown"
    else:
        low, high = _jackknife_interval(bits, corrected, without, np.bincount(own))
        text = f"95 %, jackknife over groups, {samples_text(group, n)}"
    return PartialInformation(
        bits=bits,
        corrected=corrected,
        low=np.maximum(low, 0),
        high=high,
        null=null.mean(0),
        null_high=np.quantile(null, 0.95, axis=0),
        information=_informations(table[None])[0],
        gap=float(gap[0]),
        samples=n,
        levels=levels,
        interval=text,
    )


def decompose(
    table: Float[np.ndarray, "*rest first second target"], *, tolerance: float = 1e-4
) -> tuple[Float[np.ndarray, "*rest part"], Float[np.ndarray, "*rest"]]:
    r"""Return R, U1, U2, S of joint distributions P(x1, x2, y), in bits, and a bound on their error.

    With Q* the distribution of least I_Q(X1 X2; Y) among all with the pairwise marginals P(x1, y) and P(x2, y):
    S = I_P(X1 X2; Y) - I_{Q*}(X1 X2; Y), U1 = I_{Q*}(X1 X2; Y) - I_P(X2; Y), U2 alike, R = I_P(X1; Y) - U1.

    Parameters
    ----------
    table
        Probabilities or counts, not negative.
    tolerance
        In bits; a table is solved once its bound is below it, or after 3000 sweeps.

    Returns
    -------
    parts
        At least 0 up to the bound.
    gap
        In bits: each part is within it of the exact one. Reported, not assumed: from r_new below, the least I is above
        I_Q + KL(r_new ‖ r) - max log(r_new / r).

    Raises
    ------
    ConfigError
        A table without mass, with negative or with infinite values, or fewer than three dimensions.

    Notes
    -----
    Alternating minimisation of KL(Q ‖ r ⊗ P(y)) (Csiszár and Tusnády, 1984): for every y, Q_y is r(x1, x2) scaled to its row and column sums, and
    r_new = Σ_y Q_y; the step from r to r_new is lengthened while the bound falls. The bound holds for every r: Q_y / r is a product of a
    function of x1 and one of x2, so that the gradient of I differs between two distributions with the same marginals only by log(r_new / r). All tables are solved together.

    References
    ----------
    .. [1] N. Bertschinger et al., Quantifying unique information, 2014 (definition). The lengthened step and the bound are ours.
    """
    given = np.asarray(table, dtype=np.float64)
    number(tolerance, "decompose: tolerance", low=0, above=True)
    if given.ndim < 3:
        raise ConfigError(f"decompose: a table has the dimensions x1, x2 and y, got shape {given.shape}")
    mass = given.sum((-3, -2, -1), keepdims=True)
    if not (np.isfinite(given).all() and (given >= 0).all() and (mass > 0).all()):
        raise ConfigError(
            "decompose: a table holds negative or infinite values, or no mass; pass counts or probabilities"
        )
    p = (given / mass).reshape(-1, *given.shape[-3:])
    least, gap = _least_information(p, tolerance * np.log(2))
    one, two, both = _informations(p).T
    parts = np.stack([one + two - least, least - two, least - one, both - least], -1)
    return parts.reshape(*given.shape[:-3], 4), gap.reshape(given.shape[:-3]) / np.log(2)


def _least_information(p: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return I_{Q*}(X1 X2; Y) in bits and the bound in nats, for each table of probabilities (table, x1, x2, y)."""
    rows, columns = p.sum(2), p.sum(1)
    of_target = p.sum((1, 2))
    share = np.divide(1, of_target, out=np.zeros_like(of_target), where=of_target > 0)
    r = np.einsum(
        "bik,bjk,bk->bij", rows, columns, share
    )  # independent given y: feasible, and every cell that can have mass has some
    u, v = np.ones_like(rows), np.ones_like(columns)
    gap, step, last = np.full(len(p), np.inf), np.ones(len(p)), np.full(len(p), np.inf)
    least = np.full(len(p), np.nan)
    live = np.arange(len(p))
    for _ in range(SWEEPS):
        a, b, kernel = rows[live], columns[live], r[live]
        f, g = u[live], v[live]
        for k in range(SCALINGS):
            f = _ratio(a, kernel @ g)
            g = _ratio(b, kernel.transpose(0, 2, 1) @ f)
            if k % 3 == 2 and np.abs(f * (kernel @ g) - a).max() < 1e-12:
                break
        scaled = np.abs(f * (kernel @ g) - a).max((1, 2)) < 1e-6
        q = kernel[..., None] * f[:, :, None] * g[:, None]
        new = q.sum(3)
        there = new > 0
        change = np.log(np.where(there, new, 1) / np.where(there, kernel, 1))
        bound = np.where(there, change, -np.inf).max((1, 2)) - (new * change).sum((1, 2))
        better = scaled & (bound < gap[live])
        u[live], v[live] = f, g
        gap[live[better]] = np.maximum(bound[better], 0)
        least[live[better]] = _both(q[better])
        longer = bound < last[live]
        step[live] = np.where(longer, np.minimum(step[live] * 1.1, 400), np.maximum(step[live] / 2, 1))
        last[live] = bound
        moved = np.where(there, kernel * np.exp(np.clip(step[live, None, None] * change, -30, 30)), 0)
        r[live] = moved / moved.sum((1, 2), keepdims=True)
        live = live[gap[live] > tolerance]
        if not len(live):
            break
    return least, gap


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _entropy(p: np.ndarray) -> np.ndarray:
    """Return the entropy of each distribution, in bits; the first dimension counts them."""
    flat = p.reshape(len(p), int(np.prod(p.shape[1:])))
    return -(flat * np.log2(np.where(flat > 0, flat, 1))).sum(1)


def _both(p: np.ndarray) -> np.ndarray:
    return _entropy(p.sum(3)) + _entropy(p.sum((1, 2))) - _entropy(p)


def _informations(p: np.ndarray) -> np.ndarray:
    """Return I(X1; Y), I(X2; Y) and I(X1 X2; Y) in bits, (table, 3)."""
    target = _entropy(p.sum((1, 2)))
    one = _entropy(p.sum((2, 3))) + target - _entropy(p.sum(2))
    two = _entropy(p.sum((1, 3))) + target - _entropy(p.sum(1))
    return np.stack([one, two, _both(p)], 1)


def _numbered(name: str, values: np.ndarray) -> tuple[Int[np.ndarray, " sample"], int]:
    """Return the number of each value among those that occur, and how many occur."""
    v = np.asarray(values)
    if v.ndim != 1 or not len(v):
        raise ConfigError(f"partial_information: {name} has shape {v.shape}, expected one value for each sample")
    if v.dtype.kind == "f" and not np.isfinite(v).all():
        raise ConfigError(f"partial_information: {name} holds a value that is not finite; leave these samples out")
    found, index = np.unique(v, return_inverse=True)
    return index.reshape(-1), len(found)


def _counts(x1: np.ndarray, x2: np.ndarray, y: np.ndarray, levels: tuple[int, int, int]) -> np.ndarray:
    cell = np.ravel_multi_index((x1, x2, y), levels)
    return np.bincount(cell, minlength=int(np.prod(levels))).reshape(levels).astype(np.float64)


def _moved(y: np.ndarray, own: np.ndarray | None, draw: np.random.Generator) -> np.ndarray:
    """Return the target permuted; with groups: its sequence over groups in random order, moved by a random number of samples."""
    if own is None:
        return draw.permutation(y)
    place = draw.permutation(own.max() + 1)[own]
    moved = np.empty_like(y)
    moved[np.argsort(own, kind="stable")] = np.roll(y[np.argsort(place, kind="stable")], draw.integers(len(y)))
    return moved


def _without_each_group(
    values: tuple[np.ndarray, np.ndarray, np.ndarray], levels: tuple[int, int, int], own: np.ndarray
) -> Float[np.ndarray, "group part"]:
    """Return the parts of the samples without each group; of all samples where there is one group."""
    whole_table, count = _counts(*values, levels), own.max() + 1
    if count < 2:
        return decompose(whole_table[None])[0]
    without = [
        whole_table - _counts(values[0][own == g], values[1][own == g], values[2][own == g], levels)
        for g in range(count)
    ]
    return decompose(np.stack(without), tolerance=1e-5)[0]


def _bootstrap_interval(
    bits: Float[np.ndarray, " part"], corrected: Float[np.ndarray, " part"], spread: Float[np.ndarray, "resample part"]
) -> tuple[Float[np.ndarray, " part"], Float[np.ndarray, " part"]]:
    """Return the least interval that holds the percentile interval and the normal ones around both estimates."""
    reach = 1.96 * spread.std(0, ddof=1)
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)
    return np.minimum(low, np.minimum(bits, corrected) - reach), np.maximum(high, np.maximum(bits, corrected) + reach)


def _jackknife_interval(
    bits: Float[np.ndarray, " part"],
    corrected: Float[np.ndarray, " part"],
    without: Float[np.ndarray, "group part"],
    size: Int[np.ndarray, " group"],
) -> tuple[Float[np.ndarray, " part"], Float[np.ndarray, " part"]]:
    """Return the least interval that holds those of the jackknife around both estimates, of the parts and of their square roots."""
    both = np.maximum([bits, corrected], 0)
    reach = np.nan_to_num(jackknife_reach(without, bits, size))
    of_root = np.nan_to_num(jackknife_reach(np.sqrt(np.maximum(without, 0)), np.sqrt(np.maximum(bits, 0)), size))
    least, most = both.min(0), both.max(0)
    low = np.minimum(least - reach, np.maximum(np.sqrt(least) - of_root, 0) ** 2)
    return low, np.maximum(most + reach, (np.sqrt(most) + of_root) ** 2)
