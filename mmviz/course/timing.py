"""``python -m mmviz course timing``: minutes of every session, from the words, code lines, predictions and exercises of its notebooks."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core.errors import DataError
from mmviz.course.editions import exercises_of
from mmviz.course.exercises import find

if TYPE_CHECKING:
    from nbformat import NotebookNode

_FOLDER = Path(__file__).parents[2]
_SESSION = re.compile(r"^\| (?P<name>\d+ [^|]+?) \|(?P<books>[^|]+)\|", re.MULTILINE)
_BOOK = re.compile(r"\b\d\d_\w+(?=\])")
_PREDICT = re.compile(r"\*[^*]*\b(?:[Pp]redict|[Gg]uess)\b[^*]*\*")


@dataclass(frozen=True, kw_only=True)
class Speeds:
    """Assumptions about a student in a pair, not measured: change them by the options of the command.

    Attributes
    ----------
    words
        Words of technical text a minute, in a foreign language, with looking at the pictures.
    lines
        Lines of code a minute that are read before a cell is run.
    prediction
        Minutes of one prediction: think, write it down, compare.
    exercise
        Minutes of thought for one exercise.
    characters
        Characters of an answer typed a minute.
    frame
        Minutes of a session besides: opening question, and results at the end.
    """

    words: float = 120.0
    lines: float = 20.0
    prediction: float = 1.0
    exercise: float = 3.0
    characters: float = 60.0
    frame: float = 15.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """Work in a notebook: counts, and the minutes that follow from the speeds."""

    words: int
    lines: int
    predictions: int
    exercises: int
    characters: int

    def minutes(self, speeds: Speeds) -> float:
        """Return the minutes for this notebook."""
        study = self.words / speeds.words + self.lines / speeds.lines + self.predictions * speeds.prediction
        return study + self.exercises * speeds.exercise + self.characters / speeds.characters


def load_of(book: NotebookNode) -> Load:
    """Return the counts of a notebook; the characters are those of the solutions of its exercises."""
    texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    numbers = exercises_of(book)
    code = [cell.source for cell in book.cells if cell.cell_type == "code" and "answer = ..." not in cell.source]
    return Load(
        words=sum(len(text.split()) for text in texts),
        lines=sum(bool(line.strip()) for source in code for line in source.splitlines()),
        predictions=sum(len(_PREDICT.findall(text)) for text in texts),
        exercises=len(numbers),
        characters=sum(len(find(number).solution.strip()) for number in numbers),
    )


def sessions_of(syllabus: str) -> dict[str, list[str]]:
    """Return the notebooks of each session in the table of the syllabus."""
    found = {m["name"]: _BOOK.findall(m["books"]) for m in _SESSION.finditer(syllabus)}
    if not found:
        raise DataError("the syllabus has no table of sessions with rows `| 1 NAME | [NN_name](...) | ...`")
    return found


def table(loads: Mapping[str, Load], sessions: Mapping[str, Sequence[str]], speeds: Speeds) -> str:
    """Return the Markdown table: a row for each notebook, then one for each session."""
    lines = ["| notebook | words | code lines | predictions | exercises | typed characters | minutes |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for name, load in loads.items():
        counts = (load.words, load.lines, load.predictions, load.exercises, load.characters)
        lines.append(f"| {name} | {' | '.join(map(str, counts))} | {load.minutes(speeds):.0f} |")
    lines += ["", "| session | notebooks | minutes |", "| --- | --- | --- |"]
    for session, names in sessions.items():
        minutes = speeds.frame + sum(loads[name].minutes(speeds) for name in names if name in loads)
        lines.append(f"| {session} | {', '.join(names)} | {minutes:.0f} |")
    rates = f"{speeds.words:g} words and {speeds.lines:g} lines of code a minute, {speeds.prediction:g} minute for a prediction"
    lines += [
        "",
        f"Assumed, not measured: {rates}, {speeds.exercise:g} for an exercise and {speeds.characters:g} typed characters a minute",
    ]
    lines[-1] += f", {speeds.frame:g} minutes to open and close a session."
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    import nbformat

    parser = argparse.ArgumentParser(prog="python -m mmviz course timing", description=__doc__)
    parser.add_argument("--notebooks", type=Path, default=_FOLDER / "notebooks", help="folder of the notebooks")
    parser.add_argument(
        "--syllabus", type=Path, default=_FOLDER / "docs" / "course" / "syllabus.md", help="page with the sessions"
    )
    for name, value in vars(Speeds()).items():
        parser.add_argument(f"--{name}", type=float, default=value, help=f"default {value:g}")
    options = vars(parser.parse_args(arguments))
    speeds = Speeds(**{name: options[name] for name in vars(Speeds())})
    paths = sorted(options["notebooks"].glob("[0-9]*.ipynb"))
    loads = {path.stem: load_of(nbformat.read(path, as_version=4)) for path in paths}
    if not loads:
        raise DataError(f"--notebooks {options['notebooks']}: contains no notebook (NN_name.ipynb)")
    sessions = sessions_of(options["syllabus"].read_text(encoding="utf-8"))
    sys.stdout.write(table(loads, sessions, speeds) + "\n")
    return 0
