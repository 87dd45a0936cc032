"""Perceptual score: how much the score of a model falls when one modality is permuted over the samples."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.game import game_attributes, is_labelled, score_function
from mmviz.analysis.per_run import per_run
from mmviz.analysis.product_grid import measure_group, measured_target
from mmviz.analysis.trace_groups import sample_groups
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import clustered_interval, group_count, interval_text
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import takes

STATISTICS = ("mean", "low", "high")
LIMITS = (
    "A score of 0 means that this model does not need the modality here, not that the data hold nothing in it: a second modality can hold the same. "
    "Permuted samples are combinations that the data need not contain. Scores of two modalities of an interaction count it twice, so they do not add up."
)


@takes(trace="trace")
@per_run
def perceptual_score(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the perceptual score of each modality: score of the model minus its score with the modality permuted over the samples.

    Parameters
    ----------
    trace
        With the group ``/permutations``, see :func:`mmviz.recording.record_permutations`, and labels.
    value
        The score, as in :func:`mmviz.analysis.shapley`; ``accuracy`` by default for a classification, ``negative_absolute_error`` for a regression.

    Returns
    -------
    xr.Dataset
        Over ``modality`` and ``statistic`` (mean, low, high): ``score``; of an accuracy also ``task_normalised``, score / (accuracy -
        accuracy of the largest class), and ``model_normalised``, score / accuracy; NaN where the denominator is not above 0. ``sample_score`` (modality,
        measured_sample): score of the sample minus its mean over the draws, whose mean is ``score``; of an accuracy 1 where it was right and
        becomes wrong in every draw. ``draw_deviation`` (modality): standard deviation of the score between draws. ``full``: score without permutation; ``interval`` (modality), text. Attributes
        ``limits``, ``majority``, ``n_samples``, ``n_groups``.

    Raises
    ------
    DataError
        If the Trace holds no permutations, no labels, or no sample with finite predictions.
    ConfigError
        If the value function does not belong to the task, or is no score.

    Notes
    -----
    No sample keeps its own modality: with fixed points the expectation would be (N - 1)/N of this one. The score of a modality whose values are equal
    in all samples, or that the model does not use, is exactly 0. A sample takes part twice, by its own modality and as the source of another one's; the
    interval contains both parts (simulated coverage at 95 %, XOR, 60 and 200 samples, 2 to 40 draws: 94 to 99 %; without the second part 88 to 93 %). The names of the normalisations are those of the source; their formulas are as we remember them.

    References
    ----------
    .. [1] I. Gat, I. Schwartz, A. Schwing, Perceptual score: what data modalities does your model perceive?, NeurIPS 2021, arXiv 2110.14375. Its
       published example permutes in both evaluations, so that the difference is about 0; that is not done here.
    """
    v = score_function(trace, value)
    if v.name == "output":
        raise ConfigError("perceptual_score: value='output' is not a score; choose 'negative_absolute_error'")
    if not is_labelled(trace["samples"]["target"]):
        raise DataError(
            f"perceptual_score: scores need labels, and the split {trace.attrs['split']!r} was recorded without; record a labelled split"
        )
    found = measure_group(trace, "permutations")
    rows = found["measured_sample"].values
    target = measured_target(trace, rows, v)
    prediction = (
        found["prediction"].transpose("modality", "draw", "measured_sample", "output").values.astype(np.float64)
    )
    full = v.compute(found["full"].transpose("measured_sample", "output").values.astype(np.float64), target)
    permuted = v.compute(prediction, np.broadcast_to(target, prediction.shape[:-1]))
    known = np.isfinite(full) & np.isfinite(permuted).all((0, 1))
    if known.sum() < 2:
        raise DataError(f"perceptual_score: {int(known.sum())} sample has finite predictions; two are needed")
    group, partner = sample_groups(trace)[rows], found["partner"].transpose("draw", "measured_sample").values
    if partner.min() < 0 or partner.max() >= len(rows):
        raise DataError("Trace: /permutations has partners outside its samples; record it again")
    fall = full - permuted  # modality draw sample
    table = fall.mean(1)[:, known]
    means, _, high = clustered_interval(sample_influence(fall, full, partner)[:, known].T, group[known])
    reach = np.where(high - means > 1e-12, high - means, np.nan)  # rounding is no variation
    statistics = np.stack([table.mean(1), table.mean(1) - reach, table.mean(1) + reach], -1)
    text = interval_text(group[known], int(known.sum()))
    equal = "no interval: all samples have the same part in the score"
    texts = [text if np.isfinite(one) or text.startswith("no interval") else equal for one in reach]
    names, dims = [str(n) for n in found["modality"].values], ("modality", "statistic")
    out = xr.Dataset(
        {
            "score": (dims, statistics),
            "sample_score": (("modality", "measured_sample"), np.where(known, fall.mean(1), np.nan)),
            "draw_deviation": ("modality", _deviation(fall[:, :, known].mean(-1))),
            "full": ((), full[known].mean()),
            "interval": ("modality", texts),
        },
        coords={
            "modality": names,
            "statistic": list(STATISTICS),
            "measured_sample": rows,
            "sample_id": found["sample_id"],
        },
    )
    out.attrs = game_attributes(trace, v, epoch=trace.attrs["best_epoch"]) | {
        "index": "perceptual score",
        "baseline": "the modality of another sample",
        "draws": found.attrs["draws"],
        "limits": LIMITS,
        "n_samples": int(known.sum()),
        "n_groups": group_count(group[known], int(known.sum())),
    }
    if v.name == "accuracy":
        counts = np.bincount(target[known].astype(np.int64))
        majority = target[known] == counts.argmax()
        for name, base in (("task_normalised", majority.astype(float)), ("model_normalised", np.zeros(known.sum()))):
            out[name] = (dims, _normalised(table, full[known] - base, group[known]))
        out.attrs["majority"] = float(majority.mean())
    return out


def _deviation(scores: np.ndarray) -> np.ndarray:
    return scores.std(1, ddof=1) if scores.shape[1] > 1 else np.full(len(scores), np.nan)


def sample_influence(fall: np.ndarray, full: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """Return the part of each sample in the score, (modality, sample): its own fall, and what its modality changes in samples that receive it.

    Parameters
    ----------
    fall
        (modality, draw, sample): score without permutation minus score with it.
    full
        (sample,): score without permutation.
    partner
        (draw, sample): where the modality of a sample comes from.
    """
    draws = fall.shape[1]
    permuted = full - fall
    # beyond the mean of the receiving sample over its sources; one draw has no such mean
    beyond = (permuted - permuted.mean(1, keepdims=True)) * draws / (draws - 1) if draws > 1 else permuted
    given = np.empty(fall.shape)
    for d, order in enumerate(partner):
        given[:, d, order] = beyond[:, d]
    return fall.mean(1) - given.mean(1)


def _normalised(table: np.ndarray, gain: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return (modality, statistic) of the mean fall divided by the mean gain; NaN where that is not above 0."""

    def ratio(rows: np.ndarray) -> np.ndarray:
        below = gain[rows].mean()
        return table[:, rows].mean(1) / below if below > 1e-12 else np.full(len(table), np.nan)

    return jackknife_interval(ratio, group, table.shape[1]).statistics
