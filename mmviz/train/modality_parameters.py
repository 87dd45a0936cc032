"""Modality-specific parameters: the encoder of a modality, and its slice of every parameter that is stacked over modalities."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import torch

from mmviz.core.errors import ConfigError
from mmviz.models.encoder import Encoders
from mmviz.models.fusions.attention import CrossAttention, Transformer
from mmviz.models.fusions.memory_chain import MemoryCell
from mmviz.models.layers import StackedLayerNorm, StackedLinear
from mmviz.models.ssm.blocks import CoupledBlock
from mmviz.models.ssm.experts import Experts
from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from torch import Tensor, nn

    from mmviz.models.base import FusionModel

#: kind of module -> parameters whose first dimension is split equally between modalities
_STACKED: dict[type[nn.Module], tuple[str, ...]] = {
    StackedLinear: ("weight", "bias"),
    StackedLayerNorm: ("weight", "bias"),
    CoupledBlock: ("A_log", "D", "conv.weight", "conv.bias"),
    Experts: ("specific",),
    MemoryCell: ("bias",),
    Transformer: ("modality",),
}
#: kind of module -> lists with one module per modality
_LISTED: dict[type[nn.Module], tuple[str, ...]] = {Encoders: ("encoders",), CrossAttention: ("own",)}


class Part(NamedTuple):
    """A parameter, or the rows of it that belong to one modality."""

    name: str
    parameter: nn.Parameter
    rows: slice

    @property
    def gradient(self) -> Tensor | None:
        """The gradient, as a view that may be changed in place; None where there is none."""
        grad = self.parameter.grad
        return None if grad is None else grad[self.rows]


def modality_parameters(model: FusionModel, modality: int) -> list[Part]:
    """Return the parameters that only one modality uses, before the fusion.

    Parameters
    ----------
    model
        A model of :mod:`mmviz.models`, a subclass of the contract, or a user's module from :func:`mmviz.models.adapt`.
    modality
        Its position in ``model.spec.modalities``.

    Returns
    -------
    list of Part
        Encoder ``modality`` whole, slice ``modality`` of what is stacked (the streams of Coupled Mamba and of late fusion, the
        factors of low-rank fusion, the units of gated fusion, the experts of one modality in AlignMamba-2, the Transformer's
        modality embedding), element ``modality`` of lists with one module per modality. All else (heads, attention, coupling
        weights, weights of a mean) is shared, unless ``model.parameter_names`` names it. Of a user's module: the parameters that the
        user named, and those that a pass combines with data of this modality only, see
        :func:`mmviz.models.user_module.parameter_use.parameter_use`. Parts of different modalities do not overlap.

    Raises
    ------
    ConfigError
        If there is no such modality, or a named parameter does not exist.

    Notes
    -----
    Slice m of a mixer between coupled layers has input from all modalities, but output only to stream m: it belongs to m. With m
    masked, the gradient of every part of m is exactly zero, in every model: tests/train/test_modality_parameters.py. Not so in a user's
    module, which processes the imputed frames of a masked modality; see :func:`unimodal_output`.
    """
    count = len(model.spec.modalities)
    if type(modality) is not int or not 0 <= modality < count:
        raise ConfigError(f"modality_parameters: modality={modality!r}, expected a position from 0 to {count - 1}")
    parts = list(_parts(model, "", modality, count))
    known = {id(part.parameter) for part in parts}
    named = model.specific_parameters.get(model.spec.names[modality], {})
    return parts + [Part(name, p, slice(None)) for name, p in named.items() if id(p) not in known]


def require_modality_parameters(
    model: FusionModel, strategy: str, purpose: str, names: Iterable[str] | None = None
) -> None:
    """Raise ConfigError where a modality has no parameters of its own that are trained.

    Parameters
    ----------
    model
        The model to train.
    strategy
        Name of the strategy that needs them.
    purpose
        What the strategy does with them, for the error.
    names
        Modalities that need them; None: all.
    """
    chosen = model.spec.names if names is None else list(names)
    for m, name in enumerate(model.spec.names):
        if name not in chosen:
            continue
        parts = modality_parameters(model, m)
        if any(part.parameter.requires_grad for part in parts):
            continue
        if parts:
            why = f"its {len(parts)} parameters ({_listed([part.name for part in parts])}) are frozen (requires_grad=False)"
        else:
            why = f"no parameter is used with {name!r} only{_shared_with(model, name)}"
        how = "adapt(..., parameters=...)" if isinstance(model, Adapted) else f"{type(model).__name__}.parameter_names"
        raise ConfigError(
            f"{strategy}: it {purpose}, and modality {name!r} has none to train: {why}. Name its parameters in {how}, or choose a strategy that "
            "needs none, such as joint, modality_dropout, unimodal, shapley_alternating or g_blend"
        )


def values_before_step(parts: Iterable[tuple[Part, float]]) -> list[tuple[Part, Tensor, float]]:
    """Return each part, a copy of its value and the factor of its next step, for :func:`scale_step`."""
    return [(part, part.parameter.detach()[part.rows].clone(), k) for part, k in parts]


@torch.no_grad()
def scale_step(before: Iterable[tuple[Part, Tensor, float]]) -> None:
    """Multiply the last optimizer step of each part by its factor: value before + k (value after - value before)."""
    for part, value, k in before:
        now = part.parameter[part.rows]
        now.copy_(value + k * (now - value))


class ModalityGradients:
    """Norms of the gradients of the modality-specific parameters: their mean over the updates of an epoch.

    Parameters
    ----------
    model
        The model that is trained.
    """

    def __init__(self, model: FusionModel) -> None:
        self._parts = {name: modality_parameters(model, m) for m, name in enumerate(model.spec.names)}
        self._sum, self._count = dict.fromkeys(self._parts, 0.0), 0

    @torch.no_grad()
    def add(self) -> None:
        """Add the gradients of one update; a parameter without a gradient counts as zero."""
        for name, parts in self._parts.items():
            norms = [torch.linalg.vector_norm(g) for part in parts if (g := part.gradient) is not None]
            if norms:
                self._sum[name] += float(torch.linalg.vector_norm(torch.stack(norms)))
        self._count += 1

    def row(self) -> dict[str, float]:
        """Return the entries of the history and begin the next epoch; NaN for a modality without parameters of its own."""
        found = {
            f"modality_gradient_norm/{name}": self._sum[name] / self._count if parts and self._count else math.nan
            for name, parts in self._parts.items()
        }
        self._sum, self._count = dict.fromkeys(self._parts, 0.0), 0
        return found


@contextmanager
def without_gradient(parameters: Iterable[nn.Parameter]) -> Iterator[None]:
    """Compute passes inside the block as if these parameters were constants; their ``requires_grad`` is as before afterwards."""
    chosen = [parameter for parameter in parameters if parameter.requires_grad]
    for parameter in chosen:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in chosen:
            parameter.requires_grad_(True)


def unimodal_output(model: FusionModel, modality: int, predict: Callable[[], Tensor]) -> Tensor:
    """Return the output of ``predict`` with the gradient zero for the parameters of all other modalities; for unimodal updates.

    In a model that masks, that gradient is zero in any case, and nothing is changed. A user's module processes the imputed frames of the other
    modalities, and their parameters would be trained on these.
    """
    if not model.imputes:
        return predict()
    positions = (m for m in range(len(model.spec.modalities)) if m != modality)
    others = [part.parameter for m in positions for part in modality_parameters(model, m)]
    others = [parameter for parameter in others if parameter.requires_grad]
    with without_gradient(others):
        output = predict()
    return output + sum(0.0 * parameter.sum() for parameter in others)


def _shared_with(model: FusionModel, name: str) -> str:
    if not isinstance(model, Adapted) or len(model.config.parameters) == len(model.spec.names):
        return ""
    uses = {key: model.used_with(key) for key, _ in model.module.named_parameters()}
    shared = [
        f"{key} ({', '.join(n for n in model.spec.names if n in used)})" for key, used in uses.items() if name in used
    ]
    return f"; used with several are {_listed(shared)}" if shared else "; a pass uses none with it"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _parts(module: nn.Module, place: str, modality: int, count: int) -> Iterator[Part]:
    if isinstance(module, Adapted):
        return  # its structure is the user's
    if isinstance(module, CoupledBlock) and module.coupling.modalities != count:
        return  # one stream for all modalities: shared
    for name in _STACKED.get(type(module), ()):
        parameter = _parameter(module, name)
        if parameter is not None and len(parameter) % count == 0:
            size = len(parameter) // count
            yield Part(f"{place}{name}", parameter, slice(modality * size, (modality + 1) * size))
    for name, child in module.named_children():
        if name in _LISTED.get(type(module), ()):
            prefix = f"{place}{name}.{modality}"
            specific = child.get_submodule(str(modality))
            yield from (Part(f"{prefix}.{n}", p, slice(None)) for n, p in specific.named_parameters())
        else:
            yield from _parts(child, f"{place}{name}.", modality, count)


def _parameter(module: nn.Module, name: str) -> nn.Parameter | None:
    for step in name.split("."):
        module = getattr(module, step)
    return module  # type: ignore[return-value]
