"""Feedback on answers: check, hint and solution, and how answers are parsed and compared."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.course.answers import is_close, matches_function, parse_array, parse_function, parse_number
from mmviz.course.exercise import AnswerFormatError

RESULT = {"joint": [0.1, 0.9, 0.3, 1.0], "ogm_ge": [0.1, 0.6, 0.35, 0.8]}


def test_check_without_an_answer_states_that_there_is_none_and_names_no_mistake():
    verdict = mm.course.check("6.5", ..., result=RESULT)
    assert not verdict
    assert verdict.mistake is None
    assert "no answer yet" in repr(verdict)
    assert repr(verdict).startswith("✗ 6.5")


def test_the_third_hint_refers_to_the_solution_and_a_fourth_is_refused():
    assert [mm.course.hint("6.5", k).split(":")[0] for k in (1, 2, 3)] == [f"Hint {k} of 3" for k in (1, 2, 3)]
    assert "solution" in mm.course.hint("6.5", 3)
    assert "answer =" in mm.course.solution("6.5")
    with pytest.raises(ConfigError, match="hints 1 to 3"):
        mm.course.hint("6.5", 4)


def test_check_of_an_unknown_number_suggests_the_nearest():
    with pytest.raises(ConfigError, match=r"did you mean '6\.5'"):
        mm.course.check("6.51", 1)
    with pytest.raises(ConfigError, match="write it as a string"):
        mm.course.check(6.5, 1)


def test_check_names_the_variables_that_the_notebook_must_pass():
    with pytest.raises(ConfigError, match="result=result"):
        mm.course.check("6.5", [1, 2])


def test_check_accepts_torch_tensors_and_xarray_arrays():
    import torch
    import xarray as xr

    for answer in (torch.tensor([0.075, 0.275], requires_grad=True), xr.DataArray([0.075, 0.275])):
        assert mm.course.check("6.5", answer, result=RESULT)


def test_parse_number_accepts_any_value_of_one_element_and_refuses_others():
    assert parse_number(3) == parse_number([[3.0]]) == parse_number(np.float32(3)) == 3.0
    for bad, message in (
        ([1, 2], "2 values"),
        ("three", "text 'three'"),
        (float("inf"), "not finite"),
        (abs, "function"),
    ):
        with pytest.raises(AnswerFormatError, match=message):
            parse_number(bad)


def test_parse_array_refuses_another_shape_and_names_both():
    assert parse_array(2, None)(np.ones((2, 5))).shape == (2, 5)
    with pytest.raises(AnswerFormatError, match=r"of shape 3 by any, got shape \(2, 5\)"):
        parse_array(3, None)(np.ones((2, 5)))


def test_parse_function_copies_the_probes_and_reports_errors_of_the_function():
    probe = np.arange(3.0)
    seen = parse_function((probe,))(lambda x: x.__imul__(2))
    assert np.array_equal(seen[0], [0, 2, 4])
    assert np.array_equal(probe, [0, 1, 2])
    with pytest.raises(AnswerFormatError, match="ZeroDivisionError"):
        parse_function((1,))(lambda x: x / 0)
    with pytest.raises(AnswerFormatError, match="expected a function, got a int"):
        parse_function((1,))(1)


def test_is_close_is_relative_to_the_largest_value_and_never_broadcasts():
    assert is_close([1000.0, 1e-4], np.array([1000.0, 0.0]))
    assert not is_close(1.0, np.ones(2))
    assert not is_close([1.0, float("nan")], np.ones(2))
    assert matches_function(np.square, (2.0,))([np.float64(4.0)])
    assert not matches_function(np.square, (2.0,), (3.0,))([np.float64(4.0)])


def test_a_value_is_accepted_in_every_usual_form():
    from decimal import Decimal
    from fractions import Fraction

    import pandas as pd
    import torch
    import xarray as xr

    forms = (
        0.5, np.float16(0.5), np.array(0.5), [0.5], (0.5,), [[0.5]], np.array([0.5]), Fraction(1, 2), Decimal("0.5"), torch.tensor(0.5),
        torch.tensor([0.5], dtype=torch.bfloat16), torch.tensor(0.5, requires_grad=True), [torch.tensor(0.5, requires_grad=True)],
        xr.DataArray(0.5), pd.Series([0.5]), complex(0.5, 0.0), np.ma.array([0.5]), {"a": 0.5}.values(),
    )  # fmt: skip
    assert [parse_number(form) for form in forms] == [0.5] * len(forms)
    rows = ([1, 2], (3, 4))
    matrices = (
        rows, np.array(rows, dtype=np.int8), np.array(rows, dtype=np.uint16), torch.tensor(rows), pd.DataFrame(rows), xr.DataArray(np.array(rows)),
        [torch.tensor([1.0, 2.0], requires_grad=True), np.array([3, 4])], [range(1, 3), [Fraction(3), Decimal(4)]],
    )  # fmt: skip
    for matrix in matrices:
        assert np.array_equal(parse_array(2, 2)(matrix), [[1, 2], [3, 4]])
    assert parse_array(3)([[1, 2, 3]]).shape == parse_array(3)([[1], [2], [3]]).shape == (3,)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("62.5%", "write a share, such as 0.5 for 50 %"),
        ("0.625", "write them without quotes"),
        (True, "got True"),
        (None, "got None"),
        ({"a": 1, "b": 2}, "got a dict"),
        ({1, 2}, "got a set: use a list"),
        ((x for x in (1, 2)), r"write list\(...\) around it"),
        ([[1, 2], [3]], r"rows of shape \(1,\) and \(2,\)"),
        (1 + 2j, "complex"),
        ([1, 2, 3, 4], "arrange them by .reshape"),
        (np.ones((2, 2, 1, 3)), "got shape"),
        (np.ma.array([[1.0, 2], [3, 4]], mask=[[1, 0], [0, 0]]), "1 of 4 values are not finite"),
    ],
)
def test_a_value_of_another_type_is_refused_by_a_sentence(bad, message):
    with pytest.raises(AnswerFormatError, match=message):
        parse_array(2, 2)(bad)


def test_an_array_with_names_is_accepted_as_a_dict_in_any_order():
    parse = parse_array(2, names=("image", ("sound", "audio")))
    for form in ({"image": 1, "sound": 2}, {"audio": 2, "image": 1}, [1, 2]):
        assert np.array_equal(parse(form), [1, 2])
    for bad in ({"image": 1}, {"image": 1, "text": 2}, {"image": 1, "sound": 2, "audio": 3}):
        with pytest.raises(AnswerFormatError, match="expected the keys 'image', 'sound'"):
            parse(bad)


def test_parse_function_names_the_call_that_fails():
    parse = parse_function((2, np.ones(3)), (3, np.ones(9)))
    for function, message in (
        (lambda M, x: 1 / (M - 3), r"ZeroDivisionError: .*, for M = 3, x of shape \(9,\)"),
        (lambda M, x: None, r"returned None, for M = 2, x = \[1.0, 1.0, 1.0\]"),
        (lambda M: M, "the function takes 1 argument, the exercise calls it with 2"),
        (lambda M, x: "a", "output of the function, for M = 2"),
        (lambda M, x: float("nan"), "not finite"),
    ):
        with pytest.raises(AnswerFormatError, match=message):
            parse(function)
    pair = parse_function((1,), parts=("the matrix", "the vector"))
    with pytest.raises(AnswerFormatError, match=r"expected 2 results \(the matrix, the vector\), got 3"):
        pair(lambda x: (x, x, x))


def test_a_wrong_answer_without_a_known_mistake_gets_its_difference():
    verdict = mm.course.check("4.4", 2 * 0.7924812503605781 / 3)
    assert (verdict.correct, verdict.mistake, verdict.difference) == (False, None, "ratio")
    assert verdict.message == "your number is 2/3 of the expected one."
    verdict = mm.course.check("4.4", 0.9)
    assert verdict.difference == "size"
    assert "mm.course.hint('4.4')" in verdict.message
