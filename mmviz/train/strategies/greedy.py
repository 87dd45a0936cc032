"""Balanced learning by conditional learning speed, for Coupled Mamba: at times no state of other modalities flows into the stream that relies on them."""

from __future__ import annotations

import math
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, whole
from mmviz.models.fusions.coupled_mamba import CoupledMamba
from mmviz.models.ssm.coupling import Coupling
from mmviz.train.modality_parameters import Part, modality_parameters
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from torch import Tensor, nn

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training


@dataclass(frozen=True)
class GreedyOptions:
    """Options of balanced learning by conditional learning speed.

    Attributes
    ----------
    threshold
        Least difference ε of learning speeds, as log10 of a ratio, at which a modality is cut off; ≥ 0.
    steps
        Updates Q for which it is cut off, ≥ 1.
    warm_up
        Epochs before the first cut, ≥ 0.
    """

    threshold: float = 0.01
    steps: int = 5
    warm_up: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "threshold", number(self.threshold, "greedy: threshold", low=0))
        for name, low in (("steps", 1), ("warm_up", 0)):
            object.__setattr__(self, name, whole(getattr(self, name), f"greedy: {name}", low=low))


class Greedy(Strategy):
    """Joint training of a Coupled Mamba in which the stream that learns most from the others is cut off from them for some updates.

    The speed of a modality's cross-modal parameters (its row of the coupling weights, its slice of the mixers between layers) over that of its
    other parameters is its BDR, the log10 of the ratio of sums of ‖gradient‖² / ‖weight‖² over all updates. Where the BDR of a modality is above
    the mean of the others by more than ``threshold``, its stream receives nothing from other modalities in the next ``steps`` updates. The history
    holds ``bdr/<modality>`` and ``cut/<modality>`` (share of the updates). Classification and regression.

    It is not among the names of ``fit``, as it trains one kind of model only: pass an instance, ``strategy=mm.train.strategies.Greedy()``.

    Notes
    -----
    Source: Wu et al., *Characterizing and Overcoming the Greedy Nature of Learning in Multi-modal Deep Neural Networks*, ICML 2022, arXiv
    2202.05306: conditional learning speed, balanced learning with ε = 0.01 and Q = 5; `nyukat/greedy_multimodal_learning`. There the
    cross-modal path is a gate (MMTM), which is replaced by its running mean. What is ours:

    * The coupling path of Coupled Mamba takes the place of the gate. Cutting a stream off sets its row of the coupling weights to itself alone,
      and removes the other modalities from the input of its mixers, as if they were masked for this stream: no running mean is needed,
      of which the published code takes one from the wrong modality. Our interpretation.
    * Updates in which a stream is cut off do not count in the speeds. Between two cuts there is at least one update without.
    * More than two modalities: the difference is to the mean of the others; for two it is the paper's. Our interpretation.
    """

    name = "greedy"
    method = Method(
        "balanced learning by conditional learning speed",
        "Wu et al., ICML 2022, arXiv 2202.05306",
        needs="a Coupled Mamba with learned coupling weights, or with mixers",
        published_code="the running mean of one gate is computed from the other modality",
        ours="the coupling path in place of a gate; a cut in place of a running mean; more than two modalities",
    )
    Options = GreedyOptions
    weighted_losses = ("joint", "unimodal", "penalty")

    def prepare(self, model: FusionModel) -> FusionModel:
        """Raise ConfigError for a model without a learned path between the streams of modalities."""
        if len(model.spec.names) > 1 and not all(cross_modal_parameters(model)):
            raise ConfigError(
                f"greedy: {getattr(model.config, 'name', '') or type(model).__name__} has no learned path between the streams of its modalities, which "
                "could be cut; use coupled_mamba with coupling='softmax', or with mix='cat' and two layers, or choose another strategy"
            )
        return model

    def begin(self, training: Training) -> None:
        """Find the parameters of each modality, cross-modal and others."""
        super().begin(training)
        count = len(training.names)
        self.across = cross_modal_parameters(training.model) if count > 1 else [[] for _ in range(count)]
        mixers = {id(part.parameter) for parts in self.across for part in parts}
        own = [modality_parameters(training.model, m) for m in range(count)]
        self.own = [[part for part in parts if id(part.parameter) not in mixers] for parts in own]
        self.speeds = torch.zeros(2, count, dtype=torch.float64)
        self.cut, self.left, self.warm = -1, 0, True

    def state(self) -> dict[str, Any]:
        """Return the sums of the speeds, and which modality is cut off for how many updates."""
        return {"speeds": self.speeds.tolist(), "cut": self.cut, "left": self.left}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore sums and cut."""
        self.speeds = torch.tensor(state["speeds"], dtype=torch.float64)
        self.cut, self.left = int(state["cut"]), int(state["left"])

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """End the warm-up."""
        self.warm = epoch <= self.options.warm_up
        return {}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the joint update, with a modality cut off where that is due."""
        training = self.training
        fraction = training.devices.sample_fraction(len(batch))
        parts = {f"cut/{name}": float(m == self.cut) * fraction for m, name in enumerate(training.names)}
        with cut_off(training.model, self.cut):
            update = training.joint(training.model.encode(batch), batch.required_target, parts=parts)
        yield update
        if self.left:
            self.left -= 1
            self.cut = self.cut if self.left else -1
        elif not self.warm:
            self.cut = fastest(bdr(self.speeds), self.options.threshold)
            self.left = self.options.steps if self.cut >= 0 else 0

    def after_backward(self, update: Update) -> None:
        """Add the speeds of this update, unless a modality is cut off."""
        if self.cut < 0:
            found = [[speed(parts) for parts in kind] for kind in (self.across, self.own)]
            self.speeds += torch.tensor(found, dtype=torch.float64)

    def after_epoch(self, epoch: int) -> dict[str, float]:
        """Return the BDR of each modality."""
        found = bdr(self.speeds)
        return {
            f"bdr/{name}": value for name, value in zip(self.training.names, found, strict=True) if math.isfinite(value)
        }


