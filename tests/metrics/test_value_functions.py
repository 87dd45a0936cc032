"""What an answer is worth to a game: each value function against its definition, and who has none."""

import inspect

import numpy as np
import pytest
from scipy.special import log_softmax

from mmviz.analysis import shapley as analysis_shapley
from mmviz.core.errors import ConfigError
from mmviz.metrics.shapley import shapley_values, subset_values


@pytest.fixture
def answers():
    rng = np.random.default_rng(3)
    return rng.normal(size=(6, 4, 3)) * 5, rng.integers(0, 3, 6)


def test_probability_and_negative_loss_are_those_of_the_softmax(answers):
    output, target = answers
    expected = np.stack([log_softmax(output[i], -1)[:, target[i]] for i in range(6)])
    np.testing.assert_allclose(subset_values("negative_loss", output, target), expected, atol=1e-12)
    np.testing.assert_allclose(subset_values("probability", output, target), np.exp(expected), atol=1e-12)


def test_accuracy_is_1_where_the_largest_output_is_the_true_class(answers):
    output, target = answers
    assert np.array_equal(subset_values("accuracy", output, target), output.argmax(-1) == target[:, None])


def test_the_sample_level_value_is_the_published_one_for_two_modalities():
    logits = np.array(
        [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]
    )  # nothing and audio, video, both: right, wrong, right, right
    game = subset_values("sample_level", logits[None], np.array([0]))[0]
    assert game.tolist() == [0, 0, 1, 2]
    v_a, v_v, v_av = game[1:]
    assert shapley_values(game).tolist() == [(v_a + v_av - v_v) / 2, (v_v + v_av - v_a) / 2]


def test_the_value_of_a_regression_is_minus_its_absolute_error():
    output = np.array([[[1.0], [2.5]], [[0.0], [-1.0]]])
    assert subset_values("negative_loss", output, np.array([2.0, -3.0])).tolist() == [[-1.0, -0.5], [-3.0, -2.0]]


def test_an_output_that_is_not_finite_has_value_nan_and_others_are_unaffected(answers):
    output, target = answers
    output[2, 1, 0] = np.nan
    for kind in ("accuracy", "probability", "negative_loss", "sample_level"):
        bad = np.isnan(subset_values(kind, output, target))
        assert bad[2, 1]
        assert bad.sum() == 1


@pytest.mark.parametrize(("kind", "outputs"), [("acuracy", 3), ("output", 3), ("accuracy", 1), ("probability", 1)])
def test_a_value_function_of_another_task_is_refused(kind, outputs):
    with pytest.raises(ConfigError, match="does not belong"):
        subset_values(kind, np.zeros((2, 4, outputs)), np.zeros(2, dtype=int))


def test_the_analysis_uses_the_same_formula():
    assert inspect.unwrap(analysis_shapley).__globals__["shapley_values"] is shapley_values
