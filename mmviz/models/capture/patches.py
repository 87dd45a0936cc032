"""Functions replaced while a capture is open: process-wide, counted, restored by the last one."""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from mmviz.models.capture.bindings import FUSED_FLAGS, Binding, Site

if TYPE_CHECKING:
    from torch import nn


class OpenCapture(Protocol):
    """A capture that is open."""

    def running_module(self) -> str | None:
        """Return the path of the innermost module of the model that runs in this thread; None if none runs."""


#: result of one call: the site, its signature, the open captures that contain the call with their paths (the last one opened last), arguments
Handler = Callable[[Site, inspect.Signature, "list[tuple[Any, str]]", "tuple[Any, ...]", "dict[str, Any]"], Any]

_LOCK = threading.RLock()
_PATCHES: dict[tuple[int, str | int], _Patch] = {}
_THREAD = threading.local()


class _Patch:
    """One replaced object and the open captures that need it."""

    def __init__(self, binding: Binding, replacement: Any) -> None:
        self.binding, self.replacement = binding, replacement
        self.original = binding.value
        self.users: list[Any] = []


def _install(binding: Binding, user: Any, make: Callable[[], Any]) -> None:
    with _LOCK:
        patch = _PATCHES.get(binding.identity)
        if patch is None:
            patch = _Patch(binding, make())
            _PATCHES[binding.identity] = patch
            binding.put(patch.replacement)
        patch.users.append(user)


def _remove(user: Any) -> None:
    with _LOCK:
        for identity, patch in list(_PATCHES.items()):
            if user not in patch.users:
                continue
            patch.users.remove(user)
            if not patch.users:
                del _PATCHES[identity]
                if patch.binding.value is patch.replacement:  # else somebody replaced it meanwhile: theirs stays
                    patch.binding.put(patch.original)


class Patches:
    """The functions that one open capture intercepts, until :meth:`close`.

    Parameters
    ----------
    user
        The open capture.
    """

    def __init__(self, user: OpenCapture) -> None:
        self._user = user

    def intercept(self, site: Site, handler: Handler) -> None:
        """Replace the function of a site by one that calls the handler while a module of the model runs in the capture's thread."""
        _install(site.binding, self._user, lambda: _replacement(site, handler))

    def switch_off_fused(self, module: nn.Module) -> None:
        """Set the attributes of a mamba_ssm module that choose a fused kernel to False."""
        for flag in FUSED_FLAGS:
            if vars(module).get(flag) is True:
                _install(Binding(module, flag), self._user, lambda: False)

    def close(self) -> None:
        """Restore what no other open capture needs."""
        _remove(self._user)


def _replacement(site: Site, handler: Handler) -> Any:
    """Return the replacement of a site, the same one at each capture: it takes as long as a small forward pass to make."""
    key = (site.binding.identity, id(site.function), "torch._dynamo" in sys.modules)
    known = _REPLACEMENTS.get(key)
    if known is None:
        if len(_REPLACEMENTS) >= _MOST_REPLACEMENTS:
            _REPLACEMENTS.clear()
        known = _REPLACEMENTS[key] = site, _eager(_wrapper(site, handler))  # the site keeps owner and function alive
    original = site.binding.value
    return type(original)(known[1]) if isinstance(original, staticmethod | classmethod) else known[1]


_REPLACEMENTS: dict[tuple[tuple[int, str | int], int, bool], tuple[Site, Any]] = {}
_MOST_REPLACEMENTS = 256


def _wrapper(site: Site, handler: Handler) -> Any:
    function, signature, identity = site.function, inspect.signature(site.function), site.binding.identity

    @functools.wraps(function)
    def captured(*args: Any, **kwargs: Any) -> Any:
        patch = _PATCHES.get(identity)
        # a scan inside a scan (a wrapper and its implementation) is one call
        if patch is None or getattr(_THREAD, "inside", False):
            return function(*args, **kwargs)
        located = [(user, user.running_module()) for user in tuple(patch.users)]
        users = [(user, path) for user, path in located if path is not None]
        if not users:
            return function(*args, **kwargs)
        _THREAD.inside = True
        try:
            return handler(site, signature, users, args, kwargs)
        finally:
            _THREAD.inside = False

    captured.captures_scans = True  # type: ignore[attr-defined]
    return captured


def _eager(function: Any) -> Any:
    """Return the function so that ``torch.compile`` breaks its graph there and calls it as it is."""
    if "torch._dynamo" not in sys.modules:  # importing it takes seconds; nothing has been compiled
        function._torchdynamo_disable = True
        function._torchdynamo_disable_recursive = True
        return function
    from torch import compiler

    return compiler.disable(function)
