"""On-the-fly prediction modulation (OPM): the modality that leads in a batch is masked at random, so that the others must predict."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.ogm_ge import discrepancy, scores
from mmviz.train.strategies.scores import unimodal_scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class OpmOptions:
    """Options of OPM.

    Attributes
    ----------
    base
        Rate at which a modality with the least lead is masked, in [0, 1].
    strength
        Growth of the rate with the lead: base · (1 + strength · tanh(ratio - 1)), at most 1; ≥ 0.
    probability
        Share of the batches in which modalities are masked, in [0, 1].
    warm_up
        Epochs of joint training before modalities are masked, ≥ 0.
    rescale
        ``none``, or ``features``: the pooled features of a modality that was not masked are divided by the probability that it is not, as in
        dropout; for fusions that are linear in them, such as ``concat``.
    """

    base: float = 0.5
    strength: float = 0.5
    probability: float = 0.7
    warm_up: int = 5
    rescale: str = "none"

    def __post_init__(self) -> None:
        for name in ("base", "probability"):
            object.__setattr__(self, name, number(getattr(self, name), f"opm: {name}", low=0, high=1))
        object.__setattr__(self, "strength", number(self.strength, "opm: strength", low=0))
        object.__setattr__(self, "warm_up", whole(self.warm_up, "opm: warm_up", low=0))
        one_of(self.rescale, ("none", "features"), "opm: rescale")


class Opm(Strategy):
    """Joint training on samples in which leading modalities are masked at random, at a rate that grows with the lead in the batch.

    The history holds ``ratio/<modality>``, the score of a modality over that of the others, and ``drop_rate/<modality>``. Classification and
    regression.

    Notes
    -----
    Source: Wei et al., *On-the-fly Modulation for Balanced Multimodal Learning*, TPAMI 2024, arXiv 2410.11582, and
    `GeWu-Lab/BML_TPAMI2024`: scores as in OGM-GE, rate, share of the batches, warm-up. What is ours, or differs:

    * Scores come from the unimodal pass, and more than two modalities are compared with the mean of the others, as in
      :class:`mmviz.train.strategies.OgmGe`. Our interpretation.
    * Masking a feature is masking the modality, as the package masks an absent one, before streams exchange information. Our interpretation.
    * The published code divides all features by one mean probability, which changes their expectation. ``rescale="features"`` divides
      those of a modality by its own. The default scales nothing: most fusions here normalise over available modalities.
    * A sample without any modality left is not used in that batch, as published; that needs a sample with absent modalities, because never all lead.
    """

    name = "opm"
    method = Method(
        "OPM",
        "Wei et al., TPAMI 2024, arXiv 2410.11582",
        forwards=lambda M: 1 + M,
        besides="in the warm-up one forward pass",
        published_code="its classifier file cannot be parsed (a stray bracket); one factor for all features, which changes their expectation",
        ours="scores by masking; no factor by default; more than two modalities; regression",
    )
    Options = OpmOptions
    weighted_losses = ("joint", "unimodal", "penalty")

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError where features are to be scaled and are unknown, as those of a user's module."""
        if self.options.rescale == "features" and not isinstance(getattr(model, "pool", None), nn.Module):
            raise ConfigError(
                "opm: rescale='features' needs the pooled features of each modality, and those of "
                f"{getattr(model.config, 'name', '') or type(model).__name__} are unknown; leave out rescale"
            )
        return model

    def begin(self, training: Training) -> None:
        """Start with joint training."""
        super().begin(training)
        self.active = False

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Enable the masks after the warm-up."""
        self.active = epoch > self.options.warm_up and len(self.training.names) > 1
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update; none where every sample lost all of its modalities."""
        training, target, devices = self.training, batch.required_target, self.training.devices
        steps = training.model.encode(batch)
        if not self.active:
            yield training.joint(steps, target)
            return
        with training.clock("modulation"):
            score, count = unimodal_scores(training, steps, target, scores)
            ratio = discrepancy(score, count > 0)
            rate = drop_rates(ratio, self.options.base, self.options.strength)
        fraction = devices.sample_fraction(len(batch))
        parts = {f"ratio/{n}": r * fraction for n, r in zip(training.names, ratio.tolist(), strict=True)}
        parts |= {f"drop_rate/{n}": q * fraction for n, q in zip(training.names, rate.tolist(), strict=True)}
        present = steps.mask.any(-1).t()
        everyone = devices.gather_in_order(present)
        with devices.shared_random():
            masks = bool(torch.rand(()) < self.options.probability)
            drawn = torch.rand(everyone.shape, device=present.device) >= rate.to(torch.float32)
        if not masks or not bool((rate > 0).any()):
            yield training.joint(steps, target, parts=parts)
            return
        members = devices.share(drawn)
        left = (members & present).any(1) | ~present.any(1)
        if not devices.any(bool(left.any())):
            return
        chosen = left.nonzero()[:, 0]
        members = members[chosen]
        masked = steps.samples(chosen).masked(members)
        with scaled_features(training.model, self._factor(rate)):
            update = training.joint(masked, target[chosen], parts=parts)
        yield update

    def _factor(self, rate: Float[Tensor, " modality"]) -> Float[Tensor, " modality"] | None:
        """Return the factor of the features of each modality; None for no factor."""
        if self.options.rescale == "none":
            return None
        return torch.where(rate < 1, 1 / (1 - rate), 0.0)


def drop_rates(ratio: Float[Tensor, " modality"], base: float, strength: float) -> Float[Tensor, " modality"]:
    """Return the rate at which each modality is masked: base · (1 + strength · tanh(ratio - 1)), at most 1, where the ratio is above 1; else 0."""
    lead = torch.tanh(functional.relu(ratio - 1))
    return torch.where(lead > 0, (base * (1 + strength * lead)).clamp(0, 1), 0.0)


@contextmanager
def scaled_features(model: FusionModel, factor: Float[Tensor, " modality"] | None) -> Iterator[None]:
    """Multiply the pooled features of each modality by a factor, in the passes inside; None: by nothing."""
    if factor is None:
        yield
        return
    hook = model.pool.register_forward_hook(
        lambda module, given, output: output * factor.to(output)[:, None, None, None]
    )
    try:
        yield
    finally:
        hook.remove()
