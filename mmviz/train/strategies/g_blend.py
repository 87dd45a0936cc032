"""Gradient blending (G-Blend): unimodal losses and the joint loss, weighted by how well each generalises."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.models.batch import batch_of
from mmviz.train.devices import Devices
from mmviz.train.strategies.base import Strategy, Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.unimodal import nonfinite_modality, unimodal_pass

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
        Lower bound of the overfitting in the denominator, in units of the loss, > 0.
    """

    form: str = "offline"
    super_epoch: int = 3
    floor: float = 0.01

    def __post_init__(self) -> None:
        one_of(self.form, ("offline", "online"), "g_blend: form")
        object.__setattr__(self, "super_epoch", whole(self.super_epoch, "g_blend: super_epoch", low=1))
        object.__setattr__(self, "floor", number(self.floor, "g_blend: floor", low=0, above=True))


class GBlend(Strategy):
    """One update per batch: w_joint · (joint loss) + Σ_m w_m · (unimodal loss of m), the weights from probes.

    A probe trains M + 1 temporary copies of the current model, one on each of these losses, and computes each loss before and after on the
    training samples and on the held-out subset. The history holds ``blend_weight/<modality>`` and ``blend_weight_joint``, which sum to one,
    and the cost of the probes as ``seconds_probe``. Classification and regression, as only losses are compared.

    Notes
    -----
    Source: Wang, Tran, Feiszli, *What Makes Training Multi-modal Classification Networks Hard?*, CVPR 2020, arXiv 1905.12681,
    section 3: w_k ∝ G_k / O_k², G the fall of the held-out loss, O the growth of the gap between held-out and training loss
    (algorithms 1 and 2); no code was published with it. Our choices:

    * Unimodal predictions are those of the fusion with all other modalities masked, where the paper has a classifier for each. Our
      interpretation.
    * A loss whose held-out value does not fall has the weight 0, and O is at least ``floor``; if no loss falls, all weights are equal. The
      paper does not treat these cases. Our interpretation.
    * The paper's offline form probes over a whole training; here over ``super_epoch`` epochs, to limit the cost.
    * On several devices each runs the same complete probes, which are short; the updates are shared.
    * Probes run AdamW at the training's learning rate without its schedule, in whole precision, without augmentation.
    """

    name = "g_blend"
    method = Method(
        "G-Blend",
        "Wang et al., CVPR 2020, arXiv 1905.12681",
        needs="a held-out part of the training split",
        forwards=lambda M: 1 + M,
        backwards=lambda M: 1 + M,
        besides="a probe of M + 1 short trainings at the start and after every super-epoch",
        published_code="no code was published with it",
        ours="unimodal predictions by masking; weights where no loss falls",
    )
    Options = GBlendOptions
    needs_held_out = True

    def prepare(self, model: FusionModel) -> FusionModel:
        """Store the model, and a copy of it for probes: a user's module that was trained may not be copied."""
        self._model, self._untrained = model, copy.deepcopy(model)
        return model

    def begin(self, training: Training) -> None:
        """Start without weights: a probe runs before the first epoch."""
        super().begin(training)
        self.weights = np.full(len(training.names) + 1, np.nan)
        self._local = dataclasses.replace(training, devices=Devices())  # every device runs the complete probe

    def state(self) -> dict[str, Any]:
        """Return the weights of the losses."""
        return {"weights": self.weights.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the weights of the losses."""
        self.weights = np.array(state["weights"])

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Run a probe where one is due; return the weights."""
        due = bool(np.isnan(self.weights).all()) or (
            self.options.form == "online" and (epoch - 1) % self.options.super_epoch == 0
        )
        if due:
            with self.training.clock("probe"):
                curves = np.stack([self._probe(k) for k in range(len(self.weights))])
                curves = self.training.devices.mean(torch.from_numpy(curves)[None]).numpy()
            self.weights = blend_weights(*curves.T, floor=self.options.floor)
        *unimodal, joint = self.weights.tolist()
        weights = {f"blend_weight/{n}": w for n, w in zip(self.training.names, unimodal, strict=True)}
        return weights | {"blend_weight_joint": joint}

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield the blended update."""
        training = self.training
        steps = training.model.encode(batch)
        training.coalitions.add(steps.mask.any(-1))
        output, penalties = training.model.training_forward(steps)
        single = unimodal_pass(training.model, steps).losses(training, batch.required_target)
        weight = dict(zip(training.names, self.weights.tolist(), strict=False))
        loss = float(self.weights[-1]) * training.loss(output, batch.required_target)
        loss = loss + sum(weight[name] * each for name, each in single.items()) + sum(penalties.values())
        parts = {f"loss/{name}": each.detach() for name, each in single.items()}
        parts |= {f"penalty/{name}": value.detach() for name, value in penalties.items()}
        modality = None if torch.isfinite(loss) else nonfinite_modality(single)
        yield Update(loss, modality=modality, parts=parts)

    def _probe(self, which: int) -> Float[np.ndarray, " 4"]:
        """Train a copy on loss ``which``; return training and held-out loss before, training and held-out loss after."""
        training = self.training
        model = copy.deepcopy(self._untrained).to(training.device, next(self._model.parameters()).dtype)
        model.load_state_dict(self._model.state_dict())
        seen, unseen = training.samples, training.held_out
        if unseen is None:
            raise ConfigError("g_blend: no subset of the training split is held out; give held_out= to fit")
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
        """Return one of the losses, and the number of its samples."""
        training = self.training
        batch = batch.to(training.device, next(model.parameters()).dtype)
        steps = model.encode(batch)
        if which == len(training.names):
            output = model.training_forward(steps)[0] if model.training else model.fuse(steps)
            return self._local.loss(output, batch.required_target), len(batch)
        available = steps.mask[which].any(-1)
        losses = unimodal_pass(model, steps.masked(training.only(which, len(batch)))).losses(
            self._local, batch.required_target
        )
        return losses.get(training.names[which], steps.x.sum() * 0), int(available.sum())

    @torch.no_grad()
    def _loss(self, model: FusionModel, which: int, split: Split) -> float:
        """Return the mean loss over the samples of a split that have the modality; NaN where none has it."""
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

    G is the fall of the held-out loss, O the growth of (held-out - training) loss. A loss that is NaN counts as one without gain;
    where no loss has a gain, all weights are equal.
    """
    gain = held_before - held_after
    growth = (held_after - train_after) - (held_before - train_before)
    weight = np.maximum(gain, 0) / np.maximum(np.abs(growth), floor) ** 2
    weight = np.where(np.isfinite(weight), weight, 0.0)
    return weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight))
