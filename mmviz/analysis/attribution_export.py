"""Shapley values and interactions in the classes of other libraries: ``shap.Explanation`` and ``shapiq.InteractionValues``."""

from __future__ import annotations

import warnings
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import bernoulli

from mmviz.analysis.interactions import interaction_weights
from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.core.options import nearest, one_of, whole

if TYPE_CHECKING:
    import xarray as xr
    from jaxtyping import Float

SAMPLE_DIMS = ("sample", "recorded_sample")
PLAYER_DIMS = ("modality", "window")
#: index of shapiq -> what it is; all are computed from the Möbius coefficients
INDICES = {
    "SV": "Shapley value (order 1)",
    "SII": "Shapley interaction index of every order up to `order`",
    "k-SII": "n-Shapley values: SII aggregated so that all values sum to v(all)",
    "STII": "Shapley-Taylor interaction index",
    "Moebius": "Möbius coefficients of every order",
}


class Attribution(NamedTuple):
    """Values of players with one row per sample, and what belongs to a row.

    Attributes
    ----------
    values, low, high, error
        (row, player): value, ends of its interval, standard error; the last three may be None.
    baseline
        (row,): v(∅).
    players
        Names.
    ids
        (row,): id of each sample, "" where unknown.
    single
        Whether the result held one sample without a dimension.
    """

    values: np.ndarray
    baseline: np.ndarray
    players: list[str]
    ids: list[str]
    single: bool
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    error: np.ndarray | None = None


def attribution_rows(found: xr.Dataset, place: str) -> Attribution:
    """Return the Shapley values of a result as one row per sample; rows with a value that is not finite are left out, with a warning.

    Raises
    ------
    DataError
        If the result has no ``phi`` over modalities (and windows), or further dimensions.
    """
    if "phi" not in found or "baseline" not in found or "modality" not in found["phi"].dims:
        raise DataError(
            f"{place}: expected a result with phi (sample, modality) and baseline, from mmviz.analysis.shapley, window_shapley or "
            f"sampled_shapley; this Dataset has {', '.join(map(str, found.data_vars)) or 'no variables'}"
        )
    phi = found["phi"]
    samples = [d for d in SAMPLE_DIMS if d in phi.dims]
    players = [d for d in PLAYER_DIMS if d in phi.dims]
    if other := [str(d) for d in phi.dims if d not in (*samples, *players)]:
        example = ", ".join(f"{name}=-1" for name in other)
        raise DataError(
            f"{place}: phi has the dimensions {phi.dims}; select one entry of {', '.join(other)}, for example found.isel({example})"
        )
    names = [str(m) for m in np.atleast_1d(found["modality"].values)]
    if "window" in players:
        names = [f"{m} {_window(found, w)}" for m in names for w in range(phi.sizes["window"])]

    def rows(name: str) -> np.ndarray | None:
        if name not in found:
            return None
        return np.asarray(found[name].transpose(*samples, *players).values, np.float64).reshape(-1, len(names))

    values = rows("phi")
    baseline = np.asarray(found["baseline"].values, np.float64).reshape(-1)
    ids = (
        np.atleast_1d(found["sample_id"].values).astype(str) if "sample_id" in found.variables else [""] * len(baseline)
    )
    error = rows("standard_error") if "standard_error" in found else rows("error")
    if values is None:
        raise DataError(f"{place}: phi is missing")
    parts = Attribution(values, baseline, names, list(map(str, ids)), not samples, rows("low"), rows("high"), error)
    return _finite_rows(parts, place)


def _finite_rows(parts: Attribution, place: str) -> Attribution:
    kept = np.isfinite(parts.values).all(1) & np.isfinite(parts.baseline)
    if kept.all():
        return parts
    if not kept.any():
        raise DataError(f"{place}: no sample has finite values")
    warnings.warn(
        f"{place}: {int((~kept).sum())} of {len(kept)} samples have values that are not finite and are left out",
        UserWarning,
        stacklevel=4,
    )
    ends = (None if each is None else each[kept] for each in (parts.low, parts.high, parts.error))
    ids = [name for name, there in zip(parts.ids, kept, strict=True) if there]
    return Attribution(parts.values[kept], parts.baseline[kept], parts.players, ids, parts.single, *ends)


