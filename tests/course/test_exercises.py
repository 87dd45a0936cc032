"""Every exercise accepts its solution and its equals, and tells the likely mistakes apart."""

from importlib import import_module

import numpy as np
import pytest

import mmviz as mm
from mmviz.course import EXERCISES
from mmviz.course.exercises import NOTEBOOKS

ANSWERS = {
    number: answers for name in NOTEBOOKS for number, answers in import_module(f"{name}_answers").ANSWERS.items()
}


def test_every_exercise_has_answers_here():
    assert set(ANSWERS) == set(EXERCISES)


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_is_right(number):
    names = {"np": np, "mm": mm} | dict(ANSWERS[number].names) | dict(ANSWERS[number].given)
    exec(EXERCISES[number].solution, names)  # noqa: S102
    verdict = mm.course.check(number, names["answer"], **ANSWERS[number].given)
    assert verdict, verdict


@pytest.mark.parametrize("number", EXERCISES)
def test_equivalent_answers_are_right(number):
    assert ANSWERS[number].equivalent
    for answer in ANSWERS[number].equivalent:
        verdict = mm.course.check(number, answer, **ANSWERS[number].given)
        assert verdict, (answer, verdict)
        assert verdict.right


@pytest.mark.parametrize("number", EXERCISES)
def test_three_or_more_mistakes_are_named(number):
    exercise, answers = EXERCISES[number], ANSWERS[number]
    named = {mistake.name: mistake.says for mistake in exercise.mistakes}
    assert len(named) == len(exercise.mistakes) >= 3
    assert set(answers.wrong) >= set(named), "each mistake is made once in a test"
    for name, answer in answers.wrong.items():
        verdict = mm.course.check(number, answer, **answers.given)
        assert not verdict
        assert verdict.mistake == name, (name, verdict)
        assert verdict.says == named.get(name, verdict.says)


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("nonsense", [None, "text", [], {}, object(), float("nan"), np.zeros((2, 3, 4)), lambda: 1])
def test_nonsense_gets_a_sentence(number, nonsense):
    verdict = mm.course.check(number, nonsense, **ANSWERS[number].given)
    assert not verdict
    assert len(verdict.says) > 20


@pytest.mark.parametrize("number", EXERCISES)
def test_the_words_of_an_exercise(number):
    exercise = EXERCISES[number]
    assert exercise.number == number
    assert len(set(exercise.hints)) == 3
    assert all(len(hint) > 20 for hint in exercise.hints)
    assert "answer =" in exercise.solution or "def answer" in exercise.solution
    texts = [*exercise.hints[:2], *(mistake.says for mistake in exercise.mistakes)]
    assert all("answer =" not in text for text in texts), "the solution is not given away early"
