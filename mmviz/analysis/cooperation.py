"""SHAPE: contributions of the modalities to a score, and their cooperation, what all together add to the sum of each alone."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.game import game_attributes, is_labelled, value_function
from mmviz.analysis.measured_game import MASKINGS, measured_game
from mmviz.analysis.per_run import per_run
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import group_count
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import one_of, takes
from mmviz.core.subsets import membership
from mmviz.metrics.shapley import shapley_values

STATISTICS = ("mean", "low", "high")
BASELINES = ("model", "majority")
LIMITS = (
    "Cooperation of accuracies is no synergy: for two independent unique bits it is 0.25, because accuracies multiply; log-probabilities, in the same table, "
    "give 0 there. A negative value is shared information, or masked inputs that the model does not know. It counts interactions of all orders together, and belongs to this model: "
    "another one of the same accuracy on the same data can have another value."
)
#: value functions of a task that are scores
SCORES = {"classification": ("accuracy", "log_likelihood"), "regression": ("negative_absolute_error",)}


@takes(trace="trace")
@per_run
def cooperation(
    trace: xr.DataTree, *, value: str | None = None, masking: str | None = None, baseline: str = "model"
) -> xr.Dataset:
    """Return the cooperation of the modalities (SHAPE), v(all) - v(∅) - Σ_m (v({m}) - v(∅)), and their Shapley values, for each score.

    Parameters
    ----------
    trace
        With coalitions, or with the group ``/product_grid``, and labels.
    value
        One value function, as in :func:`mmviz.analysis.shapley`; None: accuracy and log-probability of the true class, or minus the
        absolute error of a regression.
    masking
        ``imputed`` (group ``/coalitions``) or ``marginal`` (group ``/product_grid``); None: the latter where the Trace contains it.
    baseline
        v(∅): that of the ``model`` without any modality, or of always predicting the ``majority`` class (of an accuracy only).

    Returns
    -------
    xr.Dataset
        ``cooperation`` (value, statistic); ``contribution`` (value, modality, statistic): Shapley values, which sum to v(all) - v(∅); ``v`` (value, coalition):
        mean values; ``members`` (coalition, modality); ``interval`` (value). Attributes ``limits``, ``masking``, ``baseline``, ``n_samples``, ``n_groups``.

    Raises
    ------
    ConfigError
        A single modality, an unknown option, or ``majority`` with another value function than accuracy.
    DataError
        If the Trace holds no such group, or no labels.

    Notes
    -----
    The accuracy game reports cooperation for independent unique information: read ``log_likelihood`` beside it. For two modalities the cooperation is
    the interaction of :func:`mmviz.analysis.interactions`; for more it sums all orders.

    References
    ----------
    .. [1] P. Hu, X. Li, Y. Zhou, SHAPE: an unified approach to evaluate the contribution and cooperation of individual modalities, IJCAI 2022,
       arXiv 2205.00302.
    """
    one_of(baseline, BASELINES, "cooperation: baseline")
    task = trace.attrs["task"]["kind"]
    if not is_labelled(trace["samples"]["target"]):
        raise DataError(
            f"cooperation: scores need labels, and the split {trace.attrs['split']!r} was recorded without; record a labelled split"
        )
    chosen = [value_function(trace, name) for name in (SCORES[task] if value is None else (value,))]
    if any(v.name == "output" for v in chosen):
        raise ConfigError("cooperation: value='output' is not a score; choose 'negative_absolute_error'")
    if baseline == "majority":
        if value not in (None, "accuracy") or task != "classification":
            raise ConfigError(
                f"cooperation: baseline='majority' is an accuracy, value={value!r}; choose value='accuracy' or baseline='model'"
            )
        chosen = [v for v in chosen if v.name == "accuracy"]
    names = [str(n) for n in trace.attrs["modalities"]]
    found, games = [], []
    for v in chosen:
        game = measured_game(trace, v, masking, where="cooperation")
        majority = None
        if baseline == "majority":
            majority = (game.target == np.bincount(game.target.astype(np.int64)).argmax()).astype(float)

        def statistic(rows: np.ndarray, game=game, majority=majority) -> np.ndarray:  # type: ignore[no-untyped-def]
            mean = game.values(rows).mean(0)
            if majority is not None:
                mean = np.concatenate([[majority[rows].mean()], mean[1:]])
            return np.concatenate([[shape_cooperation(mean)], shapley_values(mean), mean])

        found.append(jackknife_interval(statistic, game.group, game.size, rounding=1e-6))
        games.append(game)
    table, M = np.stack([one.statistics for one in found]), len(names)
    out = xr.Dataset(
        {
            "cooperation": (("value", "statistic"), table[:, 0]),
            "contribution": (("value", "modality", "statistic"), table[:, 1 : M + 1]),
            "v": (("value", "coalition"), table[:, M + 1 :, 0]),
            "members": (("coalition", "modality"), membership(M)),
            "interval": ("value", [one.text_of(one.low[0]) for one in found]),
        },
        coords={"value": [v.name for v in chosen], "modality": names, "statistic": list(STATISTICS)},
    )
    out.attrs = game_attributes(trace, chosen[0], epoch=trace.attrs["best_epoch"]) | {
        "index": "SHAPE cooperation and contributions",
        "value": [v.name for v in chosen],
        "units": "units of the value function",
        "masking": games[0].masking,
        "masked": MASKINGS[games[0].masking],
        "baseline": "always the largest class"
        if baseline == "majority"
        else "prediction of the model with every modality masked",
        "limits": LIMITS,
        "n_samples": games[0].size,
        "n_groups": group_count(games[0].group, games[0].size),
    }
    return out


def shape_cooperation(game: np.ndarray) -> np.ndarray:
    """Return v(all) - v(∅) - Σ_m (v({m}) - v(∅)) of games (..., coalition)."""
    v = np.asarray(game, dtype=np.float64)
    single = v[..., 1 << np.arange(v.shape[-1].bit_length() - 1)]
    return v[..., -1] - v[..., 0] - (single - v[..., :1]).sum(-1)
