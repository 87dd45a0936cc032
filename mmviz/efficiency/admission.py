"""No number without equality: every model against its own float64 form, written out plainly, before it is measured."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from mmviz.efficiency.case import loss_of

if TYPE_CHECKING:
    from torch import Tensor

    from mmviz.efficiency.case import Case
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel

TOLERANCE = 1e-4  # float32 and a few layers; of the largest value


def small_of(case: Case) -> Case:
    """Return the case on which equality is tested: few steps and samples, the rest as it is."""
    return replace(case, length=40, batch=2)


def batches_of(small: Case) -> list[Batch]:
    """Return a batch without padding, and the same with a gap, an early end and an absent modality."""
    _, whole = small.data()
    valid = {name: mask.clone() for name, mask in whole.valid.items()}
    first, second, third = whole.names
    valid[first][0, 5:9] = False
    valid[second][1] = False
    valid[third][:, 30:] = False
    return [whole, replace(whole, valid=valid)]


def error_of(case: Case) -> float:
    """Return the largest error of answers, and in training of gradients, relative to the largest value of each.

    The other side is the same model in float64 with the scan as a loop and the attention written out. Gradients that are
    smaller than a hundredth of the largest of all, as where samples cancel, are compared with that hundredth.
    """
    small = small_of(case)
    spec, _ = small.data()
    errors = []
    for batch in batches_of(small):
        found, right = (
            _values(small, small.model(spec, plain=plain), batch.to(case.device, dtype))
            for plain, dtype in ((False, torch.float32), (True, torch.float64))
        )
        floor = 1e-2 * max(float(value.abs().max()) for value in right)
        for a, b in zip(found, right, strict=True):
            error = float((a.double() - b).abs().max()) / max(float(b.abs().max()), floor)
            errors.append(math.inf if math.isnan(error) else error)
    return max(errors)


def _values(case: Case, model: FusionModel, batch: Batch) -> list[Tensor]:
    """Return the answers, or the gradient of every weight."""
    if case.mode == "inference":
        with torch.inference_mode():
            return [model.eval()(batch)]
    loss_of(model.train(), batch).backward()
    return [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in model.parameters()]
