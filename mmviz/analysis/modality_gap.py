"""Modality gap: the distance between the mean normalised features of two modalities, and what belongs to it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis.per_run import per_run
from mmviz.analysis.product_grid import measure_group
from mmviz.analysis.trace_groups import provenance, sample_groups
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import clustered_interval, group_numbers, interval_text
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import takes, whole

if TYPE_CHECKING:
    from jaxtyping import Float, Shaped

STATISTICS = ("mean", "low", "high")
REPRESENTATIONS = {"encoder": "mean of the encoded steps", "pooled": "input of the head"}
LIMITS = (
    "A gap is a place in a space, not a fault, and says nothing about the prediction. It has a meaning only where both modalities are trained to share the space: axes of "
    "two encoders without an alignment need not correspond. The norm of a mean of few samples is never 0: compare with the 95 % quantile of its null."
)
_FOLDS = 5


@takes(trace="trace")
@per_run
def modality_gap(trace: xr.DataTree, *, permutations: int = 200, seed: int = 0) -> xr.Dataset:
    """Return the modality gap of every pair of modalities, for encoded and pooled features, with its null, classifier and cosines.

    Parameters
    ----------
    trace
        With the group ``/features``, see :func:`mmviz.recording.record_features`.
    permutations, seed
        As in :func:`gap_statistics`.

    Returns
    -------
    xr.Dataset
        Over ``representation`` (encoder, pooled), ``pair`` and ``statistic`` (mean, low, high): ``gap``, ``separability``, ``matched``, ``unmatched``, ``margin``; without the last:
        ``null_high``, ``variance_share``, ``count``: see :func:`gap_statistics`. Coordinates ``first``, ``second`` (pair). ``interval`` (representation, pair). Attributes
        ``limits``, ``n_samples``.

    Raises
    ------
    DataError
        If the Trace holds no features, or a single modality.
    """
    found = measure_group(trace, "features")
    names = [str(n) for n in found["modality"].values]
    pairs = list(combinations(range(len(names)), 2))
    if not pairs:
        raise DataError("modality_gap: there is one modality; a gap needs two")
    group = sample_groups(trace)[found["measured_sample"].values]
    present = found["present"].transpose("modality", "measured_sample").values
    rows = []
    for kind in REPRESENTATIONS:
        features = found[kind].transpose("modality", "measured_sample", f"{kind}_feature").values
        for i, j in pairs:
            both = present[i] & present[j]
            rows.append(
                gap_statistics(
                    features[i][both], features[j][both], group=group[both], permutations=permutations, seed=seed
                )
            )
    shape, dims = (len(REPRESENTATIONS), len(pairs)), ("representation", "pair")
    out = xr.Dataset(
        {
            name: ((*dims, "statistic"), np.array([row[name] for row in rows]).reshape(*shape, 3))
            for name in ("gap", "separability", "matched", "unmatched", "margin")
        }
        | {
            name: (dims, np.array([row[name] for row in rows]).reshape(shape))
            for name in ("null_high", "variance_share", "count", "interval")
        },
        coords={
            "representation": list(REPRESENTATIONS),
            "pair": [f"{names[i]} – {names[j]}" for i, j in pairs],
            "first": ("pair", [names[i] for i, _ in pairs]),
            "second": ("pair", [names[j] for _, j in pairs]),
            "statistic": list(STATISTICS),
        },
    )
    out.attrs = provenance(trace) | {
        "index": "modality gap",
        "units": "1",
        "meaning": REPRESENTATIONS,
        "epoch": trace.attrs["best_epoch"],
        "limits": LIMITS,
        "n_samples": int(out["count"].max()),
    }
    return out


def gap_statistics(
    first: Float[np.ndarray, "sample feature"],
    second: Float[np.ndarray, "sample feature"],
    *,
    group: Shaped[np.ndarray, " sample"] | None = None,
    permutations: int = 200,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the gap between two sets of features of the same samples in one space, after each is scaled to length 1.

    Parameters
    ----------
    first, second
        Features of the two modalities; row k of both is one sample. Rows that are 0 or not finite are left out.
    group
        Name of the group of each sample, for intervals and for the folds of the classifier.
    permutations
        Of the null: the two modalities of samples are exchanged at random.
    seed
        Of the null.

    Returns
    -------
    dict
        ``gap`` (mean, low, high): length of the difference of the two means, from 0 to 2; ``null_high``: its 95 % quantile under exchange;
        ``separability``: share of right predictions of "which modality" by a linear classifier, cross-validated, chance 0.5; ``variance_share``: share of the variance of all features
        along the difference; ``matched``, ``unmatched``: mean cosine of the two modalities of one sample, and of different samples; ``margin``: their difference;
        ``count`` of samples; ``interval``, text.

    Raises
    ------
    DataError
        For spaces of different width, where no difference is defined; different numbers of samples; or fewer than two usable samples.
    ConfigError
        For arrays of another shape.

    References
    ----------
    .. [1] W. Liang, Y. Zhang, Y. Kwon, S. Yeung, J. Zou, Mind the gap: understanding the modality gap in multi-modal contrastive representation
       learning, NeurIPS 2022, arXiv 2203.02053. The null, the folds and the intervals are ours.
    """
    whole(permutations, "gap_statistics: permutations", low=20)
    x, y = (np.asarray(v, dtype=np.float64) for v in (first, second))
    if x.ndim != 2 or y.ndim != 2:
        raise ConfigError(f"gap_statistics: features have shapes {x.shape} and {y.shape}, expected (sample, feature)")
    if x.shape[1] != y.shape[1]:
        raise DataError(
            f"gap_statistics: the features have {x.shape[1]} and {y.shape[1]} dimensions; between spaces of different width there is no difference. "
            "Project both to one space first"
        )
    if len(x) != len(y):
        raise DataError(f"gap_statistics: {len(x)} and {len(y)} samples; row k of both must be one sample")
    norms = np.stack([np.linalg.norm(v, axis=1) for v in (x, y)])
    usable = (np.isfinite(norms) & (norms > 0)).all(0)
    if usable.sum() < 2:
        raise DataError(
            f"gap_statistics: {int(usable.sum())} of {len(x)} samples have finite features of both modalities that are not 0; two are needed"
        )
    x, y = (v[usable] / np.linalg.norm(v[usable], axis=1, keepdims=True) for v in (x, y))
    own = None if group is None else np.asarray(group)[usable]
    n, difference = len(x), x - y
    gap = jackknife_interval(lambda rows: float(np.linalg.norm(difference[rows].mean(0))), own, n)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(permutations, n))
    null = np.linalg.norm(signs @ difference / n, axis=1)
    cosine = x @ y.T
    matched, row, column = cosine.diagonal(), cosine.sum(1), cosine.sum(0)
    unmatched = (cosine.sum() - matched.sum()) / (n * (n - 1))
    influence = (row + column - 2 * matched) / (n - 1) - unmatched  # of each sample in the mean over pairs
    right = _which_modality(x, y, own)
    return {
        "gap": gap.statistics,
        "null_high": float(np.quantile(null, 0.95)),
        "separability": _interval(right, own),
        "variance_share": _along(np.concatenate([x, y]), difference.mean(0)),
        "matched": _interval(matched, own),
        "unmatched": _interval(influence, own),
        "margin": _interval(matched - influence, own),
        "count": n,
        "interval": interval_text(own, n) if np.isfinite(gap.low) else gap.text,
    }


