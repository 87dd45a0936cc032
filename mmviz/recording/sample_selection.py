"""Which samples are recorded: the given ones, or by default those with the largest errors and some spread over the targets; and the rule in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions
from mmviz.recording.samples import chosen_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float, Int

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.train.run import Run

#: number of samples that are recorded by default
DEFAULT_COUNT = 6
_BATCH = 64


@dataclass(frozen=True)
class SampleSelection:
    """The recorded samples, and how they were chosen.

    Attributes
    ----------
    rows
        Their positions in the split.
    rule
        How they were chosen, for captions.
    by_error
        Those of them that were chosen for their error.
    """

    rows: Int[np.ndarray, " recorded_sample"]
    rule: str
    by_error: tuple[int, ...] = ()

    def attrs(self) -> dict[str, Any]:
        """Return the attribute ``recorded_samples`` of a Trace."""
        return {"rule": self.rule, "by_error": list(self.by_error)}


def without_model(split: Split, recorded_samples: int | Sequence[int] | np.ndarray | None) -> SampleSelection:
    """Return the given samples; for None as many as by default, evenly spaced in the order of the target (without labels over the split).

    Raises
    ------
    ConfigError
        Not a number ≥ 1, or positions that are repeated or outside the split.
    """
    given = DEFAULT_COUNT if recorded_samples is None else recorded_samples
    rows = chosen_samples(split, given)
    if not isinstance(given, (int, np.integer)):
        return SampleSelection(rows, "given by position")
    if len(rows) == len(split):
        return SampleSelection(rows, "all samples of the split")
    return SampleSelection(
        rows, "evenly spaced over the split" if split.target is None else "evenly spaced in the order of the target"
    )


def default_selection(run: Run, split: Split, matching: Matching) -> SampleSelection:
    """Return the samples that are recorded by default, from the predictions of all samples at the selected epoch.

    Half of the places (rounded up) are for samples evenly spaced in the order of the target; these do not depend on the model. The others are for the remaining samples with the largest error:
    the misclassified ones first, in the order of the loss -ln p(true class), one of each true class before a second of any, so that neighbours from one recording do not take all
    places; for a regression in the order of the absolute error. Ties are in the order of the split; a prediction that is not finite has no error. Without labels all are evenly spaced over the split.
    """
    even = without_model(split, None)
    if split.target is None or len(even.rows) == len(split):
        return even
    spread = chosen_samples(split, DEFAULT_COUNT - DEFAULT_COUNT // 2)
    order = _by_error(run, split, matching)
    worst = order[~np.isin(order, spread)][: DEFAULT_COUNT // 2]
    error = (
        "loss of their class (misclassified first)" if matching.spec.task.kind == "classification" else "absolute error"
    )
    rule = f"{len(worst)} with the largest {error}, {len(spread)} evenly spaced in the order of the target"
    return SampleSelection(np.union1d(spread, worst), rule, tuple(sorted(worst.tolist())))


def _by_error(run: Run, split: Split, matching: Matching) -> Int[np.ndarray, " sample"]:
    """Return the positions of the samples with a finite error, the largest first; misclassified ones before all others, one of each class before a second."""
    outputs = _predictions(run, split, matching).astype(np.float64)
    target = np.asarray(split.target)
    if matching.spec.task.kind == "classification":
        p = outputs[np.arange(len(target)), target.astype(int)]
        wrong = outputs.argmax(1) != target
        error = -np.log(np.maximum(p, np.finfo(np.float32).tiny))
    else:
        error = np.abs(outputs[:, 0] - target)
    known = np.isfinite(outputs).all(1) & np.isfinite(error)
    order = np.argsort(-np.where(known, error, 0), kind="stable")  # ties in the order of the split
    order = order[known[order]]
    if matching.spec.task.kind != "classification":
        return order
    turn = np.zeros(len(order), int)  # how many samples of the class come before, among the misclassified or the others
    for one in np.unique(target):
        for part in (wrong[order], ~wrong[order]):
            here = part & (target[order] == one)
            turn[here] = np.arange(here.sum())
    return order[np.lexsort((turn, ~wrong[order]))]


def _predictions(run: Run, split: Split, matching: Matching) -> Float[np.ndarray, "sample output"]:
    """Return class probabilities or values of all samples with all modalities, at the selected epoch."""
    every = np.ones((1, len(matching.model.names)), dtype=bool)
    starts = range(0, len(split), _BATCH)
    with run.at_epoch(run.best_epoch) as model:
        parts = [
            recorded_predictions(model, batch_of(split, range(i, min(i + _BATCH, len(split))), matching), every)[:, 0]
            for i in starts
        ]
    return matching.outputs(np.concatenate(parts))
