"""Groups /coalitions and /prefixes: what the model answers when it sees some modalities, or the beginning only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.models.batch import batch_of
from mmviz.models.prefix import meaning_of, stopped
from mmviz.trace.axes import coordinates, outputs
from mmviz.trace.coalitions import recorded_answers

if TYPE_CHECKING:
    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel
    from mmviz.train.run import Run

_SAMPLES = 64


def members_of(modalities: int) -> np.ndarray:
    """Return (coalition, modality) bool: row k holds modality i where bit i of k is set."""
    return (np.arange(2**modalities)[:, None] >> np.arange(modalities)) % 2 == 1


def coalitions_of(run: Run, split: Split, matching: Matching, members: np.ndarray, rows: np.ndarray) -> xr.Dataset:
    """Return the answers of these samples and every coalition at the best epoch."""
    spec = matching.spec
    batches = (batch_of(split, rows[i : i + _SAMPLES], matching) for i in range(0, len(rows), _SAMPLES))
    with run.at_epoch(run.best_epoch) as model:
        answers = [recorded_answers(model, batch, members) for batch in batches]
    data = {
        "members": (("coalition", "modality"), members),
        "answer": (("sample", "coalition", "output"), matching.outputs(np.concatenate(answers))),
    }
    return xr.Dataset(data, coords={"modality": list(spec.names), "output": outputs(spec)})


class PrefixGroup:
    """Predictions for the traced samples from every coalition, at every step of every epoch.

    Parameters
    ----------
    members
        Of the coalitions.
    way
        ``steps`` or ``recording``, see :func:`mmviz.trace.record`. Where both are the same, one pass is enough.
    """

    def __init__(self, members: np.ndarray, way: str = "steps") -> None:
        self._members, self._way = members, way
        self._answers: list[np.ndarray] = []

    def add(self, model: FusionModel, batch: Batch) -> None:
        """Take in one epoch."""
        if self._way == "steps" or meaning_of(model).kind != "steps":
            self._answers.append(recorded_answers(model, batch, self._members, every_step=True))
            return
        cuts = (stopped(model, batch, stop) for stop in range(1, model.steps + 1))
        self._answers.append(np.stack([recorded_answers(model, cut, self._members) for cut in cuts], 2))

    def datasets(
        self, model: FusionModel, matching: Matching, chosen: np.ndarray, epochs: list[int]
    ) -> dict[str, xr.Dataset]:
        """Return the group."""
        answers = matching.outputs(np.stack(self._answers))
        data = {"answer": (("epoch", "traced", "coalition", "time", "output"), answers)}
        coords = {**coordinates(matching.spec, chosen, epochs), "output": outputs(matching.spec)}
        out = xr.Dataset(data, coords=coords)
        meaning = meaning_of(model, self._way)
        out["answer"].attrs = {"long_name": f"prediction at each step: {meaning.label}", "units": "1"}
        out.attrs = meaning.attrs()
        return {"/prefixes": out}
