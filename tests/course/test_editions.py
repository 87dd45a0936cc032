"""Student, teacher and nbgrader editions of the notebooks."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from mmviz.__main__ import main
from mmviz.core.errors import DataError
from mmviz.course import EXERCISES
from mmviz.course.editions import TIMEOUT, exercises_of, for_nbgrader, student, teacher
from mmviz.course.links import broken_links, relinked

FOLDER = Path(__file__).parents[2]
NOTEBOOKS = sorted((FOLDER / "notebooks").glob("*.ipynb"))
WORK = 'weights = 3\nanswer = ...  # your work\nmm.course.check("6.5", answer, result=result)'


@pytest.fixture
def book():
    v4 = nbformat.v4
    hint = 'Stuck? `mm.course.hint("6.5")`, then `3`; the solution: `mm.course.solution("6.5")`.'
    return v4.new_notebook(cells=[v4.new_markdown_cell(hint), v4.new_code_cell(WORK), v4.new_code_cell("1 + 1")])


def sources(book):
    return [cell.source for cell in book.cells]


def test_every_exercise_stands_once_in_the_notebook_of_its_number():
    asked = {path.stem: exercises_of(nbformat.read(path, as_version=4)) for path in NOTEBOOKS}
    assert sorted(n for numbers in asked.values() for n in numbers) == sorted(EXERCISES)
    for name, numbers in asked.items():
        assert all(number.split(".")[0] == str(int(name[:2])) for number in numbers), name
        assert numbers == sorted(numbers, key=lambda n: [int(part) for part in n.split(".")]), name


def test_the_student_edition_has_no_solutions_and_keeps_all_cells(book):
    out = student(book)
    hidden = "%env MMVIZ_SOLUTIONS=hidden"
    assert sources(out) == ['Stuck? `mm.course.hint("6.5")`, then `3`.', hidden, WORK, "1 + 1"]
    assert "solution" in book.cells[0].source, "the notebook itself is as it was"
    nbformat.validate(out)


def test_the_teacher_edition_has_solution_hints_and_mistakes_below_the_exercise(book):
    out = teacher(book)
    assert len(out.cells) == len(book.cells) + 2
    words, solved = out.cells[2].source, out.cells[3].source
    exercise = EXERCISES["6.5"]
    assert all(text in words for text in (*exercise.hints, *(m.explanation for m in exercise.mistakes)))
    assert exercise.solution.strip() in solved
    assert 'verdict = mm.course.check("6.5", answer, result=result)\nassert verdict' in solved
    nbformat.validate(out)


def test_the_nbgrader_source_takes_the_last_answer_away_keeps_the_answer_line_and_grades_in_a_locked_cell(book):
    out = for_nbgrader(book)
    nbformat.validate(out)
    hidden, start, work, check = out.cells[1:5]
    assert hidden.source == "%env MMVIZ_SOLUTIONS=hidden"
    assert start.source.startswith("weights = 3\nanswer = ...  # exercise 6.5")
    assert work.source.startswith("answer = ...  # exercise 6.5: ")
    assert "\n### BEGIN SOLUTION\n" in work.source
    assert work.source.endswith("\n### END SOLUTION")
    assert check.source == 'mm.course.grade("6.5", answer, result=result)'
    marks = [cell.metadata.nbgrader for cell in (hidden, start, work, check)]
    assert [mark.locked for mark in marks] == [True, True, False, True]
    assert [mark.solution for mark in marks] == [False, False, True, False]
    assert [mark.grade for mark in marks] == [False, False, False, True]
    assert check.metadata.nbgrader.points == 1
    assert len({mark.grade_id for mark in marks}) == 4


def test_nbgrader_removes_the_solutions_and_keeps_answer_line_and_check(book):
    preprocessors = pytest.importorskip(
        "nbgrader.preprocessors", reason="nbgrader, the extra `course`, is not installed"
    )
    source = for_nbgrader(book)
    out, _ = preprocessors.ClearSolutions(code_stub={"python": ""}).preprocess(source, {})
    out, _ = preprocessors.LockCells().preprocess(out, {})
    assert "BEGIN SOLUTION" not in json.dumps(out)
    work, check = out.cells[3:5]
    assert work.source.strip() == "answer = ...  # exercise 6.5: replace the dots by your work"
    assert check.source == source.cells[4].source, "the check stays"


def test_a_check_without_an_answer_line_is_refused(book):
    book.cells[1].source = 'mm.course.check("6.5", answer, result=result)'
    with pytest.raises(DataError, match=r"exercise 6\.5: its cell must contain one line"):
        teacher(book)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Write all editions."""
    out = tmp_path_factory.mktemp("course")
    assert main(["course", "--out", str(out)]) == 0
    return out


