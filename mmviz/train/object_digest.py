"""Digest of a user's objects by content: attributes, weights, functions and the sources of classes; for the cache of trainings."""

from __future__ import annotations

import enum
import functools
import hashlib
import inspect
import sys
import types
from collections.abc import Mapping, Set
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN = (
    type(None), bool, int, float, complex, str, bytes, range, slice, enum.Enum, PurePath,
    torch.dtype, torch.device, torch.Size, np.dtype, type(Ellipsis),
)  # fmt: skip
#: packages whose version is part of the key of a cached training
_VERSIONED = ("mmviz", "mmkernels", "torch", "numpy", "builtins")


def object_digest(value: object, name: str) -> str:
    """Return the SHA-256 of the content of an object.

    Parameters
    ----------
    value
        Such as a user's module: its attributes, tensors, and the functions that it holds are followed.
    name
        Name of the object, for errors.

    Raises
    ------
    ConfigError
        If it holds something whose content is not accessible, such as a lock, an open file, or a function without source.

    Notes
    -----
    Two objects with the same digest have equal attributes, byte code and sources. The opposite does not hold: an equal object that is shared
    differs from two equal copies of it.
    """
    sha256 = hashlib.sha256()
    seen: dict[int, int] = {}
    kept: list[object] = []  # an address may be given to a new object as soon as the old one is released

    def add(value: Any, where: str) -> None:
        if isinstance(value, _PLAIN):
            sha256.update(f"{type(value).__qualname__}={value!r}\n".encode())
            return
        if id(value) in seen:
            sha256.update(f"again {seen[id(value)]}\n".encode())
            return
        seen[id(value)] = len(seen)
        kept.append(value)
        sha256.update(f"{_class_path(type(value))}\n".encode())
        for key, part in _content(value, where):
            sha256.update(f"{key}:".encode())
            if isinstance(part, bytes):
                sha256.update(part)
            else:
                add(part, f"{where}.{key}")

    add(value, name)
    return sha256.hexdigest()


def class_sources(classes: Iterable[type]) -> list[str]:
    """Return the SHA-256 of the sources of the classes that are not part of mmviz, torch or Python.

    Raises
    ------
    ConfigError
        If the source of such a class is not available, as a changed class could not be distinguished from the cached one.
    """
    sources = []
    for kind in sorted(classes, key=lambda kind: (kind.__module__, kind.__qualname__)):
        package = kind.__module__.split(".")[0]
        if package in ("mmviz", "torch") or (package in sys.stdlib_module_names and package != "__main__"):
            continue
        try:
            source = inspect.getsource(sys.modules[kind.__module__])
        except (OSError, TypeError, KeyError):
            try:
                source = inspect.getsource(kind)
            except (OSError, TypeError) as error:
                raise ConfigError(
                    f"fit: cache= needs the source of {kind.__module__}.{kind.__qualname__}, which is not available ({error}); define "
                    "the class in a file, or leave out cache="
                ) from error
        sources.append(hashlib.sha256(source.encode()).hexdigest())
    return sources


def _content(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield the named parts of which an object consists."""
    if isinstance(value, torch.Tensor):
        plain = value.detach().cpu().contiguous()
        yield "tensor", f"{plain.dtype} {tuple(plain.shape)}".encode()
        yield "values", plain.reshape(-1).view(torch.uint8).numpy().tobytes()
        yield "trained", value.requires_grad
    elif isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject:
        yield "array", f"{value.dtype.str} {value.shape}".encode()
        yield "values", np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Mapping):
        for i, (key, part) in enumerate(value.items()):
            yield f"key {i}", key
            yield str(key)[:80], part
    elif isinstance(value, Set):
        yield "set", "".join(sorted(object_digest(part, where) for part in value)).encode()
    elif isinstance(value, (list, tuple, np.ndarray)):
        yield from ((f"{i}", part) for i, part in enumerate(value))
    elif isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial)):
        yield from _function(value, where)
    elif isinstance(value, types.CodeType):
        yield "code", value.co_code
        yield "names", (value.co_names, value.co_varnames, value.co_freevars)
        yield "constants", value.co_consts
    elif isinstance(value, (type, types.ModuleType, torch.jit.ScriptFunction)):
        yield "name", getattr(value, "__qualname__", getattr(value, "__name__", ""))
        yield "source", class_sources([value]) if isinstance(value, type) else []
    else:
        yield from _attributes(value, where)


def _function(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, functools.partial):
        yield "partial", [value.func, value.args, value.keywords]
    elif isinstance(value, types.MethodType):
        yield "method", [value.__func__, value.__self__]
    elif isinstance(value, types.BuiltinFunctionType) or (value.__module__ or "").split(".")[0] in _VERSIONED:
        yield "name", f"{value.__module__}.{value.__qualname__}"
    else:
        yield "code", value.__code__
        yield "defaults", [value.__defaults__, value.__kwdefaults__]
        yield "closure", [cell.cell_contents for cell in value.__closure__ or ()]
        used = [name for name in _names(value.__code__) if name in value.__globals__]
        yield "globals", {name: value.__globals__[name] for name in used}


def _names(code: types.CodeType) -> list[str]:
    """Return the names that a function looks up, those of the functions inside it included."""
    inner = [name for part in code.co_consts if isinstance(part, types.CodeType) for name in _names(part)]
    return list(dict.fromkeys([*code.co_names, *inner]))


def _attributes(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    found = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        found |= {
            name: getattr(value, name)
            for name in ([slots] if isinstance(slots, str) else slots)
            if hasattr(value, name)
        }
    if not found and not isinstance(value, torch.nn.Module):
        try:
            found = {"state": value.__reduce_ex__(2)[1:]}
        except Exception as error:
            raise ConfigError(
                f"fit: cache= cannot tell whether {where} is the same in a later training: a {type(value).__name__} has no content to "
                f"compare ({error}); remove it from the module, or leave out cache="
            ) from error
    yield "class", type(value)
    yield from ((name, part) for name, part in found.items() if name != "__weakref__")


def _class_path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
