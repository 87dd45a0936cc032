"""Checks of explanations: infidelity and maximal sensitivity by captum, and the test with randomised parameters."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from jaxtyping import Bool, Float
    from torch import Tensor, nn

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.recording.explanations import Explained, Scores

#: share of the valid cells that a perturbation removes
REMOVED = 0.2
#: largest perturbation of an encoder output, relative to the root mean square of the sample
RADIUS = 0.02


def infidelity(
    explained: Explained, scores: Scores, *, draws: int = 50, seed: int = 0
) -> Float[np.ndarray, "value batch"]:
    """Return captum's infidelity, normalised, and the mean squared change that it should explain: (2, batch).

    INFD = E[(β I·φ - (f(x) - f(x - I)))²] with f = log p(predicted class) or the value. The inputs are gates, one per cell: 1 leaves the cell
    as it is, 0 replaces it by the baseline; I removes each valid cell with probability :data:`REMOVED`, never padding. The second row is E[(f(x) - f(x - I))²],
    the infidelity of an explanation that is 0 everywhere. All methods meet the same perturbations.

    References
    ----------
    .. [1] C.-K. Yeh et al., On the (in)fidelity and sensitivity of explanations, 2019, equation 1; normalised as in captum.
    """
    metrics = _captum()
    B = explained.steps.x.shape[1]
    gates = tuple(mask[..., None].to(explained.steps.x) for mask in explained.steps.mask)
    shares = tuple(part[..., None].to(explained.steps.x) for part in scores.movedim(1, 0))

    def output(*given: Tensor) -> Tensor:
        *opened, sample = given
        gate, x = torch.stack(opened), explained.steps.x.index_select(1, sample)
        base = explained.base.index_select(1, sample)
        return explained.value(base + gate * (x - base), sample, log=True)

    def perturbed(opened: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        generator = torch.Generator().manual_seed(seed)
        removed = tuple((torch.rand(g.shape, generator=generator) < REMOVED).to(g) * g for g in opened)
        return removed, tuple(g - r for g, r in zip(opened, removed, strict=True))

    def measured(parts: tuple[Tensor, ...], *, normalize: bool) -> np.ndarray:
        found = metrics.infidelity(
            output, lambda *given: perturbed(given[0] if isinstance(given[0], tuple) else given), gates, parts,
            additional_forward_args=(torch.arange(B),), n_perturb_samples=draws, normalize=normalize,
        )  # fmt: skip
        return np.asarray(found.double())

    nothing = measured(tuple(torch.zeros_like(part) for part in shares), normalize=False)
    return np.stack(
        [np.maximum(measured(shares, normalize=True), 0), nothing]
    )  # captum expands the square: rounding below 0


def max_sensitivity(
    explained: Explained, method: Callable[[Explained], Scores], *, draws: int = 10, seed: int = 0
) -> Float[np.ndarray, " batch"]:
    """Return captum's maximal sensitivity: the largest relative change of the scores under small changes of the encoder outputs.

    max ‖φ(x + ε) - φ(x)‖ / ‖φ(x)‖ over the draws, |ε| ≤ :data:`RADIUS` times the root mean square of the sample; never in padding.

    References
    ----------
    .. [1] C.-K. Yeh et al., On the (in)fidelity and sensitivity of explanations, 2019, definition 3.
    """
    metrics = _captum()
    B, mask = explained.steps.x.shape[1], explained.steps.mask
    x = torch.where(mask[..., None], explained.steps.x, 0.0).detach()
    count = mask.sum((0, 2)).clamp(min=1) * x.shape[-1]
    scale = (x.square().sum((0, 2, 3)) / count).sqrt()

    def perturbed(inputs: tuple[Tensor, ...], radius: float) -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(seed)
        times = len(inputs[0]) // B
        reach = radius * scale.repeat_interleave(times)[:, None, None]
        held = mask.repeat_interleave(times, 1)[..., None]
        return tuple(
            torch.where(held[m], v + (2 * torch.rand(v.shape, generator=generator).to(v) - 1) * reach, v)
            for m, v in enumerate(inputs)
        )

    def explanation(inputs: tuple[Tensor, ...], sample: Tensor) -> tuple[Tensor, ...]:
        return tuple(method(explained.samples(sample).at(torch.stack(inputs))).movedim(1, 0)[..., None])

    found = metrics.sensitivity_max(
        lambda inputs, additional_forward_args: explanation(
            inputs if isinstance(inputs, tuple) else (inputs,), additional_forward_args[0]
        ),
        tuple(x),
        lambda inputs, radius: perturbed(inputs if isinstance(inputs, tuple) else (inputs,), radius),
        perturb_radius=RADIUS,
        n_perturb_samples=draws,
        additional_forward_args=(torch.arange(B),),
    )
    return np.asarray(found.double())


def randomised_models(model: FusionModel, *, seed: int = 0) -> Iterator[tuple[str, FusionModel]]:
    """Yield the name of each part, from the head down to the encoders, and a copy of the model with this part and all before it randomised.

    The values of every parameter tensor are permuted, so that their size stays. Parts are the children of the model in reverse order, with lists of
    layers taken apart.
    """
    changed = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    for name, part in reversed(list(_parts(changed))):
        with torch.no_grad():
            for parameter in part.parameters():
                order = torch.randperm(parameter.numel(), generator=generator)
                parameter.copy_(parameter.flatten()[order].view_as(parameter))
        yield name, copy.deepcopy(changed)


def _parts(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, child in model.named_children():
        inner = list(child.named_children())
        if name == "module" or (type(child).__name__ == "ModuleList" and inner):
            yield from ((f"{name}.{key}", part) for key, part in inner if any(True for _ in part.parameters()))
        elif any(True for _ in child.parameters()):
            yield name, child


def randomisation(
    explained: Explained, batch: Batch, method: Callable[[Explained], Scores], scores: Scores, *, seed: int = 0
) -> tuple[list[str], Float[np.ndarray, "batch stage"]]:
    """Return the parts, from the head down, and the rank correlation of the scores with those of the model randomised down to each part.

    Spearman's correlation over the valid cells of a sample; NaN where all scores are equal.

    References
    ----------
    .. [1] J. Adebayo et al., Sanity checks for saliency maps, 2018 (cascading randomisation; they draw new initial weights, we permute).
    """
    names, found = [], []
    valid = explained.valid.numpy()
    for name, model in randomised_models(explained.model, seed=seed):
        other = method(explained.of_model(model, batch))
        names.append(name)
        found.append(rank_correlation(scores.numpy(), other.numpy(), valid))
    return names, np.stack(found, 1)


def rank_correlation(
    a: Float[np.ndarray, "batch *cell"], b: Float[np.ndarray, "batch *cell"], valid: Bool[np.ndarray, "batch *cell"]
) -> Float[np.ndarray, " batch"]:
    """Return Spearman's rank correlation over the valid cells of each sample; NaN where one of them is constant."""
    from scipy.stats import rankdata  # slow to import, and only this check needs it

    out = np.full(len(a), np.nan)
    for k in range(len(a)):
        x, y = (rankdata(v[k][valid[k]]) for v in (a, b))
        x, y = x - x.mean(), y - y.mean()
        if len(x) and (norm := np.sqrt((x**2).sum() * (y**2).sum())) > 0:
            out[k] = (x * y).sum() / norm
    return out


def _captum() -> ModuleType:
    try:
        import captum.metrics
    except ImportError as error:
        raise MissingDependencyError(
            "faithfulness: captum is not installed; install the extra 'explain': pip install 'mmviz[explain]', or leave out the checks"
        ) from error
    return captum.metrics