def texts_of(course, edition):
    """Return path -> Markdown of every notebook and page of an edition."""
    pages = {p: p.read_text(encoding="utf-8") for p in (course / edition).rglob("*.md")}
    for path in (course / edition).rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        pages[path] = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return pages


def test_the_course_command_writes_three_editions(course):
    written = {str(p.relative_to(course)) for p in course.rglob("*") if p.is_file()}
    assert {f"student/{p.name}" for p in NOTEBOOKS} <= written
    assert {f"teacher/{p.name}" for p in NOTEBOOKS} <= written
    assert "nbgrader/source/06_imbalance/06_imbalance.ipynb" in written
    assert {"student/syllabus.md", "teacher/syllabus.md", "teacher/teacher.md"} <= written
    assert "student/teacher.md" not in written
    text = "".join(p.read_text() for p in (course / "student").glob("*.ipynb"))
    assert not any(e.solution.strip().splitlines()[-1] in text for e in EXERCISES.values())
    config = (course / "nbgrader" / "nbgrader_config.py").read_text()
    assert f"timeout = {TIMEOUT}" in config
    assert "MMVIZ_RUNS" in config


@pytest.mark.parametrize("edition", ["student", "nbgrader"])
def test_no_text_of_an_edition_without_solutions_refers_to_them(course, edition):
    books = list((course / edition).rglob("*.ipynb"))
    assert len(books) >= 7
    for path in books:
        assert "course.solution" not in path.read_text(encoding="utf-8"), path
        cells = nbformat.read(path, as_version=4).cells
        first = next(cell for cell in cells if cell.cell_type == "code")
        assert first.source == "%env MMVIZ_SOLUTIONS=hidden"


@pytest.mark.parametrize("edition", ["student", "teacher", "nbgrader"])
def test_every_relative_link_of_an_edition_leads_to_a_file_of_the_edition(course, edition):
    texts = texts_of(course, edition)
    assert {path: broken for path, text in texts.items() if (broken := broken_links(text, path))} == {}
    found = [path for path in texts if path.name == "syllabus.md" or path.stem == "06_imbalance"]
    assert all("](" in texts[path] for path in found)
    assert all("](../" not in text for text in texts.values()), "no link leaves the edition"
    code = [c.source for p in (course / edition).rglob("*.ipynb") for c in nbformat.read(p, as_version=4).cells]
    assert not any("../" in source for source in code), "no cell reads a file outside of the edition"


@pytest.mark.parametrize("edition", ["student", "teacher", "nbgrader"])
def test_every_notebook_and_document_that_a_text_names_exists(course, edition):
    names = {path.stem for path in NOTEBOOKS}
    numbers = {name[:2] for name in names}
    for path, text in texts_of(course, edition).items():
        assert set(re.findall(r"(?<![\w/])\d\d_[a-z]\w*", text)) <= names, path
        assert set(re.findall(r"\bnotebooks? (\d\d)\b", text)) <= numbers, path
        for document in re.findall(r"`(docs/[\w-]+\.md)`", text):
            assert path.suffix == ".md" or (path.parent / document).exists(), (path, document)


def test_a_link_to_a_file_outside_of_the_edition_becomes_its_label(tmp_path):
    (tmp_path / "notebooks").mkdir()
    page, other, outside = tmp_path / "docs.md", tmp_path / "notebooks" / "02_a.ipynb", tmp_path / "Makefile"
    for path in (page, other, outside):
        path.write_text("")
    text = "[a](notebooks/02_a.ipynb#part) and [make](Makefile), ![b](https://a.b/c.png), [top](#top), $K[t](s)$"
    placed = {page: Path("pages/docs.md"), other: Path("02_a.ipynb")}
    found = relinked(text, page, placed[page], placed)
    assert found == "[a](../02_a.ipynb#part) and make, ![b](https://a.b/c.png), [top](#top), $K[t](s)$"
    assert broken_links("[a](nothing.md) [b](docs.md)", page) == ["nothing.md"]


def test_the_course_command_refuses_a_folder_without_notebooks(tmp_path, capsys):
    assert main(["course", "--notebooks", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "contains no notebook" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
