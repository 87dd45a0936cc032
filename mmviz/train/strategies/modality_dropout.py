"""Modality dropout: every sample is learned from a random non-empty subset of its modalities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.errors import ConfigError
from mmviz.train.strategies.base import Strategy, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.batch import Batch


@dataclass(frozen=True)
class ModalityDropoutOptions:
    """Options of modality dropout.

    Attributes
    ----------
    rate
        Probability of losing a modality, in [0, 1); 0 is joint training. At 1/2 all non-empty subsets are equally likely.
    """

    rate: float = 0.3

    def __post_init__(self) -> None:
        if isinstance(self.rate, bool) or not isinstance(self.rate, (int, float)) or not 0 <= self.rate < 1:
            raise ConfigError(f"modality_dropout: rate={self.rate!r}, expected a number ≥ 0 and < 1")


class ModalityDropout(Strategy):
    """One update per batch, on samples from which modalities were taken at random. Classification and regression alike.

    Notes
    -----
    Source: Neverova et al., *ModDrop*, arXiv 1501.00102, section 5.2 (each modality is dropped independently). Ours: a sample never
    loses everything (draws are conditioned on that), and features are not scaled up for those that are gone, as the
    fusions of this package are answers to what is present.
    """

    name = "modality_dropout"
    Options = ModalityDropoutOptions

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update of the subsets."""
        steps = self.training.model.encode(batch)
        present = steps.mask.any(-1).t()
        devices, everyone = self.training.devices, self.training.devices.whole(present)
        with devices.common_draws():
            kept = draw_subsets(everyone, self.options.rate)
        share = kept.sum() / everyone.sum().clamp(min=1) * devices.portion(len(batch))
        yield self.training.joint(steps.masked(devices.share(kept)), batch.truth, parts={"kept": share})


def draw_subsets(present: Bool[Tensor, "batch modality"], rate: float) -> Bool[Tensor, "batch modality"]:
    """Draw for every sample a non-empty subset of what it has; what has nothing keeps nothing.

    Each modality is lost with probability ``rate``, independently, given that not all are lost. Draws from torch's global generator.
    """
    weight = subset_weights(present, rate)
    some = present.any(1)
    drawn = torch.zeros(len(present), dtype=torch.long, device=present.device)
    if some.any():
        drawn[some] = torch.multinomial(weight[some], 1)[:, 0]
    return (drawn[:, None] >> torch.arange(present.shape[1], device=present.device)) % 2 == 1


def subset_weights(present: Bool[Tensor, "batch modality"], rate: float) -> Float[Tensor, "batch subset"]:
    """Return the weight of each subset, up to a factor per sample; subset k holds modality m where bit m of k is set."""
    M = present.shape[1]
    bit = torch.arange(M, device=present.device)
    member = (torch.arange(2**M, device=present.device)[:, None] >> bit) % 2 == 1
    possible = (member[None] <= present[:, None]).all(-1) & member.any(1)
    size = member.sum(1).float()
    # of the modalities that are there, `size` stay and the others go; the factor (1 - rate)^present is left out
    lost = present.sum(1, keepdim=True).float() - size
    weight = torch.pow(torch.tensor(rate / (1 - rate), device=present.device), lost.clamp(min=0))
    return torch.where(possible, weight, torch.zeros_like(weight))
