"""The figure of the benchmark of methods: order, left-out methods, and what it refuses."""

import numpy as np
import pytest
from figure_examples import method_differences

from mmviz import plots
from mmviz.core.errors import DataError


def test_methods_stand_in_the_order_of_their_gain_in_the_weak_modality():
    given = method_differences()
    frame = plots.benchmark_frame(given)
    assert (np.diff(frame["weak"]) <= 0).all()
    for name in given["strategy"].values:
        assert float(frame["score"].sel(strategy=name)) == float(given["score"].sel(strategy=name))


def test_methods_without_a_result_are_named_under_the_title():
    assert "no result: MMCosine" in plots.plot_benchmark(method_differences()).layout.title.text


def test_a_missing_interval_is_refused():
    with pytest.raises(DataError, match="weak_low"):
        plots.benchmark_frame(method_differences().drop_vars("weak_low"))
