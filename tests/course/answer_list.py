"""All answers of the tests, in groups: right forms of each exercise, hand-written and generated wrong answers; and what is reported of each."""

import functools
import warnings
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import xarray as xr

import mmviz as mm
from mmviz.course import EXERCISES
from mmviz.course.answers import FunctionParser, Match

FILES = sorted(path.stem for path in Path(__file__).parent.glob("*_answers.py") if path.stem != "course_answers")
ANSWERS = {number: answers for name in FILES for number, answers in import_module(name).ANSWERS.items()}


def solved(number):
    """Return the answer of the solution."""
    names = {"np": np, "mm": mm} | dict(ANSWERS[number].names) | dict(ANSWERS[number].given)
    exec(EXERCISES[number].solution, names)  # noqa: S102
    return names["answer"]


def right_forms(number):
    """Return right answers: the solution, the equivalent answers of the tests, and the solution in other types."""
    exercise, answer = EXERCISES[number], solved(number)
    forms = [answer, *ANSWERS[number].equivalent]
    if isinstance(exercise.parse, FunctionParser):
        return forms + _function_forms(answer, exercise.parse)
    value = np.asarray(exercise.parse(answer), dtype=np.float64)
    grad = torch.tensor(value, requires_grad=True)
    forms += [
        value,
        value.tolist(),
        torch.tensor(value),
        grad,
        xr.DataArray(value),
        [value],
        value[None],
        np.ma.array(value),
    ]
    if value.ndim == 0:
        forms += [
            np.array([value]),
            (float(value),),
            [[float(value)]],
            Fraction(float(value)),
            Decimal(repr(float(value))),
            [grad],
            complex(value),
        ]
        forms += [pd.Series([float(value)]), np.float64(value)]
    else:
        forms += [
            tuple(value.tolist()),
            list(torch.tensor(value)),
            list(grad),
            iter_free(value),
            list(map(Fraction, value.ravel().tolist())) if value.ndim == 1 else value,
        ]
        forms += [pd.Series(value) if value.ndim == 1 else pd.DataFrame(value) if value.ndim == 2 else value]
    names = getattr(exercise.parse, "names", ())
    if names:
        forms.append({(n if isinstance(n, str) else n[-1]): v for n, v in zip(names, value.tolist(), strict=True)})
    decimals = getattr(exercise.accepts, "decimals", None)
    if decimals is not None:
        forms += [np.round(value, decimals), np.round(value, decimals + 1).tolist(), value.astype(np.float32)]
    if (value == np.round(value)).all():
        forms += [
            value.astype(int),
            value.astype(np.int8) if np.abs(value).max() < 100 else value,
            torch.tensor(value).int(),
            value.astype(np.float32),
        ]
    return forms  # fmt: skip


def iter_free(value):
    """Return the rows as a tuple of arrays."""
    return tuple(np.asarray(row) for row in value)


def _function_forms(answer, parse):
    def wrapped(convert):
        def call(*arguments):
            output = answer(*arguments)
            return tuple(map(convert, output)) if parse.parts else convert(output)

        return call

    class Callable:
        def __call__(self, *arguments):
            return answer(*arguments)

    converts = (
        lambda v: torch.tensor(np.asarray(v)),
        lambda v: torch.tensor(np.asarray(v, dtype=float), requires_grad=True),
        lambda v: np.asarray(v).tolist(),
        lambda v: xr.DataArray(np.asarray(v)),
        lambda v: np.asarray(v, dtype=np.float64)[None],
        lambda v: np.ma.array(np.asarray(v)),
    )
    return [*map(wrapped, converts), functools.partial(answer), Callable(), wrapped(lambda v: v)]


def generated_wrong(number):
    """Return wrong answers made from the solution, where it is the only right value."""
    exercise = EXERCISES[number]
    if not isinstance(exercise.accepts, Match):
        return []
    if isinstance(exercise.parse, FunctionParser):
        return _wrong_functions(solved(number), exercise.parse)
    value = np.asarray(exercise.parse(solved(number)), dtype=np.float64)
    made = [
        2 * value,
        value / 2,
        -value,
        100 * value,
        value + 1,
        value - 1,
        1 - value,
        value**2,
        1.3 * value,
        0.2 * value,
        0 * value,
    ]
    with np.errstate(divide="ignore"):
        made += [value * np.log(2), 1 / value, np.sqrt(np.abs(value)) * 1.01, value - 0.7]
    if value.ndim == 0:
        return [*made, f"{100 * value:.1f}%", f"{value:.3f}", [float(value)] * 2, None, lambda: value]
    changed, made = (
        value.copy(),
        [*made, value[::-1], np.roll(value, 1), value.T, np.sort(value, None).reshape(value.shape), np.cumsum(value)],
    )
    changed.flat[-1] += 1
    made += [
        changed,
        value[:-1],
        value.flat[0],
        value / max(abs(value.sum()), 1e-9),
        str(value),
        list(value) + list(value),
        np.where(value == value.max(), 0, value),
    ]
    return made  # fmt: skip


