"""Which modalities hold token ids: whole numbers that an adapted module uses to look something up."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from torch import Tensor

    from mmviz.models.adapted_model import Adapted
    from mmviz.models.batch import Batch

_ANY = (RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError)


class _LookUps(TorchFunctionMode):
    """Notes the whole numbers that look up rows: of an embedding, by indexing, one-hot."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[Tensor] = []

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if function in (functional.embedding, functional.embedding_bag, functional.one_hot):
            self._note(args[0] if args else named.get("input"))
        elif function is torch.Tensor.__getitem__:
            for index in args[1] if isinstance(args[1], tuple) else (args[1],):
                self._note(index)
        elif function in (torch.index_select, torch.Tensor.index_select):
            self._note(args[2] if len(args) > 2 else named.get("index"))
        return function(*args, **named)

    def _note(self, ids: Any) -> None:
        if isinstance(ids, torch.Tensor) and not ids.is_floating_point() and ids.dtype != torch.bool:
            self.ids.append(ids.detach().clone())


@torch.no_grad()
def token_modalities(model: Adapted, batch: Batch) -> tuple[str, ...]:
    """Return the modalities of whole numbers whose values change what the module looks up.

    Parameters
    ----------
    model
        In evaluation mode; left as it is.
    batch
        Two samples that differ.
    """
    whole = tuple(m.name for m in model.spec.modalities if m.whole is not None and bool(m.whole.any()))
    trials = dict.fromkeys([whole, *((name,) for name in whole)]) if whole else {}
    for exact in trials:  # a module of half precision may refuse float32 values of what is no token
        trial = copy.copy(model)
        trial.config = replace(model.config, tokens=exact)
        before = _looked_up(trial, batch)
        if before is not None:
            return tuple(name for name in exact if _changes(trial, batch, name, before))
    return ()


def _changes(model: Adapted, batch: Batch, name: str, before: list[Tensor]) -> bool:
    """Return whether the module looks up something else when the samples exchange this modality."""
    swapped = replace(batch, values=dict(batch.values) | {name: batch.values[name].flip(0)})
    after = _looked_up(model, swapped)
    return after is None or len(after) != len(before) or not all(map(_equal, before, after))


def _looked_up(model: Adapted, batch: Batch) -> list[Tensor] | None:
    """Return the ids of one pass; None where the module fails, which is looked at elsewhere."""
    seen = _LookUps()
    try:
        given = model.given(model.encode(batch))
        with seen:
            model.predict_from(given)
    except _ANY:
        return None
    return seen.ids


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a == b).all())
