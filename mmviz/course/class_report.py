"""``python -m mmviz course report``: points and mistakes of a graded class, from nbgrader's folder ``autograded``."""

from __future__ import annotations

import argparse
import csv
import hashlib
import hmac
import io
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core.errors import DataError
from mmviz.core.escape import printable, spreadsheet
from mmviz.course.grading import VERDICT
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEY_FILE = "pseudonyms.key"
_BAR = 40


@dataclass(frozen=True, kw_only=True)
class Score:
    """Result of one student in one exercise.

    Attributes
    ----------
    student
        Name of the folder of the submission, or a pseudonym.
    notebook
        Name without its suffix.
    exercise
        ``"2.3"``; of a graded cell that is not ours: its nbgrader id.
    points, of
        Reached and possible.
    mistake
        Name of the recognised mistake, or ``"not recognised"``, ``"no answer"``, ``"error: NAME"``; ``"no verdict"`` where the cell passed
        without our check, so that somebody should look at the notebook; else ``""``.
    """

    student: str
    notebook: str
    exercise: str
    points: float
    of: float
    mistake: str


def main(arguments: Sequence[str]) -> int:
    """Write the CSV file and print the histogram."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course report", description=__doc__)
    parser.add_argument("autograded", type=Path, help="nbgrader's folder autograded: STUDENT/ASSIGNMENT/NOTEBOOK.ipynb")
    parser.add_argument("--out", type=Path, default=Path("report.csv"), help="the CSV file (default report.csv)")
    parser.add_argument(
        "--pseudonyms",
        action="store_true",
        help=f"stable pseudonyms in place of names; their key is the file {KEY_FILE} beside the folder: do not publish it",
    )
    options = parser.parse_args(arguments)
    scores = read(options.autograded)
    if options.pseudonyms:
        scores = pseudonymous(scores, key_in(options.autograded.resolve().parent / KEY_FILE))
    write_bytes_atomic(options.out, to_csv(scores).encode("utf-8"))
    sys.stdout.write(f"{histogram(scores)}\n{options.out}: {len(scores)} rows\n")
    return 0


def read(autograded: Path) -> list[Score]:
    """Return the scores of every graded cell in a folder ``STUDENT/ASSIGNMENT/NOTEBOOK.ipynb``, by student and notebook.

    Points that a teacher has changed by hand are in nbgrader's database, not in these files, and so not here.

    Raises
    ------
    DataError
        The folder contains no graded notebook, or a file is not a notebook.
    """
    import nbformat

    scores: list[Score] = []
    for path in sorted(autograded.glob("*/*/*.ipynb")):
        try:
            book = nbformat.read(path, as_version=4)
        except Exception as error:  # nbformat raises many kinds
            raise DataError(f"{path}: not a notebook ({error}); autograde this submission again") from error
        for cell in book.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
                scores.append(_score(cell, path))
    if not scores:
        raise DataError(
            f"{autograded}: no graded cell in STUDENT/ASSIGNMENT/NOTEBOOK.ipynb; give the folder that `nbgrader autograde` writes"
        )
    return scores


def _score(cell: NotebookNode, path: Path) -> Score:
    mark = cell.metadata.nbgrader
    of = float(mark.get("points", 0))
    name = str(mark.get("grade_id", ""))
    ours = name.startswith("check-")
    number = name.removeprefix("check-").replace("-", ".") if ours else name
    outputs = list(cell.get("outputs", []))
    failed = [o.ename for o in outputs if o.output_type == "error"]
    failed += ["stderr" for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    if cell.get("execution_count") is None:  # nbgrader was stopped before it ran the notebook
        failed = ["not run"]
    verdicts = [o.data[VERDICT] for o in outputs if o.output_type == "display_data" and VERDICT in o.data]
    if verdicts:
        mistake = _mistake(verdicts[-1], failed)
    elif failed:
        mistake = f"error: {failed[0]}"
    else:
        mistake = "no verdict" if ours else ""
    student, notebook = path.parts[-3], path.stem
    points = _points(outputs, failed, of)
    return Score(student=student, notebook=notebook, exercise=number, points=points, of=of, mistake=mistake)


def _points(outputs: Sequence[NotebookNode], failed: Sequence[str], of: float) -> float:
    """Return the points by nbgrader's rule: none after an error or a message on stderr, the number that a cell returns, else all."""
    if failed:
        return 0.0
    returned = [o.data.get("text/plain", "") for o in outputs if o.output_type == "execute_result"]
    try:
        points = float(returned[0]) if returned else of
    except ValueError:
        return of
    return points if 0 <= points <= of else of


def _mistake(verdict: Mapping[str, object], failed: Sequence[str]) -> str:
    if verdict.get("correct"):
        return f"error: {failed[0]}" if failed else ""
    if not verdict.get("answered", True):
        return "no answer"
    return str(verdict.get("mistake") or "not recognised")


def key_in(path: Path) -> bytes:
    """Return the key of the pseudonyms in a file; made at random, readable by its owner only, if there is none."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(32).hex().encode())
    key = path.read_bytes().strip()
    if len(key) < 32:
        raise DataError(f"{path}: a key of {len(key)} bytes; delete the file for a new one (all pseudonyms change)")
    return key


def pseudonymous(scores: Sequence[Score], key: bytes) -> list[Score]:
    """Return the scores with a pseudonym for each student, the same one as long as the key is the same.

    A keyed hash (HMAC-SHA256): without the key nobody can find out a name by hashing the names of a class.
    """
    digests = {score.student: hmac.new(key, score.student.encode(), hashlib.sha256).hexdigest() for score in scores}
    names = {student: f"s-{digest[:8]}" for student, digest in digests.items()}
    return sorted((replace(s, student=names[s.student]) for s in scores), key=lambda s: (s.student, s.notebook))


def to_csv(scores: Sequence[Score]) -> str:
    """Return the scores as CSV, a row for each student and exercise; no text in it is evaluated by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Score))
    for score in scores:
        writer.writerow(spreadsheet(v) if isinstance(v, str) else f"{v:g}" for v in asdict(score).values())
    return out.getvalue()


def histogram(scores: Sequence[Score]) -> str:
    """Return text: for each notebook the number of submissions by points, and for each exercise the points and mistakes."""
    lines: list[str] = []
    for notebook in sorted({score.notebook for score in scores}):
        here = [score for score in scores if score.notebook == notebook]
        exercises = list(dict.fromkeys(score.exercise for score in here))
        totals = {student: sum(s.points for s in here if s.student == student) for student in {s.student for s in here}}
        of = max(sum(s.of for s in here if s.student == student) for student in totals)
        counted = Counter(totals.values())
        lines += [f"{notebook}: {len(totals)} submissions", "  points"]
        for points in sorted({*counted, *range(int(of) + 1)}):
            bar = "█" * round(counted[points] * _BAR / max(counted.values()))
            lines.append(f"  {points:6g}  {bar} {counted[points]}")
        for exercise in exercises:
            rows = [score for score in here if score.exercise == exercise]
            mistakes = Counter(score.mistake for score in rows if score.mistake)
            named = ", ".join(f"{printable(name, kept='')} {count}" for name, count in mistakes.most_common())
            right = sum(score.points == score.of for score in rows)
            lines.append(f"  {exercise:6}  full points {right} of {len(rows)}{'; ' if named else ''}{named}")
        lines.append("")
    return "\n".join(lines)
