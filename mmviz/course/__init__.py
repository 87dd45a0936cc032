"""Exercises of the notebooks: ``check`` an answer, get a ``hint`` or the ``solution``; ``fingerprint`` of results.

Answers are compared by value, not as text: a number, an array or the outputs of a function, to rounding; a wrong
answer is compared with known mistakes.
"""

from mmviz.course.exercise import AnswerFormatError, Exercise, Mistake, Verdict
from mmviz.course.exercises import EXERCISES, find, register
from mmviz.course.feedback import check, hint, solution
from mmviz.course.fingerprint import fingerprint
from mmviz.course.grading import grade

__all__ = [
    "EXERCISES",
    "AnswerFormatError",
    "Exercise",
    "Mistake",
    "Verdict",
    "check",
    "find",
    "fingerprint",
    "grade",
    "hint",
    "register",
    "solution",
]
