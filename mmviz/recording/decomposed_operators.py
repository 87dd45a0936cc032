"""Operators that the page does not have, written as operators that it has: torch's decompositions, and some of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch._decomp import get_decompositions

from mmviz.core.errors import ExportError
from mmviz.io.page_operators import OPERATORS
from mmviz.recording.graph_nodes import operator_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor
    from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

#: how often operators of a decomposition are decomposed again
_ROUNDS = 5


def decomposed(program: torch.export.ExportedProgram) -> torch.export.ExportedProgram:
    """Return the program with decompositions of the operators that the page does not have; one that has none the page can run stays."""
    before = _missing(program)
    whole = _without(program, before, set())
    if not _missing(whole):
        return whole
    for target in before:
        found = _without(program, {target}, before - {target})
        if _missing(found) <= before - {target}:
            program = found
    return program


def _without(program: torch.export.ExportedProgram, targets: set[Any], kept: set[Any]) -> torch.export.ExportedProgram:
    """Return the program with operators decomposed, and those of their decompositions, except ``kept``."""
    for _ in range(_ROUNDS):
        table = _table([one for one in _missing(program) if one in targets or one not in kept])
        if not table:
            break
        try:
            program = program.run_decompositions(decomp_table=table)
        except (RuntimeError, AssertionError, NotImplementedError):  # torch cannot
            break
    return program


def _missing(program: torch.export.ExportedProgram) -> set[Any]:
    names = {node.target: operator_name(node) for node in program.graph.nodes}
    return {target for target, name in names.items() if name and name not in OPERATORS}


def _table(targets: list[Any]) -> dict[Any, Any]:
    """Return the decompositions of some operators, ours first."""
    if not targets:
        return {}
    usual: Mapping[Any, Any] = torch.export.default_decompositions()
    known = {one: usual[one] for one in targets if one in usual}
    return get_decompositions(targets) | known | {one: _OWN[one] for one in targets if one in _OWN}


def normalised(norm: BatchNorm, x: Tensor) -> Tensor:
    """Return a batch normalisation by running statistics, as a scale and a shift; torch.export takes the operator for one of a training."""
    mean, variance = norm.running_mean, norm.running_var
    if norm.training or mean is None or variance is None:
        raise ExportError(f"{type(norm).__name__} without running statistics depends on the other samples of a batch")
    scale, shape = torch.rsqrt(variance + norm.eps), [1, -1, *[1] * (x.dim() - 2)]
    scale = scale if norm.weight is None else scale * norm.weight
    shift = -mean * scale if norm.bias is None else norm.bias - mean * scale
    return x * scale.reshape(shape) + shift.reshape(shape)


def _elu(x: Tensor, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Tensor:
    return torch.where(x > 0, x * scale, (torch.exp(x * input_scale) - 1) * (alpha * scale))


def _group_norm(
    x: Tensor, weight: Tensor | None, bias: Tensor | None, rows: int, channels: int, _each: int, groups: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    parts, shape = x.reshape(rows, groups, -1), [1, channels, *[1] * (x.dim() - 2)]
    mean = parts.mean(-1, keepdim=True)
    apart = parts - mean
    inverse = torch.rsqrt((apart * apart).mean(-1, keepdim=True) + eps)
    out = (apart * inverse).reshape(x.shape)
    out = out if weight is None else out * weight.reshape(shape)
    out = out if bias is None else out + bias.reshape(shape)
    return out, mean.squeeze(-1), inverse.squeeze(-1)


_OWN = {torch.ops.aten.elu.default: _elu, torch.ops.aten.native_group_norm.default: _group_norm}