def cross_modal_parameters(model: FusionModel) -> list[list[Part]]:
    """Return the parameters that bring other modalities into the stream of each: its row of the coupling weights, its slices of the mixers."""
    found: list[list[Part]] = [[] for _ in model.spec.names]
    for name, module in model.named_modules():
        if not isinstance(module, CoupledMamba):
            continue
        mixers = {id(parameter) for parameter in module.mixers.parameters()}
        for m, parts in enumerate(found):
            parts += [part for part in modality_parameters(model, m) if id(part.parameter) in mixers]
            for place, coupling in module.named_modules(prefix=name):
                if isinstance(coupling, Coupling) and coupling.logits is not None:
                    parts.append(Part(f"{place}.logits", coupling.logits, slice(m, m + 1)))
    return found


@contextmanager
def cut_off(model: FusionModel, modality: int) -> Iterator[None]:
    """Compute passes inside the block without any flow from other modalities into the stream of this one; -1 for none."""
    with ExitStack() as stack:
        for module in model.modules() if modality >= 0 else ():
            if isinstance(module, CoupledMamba):
                for coupling in module.modules():
                    if isinstance(coupling, Coupling):
                        stack.callback(coupling.register_forward_hook(_itself_only(modality)).remove)
                for mixer in module.mixers:
                    stack.callback(mixer.register_forward_pre_hook(_own_part_only(modality)).remove)
        yield


def _itself_only(m: int) -> Any:
    def hook(module: nn.Module, inputs: tuple[Any, ...], W: Tensor) -> Tensor:
        rows = torch.arange(W.shape[-1], device=W.device)
        alone = rows.eq(m).to(W.dtype).expand_as(W)
        return torch.where(rows.eq(m)[:, None], alone, W)

    return hook


def _own_part_only(m: int) -> Any:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        (joined,) = inputs  # target modality, batch, time, all modalities' channels
        count = len(joined)
        source = torch.arange(joined.shape[-1], device=joined.device) // (joined.shape[-1] // count)
        target = torch.arange(count, device=joined.device)[:, None]
        kept = ((target != m) | (source == m))[:, None, None]
        return (torch.where(kept, joined, torch.zeros_like(joined)),)

    return hook


def speed(parts: Iterable[Part]) -> float:
    """Return ‖gradient‖² / ‖weight‖² of parts; 0 without a gradient, or where all weights are zero."""
    gradient, weight = 0.0, 0.0
    for part in parts:
        if part.gradient is not None:
            gradient += float(part.gradient.square().sum())
            weight += float(part.parameter.detach()[part.rows].square().sum())
    return gradient / weight if weight else 0.0


def bdr(speeds: Tensor) -> list[float]:
    """Return log10 of the cross-modal speed over the other, per modality; NaN where either is zero."""
    across, own = speeds.tolist()
    return [math.log10(a / b) if a > 0 and b > 0 else math.nan for a, b in zip(across, own, strict=True)]


def fastest(value: Sequence[float], threshold: float) -> int:
    """Return the modality whose value is above the mean of the others by the most, if by more than the threshold, else -1."""
    known = {m: v for m, v in enumerate(value) if math.isfinite(v)}
    if len(known) < 2:
        return -1
    m = max(known, key=lambda k: known[k])
    others = [v for k, v in known.items() if k != m]
    return m if known[m] - sum(others) / len(others) > threshold else -1
