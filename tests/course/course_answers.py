"""What the tests know of each exercise: the right answer another way, and wrong ones by the name of their mistake."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answers:
    """Answers to one exercise.

    ``equivalent``: right answers of another form than the solution's. ``wrong``: name of the mistake -> an answer that
    makes it, at least three. ``plausible``: other wrong answers, written from the task alone; none is removed because the feedback
    on it is poor, and no mistake is added because of it. ``given``: what the notebook hands over, small. ``names``: what the solution uses beside it.
    """

    equivalent: tuple[Any, ...]
    wrong: Mapping[str, Any]
    plausible: tuple[Any, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
