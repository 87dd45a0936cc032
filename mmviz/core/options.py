"""Validation of arguments and options: type, range, one of a list (with the nearest name), kind of object."""

from __future__ import annotations

import difflib
import functools
import inspect
import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    P = ParamSpec("P")
    R = TypeVar("R")


def one_of(value: Any, allowed: Iterable[Any], option: str) -> None:
    """Raise ConfigError unless `value` is one of `allowed`; text gets the nearest name suggested."""
    options = list(allowed)
    if any(type(value) is type(a) and value == a for a in options):
        return
    raise ConfigError(f"{option}={value!r}{nearest(value, options)}; use one of {', '.join(map(repr, options))}")


def nearest(value: Any, options: Iterable[Any]) -> str:
    """Return ' (did you mean ...?)' or nothing."""
    if not isinstance(value, str):
        return ""
    close = difflib.get_close_matches(value, [o for o in options if isinstance(o, str)], n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def whole(value: Any, option: str, *, low: int, high: int | None = None) -> int:
    """Return a whole number within limits, or raise ConfigError; True and 1.0 are refused."""
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool)
    if not is_whole or value < low or (high is not None and value > high):
        span = f"from {low} to {high}" if high is not None else f"of at least {low}"
        raise ConfigError(f"{option}={value!r}; give a whole number {span}")
    return int(value)


def number(value: Any, option: str, *, low: float, high: float = float("inf"), above: bool = False) -> float:
    """Return a finite number in [low, high], or in (low, high] with `above`, or raise ConfigError."""
    numeric = hasattr(value, "__float__") and not isinstance(value, (bool, str)) and getattr(value, "ndim", 0) == 0
    if not numeric or not low <= float(value) <= high or abs(float(value)) == float("inf") or (above and value == low):
        limit = f"above {low}" if above else f"of at least {low}"
        upper = "" if high == float("inf") else f" and at most {high}"
        raise ConfigError(f"{option}={value!r}; give a finite number {limit}{upper}")
    return float(value)


def require_known(names: Iterable[Any], known: Iterable[Any], option: str, what: str = "modality") -> None:
    """Raise ConfigError for the first of `names` that is not in `known`; the nearest one is suggested."""
    there = list(known)
    for name in names:
        if name not in there:
            listed = ", ".join(map(repr, there))
            raise ConfigError(f"{option}: no {what} {name!r}{nearest(name, there)}; there is {listed}")


def selected(
    names: Iterable[str] | None, known: tuple[str, ...], option: str, what: str = "modality"
) -> tuple[str, ...]:
    """Return the names in the order of `known`, all for None; ConfigError for an unknown name, one text, or no name."""
    if names is None:
        return known
    chosen = list(given_names(names, option))
    require_known(chosen, known, option, what)
    if not chosen:
        raise ConfigError(f"{option}: none named; leave it out for all of {', '.join(map(repr, known))}")
    return tuple(name for name in known if name in chosen)


def given_mapping(value: Any, option: str, example: str) -> Mapping[Any, Any]:
    """Return a mapping ({} for None), or raise ConfigError that shows an example of one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigError(f"{option}={value!r:.80}: a {type(value).__name__}; give a mapping such as {example}")
    return value


def given_names(value: Any, option: str) -> tuple[str, ...]:
    """Return a sequence of names as text, or raise ConfigError; a single text or number is refused."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        seen = "one text" if isinstance(value, str) else f"a {type(value).__name__}"
        raise ConfigError(f"{option}={value!r:.80}: {seen}; give a sequence of names, such as ['a', 'b']")
    return tuple(map(str, value))


def given_text(value: Any, option: str) -> str:
    """Return a text, or raise ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"{option}={value!r:.80}: a {type(value).__name__}; give a text")
    return value


def option(text: str) -> tuple[str, Any]:
    """Read OPTION=VALUE.

    Parameters
    ----------
    text
        A number becomes a number, ``true`` and ``false`` truth values, ``a,b`` a tuple, and what begins with ``{`` or ``[`` is JSON; all else is text.

    Returns
    -------
    str, value
        The option and what it is set to.

    Raises
    ------
    ConfigError
        No ``=``, no name, or JSON that cannot be read.
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ConfigError(f"{text!r}: give OPTION=VALUE, such as nonfinite=zero")
    if value[:1] in ("{", "["):
        try:
            return name, json.loads(value)
        except ValueError as error:
            raise ConfigError(f"{text!r}: the value starts like JSON but is invalid ({error})") from None
    if "," in value:
        return name, tuple(_value(v) for v in value.split(",") if v)
    return name, _value(value)


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


#: kind -> attributes that an object of the kind has, what it is, and where it comes from
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "dataset": (("spec", "splits", "report"), "a data set, such as mmviz.data.from_arrays(...) returns"),
    "spec": (("modalities", "task"), "the .spec of a data set"),
    "run": (("model", "at_epoch", "info"), "a run of mmviz.train.fit, mmviz.train.load or mmviz.train.as_run"),
    "trace": (("children", "attrs"), "a Trace of mmviz.record or mmviz.trace.load"),
}


def takes(**kinds: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that checks arguments by name.

    Parameters
    ----------
    kinds
        Name of the argument to a key of :data:`KINDS`, or ``path`` for text or a path. Omitted arguments are not checked.

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
