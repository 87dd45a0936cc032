"""Sample-level modality valuation: what a sample's weak modality could not do, it is shown again, alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.metrics.shapley import shapley_values
from mmviz.models.batch import Steps
from mmviz.models.coalitions import MOST, coalition_answers
from mmviz.train.strategies.base import Strategy, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Bool, Float, Int

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class ValuationOptions:
    """Options of sample-level valuation.

    Attributes
    ----------
    warm_up
        Epochs of joint training before anything is shown again, ≥ 0.
    slope
        Copies for each whole by which a contribution falls short of 1, > 0: with 2 a contribution of 1/2, 0, -1/2 means 1, 2, 3.
    """

    warm_up: int = 5
    slope: float = 2.0

    def __post_init__(self) -> None:
        if type(self.warm_up) is not int or self.warm_up < 0:
            raise ConfigError(f"valuation: warm_up={self.warm_up!r}, expected an integer ≥ 0")
        if (
            isinstance(self.slope, bool)
            or not isinstance(self.slope, (int, float))
            or not 0 < self.slope < float("inf")
        ):
            raise ConfigError(f"valuation: slope={self.slope!r}, expected a number > 0")


class Valuation(Strategy):
    r"""Joint training on every sample and, for each modality that contributed less than 1 to it, on copies with that modality alone.

    The history holds ``contribution_now/<modality>``, the mean Shapley value over the samples, and ``copies/<modality>`` per
    sample. Classification only: a regression has no right and wrong, and is refused.

    Notes
    -----
    Source: Wei et al., *Enhancing Multimodal Cooperation via Sample-level Modality Valuation*, CVPR 2024, arXiv 2309.06255, section 3
    (v(S) = |S| where the prediction from S is right, else 0; Shapley values per sample; re-sampling of the low-contributing
    modality); `GeWu-Lab/Valuate-and-Enhance-Multimodal-Cooperation code/sample_level.py`, for two modalities: 1, 2 or 3 copies where
    the contribution is near 1/2, 0, -1/2. What is ours:

    * round(slope · (1 - φ)) copies is that rule with slope 2, and goes on to more modalities.
    * Each sample is valued when its batch comes, before the update, and its copies join that batch; the published code values all
      samples after each epoch and shuffles the copies into the next one. As many samples, more recent values. A *reading*.
    * |S| counts the modalities of S that the sample has; an absent one has the value 0 and is not copied. A *reading*.
    """

    name = "valuation"
    Options = ValuationOptions

    def prepare(self, model: FusionModel) -> FusionModel:
        """Refuse a regression, and more modalities than can be valued exactly."""
        if model.spec.task.kind != "classification":
            raise ConfigError(
                f"valuation: values a subset of modalities by whether its answer is right; {model.spec.name!r} is a "
                f"{model.spec.task.kind}; use another strategy, such as g_blend or ogm_ge"
            )
        if len(model.spec.modalities) > MOST:
            raise ConfigError(
                f"valuation: {len(model.spec.modalities)} modalities have too many subsets; at most {MOST}"
            )
        return model

    def begin(self, training: Training) -> None:
        """Start with joint training."""
        super().begin(training)
        self.resamples = False

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Begin to value after the warm-up."""
        self.resamples = epoch > self.options.warm_up
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update of the samples and their copies."""
        training, target = self.training, batch.truth
        steps = training.model.encode(batch)
        if not self.resamples:
            yield training.joint(steps, target)
            return
        with training.clock("valuation"):
            phi, present = self._values(steps, batch)
            more = copies(phi, present, self.options.slope)
        sample, modality = (torch.from_numpy(i).to(training.device) for i in _listed(more))
        where = torch.cat([torch.arange(len(target), device=training.device), sample])
        members = torch.ones(len(where), len(training.names), dtype=torch.bool, device=training.device)
        members[len(target) :] = modality[:, None] == torch.arange(len(training.names), device=training.device)
        portion = training.devices.portion(len(batch))
        noted = {f"contribution_now/{n}": _mean(phi[:, m]) * portion for m, n in enumerate(training.names)}
        noted |= {f"copies/{n}": _mean(more[:, m]) * portion for m, n in enumerate(training.names)}
        yield training.joint(steps.rows(where).masked(members), target[where], parts=noted)

    @torch.no_grad()
    def _values(
        self, steps: Steps, batch: Batch
    ) -> tuple[Float[np.ndarray, "sample modality"], Bool[np.ndarray, "sample modality"]]:
        model = self.training.model
        if not len(batch):
            return np.zeros((0, len(self.training.names))), np.zeros((0, len(self.training.names)), dtype=np.bool_)
        model.eval()
        try:
            answers = coalition_answers(model, Steps(steps.x.detach(), steps.mask))
        finally:
            model.train()
        right = (answers.argmax(-1) == batch.truth[:, None]) & answers.isfinite().all(-1)
        present = steps.mask.any(-1).t().cpu().numpy()
        return sample_values(right.cpu().numpy(), present), present


def sample_values(
    right: Bool[np.ndarray, "sample coalition"], present: Bool[np.ndarray, "sample modality"]
) -> Float[np.ndarray, "sample modality"]:
    """Return each sample's Shapley values of v(S) = |S ∩ present| where the answer from S is right, else 0.

    Subset k holds modality m where bit m of k is set; nothing is worth 0, so values sum to the number of modalities present where
    the answer from all is right, else to 0.
    """
    M = present.shape[1]
    member = (np.arange(2**M)[:, None] >> np.arange(M)) % 2 == 1
    size = (member[None] & present[:, None]).sum(-1)
    return shapley_values(np.where(right, size, 0).astype(np.float64))


def copies(
    phi: Float[np.ndarray, "sample modality"], present: Bool[np.ndarray, "sample modality"], slope: float = 2.0
) -> Int[np.ndarray, "sample modality"]:
    """Return how often each sample is shown again with one modality alone: slope · (1 - φ), rounded half up, at least 0."""
    wanted = np.floor(slope * (1 - phi) + 0.5 + 1e-9).astype(np.int64)
    return np.where(present, np.maximum(wanted, 0), 0)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _listed(counts: Int[np.ndarray, "sample modality"]) -> tuple[np.ndarray, np.ndarray]:
    """Return sample and modality of every copy."""
    sample, modality = np.nonzero(counts)
    times = counts[sample, modality]
    return np.repeat(sample, times), np.repeat(modality, times)
