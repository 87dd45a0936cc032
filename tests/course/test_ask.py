"""Checking, hints, solutions: what a reader of the notebooks types."""

import pytest

import mmviz as mm
from mmviz.errors import ConfigError

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
