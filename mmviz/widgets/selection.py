"""The one thing a person changes in a view: which sample, epoch, layer and time step is shown."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from mmviz.errors import ConfigError


def check_selection(given: object, *, sizes: Mapping[str, int], current: Mapping[str, int]) -> dict[str, int]:
    """Return a complete selection; keys that are not given keep their current index.

    Parameters
    ----------
    given
        Mapping from ``sample``, ``epoch``, ``layer``, ``time`` to an index, 0 ≤ index < size.
    sizes, current
        How many there are of each; what is selected now.

    Raises
    ------
    ConfigError
        Not a mapping, an unknown key, not a whole number, or out of range.
    """
    keys = ", ".join(sizes)
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: {given!r:.80} is a {type(given).__name__}, expected a dict with {keys}")
    complete = dict(current)
    for key, value in given.items():
        if key not in sizes:
            raise ConfigError(f"selection: unknown key {key!r:.80}; choose from {keys}")
        complete[key] = _index(key, value, sizes[key])
    return complete


def _index(key: str, value: object, size: int) -> int:
    expected = f"expected a whole number from 0 to {size - 1}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"selection: {key} is {value!r:.80} ({type(value).__name__}), {expected}")
    index = operator.index(value)
    if not 0 <= index < size:
        raise ConfigError(f"selection: {key} is {index}, {expected}")
    return index
