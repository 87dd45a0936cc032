"""Feedback on answers: check, hint and solution, and how answers are parsed and compared."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.course.answers import is_close, matches_function, parse_array, parse_function, parse_number
from mmviz.course.exercise import AnswerFormatError

RESULT = {"joint": [0.1, 0.9, 0.3, 1.0], "ogm_ge": [0.1, 0.6, 0.35, 0.8]}


def test_check_without_an_answer_states_that_there_is_none_and_names_no_mistake():
    verdict = mm.course.check("6.1", ..., result=RESULT)
    assert not verdict
    assert verdict.mistake is None
    assert "no answer yet" in repr(verdict)
    assert repr(verdict).startswith("✗ 6.1")


def test_the_third_hint_refers_to_the_solution_and_a_fourth_is_refused():
    assert [mm.course.hint("6.1", k).split(":")[0] for k in (1, 2, 3)] == [f"Hint {k} of 3" for k in (1, 2, 3)]
    assert "solution" in mm.course.hint("6.1", 3)
    assert "answer =" in mm.course.solution("6.1")
    with pytest.raises(ConfigError, match="hints 1 to 3"):
        mm.course.hint("6.1", 4)


def test_check_of_an_unknown_number_suggests_the_nearest():
    with pytest.raises(ConfigError, match=r"did you mean '6\.1'"):
        mm.course.check("6.11", 1)
    with pytest.raises(ConfigError, match="write it as a string"):
        mm.course.check(6.1, 1)


def test_check_names_the_variables_that_the_notebook_must_pass():
    with pytest.raises(ConfigError, match="result=result"):
        mm.course.check("6.1", [1, 2])


def test_check_accepts_torch_tensors_and_xarray_arrays():
    import torch
    import xarray as xr

    for answer in (torch.tensor([0.075, 0.275], requires_grad=True), xr.DataArray([0.075, 0.275])):
        assert mm.course.check("6.1", answer, result=RESULT)


def test_parse_number_accepts_any_value_of_one_element_and_refuses_others():
    assert parse_number(3) == parse_number([[3.0]]) == parse_number(np.float32(3)) == 3.0
    for bad, message in (([1, 2], "2 values"), ("three", "str"), (float("inf"), "not finite"), (abs, "function")):
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
