"""Arguments of public functions that are of the wrong kind: refused by name before anything is done with them."""

from __future__ import annotations

import functools
import inspect
import os
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    P = ParamSpec("P")
    R = TypeVar("R")

#: kind -> attributes that an object of the kind has, what it is, and where it comes from
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "dataset": (("spec", "splits", "report"), "a data set, such as mmviz.data.from_arrays(...) returns"),
    "spec": (("modalities", "task"), "the .spec of a data set"),
    "run": (("model", "at_epoch", "info"), "a run of mmviz.train.fit, mmviz.train.load or mmviz.train.as_run"),
    "trace": (("children", "attrs"), "a Trace of mmviz.trace.record or mmviz.trace.load"),
}


def takes(**kinds: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that checks arguments by name.

    Parameters
    ----------
    kinds
        Name of the argument to a key of :data:`KINDS`, or ``path`` for text or a path. Arguments that are left out are not looked at.

    Returns
    -------
    callable
        The function, which raises ConfigError where an argument is of another kind; the message says the kind that was seen.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        places = list(inspect.signature(function).parameters)

        @functools.wraps(function)
        def checked(*args: P.args, **named: P.kwargs) -> R:
            for option, kind in kinds.items():
                place = places.index(option)
                if place < len(args):
                    _check(function.__name__, option, args[place], kind)
                elif option in named:
                    _check(function.__name__, option, named[option], kind)
            return function(*args, **named)

        return checked

    return decorate


def _check(function: str, option: str, value: object, kind: str) -> None:
    if kind == "path":
        fits, expected = isinstance(value, (str, os.PathLike)), "a path, as text or pathlib.Path"
    else:
        attributes, expected = KINDS[kind]
        fits = all(hasattr(value, name) for name in attributes)
    if not fits:
        raise ConfigError(f"{function}: {option} is a {type(value).__name__}, expected {expected}")
