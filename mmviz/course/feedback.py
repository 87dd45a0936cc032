"""Check an answer to an exercise, return a hint, return the solution."""

from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.course.exercise import Exercise, UnreadableError, Verdict
from mmviz.course.exercises import find


def check(number: str, answer: Any = ..., **given: Any) -> Verdict:
    """Say whether an answer is right, and if it is not, what probably went wrong.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.
    answer
        A number, an array or a function, as the exercise asks. ``...`` is no answer yet.
    **given
        What the exercise needs from the notebook beside the answer; the notebook's own cell hands it over.

    Returns
    -------
    Verdict
        Prints as a sentence; true where the answer is right.

    Raises
    ------
    ConfigError
        No exercise has this number, or ``given`` is not what it needs.
    """
    exercise = find(number)
    if set(given) != set(exercise.given):
        needs = ", ".join(f"{name}={name}" for name in exercise.given) or "nothing beside the answer"
        raise ConfigError(f"check({number!r}): got {sorted(given)}, the exercise needs {needs}")
    if answer is ...:
        return Verdict(number, False, None, f"no answer yet. Stuck? mm.course.hint({number!r})")
    try:
        read = exercise.reads(answer)
        return _judge(exercise, read, given)
    except UnreadableError as found:
        return Verdict(number, False, "unreadable", str(found))


def _judge(exercise: Exercise, answer: Any, given: dict[str, Any]) -> Verdict:
    number = exercise.number
    if exercise.accepts(answer, **given):
        return Verdict(number, True, None, "right.")
    for mistake in exercise.mistakes:
        if mistake.made(answer, **given):
            return Verdict(number, False, mistake.name, mistake.says)
    return Verdict(
        number, False, None, f"not right, and none of the mistakes we know. Stuck? mm.course.hint({number!r})"
    )


def hint(number: str, which: int = 1) -> str:
    """Give one of the three hints of an exercise.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.
    which
        1, 2 or 3; each says more than the one before.

    Raises
    ------
    ConfigError
        No such exercise or hint.
    """
    hints = find(number).hints
    if which not in range(1, len(hints) + 1):
        raise ConfigError(f"which: {which!r}; exercise {number} has hints 1 to {len(hints)}, then mm.course.solution")
    more = f"mm.course.hint({number!r}, {which + 1})" if which < len(hints) else f"mm.course.solution({number!r})"
    return _Text(f"Hint {which} of {len(hints)}: {hints[which - 1]}\nMore: {more}")


def solution(number: str) -> str:
    """Give the code of the solution; it binds ``answer``.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.

    Raises
    ------
    ConfigError
        No exercise has this number.
    """
    return _Text(find(number).solution.strip() + "\n")


class _Text(str):
    """Text that a notebook shows as it is, with its line breaks."""

    def __repr__(self) -> str:
        return str(self)
