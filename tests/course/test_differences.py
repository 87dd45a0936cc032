"""The sentence about a wrong answer is true, does not state the expected value, and names the kind of the difference."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmviz.course.answers import matches_function, matches_value, parse_array, parse_function, parse_number
from mmviz.course.differences import describe

E = np.array([[0.2, 1.7, -0.4], [3.1, 0.9, 2.3]])
SQUARE = np.array([[0.2, 1.7], [3.1, 0.9]])
LINE = np.array([0.31, 2.2, 0.57])


def of_value(answer, expected, **options):
    parse = parse_number if np.ndim(expected) == 0 else parse_array(*np.shape(expected))
    return describe(parse(answer), matches_value(lambda: expected, **options))


@pytest.mark.parametrize(
    ("answer", "expected", "kind", "words"),
    [
        (1.4, 0.7, "ratio", "your number is 2 times the expected one"),
        (0.35, 0.7, "ratio", "half of the expected one"),
        (70.0, 0.7, "percent", "100 times the expected one; a percentage is 100 times the share"),
        (0.7 * np.log(2), 0.7, "logarithm", "ln 2 = 0.693 times"),
        (-0.7, 0.7, "sign", "with the other sign"),
        (-1.4, 0.7, "ratio", "minus 2 times"),
        (1 / 0.7, 0.7, "reciprocal", "1 divided by the expected one"),
        (0.3, 0.7, "complement", "1 minus the expected one"),
        (0.49, 0.7, "square", "the square of"),
        (0.7**0.5, 0.7, "root", "the square root of"),
        (0.0, 0.7, "zero", "your number is 0; the expected one is not"),
        (0.79, 0.792481, "rounding", "right to 2 digits: give 7 digits"),
        (0.7914, 0.792481, "rounding", "nearly right: the difference is less than 0.2%"),
        (0.9, 0.7, "size", "too large, by less than a factor of 2"),
        (-0.9, 0.7, "sign", "negative; the expected one is not"),
        (7, 12, "size", "your number is too small."),
        (6, 12, "size", "your number is too small."),
        (2 * E, E, "ratio", "your values are 2 times the expected ones"),
        (-E, E, "sign", "with the other sign"),
        (LINE[::-1], LINE, "order", "in the reversed order"),
        (LINE[[1, 2, 0]], LINE, "order", "in another order"),
        (SQUARE.T, SQUARE, "transposed", "rows and columns exchanged"),
        (E + 0.25, E, "offset", "all too large by the same amount"),
        (abs(E), E, "sign", "but for the signs of some"),
        (LINE / LINE.sum(), LINE, "proportional", "times one factor; they sum to 1"),
        (E * [[1, 1, 1.5], [1, 2, 1]], E, "entries", "4 of 6 values are right; the first wrong one is [0, 2], -0.6: it is too small"),
    ],
)  # fmt: skip
def test_a_value_gets_the_sentence_of_its_difference(answer, expected, kind, words):
    found = of_value(answer, expected)
    assert found.kind == kind, found
    assert words in found.sentence


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", text)]


def holds(found, answer, expected):
    """Whether a sentence about two arrays is true, by its own words; written without the module's code."""
    a, e, text = np.asarray(answer, float), np.asarray(expected, float), found.sentence
    near = lambda x, y: np.allclose(x, y, rtol=0, atol=5e-3 * max(abs(np.asarray(y)).max(), 1e-30))  # noqa: E731
    minus = -1 if "minus" in text else 1
    if found.kind == "sign":
        return near(a, -e) or (a * e < 0).all() or ("some" in text and near(abs(a), abs(e)))
    if found.kind in ("ratio", "percent", "logarithm"):
        part = re.search(r"(half|a third|a quarter|[\d/]+) of|= ([\d.]+) times|(\d+) times", text)
        word = next(g for g in part.groups() if g)
        value = {"half": 0.5, "a third": 1 / 3, "a quarter": 0.25}.get(word) or eval(word)  # noqa: S307
        return near(a, minus * value * e)
    simple = {
        "reciprocal": lambda: near(a * e, np.ones_like(e)), "complement": lambda: near(a + e, np.ones_like(e)),
        "square": lambda: near(a, e * e), "root": lambda: near(a * a, e), "zero": lambda: (a == 0).all() and (e != 0).any(),
        "transposed": lambda: near(a.T, e), "order": lambda: near(np.sort(a, None), np.sort(e, None)),
        "offset": lambda: np.ptp(a - e) < 1e-2 * abs(a - e).max() and ("large" in text) == bool((a > e).all()),
        "proportional": lambda: np.linalg.matrix_rank(np.stack([a.ravel(), e.ravel()]), tol=5e-3 * abs(e).max() * max(1, abs(a).max())) <= 1,
    }  # fmt: skip
    if found.kind in simple:
        return bool(simple[found.kind]())
    if found.kind == "rounding":
        return bool((abs(a - e) <= 0.06 * abs(e).max()).all())
    if found.kind == "size":
        if "0, by" in text:
            return ("far" in text) == (abs(a) > abs(e))
        factor = max(abs(a), abs(e)) / max(min(abs(a), abs(e)), 1e-300)
        low, high = (1, 2) if "less" in text else (2, 10) if "between" in text else (10, np.inf)
        return ("large" in text) == bool(a > e) and ("factor" not in text or low * 0.999 <= factor <= high * 1.001)
    assert found.kind == "entries", found
    right = 0 if text.startswith("none") else int(text.split()[0])
    close = abs(a - e) <= 1e-6 * abs(e).max()
    where = tuple(np.argwhere(~close)[0])
    index = re.search(r"\[([\d, ]+)\]", text).group(1)
    return right == close.sum() and index == ", ".join(map(str, where)) and ("large" in text) == bool((a > e)[where])


