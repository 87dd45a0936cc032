"""Groups /coalitions and /prefixes: what the model answers when it sees some modalities, or the beginning only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.trace.axes import array, coordinates, outputs

if TYPE_CHECKING:
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel
    from mmviz.train.run import Run

_ROWS = 512


def members_of(modalities: int) -> np.ndarray:
    """Return (coalition, modality) bool: row k holds modality i where bit i of k is set."""
    return (np.arange(2**modalities)[:, None] >> np.arange(modalities)) % 2 == 1


def coalitions_of(run: Run, split: Split, members: np.ndarray) -> xr.Dataset:
    """Return the answers of every sample and coalition at the best epoch."""
    spec = run.model.spec
    with run.at_epoch(run.best_epoch) as model:
        answers = [_answers(model, batch, members) for batch in run.batches(split, max(1, _ROWS // len(members)))]
    data = {
        "members": (("coalition", "modality"), members),
        "answer": (("sample", "coalition", "output"), array(torch.cat(answers))),
    }
    return xr.Dataset(data, coords={"modality": list(spec.names), "output": outputs(spec)})


class PrefixGroup:
    """Answers of the traced samples from every coalition, at every step of every epoch."""

    def __init__(self, members: np.ndarray) -> None:
        self._members = members
        self._answers: list[np.ndarray] = []

    def add(self, model: FusionModel, batch: Batch) -> None:
        """Take in one epoch."""
        self._answers.append(array(_answers(model, batch, self._members, every_step=True)))

    def datasets(self, model: FusionModel, chosen: np.ndarray, epochs: list[int]) -> dict[str, xr.Dataset]:
        """Return the group."""
        data = {"answer": (("epoch", "traced", "coalition", "time", "output"), np.stack(self._answers))}
        coords = {**coordinates(model.spec, chosen, epochs), "output": outputs(model.spec)}
        out = xr.Dataset(data, coords=coords)
        out["answer"].attrs = {"long_name": "answer from the steps up to this one", "units": "1"}
        return {"/prefixes": out}


def _answers(model: FusionModel, batch: Batch, members: np.ndarray, *, every_step: bool = False) -> Tensor:
    """Return (sample, coalition, ...) answers, a bounded number of rows in one pass."""
    spec, parts = model.spec, []
    batch = batch.ordered(spec.names)
    for some in np.array_split(members, math.ceil(len(batch) * len(members) / _ROWS)):
        subsets = batch.repeated(len(some)).masked(torch.from_numpy(np.tile(some, (len(batch), 1))))
        output = model.prefixes(subsets) if every_step else model(subsets)
        answer = output.softmax(-1) if spec.task.kind == "classification" else output
        parts.append(answer.unflatten(0, (len(batch), len(some))))
    return torch.cat(parts, 1)
