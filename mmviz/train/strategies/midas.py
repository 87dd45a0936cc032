"""MIDAS: samples whose modalities come from different samples, with soft labels by the confidence of each modality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.nn import functional

from mmviz.core.options import number, one_of, whole
from mmviz.models.batch import Batch, Steps
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.features import features_and_outputs
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.unimodal import nonfinite_modality, unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.train.devices import Devices
    from mmviz.train.strategies.base import Training
    from mmviz.train.strategies.features import Features
    from mmviz.train.strategies.unimodal import UnimodalPass


@dataclass(frozen=True)
class MidasOptions:
    """Options of MIDAS.

    Attributes
    ----------
    warm_up
        Epochs with the unimodal losses only, ≥ 0.
    weight
        Weight λ of the loss of misaligned samples, ≥ 0; the paper has 1, and 5 on one data set.
    rate
        Step η of the weight of the weakest modality, ≥ 0.
    adjust
        What η multiplies: the ``difference`` of confidences, or its ``sign``.
    hard
        Weight misaligned samples by the similarity of the exchanged features.
    """

    warm_up: int = 2
    weight: float = 1.0
    rate: float = 0.05
    adjust: str = "difference"
    hard: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "warm_up", whole(self.warm_up, "midas: warm_up", low=0))
        for name in ("weight", "rate"):
            object.__setattr__(self, name, number(getattr(self, name), f"midas: {name}", low=0))
        one_of(self.adjust, ("difference", "sign"), "midas: adjust")
        one_of(self.hard, (True, False), "midas: hard")


class Mixture(NamedTuple):
    """Misaligned samples: for each the source of every modality in the batch.

    ``anchor`` is the sample that a misaligned one is compared with, ``source`` the sample that gives each modality.
    """

    anchor: Int[Tensor, " row"]
    source: Int[Tensor, "modality row"]


class Midas(Strategy):
    """Joint and unimodal losses, and the loss of misaligned samples, each modality of which comes from another sample of the batch.

    The soft label of a misaligned sample gives the label of each modality's source the confidence of the unimodal prediction in it,
    over the sum of these. The modality with the lowest confidence has the weight α ≥ 1, which grows while the fused prediction
    contains less of its label. The history holds ``confidence/<modality>``, ``alpha/<modality>``, ``loss/<modality>`` and
    ``misaligned_loss``. Classification only.

    Notes
    -----
    Source: *MIDAS: Misalignment-based Data Augmentation Strategy for Imbalanced Multimodal Learning*, NeurIPS 2025, arXiv 2509.25831;
    its code was not available. What is ours:

    * Unimodal predictions are those of the unimodal pass, where the paper has a classifier per modality. Our interpretation.
    * The formula of the change of α was readable as a difference of mean confidences, the unimodal one minus the fused one; another
      transcription has its sign. ``adjust`` chooses. Our interpretation.
    * The weight of a hard sample is 1 + (s + 1)/2, s the cosine of the anchor's feature and the one that replaced it. More than two modalities: each
      has a random source, s is the mean over those replaced, and confidences are shares of their sum. Our interpretation.
    * Every batch has two misaligned samples per sample: the sources and, mirrored, the sources in reverse order. With fewer than two labels among
      its sources a sample is left out, as in the paper; so is a modality that its source does not have.
    * Where streams depend on each other, the encoded sequences are exchanged and fused; otherwise the pooled features, which is the same.
    * The number of warm-up epochs is not published; the default is ours.
    """

    name = "midas"
    method = Method(
        "MIDAS",
        "NeurIPS 2025, arXiv 2509.25831",
        needs="classes",
        forwards=lambda M: 1 + M + 2 * (M > 1),
        backwards=lambda M: 1 + M + 2 * (M > 1),
        besides="misaligned samples with one label are left out; in the warm-up M passes only; on several devices each encodes the whole batch",
        published_code="no code was available",
        ours="unimodal predictions by masking; the mirror for more than two modalities; the number of warm-up epochs",
    )
    Options = MidasOptions
    tasks = ("classification",)

    def begin(self, training: Training) -> None:
        """Start with equal weights."""
        super().begin(training)
        self.alpha = torch.ones(len(training.names), dtype=torch.float64)
        self.warm = False

    def state(self) -> dict[str, Any]:
        """Return the weights of the modalities."""
        return {"alpha": self.alpha.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the weights of the modalities."""
        self.alpha = torch.tensor(state["alpha"], dtype=torch.float64)

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Enable the joint loss and the misaligned samples after the warm-up."""
        self.warm = epoch <= self.options.warm_up
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update; in the warm-up none where no sample has a modality."""
        training, target = self.training, batch.required_target
        devices, model = training.devices, training.model
        exchanges = not self.warm and self.options.weight > 0 and len(training.names) > 1
        everything = gathered(devices, batch) if exchanges and devices.count > 1 else batch
        encoded = model.encode(everything)
        steps = encoded
        if everything is not batch:
            steps = encoded.samples(devices.share(torch.arange(len(everything), device=training.device)))
        features = None
        if exchanges:
            features, single = features_and_outputs(model, steps)
        else:
            single = unimodal_pass(model, steps)
        losses = single.losses(training, target)
        parts = {f"loss/{name}": loss.detach() for name, loss in losses.items()}
        unimodal = sum(losses.values(), steps.x.sum() * 0)
        modality = None if torch.isfinite(unimodal) else nonfinite_modality(losses)
        if self.warm:
            if losses:
                yield Update(unimodal, modality=modality, parts=parts)
            return
        update = training.joint(steps, target, parts=parts)
        update.loss, update.modality = update.loss + unimodal, modality
        if features is not None:
            loss, more = self._misaligned(encoded, everything.required_target, features, single, target)
            update.loss = update.loss + self.options.weight * loss
            update.parts = {**update.parts, **more}
        yield update

    def _misaligned(
        self,
        encoded: Steps,
        labels: Int[Tensor, " batch"],
        features: Features,
        single: UnimodalPass,
        target: Int[Tensor, " own"],
    ) -> tuple[Float[Tensor, ""], dict[str, Tensor | float]]:
        """Return the loss of the misaligned samples of a batch (this device's share), and its entries of the history.

        ``encoded`` and ``labels`` are of all devices' samples, the others of this device's.
        """
        training, devices = self.training, self.training.devices
        fraction, here = devices.sample_fraction(len(target)), encoded.mask.any(-1)
        log_p = devices.gather_in_order(true_log_probability(single, target, len(here)))
        with devices.shared_random():
            mixture = Mixture(*(index.to(here.device) for index in drawn(here.shape[1], len(here))))
        mixture, label, available = with_two_labels(mixture, labels, here)
        total = len(mixture.anchor)
        if not total:
            return encoded.x.sum() * 0, {}
        share = soft_labels(log_p.t(), mixture.source, available)
        hard = hardness(_on_all(devices, features.value), here, mixture) if self.options.hard else torch.ones(total)
        own = devices.share(torch.arange(total, device=here.device))
        mixture, label, available = (
            Mixture(mixture.anchor[own], mixture.source[:, own]),
            label[:, own],
            available[:, own],
        )
        share, hard = share[:, own], hard.to(here.device)[own]
        training.coalitions.add(available)
        output = self._fused(encoded, features, mixture, available)
        log_fused = functional.log_softmax(output, -1, dtype=torch.promote_types(output.dtype, torch.float32))
        log_label = log_fused.gather(1, label.t()).t()
        fused = torch.where(available, log_label.detach(), -torch.inf).softmax(0)
        sums = torch.stack([torch.where(available, x, 0).sum(1) for x in (share, fused, available.to(share))])
        confidence, fused_confidence, count = devices.total(sums)
        confidence, fused_confidence = confidence / count.clamp(min=1), fused_confidence / count.clamp(min=1)
        self.alpha = adjusted(self.alpha, confidence.cpu(), fused_confidence.cpu(), count.cpu(), self.options)
        factor = share * self.alpha.to(share)[:, None]
        if training.class_weight is not None:
            factor = factor * training.class_weight.to(factor)[label]
        loss = -(hard * torch.where(available, factor * log_label, 0).sum(0)).sum() / total
        alphas = {f"alpha/{name}": float(a) * fraction for name, a in zip(training.names, self.alpha, strict=True)}
        parts = {f"confidence/{name}": c * fraction for name, c in zip(training.names, confidence, strict=True)}
        return loss, {**alphas, **parts, "misaligned_loss": loss.detach()}

    def _fused(
        self, encoded: Steps, features: Features, mixture: Mixture, available: Bool[Tensor, "modality row"]
    ) -> Float[Tensor, "row output"]:
        """Return the fused outputs of misaligned samples."""
        model = self.training.model
        if model.independent_streams and self.training.devices.count == 1:
            pooled = _exchanged(features.value, mixture.source)
            return model.fuse_pooled(pooled[:, :, None], available[:, :, None])[:, 0]
        return model.fuse(Steps(_exchanged(encoded.x, mixture.source), _exchanged(encoded.mask, mixture.source)))


