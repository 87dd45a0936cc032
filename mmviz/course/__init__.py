"""Exercises of the notebooks: ``check`` an answer, ask for a ``hint``, read the ``solution``; ``seal`` results to compare them.

Nothing is compared as text: a number, an array or a function is compared with what it should be, to rounding, and a
wrong one with the mistakes people make.
"""

from mmviz.course.exercise import Exercise, Mistake, UnreadableError, Verdict
from mmviz.course.exercises import EXERCISES, find
from mmviz.course.feedback import check, hint, solution
from mmviz.course.fingerprint import seal

__all__ = [
    "EXERCISES",
    "Exercise",
    "Mistake",
    "UnreadableError",
    "Verdict",
    "check",
    "find",
    "hint",
    "seal",
    "solution",
]
