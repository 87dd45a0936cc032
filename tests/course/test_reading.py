"""Answers are read for what they are, or refused with a sentence."""

import numpy as np
import pytest

from mmviz.course.comparing import does, near
from mmviz.course.exercise import UnreadableError
from mmviz.course.reading import a_function, a_number, an_array


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
