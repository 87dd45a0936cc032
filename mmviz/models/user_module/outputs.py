"""Outputs of a user's module, converted to logits or values of the task, with errors that name the option to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import torch

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.spec import Task

OutputKind = Literal["", "logits", "probabilities", "logit", "probability", "values"]
SINGLE = ("logit", "probability")
_PAIR = 2
_TOLERANCE = 1e-3


def output_kinds(task: Task) -> tuple[str, ...]:
    """Return the valid values of ``output_kind`` for a task; the first is the default."""
    if task.kind == "regression":
        return ("values",)
    return ("logits", "probabilities", *SINGLE) if len(task.classes) == _PAIR else ("logits", "probabilities")


def read_output(output: Any, batch: int, task: Task, output_kind: str, name: str) -> Float[Tensor, "batch output"]:
    """Return a module's output as logits (classification) or values (regression), at least in float32.

    Parameters
    ----------
    output
        Output of the module.
    batch
        Number of samples.
    task, output_kind
        Task of the data, and the declared kind of output.
    name
        Name of the module, for errors.

    Raises
    ------
    ConfigError
        If it is not a float tensor, or has another shape or range; the message names the option to change.
    """
    expected = f"({batch}, {task.outputs})"
    if not isinstance(output, torch.Tensor) or not output.is_floating_point():
        raise ConfigError(
            f"{name} returned {_seen(output)}, expected a float tensor {expected}; {_picked(output, batch)}"
        )
    output = output.float() if output.dtype.itemsize < torch.float32.itemsize else output
    shape = tuple(output.shape)
    if output_kind in SINGLE:
        if shape not in ((batch,), (batch, 1)):
            raise ConfigError(
                f"{name} returned shape {shape}, expected one {output_kind} per sample, ({batch},) or ({batch}, 1); {_per_class(shape, task)}"
            )
        return _pair(output.reshape(batch), output_kind, name, task)
    if task.kind == "regression" and shape == (batch,):
        output = output[:, None]
    if tuple(output.shape) != (batch, task.outputs):
        hint = _single_hint(task) if shape in ((batch,), (batch, 1)) and len(task.classes) == _PAIR else ""
        raise ConfigError(
            f"{name} returned shape {shape}, expected (batch, outputs) = {expected}; {hint or _columns(task)}"
        )
    if output_kind != "probabilities":
        return output
    if not torch.compiler.is_exporting() and not looks_like_probabilities(output):
        raise ConfigError(f"{name} returned rows that are not probabilities: they {_not_probabilities(output)}")
    return output.clamp(min=torch.finfo(output.dtype).tiny).log()


def looks_like_probabilities(output: Float[Tensor, "batch output"]) -> bool:
    """Return whether every finite row is ≥ 0 and sums to 1, within 1e-3."""
    rows = output.detach()[torch.isfinite(output.detach()).all(-1)]
    return bool((rows >= -_TOLERANCE).all()) and bool(((rows.sum(-1) - 1).abs() <= _TOLERANCE).all())


def within_one(output: Float[Tensor, "*batch"]) -> bool:
    """Return whether every finite value is from 0 to 1."""
    finite = output.detach()[torch.isfinite(output.detach())]
    return bool(((finite >= -_TOLERANCE) & (finite <= 1 + _TOLERANCE)).all())


def _pair(z: Float[Tensor, " batch"], output_kind: str, name: str, task: Task) -> Float[Tensor, "batch 2"]:
    """Return two logits whose softmax is (1 - p, p)."""
    if output_kind == "logit":
        return torch.stack([torch.zeros_like(z), z], -1)
    if not torch.compiler.is_exporting() and not within_one(z):
        raise ConfigError(
            f"{name} returned {float(z.detach().min()):.3g} to {float(z.detach().max()):.3g}, which are not probabilities of {task.classes[1]!r}; "
            "give output_kind='logit' if a sigmoid is still to be applied"
        )
    p, least = z.clamp(0, 1), torch.finfo(z.dtype).tiny
    return torch.stack([(1 - p).clamp(min=least).log(), p.clamp(min=least).log()], -1)


def _single_hint(task: Task) -> str:
    return (
        f"that is one logit or probability per sample: give output_kind='logit' if its sigmoid is the probability of {task.classes[1]!r} "
        f"(BCEWithLogitsLoss), or output_kind='probability' if a sigmoid was applied already; the probability of {task.classes[0]!r} is the rest"
    )


def _per_class(shape: tuple[int, ...], task: Task) -> str:
    if len(shape) == _PAIR and shape[1] == task.outputs:
        return "give output_kind='logits' or output_kind='probabilities' for a column per class"
    return "select it with call="


def _columns(task: Task) -> str:
    if not task.classes:
        return "one column for the value; select it with call="
    return f"one column for each of {', '.join(task.classes)}; select them with call="


def _not_probabilities(output: Float[Tensor, "batch output"]) -> str:
    if within_one(output):
        return (
            "do not sum to 1. Where they are sigmoids, one for each class: let call= divide them by their sum, as p / p.sum(1, keepdim=True), "
            "or return the input of the sigmoid and give output_kind='logits'"
        )
    return "do not sum to 1 or are below 0; give output_kind='logits'"


def _seen(output: Any) -> str:
    if isinstance(output, torch.Tensor):
        return str(output.dtype)
    return type(output).__name__


def _picked(output: Any, batch: int) -> str:
    """Return how to select the tensor inside a container, as text that can be copied."""
    for pick, value in _parts(output):
        if isinstance(value, torch.Tensor) and value.is_floating_point() and value.ndim and len(value) == batch:
            return f"select the tensor with call=lambda net, *given: net(*given){pick}, or append {pick} to your call="
    if isinstance(output, Mapping):
        return f"it has {'the keys ' + ', '.join(map(repr, output)) if output else 'no keys'}; select one with call="
    if isinstance(output, torch.Tensor):
        return "select one with call=; class numbers have no probabilities"
    return "select one with call="


def _parts(output: Any) -> list[tuple[str, Any]]:
    if isinstance(output, Mapping):
        keys = sorted(output, key=lambda key: key not in ("logits", "output", "prediction"))
        return [(f"[{key!r}]", output[key]) for key in keys]
    if isinstance(output, (tuple, list)):
        return [(f"[{i}]", value) for i, value in enumerate(output)]
    named = getattr(output, "__dict__", {})
    return [(f".{key}", named[key]) for key in sorted(named, key=lambda key: key != "logits")]