def _window(found: xr.Dataset, w: int) -> str:
    if "start" in found and "stop" in found:
        return f"steps {int(found['start'].values[w])} to {int(found['stop'].values[w]) - 1}"
    return f"window {w}"


def explanation_of(found: xr.Dataset, data: Any = None) -> Any:
    """Return a ``shap.Explanation``; see :meth:`mmviz.analysis.accessor.ResultAccessor.to_shap`."""
    try:
        import shap
    except ImportError as error:
        raise MissingDependencyError(
            "to_shap: shap is not installed; install the extra 'explain': pip install 'mmviz[explain]'"
        ) from error
    parts = attribution_rows(found, "to_shap")
    shape = parts.values.shape
    if data is not None:
        data = np.asarray(data)
        if data.shape != shape and not (parts.single and data.shape == shape[1:]):
            raise ConfigError(
                f"to_shap: data has shape {data.shape}, expected {shape}: one value per sample and player"
            )
        data = data.reshape(shape)
    first: Any = 0 if parts.single else slice(None)

    def of(rows: np.ndarray | None) -> np.ndarray | None:
        return None if rows is None else rows[first]

    named = any(parts.ids)
    return shap.Explanation(
        parts.values[first],
        base_values=parts.baseline[first],
        data=of(data),
        feature_names=parts.players,
        instance_names=parts.ids if named and not parts.single else None,
        lower_bounds=of(parts.low),
        upper_bounds=of(parts.high),
        error_std=of(parts.error),
    )


def interaction_values_of(found: xr.Dataset, index: str | None, order: int | None, sample: Any) -> Any:
    """Return ``shapiq.InteractionValues``; see :meth:`mmviz.analysis.accessor.ResultAccessor.to_shapiq`."""
    try:
        import shapiq
    except ImportError as error:
        raise MissingDependencyError(
            "to_shapiq: shapiq is not installed; install the extra 'explain': pip install 'mmviz[explain]'"
        ) from error
    if "moebius" in found:
        subsets, values, baseline, ids, options = _from_moebius(found, index, order)
    else:
        subsets, values, baseline, ids, options = _from_shapley(found, index, order)

    def one(row: np.ndarray, empty: float) -> Any:
        scores = {subset: float(value) for subset, value in zip(subsets, row, strict=True)}
        return shapiq.InteractionValues(scores, baseline_value=float(empty), min_order=0, **options)

    if isinstance(sample, str) and sample == "mean":
        return one(values.mean(0), baseline.mean())
    if isinstance(sample, str) and sample == "each":
        return [one(row, empty) for row, empty in zip(values, baseline, strict=True)]
    at = _position(sample, ids)
    return one(values[at], baseline[at])


def _position(sample: Any, ids: list[str]) -> int:
    if isinstance(sample, str):
        if sample not in ids:
            raise ConfigError(
                f"to_shapiq: sample={sample!r}{nearest(sample, [*ids, 'mean', 'each'])} is neither 'mean', 'each', a position nor the id of one of "
                f"the {len(ids)} samples"
            )
        return ids.index(sample)
    return whole(sample, "to_shapiq: sample", low=0, high=len(ids) - 1)


def _from_shapley(found: xr.Dataset, index: str | None, order: int | None) -> tuple[Any, ...]:
    parts = attribution_rows(found, "to_shapiq")
    if index not in (None, "SV") or order not in (None, 1):
        raise ConfigError(
            f"to_shapiq: index={index!r}, order={order!r}: a result of Shapley values has index 'SV' of order 1; take "
            "mmviz.analysis.interactions(trace) for interactions"
        )
    n = len(parts.players)
    sampled = not found.attrs.get("exact", True)
    budget = found.attrs.get("budget", found.attrs.get("coalitions")) if sampled else None
    options = {"index": "SV", "max_order": 1, "n_players": n, "estimated": sampled, "estimation_budget": budget}
    values = np.concatenate([parts.baseline[:, None], parts.values], 1)
    return [(), *((i,) for i in range(n))], values, parts.baseline, parts.ids, options


