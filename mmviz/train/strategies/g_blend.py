"""Gradient blending (G-Blend): losses of single modalities and of all, weighted by how well each generalises."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.train.devices import Devices
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.unimodal import alone, culprit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.strategies.base import Training

_ROWS = 256


@dataclass(frozen=True)
class GBlendOptions:
    """Options of G-Blend.

    Attributes
    ----------
    form
        ``offline``: weights from one probe before the first epoch. ``online``: a new probe before every super-epoch.
    super_epoch
        Epochs a probe trains, and (online) epochs its weights are used, ≥ 1.
    floor
        Least amount of overfitting that is divided by, in units of the loss, > 0.
    """

    form: str = "offline"
    super_epoch: int = 3
    floor: float = 0.01

    def __post_init__(self) -> None:
        if self.form not in ("offline", "online"):
            raise ConfigError(f"g_blend: form={self.form!r} is unknown; choose offline or online")
        if type(self.super_epoch) is not int or self.super_epoch < 1:
            raise ConfigError(f"g_blend: super_epoch={self.super_epoch!r}, expected an integer ≥ 1")
        if (
            isinstance(self.floor, bool)
            or not isinstance(self.floor, (int, float))
            or not 0 < self.floor < float("inf")
        ):
            raise ConfigError(f"g_blend: floor={self.floor!r}, expected a number > 0")


class GBlend(Strategy):
    """One update per batch: w_all · (loss of all together) + Σ_m w_m · (loss of m alone), the weights from probes.

    A probe trains M + 1 throw-away copies of the model as it is then, one on each of these losses alone, and measures each loss before
    and after on what it trained on and on the slice that is held out. The history holds ``blend/<modality>`` and ``blend_all``, which sum to
    one, and what probes cost as ``seconds_probe``. Classification and regression alike, as only losses are compared.

    Notes
    -----
    Source: Wang, Tran, Feiszli, *What Makes Training Multi-modal Classification Networks Hard?*, CVPR 2020, arXiv 1905.12681,
    section 3: w_k ∝ G_k / O_k², G the fall of the held-out loss, O the growth of the gap between held-out and training loss
    (algorithms 1 and 2); no code was published with it. What is ours:

    * Each modality answers through the fusion with the others masked, where the paper has a classifier for each. A *reading*.
    * A loss whose held-out value does not fall gets the weight 0, and O is at least ``floor``; if nothing falls, all weights are
      equal. The paper does not treat these cases. *Readings*.
    * The paper's offline form probes over a whole training; here over ``super_epoch`` epochs, for its price.
    * On several devices every one runs the same whole probes, which are short; the updates are shared.
    * Probes run AdamW at the training's learning rate without its schedule, in whole precision, without augmentation.
    """

    name = "g_blend"
    Options = GBlendOptions
    holds_out = True

    def prepare(self, model: FusionModel) -> FusionModel:
        """Keep hold of the model, to copy it for probes."""
        self._model = model
        return model

    def begin(self, training: Training) -> None:
        """Start without weights: the first epoch has a probe before it."""
        super().begin(training)
        self.weights = np.full(len(training.names) + 1, np.nan)
        self._apart = dataclasses.replace(training, devices=Devices())  # every device runs the whole probe

    def state(self) -> dict[str, Any]:
        """Return the weights of the losses."""
        return {"weights": self.weights.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take them back."""
        self.weights = np.array(state["weights"])

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Probe where it is time to, and note the weights."""
        due = epoch == 1 or (self.options.form == "online" and (epoch - 1) % self.options.super_epoch == 0)
        if due:
            with self.training.clock("probe"):
                curves = np.stack([self._probe(k) for k in range(len(self.weights))])
                curves = self.training.devices.mean(torch.from_numpy(curves)[None]).numpy()
            self.weights = blend_weights(*curves.T, floor=self.options.floor)
        *each, every = self.weights.tolist()
        return {f"blend/{n}": w for n, w in zip(self.training.names, each, strict=True)} | {"blend_all": every}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the one blended update."""
        training = self.training
        steps = training.model.encode(batch)
        output, penalties = training.model.learn(steps)
        single = alone(training.model, steps).losses(training, batch.truth)
        weight = dict(zip(training.names, self.weights.tolist(), strict=False))
        loss = float(self.weights[-1]) * training.loss(output, batch.truth)
        loss = loss + sum(weight[name] * each for name, each in single.items()) + sum(penalties.values())
        parts = {f"loss/{name}": each.detach() for name, each in single.items()}
        parts |= {f"penalty/{name}": value.detach() for name, value in penalties.items()}
        whole = bool(torch.isfinite(loss))
        yield Update(loss, modality=None if whole else culprit(single), parts=parts)

    def _probe(self, which: int) -> Float[np.ndarray, " 4"]:
        """Train a copy on loss ``which``; return training and held-out loss before, training and held-out loss after."""
        training = self.training
        model = copy.deepcopy(self._model).to(training.device)
        model.zero_grad()
        seen, unseen = training.samples, training.held_out
        if unseen is None:
            raise ConfigError("g_blend: no slice of the training split is held out; give held_out= to fit")
        before = self._loss(model, which, seen), self._loss(model, which, unseen)
        optimizer = torch.optim.AdamW(model.parameters(), training.config.learning_rate, weight_decay=0.0)
        model.train()
        size = training.config.batch_size
        for _ in range(self.options.super_epoch):
            order = training.rng.permutation(len(seen))
            for start in range(0, len(seen), size):
                loss, count = self._batch_loss(model, which, batch_of(seen, order[start : start + size]))
                if count:
                    loss.backward()
                    torch.nn.utils.clip_grad_norm_(model.parameters(), training.config.clip)
                    optimizer.step()
                    optimizer.zero_grad()
        return np.array([*before, self._loss(model, which, seen), self._loss(model, which, unseen)])

    def _batch_loss(self, model: FusionModel, which: int, batch: Batch) -> tuple[Tensor, int]:
        """Return one of the losses, and over how many samples it is."""
        training = self.training
        batch = batch.to(training.device, next(model.parameters()).dtype)
        steps = model.encode(batch)
        if which == len(training.names):
            output = model.learn(steps)[0] if model.training else model.fuse(steps)
            return self._apart.loss(output, batch.truth), len(batch)
        there = steps.mask[which].any(-1)
        losses = alone(model, steps.masked(training.only(which, len(batch)))).losses(self._apart, batch.truth)
        return losses.get(training.names[which], steps.x.sum() * 0), int(there.sum())

    @torch.no_grad()
    def _loss(self, model: FusionModel, which: int, split: Split) -> float:
        """Return the mean loss over the samples of a split that have the modality; NaN where none has."""
        model.eval()
        total, count = 0.0, 0
        for start in range(0, len(split), _ROWS):
            rows = range(start, min(start + _ROWS, len(split)))
            loss, some = self._batch_loss(model, which, batch_of(split, rows))
            total, count = total + float(loss) * some, count + some
        return total / count if count else np.nan


def blend_weights(
    train_before: Float[np.ndarray, " loss"],
    held_before: Float[np.ndarray, " loss"],
    train_after: Float[np.ndarray, " loss"],
    held_after: Float[np.ndarray, " loss"],
    *,
    floor: float = 0.01,
) -> Float[np.ndarray, " loss"]:
    """Return weights that sum to one: w_k ∝ max(G_k, 0) / max(|O_k|, floor)².

    G is the fall of the held-out loss, O the growth of (held-out - training) loss. A loss that was not measured (NaN) counts as one without
    gain; where none has a gain, all weights are equal.
    """
    gain = held_before - held_after
    growth = (held_after - train_after) - (held_before - train_before)
    worth = np.maximum(gain, 0) / np.maximum(np.abs(growth), floor) ** 2
    worth = np.where(np.isfinite(worth), worth, 0.0)
    return worth / worth.sum() if worth.sum() > 0 else np.full(len(worth), 1 / len(worth))
