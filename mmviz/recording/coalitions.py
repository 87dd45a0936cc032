"""Groups /coalitions and /prefixes: predictions for every subset of modalities and every prefix of the sequence."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import xarray as xr

from mmviz.core.subsets import subset_label, subset_numbers
from mmviz.models.batch import batch_of
from mmviz.models.coalitions import CHUNK_BYTES, coalition_predictions
from mmviz.models.prefixes import prefix_meaning, truncated
from mmviz.recording.samples import array, coordinates, outputs

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.models.coalitions import Players
    from mmviz.train.run import Run


def recorded_predictions(
    model: FusionModel,
    batch: Batch,
    members: Bool[np.ndarray, "coalition player"] | None = None,
    *,
    players: Players | None = None,
    every_step: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> Float[np.ndarray, "batch coalition *time output"]:
    """Return class probabilities or values for every sample and coalition; the encoders run once.

    As :func:`mmviz.models.coalitions.coalition_predictions`, from a batch, in evaluation mode and without gradients; the mode of the
    model is restored. NaN predictions are kept.

    Raises
    ------
    ConfigError
        As there: too many players, members of another shape, a subset that the model cannot run.
    """
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            subsets = None if members is None else torch.from_numpy(members)
            steps = model.encode(batch.ordered(model.spec.names))
            output = coalition_predictions(
                model, steps, subsets, players=players, every_step=every_step, chunk_bytes=chunk_bytes
            )
            return array(output.softmax(-1) if model.spec.task.kind == "classification" else output)
    finally:
        model.train(mode)


_SAMPLES, _LISTED = 64, 4


def coalitions_of(run: Run, split: Split, matching: Matching, members: np.ndarray, rows: np.ndarray) -> xr.Dataset:
    """Return the predictions of these samples for every coalition at the best epoch."""
    spec = matching.spec
    batches = (batch_of(split, rows[i : i + _SAMPLES], matching) for i in range(0, len(rows), _SAMPLES))
    with run.at_epoch(run.best_epoch) as model:
        predictions = [recorded_predictions(model, batch, members) for batch in batches]
    data: dict[str, Any] = {
        "members": (("coalition", "modality"), members),
        "prediction": (("sample", "coalition", "output"), matching.outputs(np.concatenate(predictions))),
    }
    trained = trained_coalitions(run, members)
    if trained is not None:
        data["trained"] = ("coalition", trained, {"description": _TRAINED, "source": "observed in training"})
    return xr.Dataset(data, coords={"modality": list(spec.names), "output": outputs(spec)})


_TRAINED = "whether any update of the training used the prediction of a sample from exactly this coalition of available modalities"


def trained_coalitions(
    run: Run, members: Bool[np.ndarray, "coalition modality"]
) -> Bool[np.ndarray, " coalition"] | None:
    """Return whether the updates of the training met each coalition; None where this is unknown: older runs, modules trained elsewhere."""
    met = run.info.get("trained_coalitions")
    return np.isin(subset_numbers(members), met) if isinstance(met, list) and met else None


def warn_of_untrained(run: Run, members: Bool[np.ndarray, "coalition modality"]) -> None:
    """Warn where predictions for non-empty coalitions are recorded that training never met."""
    trained = trained_coalitions(run, members)
    if trained is None:
        return
    unmet = [subset_label(run.model.spec.names, row) for row in members[~trained] if row.any()]
    if unmet:
        warnings.warn(
            f"record: training (strategy {run.info['train']['strategy']!r}) never met {len(unmet)} of {len(members) - 1} non-empty subsets of the "
            f"modalities: {', '.join(unmet[:_LISTED])}{', ...' if len(unmet) > _LISTED else ''}. Their predictions are out of "
            "distribution, and so are Shapley values, most of all those of single samples. Train with "
            "strategy='modality_dropout' to meet all subsets",
            UserWarning,
            stacklevel=4,
        )


class PrefixGroup:
    """Predictions for the recorded samples from every coalition, at every step of every epoch.

    Parameters
    ----------
    members
        Which modalities each coalition contains.
    method
        ``steps`` or ``recording``, see :func:`mmviz.record`. Where both agree, one pass is computed.
    """

    def __init__(self, members: np.ndarray, method: str = "steps") -> None:
        self._members, self._method = members, method
        self._predictions: list[np.ndarray] = []

    def add(self, model: FusionModel, batch: Batch) -> None:
        """Add the predictions of one epoch."""
        if self._method == "steps" or prefix_meaning(model).kind != "steps":
            self._predictions.append(recorded_predictions(model, batch, self._members, every_step=True))
            return
        cuts = (truncated(model, batch, stop) for stop in range(1, model.steps + 1))
        self._predictions.append(np.stack([recorded_predictions(model, cut, self._members) for cut in cuts], 2))

    def datasets(
        self, model: FusionModel, matching: Matching, chosen: np.ndarray, epochs: list[int]
    ) -> dict[str, xr.Dataset]:
        """Return the group."""
        predictions = matching.outputs(np.stack(self._predictions))
        data = {"prediction": (("epoch", "recorded_sample", "coalition", "time", "output"), predictions)}
        coords = {**coordinates(matching.spec, chosen, epochs), "output": outputs(matching.spec)}
        out = xr.Dataset(data, coords=coords)
        meaning = prefix_meaning(model, self._method)
        out["prediction"].attrs = {"long_name": f"prediction at each step: {meaning.label}", "units": "1"}
        out.attrs = meaning.attrs()
        return {"/prefixes": out}
