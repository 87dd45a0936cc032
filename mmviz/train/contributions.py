"""Contributions of the modalities during training: exact Shapley values on held-out samples."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.metrics.imbalance import deviations, edm_e1, edm_e2, edm_e3, shares
from mmviz.metrics.shapley import WORTH, shapley_values, worth
from mmviz.models.batch import batch_of
from mmviz.models.coalitions import MOST, coalition_answers
from mmviz.train.devices import Devices

if TYPE_CHECKING:
    from jaxtyping import Float

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Spec
    from mmviz.models.base import FusionModel

_AT_ONCE = 512


@dataclass(frozen=True)
class Measure:
    """What is measured after every epoch. ``fit(..., measure=True)`` takes the defaults.

    Attributes
    ----------
    value
        What an answer is worth: ``accuracy``, ``probability``, ``negative_loss`` or ``sample_level``, see
        :data:`mmviz.metrics.shapley.WORTH`; "" is what :func:`mmviz.analysis.equilibrium` takes: ``accuracy`` for a classification,
        ``negative_loss`` for a regression.
    every
        Measure after every so many epochs, and before the first.
    smoothing
        Factor of the exponential mean over measurements, in [0, 1); it is corrected for its start, so that the first
        measurement is its own mean.

    Notes
    -----
    A reading: Modality Equilibrium Matters (arXiv 2506.00030) publishes neither value function nor frequency.
    """

    value: str = ""
    every: int = 1
    smoothing: float = 0.9

    def __post_init__(self) -> None:
        if self.value not in ("", *WORTH):
            raise ConfigError(f"Measure: value={self.value!r} is unknown; choose one of {', '.join(WORTH)}")
        if type(self.every) is not int or self.every < 1:
            raise ConfigError(f"Measure: every={self.every!r}, expected an integer ≥ 1")
        if (
            isinstance(self.smoothing, bool)
            or not isinstance(self.smoothing, (int, float))
            or not 0 <= self.smoothing < 1
        ):
            raise ConfigError(f"Measure: smoothing={self.smoothing!r}, expected a number in [0, 1)")

    def check(self, spec: Spec) -> None:
        """Raise ConfigError where this cannot be measured on such data."""
        count = len(spec.modalities)
        if not 2 <= count <= MOST:
            raise ConfigError(
                f"fit: measure compares modalities, and asks the model for each of their 2^M subsets; {spec.name!r} has M = {count}, "
                f"expected 2 to {MOST}"
            )
        if spec.task.kind == "regression" and self.value not in ("", "negative_loss"):
            raise ConfigError(f"Measure: value={self.value!r} does not belong to a regression; choose negative_loss")


@dataclass(frozen=True)
class Measured:
    """One measurement.

    Attributes
    ----------
    contribution
        (M,) Shapley values of the mean worth over the slice.
    smoothed
        (M,) their exponential mean over the measurements so far.
    score
        (M,) accuracy, or minus the mean absolute error, of each modality alone, through the fused model.
    game
        (2^M,) mean worth of every subset; bit i of the index is modality i.
    """

    contribution: Float[np.ndarray, " modality"]
    smoothed: Float[np.ndarray, " modality"]
    score: Float[np.ndarray, " modality"]
    game: Float[np.ndarray, " coalition"]

    def row(self, names: tuple[str, ...]) -> dict[str, float]:
        """Return the entries for the history: E1, E2, E3 are readings, see :mod:`mmviz.metrics.imbalance`."""
        columns = {
            "contribution": self.contribution,
            "contribution_smoothed": self.smoothed,
            "share": shares(self.contribution),
            "deviation": deviations(self.contribution),
            "score_alone": self.score,
        }
        row = {
            f"{key}/{name}": float(v) for key, values in columns.items() for name, v in zip(names, values, strict=True)
        }
        return row | {
            "worth_of_all": float(self.game[-1]),
            "worth_of_none": float(self.game[0]),
            "E1": float(edm_e1(self.contribution)),
            "E2": float(edm_e2(self.contribution)),
            "E3": float(edm_e3(self.score)),
        }


class Meter:
    """Measures one model again and again on the same samples; each sample once, whatever the number of devices."""

    def __init__(
        self,
        options: Measure,
        held_out: Split,
        spec: Spec,
        device: torch.device,
        devices: Devices | None = None,
    ) -> None:
        self._devices, self._outputs = devices or Devices(), spec.task.outputs
        default = "accuracy" if spec.task.kind == "classification" else "negative_loss"
        self.value, self.every, self.smoothing = options.value or default, options.every, options.smoothing
        self._score = "accuracy" if spec.task.kind == "classification" else "negative_loss"
        self._target = np.asarray(held_out.labels("measure"))
        rows = self._devices.share(np.arange(len(held_out)))
        parts = [rows[i : i + _AT_ONCE] for i in range(0, len(rows), _AT_ONCE)]
        self._batches = [batch_of(held_out, part).to(device) for part in parts]
        self._sum, self._count = np.zeros(len(spec.modalities)), 0
        if spec.task.kind == "classification" and len(np.unique(self._target)) < 2 and self._devices.rank == 0:
            warnings.warn(
                f"the {len(held_out)} samples held out for measuring are of one class only: contributions on them say "
                "nothing of telling classes apart; hold out more (held_out=)",
                stacklevel=5,
            )

    @property
    def mean(self) -> tuple[list[float], int]:
        """The running mean, before its correction, and of how many measurements; it may be set."""
        return self._sum.tolist(), self._count

    @mean.setter
    def mean(self, state: tuple[list[float], int]) -> None:
        self._sum, self._count = np.array(state[0]), int(state[1])

    def due(self, epoch: int) -> bool:
        """Return whether this epoch is measured."""
        return epoch % self.every == 0

    @torch.no_grad()
    def measure(self, model: FusionModel) -> Measured:
        """Return the contributions now: one pass of the encoders over the slice, all 2^M subsets behind it.

        The model comes back in the mode it had; no random number is drawn.

        Raises
        ------
        ConfigError
            If the model cannot run a subset; it is named.
        """
        mode = model.training
        model.eval()
        try:
            answers = [coalition_answers(model, model.encode(batch)).float().cpu().numpy() for batch in self._batches]
        finally:
            model.train(mode)
        own = np.concatenate(answers) if answers else np.zeros((0, 2 ** len(self._sum), self._outputs), np.float32)
        output = self._devices.whole(torch.from_numpy(own)).numpy()
        game = worth(self.value, output, self._target).mean(0)
        contribution = shapley_values(game)
        if np.isfinite(contribution).all():
            self._count += 1
            self._sum = self.smoothing * self._sum + (1 - self.smoothing) * contribution
        weight = 1 - self.smoothing**self._count
        smoothed = self._sum / weight if weight > 0 else np.full_like(contribution, math.nan)
        alone = 1 << np.arange(len(contribution))
        return Measured(contribution, smoothed, worth(self._score, output, self._target).mean(0)[alone], game)
