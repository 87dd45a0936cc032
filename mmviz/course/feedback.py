"""Check an answer to an exercise, return a hint, return the solution."""

from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.course.answers import Match
from mmviz.course.differences import describe
from mmviz.course.exercise import AnswerFormatError, Exercise, Verdict
from mmviz.course.exercises import find
from mmviz.course.grading import solutions_are_hidden


def check(number: str, answer: Any = ..., **given: Any) -> Verdict:
    """Return whether an answer is correct; if not, the recognised mistake, or how it differs from the expected value.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.
    answer
        A number, an array or a function, see the exercise. ``...`` means no answer yet.
    **given
        Further variables of the notebook that the exercise needs; the notebook's cell passes them.

    Returns
    -------
    Verdict
        Prints as a sentence; true if the answer is correct.

    Raises
    ------
    ConfigError
        No exercise has this number, or ``given`` is not what it needs.
    """
    exercise = find(number)
    if set(given) != set(exercise.given):
        needs = ", ".join(f"{name}={name}" for name in exercise.given) or "the answer only"
        raise ConfigError(f"check({number!r}): got {sorted(given)}, expected {needs}")
    if answer is ...:
        return Verdict(number, False, None, f"no answer yet. Stuck? mm.course.hint({number!r})")
    try:
        parsed = exercise.parse(answer)
        return _verdict(exercise, parsed, given)
    except AnswerFormatError as found:
        return Verdict(number, False, "format", str(found))


def _verdict(exercise: Exercise, answer: Any, given: dict[str, Any]) -> Verdict:
    number = exercise.number
    if exercise.accepts(answer, **given):
        return Verdict(number, True, None, "correct.")
    for mistake in exercise.mistakes:
        if mistake.matches(answer, **given):
            return Verdict(number, False, mistake.name, mistake.explanation)
    stuck = f"Stuck? mm.course.hint({number!r})"
    if exercise.describe is not None:
        return Verdict(number, False, None, exercise.describe(answer, **given), "condition")
    if isinstance(exercise.accepts, Match):
        found = describe(answer, exercise.accepts, **given)
        more = f" {stuck}" if found.kind == "size" else ""
        return Verdict(number, False, None, f"{found.sentence}{more}", found.kind)
    return Verdict(number, False, None, f"not correct, and no known mistake was recognised. {stuck}")


def hint(number: str, which: int = 1) -> str:
    """Return one of the three hints of an exercise.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.
    which
        1, 2 or 3, from general to specific.

    Raises
    ------
    ConfigError
        No such exercise or hint.
    """
    hints = find(number).hints
    if which not in range(1, len(hints) + 1):
        last = "" if solutions_are_hidden() else ", then mm.course.solution"
        raise ConfigError(f"which: {which!r}; exercise {number} has hints 1 to {len(hints)}{last}")
    shown = f"Hint {which} of {len(hints)}: {hints[which - 1]}"
    if which < len(hints):
        return _Text(f"{shown}\nMore: mm.course.hint({number!r}, {which + 1})")
    return _Text(shown if solutions_are_hidden() else f"{shown}\nMore: mm.course.solution({number!r})")


def solution(number: str) -> str:
    """Return the code of the solution; it binds ``answer``.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.

    Raises
    ------
    ConfigError
        No exercise has this number, or this edition of the notebooks has no solutions.
    """
    if solutions_are_hidden():
        raise ConfigError(
            f"solution({number!r}): this edition has no solutions. Use mm.course.hint({number!r}); your teacher has the solutions"
        )
    return _Text(find(number).solution.strip() + "\n")


class _Text(str):
    """Text that a notebook displays with its line breaks."""

    def __repr__(self) -> str:
        return str(self)
