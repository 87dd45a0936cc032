"""Data classes of the course: an exercise, a recognised mistake, the verdict on an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class AnswerFormatError(ValueError):
    """An answer has the wrong type or shape; the message states the expected and the given one."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A likely mistake.

    Attributes
    ----------
    name
        Two or three words.
    explanation
        A sentence that names the mistake and gives a direction, without the solution.
    matches
        ``matches(answer, **given) -> bool``: whether this answer contains this mistake; ``answer`` is the output of the
        exercise's ``parse``.
    """

    name: str
    explanation: str
    matches: Callable[..., bool]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise of a notebook.

    Attributes
    ----------
    number
        ``"2.3"``: the third of notebook 02.
    title
        A few words.
    hints
        Three, from general to specific.
    solution
        Python code that binds ``answer``; it may use the names in ``given``, ``mm`` and ``np``.
    parse
        Converts the answer to the type that is compared (:mod:`mmviz.course.answers`); raises :class:`AnswerFormatError`.
    accepts
        ``accepts(answer, **given) -> bool``: whether the answer is correct. Every equivalent correct answer must pass.
    mistakes
        Tested in this order if the answer is not accepted.
    given
        Names of variables that the notebook passes to ``check`` with the answer, for exercises about results of the reader's run.
    describe
        ``describe(answer, **given) -> str``: how a wrong answer without a recognised mistake differs, in one sentence. Needed where
        ``accepts`` is no :class:`~mmviz.course.answers.Match`, which is described by :mod:`mmviz.course.differences`.
    """

    number: str
    title: str
    hints: tuple[str, str, str]
    solution: str
    parse: Callable[[Any], Any]
    accepts: Callable[..., bool]
    mistakes: tuple[Mistake, ...]
    given: tuple[str, ...] = ()
    describe: Callable[..., str] | None = None


@dataclass(frozen=True)
class Verdict:
    """Result of a check; true if the answer is correct.

    Attributes
    ----------
    number
        Of the exercise.
    correct
        Whether the answer was accepted; ``bool(verdict)`` is the same.
    mistake
        Name of the recognised mistake, or None.
    message
        One sentence for the reader.
    difference
        Kind of the difference from the expected value (:mod:`mmviz.course.differences`), where no mistake was recognised.
    """

    number: str
    correct: bool
    mistake: str | None
    message: str
    difference: str | None = None

    def __bool__(self) -> bool:
        return self.correct

    def __repr__(self) -> str:
        return f"{'✓' if self.correct else '✗'} {self.number}: {self.message}"
