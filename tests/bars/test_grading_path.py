"""The whole grading path: editions, release, three submissions, nbgrader's autograde, the report of the class."""

import csv
import sys

import pytest

pytest.importorskip("nbgrader", reason="nbgrader, the extra `course`, is not installed")

import grading

from mmviz.__main__ import main

ASSIGNMENT = "02_coupled_scan"


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader was not tried on Windows")
def test_a_perfect_a_half_and_an_empty_submission_get_the_points_that_they_deserve(tmp_path, monkeypatch, capsys):
    assert main(["course", "--out", str(tmp_path)]) == 0
    course = tmp_path / "nbgrader"
    grading.nbgrader(course, "generate_assignment", ASSIGNMENT, "--create")
    numbers = grading.exercises(course, ASSIGNMENT)
    assert {"2.4", "2.5", "2.6"} <= set(numbers)
    solved = grading.solutions(numbers)
    half = {number: solved[number] for number in numbers[::2]} | {
        "2.4": "answer = lambda M: 1 / M",  # a named mistake
        "2.5": "raise ValueError('before any answer')",  # must not get the answer of the exercise before
        "2.6": 'exec(mm.course.solution("2.6"))',  # must be refused
    }
    right = set(numbers[::2]) - {"2.4", "2.5", "2.6"}
    for student, works in (("perfect", solved), ("half", half), ("empty", {})):
        grading.submit(course, student, ASSIGNMENT, works)
    grading.nbgrader(course, "autograde", ASSIGNMENT)
    assert len(list((course / "runs").iterdir())) == 2, "one training of each model for all submissions"

    out = tmp_path / "report.csv"
    assert main(["course", "report", str(course / "autograded"), "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    got = {(row["student"], row["exercise"]): (float(row["points"]), row["mistake"]) for row in rows}
    assert len(got) == 3 * len(numbers)
    assert {got["perfect", number] for number in numbers} == {(1.0, "")}
    assert {got["empty", number] for number in numbers} == {(0.0, "no answer")}
    assert got["half", "2.4"] == (0.0, "decay")
    assert {number for number in numbers if got["half", number][0]} == right
    assert {got["half", number] for number in ("2.5", "2.6")} == {(0.0, "no answer")}

    grading.nbgrader(course, "export")
    grades = {row["student_id"]: row for row in csv.DictReader((course / "grades.csv").read_text().splitlines())}
    for student in ("perfect", "half", "empty"):
        points = sum(float(row["points"]) for row in rows if row["student"] == student)
        assert float(grades[student]["score"]) == points, "the report counts as nbgrader does"
        assert float(grades[student]["max_score"]) == len(numbers)
