"""Options are checked where they enter: the right type, one of a list, in a range; the nearest name is suggested."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from mmviz.errors import ConfigError


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
    """Return a whole number within limits, or raise ConfigError; True and 1.0 are no whole numbers."""
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


def given_mapping(value: Any, option: str, example: str) -> Mapping[Any, Any]:
    """Return a mapping ({} for None), or raise ConfigError that shows an example of one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigError(f"{option}={value!r:.80}: a {type(value).__name__}; give a mapping such as {example}")
    return value


def given_names(value: Any, option: str) -> tuple[str, ...]:
    """Return a sequence of names as text, or raise ConfigError; one text or one number is no sequence."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        seen = "one text" if isinstance(value, str) else f"a {type(value).__name__}"
        raise ConfigError(f"{option}={value!r:.80}: {seen}; give a sequence of names, such as ['a', 'b']")
    return tuple(map(str, value))


def given_text(value: Any, option: str) -> str:
    """Return a text, or raise ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"{option}={value!r:.80}: a {type(value).__name__}; give a text")
    return value