few = st.sampled_from([-3.0, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 7.0, 0.731, 0.08, 41.7])
any_number = st.one_of(few, st.floats(-100, 100, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-6))


@settings(max_examples=600, deadline=None)
@given(answer=any_number, expected=any_number)
def test_the_sentence_about_any_wrong_number_is_true(answer, expected):
    match = matches_value(lambda: expected)
    if not match(answer):
        found = describe(answer, match)
        assert holds(found, answer, expected), found


@settings(max_examples=600, deadline=None)
@given(data=st.data(), shape=st.sampled_from([(2,), (3,), (2, 2), (2, 3)]))
def test_the_sentence_about_any_wrong_array_is_true(data, shape):
    size = int(np.prod(shape))
    draw = lambda: np.array(data.draw(st.lists(any_number, min_size=size, max_size=size))).reshape(shape)  # noqa: E731
    expected, change = draw(), data.draw(st.sampled_from(["any", "flip", "times", "plus", "sign", "some", "power"]))
    answer = {
        "any": draw, "flip": lambda: expected.ravel()[::-1].reshape(shape), "times": lambda: data.draw(few) * expected,
        "plus": lambda: expected + data.draw(few), "sign": lambda: abs(expected), "power": lambda: expected**2,
        "some": lambda: np.where(draw() > 0, expected, draw()),
    }[change]()  # fmt: skip
    match = matches_value(lambda: expected)
    if not match(answer):
        found = describe(answer, match)
        assert holds(found, answer, expected), (found, answer, expected)


def of_function(answer, function, *probes, parts=()):
    return describe(parse_function(*probes, parts=parts)(answer), matches_function(function, *probes))


def half_life(M):
    return np.log(2) / np.log(M)


CALLS = ((2,), (3,), (5,))


def changes_in_place(x):
    x *= 3
    return x


@pytest.mark.parametrize(
    ("answer", "function", "probes", "kind", "words"),
    [
        (lambda M: M * half_life(M), half_life, CALLS, "argument", "the outputs are M times the expected ones"),
        (lambda n: half_life(n) / n, half_life, CALLS, "argument", "1/n of the expected ones"),
        (lambda M: 2 * half_life(M), half_life, CALLS, "ratio", "the outputs are 2 times the expected ones"),
        (lambda M: half_life(M) + 1, half_life, CALLS, "offset", "all too large by the same amount"),
        (lambda M: 1.0 if M == 2 else 0.5, half_life, CALLS, "call", "for M = 3 the output 0.5 is too small; for M = 2 the function is right"),
        (lambda M: M, half_life, CALLS, "call", "for M = 2 the output 2 is too large; none of the 3 calls is right"),
        (lambda M: 0.7, half_life, CALLS, "constant", "the output is the same for all arguments"),
        (lambda M: 0.69 / np.log(M), half_life, CALLS, "rounding", "right to 1%: do not round constants"),
        (lambda M: 0.0, half_life, CALLS, "zero", "all outputs are 0"),
        (lambda M: [half_life(M), 1], half_life, CALLS, "shape", "for M = 2 the output is of shape (2,), expected one number"),
        (lambda W: W, lambda W: W.T, ((SQUARE,), (2 * SQUARE,)), "transposed", "rows and columns exchanged"),
        (lambda W: W, lambda W: W.T, ((E,),), "transposed", "rows and columns of the output are exchanged"),
        (lambda x: x.sum(), lambda x: x.mean(), ((LINE,), (LINE[:2],)), "argument", "the outputs are len(x) times"),
        (changes_in_place, lambda x: 2 * x, ((LINE,),), "ratio", "changes x in place: work on a copy"),
    ],
)  # fmt: skip
def test_a_function_gets_the_sentence_of_its_difference(answer, function, probes, kind, words):
    found = of_function(answer, function, *probes)
    assert found.kind == kind, found
    assert words in found.sentence, found


def test_of_a_pair_of_results_the_right_one_is_named():
    right = lambda x: (x * 2, x.sum())  # noqa: E731
    found = of_function(lambda x: (x * 2, x.sum() * 3), right, (LINE,), parts=("the vector", "the sum"))
    assert found.sentence == "the sum: the outputs are 3 times the expected ones; the vector is right."
    found = of_function(lambda x: (x, x.sum()), right, (LINE,), parts=("the vector", "the sum"))
    assert found.sentence == "the vector: the outputs are half of the expected ones; the sum is right."


def test_no_sentence_contains_the_expected_value():
    rng = np.random.default_rng(0)
    for _ in range(300):
        expected = round(float(rng.uniform(-50, 50)), 3)
        for answer in (*rng.uniform(-50, 50, 3), expected * 1.3, expected + 1, 2.0, 1.0):
            said = of_value(float(answer), expected).sentence
            assert all(abs(n - abs(expected)) > 1e-9 for n in numbers(said)), (said, expected)
