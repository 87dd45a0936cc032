"""Scores of every test sample for every subset of the modalities, and of linear probes, as JSON columns of a row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.game import score_function
from mmviz.core.subsets import membership, subset_label
from mmviz.recording.missing_modalities import subset_predictions
from mmviz.recording.probes import linear_probes

if TYPE_CHECKING:
    from jaxtyping import Float

    from mmviz.data.dataset import Dataset, Split
    from mmviz.data.spec import Task
    from mmviz.train.run import Run


def scores_per_sample(
    prediction: Float[np.ndarray, "sample output"], target: np.ndarray, task: Task
) -> Float[np.ndarray, " sample"]:
    """Return 1 where the most probable class is the true one, else 0; minus the absolute error of a regression; NaN where not finite."""
    value = score_function(xr.Dataset(attrs={"task": {"kind": task.kind}}))
    return value.compute(np.asarray(prediction, np.float64), target)


def sample_scores(run: Run, split: Split) -> str:
    """Return the scores of every sample for every subset of the modalities: a JSON object, "audio+image" to a list."""
    found, names = subset_predictions(run, split), run.model.spec.names
    target = split.labels("score")
    return _to_json(
        {
            subset_label(names, members, between="+"): scores_per_sample(
                found.output[:, k], target, run.model.spec.task
            )
            for k, members in enumerate(membership(len(names)))
        }
    )


def probe_scores(run: Run, ds: Dataset, *, untrained: bool = False) -> str:
    """Return the scores of every test sample by linear probes: a JSON object, "head input/trained/audio" to a list.

    With ``untrained`` also "head input/untrained/audio", of the weights before the first epoch.
    """
    probed: dict[str, int | None] = {"trained": None} | ({"untrained": 0} if untrained else {})
    return _to_json(
        {
            f"{representation}/{weights}/{name}": values
            for name in run.model.spec.names
            for weights, epoch in probed.items()
            for representation, values in linear_probes(run, ds, name, epoch=epoch).items()
        }
    )


def scores_from_json(text: str) -> dict[str, Float[np.ndarray, " sample"]]:
    """Return the lists of :func:`sample_scores` or :func:`probe_scores` as arrays; null is NaN."""
    return {name: np.array(values, dtype=np.float64) for name, values in json.loads(text).items()}


def _to_json(values: dict[str, np.ndarray]) -> str:
    def plain(value: float) -> float | int | None:
        return None if not np.isfinite(value) else int(value) if value == int(value) else float(value)

    return json.dumps({name: [plain(v) for v in each.tolist()] for name, each in values.items()}, separators=(",", ":"))
