"""Places in a model's code that hold a scan function: globals, classes, instances, closures and default arguments."""

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
#: functions that call functions, from the model's own code on
_DEEPEST = 4

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

    Searched are, for each class of a module in the model (base classes included, those of torch excluded): the globals of the file that
    defines it, the class, the attributes of the instance, and what the functions in these use: closures, default arguments, and functions
    of other files that their code names, four calls deep.

    Parameters
    ----------
    model
        Any module.
    given
        Functions that are scans whatever their signature, found by identity.
    """
    found: dict[tuple[int, str | int], Site] = {}
    classes = frozenset(type(module) for module in model.modules())
    owners = _owners(classes)
    sizes = tuple(len(vars(owner)) for owner in owners)
    known = None if given else _KNOWN.get(classes)
    if known is not None and known[0] == sizes and all(_is_current(site) for site in known[1]):
        found = {site.binding.identity: site for site in known[1]}
    else:
        seen: set[int] = set()
        for owner in owners:
            for key, value in list(vars(owner).items()):
                _add(Binding(owner, key), value, given, found)
                _search_function(unwrapped(value), given, found, seen, 0)
        if not given:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[classes] = sizes, list(found.values())
    for module in model.modules():
        for key, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType | types.MethodType | functools.partial) or any(
                value is one for one in given
            ):
                _add(Binding(module, key), value, given, found)
                _search_function(value, given, found, set(), 0)
    return list(found.values())


#: classes of a model to the numbers of names in their files and classes, and the sites found there
_KNOWN: dict[frozenset[type], tuple[tuple[int, ...], list[Site]]] = {}
_MOST_KNOWN = 64


def _is_current(site: Site) -> bool:
    """Return whether the site still holds the function, or the one that an open capture put there."""
    try:
        value = unwrapped(site.binding.value)
    except (KeyError, IndexError, ValueError):
        return False
    return value is site.function or getattr(value, "captures_scans", False) is True


def _owners(classes: Collection[type]) -> list[Any]:
    """Return each class of the model, base classes included, and the file that defines it, once; those of torch excluded."""
    found: dict[int, Any] = {}
    for one in sorted(classes, key=lambda cls: (cls.__module__, cls.__qualname__)):
        for cls in one.__mro__:
            if cls.__module__.partition(".")[0] in _LIBRARIES:
                continue
            home = sys.modules.get(cls.__module__)
            found.update({id(owner): owner for owner in (home, cls) if owner is not None})
    return list(found.values())


def _add(binding: Binding, value: Any, given: Collection[Any], found: dict[tuple[int, str | int], Site]) -> None:
    role = role_of(value, given)
    if role and binding.identity not in found:
        function = unwrapped(value)
        name = getattr(function, "__qualname__", None) or getattr(getattr(function, "func", None), "__name__", "")
        home = getattr(function, "__module__", "") or ""
        found[binding.identity] = Site(binding, function, role, f"{home.rpartition('.')[2]}.{name}".strip("."))


def _search_function(
    value: Any, given: Collection[Any], found: dict[tuple[int, str | int], Site], seen: set[int], depth: int
) -> None:
    """Search what a function that is no scan itself uses: closure, default arguments, and functions of other files, and so on."""
    if not isinstance(value, types.FunctionType) or id(value) in seen or depth > _DEEPEST or role_of(value, given):
        return
    if (value.__module__ or "").partition(".")[0] in _LIBRARIES:
        return
    seen.add(id(value))
    used: list[tuple[Binding, Any]] = [(Binding(value, i), held) for i, held in enumerate(value.__defaults__ or ())]
    used += [(Binding(value, key), held) for key, held in (value.__kwdefaults__ or {}).items()]
    for cell in value.__closure__ or ():
        try:
            used.append((Binding(cell, "cell_contents"), cell.cell_contents))
        except ValueError:  # an empty cell
            continue
    home = sys.modules.get(value.__module__ or "")
    if home is not None and vars(home) is value.__globals__:
        used += _named_in(value.__code__, home)
    for binding, held in used:
        _add(binding, held, given, found)
        _search_function(held, given, found, seen, depth + 1)


def _named_in(code: types.CodeType, home: types.ModuleType) -> Iterator[tuple[Binding, Any]]:
    """Yield the functions that code names: globals of its file, and attributes of modules imported there."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names.update(constant.co_names)
    for name in names & vars(home).keys():
        value = vars(home)[name]
        if isinstance(value, types.ModuleType) and value.__name__.partition(".")[0] not in _LIBRARIES:
            for attribute in names & vars(value).keys():
                if isinstance(vars(value)[attribute], types.FunctionType):
                    yield Binding(value, attribute), vars(value)[attribute]
        elif isinstance(value, types.FunctionType):
            yield Binding(home, name), value
