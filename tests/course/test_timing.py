"""Timing of sessions: counts of a notebook, minutes from stated speeds, the sessions of the syllabus."""

from pathlib import Path

import nbformat
import pytest

from mmviz.__main__ import main
from mmviz.core.errors import DataError
from mmviz.course import find
from mmviz.course.timing import Speeds, load_of, sessions_of, table

FOLDER = Path(__file__).parents[2]
v4 = nbformat.v4


def test_the_minutes_follow_from_words_lines_predictions_exercises_and_typed_characters():
    cells = [
        v4.new_markdown_cell("one two three *Predict: four?*"),
        v4.new_code_cell("a = 1\n\nb = 2"),
        v4.new_code_cell('answer = ...\nmm.course.check("2.1", answer)'),
    ]
    load = load_of(v4.new_notebook(cells=cells))
    typed = len(find("2.1").solution.strip())
    assert (load.words, load.lines, load.predictions, load.exercises, load.characters) == (5, 2, 1, 1, typed)
    speeds = Speeds(words=5, lines=2, prediction=4, exercise=8, characters=typed, frame=16)
    assert load.minutes(speeds) == 1 + 1 + 4 + 8 + 1
    text = table({"02_a": load}, {"1 First": ["02_a"]}, speeds)
    assert "| 02_a | 5 | 2 | 1 | 1 |" in text
    assert "| 1 First | 02_a | 31 |" in text


def test_every_notebook_stands_in_one_session_of_the_syllabus():
    sessions = sessions_of((FOLDER / "docs" / "course" / "syllabus.md").read_text(encoding="utf-8"))
    names = sorted(name for books in sessions.values() for name in books)
    assert names == sorted(path.stem for path in (FOLDER / "notebooks").glob("[0-9]*.ipynb"))


def test_the_command_prints_the_table_and_a_speed_changes_it(capsys):
    printed = []
    for words in ("120", "60"):
        assert main(["course", "timing", "--words", words]) == 0
        printed.append(capsys.readouterr().out)
    assert "Assumed, not measured: 120 words" in printed[0]
    minutes = [int(next(x for x in text.splitlines() if x.startswith("| 02_")).split("|")[-2]) for text in printed]
    assert minutes[1] > minutes[0]


def test_a_syllabus_without_sessions_is_refused():
    with pytest.raises(DataError, match="no table of sessions"):
        sessions_of("# Syllabus")
