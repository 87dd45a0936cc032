"""The seal of results: equal for equal numbers, to the digits asked for, and different for others."""

import numpy as np
import pytest

from mmviz.core.errors import ConfigError
from mmviz.course import seal


def test_last_digits_and_order_do_not_matter_and_others_do():
    one = seal(seed=0, accuracy=0.98123, phi=np.array([0.5, -0.25]))
    assert one == seal(seed=0, phi=[0.5, -0.2501], accuracy=np.float32(0.98124))
    assert one != seal(seed=0, accuracy=0.97123, phi=[0.5, -0.25])
    assert one != seal(seed=0, accuracy=0.98123, phi=[-0.25, 0.5])
    assert one != seal(seed=0, accuracy=0.98123, phi=[[0.5, -0.25]])
    assert one.startswith("seed 0 · results ")
    assert one.endswith("(accuracy, phi; 2 digits)")


def test_zero_has_no_sign_and_nan_is_a_result():
    assert seal(seed=1, x=0.0) == seal(seed=1, x=-0.0)
    assert seal(seed=1, x=float("nan")) != seal(seed=1, x=0.0)


def test_what_cannot_be_sealed_is_refused():
    with pytest.raises(ConfigError, match="no results"):
        seal(seed=0)
    with pytest.raises(ConfigError, match="name is str"):
        seal(seed=0, name="text")
    with pytest.raises(ConfigError, match="digits=0"):
        seal(seed=0, digits=0, x=1)
