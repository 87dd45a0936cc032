"""Contributions of the modalities during training: exact Shapley values on held-out samples."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.core.subsets import MAX_EXACT_PLAYERS
from mmviz.metrics.imbalance import deviations, edm, edm_share, imbalance_e1, imbalance_e2, imbalance_e3, shares
from mmviz.metrics.shapley import VALUE_FUNCTIONS, shapley_values, subset_values
from mmviz.models.batch import batch_of
from mmviz.models.coalitions import coalition_predictions
from mmviz.train.devices import Devices

if TYPE_CHECKING:
    from jaxtyping import Float, Int

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Spec
    from mmviz.models.base import FusionModel

_BATCH = 512


@dataclass(frozen=True)
class ContributionMonitor:
    """Options of the contributions that ``fit(..., monitor=True)`` computes after every epoch.

    Attributes
    ----------
    value
        Value function v(S): ``accuracy``, ``probability``, ``negative_loss`` or ``sample_level``, see
        :data:`mmviz.metrics.shapley.VALUE_FUNCTIONS`; "" takes the default of :func:`mmviz.analysis.imbalance`: ``accuracy`` for a
        classification, ``negative_loss`` for a regression.
    every
        Compute after every so many epochs, and before the first.
    smoothing
        Factor of the exponential mean over epochs, in [0, 1), with bias correction: the first mean is the first value.

    Notes
    -----
    A public note on Modality Equilibrium Matters v2 (arXiv 2506.00030v2) states that contributions are evaluated at the end of each epoch, from the
    gains of all subsets. On which data, and with which value function, it does not state: held-out training samples and accuracy are our interpretation.
    """

    value: str = ""
    every: int = 1
    smoothing: float = 0.9

    def __post_init__(self) -> None:
        one_of(self.value, ("", *VALUE_FUNCTIONS), "ContributionMonitor: value")
        object.__setattr__(self, "every", whole(self.every, "ContributionMonitor: every", low=1))
        smoothing = number(self.smoothing, "ContributionMonitor: smoothing", low=0, high=1)
        if smoothing == 1:
            raise ConfigError("ContributionMonitor: smoothing=1 never forgets the first epoch; give a number below 1")
        object.__setattr__(self, "smoothing", smoothing)

    def check(self, spec: Spec) -> None:
        """Raise ConfigError where contributions are undefined: one modality, too many, or another task."""
        count = len(spec.modalities)
        if not 2 <= count <= MAX_EXACT_PLAYERS:
            raise ConfigError(
                f"fit: monitor compares modalities by the predictions for all 2^M subsets; {spec.name!r} has M = {count}, "
                f"expected 2 to {MAX_EXACT_PLAYERS}"
            )
        if spec.task.kind == "regression" and self.value not in ("", "negative_loss"):
            raise ConfigError(f"ContributionMonitor: value={self.value!r} for a regression; choose negative_loss")


@dataclass(frozen=True)
class Contributions:
    """Contributions of the modalities after one epoch.

    Attributes
    ----------
    contribution
        (M,) Shapley values φ of the mean value v(S) over the held-out subset.
    smoothed
        (M,) exponential mean of φ over the epochs so far.
    score
        (M,) unimodal accuracy, or minus the unimodal mean absolute error, of the fused model with all other modalities masked.
    game
        (2^M,) mean value v(S) of every subset; bit i of the index is modality i.
    error
        (M, M) standard error of φ_a - φ_b over the held-out samples, NaN with fewer than two; 0 where it is not known.
    samples
        Number of held-out samples.
    """

    contribution: Float[np.ndarray, " modality"]
    smoothed: Float[np.ndarray, " modality"]
    score: Float[np.ndarray, " modality"]
    game: Float[np.ndarray, " coalition"]
    error: Float[np.ndarray, "*pair"] = field(default_factory=lambda: np.zeros(()))
    samples: Int[np.ndarray, ""] = field(default_factory=lambda: np.zeros((), int))

    def row(self, names: tuple[str, ...]) -> dict[str, float]:
        """Return the entries of the history; EDM, E1, E2 and E3 are interpretations, see :mod:`mmviz.metrics.imbalance`.

        ``EDM`` is in units of the value function, measured on ``contribution_samples`` held-out samples.
        """
        columns = {
            "contribution": self.contribution,
            "contribution_smoothed": self.smoothed,
            "share": shares(self.contribution),
            "deviation": deviations(self.contribution),
            "unimodal_score": self.score,
        }
        row = {
            f"{key}/{name}": float(v) for key, values in columns.items() for name, v in zip(names, values, strict=True)
        }
        return row | {
            "value_full_model": float(self.game[-1]),
            "value_baseline": float(self.game[0]),
            "contribution_samples": float(self.samples),
            "EDM": float(edm(self.contribution)),
            "EDM_share": float(edm_share(self.contribution)),
            "E1": float(imbalance_e1(self.contribution)),
            "E2": float(imbalance_e2(self.contribution)),
            "E3": float(imbalance_e3(self.score)),
        }


class ContributionEstimator:
    """Computes the contributions of a model on the same samples after every epoch; devices share the samples."""

    def __init__(
        self,
        options: ContributionMonitor,
        held_out: Split,
        spec: Spec,
        device: torch.device,
        devices: Devices | None = None,
    ) -> None:
        self._devices, self._outputs = devices or Devices(), spec.task.outputs
        default = "accuracy" if spec.task.kind == "classification" else "negative_loss"
        self.value, self.every, self.smoothing = options.value or default, options.every, options.smoothing
        self._score = "accuracy" if spec.task.kind == "classification" else "negative_loss"
        self._target = np.asarray(held_out.labels("monitor"))
        rows = self._devices.share(np.arange(len(held_out)))
        parts = [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]
        self._batches = [batch_of(held_out, part).to(device) for part in parts]
        self._sum, self._count = np.zeros(len(spec.modalities)), 0
        if spec.task.kind == "classification" and len(np.unique(self._target)) < 2 and self._devices.rank == 0:
            warnings.warn(
                f"fit: the {len(held_out)} held-out samples are of one class: contributions on them cannot show how well classes are "
                "distinguished; hold out more (held_out=)",
                stacklevel=5,
            )

    @property
    def running_mean(self) -> tuple[list[float], int]:
        """The exponential mean before bias correction, and the number of epochs in it; may be set."""
        return self._sum.tolist(), self._count

    @running_mean.setter
    def running_mean(self, state: tuple[list[float], int]) -> None:
        self._sum, self._count = np.array(state[0]), int(state[1])

    def due(self, epoch: int) -> bool:
        """Return whether contributions are computed after this epoch."""
        return epoch % self.every == 0

    @torch.no_grad()
    def estimate(self, model: FusionModel) -> Contributions:
        """Return the contributions of the model: one pass of the encoders, then the predictions for all 2^M subsets.

        The mode of the model is restored; no random number is drawn.

        Raises
        ------
        ConfigError
            If the model cannot predict from a subset; the subset is named.
        """
        mode = model.training
        model.eval()
        try:
            outputs = [
                coalition_predictions(model, model.encode(batch)).float().cpu().numpy() for batch in self._batches
            ]
        finally:
            model.train(mode)
        local = np.concatenate(outputs) if outputs else np.zeros((0, 2 ** len(self._sum), self._outputs), np.float32)
        output = self._devices.gather_in_order(torch.from_numpy(local)).numpy()
        values = subset_values(self.value, output, self._target)
        game = values.mean(0)
        contribution = shapley_values(game)
        if np.isfinite(contribution).all():
            self._count += 1
            self._sum = self.smoothing * self._sum + (1 - self.smoothing) * contribution
        weight = 1 - self.smoothing**self._count
        smoothed = self._sum / weight if weight > 0 else np.full_like(contribution, math.nan)
        single = 1 << np.arange(len(contribution))
        score = subset_values(self._score, output, self._target).mean(0)[single]
        return Contributions(
            contribution, smoothed, score, game, difference_error(shapley_values(values)), np.array(len(values))
        )


def difference_error(each: Float[np.ndarray, "sample modality"]) -> Float[np.ndarray, "modality modality"]:
    """Return the standard error over samples of the mean of φ_a - φ_b, for every pair of modalities; NaN with fewer than two samples."""
    if len(each) < 2:
        return np.full((each.shape[-1],) * 2, math.nan)
    return (each[:, :, None] - each[:, None, :]).std(0, ddof=1) / math.sqrt(len(each))
