"""The data classes of the course: an exercise, a recognised mistake, the verdict on an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class UnreadableError(ValueError):
    """An answer is not of the kind that was asked for; the message says what was given and what to give."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One way to go wrong.

    Attributes
    ----------
    name
        Two or three words.
    says
        A sentence that names the mistake and points the way, without the answer.
    made
        ``made(answer, **given) -> bool``: whether this answer shows this mistake. ``answer`` is what the exercise's
        ``reads`` returned.
    """

    name: str
    says: str
    made: Callable[..., bool]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise of a notebook.

    Attributes
    ----------
    number
        ``"2.3"``: the third of notebook 02.
    title
        What it is about, in a few words.
    hints
        Three, each saying more than the one before.
    solution
        Python that binds ``answer``; it may use the names in ``given``, ``mm`` and ``np``.
    reads
        Turns what was handed in into what the checks compare (:mod:`mmviz.course.answers`); raises :class:`UnreadableError`.
    accepts
        ``accepts(answer, **given) -> bool``: whether it is right. Every equivalent right answer must pass.
    mistakes
        Looked at in this order, once an answer is not accepted.
    given
        Names of what the notebook hands to ``check`` beside the answer, for an exercise about figures of the reader's own run.
    """

    number: str
    title: str
    hints: tuple[str, str, str]
    solution: str
    reads: Callable[[Any], Any]
    accepts: Callable[..., bool]
    mistakes: tuple[Mistake, ...]
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The answer to an answer.

    Attributes
    ----------
    number
        Of the exercise.
    right
        Whether the answer was accepted; ``bool(verdict)`` is the same.
    mistake
        The name of the mistake that was recognised, or None.
    says
        The sentence for the reader.
    """

    number: str
    right: bool
    mistake: str | None
    says: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '✗'} {self.number}: {self.says}"
