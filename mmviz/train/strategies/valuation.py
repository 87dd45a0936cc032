"""Sample-level modality valuation: samples with a low contribution of a modality are repeated with that modality only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, whole
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.metrics.shapley import shapley_values
from mmviz.models.batch import Steps
from mmviz.models.coalitions import coalition_predictions
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

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
        Epochs of joint training before samples are repeated, ≥ 0.
    slope
        Copies per unit by which a contribution is below 1, > 0: with 2, contributions of 1/2, 0, -1/2 give 1, 2, 3 copies.
    """

    warm_up: int = 5
    slope: float = 2.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "warm_up", whole(self.warm_up, "valuation: warm_up", low=0))
        object.__setattr__(self, "slope", number(self.slope, "valuation: slope", low=0, above=True))


class Valuation(Strategy):
    r"""Joint training on every sample and, for each modality with a contribution below 1 to it, on copies with that modality only.

    The history holds ``batch_contribution/<modality>``, the mean Shapley value over the samples, and ``copies/<modality>`` per sample.
    Classification only: the value function is defined by correct predictions.

    Notes
    -----
    Source: Wei et al., *Enhancing Multimodal Cooperation via Sample-level Modality Valuation*, CVPR 2024, arXiv 2309.06255, section 3
    (v(S) = |S| where the prediction from S is right, else 0; Shapley values per sample; re-sampling of the low-contributing
    modality); `GeWu-Lab/Valuate-and-Enhance-Multimodal-Cooperation code/sample_level.py`, for two modalities: 1, 2 or 3 copies where
    the contribution is near 1/2, 0, -1/2. Our choices:

    * round(slope · (1 - φ)) copies is that rule with slope 2, for any number of modalities.
    * Each sample is valued with its batch, before the update, and its copies join that batch; the published code values all samples after
      each epoch and shuffles the copies into the next one. As many samples, more recent values. Our interpretation.
    * |S| counts the modalities of S that the sample has; an absent one has the value 0 and is not copied. Our interpretation.
    """

    name = "valuation"
    method = Method(
        "sample-level valuation (SMV)",
        "Wei et al., CVPR 2024, arXiv 2309.06255",
        forwards=lambda M: 2**M,
        besides="after the warm-up a sample is repeated for each copy of a modality that contributes little",
        published_code="two modalities; values all samples after each epoch",
        ours="any number of modalities; each sample is valued with its batch",
    )
    Options = ValuationOptions
    weighted_losses = ("joint", "unimodal", "penalty")
    tasks = ("classification",)

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for more modalities than can be valued exactly."""
        if len(model.spec.modalities) > MAX_EXACT_PLAYERS:
            raise ConfigError(
                f"valuation: {len(model.spec.modalities)} modalities have too many subsets; at most {MAX_EXACT_PLAYERS}"
            )
        return model

    def begin(self, training: Training) -> None:
        """Start with joint training."""
        super().begin(training)
        self.resamples = False

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Enable the valuation after the warm-up."""
        self.resamples = epoch > self.options.warm_up
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update of the samples and their copies."""
        training, target = self.training, batch.required_target
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
        fraction = training.devices.sample_fraction(len(batch))
        parts = {f"batch_contribution/{n}": _mean(phi[:, m]) * fraction for m, n in enumerate(training.names)}
        parts |= {f"copies/{n}": _mean(more[:, m]) * fraction for m, n in enumerate(training.names)}
        yield training.joint(steps.samples(where).masked(members), target[where], parts=parts)

    @torch.no_grad()
    def _values(
        self, steps: Steps, batch: Batch
    ) -> tuple[Float[np.ndarray, "sample modality"], Bool[np.ndarray, "sample modality"]]:
        model = self.training.model
        if not len(batch):
            return np.zeros((0, len(self.training.names))), np.zeros((0, len(self.training.names)), dtype=np.bool_)
        model.eval()
        try:
            output = coalition_predictions(model, Steps(steps.x.detach(), steps.mask))
        finally:
            model.train()
        correct = (output.argmax(-1) == batch.required_target[:, None]) & output.isfinite().all(-1)
        present = steps.mask.any(-1).t().cpu().numpy()
        return sample_values(correct.cpu().numpy(), present), present


def sample_values(
    correct: Bool[np.ndarray, "sample coalition"], present: Bool[np.ndarray, "sample modality"]
) -> Float[np.ndarray, "sample modality"]:
    """Return each sample's Shapley values of v(S) = |S ∩ present| where the prediction from S is correct, else 0.

    Subset k holds modality m where bit m of k is set; v(∅) = 0, so values sum to the number of modalities present where the prediction
    from all is correct, else to 0.
    """
    M = present.shape[1]
    member = membership(M)
    size = (member[None] & present[:, None]).sum(-1)
    return shapley_values(np.where(correct, size, 0).astype(np.float64))


def copies(
    phi: Float[np.ndarray, "sample modality"], present: Bool[np.ndarray, "sample modality"], slope: float = 2.0
) -> Int[np.ndarray, "sample modality"]:
    """Return the number of copies of each sample with one modality only: slope · (1 - φ), rounded half up, at least 0."""
    count = np.floor(slope * (1 - phi) + 0.5 + 1e-9).astype(np.int64)
    return np.where(present, np.maximum(count, 0), 0)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _listed(counts: Int[np.ndarray, "sample modality"]) -> tuple[np.ndarray, np.ndarray]:
    """Return sample and modality of every copy."""
    sample, modality = np.nonzero(counts)
    times = counts[sample, modality]
    return np.repeat(sample, times), np.repeat(modality, times)