def drawn(samples: int, modalities: int) -> Mixture:
    """Return two misaligned samples per sample: modality 0 of itself and the others of random samples; then these sources in reverse order."""
    own = torch.arange(samples)
    order = torch.stack([own, *(torch.randperm(samples) for _ in range(modalities - 1))])
    return Mixture(own.repeat(2), torch.cat([order, order.flip(0)], 1))


def with_two_labels(
    mixture: Mixture, labels: Int[Tensor, " batch"], present: Bool[Tensor, "modality batch"]
) -> tuple[Mixture, Int[Tensor, "modality row"], Bool[Tensor, "modality row"]]:
    """Return the misaligned samples with two labels among the available modalities, these labels, and which modalities are available."""
    label, available = labels[mixture.source], present.gather(1, mixture.source)
    kept = torch.where(available, label, -1).amax(0) > torch.where(available, label, label.amax(0) + 1).amin(0)
    return Mixture(mixture.anchor[kept], mixture.source[:, kept]), label[:, kept], available[:, kept]


def true_log_probability(
    single: UnimodalPass, target: Int[Tensor, " batch"], modalities: int
) -> Float[Tensor, "batch modality"]:
    """Return log p(true class) of each modality alone, detached; -inf where it is absent."""
    output = single.output.detach()
    log_p = functional.log_softmax(output, -1, dtype=torch.promote_types(output.dtype, torch.float32))
    found = log_p.new_full((len(target), modalities), -torch.inf)
    found[single.sample, single.modality] = log_p.gather(1, target[single.sample][:, None])[:, 0]
    return found