def _from_moebius(found: xr.Dataset, index: str | None, order: int | None) -> tuple[Any, ...]:
    index = "SII" if index is None else index
    one_of(index, INDICES, "to_shapiq: index")
    coefficients = found["moebius"]
    if other := [str(d) for d in coefficients.dims if d not in ("sample", "coalition")]:
        raise DataError(
            f"to_shapiq: moebius has the dimensions {coefficients.dims}; select one entry of {', '.join(other)}"
        )
    n = found.sizes["modality"]
    if order is None:
        order = {"SV": 1, "Moebius": n}.get(index, int(found.attrs.get("order", 2)))
    order = whole(order, "to_shapiq: order", low=1, high=1 if index == "SV" else n)
    rows = np.atleast_2d(coefficients.transpose(..., "coalition").values)
    kept = np.isfinite(rows).all(1)
    if not kept.any():
        raise DataError("to_shapiq: no sample has finite values for all coalitions")
    if not kept.all():
        warnings.warn(
            f"to_shapiq: {int((~kept).sum())} of {len(kept)} samples have values that are not finite and are left out",
            UserWarning,
            stacklevel=4,
        )
    names = (
        np.atleast_1d(found["sample_id"].values).astype(str)
        if "sample_id" in found.variables
        else np.full(len(kept), "")
    )
    subsets, values = indices_of(rows[kept], index, order)
    # shapiq names the index of order 1 SV
    options = {"index": index, "max_order": order, "n_players": n, "estimated": False}
    return subsets, values, rows[kept, 0], names[kept].tolist(), options


def indices_of(
    moebius: Float[np.ndarray, "*rest coalition"], index: str, order: int
) -> tuple[list[tuple[int, ...]], Float[np.ndarray, "*rest subset"]]:
    r"""Return the sets of up to ``order`` players, and their interaction index, computed from Möbius coefficients m.

    SII(S) = Σ_{T ⊇ S} m(T) / (|T|-|S|+1).  STII(S) = m(S) for |S| < k, and Σ_{T ⊇ S} m(T) / C(|T|, k) for |S| = k.
    k-SII(S) = Σ_{U ⊇ S, |U| ≤ k} B_{|U|-|S|} SII(U) with the Bernoulli numbers B_1 = -1/2. The empty set has v(∅), for SII its own value.

    References
    ----------
    .. [1] M. Grabisch, M. Roubens, An axiomatic approach to the concept of interaction among players in cooperative games, 1999 (SII).
    .. [2] M. Sundararajan, K. Dhamdhere, A. Agarwal, The Shapley Taylor interaction index, 2020.
    .. [3] S. Bordt, U. von Luxburg, From Shapley values to generalized additive models and back, 2023 (n-Shapley values, k-SII).
    """
    n = moebius.shape[-1].bit_length() - 1
    sets = [s for size in range(order + 1) for s in combinations(range(n), size)]
    numbers = np.array([sum(1 << i for i in s) for s in sets])
    if index == "Moebius":
        return sets, moebius[..., numbers]
    if index == "STII":
        below = [moebius[..., [k]] for k in numbers[: -comb(n, order)]]
        t = np.array([k.bit_count() for k in range(2**n)])
        last = numbers[-comb(n, order) :]
        holds = (np.arange(2**n)[:, None] & last) == last
        weights = np.where(holds, 1 / np.maximum([comb(int(s), order) for s in t], 1)[:, None], 0.0)
        return sets, np.concatenate([*below, moebius @ weights], -1)
    sii = np.concatenate([moebius @ interaction_weights(n, size) for size in range(order + 1)], -1)
    if index == "SII" and order > 1:
        return sets, sii
    if index == "k-SII":
        size = np.array([len(s) for s in sets])
        extra = np.maximum(size[:, None] - size, 0)
        numbers_b = bernoulli(order)
        sii = sii @ np.where((numbers[:, None] & numbers) == numbers, numbers_b[extra], 0.0)
    return sets, np.concatenate([moebius[..., :1], sii[..., 1:]], -1)