def _wrong_functions(answer, parse):
    first = {"": None}

    def changed(change):
        def call(*arguments):
            output = answer(*arguments)
            return (change(output[0]), *output[1:]) if parse.parts else change(np.asarray(output, dtype=float))

        return call

    def constant(*arguments):
        return first.setdefault("output", answer(*arguments))

    def once(*arguments):
        first["calls"] = first.get("calls", 0) + 1
        return answer(*arguments) if first["calls"] == 1 else 1 / 0

    def swapped(*arguments):
        return answer(*arguments[::-1])

    changes = (
        lambda v: 2 * v,
        lambda v: -v,
        lambda v: v + 1,
        lambda v: v.T + 0.1 * np.abs(v).max(),
        lambda v: 1.3 * v,
        lambda v: v**2,
        lambda v: 0 * v,
    )
    made = [changed(change) for change in changes]
    output = answer(*parse.probes[0])
    return [*made, constant, once, swapped, lambda *_: None, lambda: 1, output[0] if parse.parts else output]


def _equal(number, answer):
    """Whether a generated answer is right after all, such as the reverse of a palindrome; computed without ``check``."""
    exercise = EXERCISES[number]
    try:
        if isinstance(exercise.parse, FunctionParser):
            found, right = (
                [np.asarray(v, float) for probe in exercise.parse.probes for v in _parts(f(*probe))]
                for f in (answer, solved(number))
            )
        else:
            shape = np.shape(exercise.parse(solved(number)))
            found, right = ([np.asarray(v, dtype=np.float64).reshape(shape)] for v in (answer, solved(number)))
        limit = 10.0 ** -(exercise.accepts.decimals or 6)
        return all(
            np.shape(f) == np.shape(r) and np.abs(f - r).max(initial=0) < limit
            for f, r in zip(found, right, strict=True)
        )
    except Exception:  # noqa: BLE001 - of another type or shape, or a function that raises: wrong
        return False  # fmt: skip


def _parts(output):
    return output if isinstance(output, tuple) else (output,)


def groups(number):
    """Return the wrong answers of an exercise by group."""
    answers = ANSWERS[number]
    made = (
        []
        if not isinstance(EXERCISES[number].accepts, Match)
        else [a for a in generated_wrong(number) if not _equal(number, a)]
    )
    return {"of a named mistake": list(answers.wrong.values()), "plausible": list(answers.plausible), "generated": made}  # fmt: skip


#: what a sentence names, from most to least specific
LEVELS = ("mistake", "type or shape", "relation", "place", "size only", "nothing")
_PLACES = {"entries", "call", "condition"}


def level(verdict):
    """Return what the sentence of a verdict on a wrong answer names."""
    if verdict.mistake == "format":
        return "type or shape"
    if verdict.mistake is not None:
        return "mistake"
    if verdict.difference is None:
        return "nothing"
    if verdict.difference == "size":
        return "size only"
    return "place" if verdict.difference in _PLACES else "relation"


def measured():
    """Return, for each exercise, how many right forms and wrong answers pass, and what is named of the wrong ones."""
    rows = {}
    for number in EXERCISES:
        given = ANSWERS[number].given
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the answers' own arithmetic
            right = [bool(mm.course.check(number, answer, **given)) for answer in right_forms(number)]
            wrong = {
                name: [mm.course.check(number, a, **given) for a in answers] for name, answers in groups(number).items()
            }
        rows[number] = {
            "right": len(right),
            "right_accepted": sum(right),
            "wrong_accepted": sum(bool(verdict) for verdicts in wrong.values() for verdict in verdicts),
            "wrong": {name: len(verdicts) for name, verdicts in wrong.items()},
            "named": {name: dict(Counter(map(level, verdicts))) for name, verdicts in wrong.items()},
        }
    return rows


def share(rows, names=("of a named mistake", "plausible")):
    """Return (number of wrong answers, share with a mistake, a type, a relation or a place named) over these groups."""
    counts = sum((Counter(row["named"].get(name, {})) for row in rows.values() for name in names), Counter())
    total = sum(counts.values())
    return total, 1 - (counts["size only"] + counts["nothing"]) / max(total, 1)
