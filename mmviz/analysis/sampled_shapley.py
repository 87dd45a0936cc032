"""Shapley values of many modalities from sampled coalitions, with standard error and interval, for any estimator of the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from mmviz.analysis.game import (
    ValueFunction,
    game_attributes,
    game_of,
    is_labelled,
    predicted_class,
    refuse_unlabelled,
    value_function,
)
from mmviz.analysis.windows import CoalitionTable, values_along_orders
from mmviz.core.errors import DataError
from mmviz.core.intervals import student_t
from mmviz.metrics.coalition_plan import ESTIMATORS, OF_SHAPIQ, REPLICATES, CoalitionPlan, replicate_of_shapiq
from mmviz.metrics.shapley import shapley_values

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

#: samples whose influence values are in memory together
_ROWS = 32


class Estimate(NamedTuple):
    """Estimated Shapley values (row, player), their standard error, and the degrees of freedom of Student's t (player,) or one number."""

    phi: np.ndarray
    error: np.ndarray
    freedom: np.ndarray | float


def estimated_values(
    game: Float[np.ndarray, "row coalition"], plan: CoalitionPlan, *, budget: int = 0, seed: int = 0
) -> Estimate:
    r"""Return the Shapley values of games with values for the coalitions of a plan; they sum to v(all) - v(∅) for every estimator.

    Parameters
    ----------
    game
        v(S) of ``plan.members``.
    plan
        From :func:`mmviz.metrics.coalition_plan.coalition_plan`.
    budget, seed
        Of the plan; used by the estimators of shapiq only, which run again on the recorded values.

    Notes
    -----
    The standard error is that of a mean over independent draws. ``permutation``: pairs of reversed orders. ``unbiased_kernel``: pairs of
    complementary coalitions. ``kernel``: heteroscedasticity-robust (sandwich) covariance of the weighted regression, clustered by pair,
    times m / (m - n + 1) for m pairs. ``svarm``: the influence function of a difference of two means, projected onto Σφ = v(all) - v(∅). Estimators of
    shapiq: independent replicates. Where all draws agree (an additive game, and of pairs of reversed orders or of complements also a game
    of single and pairwise terms) the estimate is exact and the error is the rounding error.

    References
    ----------
    .. [1] S. Lundberg, S.-I. Lee, A unified approach to interpreting model predictions, 2017 (KernelSHAP).
    .. [2] I. Covert, S.-I. Lee, Improving KernelSHAP: practical Shapley value estimation via linear regression, 2021 (pairs, unbiased form).
    .. [3] P. Kolpaczki, V. Bengs, M. Muschalik, E. Hüllermeier, Approximating the Shapley value without marginal contributions, 2024 (SVARM).
    """
    v = np.asarray(game, dtype=np.float64)
    members = np.asarray(plan.members, dtype=bool)
    ends = CoalitionTable(members).rows(np.array([[False], [True]]).repeat(members.shape[1], 1))
    if ends is None:
        raise DataError("sampled_shapley: the empty coalition or the full one is missing; record the coalitions again")
    none, full = v[:, ends[0]], v[:, ends[1]]
    if plan.estimator == "exact":
        found = Estimate(shapley_values(v), np.zeros((len(v), members.shape[1])), np.inf)
    elif plan.estimator == "permutation":
        orders = plan.draws["order"]
        found = Estimate(*values_along_orders(v, members, orders), len(orders) // 2 - 1)
    elif plan.estimator in OF_SHAPIQ:
        found = _of_shapiq(v, members, plan.estimator, budget, seed, full - none)
    else:
        of_units = {"kernel": _kernel, "unbiased_kernel": _unbiased_kernel, "svarm": _svarm}[plan.estimator]
        parts = [
            of_units(v[i : i + _ROWS], members, plan.draws["drawn"], none[i : i + _ROWS], full[i : i + _ROWS])
            for i in range(0, len(v), _ROWS)
        ]
        found = Estimate(
            np.concatenate([p.phi for p in parts]), np.concatenate([p.error for p in parts]), parts[0].freedom
        )
    rounding = np.finfo(np.float64).eps * members.shape[1] * np.abs(v).max(1, keepdims=True)
    return found._replace(error=np.maximum(found.error, rounding)) if plan.estimator != "exact" else found


def _kernel(v: np.ndarray, members: np.ndarray, drawn: np.ndarray, none: np.ndarray, full: np.ndarray) -> Estimate:
    z = members[drawn].astype(np.float64)  # unit two player
    units, n = len(z), members.shape[1]
    design = np.einsum("uki,ukj->ij", z, z) / (2 * units)
    if np.linalg.cond(design) > 1e10:
        raise DataError(
            "sampled_shapley: the drawn coalitions do not determine all Shapley values; record with a larger budget"
        )
    gain = v[:, drawn] - none[:, None, None]
    target = np.einsum("uki,ruk->ri", z, gain) / (2 * units)
    project, shift = _constrained(design)
    phi = target @ project + (full - none)[:, None] * shift
    rest = gain - np.einsum("uki,ri->ruk", z, phi)
    influence = np.einsum("ruk,uki->rui", rest, z) / 2 @ project
    error = np.sqrt((influence**2).sum(1) / (units * max(units - n + 1, 1)))
    return Estimate(phi, error, max(units - n + 1, 1))


def _unbiased_kernel(
    v: np.ndarray, members: np.ndarray, drawn: np.ndarray, none: np.ndarray, full: np.ndarray
) -> Estimate:
    z = members[drawn].astype(np.float64)
    units, n = len(z), members.shape[1]
    sizes = np.arange(1, n)
    share = 1 / (sizes * (n - sizes))
    both = float((share / share.sum() * sizes * (sizes - 1)).sum() / (n * (n - 1)))
    project, shift = _constrained(np.full((n, n), both) + (0.5 - both) * np.eye(n))
    gain = v[:, drawn] - none[:, None, None]
    each = np.einsum("ruk,uki->rui", gain, z) / 2 @ project + ((full - none)[:, None] * shift)[:, None]
    return Estimate(each.mean(1), each.std(1, ddof=1) / np.sqrt(units), units - 1)


def _constrained(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the map of the normal equations A φ = b under Σφ = c: φ = b @ map + c · shift."""
    inverse = np.linalg.inv(design)
    one = inverse.sum(0) / inverse.sum()
    return inverse - np.outer(inverse.sum(1), one), one


def _svarm(v: np.ndarray, members: np.ndarray, drawn: np.ndarray, none: np.ndarray, full: np.ndarray) -> Estimate:
    centred = v - ((none + full) / 2)[:, None]  # φ does not change, the variance does
    parts, counts = [], []
    for place, with_player in ((0, True), (1, False)):
        held = (members[drawn[:, place]] == with_player).astype(np.float64)  # unit player
        value = centred[:, drawn[:, place]]
        count = held.sum(0)
        if (count < 2).any():
            raise DataError(
                "sampled_shapley: a modality is in fewer than two drawn coalitions; record with a larger budget"
            )
        mean = value @ held / count
        parts.append((mean, (value[..., None] - mean[:, None]) * held * (len(held) / count)))
        counts.append(count)
    (plus, over_plus), (minus, over_minus) = parts
    phi = plus - minus
    phi += ((full - none) - phi.sum(1))[:, None] / phi.shape[1]
    influence = over_plus - over_minus  # the two coalitions of a unit are independent
    influence -= influence.mean(-1, keepdims=True)
    units = len(drawn)
    return Estimate(phi, np.sqrt((influence**2).sum(1) / (units * (units - 1))), np.min(counts, 0) - 1)


def _of_shapiq(
    v: np.ndarray, members: np.ndarray, estimator: str, budget: int, seed: int, total: np.ndarray
) -> Estimate:
    n, table = members.shape[1], CoalitionTable(members)
    found = np.empty((REPLICATES, len(v), n))
    for row, values in enumerate(v):

        def recorded(masks: np.ndarray, values: np.ndarray = values) -> np.ndarray:
            rows = table.rows(np.asarray(masks, dtype=bool).reshape(-1, n))
            if rows is None:
                raise DataError(
                    f"sampled_shapley: {estimator} evaluates a coalition that was not recorded; use the same version of shapiq, or record again"
                )
            return values[rows]

        for k in range(REPLICATES):
            found[k, row] = replicate_of_shapiq(estimator, n, budget // REPLICATES, seed * REPLICATES + k, recorded)
    found += ((total - found.sum(-1)) / n)[..., None]
    return Estimate(found.mean(0), found.std(0, ddof=1) / np.sqrt(REPLICATES), REPLICATES - 1)


def plan_of(sampled: xr.Dataset) -> CoalitionPlan:
    """Return the plan that was recorded with the predictions.

    Raises
    ------
    DataError
        If the Dataset is not the result of :func:`mmviz.recording.record_sampled_coalitions`.
    """
    absent = {"prediction", "members", "target"} - set(map(str, sampled.variables))
    if absent or "estimator" not in sampled.attrs:
        raise DataError(
            f"sampled_shapley: {', '.join(sorted(absent)) or 'the attribute estimator'} is missing; record with "
            "mmviz.recording.record_sampled_coalitions"
        )
    draws = {name: sampled[name].values for name in ("order", "drawn") if name in sampled}
    return CoalitionPlan(
        sampled["members"].transpose("coalition", "modality").values, sampled.attrs["estimator"], draws
    )


def sampled_shapley(sampled: xr.Dataset, *, value: str | None = None) -> xr.Dataset:
    """Return the estimated Shapley value of each modality, per sample, with standard error and 95 % interval.

    Parameters
    ----------
    sampled
        From :func:`mmviz.recording.record_sampled_coalitions`.
    value
        The value function v, as in :func:`mmviz.analysis.shapley`.

    Returns
    -------
    xr.Dataset
        As :func:`mmviz.analysis.shapley`: ``phi`` (sample, modality), ``baseline``, ``full`` (sample), with baseline + Σ phi = full up to
        rounding; and ``standard_error``, ``low``, ``high`` (sample, modality): error of the sampling of coalitions, Student's t (0 where all
        coalitions were evaluated). All samples share the drawn coalitions: their errors are correlated, and a mean over samples
        does not reduce them. Attributes ``exact``, ``estimator``, ``budget``, ``coalitions``.

    Raises
    ------
    DataError
        If the Dataset is not such a recording, or the drawn coalitions do not determine the values.
    ConfigError
        If the value function does not belong to the task.

    Notes
    -----
    See :func:`estimated_values` for the estimators and their errors. The interval states the error of the estimate for this model and sample,
    not the variation over samples or seeds.
    """
    plan = plan_of(sampled)
    v = value_function(sampled, value)
    target = _explained(sampled, plan.members, v)
    game = game_of(sampled["prediction"], target, v).transpose("sample", "coalition").values
    known = np.isfinite(game).all(1)
    shape = (len(game), plan.members.shape[1])
    phi, error = np.full(shape, np.nan), np.full(shape, np.nan)
    reach = np.full(shape, np.nan)
    if known.any():
        found = estimated_values(game[known], plan, budget=sampled.attrs["budget"], seed=sampled.attrs["draw_seed"])
        phi[known], error[known] = found.phi, found.error
        reach[known] = found.error * (0.0 if plan.estimator == "exact" else student_t(np.asarray(found.freedom)))
    both = ("sample", "modality")
    sums = plan.members.sum(1)
    out = xr.Dataset(
        {
            "phi": (both, phi),
            "baseline": ("sample", game[:, sums.argmin()]),
            "full": ("sample", game[:, sums.argmax()]),
            "standard_error": (both, error),
            "low": (both, phi - reach),
            "high": (both, phi + reach),
        },
        coords={name: sampled[name] for name in ("sample", "modality", "sample_id", "group") if name in sampled.coords},
    )
    out.attrs = game_attributes(sampled, v, epoch=sampled.attrs["best_epoch"]) | {
        "exact": plan.estimator == "exact",
        "estimator": plan.estimator,
        "estimator_meaning": ESTIMATORS.get(
            plan.estimator, "all coalitions" if plan.estimator == "exact" else f"shapiq.{plan.estimator}"
        ),
        "budget": sampled.attrs["budget"],
        "coalitions": len(plan.members),
        "draw_seed": sampled.attrs["draw_seed"],
        "untrained": sampled.attrs.get("untrained", ""),
    }
    return out


def _explained(
    sampled: xr.Dataset, members: Bool[np.ndarray, "coalition modality"], value: ValueFunction
) -> xr.DataArray:
    """Return the target; without labels, the class predicted from all modalities."""
    if is_labelled(sampled["target"]):
        return sampled["target"]
    refuse_unlabelled(value, sampled.attrs["split"])
    if sampled.attrs["task"]["kind"] != "classification":
        return sampled["target"]
    full = sampled["prediction"].isel(coalition=int(members.sum(1).argmax())).transpose("sample", "output")
    return sampled["target"].copy(data=predicted_class(full.values))
