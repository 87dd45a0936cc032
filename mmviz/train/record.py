"""What a training leaves behind as it goes: a row of history and the weights of every epoch, in memory and on disk."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mmkernels

from mmviz.data.spec_json import spec_to_json
from mmviz.train.config import SELECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from mmviz.models.fusion import FusionModel
    from mmviz.train.folder import RunFolder
    from mmviz.train.resume import Before
    from mmviz.train.state import State


@dataclass
class Record:
    """The history so far, and which epoch is the one to return.

    Attributes
    ----------
    model
        Whose weights are kept.
    select
        As in :class:`mmviz.train.TrainConfig`.
    folder
        Where it is published after every epoch; None for memory only.
    info
        Of the run; ``backend`` is filled in here.
    """

    model: FusionModel
    select: str
    folder: RunFolder | None
    info: dict[str, Any]
    history: list[dict[str, float]] = field(default_factory=list)
    weights: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    entries: dict[str, dict[str, str]] = field(default_factory=dict)
    best: int = 0
    state: dict[str, str] | None = None

    def go_on(self, before: Before) -> None:
        """Begin with the epochs that a training before has left."""
        self.history, self.weights, self.entries = before.history, before.weights, before.entries
        self.best, self.state = self._chosen(), before.entry
        self.publish("running")  # an epoch that was cut short is no longer named: its file will be written anew

    def keep(self, epoch: int, row: dict[str, float], state: Callable[[], State] | None = None) -> None:
        """Add an epoch, and what is needed to go on after it; without that it was cut short, and is trained again when resumed."""
        self.history.append({"epoch": float(epoch), **row})
        self.weights[epoch] = {k: v.detach().cpu().float().clone() for k, v in self.model.state_dict().items()}
        self.best = self._chosen()
        ran = mmkernels.last_backend()
        self.info["backend"] = "none" if ran is None else ran.backend
        if self.folder is not None:
            self.entries[str(epoch)] = self.folder.write_weights(epoch, self.weights[epoch])
            if state is not None:
                self.state = self.folder.write_state(state())
            self.publish("running")
            if self.state is not None:
                self.folder.drop_states(self.state)

    def _chosen(self) -> int:
        chosen = (
            self.history[-1]
            if self.select == "last"
            else max(self.history, key=lambda row: _goodness(row, SELECT[self.select]))
        )
        return int(chosen["epoch"])

    def publish(self, status: str) -> None:
        """Write the index of the run, where it has a folder."""
        if self.folder is not None:
            self.folder.write_index(
                {
                    "status": status,
                    "best_epoch": self.best,
                    "info": self.info,
                    "history": self.history,
                    "weights": self.entries,
                    "state": self.state,
                    "spec": spec_to_json(self.model.spec),
                }
            )


def _goodness(row: dict[str, float], by: str) -> tuple[float, ...]:
    """Return what the best epoch has most of: validation score (``by`` a name, "" the task's), then least validation loss; without a split, epochs."""
    if "valid_loss" not in row:
        return (row["epoch"],)
    score = row[f"valid_{by or 'accuracy'}"] if "valid_accuracy" in row else -row["valid_mae"]
    return (score, -row["valid_loss"]) if math.isfinite(row["valid_loss"]) else (-math.inf, -math.inf)
