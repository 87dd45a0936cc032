"""Modality-specific parameters: the encoder of a modality, and its slice of every parameter that is stacked over modalities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmviz.core.errors import ConfigError
from mmviz.models.encoder import Encoders
from mmviz.models.fusions.attention import CrossAttention, Transformer
from mmviz.models.layers import StackedLayerNorm, StackedLinear
from mmviz.models.ssm.blocks import CoupledBlock
from mmviz.models.ssm.experts import Experts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn

    from mmviz.models.base import FusionModel

#: kind of module -> parameters whose first dimension is split equally between modalities
_STACKED: dict[type[nn.Module], tuple[str, ...]] = {
    StackedLinear: ("weight", "bias"),
    StackedLayerNorm: ("weight", "bias"),
    CoupledBlock: ("A_log", "D", "conv.weight", "conv.bias"),
    Experts: ("specific",),
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
        A model of :mod:`mmviz.models`.
    modality
        Its position in ``model.spec.modalities``.

    Returns
    -------
    list of Part
        Encoder ``modality`` whole, slice ``modality`` of what is stacked (the streams of Coupled Mamba and of late fusion, the
        factors of low-rank fusion, the units of gated fusion, the experts of one modality in AlignMamba-2, the Transformer's
        modality embedding), element ``modality`` of lists with one module per modality. All else (heads, attention, coupling
        weights, weights of a mean) is shared. Parts of different modalities do not overlap.

    Raises
    ------
    ConfigError
        If there is no such modality.

    Notes
    -----
    Slice m of a mixer between coupled layers has input from all modalities, but output only to stream m: it belongs to m. With m
    masked, the gradient of every part of m is exactly zero, in every model: tests/train/test_modality_parameters.py.
    """
    count = len(model.spec.modalities)
    if type(modality) is not int or not 0 <= modality < count:
        raise ConfigError(f"modality_parameters: modality={modality!r}, expected a position from 0 to {count - 1}")
    return list(_parts(model, "", modality, count))


def _parts(module: nn.Module, place: str, modality: int, count: int) -> Iterator[Part]:
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
