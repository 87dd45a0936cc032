"""Student, teacher and nbgrader editions of the notebooks."""

import json
from pathlib import Path

import nbformat
import pytest

from mmviz.__main__ import main
from mmviz.core.errors import DataError
from mmviz.course import EXERCISES
from mmviz.course.editions import exercises_of, for_nbgrader, student, teacher

FOLDER = Path(__file__).parents[2]
NOTEBOOKS = sorted((FOLDER / "notebooks").glob("*.ipynb"))
WORK = 'weights = 3\nanswer = ...  # your work\nmm.course.check("6.1", answer, result=result)'


@pytest.fixture
def book():
    v4 = nbformat.v4
    hint = 'Stuck? `mm.course.hint("6.1")`, then `3`; the solution: `mm.course.solution("6.1")`.'
    return v4.new_notebook(cells=[v4.new_markdown_cell(hint), v4.new_code_cell(WORK), v4.new_code_cell("1 + 1")])


def sources(book):
    return [cell.source for cell in book.cells]


def test_every_exercise_stands_once_in_the_notebook_of_its_number():
    asked = {path.stem: exercises_of(nbformat.read(path, as_version=4)) for path in NOTEBOOKS}
    assert sorted(n for numbers in asked.values() for n in numbers) == sorted(EXERCISES)
    for name, numbers in asked.items():
        assert all(number.split(".")[0] == str(int(name[:2])) for number in numbers), name
        assert numbers == sorted(numbers), name


def test_the_student_edition_has_no_reference_to_solutions_and_keeps_all_cells(book):
    out = student(book)
    assert sources(out) == ['Stuck? `mm.course.hint("6.1")`, then `3`.', WORK, "1 + 1"]
    assert "solution" in book.cells[0].source, "the notebook itself is as it was"


def test_the_teacher_edition_has_solution_hints_and_mistakes_below_the_exercise(book):
    out = teacher(book)
    assert len(out.cells) == len(book.cells) + 2
    words, solved = out.cells[2].source, out.cells[3].source
    exercise = EXERCISES["6.1"]
    assert all(text in words for text in (*exercise.hints, *(m.explanation for m in exercise.mistakes)))
    assert exercise.solution.strip() in solved
    assert 'verdict = mm.course.check("6.1", answer, result=result)\nassert verdict' in solved
    nbformat.validate(out)


def test_the_nbgrader_source_has_solution_marks_and_a_locked_test_cell(book):
    out = for_nbgrader(book)
    nbformat.validate(out)
    work, check = out.cells[1:3]
    assert work.source.startswith("weights = 3\n### BEGIN SOLUTION\n")
    assert work.source.endswith("\n### END SOLUTION")
    assert work.metadata.nbgrader.solution
    assert not work.metadata.nbgrader.grade
    assert check.metadata.nbgrader.grade
    assert check.metadata.nbgrader.locked
    assert check.metadata.nbgrader.points == 1
    assert work.metadata.nbgrader.grade_id != check.metadata.nbgrader.grade_id
    assert "assert verdict" in check.source


def test_nbgrader_removes_the_solutions_and_keeps_the_check(book):
    preprocessors = pytest.importorskip(
        "nbgrader.preprocessors", reason="nbgrader, the extra `course`, is not installed"
    )
    source = for_nbgrader(book)
    out, _ = preprocessors.ClearSolutions().preprocess(source, {})
    out, _ = preprocessors.LockCells().preprocess(out, {})
    text = json.dumps(out)
    assert "BEGIN SOLUTION" not in text
    assert "result[" not in out.cells[1].source
    assert "YOUR CODE HERE" in out.cells[1].source
    assert out.cells[2].source == source.cells[2].source, "the check stays"


def test_a_check_without_an_answer_line_is_refused(book):
    book.cells[1].source = 'mm.course.check("6.1", answer, result=result)'
    with pytest.raises(DataError, match=r"exercise 6\.1: its cell must contain one line"):
        teacher(book)


def test_the_course_command_writes_three_editions(tmp_path, capsys):
    assert main(["course", "--out", str(tmp_path / "out")]) == 0
    written = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {f"student/{p.name}" for p in NOTEBOOKS} <= written
    assert {f"teacher/{p.name}" for p in NOTEBOOKS} <= written
    assert "nbgrader/source/06_imbalance/06_imbalance.ipynb" in written
    assert {"student/syllabus.md", "teacher/syllabus.md", "teacher/teacher.md"} <= written
    assert "student/teacher.md" not in written
    text = "".join(p.read_text() for p in (tmp_path / "out" / "student").glob("*.ipynb"))
    assert not any(e.solution.strip().splitlines()[-1] in text for e in EXERCISES.values())
    assert "generate_assignment" in capsys.readouterr().out


def test_the_course_command_refuses_a_folder_without_notebooks(tmp_path, capsys):
    assert main(["course", "--notebooks", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "contains no notebook" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
