"""Scores of the cells (modality, step) for the prediction of a sample, by several methods, and predictions with cells replaced by a baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError, MissingDependencyError
from mmviz.models.batch import Steps
from mmviz.models.coalitions import CHUNK_BYTES
from mmviz.models.frozen_gates import freeze
from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch

    Scores = Float[Tensor, "batch modality time"]

BASELINES = {
    "zero": "encoder outputs of removed cells are 0, and their mask stays",
    "mean": "encoder outputs of removed cells are those of frames at the mean of the training data, and their mask stays",
}
#: most cells of a sample for the greedy order, which takes n²/2 predictions
GREEDY_CELLS = 160


@dataclass(frozen=True)
class Explained:
    """Samples, the model, and the output that is explained: p(predicted class), or the value of a regression.

    Attributes
    ----------
    model
        In evaluation mode.
    steps
        Result of ``model.encode``.
    base
        Encoder outputs that replace removed cells.
    predicted
        Class of each sample with the largest probability; zeros for a regression.
    baseline
        Name of the baseline, see :data:`BASELINES`.
    """

    model: FusionModel
    steps: Steps
    base: Float[Tensor, "modality batch time width"]
    predicted: Int[Tensor, " batch"]
    baseline: str = "zero"

    @classmethod
    def of(cls, model: FusionModel, batch: Batch, baseline: str) -> Explained:
        """Return the samples of a batch, with the baseline ``zero`` or ``mean``."""
        with torch.no_grad():
            steps = model.encode(batch)
            base = torch.zeros_like(steps.x) if baseline == "zero" else model.encode(_at_mean(model, batch)).x
            return cls(model, steps, base, model.fuse(steps).argmax(-1), baseline)

    @property
    def classifies(self) -> bool:
        """Whether the output is a probability."""
        return self.model.spec.task.kind == "classification"

    @property
    def valid(self) -> Bool[Tensor, "batch modality time"]:
        """The cells that can be removed: padding is not among them."""
        return self.steps.mask.movedim(1, 0)

    def value(
        self, x: Float[Tensor, "modality row time width"], sample: Int[Tensor, " row"], *, log: bool = False
    ) -> Float[Tensor, " row"]:
        """Return p(predicted class), or its logarithm, or the value, for encoder outputs of the samples with these indices."""
        output = self.model.fuse(Steps(x, self.steps.mask.index_select(1, sample)))
        if not self.classifies:
            return output[:, 0]
        p = output.log_softmax(-1) if log else output.softmax(-1)
        return p.gather(1, self.predicted[sample, None])[:, 0]

    @torch.no_grad()
    def removed(
        self, cut: Bool[Tensor, "row modality time"], sample: Int[Tensor, " row"], *, log: bool = False
    ) -> Float[Tensor, " row"]:
        """Return the value of each row with the cells ``cut`` at the baseline, in passes of about ``CHUNK_BYTES`` of encoder outputs."""
        row_bytes = self.steps.x[:, :1].numel() * self.steps.x.element_size()
        size = max(self.model.rows_per_pass, CHUNK_BYTES // max(row_bytes, 1))
        parts = []
        for some, who in zip(cut.split(size), sample.split(size), strict=True):
            gone = some.movedim(0, 1)[..., None]
            x = torch.where(gone, self.base.index_select(1, who), self.steps.x.index_select(1, who))
            parts.append(self.value(x, who, log=log))
        return torch.cat(parts)

    def at(self, x: Float[Tensor, "modality batch time width"]) -> Explained:
        """Return the same samples with other encoder outputs; the explained class stays."""
        return replace(self, steps=Steps(x, self.steps.mask))

    def samples(self, index: Int[Tensor, " row"]) -> Explained:
        """Return the samples at ``index``."""
        steps, base = self.steps.samples(index), self.base.index_select(1, index)
        return replace(self, steps=steps, base=base, predicted=self.predicted[index])

    def of_model(self, model: FusionModel, batch: Batch) -> Explained:
        """Return the same samples, a batch, and the same explained classes for another model."""
        return replace(Explained.of(model, batch, self.baseline), predicted=self.predicted)


def _at_mean(model: FusionModel, batch: Batch) -> Batch:
    values = {
        m.name: torch.as_tensor(np.array(m.mean)).to(batch.values[m.name]).expand_as(batch.values[m.name])
        for m in model.spec.modalities
    }
    return replace(batch, values=values)


def end_to_end_scores(explained: Explained, **_: Any) -> Scores:
    """Return the share of each cell in log p(predicted class), or in the value, with the gates frozen: see :func:`mmviz.models.frozen_gates.freeze`.

    For a class y it is Σ_k (δ_yk - p_k) · share in logit k, with p held constant. Shares are relative to the baseline.
    """
    x = explained.steps.x.detach().clone().requires_grad_()
    with torch.enable_grad():
        output = freeze(explained.model, explained.steps).output(x)
        weight = target_weights(output.detach(), explained.predicted, classifies=explained.classifies)
        (slope,) = torch.autograd.grad((output * weight).sum(), x, materialize_grads=True)
    return _cells(explained, slope * (explained.steps.x - explained.base))


def target_weights(
    logit: Float[Tensor, "batch output"], predicted: Int[Tensor, " batch"], *, classifies: bool
) -> Float[Tensor, "batch output"]:
    """Return the derivative of log p(class) with respect to the logits, δ_yk - p_k; ones for a regression."""
    if not classifies:
        return torch.ones_like(logit)
    return torch.nn.functional.one_hot(predicted, logit.shape[-1]).to(logit) - logit.softmax(-1)


def gradient_scores(explained: Explained, **_: Any) -> Scores:
    """Return (x - baseline) · ∂ log p(predicted class) / ∂x, or of the value, summed over channels."""
    x = explained.steps.x.detach().clone().requires_grad_()
    with torch.enable_grad():
        total = explained.value(x, torch.arange(x.shape[1]), log=True).sum()
        (slope,) = torch.autograd.grad(total, x, materialize_grads=True)
    return _cells(explained, slope * (explained.steps.x - explained.base))


def integrated_scores(explained: Explained, *, points: int = 50, **_: Any) -> Scores:
    """Return captum's integrated gradients of p(predicted class), or of the value, from the baseline, signed, summed over channels."""
    try:
        from captum.attr import IntegratedGradients
    except ImportError as error:
        raise MissingDependencyError(
            "faithfulness: captum is not installed; install the extra 'explain': pip install 'mmviz[explain]', or choose other methods"
        ) from error
    B = explained.steps.x.shape[1]

    def output(x: Tensor, sample: Tensor) -> Tensor:
        return explained.value(x.movedim(0, 1), sample)

    with torch.enable_grad():
        found = IntegratedGradients(output).attribute(
            explained.steps.x.detach().movedim(1, 0),
            explained.base.movedim(1, 0),
            additional_forward_args=(torch.arange(B),),
            n_steps=points,
            internal_batch_size=max(B, 64),
        )
    return _cells(explained, found.movedim(1, 0))


