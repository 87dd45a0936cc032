"""Sample-level valuation: values against the published rule for two modalities, copies of what was weak."""

import itertools

import numpy as np
import torch

import mmviz as mm
from mmviz.train.strategies import Valuation
from mmviz.train.strategies.valuation import copies, sample_values


def test_two_modalities_have_the_published_values_and_copies():
    for a, b, both in itertools.product((False, True), repeat=3):
        right = np.array([[False, a, b, both]])
        phi = sample_values(right, np.ones((1, 2), dtype=bool))
        expected = [(a + 2 * both - b) / 2, (b + 2 * both - a) / 2]
        np.testing.assert_allclose(phi[0], expected, atol=1e-12)
        times = [{0.5: 1, 0.0: 2, -0.5: 3}.get(v, 0) for v in expected]
        assert copies(phi, np.ones((1, 2), dtype=bool))[0].tolist() == times


def test_sample_values_sum_to_the_number_of_modalities_where_the_full_prediction_is_correct():
    rng = np.random.default_rng(0)
    right = rng.random((50, 8)) < 0.5
    phi = sample_values(right, np.ones((50, 3), dtype=bool))
    np.testing.assert_allclose(phi.sum(1), 3.0 * right[:, -1], atol=1e-12)


def test_three_correct_modalities_contribute_one_each_and_have_no_copies():
    phi = sample_values(np.ones((1, 8), dtype=bool), np.ones((1, 3), dtype=bool))
    np.testing.assert_allclose(phi, 1, atol=1e-12)
    assert not copies(phi, np.ones((1, 3), dtype=bool)).any()


def test_an_absent_modality_has_the_value_zero_and_no_copies():
    right = np.array([[False, True, False, True]])  # the second is absent: its answers are those without it
    phi = sample_values(right, np.array([[True, False]]))
    assert phi.tolist() == [[1.0, 0.0]]
    assert not copies(phi, np.array([[True, False]])).any()


def test_with_one_modality_samples_with_a_wrong_prediction_are_copied():
    phi = sample_values(np.array([[True, True], [True, False]]), np.ones((2, 1), dtype=bool))
    assert phi.tolist() == [[1.0], [0.0]]
    assert copies(phi, np.ones((2, 1), dtype=bool)).tolist() == [[0], [2]]


def test_the_batch_grows_by_the_copies_each_with_one_modality(easy, begun):
    world = begun(Valuation(warm_up=0), easy)
    update = next(world.strategy.updates(world.batch, world.rows))
    model, batch = world.model, world.batch
    model.eval()
    phi, present = world.strategy._values(model.encode(batch), batch)
    more = copies(phi, present)
    assert more.any()
    rows = [(i, torch.ones(3, dtype=torch.bool)) for i in range(len(batch))]
    rows += [(i, torch.arange(3) == m) for i in range(len(batch)) for m in range(3) for _ in range(more[i, m])]
    where = torch.tensor([i for i, _ in rows])
    members = torch.stack([m for _, m in rows])
    shown = mm.models.Batch(
        {n: x[where] for n, x in batch.values.items()}, {n: v[where] for n, v in batch.valid.items()}
    )
    expected = torch.nn.functional.cross_entropy(model(shown.masked(members)), batch.required_target[where])
    torch.testing.assert_close(update.loss, expected, rtol=1e-5, atol=1e-6)
    assert model.training, "valued in evaluation mode, trained in training mode"


def test_during_warm_up_valuation_is_joint_training(easy):
    runs = [
        mm.train.fit(mm.models.build("concat", easy.spec, width=8), easy, epochs=3, strategy=strategy, progress=False)
        for strategy in ("joint", Valuation(warm_up=2))
    ]
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())
    assert not all(torch.equal(v, runs[1].weights[3][k]) for k, v in runs[0].weights[3].items())
    assert "copies/m1" not in runs[1].history[2]
    assert runs[1].history[3]["seconds_valuation"] > 0
    assert 0 < runs[1].history[3]["copies/m1"] <= 3
