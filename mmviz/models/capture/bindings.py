"""Places in a model's code that hold a scan function: module globals, classes, instances, closures and default arguments."""

from __future__ import annotations

import functools
import re
import sys
import types
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import nn

from mmviz.models.capture.layouts import is_decode_step, is_scan, parameter_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

#: libraries whose globals are not searched; a scan function that is imported from one of them is found where it is imported
_LIBRARIES = frozenset({"torch", "builtins", "numpy", "typing", "abc", "collections", "functools"})
_FUSED = re.compile(r"mamba_?\w*_inner_fn|\w*split_conv1d_scan_combined")
#: attributes of mamba_ssm's modules that choose the fused kernel
FUSED_FLAGS = ("use_fast_path", "use_mem_eff_path")
_DEEPEST_CLOSURE = 4

SCAN, DECODE, FUSED = "scan", "decode", "fused"


class Binding(NamedTuple):
    """One place that holds a function.

    ``owner`` is a module, a class, an ``nn.Module``, a cell of a closure, or a function whose default argument it is; ``key`` the attribute,
    ``cell_contents``, or the position or name of the default argument.
    """

    owner: Any
    key: str | int

    @property
    def value(self) -> Any:
        """The object at this place."""
        if isinstance(self.owner, types.CellType):
            return self.owner.cell_contents
        if isinstance(self.owner, types.FunctionType):
            if isinstance(self.key, int):
                return (self.owner.__defaults__ or ())[self.key]
            return (self.owner.__kwdefaults__ or {})[self.key]
        return vars(self.owner)[str(self.key)]

    def put(self, value: Any) -> None:
        """Set the object at this place."""
        if isinstance(self.owner, types.CellType):
            self.owner.cell_contents = value
        elif isinstance(self.owner, types.FunctionType):
            if isinstance(self.key, int):
                before = self.owner.__defaults__ or ()
                self.owner.__defaults__ = (*before[: self.key], value, *before[self.key + 1 :])
            else:
                self.owner.__kwdefaults__ = {**(self.owner.__kwdefaults__ or {}), self.key: value}
        elif isinstance(self.owner, nn.Module):
            vars(self.owner)[str(self.key)] = value
        else:
            setattr(self.owner, str(self.key), value)

    @property
    def identity(self) -> tuple[int, str | int]:
        """Key of this place in a dict."""
        return id(self.owner), self.key


class Site(NamedTuple):
    """A function that is intercepted at a place: its role (``scan``, ``decode``, ``fused``) and a label for tables."""

    binding: Binding
    function: Callable[..., Any]
    role: str
    label: str


def unwrapped(value: Any) -> Any:
    """Return the function inside a ``staticmethod`` or ``classmethod``, else the value."""
    return value.__func__ if isinstance(value, staticmethod | classmethod) else value


def role_of(value: Any, given: Collection[Any]) -> str:
    """Return the role of an object: one of ``scan``, ``decode``, ``fused``, or "" for anything else."""
    function = unwrapped(value)
    if isinstance(function, type | nn.Module) or not callable(function):
        return ""
    if any(function is one or getattr(function, "func", None) is one for one in given):
        return SCAN
    if not isinstance(function, types.FunctionType | types.MethodType | functools.partial):
        return ""
    names = parameter_names(function)
    if is_scan(names) or (
        not names and isinstance(function, functools.partial) and role_of(function.func, given) == SCAN
    ):
        return SCAN
    if is_decode_step(names):
        return DECODE
    return FUSED if _FUSED.fullmatch(getattr(function, "__name__", "")) else ""


def sites(model: nn.Module, given: Collection[Callable[..., Any]] = ()) -> list[Site]:
    """Return the places in the code of a model's classes that hold a scan function.

    Searched are, for each class of a module in the model (base classes included, those of libraries excluded): the globals of the file that
    defines it, modules imported there, the class, the attributes of the instance, and the closures and default arguments of the functions
    in all of these.

    Parameters
    ----------
    model
        Any module.
    given
        Functions that are scans whatever their signature, found by identity.
    """
    found: dict[tuple[int, str | int], Site] = {}
    seen: set[int] = set()
    for owner in _owners(model):
        for key, value in list(vars(owner).items()):
            if isinstance(value, types.ModuleType) and isinstance(owner, types.ModuleType):
                _search_import(value, given, found)
                continue
            _add(Binding(owner, key), value, given, found)
            _search_function(unwrapped(value), given, found, seen, 0)
    return list(found.values())


def _owners(model: nn.Module) -> Iterator[Any]:
    """Yield each file, class and instance of the model, once."""
    seen: set[int] = set()
    for module in model.modules():
        for cls in type(module).__mro__:
            home = sys.modules.get(cls.__module__)
            for owner in (home, cls):
                if owner is None or id(owner) in seen or cls.__module__.partition(".")[0] in _LIBRARIES:
                    continue
                seen.add(id(owner))
                yield owner
        yield module


def _add(binding: Binding, value: Any, given: Collection[Any], found: dict[tuple[int, str | int], Site]) -> None:
    role = role_of(value, given)
    if role and binding.identity not in found:
        function = unwrapped(value)
        name = getattr(function, "__qualname__", None) or getattr(getattr(function, "func", None), "__name__", "")
        home = getattr(function, "__module__", "") or ""
        found[binding.identity] = Site(binding, function, role, f"{home.rpartition('.')[2]}.{name}".strip("."))


def _search_import(module: types.ModuleType, given: Collection[Any], found: dict[tuple[int, str | int], Site]) -> None:
    """Search the functions of an imported module, called as ``module.function``."""
    if module.__name__.partition(".")[0] in _LIBRARIES:
        return
    for key, value in list(vars(module).items()):
        if isinstance(value, types.FunctionType):
            _add(Binding(module, key), value, given, found)


def _search_function(
    value: Any, given: Collection[Any], found: dict[tuple[int, str | int], Site], seen: set[int], depth: int
) -> None:
    """Search the closure and the default arguments of a function that is no scan itself, and of the functions in its closure."""
    if not isinstance(value, types.FunctionType) or id(value) in seen or depth > _DEEPEST_CLOSURE:
        return
    seen.add(id(value))
    if role_of(value, given):
        return
    for cell in value.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:  # an empty cell
            continue
        _add(Binding(cell, "cell_contents"), content, given, found)
        _search_function(content, given, found, seen, depth + 1)
    for i, content in enumerate(value.__defaults__ or ()):
        _add(Binding(value, i), content, given, found)
    for key, content in (value.__kwdefaults__ or {}).items():
        _add(Binding(value, key), content, given, found)
