"""Demonstrations: each is drawn at the ends of all its controls, and its numbers are those of the formula."""

import itertools

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.course import demonstrations
from mmviz.course.demonstrations import DEMONSTRATIONS


def ends(choice):
    return choice[:2] if isinstance(choice, tuple) else (choice[0], choice[-1])


@pytest.mark.parametrize("name", DEMONSTRATIONS)
def test_a_demonstration_is_drawn_at_all_ends_of_its_controls_with_finite_numbers(name):
    function, choices = DEMONSTRATIONS[name]
    for values in itertools.product(*map(ends, choices.values())):
        figure = function(**dict(zip(choices, values, strict=True)))
        drawn = [
            np.asarray(t.y if t.z is None else t.z, float) if t.type == "heatmap" else np.asarray(t.y, float)
            for t in figure.data
            if t.type != "bar"
        ]
        assert figure.data
        assert all(np.isfinite(y).any() for y in drawn)
        assert "nan" not in (figure.layout.title.text or "").lower()


@pytest.mark.parametrize("name", DEMONSTRATIONS)
def test_play_shows_its_controls_at_the_defaults_of_the_function(name):
    found = mm.course.play(name)
    assert set(found.values) == set(DEMONSTRATIONS[name][1])


def test_an_unknown_demonstration_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="two pulses"):
        mm.course.play("two pulse")


def by_name(figure):
    return {t.name: np.asarray(t.y, float) for t in figure.data if t.type == "scatter" and t.name}


def test_two_pulses_is_the_recurrence():
    lines = by_name(demonstrations.two_pulses(theta=1.5, decay=0.8, image_step=9))
    W, h, states = demonstrations.softmax_rows(1.5), np.zeros(3), []
    for t in range(50):
        h = 0.8 * (W @ h)
        h[0] += t == 5
        h[1] += t == 9
        states.append(h)
    for m, name in enumerate(demonstrations.NAMES):
        np.testing.assert_allclose(lines[name], np.array(states)[:, m], atol=1e-12)


def test_eigenvalues_scale_with_row_sum_and_decay():
    figure = demonstrations.eigenvalues(row_sum=2.0, decay=0.5, own_share=0.0)
    points = {t.name: np.asarray(t.x, float) + 1j * np.asarray(t.y, float) for t in figure.data}
    np.testing.assert_allclose(abs(points["cycle"]), 1, rtol=1e-9)
    np.testing.assert_allclose(sorted(points["equal rows"].real), [0, 0, 1], atol=1e-9)


def test_responses_are_equal_where_delta_is_constant_and_differ_where_it_is_not():
    constant, varied = (
        np.array([np.asarray(t.y, float) for t in demonstrations.one_kernel(spread=s).data[:4]]) for s in (0.0, 1.0)
    )
    assert np.ptp(constant, axis=0).max() < 1e-12
    assert np.ptp(varied, axis=0).max() > 0.05


def test_without_a_slope_of_the_gate_the_map_is_exact_and_with_one_it_may_have_the_wrong_sign():
    def change(slope):
        series = [
            (t.name, np.asarray(t.y, float)) for t in demonstrations.frozen_gates(gate_slope=slope).data if t.name
        ]
        return dict(series[2:])

    flat = change(0.0)
    np.testing.assert_allclose(flat["predicted by the map"], flat["actual"], atol=1e-12)
    steep = change(3.0)
    assert steep["predicted by the map"][20:].min() > 0 > steep["actual"][20:].max()


def test_shapley_values_of_two_are_the_means_over_both_orders():
    text = demonstrations.shapley_of_two(nothing=0.1, audio=0.7, image=0.3, both=0.8).to_json()
    for phi in (0.55, 0.15):
        assert f"+{phi:.3f}" in text
    assert "redundant" in text


def test_the_exact_plan_of_a_noiseless_copy_without_delay_is_the_diagonal():
    figure = demonstrations.transported(delay=0, noise=0.0)
    plans = [np.asarray(t.z, float) for t in figure.data if t.type == "heatmap"]
    np.testing.assert_allclose(plans[1], np.eye(12) / 12, atol=1e-9)
    assert 0 < plans[0][0, 1] < plans[0][0, 0]


def test_expected_scores_run_from_both_to_nothing():
    figure = demonstrations.missing_scores(rate=0.5, audio=0.7, image=0.3, both=0.8, nothing=0.1)
    line = by_name(figure)["expected score"]
    assert line[0] == pytest.approx(0.8)
    assert line[-1] == pytest.approx(0.1)
    assert line[20] == pytest.approx((0.8 + 0.7 + 0.3 + 0.1) / 4)