def _interval(values: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """Return mean, low, high; without an interval where all values are equal."""
    mean, low, high = clustered_interval(values, group)
    return np.array([mean, low, high] if high - low > 1e-12 else [mean, np.nan, np.nan])


def _along(points: np.ndarray, direction: np.ndarray) -> float:
    """Return the share of the variance along a direction; NaN where either is 0."""
    length, total = np.linalg.norm(direction), points.var(0).sum()
    return float((points @ (direction / length)).var() / total) if length > 1e-12 and total > 1e-24 else float("nan")


def _which_modality(x: np.ndarray, y: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """Return the share of right predictions of each sample; both modalities of a sample, and all samples of a group, are in one fold; NaN with one group."""
    number = group_numbers(group, len(x))
    number = np.arange(len(x)) if number is None else number
    folds = min(_FOLDS, int(number.max()) + 1)
    if folds < 2:
        return np.full(len(x), np.nan)
    from sklearn.linear_model import LogisticRegression  # half a second to import, which only this classifier needs
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    side = np.repeat([0, 1], len(x))
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    predicted = cross_val_predict(
        classifier, np.concatenate([x, y]), side, cv=GroupKFold(folds), groups=np.tile(number, 2)
    )
    return (predicted == side).reshape(2, -1).mean(0)
