"""Modalities on whose inputs the use of each parameter of a user's module depends, found from the operators of one pass."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mmviz.core.errors import ConfigError
from mmviz.models.user_module.trials import MODULE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from mmviz.models.batch import Batch
    from mmviz.models.user_module.imputation import Values
    from mmviz.models.user_module.model import Adapted

Use = dict[str, frozenset[str]]


@torch.no_grad()
def parameter_use(model: Adapted, batch: Batch) -> Use:
    """Return the modalities of the data with which each parameter is first combined; none for a parameter that a pass does not use.

    Parameters
    ----------
    model
        Its mode, weights and the global random state are left as they are; the passes run in evaluation mode.
    batch
        Samples that differ, on the device of the model, with every modality available.

    Raises
    ------
    ConfigError
        If the operators of a pass cannot be followed: a sparse or nested tensor.

    Returns
    -------
    dict
        Name of a parameter of ``model.module`` to modalities. A parameter of the encoder of ``audio`` has ``{"audio"}``, one of a head or
        of a shared encoder has several.

    Notes
    -----
    Each operator of a pass propagates two sets per tensor: the modalities on which it depends, and the parameters of which it is a function
    without any data (``-exp(A_log)``, a transposed weight). Where such a tensor and one with data meet, the parameters are used with the
    modalities of the data. Integer inputs, indices and passes without gradient count too, which a graph of gradients would leave out.
    Tensors that share memory share both sets, so that a set may be larger than necessary, never smaller.

    Data that leave torch (``.tolist()``, NumPy) lose their set. Therefore the pass is repeated for each modality, with its samples
    exchanged: where an input of an operator that uses a parameter changes, the modality is added to the parameter's set.
    """
    modes = {name: part.training for name, part in model.named_modules()}
    fast = torch.backends.mha.get_fastpath_enabled()
    model.eval()
    torch.backends.mha.set_fastpath_enabled(False)  # nested tensors, which have no plain memory
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            first = _traced(model, batch)
            found = {name: set(used) for name, used in first.use.items()}
            for modality in batch.names:
                torch.manual_seed(0)
                exchanged = replace(batch, values=dict(batch.values) | {modality: batch.values[modality].flip(0)})
                events = _traced(model, exchanged).events
                for name, used in found.items():
                    if events[name] != first.events[name]:
                        used.add(modality)
    except MODULE_ERRORS as error:
        raise ConfigError(
            f"the parameters of each modality of {model.config.name} cannot be found from its operators ({type(error).__name__}: {error}); name "
            "them in adapt(..., parameters={modality: [names]}) for every modality"
        ) from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for name, part in model.named_modules():
            part.training = modes[name]
    return {name: frozenset(used) for name, used in found.items()}


def _traced(model: Adapted, batch: Batch) -> _Uses:
    inputs = model.inputs(model.encode(batch))
    uses = _Uses(model.module, inputs)
    with uses:
        model.call_module(inputs)
    return uses


class _Uses(TorchDispatchMode):
    """Records, operator by operator, which parameters are combined with data of which modalities."""

    def __init__(self, module: nn.Module, inputs: tuple[Values, ...]) -> None:
        super().__init__()
        self.use: dict[str, set[str]] = {}
        #: parameter -> the operators that combine it with data: name and digest of the data
        self.events: dict[str, list[str]] = defaultdict(list)
        self._modalities: dict[int, frozenset[str]] = {}
        self._parameters: dict[int, frozenset[str]] = {}
        self._weights: set[int] = set()
        self._kept: list[Any] = []  # memory that is freed could be given to another tensor
        for name, parameter in module.named_parameters(remove_duplicate=False):
            self.use[name] = set()
            key = self._key(parameter)
            self._parameters[key] = self._parameters.get(key, frozenset()) | {name}
            self._weights.add(key)
        for values in inputs:
            for name, tensor in values.items():
                self._modalities[self._key(tensor)] = frozenset([name])

    def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        given = [leaf for leaf in tree_leaves((args, named)) if isinstance(leaf, torch.Tensor)]
        keys = [self._key(tensor) for tensor in given]
        modalities = _union(self._modalities, keys)
        parameters = _union(self._parameters, keys)
        if modalities and parameters:
            digest = self._digest(operator, given, keys)
            for name in parameters:
                self.use[name] |= modalities
                self.events[name].append(digest)
        output = operator(*args, **named)
        written = [*tree_leaves(output), *_written(operator, args, named)]
        for tensor in written:
            if isinstance(tensor, torch.Tensor):
                key = self._key(tensor)
                if key in self._weights:  # a view of a parameter
                    continue
                self._modalities[key] = self._modalities.get(key, frozenset()) | modalities
                whole = self._parameters.get(key, frozenset()) | parameters
                self._parameters[key] = frozenset() if self._modalities[key] else whole
        return output

    def _key(self, tensor: Tensor) -> int:
        storage = tensor.untyped_storage()
        self._kept.append(storage)
        return storage.data_ptr() or -id(storage)

    def _digest(self, operator: Any, tensors: list[Tensor], keys: list[int]) -> str:
        sha256 = hashlib.sha256(str(operator).encode())
        for tensor, key in zip(tensors, keys, strict=True):
            if key not in self._weights:
                plain = tensor.detach().cpu().contiguous().reshape(-1)
                sha256.update(str(tuple(tensor.shape)).encode() + plain.view(torch.uint8).numpy().tobytes())
        return sha256.hexdigest()


def _union(sets: Mapping[int, frozenset[str]], keys: list[int]) -> frozenset[str]:
    return frozenset().union(*(sets.get(key, ()) for key in keys))


def _written(operator: Any, args: Any, named: Any) -> list[Any]:
    """Return the arguments that an operator changes in place."""
    schema = operator._schema.arguments
    changed = []
    for i, argument in enumerate(schema):
        if argument.alias_info is not None and argument.alias_info.is_write:
            changed += tree_leaves(args[i] if i < len(args) else named.get(argument.name))
    return changed
