"""Grading: ``grade`` scores an answer in a locked cell of an assignment, for nbgrader and the report of a class."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

#: MIME type of the machine-readable verdict in the output of a graded cell
VERDICT = "application/vnd.mmviz.verdict+json"
#: this environment variable with this value: an edition in which `mm.course.solution` is refused
SOLUTIONS, HIDDEN = "MMVIZ_SOLUTIONS", "hidden"


class NoPointError(Exception):
    """A graded answer is missing or not correct; a notebook shows the message without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def grade(number: str, answer: Any = ..., **given: Any) -> None:
    """Check an answer as :func:`mmviz.course.check` does, display the verdict, and raise an error unless it is correct.

    nbgrader gives no point for a cell that raises an error *or writes to stderr*, so warnings of a correct answer and messages of
    the package are printed to stdout.

    Parameters
    ----------
    number
        The exercise, as a string: ``"2.3"``.
    answer
        As for :func:`mmviz.course.check`.
    **given
        As for :func:`mmviz.course.check`.

    Raises
    ------
    NoPointError
        There is no answer, or it is not correct.
    ConfigError
        No exercise has this number, or ``given`` is not what it needs.
    """
    from IPython.display import display

    from mmviz.course.feedback import check

    with contextlib.redirect_stderr(sys.stdout):
        verdict = check(number, answer, **given)
    content = {"number": number, "correct": verdict.correct, "mistake": verdict.mistake, "answered": answer is not ...}
    display({VERDICT: content, "text/plain": repr(verdict)}, raw=True)
    if not verdict.correct:
        raise NoPointError(f"exercise {number}: no point")


def solutions_are_hidden() -> bool:
    """Return whether this edition of the notebooks has no solutions (environment variable ``MMVIZ_SOLUTIONS=hidden``)."""
    return os.environ.get(SOLUTIONS) == HIDDEN
