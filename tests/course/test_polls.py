"""Polls: a click stores one line, counts are read back, files of several students are added."""

import pytest

import mmviz as mm
from mmviz.__main__ import main
from mmviz.core.errors import ConfigError, DataError


def test_a_click_stores_the_choice_disables_the_buttons_and_shows_the_counts(tmp_path):
    file = tmp_path / "polls.csv"
    mm.course.vote("02 half-life", "longer", file=file)
    box = mm.course.poll("02 half-life", "At θ = 0 & <b>?", ["shorter", "longer"], file=file)
    question, row, shown = box.children
    assert question.value == "At θ = 0 &amp; &lt;b>?"
    row.children[1].click()
    assert all(button.disabled for button in row.children)
    assert "longer   " + "█" * 40 + " 2" in shown.value
    assert "shorter   0" in shown.value
    assert mm.course.poll_counts("02 half-life", file=file) == {"longer": 2}
    assert mm.course.poll_counts("another", file=file) == {}
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "time,poll,choice"
    assert len(lines) == 3


def test_the_environment_variable_gives_the_file_of_a_class(tmp_path, monkeypatch):
    monkeypatch.setenv("MMVIZ_POLLS", str(tmp_path / "class.csv"))
    mm.course.vote("a", "=1+1")
    assert (tmp_path / "class.csv").read_text().endswith(",a,'=1+1\n"), "no formula in the file"


def test_the_command_adds_the_files_of_several_students(tmp_path, capsys):
    for student in ("one", "two"):
        mm.course.vote("02", "yes", file=tmp_path / f"{student}.csv")
    mm.course.vote("02", "no", file=tmp_path / "two.csv")
    assert main(["course", "polls", str(tmp_path / "one.csv"), str(tmp_path / "two.csv")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:3] == ["02: 3 votes", "yes  " + "█" * 40 + " 2", "no   " + "█" * 20 + " 1"]
    assert main(["course", "polls", str(tmp_path / "nothing.csv")]) == 1
    assert "mm.course.poll writes polls.csv" in capsys.readouterr().err


def test_a_poll_without_two_choices_and_a_file_of_another_kind_are_refused(tmp_path):
    for choices in (["yes"], ["yes", "yes"], []):
        with pytest.raises(ConfigError, match="two or more different choices"):
            mm.course.poll("a", "?", choices)
    (tmp_path / "other.csv").write_text("a,b\n")
    with pytest.raises(DataError, match=r"row 1: expected the columns time, poll, choice"):
        mm.course.poll_counts("a", file=tmp_path / "other.csv")
