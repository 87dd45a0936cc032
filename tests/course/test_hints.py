"""No hint is the solution: code in a hint, also written with mathematical signs, does not give an accepted answer."""

import ast
import inspect
import itertools
import math
import re
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest
from answer_list import ANSWERS, solved

import mmviz as mm
from mmviz.course import EXERCISES
from mmviz.course.editions import exercises_of

SIGNS = {"·": "*", "×": "*", "−": "-", "²": "**2", "^": "**", "√": "np.sqrt", "’": "'"}
FOLDER = Path(__file__).parents[2] / "notebooks"


def expressions(text):
    """Yield every part of a text that is an expression of Python with an operation."""
    for sign, code in SIGNS.items():
        text = text.replace(sign, code)
    words = re.sub(r"[`]", " ", text).split()
    for i, j in itertools.combinations(range(len(words) + 1), 2):
        if j - i > 25:
            continue
        part = " ".join(words[i:j]).strip(" .,:;?")
        try:
            tree = ast.parse(part, mode="eval")
        except (SyntaxError, ValueError):
            continue
        kinds = (ast.BinOp, ast.Call, ast.Subscript, ast.UnaryOp, ast.Compare, ast.Constant, ast.List, ast.Lambda)
        if any(isinstance(node, kinds) for node in ast.walk(tree)):
            yield part


def attempts(number, part):
    """Yield the answers that a reader can make of an expression by copying it."""
    names = (
        {"np": np, "mm": mm, "log": math.log, "log2": math.log2, "exp": math.exp, "sqrt": math.sqrt}
        | dict(ANSWERS[number].names)
        | dict(ANSWERS[number].given)
    )
    right = solved(number)
    texts = [part]
    if callable(right):
        texts = [f"lambda {', '.join(inspect.signature(right).parameters)}: {part}", part]
    for text in texts:
        try:
            yield eval(text, dict(names))  # noqa: S307
        except Exception:  # noqa: BLE001, S112 - names that the text does not define
            continue  # fmt: skip


def accepted(number, text):
    """Return the expressions of a text that are accepted as answers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            part
            for part in expressions(text)
            for answer in attempts(number, part)
            if mm.course.check(number, answer, **ANSWERS[number].given)
        ]


@pytest.mark.parametrize("number", EXERCISES)
def test_no_hint_contains_an_expression_that_is_accepted_as_the_answer(number):
    for hint in EXERCISES[number].hints:
        assert accepted(number, hint) == []


def test_the_search_finds_a_solution_within_a_sentence():
    assert accepted("2.4", "So the half-life is `np.log(2) / np.log(M)`, in steps.")
    assert accepted("2.4", "Then T = log(2) / log(M).")
    assert accepted("8.2", "Start there: lengths[-1] * np.sqrt(memory / peak[-1]).")
    assert accepted("3.5", "They are [12, 12, 4].")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.stem)
def test_no_cell_of_a_notebook_contains_the_code_of_a_solution(path):
    """Cheap: the last line of a solution, without spaces, is in no cell."""
    book = nbformat.read(path, as_version=4)
    text = "".join("".join(cell.source.split()) for cell in book.cells)
    for number in exercises_of(book):
        last = "".join(EXERCISES[number].solution.strip().splitlines()[-1].removeprefix("answer = ").split())
        assert last not in text or len(last) < 4, (number, last)


@pytest.mark.parametrize("number", EXERCISES)
def test_the_task_of_an_exercise_states_how_many_digits_are_needed_where_rounded_values_are_accepted(number):
    (path,) = FOLDER.glob(f"{int(number.split('.')[0]):02}_*.ipynb")
    book = nbformat.read(path, as_version=4)
    at = next(k for k, cell in enumerate(book.cells) if f'check("{number}"' in cell.source)
    task = " ".join(cell.source for cell in book.cells[max(at - 3, 0) : at])
    decimals = getattr(EXERCISES[number].accepts, "decimals", None)
    if decimals is not None:
        assert f"{('one', 'two', 'three')[decimals - 1]} decimal" in task, number
