"""Figures of the lessons: what is drawn are the numbers given; other shapes are refused."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import DataError

figures = mm.course.figures
NAMES = ("audio", "image", "text")


def series(figure):
    """Return name -> y of all lines."""
    return {t.name: np.asarray(t.y, float) for t in figure.data if t.type == "scatter" and t.name}


def test_coupled_states_has_the_weights_and_a_line_for_each_stream():
    W, states = torch.full((3, 3), 1 / 3), np.arange(12.0).reshape(3, 4)
    figure = figures.coupled_states(W, states, NAMES, note="two pulses")
    np.testing.assert_allclose(np.asarray(figure.data[0].z, float), 1 / 3, rtol=1e-6)
    lines = series(figure)
    for name, row in zip(NAMES, states, strict=True):
        np.testing.assert_array_equal(lines[name], row)


def test_stability_states_the_share_of_radii_above_one():
    figure = figures.stability([1.0, 10.0], [0.5, 1.5, 2.0, 0.9])
    text = figure.layout.title.text
    assert "50% of the states grow" in text
    assert "1e+01 at step 2" in text
    right = figure.data[1]
    np.testing.assert_array_equal(right.y, [2.0, 1.5, 0.9, 0.5])


def test_unit_disc_has_the_eigenvalues_of_every_matrix():
    turn = np.array([[0.0, -0.9], [0.9, 0.0]])
    figure = figures.unit_disc({"turn": turn, "all": np.ones((2, 2))})
    points = {t.name: t for t in figure.data}
    np.testing.assert_allclose(sorted(points["turn"].y), [-0.9, 0.9])
    np.testing.assert_allclose(points["turn"].x, 0, atol=1e-12)
    np.testing.assert_allclose(sorted(points["all"].x), [0, 2], atol=1e-12)
    assert "turn 0.9, all 2" in figure.layout.title.text


def test_pulse_responses_has_one_panel_for_each_stream():
    responses = np.arange(24.0).reshape(2, 3, 4)
    figure = figures.pulse_responses(responses, (1, 5, 9), NAMES[:2])
    drawn = [np.asarray(t.y, float) for t in figure.data]
    np.testing.assert_array_equal(drawn, responses.reshape(6, 4))
    assert {t.name for t in figure.data} == {"pulse at 1", "pulse at 5", "pulse at 9"}


def test_matrices_are_blank_above_the_diagonal():
    K = np.arange(1.0, 10).reshape(3, 3)
    figure = figures.operator_matrices(K, np.full((3, 3), 0.2))
    left, right = (np.asarray(t.z, float) for t in figure.data[:2])
    assert np.isnan(left[0, 1:]).all()
    np.testing.assert_array_equal(left[2], K[2])
    assert np.isnan(right[1, 2])


def test_influence_blocks_are_decades_below_the_largest():
    influence = np.zeros((2, 3, 2, 3))
    influence[1, 2, 0, 1], influence[0, 0, 0, 0] = -1.0, 0.01
    figure = figures.influence_blocks(influence, NAMES[:2])
    z = np.asarray(figure.data[0].z, float)
    assert z[5, 1] == 0
    assert z[0, 0] == pytest.approx(-2)
    assert np.isnan(z[3, 3])


def test_lines_by_lag_and_of_gates_are_the_given_ones():
    lines = series(figures.influence_by_lag([1, 0.5], [0, 0.1], [1, 0.7]))
    np.testing.assert_array_equal(lines["sum of all streams"], [1, 0.7])
    np.testing.assert_array_equal(lines["the source itself"], [1, 0.5])
    figure = figures.frozen_and_free([1.0, 2.0], [0.0, 0.3], [0.0, -0.2])
    drawn = [(t.name, list(t.y)) for t in figure.data if t.name]
    assert ("before", [1.0, 2.0]) in drawn
    assert ("actual", [1.0, 1.8]) in drawn
    assert ("predicted by the map", [0.0, 0.3]) in drawn
    assert ("actual", [0.0, -0.2]) in drawn


def test_tables_bands_and_bars_have_the_given_numbers():
    table = figures.score_table({"a": [0.1, 0.2], "b": [0.3, 0.4]}, ("x", "y"), title="t")
    np.testing.assert_array_equal(np.asarray(table.data[0].z, float), [[0.1, 0.2], [0.3, 0.4]])
    bands = figures.shares_by_delay([0, 5], {"relaxed": [[0.5, 0.4, 0.6], [0.2, 0.1, 0.3]]})
    np.testing.assert_array_equal(series(bands)["relaxed"], [0.5, 0.2])
    bars = figures.named_scores({"watch <b>": 0.25, "phone": 0.5}, title="scores")
    np.testing.assert_array_equal(np.concatenate([np.atleast_1d(t.x) for t in bars.data]), [0.25, 0.5])
    assert "&lt;b&gt;" in bars.to_json()


def test_curves_by_length_draws_curves_points_and_a_limit():
    figure = figures.curves_by_length(
        [100, 200],
        {"scan": [1, 1]},
        title="Memory",
        unit="bytes",
        limit=(5.0, "full"),
        points={"printed": ([100], [3])},
    )
    lines = series(figure)
    np.testing.assert_array_equal(lines["scan"], [1, 1])
    np.testing.assert_array_equal(lines["printed"], [3])
    assert any("full" in (a.text or "") for a in figure.layout.annotations)


def test_an_image_strip_is_the_images_side_by_side():
    figure = figures.image_strip([np.zeros((2, 3)), np.ones((2, 3))])
    assert np.asarray(figure.data[0].z).shape == (2, 6)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: figures.coupled_states(np.ones((2, 2)), np.ones((3, 4)), NAMES),
        lambda: figures.pulse_responses(np.ones((2, 4)), (1, 2), NAMES[:2]),
        lambda: figures.score_table({"a": [1.0]}, ("x", "y"), title="t"),
        lambda: figures.influence_by_lag([[1.0]], [1.0], [1.0]),
    ],
)
def test_arrays_of_another_shape_are_refused_with_both_shapes(wrong):
    with pytest.raises(DataError, match=r"got an array of shape .*expected"):
        wrong()
