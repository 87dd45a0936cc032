"""Pages of the course: the examples of the refresher print what stands there; the concept inventory and its key fit."""

import doctest
import re
from pathlib import Path

from mmviz.course.editions import main

PAGES = Path(__file__).parents[2] / "docs" / "course"


def test_the_examples_of_the_refresher_print_what_stands_there():
    found = doctest.testfile(str(PAGES / "refresher.md"), module_relative=False)
    assert found.attempted >= 12
    assert found.failed == 0


def test_the_refresher_fits_two_pages():
    assert len((PAGES / "refresher.md").read_text(encoding="utf-8").split()) < 1100


def test_the_inventory_has_ten_questions_and_the_key_names_the_misconception_of_each_wrong_choice():
    text = (PAGES / "concept_inventory.md").read_text(encoding="utf-8")
    questions = re.split(r"^\*\*(\d+)\.\*\*", text, flags=re.MULTILINE)[1:]
    choices = {
        int(n): re.findall(r"^- ([A-D])\. \S", body, re.MULTILINE)
        for n, body in zip(*[iter(questions)] * 2, strict=True)
    }
    assert list(choices) == list(range(1, 11))
    assert all(found == list("ABCD") for found in choices.values())
    key = (PAGES / "concept_inventory_key.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in key.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [int(row[0]) for row in rows] == list(choices)
    for _, right, _, wrong in rows:
        named = set(re.findall(r"\b([A-D]):", wrong))
        assert named == set("ABCD") - {right.strip()}
    rights = [row[1].strip() for row in rows]
    assert set(rights) == set("ABCD"), "the letter does not give the choice away"


def test_a_student_gets_the_questions_and_not_the_key(tmp_path, capsys):
    assert main(["--out", str(tmp_path)]) == 0
    student = {path.name for path in (tmp_path / "student").glob("*.md")}
    assert {"syllabus.md", "refresher.md", "concept_inventory.md"} <= student
    assert not student & {"concept_inventory_key.md", "teacher.md"}
    assert (tmp_path / "teacher" / "concept_inventory_key.md").exists()
    capsys.readouterr()
