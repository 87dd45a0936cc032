"""MLA's fusion at test time: every modality answers alone, the surer one counts more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.errors import ConfigError
from mmviz.train.strategies.alone import alone

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run


def entropy_weights(
    output: Float[Tensor, "batch modality class"], present: Bool[Tensor, "batch modality"]
) -> Float[Tensor, "batch modality"]:
    """Return each modality's weight in each sample, ∝ exp(H_max - H_m), H the entropy of its answer in nat; 0 where it is absent.

    They sum to one, or to zero where a sample has nothing.
    """
    log = output.log_softmax(-1)
    entropy = -(log.exp() * log).sum(-1)
    weight = torch.where(present, -entropy, torch.full_like(entropy, -torch.inf)).softmax(-1)
    return torch.where(present, weight, torch.zeros_like(weight))


@torch.no_grad()
def entropy_fused(run: Run, data: Split | Batch, *, batch_size: int = 256) -> np.ndarray:
    """Return class probabilities (sample, class) from the modalities' own answers, weighted by their certainty.

    Parameters
    ----------
    run
        Of any strategy; MLA and `unimodal` train the modalities' own answers.
    data
        As for `Run.predict`.
    batch_size
        Samples per pass; has no influence on the result.

    Raises
    ------
    ConfigError
        For a regression, whose answers have no entropy.

    Notes
    -----
    Source: Zhang et al., CVPR 2024, arXiv 2311.10707, section 3.3: the logits are averaged with weights ∝ exp(H_max - H_m). Its
    published code (``calculate_entropy``) takes the softmax over the batch and one entropy for all samples of it; here each sample
    has its own, over classes. A sample without any modality has equal probabilities.
    """
    model = run.model
    if model.spec.task.kind != "classification":
        raise ConfigError(
            f"entropy_fused: {model.spec.name!r} is a {model.spec.task.kind}, whose answers have no entropy; use run.predict"
        )
    mode, parts = model.training, []
    model.eval()
    try:
        for batch in run.batches(data, batch_size):
            steps = model.encode(batch)
            answers, who, sample = alone(model, steps)
            output = answers.new_zeros(len(batch), len(model.spec.modalities), answers.shape[-1])
            output[sample, who] = answers
            weight = entropy_weights(output, steps.mask.any(-1).t())
            parts.append((weight[..., None] * output).sum(1).softmax(-1).float().numpy())
    finally:
        model.train(mode)
    return np.concatenate(parts) if parts else np.zeros((0, model.spec.task.outputs), dtype=np.float32)
