"""Groups /coalitions and /prefixes: what the model answers when it sees some modalities, or the beginning only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.models.batch import batch_of
from mmviz.trace.axes import coordinates, outputs
from mmviz.trace.coalitions import recorded_answers

if TYPE_CHECKING:
    from mmviz.data.dataset import Split
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel
    from mmviz.train.run import Run

_SAMPLES = 64


def members_of(modalities: int) -> np.ndarray:
    """Return (coalition, modality) bool: row k holds modality i where bit i of k is set."""
    return (np.arange(2**modalities)[:, None] >> np.arange(modalities)) % 2 == 1


def coalitions_of(run: Run, split: Split, members: np.ndarray, rows: np.ndarray) -> xr.Dataset:
    """Return the answers of these samples and every coalition at the best epoch."""
    spec = run.model.spec
    batches = (batch_of(split, rows[i : i + _SAMPLES]) for i in range(0, len(rows), _SAMPLES))
    with run.at_epoch(run.best_epoch) as model:
        answers = [recorded_answers(model, batch, members) for batch in batches]
    data = {
        "members": (("coalition", "modality"), members),
        "answer": (("sample", "coalition", "output"), np.concatenate(answers)),
    }
    return xr.Dataset(data, coords={"modality": list(spec.names), "output": outputs(spec)})


class PrefixGroup:
    """Answers of the traced samples from every coalition, at every step of every epoch."""

    def __init__(self, members: np.ndarray) -> None:
        self._members = members
        self._answers: list[np.ndarray] = []

    def add(self, model: FusionModel, batch: Batch) -> None:
        """Take in one epoch."""
        self._answers.append(recorded_answers(model, batch, self._members, every_step=True))

    def datasets(self, model: FusionModel, chosen: np.ndarray, epochs: list[int]) -> dict[str, xr.Dataset]:
        """Return the group."""
        data = {"answer": (("epoch", "traced", "coalition", "time", "output"), np.stack(self._answers))}
        coords = {**coordinates(model.spec, chosen, epochs), "output": outputs(model.spec)}
        out = xr.Dataset(data, coords=coords)
        out["answer"].attrs = {"long_name": "answer from the steps up to this one", "units": "1"}
        return {"/prefixes": out}
