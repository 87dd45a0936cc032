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

Gives = Literal["", "logits", "probabilities", "logit", "probability", "values"]
SINGLE = ("logit", "probability")
_PAIR = 2
_SUM = 1e-3


def known_gives(task: Task) -> tuple[str, ...]:
    """Return what a module may give for a task; the first is assumed where nothing is said."""
    if task.kind == "regression":
        return ("values",)
    return ("logits", "probabilities", *SINGLE) if len(task.classes) == _PAIR else ("logits", "probabilities")


def read_output(output: Any, batch: int, task: Task, gives: str, name: str) -> Float[Tensor, "batch output"]:
    """Return logits (classification) or values (regression), at least in float32.

    Parameters
    ----------
    output
        What the module returned for so many samples.
    batch
        How many.
    task, gives
        What it should be.
    name
        Of the module, for errors.

    Raises
    ------
    ConfigError
        If it is no float tensor, or has another shape or meaning; the message says what to change.
    """
    wanted = f"({batch}, {task.outputs})"
    if not isinstance(output, torch.Tensor) or not output.is_floating_point():
        raise ConfigError(
            f"{name} returned {_seen(output)}, expected a float tensor {wanted}; {_picked(output, batch)}"
        )
    output = output.float() if output.dtype.itemsize < torch.float32.itemsize else output
    shape = tuple(output.shape)
    if gives in SINGLE:
        if shape not in ((batch,), (batch, 1)):
            raise ConfigError(
                f"{name} returned shape {shape}, expected one {gives} per sample, ({batch},) or ({batch}, 1); {_of_gives(shape, task)}"
            )
        return _pair(output.reshape(batch), gives, name, task)
    if task.kind == "regression" and shape == (batch,):
        output = output[:, None]
    if tuple(output.shape) != (batch, task.outputs):
        hint = _single_hint(task) if shape in ((batch,), (batch, 1)) and len(task.classes) == _PAIR else ""
        raise ConfigError(
            f"{name} returned shape {shape}, expected (batch, outputs) = {wanted}; {hint or _columns(task)}"
        )
    if gives != "probabilities":
        return output
    if not looks_like_probabilities(output):
        raise ConfigError(f"{name} returned rows that are not probabilities: they {_not_probabilities(output)}")
    return output.clamp(min=torch.finfo(output.dtype).tiny).log()


def looks_like_probabilities(output: Float[Tensor, "batch output"]) -> bool:
    """Return whether every finite row is ≥ 0 and sums to 1, to a thousandth."""
    rows = output.detach()[torch.isfinite(output.detach()).all(-1)]
    return bool((rows >= -_SUM).all()) and bool(((rows.sum(-1) - 1).abs() <= _SUM).all())


def within_one(output: Float[Tensor, "*batch"]) -> bool:
    """Return whether every finite value is from 0 to 1."""
    known = output.detach()[torch.isfinite(output.detach())]
    return bool(((known >= -_SUM) & (known <= 1 + _SUM)).all())


def _pair(z: Float[Tensor, " batch"], gives: str, name: str, task: Task) -> Float[Tensor, "batch 2"]:
    """Return two logits whose softmax is (1 - p, p)."""
    if gives == "logit":
        return torch.stack([torch.zeros_like(z), z], -1)
    if not within_one(z):
        raise ConfigError(
            f"{name} returned {float(z.detach().min()):.3g} to {float(z.detach().max()):.3g}, which are no probabilities of {task.classes[1]!r}; "
            "say gives='logit' if a sigmoid is still to be applied"
        )
    p, least = z.clamp(0, 1), torch.finfo(z.dtype).tiny
    return torch.stack([(1 - p).clamp(min=least).log(), p.clamp(min=least).log()], -1)


def _single_hint(task: Task) -> str:
    return (
        f"that is one logit or probability per sample: say gives='logit' if its sigmoid is the probability of {task.classes[1]!r} "
        f"(BCEWithLogitsLoss), or gives='probability' if a sigmoid was applied already; {task.classes[0]!r} then gets the rest"
    )


def _of_gives(shape: tuple[int, ...], task: Task) -> str:
    if len(shape) == _PAIR and shape[1] == task.outputs:
        return "say gives='logits' or gives='probabilities' for a column per class"
    return "say with call= how to get it"


def _columns(task: Task) -> str:
    if not task.classes:
        return "one column for the value; say with call= how to get it"
    return f"one column for each of {', '.join(task.classes)}; say with call= how to get them"


def _not_probabilities(output: Float[Tensor, "batch output"]) -> str:
    if within_one(output):
        return (
            "do not sum to 1. Where they are sigmoids, one for each class: let call= divide them by their sum, as p / p.sum(1, keepdim=True), "
            "or return what goes into the sigmoid and say gives='logits'"
        )
    return "do not sum to 1 or are below 0; say gives='logits'"


def _seen(output: Any) -> str:
    if isinstance(output, torch.Tensor):
        return str(output.dtype)
    return type(output).__name__


def _picked(output: Any, batch: int) -> str:
    """Return how to get at the tensor inside a container, in words that can be copied."""
    for pick, value in _parts(output):
        if isinstance(value, torch.Tensor) and value.is_floating_point() and value.ndim and len(value) == batch:
            return f"return a part of it, with call=lambda net, *given: net(*given){pick}, or {pick} at the end of your call="
    if isinstance(output, Mapping):
        return f"it has the keys {', '.join(map(repr, output)) or 'of nothing'}; say with call= which to take"
    if isinstance(output, torch.Tensor):
        return "say with call= how to get one; class numbers alone have no probabilities"
    return "say with call= how to get one"


def _parts(output: Any) -> list[tuple[str, Any]]:
    if isinstance(output, Mapping):
        keys = sorted(output, key=lambda key: key not in ("logits", "output", "prediction"))
        return [(f"[{key!r}]", output[key]) for key in keys]
    if isinstance(output, (tuple, list)):
        return [(f"[{i}]", value) for i, value in enumerate(output)]
    named = getattr(output, "__dict__", {})
    return [(f".{key}", named[key]) for key in sorted(named, key=lambda key: key != "logits")]
