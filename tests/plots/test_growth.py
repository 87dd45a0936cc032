"""The exponent of growth: exact for power laws, from the processor time, and never out of nothing."""

import numpy as np
import pytest
from figure_examples import grown

from mmviz import plots
from mmviz.errors import DataError


def test_the_exponent_of_a_power_law_is_its_power():
    frame = plots.growth_frame(grown())
    for name in ("exponent_of_milliseconds", "exponent_of_mebibytes"):
        np.testing.assert_allclose(frame[name], [[1, 1], [2, np.nan]], rtol=1e-12)
    for name in ("slope_of_milliseconds", "slope_of_mebibytes"):
        np.testing.assert_allclose(frame[name], [1, 2], rtol=1e-12)
    assert frame["until"].values.tolist() == [600, 1200]


def test_the_slope_is_that_of_the_best_line_through_what_was_measured():
    data = grown()
    data["cpu"] = data["cpu"] * [1, 3, 1]
    logs = np.log2(data["cpu"].values)
    frame = plots.growth_frame(data)
    np.testing.assert_allclose(
        frame["slope_of_milliseconds"], [(logs[0, 2] - logs[0, 0]) / 2, logs[1, 1] - logs[1, 0]], rtol=1e-12
    )
    alone = plots.growth_frame(data.where(data["length"] == 300))
    assert np.isnan(alone["slope_of_milliseconds"]).all()
    assert plots.plot_growth(data.where(data["length"] == 300)).data


def test_lengths_may_come_in_any_order_and_at_any_distance():
    data = grown().isel(length=[2, 0])
    np.testing.assert_allclose(plots.growth_frame(data)["exponent_of_mebibytes"][0], [1], rtol=1e-12)


def test_time_grows_as_the_processor_saw_it_where_that_is_known():
    data = grown()
    data["milliseconds"] = data["milliseconds"] * [1, 5, 1]  # somebody else was at work
    frame = plots.growth_frame(data)
    np.testing.assert_allclose(frame["exponent_of_milliseconds"][0], [1, 1], rtol=1e-12)
    without = plots.growth_frame(data.drop_vars("cpu"))
    np.testing.assert_allclose(without["exponent_of_milliseconds"][0], np.log2([10, 0.4]), rtol=1e-12)


def test_one_quantity_is_enough():
    figure = plots.plot_growth(grown()[["mebibytes"]])
    assert [trace.name for trace in figure.data] == ["coupled_mamba", "transformer"]
    assert {figure.layout.xaxis.type, figure.layout.yaxis.type} == {"log"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda d: d[["cpu"]], "expected milliseconds or mebibytes"),
        (lambda d: d.isel(length=[0]), "1 length; growth needs two"),
        (lambda d: d.assign(mebibytes=d["mebibytes"] * 0), "mebibytes holds 0.0; expected values above 0"),
    ],
)
def test_what_cannot_grow_is_refused(spoil, says):
    with pytest.raises(DataError, match=says):
        plots.growth_frame(spoil(grown()))
