"""The stored list of answers to all exercises: every right form passes, no wrong answer does, and most wrong ones get a specific sentence."""

import json
from pathlib import Path

import pytest
from answer_list import measured, share

STORED = Path(__file__).parents[1] / "bars" / "course_feedback.json"


@pytest.fixture(scope="module")
def rows():
    return measured()


def test_every_right_form_of_an_answer_is_accepted(rows):
    assert sum(row["right"] for row in rows.values()) >= 150
    assert {number: row["right"] - row["right_accepted"] for number, row in rows.items() if row["right"] != row["right_accepted"]} == {}  # fmt: skip


def test_no_wrong_answer_of_the_list_is_accepted(rows):
    assert share(rows)[0] >= 300
    assert {number: row["wrong_accepted"] for number, row in rows.items() if row["wrong_accepted"]} == {}


@pytest.mark.parametrize("group", ["plausible", "of a named mistake", "generated"])
def test_the_sentence_about_at_least_85_percent_of_wrong_answers_names_a_mistake_a_relation_or_a_place(rows, group):
    total, specific = share(rows, (group,))
    assert total >= 50
    assert specific >= 0.85


def test_the_stored_figures_are_those_of_this_list(rows):
    assert json.loads(STORED.read_text())["exercises"] == rows
