"""Exercises of the notebooks: ``check`` an answer, get a ``hint`` or the ``solution``; ``fingerprint`` of results; a ``playground``.

Claims of the notebooks by kind: ``identity``, ``test``, ``finding``; findings over five seeds: ``stored_finding``.

Answers are compared by value, not as text: a number, an array or the outputs of a function, to rounding; a wrong
answer is compared with known mistakes.
"""

from mmviz.course import figures
from mmviz.course.claims import Claim, finding, identity, test
from mmviz.course.demonstrations import play
from mmviz.course.exercise import AnswerFormatError, Exercise, Mistake, Verdict
from mmviz.course.exercises import EXERCISES, find, register
from mmviz.course.feedback import check, hint, solution
from mmviz.course.findings_over_seeds import StoredFinding, stored_finding, stored_findings
from mmviz.course.fingerprint import fingerprint
from mmviz.course.grading import grade
from mmviz.course.playground import playground
from mmviz.course.polls import counts as poll_counts
from mmviz.course.polls import poll, vote

__all__ = [
    "EXERCISES",
    "AnswerFormatError",
    "Claim",
    "Exercise",
    "Mistake",
    "StoredFinding",
    "Verdict",
    "check",
    "figures",
    "find",
    "finding",
    "fingerprint",
    "grade",
    "hint",
    "identity",
    "play",
    "playground",
    "poll",
    "poll_counts",
    "register",
    "solution",
    "stored_finding",
    "stored_findings",
    "test",
    "vote",
]
