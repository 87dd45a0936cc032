"""Every registered exercise accepts its solution and equivalent answers, and recognises its mistakes."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.course import EXERCISES

FILES = sorted(path.stem for path in Path(__file__).parent.glob("*_answers.py") if path.stem != "course_answers")
ANSWERS = {number: answers for name in FILES for number, answers in import_module(name).ANSWERS.items()}


def test_every_registered_exercise_has_test_answers():
    assert set(ANSWERS) == set(EXERCISES)


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_of_an_exercise_is_accepted(number):
    names = {"np": np, "mm": mm} | dict(ANSWERS[number].names) | dict(ANSWERS[number].given)
    exec(EXERCISES[number].solution, names)  # noqa: S102
    verdict = mm.course.check(number, names["answer"], **ANSWERS[number].given)
    assert verdict, verdict


@pytest.mark.parametrize("number", EXERCISES)
def test_equivalent_answers_are_accepted(number):
    assert ANSWERS[number].equivalent
    for answer in ANSWERS[number].equivalent:
        verdict = mm.course.check(number, answer, **ANSWERS[number].given)
        assert verdict, (answer, verdict)
        assert verdict.correct


@pytest.mark.parametrize("number", EXERCISES)
def test_at_least_three_wrong_answers_are_recognised_by_the_name_of_their_mistake(number):
    exercise, answers = EXERCISES[number], ANSWERS[number]
    named = {mistake.name: mistake.explanation for mistake in exercise.mistakes}
    assert len(named) == len(exercise.mistakes) >= 3
    assert set(answers.wrong) >= set(named), "each mistake is made once in a test"
    for name, answer in answers.wrong.items():
        verdict = mm.course.check(number, answer, **answers.given)
        assert not verdict
        assert verdict.mistake == name, (name, verdict)
        assert verdict.message == named.get(name, verdict.message)


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("nonsense", [None, "text", [], {}, object(), float("nan"), np.zeros((2, 3, 4)), lambda: 1])
def test_an_answer_of_a_wrong_type_gets_a_message_and_no_exception(number, nonsense):
    verdict = mm.course.check(number, nonsense, **ANSWERS[number].given)
    assert not verdict
    assert len(verdict.message) > 15


@pytest.mark.parametrize("number", EXERCISES)
def test_an_exercise_has_three_hints_and_no_text_gives_the_solution_away(number):
    exercise = EXERCISES[number]
    assert exercise.number == number
    assert len(set(exercise.hints)) == 3
    assert all(len(hint) > 20 for hint in exercise.hints)
    assert "answer =" in exercise.solution or "def answer" in exercise.solution
    texts = [*exercise.hints[:2], *(mistake.explanation for mistake in exercise.mistakes)]
    assert all("answer =" not in text for text in texts), "the solution is not given away early"


def test_register_adds_an_exercise_that_check_and_hint_find_and_refuses_a_second_one_with_its_number(monkeypatch):
    monkeypatch.setattr("mmviz.course.exercises.EXERCISES", dict(EXERCISES))
    new = replace(EXERCISES["6.5"], number="99.1")
    mm.course.register(new)
    assert mm.course.find("99.1") is new
    assert mm.course.check("99.1", ..., **ANSWERS["6.5"].given).number == "99.1"
    with pytest.raises(ConfigError, match=r"exercise '99\.1' exists"):
        mm.course.register(new)


def test_register_refuses_what_is_not_an_exercise():
    with pytest.raises(ConfigError, match=r"got a str, expected a mmviz\.course\.Exercise"):
        mm.course.register("2.3")