def single_cell_scores(explained: Explained, **_: Any) -> Scores:
    """Return the fall of the value when a single cell is at the baseline, cell by cell."""
    sample, m, t = explained.valid.nonzero(as_tuple=True)
    M, B, T = explained.steps.mask.shape
    cut = torch.zeros(len(sample), M, T, dtype=torch.bool)
    cut[torch.arange(len(sample)), m, t] = True
    full = explained.removed(torch.zeros(B, M, T, dtype=torch.bool), torch.arange(B))
    scores = torch.zeros(B, M, T, dtype=full.dtype)
    scores[sample, m, t] = full[sample] - explained.removed(cut, sample)
    return scores


def recency_scores(explained: Explained, **_: Any) -> Scores:
    """Return the step number, so that later cells come first."""
    M, B, T = explained.steps.mask.shape
    return torch.arange(T, dtype=torch.float64).expand(B, M, T).clone()


def greedy_scores(explained: Explained, **_: Any) -> Scores:
    """Return the order that removes, one after the other, the cell whose removal leaves the smallest value: n²/2 predictions per sample.

    Raises
    ------
    ConfigError
        If a sample has more than :data:`GREEDY_CELLS` cells.
    """
    M, B, T = explained.steps.mask.shape
    valid = explained.valid.reshape(B, -1)
    if (most := int(valid.sum(1).max())) > GREEDY_CELLS:
        raise ConfigError(
            f"faithfulness: the greedy order of {most} cells takes about {most**2 // 2} predictions per sample, the limit is {GREEDY_CELLS} cells; "
            "leave out 'greedy'"
        )
    scores = torch.zeros(B, M * T, dtype=torch.float64)
    gone = torch.zeros(B, M * T, dtype=torch.bool)
    for place in range(M * T, 0, -1):
        open_ = valid & ~gone
        sample, cell = open_.nonzero(as_tuple=True)
        if not len(sample):
            break
        cut = gone[sample].clone()
        cut[torch.arange(len(sample)), cell] = True
        value = explained.removed(cut.unflatten(1, (M, T)), sample).double()
        rest = torch.full((B, M * T), torch.inf, dtype=torch.float64).index_put((sample, cell), value)
        first, rows = rest.argmin(1), open_.any(1).nonzero()[:, 0]
        gone[rows, first[rows]] = True
        scores[rows, first[rows]] = float(place)
    return scores.unflatten(1, (M, T))


def _cells(explained: Explained, parts: Float[Tensor, "modality batch time width"]) -> Scores:
    return torch.where(explained.valid, parts.detach().sum(-1).movedim(1, 0), 0.0)


#: method -> its scores; all explain the model, apart from recency
METHODS: dict[str, Callable[..., Scores]] = {
    "end-to-end attribution": end_to_end_scores,
    "integrated gradients": integrated_scores,
    "gradient x input": gradient_scores,
    "single-cell ablation": single_cell_scores,
    "recency": recency_scores,
    "greedy": greedy_scores,
}
#: methods that need a gradient with respect to the encoder outputs
GRADIENT_METHODS = ("end-to-end attribution", "integrated gradients", "gradient x input")


def refusal(model: FusionModel, method: str) -> str:
    """Return why a method does not work for a model; "" where it does."""
    if method == "end-to-end attribution" and model.cannot_freeze:
        return model.cannot_freeze
    if method in GRADIENT_METHODS and isinstance(model, Adapted) and model.config.tokens:
        return f"modality {model.config.tokens[0]!r} holds token ids, which have no gradient"
    return ""
