"""Additive projection of a function on all combinations: closed forms, least squares, and the mean of every slice."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmviz.core.errors import ConfigError
from mmviz.metrics import additive_projection, interaction_share, main_effects, marginal_predictions
from mmviz.metrics.additive import paired, paired_additive

SHAPES = st.tuples(st.integers(2, 3), st.integers(2, 4), st.integers(1, 2), st.integers(0, 999))


def grid_of(modalities, samples, outputs, seed):
    return np.random.default_rng(seed).normal(size=(*(samples,) * modalities, outputs))


@settings(max_examples=40, deadline=None)
@given(SHAPES)
def test_the_projection_is_idempotent_and_keeps_the_mean_of_every_slice(shape):
    f = grid_of(*shape)
    found = additive_projection(f)
    np.testing.assert_allclose(additive_projection(found), found, atol=1e-12)
    for one, other in zip(main_effects(f), main_effects(found), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(SHAPES)
def test_the_projection_is_the_additive_function_of_least_squares(shape):
    f = grid_of(*shape)
    modalities, samples = f.ndim - 1, len(f)
    cells = list(itertools.product(range(samples), repeat=modalities))
    design = np.array([[float(cell[m] == i) for m in range(modalities) for i in range(samples)] for cell in cells])
    fitted = design @ np.linalg.lstsq(design, f.reshape(len(cells), -1), rcond=None)[0]
    np.testing.assert_allclose(additive_projection(f).reshape(fitted.shape), fitted, atol=1e-10)


@pytest.mark.parametrize("modalities", [2, 3, 4])
def test_an_additive_function_is_unchanged_and_has_no_interaction(modalities):
    rng = np.random.default_rng(0)
    f = sum(
        rng.normal(size=(5, 2)).reshape(*(5 if k == m else 1 for k in range(modalities)), 2) for m in range(modalities)
    )
    f = np.broadcast_to(f, (*(5,) * modalities, 2))
    np.testing.assert_allclose(additive_projection(f), f, atol=1e-12)
    assert interaction_share(f) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(paired_additive(f), paired(f), atol=1e-12)


@pytest.mark.parametrize("modalities", [2, 3])
def test_the_parity_of_balanced_bits_is_projected_to_0_and_is_all_interaction(modalities):
    bits = np.tile([-1.0, 1.0], 3)
    f = np.ones((6,) * modalities)
    for m in range(modalities):
        f = f * bits.reshape(*(6 if k == m else 1 for k in range(modalities)))
    assert np.abs(additive_projection(f[..., None])).max() == 0
    assert interaction_share(f[..., None]) == 1


def test_500_unbalanced_samples_of_xor_are_projected_close_to_0():
    a, b = np.random.default_rng(0).integers(0, 2, (2, 500))
    f = np.where(a[:, None] ^ b, 1.0, -1.0)[..., None]
    assert 0 < np.abs(paired_additive(f)).max() <= 0.16
    first, second = (1 - 2 * a).mean() ** 2, (1 - 2 * b).mean() ** 2
    assert interaction_share(f) == pytest.approx((1 - first) * (1 - second) / (1 - first * second), abs=1e-12)


def test_marginal_predictions_of_a_coalition_are_means_over_the_others():
    f = grid_of(3, 4, 2, 1)
    found = marginal_predictions(f)
    assert found.shape == (4, 8, 2)
    np.testing.assert_allclose(found[:, 0], np.broadcast_to(f.mean((0, 1, 2)), (4, 2)))
    np.testing.assert_allclose(found[2, 7], f[2, 2, 2])
    np.testing.assert_allclose(found[1, 0b101], f[1, :, 1].mean(0))
    np.testing.assert_allclose(found[3, 0b010], f[:, 3].mean((0, 1)))


def test_a_constant_function_has_no_share_and_grids_of_other_shapes_are_refused():
    assert np.isnan(interaction_share(np.full((3, 3, 2), 7.3)))
    for bad in (np.zeros(3), np.zeros((0, 3, 1))):
        with pytest.raises(ConfigError, match="one dimension for each modality"):
            additive_projection(bad)
    with pytest.raises(ConfigError, match="as many samples of each modality"):
        paired(np.zeros((3, 4, 1)))
