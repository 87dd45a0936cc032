"""What a person changes in a view: one plain dict of JSON values, checked key by key."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mmviz.errors import ConfigError
from mmviz.widgets.edits import Editable, check_edits

RUNS = ("A", "B", "both")


@dataclass(frozen=True)
class Choices:
    """What there is to choose from."""

    #: how many samples, epochs, layers, channels and time steps
    sizes: Mapping[str, int]
    modalities: Sequence[str]
    #: the runs that can be shown: "A" alone, or "A", "B" and "both"
    runs: Sequence[str] = ("A",)
    #: what can be edited
    editable: Editable = field(default_factory=Editable)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a selection."""
        return (*self.sizes, "brush", "masked", "edits", "run")


def check_selection(given: object, *, choices: Choices, current: Mapping[str, object]) -> dict[str, object]:
    """Return a complete selection; keys that are not given keep their current value.

    Parameters
    ----------
    given
        Mapping from ``sample``, ``epoch``, ``layer``, ``channel``, ``time`` to an index, 0 ≤ index < size; ``brush`` to None or
        the first and last step of a span; ``masked`` to the names of modalities the model is not to hear; ``edits`` as
        :func:`mmviz.widgets.edits.check_edits` takes them; ``run`` to "A", "B" or "both".
    choices, current
        What there is; what is selected now.

    Raises
    ------
    ConfigError
        Not a mapping, an unknown key, or a value that does not exist.
    """
    keys = ", ".join(choices.keys)
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: {given!r:.80} is a {type(given).__name__}, expected a dict with {keys}")
    complete = dict(current)
    for key, value in given.items():
        if key in choices.sizes:
            complete[key] = _index(key, value, choices.sizes[key])
        elif key == "brush":
            complete[key] = _span(value, choices.sizes["time"])
        elif key == "masked":
            complete[key] = _names(value, choices.modalities)
        elif key == "edits":
            complete[key] = check_edits(value, choices.editable)
        elif key == "run":
            complete[key] = _run(value, choices.runs)
        else:
            raise ConfigError(f"selection: unknown key {key!r:.80}; choose from {keys}")
    return complete


def _index(key: str, value: object, size: int) -> int:
    expected = f"expected a whole number from 0 to {size - 1}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"selection: {key} is {value!r:.80} ({type(value).__name__}), {expected}")
    index = operator.index(value)
    if not 0 <= index < size:
        raise ConfigError(f"selection: {key} is {index}, {expected}")
    return index


def _span(value: object, size: int) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ConfigError(f"selection: brush is {value!r:.80}, expected None or [first step, last step]")
    first, last = (_index("brush", end, size) for end in value)
    if first > last:
        raise ConfigError(f"selection: brush is [{first}, {last}], expected the first step not after the last")
    return [first, last]


def _names(value: object, known: Sequence[str]) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f"selection: masked is {value!r:.80}, expected a list of modalities: {', '.join(known)}")
    wrong = [name for name in value if name not in known]
    if wrong:
        raise ConfigError(f"selection: masked names {wrong[0]!r:.80}, which is not one of {', '.join(known)}")
    return [name for name in known if name in value]


def _run(value: object, known: Sequence[str]) -> str:
    if value not in known:
        raise ConfigError(f"selection: run is {value!r:.80}, expected one of {', '.join(known)}")
    return str(value)
