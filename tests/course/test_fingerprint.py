"""Result fingerprint: equal for results that agree to the given digits, different for others."""

import numpy as np
import pytest

from mmviz.core.errors import ConfigError
from mmviz.course import fingerprint


def test_the_fingerprint_ignores_order_and_last_digits_and_depends_on_values_shapes_and_names():
    one = fingerprint(seed=0, accuracy=0.98123, phi=np.array([0.5, -0.25]))
    assert one == fingerprint(seed=0, phi=[0.5, -0.2501], accuracy=np.float32(0.98124))
    assert one != fingerprint(seed=0, accuracy=0.97123, phi=[0.5, -0.25])
    assert one != fingerprint(seed=0, accuracy=0.98123, phi=[-0.25, 0.5])
    assert one != fingerprint(seed=0, accuracy=0.98123, phi=[[0.5, -0.25]])
    assert one.startswith("seed 0 · results ")
    assert one.endswith("(accuracy, phi; 2 digits)")


def test_the_fingerprint_of_minus_zero_equals_that_of_zero_and_nan_is_a_value():
    assert fingerprint(seed=1, x=0.0) == fingerprint(seed=1, x=-0.0)
    assert fingerprint(seed=1, x=float("nan")) != fingerprint(seed=1, x=0.0)


def test_fingerprint_refuses_no_results_text_and_zero_digits():
    with pytest.raises(ConfigError, match="no results"):
        fingerprint(seed=0)
    with pytest.raises(ConfigError, match="result 'name' is a str"):
        fingerprint(seed=0, name="text")
    with pytest.raises(ConfigError, match="digits=0"):
        fingerprint(seed=0, digits=0, x=1)