def soft_labels(
    log_p: Float[Tensor, "modality batch"],
    source: Int[Tensor, "modality row"],
    available: Bool[Tensor, "modality row"],
) -> Float[Tensor, "modality row"]:
    """Return the share of each modality's label, p(true class) of its source over their sum; the shares of a sample add up to one."""
    return torch.where(available, log_p.gather(1, source), -torch.inf).softmax(0)


def hardness(
    value: Float[Tensor, "batch modality width"], present: Bool[Tensor, "modality batch"], mixture: Mixture
) -> Float[Tensor, " row"]:
    """Return 1 + (s + 1)/2, from 1 to 2: s the mean cosine of the anchor's features and those that replaced them, 0 where none can be compared."""
    each = torch.arange(len(present), device=present.device)[:, None]
    feature = functional.normalize(value.detach(), dim=-1)
    cosine = (feature[mixture.anchor, each] * feature[mixture.source, each]).sum(-1)
    both = present[:, mixture.anchor] & present.gather(1, mixture.source) & (mixture.source != mixture.anchor)
    return 1 + (torch.where(both, cosine, 0).sum(0) / both.sum(0).clamp(min=1) + 1) / 2


def adjusted(
    alpha: Float[Tensor, " modality"],
    confidence: Float[Tensor, " modality"],
    fused: Float[Tensor, " modality"],
    count: Float[Tensor, " modality"],
    options: MidasOptions,
) -> Float[Tensor, " modality"]:
    """Return the weights α: of the modality with the lowest confidence max(1, α + η (confidence - fused)), of all others 1."""
    weakest = torch.where(count > 0, confidence, torch.inf).argmin()
    change = confidence[weakest] - fused[weakest]
    step = change if options.adjust == "difference" else change.sign()
    found = torch.ones_like(alpha)
    found[weakest] = (alpha[weakest] + options.rate * step).clamp(min=1)
    return found


def gathered(devices: Devices, batch: Batch) -> Batch:
    """Return the samples of all devices in the order of the complete batch, so that partners may come from another device."""

    def gather(x: Tensor, frames: bool) -> Tensor:
        if frames:
            longest = int(devices.gather(torch.tensor([x.shape[1]])).max())
            x = functional.pad(x, (0, 0) * (x.ndim - 2) + (0, longest - x.shape[1]))
        return devices.gather_in_order(x)

    values, valid, times = (
        {n: gather(x, True) for n, x in given.items()} for given in (batch.values, batch.valid, batch.times)
    )
    target, clock = (None if x is None else gather(x, False) for x in (batch.target, batch.clock))
    return Batch(values, valid, target, times, clock)


def _on_all(devices: Devices, value: Float[Tensor, "modality own width"]) -> Float[Tensor, "batch modality width"]:
    """Return the features of all devices, without gradient; a device without samples does not know their width."""
    width = int(devices.gather(torch.tensor([value.shape[-1]])).max()) if devices.count > 1 else value.shape[-1]
    return devices.gather_in_order(value.detach().expand(-1, -1, width).transpose(0, 1))


def _exchanged(x: Tensor, source: Int[Tensor, "modality row"]) -> Tensor:
    """Return each modality's rows at its sources; the gradient of a row that is used twice is summed in a fixed order."""
    return torch.stack([own.index_select(0, rows) for own, rows in zip(x, source, strict=True)])
