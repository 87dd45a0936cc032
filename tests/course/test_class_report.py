"""Report of a graded class: points by nbgrader's rule, mistakes, pseudonyms, a CSV file without formulas, a histogram."""

import csv
import stat

import nbformat
import pytest

from mmviz.__main__ import main
from mmviz.core.errors import DataError
from mmviz.course.class_report import KEY_FILE, Score, histogram, key_in, pseudonymous, read, to_csv
from mmviz.course.grading import VERDICT

v4 = nbformat.v4
ERROR = v4.new_output("error", ename="NoPointError", evalue="", traceback=[])


def verdict(number, mistake=None, *, correct=False, answered=True):
    content = {"number": number, "correct": correct, "mistake": mistake, "answered": answered}
    return v4.new_output("display_data", {VERDICT: content, "text/plain": "…"})


def checked(grade_id, *outputs, points=1, count=1):
    mark = {"grade": True, "grade_id": grade_id, "points": points, "solution": False, "locked": True}
    return v4.new_code_cell("", outputs=list(outputs), execution_count=count, metadata={"nbgrader": mark})


@pytest.fixture
def autograded(tmp_path):
    """Write the submissions of three students to one notebook of seven exercises."""
    stderr = v4.new_output("stream", name="stderr", text="a warning")
    students = {
        "Ada": [verdict("2.1", correct=True)],
        "=cmd|'calc'!A0": [verdict("2.1", "decay"), ERROR],
        "Zoë": [verdict("2.1", answered=False), ERROR],
    }
    for student, outputs in students.items():
        cells = [
            checked("check-2-1", *outputs),
            checked("check-2-2", verdict("2.2"), ERROR),
            checked("check-2-3", v4.new_output("error", ename="NameError", evalue="", traceback=[])),
            checked("check-2-4"),
            checked("check-2-6", count=None),
            checked("theirs", v4.new_output("execute_result", {"text/plain": "1.5"}), points=2),
            checked("loud", verdict("2.5", correct=True), stderr),
            v4.new_code_cell("1 + 1"),
        ]
        path = tmp_path / "autograded" / student / "02_coupled_scan" / "02_coupled_scan.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(v4.new_notebook(cells=cells), path)
    return tmp_path / "autograded"


def test_read_gives_points_by_the_rule_of_nbgrader_and_names_every_mistake(autograded):
    scores = read(autograded)
    first = {s.student: (s.points, s.mistake) for s in scores if s.exercise == "2.1"}
    assert first == {"Ada": (1, ""), "=cmd|'calc'!A0": (0, "decay"), "Zoë": (0, "no answer")}
    rest = {s.exercise: (s.points, s.of, s.mistake) for s in scores if s.student == "Ada"}
    assert rest == {
        "2.1": (1, 1, ""),
        "2.2": (0, 1, "not recognised"),
        "2.3": (0, 1, "error: NameError"),
        "2.4": (1, 1, "no verdict"),
        "2.6": (0, 1, "error: not run"),
        "theirs": (1.5, 2, ""),
        "loud": (0, 1, "error: stderr"),
    }


def test_the_command_writes_a_row_for_each_student_and_exercise_and_no_formula(autograded, tmp_path, capsys):
    out = tmp_path / "report.csv"
    assert main(["course", "report", str(autograded), "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 21
    assert rows[0].keys() == {"student", "notebook", "exercise", "points", "of", "mistake"}
    assert {row["student"] for row in rows} == {"Ada", "Zoë", "'=cmd|'calc'!A0"}
    printed = capsys.readouterr().out
    assert "02_coupled_scan: 3 submissions" in printed
    assert "full points 1 of 3; decay 1, no answer 1" in printed


def test_pseudonyms_are_stable_with_one_key_and_other_with_another_and_no_name_is_left(autograded, tmp_path, capsys):
    texts = []
    for name in ("a.csv", "b.csv"):
        assert main(["course", "report", str(autograded), "--pseudonyms", "--out", str(tmp_path / name)]) == 0
        texts.append((tmp_path / name).read_text(encoding="utf-8") + capsys.readouterr().out.replace(name, ""))
    assert texts[0] == texts[1]
    assert not any(name in texts[0] for name in ("Ada", "Zoë", "cmd"))
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    scores = read(autograded)
    one, two = (pseudonymous(scores, key) for key in (key_in(tmp_path / KEY_FILE), b"k" * 32))
    assert {s.student for s in one}.isdisjoint(s.student for s in two)
    assert sorted(s.points for s in one) == sorted(s.points for s in scores)
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(DataError, match="a key of 5 bytes; delete the file"):
        key_in(tmp_path / KEY_FILE)


def test_the_histogram_counts_submissions_by_points():
    points = {"a": 2, "b": 2, "c": 0}
    scores = [
        Score(student=s, notebook="n", exercise=e, points=p / 2, of=1, mistake="" if p else "no answer")
        for s, p in points.items()
        for e in ("1", "2")
    ]
    lines = histogram(scores).splitlines()
    assert [line.split() for line in lines[2:5]] == [["0", "█" * 20, "1"], ["1", "0"], ["2", "█" * 40, "2"]]
    assert to_csv(scores).splitlines()[1] == "a,n,1,1,1,"


def test_a_folder_without_graded_notebooks_and_a_damaged_notebook_are_refused(tmp_path, capsys):
    assert main(["course", "report", str(tmp_path)]) == 1
    assert "give the folder that `nbgrader autograde` writes" in capsys.readouterr().err
    path = tmp_path / "Ada" / "02" / "02.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(DataError, match=r"02\.ipynb: not a notebook"):
        read(tmp_path)
