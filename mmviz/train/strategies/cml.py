"""Calibrated multimodal learning (CML): the confidence of a prediction must not rise when a modality is removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from mmviz.core.options import number
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.models.batch import Batch, Steps


@dataclass(frozen=True)
class CmlOptions:
    """Options of CML.

    Attributes
    ----------
    weight
        Weight λ of the calibration term, ≥ 0; 0 is joint training.
    """

    weight: float = 0.1

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", number(self.weight, "cml: weight", low=0))


class Cml(Strategy):
    r"""Joint training plus a penalty wherever the confidence of a prediction rises as a modality is removed.

    For each sample, its modalities are removed one by one in a random order. With conf(S) the largest class probability of the prediction from
    the set S, the term is the mean over samples of Σ max(0, conf(T) - conf(S)), over the pairs T ⊂ S that follow each other. The history
    holds ``calibration``, this term, and ``violations``, the share of the pairs that have it. Classification only.

    Notes
    -----
    Source: Ma et al., *Calibrating Multimodal Learning*, ICML 2023, arXiv 2306.01265, section 3: the ranking of confidences over nested sets,
    λ = 0.1, one random chain of sets; the official code (`QingyangZhang/CML`) covers other models. What is ours, or differs:

    * Predictions from a set are the fusion's with the other modalities masked; an absent modality is in no set. Our interpretation.
    * Each sample has its own chain, down to one modality; the gradient passes through both confidences. Our interpretation.
    * A benchmark's version takes the maximum after summing over the batch and ignores the sign of each difference; here each sample has its hinge.
    """

    name = "cml"
    method = Method(
        "CML",
        "Ma et al., ICML 2023, arXiv 2306.01265",
        forwards=lambda M: M,
        backwards=lambda M: M,
        published_code="covers other models than the paper's main one; a benchmark's version sums over the batch before the hinge",
        ours="predictions from sets of modalities by masking; a chain per sample",
    )
    Options = CmlOptions
    tasks = ("classification",)

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update with the calibration term."""
        training, target, devices = self.training, batch.required_target, self.training.devices
        steps = training.model.encode(batch)
        if not self.options.weight or len(training.names) == 1:
            yield training.joint(steps, target)
            return
        training.coalitions.add(steps.mask.any(-1))
        output, penalties = training.model.training_forward(steps)
        everyone = devices.gather_in_order(steps.mask.any(-1).t())
        with devices.shared_random():
            drawn = random_chains(everyone)
        rises = self._rises(steps, devices.share(drawn), confidence(output))
        fraction = devices.sample_fraction(len(batch))
        term = functional.relu(rises).sum() / max(1, len(batch)) * fraction
        pairs = float(devices.total(torch.tensor(float(len(rises)))))
        parts = {"calibration": term.detach(), "violations": float((rises > 0).sum()) / max(1.0, pairs)}
        update = training.update(output, penalties, target, parts=parts)
        update.loss = update.loss + self.options.weight * term
        yield update

    def _rises(
        self, steps: Steps, chains: Int[Tensor, "batch modality"], whole: Float[Tensor, " batch"]
    ) -> Float[Tensor, " pair"]:
        """Return conf(T) - conf(S) of every pair of sets that follow each other in the chains of this device's samples."""
        training = self.training
        members, sample, link = subsets_of(chains)
        if not len(sample):
            return whole[:0]
        training.coalitions.add(members.t())
        smaller = confidence(training.model.fuse(steps.samples(sample).masked(members)))
        removed = whole.new_zeros(chains.shape[1] - 1, len(whole)).index_put((link, sample), smaller)
        chain = torch.cat([whole[None], removed])
        return (chain[1:] - chain[:-1])[link, sample]


def confidence(output: Float[Tensor, "row class"]) -> Float[Tensor, " row"]:
    """Return the largest class probability of each prediction."""
    return output.softmax(-1, torch.promote_types(output.dtype, torch.float32)).amax(-1)


def random_chains(present: Bool[Tensor, "batch modality"]) -> Int[Tensor, "batch modality"]:
    """Return a random order of each sample's modalities: 1 for the one that is kept longest, larger ones are removed earlier; 0: absent.

    Draws from torch's global generator.
    """
    key = torch.where(present, torch.rand(present.shape, device=present.device), 2.0)
    place = key.argsort(1).argsort(1) + 1
    return torch.where(present, place, 0)


def subsets_of(
    chains: Int[Tensor, "batch modality"],
) -> tuple[Bool[Tensor, "row modality"], Int[Tensor, " row"], Int[Tensor, " row"]]:
    """Return the proper non-empty sets of every chain, the sample of each, and how many removals came before the last one.

    Rows are in the order of the removals, then of the samples.
    """
    count = (chains > 0).sum(1)
    link = torch.arange(max(0, chains.shape[1] - 1), device=chains.device)
    kept = count[None] - link[:, None] - 1
    link, sample = (kept > 0).nonzero(as_tuple=True)
    members = (chains[sample] > 0) & (chains[sample] <= kept[link, sample][:, None])
    return members, sample, link
