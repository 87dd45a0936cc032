"""Modality dropout: every sample is trained on a random subset of its modalities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

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
        Probability of masking a modality, in [0, 1); 0 is joint training. At 1/2 all non-empty subsets are equally likely.
    empty
        Probability of masking all modalities of a sample, in [0, 1). Above 0 the prediction without any modality, v(∅), which every Shapley value
        contains, is trained too: it approaches the class frequencies, or the mean of the values.
    """

    rate: float = 0.3
    empty: float = 0.0

    def __post_init__(self) -> None:
        for name in ("rate", "empty"):
            value = number(getattr(self, name), f"modality_dropout: {name}", low=0, high=1)
            if value == 1:
                raise ConfigError(f"modality_dropout: {name}=1 masks every modality; give a number below 1")
            object.__setattr__(self, name, value)


class ModalityDropout(Strategy):
    """One update per batch, on samples with randomly masked modalities. Classification and regression.

    Notes
    -----
    Source: Neverova et al., *ModDrop*, arXiv 1501.00102, section 5.2 (each modality is dropped independently). Our choices: at
    least one modality of a sample stays (draws are conditioned on that) unless ``empty`` is above 0, and features are not scaled up for masked modalities, as the
    fusions of this package normalise over available modalities.
    """

    name = "modality_dropout"
    method = Method(
        "modality dropout (ModDrop)",
        "Neverova et al., TPAMI 2016, arXiv 1501.00102",
        ours="at least one modality of a sample stays; features are not scaled up",
    )
    Options = ModalityDropoutOptions
    weighted_losses = ("joint", "unimodal", "penalty")

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update on the subsets."""
        steps = self.training.model.encode(batch)
        present = steps.mask.any(-1).t()
        devices = self.training.devices
        everyone = devices.gather_in_order(present)
        with devices.shared_random():
            members = draw_subsets(everyone, self.options.rate, self.options.empty)
        share = members.sum() / everyone.sum().clamp(min=1) * devices.sample_fraction(len(batch))
        yield self.training.joint(
            steps.masked(devices.share(members)), batch.required_target, parts={"available_share": share}
        )


def draw_subsets(
    present: Bool[Tensor, "batch modality"], rate: float | Float[Tensor, " modality"], empty: float = 0.0
) -> Bool[Tensor, "batch modality"]:
    """Return for every sample a random subset of its modalities: the empty one with probability ``empty``, and for a sample without any.

    Otherwise each modality is masked with probability ``rate`` (one, or one per modality), independently, given that not all are masked. Draws from torch's global generator.
    """
    weight = subset_weights(present, rate)
    some = present.any(1)
    drawn = torch.zeros(len(present), dtype=torch.long, device=present.device)
    if some.any():
        drawn[some] = torch.multinomial(weight[some], 1)[:, 0]
    if empty:
        drawn = torch.where(torch.rand(len(present), device=present.device) < empty, 0, drawn)
    return (drawn[:, None] >> torch.arange(present.shape[1], device=present.device)) % 2 == 1


def subset_weights(
    present: Bool[Tensor, "batch modality"], rate: float | Float[Tensor, " modality"]
) -> Float[Tensor, "batch subset"]:
    """Return the weight of each subset, up to a factor per sample; subset k holds modality m where bit m of k is set."""
    M = present.shape[1]
    bit = torch.arange(M, device=present.device)
    member = (torch.arange(2**M, device=present.device)[:, None] >> bit) % 2 == 1
    possible = (member[None] <= present[:, None]).all(-1) & member.any(1)
    if isinstance(rate, torch.Tensor):
        left_out = present[:, None] & ~member
        weight = torch.where(left_out, rate / (1 - rate), torch.ones_like(rate)).prod(-1)
        return torch.where(possible, weight, torch.zeros_like(weight))
    size = member.sum(1).float()
    # of the modalities present, `size` stay and the others are masked; the factor (1 - rate)^present is left out
    masked = present.sum(1, keepdim=True).float() - size
    weight = torch.pow(torch.tensor(rate / (1 - rate), device=present.device), masked.clamp(min=0))
    return torch.where(possible, weight, torch.zeros_like(weight))
