"""``python -m mmviz course``: editions of the notebooks, and the commands of a teacher."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

#: word -> (module of `main(arguments) -> exit status`, what it does)
COMMANDS = {
    "editions": ("mmviz.course.editions", "write the student's, the teacher's and the nbgrader edition (the default)"),
    "report": ("mmviz.course.class_report", "points and mistakes of a graded class: a CSV file and a histogram"),
    "handout": ("mmviz.course.handout", "all exercises with solutions, hints and mistakes: one page, HTML or PDF"),
    "slides": ("mmviz.course.slides", "slides of the notebooks: HTML files that need no network"),
    "browser": (
        "mmviz.course.browser_edition",
        "notebooks 00 to 03 with their results and live views, without installation",
    ),
    "timing": ("mmviz.course.timing", "minutes of every session: words, code, predictions, exercises"),
    "polls": ("mmviz.course.polls", "collected predictions: counts of every poll"),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command of a teacher; without its name: write the editions."""
    words = list(arguments)
    if words[:1] in (["-h"], ["--help"]):
        listed = "\n".join(f"  {name:<10}{what}" for name, (_, what) in COMMANDS.items())
        sys.stdout.write(f"usage: python -m mmviz course [COMMAND] ...\n\n{listed}\n\nEach has --help.\n")
        return 0
    name = words.pop(0) if words and words[0] in COMMANDS else "editions"
    status: int = importlib.import_module(COMMANDS[name][0]).main(words)
    return status
