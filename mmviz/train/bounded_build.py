"""Build the model that a run folder describes, but no larger than the weights that lie beside the description."""

from __future__ import annotations

import math
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.overrides import TorchFunctionMode

from mmviz.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import Tensor, nn

# above the weights' own figures, so that a model of another size is compared with them tensor by tensor
_TIMES, _FREE_TENSORS, _FREE_ELEMENTS = 64, 1000, 1 << 22
_FACTORIES = frozenset({"empty", "zeros", "ones", "full", "rand", "randn", "arange", "eye", "linspace"})


@contextmanager
def bounded_build(weights: Mapping[str, Tensor], where: str) -> Iterator[None]:
    """Refuse, for the duration of a block, to make a model that is far larger than these weights.

    A description may ask for a million layers, or for one of a million channels: building them takes hours or all memory before
    anything could be compared.

    Parameters
    ----------
    weights
        Name to tensor, as stored.
    where
        How to name the description in an error.

    Raises
    ------
    CheckpointError
        At the first parameter too many, or before a tensor too large is made.
    """
    tensors = _TIMES * len(weights) + _FREE_TENSORS
    elements = _TIMES * sum(value.numel() for value in weights.values()) + _FREE_ELEMENTS
    own, count = threading.get_ident(), 0

    def refuse(what: str) -> None:
        raise CheckpointError(f"{where} describes a model of {what}, far more than the weights hold; it was changed")

    def counted(module: nn.Module, name: str, parameter: Any) -> None:
        nonlocal count
        if threading.get_ident() == own:
            count += 1
            if count > tensors:
                refuse(f"more than {tensors} tensors")

    class Sizes(TorchFunctionMode):
        def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(func, "__name__", "") in _FACTORIES and _elements(args, kwargs or {}) > elements:
                refuse(f"a tensor of more than {elements} elements")
            return func(*args, **(kwargs or {}))

    with ExitStack() as stack:
        stack.callback(register_module_parameter_registration_hook(counted).remove)
        stack.enter_context(Sizes())
        yield


def _elements(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """Return how many elements a factory is asked for; of a range, its end stands for that."""
    sizes = [kwargs.get("size"), *args]
    flat = [n for size in sizes for n in (size if isinstance(size, (tuple, list)) else [size]) if type(n) is int]
    return math.prod(max(0, n) for n in flat) if flat else 0
