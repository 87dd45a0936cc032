"""Shapley values, interactions and Owen values against shapiq, shap and captum, on random games."""

import warnings
from itertools import combinations, permutations

import numpy as np
import pytest
import torch

from mmviz.analysis import interaction_index, moebius, owen_values, shapley_values

shapiq = pytest.importorskip("shapiq", reason="shapiq is not installed: pip install -e '.[dev]'")
shap = pytest.importorskip("shap", reason="shap is not installed: pip install -e '.[explain]'")
attr = pytest.importorskip("captum.attr", reason="captum is not installed: pip install -e '.[explain]'")


def random_game(players, seed=0):
    return np.random.default_rng([players, seed]).normal(size=2**players)


def look_up(game):
    """Return the game as a function of rows of masks."""
    return lambda masks: game[(np.asarray(masks) > 0.5) @ (1 << np.arange(np.shape(masks)[1]))]


def exact(game):
    players = len(game).bit_length() - 1
    return shapiq.ExactComputer(look_up(game), n_players=players)


@pytest.mark.parametrize("players", range(1, 7))
def test_shapley_values_are_those_of_shapiq(players):
    game = random_game(players)
    found = exact(game)("SV")
    np.testing.assert_allclose(shapley_values(game), [found[(i,)] for i in range(players)], atol=1e-12)


@pytest.mark.parametrize("players", range(1, 7))
def test_shapley_values_are_those_of_shap(players):
    game = random_game(players)
    explain = shap.explainers.Exact(look_up(game), lambda mask, x: (np.atleast_2d(mask * x),))
    found = explain(np.ones((1, players)), silent=True).values[0]
    np.testing.assert_allclose(shapley_values(game), found, atol=1e-12)


@pytest.mark.parametrize("players", range(1, 5))
def test_shapley_values_are_those_of_captum(players):
    game = random_game(players)
    explain = attr.ShapleyValues(lambda masks: torch.from_numpy(look_up(game)(masks.numpy())))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = explain.attribute(torch.ones(1, players)).numpy()[0]
    np.testing.assert_allclose(shapley_values(game), found, atol=1e-6)


@pytest.mark.parametrize("players", range(2, 7))
def test_interactions_are_those_of_shapiq(players):
    game = random_game(players)
    for order in range(1, players + 1):
        found = exact(game)("SII", order=order)
        expected = [found[s] for s in combinations(range(players), order)]
        np.testing.assert_allclose(interaction_index(game, order=order), expected, atol=1e-12)


@pytest.mark.parametrize("players", range(1, 7))
def test_moebius_coefficients_are_those_of_shapiq(players):
    game = random_game(players)
    found = exact(game)("Moebius", order=players)
    for k in range(1, 2**players):
        members = tuple(i for i in range(players) if k >> i & 1)
        assert abs(moebius(game)[k] - found[members]) <= 1e-12


def owen_by_orders(game, blocks):
    """Average over all orders that keep every block together."""
    total, count = np.zeros(len(game).bit_length() - 1), 0
    for outer in permutations(range(len(blocks))):
        inner = [[]]
        for b in outer:
            inner = [head + list(tail) for head in inner for tail in permutations(blocks[b])]
        for order in inner:
            coalition = 0
            for i in order:
                total[i] += game[coalition | 1 << i] - game[coalition]
                coalition |= 1 << i
            count += 1
    return total / count


@pytest.mark.parametrize(
    "blocks", [[[0, 1], [2, 3, 4]], [[0, 2], [1, 3], [4]], [[0, 1, 2, 3, 4]], [[i] for i in range(5)]]
)
def test_owen_values_average_over_the_orders_that_keep_blocks_together(blocks):
    game = random_game(5)
    np.testing.assert_allclose(owen_values(game, blocks), owen_by_orders(game, blocks), atol=1e-12)


def test_owen_values_of_two_blocks_are_those_of_shaps_partition_tree():
    game = random_game(4)
    masker = type("Masker", (), {})
    masker.__call__ = lambda self, mask, x: (np.atleast_2d(mask * x),)
    masker.clustering = np.array([[0, 1, 0.1, 2], [2, 3, 0.1, 2], [4, 5, 0.2, 4]])
    masker.shape = (1, 4)
    explain = shap.explainers.Partition(look_up(game), masker())
    found = explain(np.ones((1, 4)), silent=True, max_evals=1000, fixed_context=None).values[0]
    np.testing.assert_allclose(owen_values(game, [[0, 1], [2, 3]]), found, atol=1e-12)
