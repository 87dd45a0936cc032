"""Trial passes of a user's module: a working call, a working imputation, and the modalities that hold token ids."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from mmviz.core.errors import ConfigError
from mmviz.models.user_module.imputation import Imputation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from mmviz.models.batch import Batch
    from mmviz.models.user_module.imputation import MaskedAs, Missing
    from mmviz.models.user_module.model import Adapted


#: exceptions that a user's module may raise
MODULE_ERRORS = (
    RuntimeError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    ArithmeticError,
    AssertionError,
)


def call_that_works(model: Adapted, batch: Batch) -> str:
    """Return " call=... works" for the first call with which the module predicts; "" if none does, or ``call`` was given."""
    if model.call is not None:
        return ""
    for text, call in _calls(model):
        variant = copy.copy(model)
        variant.call = call
        if _works(variant, [batch]):
            return f" call={text} works"
    if not model.config.masks:
        variant = copy.copy(model)
        variant.config = replace(model.config, masks=True)
        variant.missing = Imputation(model.spec, model.missing.rules, masks=True, masked_as="")
        if _works(variant, [batch]):
            return " masks=True works: the masks are its second argument"
    if model.dtype.itemsize < torch.float32.itemsize:
        variant = copy.copy(model)
        variant.module = copy.deepcopy(model.module).float()
        if _works(variant, [batch]):
            return f" float32 works: adapt(module.float(), ...) instead of {model.dtype}"
    return ""


def imputation_that_works(model: Adapted, batches: list[Batch]) -> str:
    """Return the first options with which the module's predictions for all of these batches are finite; "" if there are none."""
    tokens = model.config.tokens
    filled: Missing = {name: "zeros" if name in tokens else "mean" for name in model.spec.names} if tokens else "mean"
    rules: dict[str, Missing] = {"": model.missing.rules, "missing='zeros'": "zeros", f"missing={filled!r}": filled}
    masks: tuple[MaskedAs, ...] = ("", "present", "absent") if model.config.masks else ("",)
    current = (model.missing.rules, [model.missing.present(name) for name in model.spec.names])
    for (text, rule), masked_as in product(rules.items(), masks):
        if not text and not masked_as:
            continue
        options = [part for part in (text, f"masked_as={masked_as!r}" if masked_as else "") if part]
        variant = copy.copy(model)
        variant.missing = Imputation(model.spec, rule, masks=model.config.masks, masked_as=masked_as)
        if (variant.missing.rules, [variant.missing.present(name) for name in model.spec.names]) == current:
            continue
        if _works(variant, batches):
            return ", ".join(options)
    return ""


def _works(model: Adapted, batches: list[Batch]) -> bool:
    try:
        with torch.no_grad():
            return all(bool(torch.isfinite(model(batch)).all()) for batch in batches)
    except (ConfigError, *MODULE_ERRORS):
        return False


def _calls(model: Adapted) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield ways to call the module, as text that can be copied and as a function."""
    names, whole = model.spec.names, {}
    for m in model.spec.modalities:
        if m.whole is not None and bool(m.whole.any()):
            whole[m.name] = "[..., 0].long()" if m.features == 1 else ".long()"
    heads = ("net, x, valid", "net, x, *_") if model.config.masks else ("net, x",)
    masks = ", ".join(f"valid[{name!r}]" for name in names)
    for head, changed in product(heads, (False, True) if whole else (False,)):
        ids = whole if changed else {}
        values = [f"x[{name!r}]{ids.get(name, '')}" for name in names]
        named = ", ".join(f"{name!r}: {value}" for name, value in zip(names, values, strict=True))
        pairs = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
        flat = ", ".join(values)
        given = [flat, f"[{flat}]", f"{{{named}}}"]
        given += [pairs] if all(map(str.isidentifier, names)) else []
        for arguments in given:
            more = [f", {masks}", ", valid"] if head.endswith("valid") else [""]
            for after in more:
                text = f"lambda {head}: net({arguments}{after})"
                yield text, _Call(names, ids, arguments[:1], arguments == pairs, after)


class _Call:
    """A call of the module, as a function of its inputs."""

    def __init__(self, names: tuple[str, ...], ids: dict[str, str], kind: str, named: bool, after: str) -> None:
        self.names, self.ids, self.kind, self.named, self.after = names, ids, kind, named, after

    def __call__(self, net: Any, x: dict[str, Tensor], valid: dict[str, Tensor] | None = None) -> Any:
        values = {name: self._value(name, x[name]) for name in self.names}
        after: list[Any] = []
        if self.after and valid is not None:
            after = [valid] if self.after == ", valid" else [valid[name] for name in self.names]
        if self.named:
            return net(*after, **values)
        if self.kind == "{":
            return net(values, *after)
        return net(list(values.values()), *after) if self.kind == "[" else net(*values.values(), *after)

    def _value(self, name: str, x: Tensor) -> Tensor:
        how = self.ids.get(name)
        if how is None:
            return x
        return x[..., 0].long() if "0" in how else x.long()


class _LookUps(TorchFunctionMode):
    """Records the integer tensors that index rows: of an embedding, by indexing, one-hot."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[Tensor] = []

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if function in (functional.embedding, functional.embedding_bag, functional.one_hot):
            self._record(args[0] if args else named.get("input"))
        elif function is torch.Tensor.__getitem__:
            for index in args[1] if isinstance(args[1], tuple) else (args[1],):
                self._record(index)
        elif function in (torch.index_select, torch.Tensor.index_select):
            self._record(args[2] if len(args) > 2 else named.get("index"))
        return function(*args, **named)

    def _record(self, ids: Any) -> None:
        if isinstance(ids, torch.Tensor) and not ids.is_floating_point() and ids.dtype != torch.bool:
            self.ids.append(ids.detach().clone())


@torch.no_grad()
def token_modalities(model: Adapted, batch: Batch) -> tuple[str, ...]:
    """Return the modalities of token ids: integer values that change the rows which the module looks up.

    Parameters
    ----------
    model
        In evaluation mode; left as it is.
    batch
        Two samples that differ.
    """
    whole = tuple(m.name for m in model.spec.modalities if m.whole is not None and bool(m.whole.any()))
    trials = dict.fromkeys([whole, *((name,) for name in whole)]) if whole else {}
    for exact in trials:  # a module of half precision may fail on float32 values of other modalities
        trial = copy.copy(model)
        trial.config = replace(model.config, tokens=exact)
        before = _looked_up(trial, batch)
        if before is not None:
            return tuple(name for name in exact if _changes(trial, batch, name, before))
    return ()


def _changes(model: Adapted, batch: Batch, name: str, before: list[Tensor]) -> bool:
    """Return whether the module looks up other rows when the samples exchange this modality."""
    swapped = replace(batch, values=dict(batch.values) | {name: batch.values[name].flip(0)})
    after = _looked_up(model, swapped)
    return after is None or len(after) != len(before) or not all(map(_equal, before, after))


def _looked_up(model: Adapted, batch: Batch) -> list[Tensor] | None:
    """Return the ids of one pass; None if the module fails, which `mmviz.models.user_module.adapt` reports."""
    lookups = _LookUps()
    try:
        inputs = model.inputs(model.encode(batch))
        with lookups:
            model.call_module(inputs)
    except MODULE_ERRORS:
        return None
    return lookups.ids


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a == b).all())
