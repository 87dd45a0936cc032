"""Feedback on answers: check, hint and solution, and how answers are parsed and compared."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.course.answers import a_function, a_number, an_array, does, near
from mmviz.course.exercise import UnreadableError

RESULT = {"joint": [0.1, 0.9, 0.3, 1.0], "ogm_ge": [0.1, 0.6, 0.35, 0.8]}


def test_no_answer_yet_is_said_and_no_mistake():
    verdict = mm.course.check("6.1", ..., result=RESULT)
    assert not verdict
    assert verdict.mistake is None
    assert "no answer yet" in repr(verdict)
    assert repr(verdict).startswith("✗ 6.1")


def test_hints_lead_to_the_solution():
    assert [mm.course.hint("6.1", k).split(":")[0] for k in (1, 2, 3)] == [f"Hint {k} of 3" for k in (1, 2, 3)]
    assert "solution" in mm.course.hint("6.1", 3)
    assert "answer =" in mm.course.solution("6.1")
    with pytest.raises(ConfigError, match="hints 1 to 3"):
        mm.course.hint("6.1", 4)


def test_an_unknown_number_names_the_nearest():
    with pytest.raises(ConfigError, match=r"did you mean '6\.1'"):
        mm.course.check("6.11", 1)
    with pytest.raises(ConfigError, match="write it as a string"):
        mm.course.check(6.1, 1)


def test_what_the_notebook_should_hand_over_is_asked_for_by_name():
    with pytest.raises(ConfigError, match="result=result"):
        mm.course.check("6.1", [1, 2])


def test_values_are_read_from_torch_and_xarray_too():
    import torch
    import xarray as xr

    for answer in (torch.tensor([0.075, 0.275], requires_grad=True), xr.DataArray([0.075, 0.275])):
        assert mm.course.check("6.1", answer, result=RESULT)


def test_a_number_comes_from_anything_of_one_element():
    assert a_number(3) == a_number([[3.0]]) == a_number(np.float32(3)) == 3.0
    for bad, says in (([1, 2], "2 values"), ("three", "str"), (float("inf"), "not finite"), (abs, "function")):
        with pytest.raises(UnreadableError, match=says):
            a_number(bad)


def test_shapes_are_told():
    assert an_array(2, None)(np.ones((2, 5))).shape == (2, 5)
    with pytest.raises(UnreadableError, match=r"3 by any is asked for; this has shape \(2, 5\)"):
        an_array(3, None)(np.ones((2, 5)))


def test_a_function_cannot_spoil_the_probes_and_its_errors_are_told():
    probe = np.arange(3.0)
    seen = a_function((probe,))(lambda x: x.__imul__(2))
    assert np.array_equal(seen[0], [0, 2, 4])
    assert np.array_equal(probe, [0, 1, 2])
    with pytest.raises(UnreadableError, match="ZeroDivisionError"):
        a_function((1,))(lambda x: x / 0)
    with pytest.raises(UnreadableError, match="a function is asked for; this is a int"):
        a_function((1,))(1)


def test_near_is_relative_to_the_largest_and_never_broadcasts():
    assert near([1000.0, 1e-4], np.array([1000.0, 0.0]))
    assert not near(1.0, np.ones(2))
    assert not near([1.0, float("nan")], np.ones(2))
    assert does(np.square, (2.0,))([np.float64(4.0)])
    assert not does(np.square, (2.0,), (3.0,))([np.float64(4.0)])
