"""Diagnosing and re-learning: purities by hand and against scikit-learn, and parameters that move exactly by their share."""

import copy
import math
import types

import numpy as np
import pytest
import torch
from sklearn.metrics.cluster import contingency_matrix

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.train.config import TrainConfig
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.sampling import hold_out
from mmviz.train.strategies import Relearning
from mmviz.train.strategies.base import Training
from mmviz.train.strategies.relearning import clusters, purity


def test_the_purity_is_the_share_in_the_majority_class_of_the_cluster():
    cluster, label = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 1, 1])
    assert purity(cluster, label, 2) == pytest.approx((2 + 1 + 1) / 6)
    rng = np.random.default_rng(0)
    cluster, label = rng.integers(0, 5, 200), rng.integers(0, 4, 200)
    assert purity(cluster, label, 4) == pytest.approx(contingency_matrix(label, cluster).max(0).sum() / 200)
    assert math.isnan(purity(cluster[:0], label[:0], 4))


def test_clusters_are_found_in_any_units_and_constant_features_and_few_samples_are_no_problem():
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1, 2], 20)
    x = np.stack([label + 0.05 * rng.normal(size=60), 1e6 * (label == 1) + 1e4 * rng.normal(size=60), np.ones(60)], 1)
    assert purity(clusters(x, 3), label, 3) == 1
    assert set(clusters(np.ones((7, 2)), 3)) == {0}
    assert len(set(clusters(x[:2], 3))) == 2
    assert set(clusters(np.full((4, 1), np.nan), 3)) == {0}
    assert len(clusters(x[:0], 3)) == 0


def due(world, purities, held_out):
    """Run the diagnosis before epoch 5 with these purities."""
    world.strategy._purities = lambda: (np.array(purities), np.array(held_out))
    return world.strategy.before_epoch(5)


def moved(world):
    """Move all weights of the model; return the values before and after."""
    before = {n: p.detach().clone() for n, p in world.model.named_parameters()}
    with torch.no_grad():
        for p in world.model.parameters():
            p.add_(torch.randn_like(p))
    return before, {n: p.detach().clone() for n, p in world.model.named_parameters()}


def test_equal_purities_leave_all_weights_unchanged(toy, begun):
    world = begun(Relearning(every=4), toy)
    _, after = moved(world)
    row = due(world, [0.7, 0.5, 0.9], [0.7, 0.5, 0.9])
    assert all(torch.equal(p, after[n]) for n, p in world.model.named_parameters())
    assert [row[f"reset/{m}"] for m in toy.spec.names] == [0, 0, 0]


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_a_modality_moves_by_the_share_tanh_of_lambda_gap_to_its_initial_values_and_nothing_else_moves(
    toy, begun, name
):
    world = begun(Relearning(every=4, strength=2.0), toy, name)
    before, after = moved(world)
    row = due(world, [0.9, 0.8, 0.4], [0.9, 0.5, 0.6])
    shares = [0.0, math.tanh(2 * 0.3), math.tanh(2 * 0.2)]
    expected = {n: value.clone() for n, value in after.items()}
    places = {id(p): n for n, p in world.model.named_parameters()}
    for m, share in enumerate(shares):
        assert row[f"reset/{toy.spec.names[m]}"] == pytest.approx(share)
        for part in modality_parameters(world.model, m):
            n = places[id(part.parameter)]
            expected[n][part.rows] = share * before[n][part.rows] + (1 - share) * after[n][part.rows]
    for n, p in world.model.named_parameters():
        torch.testing.assert_close(p.detach(), expected[n])
    shared = [n for n in after if n.startswith("head.")]
    assert shared
    assert all(torch.equal(world.model.get_parameter(n), after[n]) for n in shared)


def test_a_large_strength_restores_the_initial_values_bit_for_bit(toy, begun):
    world = begun(Relearning(every=4, strength=1e6), toy)
    before, _ = moved(world)
    due(world, [0.9, 0.5, 0.5], [0.6, 0.5, 0.5])
    for part in modality_parameters(world.model, 0):
        assert torch.equal(part.parameter, before[part.name])


def test_a_modality_without_samples_is_not_reset(toy, begun):
    world = begun(Relearning(every=4), toy)
    row = due(world, [0.9, math.nan, 0.5], [0.6, 0.5, 0.5])
    assert row["reset/m1"] > 0
    assert row["reset/m2"] == 0


@pytest.mark.parametrize(
    ("options", "epochs"), [({"every": 2}, (3, 5, 7)), ({"every": 3, "times": 1}, (4,)), ({}, (3, 5, 7))]
)
def test_diagnoses_run_every_so_many_epochs_and_at_most_so_often(toy, options, epochs):
    model = mm.models.build("concat", toy.spec, width=8)
    run = mm.train.fit(model, toy, epochs=9, strategy=Relearning(**options), progress=False)
    assert tuple(row["epoch"] for row in run.history if "purity/m1" in row) == epochs
    assert all(row["reset/m1"] == 0 for row in run.history[1:] if row["epoch"] not in epochs)
    assert all(0 < row["purity/m1"] <= 1 for row in run.history if "purity/m1" in row)


def test_the_stored_weights_of_an_epoch_before_a_reset_are_those_that_were_validated(toy):
    model = mm.models.build("concat", toy.spec, width=8, dropout=0.0)
    run = mm.train.fit(model, toy, epochs=5, strategy=Relearning(every=2, strength=50), progress=False)
    assert max(run.history[3][f"reset/{m}"] for m in toy.spec.names) > 0.1
    batch = batch_of(toy["valid"])
    for epoch in (2, 3, 4):
        with run.at_epoch(epoch) as stored, torch.no_grad():
            loss = torch.nn.functional.cross_entropy(stored(batch), batch.target)
        assert float(loss) == pytest.approx(run.history[epoch]["valid_loss"], rel=1e-5)


def test_sets_of_equal_size_have_no_gap_where_features_do_not_depend_on_the_labels_unlike_the_published_sizes():
    rng, gaps = np.random.default_rng(0), {"equal": [], "published": []}
    for _ in range(20):
        x, label = rng.normal(size=(600, 4)), rng.integers(0, 6, 600)
        held = purity(clusters(x[:40], 6), label[:40], 6)
        gaps["equal"].append(purity(clusters(x[40:80], 6), label[40:80], 6) - held)
        gaps["published"].append(purity(clusters(x[40:], 6), label[40:], 6) - held)
    error = np.std(gaps["equal"]) / math.sqrt(20)
    assert abs(np.mean(gaps["equal"])) < 3 * error
    assert np.mean(gaps["published"]) < -0.1, "the smaller set is purer, though nothing differs"


def test_as_many_training_samples_are_clustered_as_are_held_out_or_all(toy, begun, monkeypatch):
    counts = []
    monkeypatch.setattr(Relearning, "_purity", lambda self, split, rows: counts.append(len(rows)) or np.zeros(3))
    for chosen in ("as_held_out", "all"):
        world = begun(Relearning(every=1, train_samples=chosen), toy)
        world.strategy.before_epoch(2)
    seen = len(world.training.samples)
    assert counts == [8, 8, seen, 8]


def test_the_validation_split_has_no_influence_on_the_resets_unlike_a_benchmark_that_uses_its_test_set(toy):
    valid = toy["valid"]
    other = type(valid)(valid.name, valid.inputs, valid.valid, 1 - valid.target, valid.ids, valid.group)
    changed = mm.data.Dataset(toy.spec, {**toy.splits, "valid": other}, toy.report)
    runs = [
        mm.train.fit(
            mm.models.build("concat", toy.spec, width=8), ds, epochs=4, strategy=Relearning(every=1), progress=False
        )
        for ds in (toy, changed)
    ]
    assert all(torch.equal(v, runs[1].weights[4][k]) for k, v in runs[0].weights[4].items())


def test_the_parameters_of_a_user_module_are_found_by_use_not_by_name(ragged):
    """The published code takes weights whose name contains the modality; these are named left and right."""
    model = mm.models.adapt(_Named(ragged.spec), ragged.spec, missing="zeros")
    seen, held_out = hold_out(ragged["train"], 8, 0)
    strategy = Relearning(every=4, strength=1e6)
    strategy.begin(Training(model, TrainConfig(), seen, held_out, torch.device("cpu"), np.random.default_rng(0)))
    before, after = moved(types.SimpleNamespace(model=model))
    strategy._purities = lambda: (np.array([0.9, 0.5]), np.array([0.6, 0.5]))
    strategy.before_epoch(5)
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, (before if name.startswith("module.left") else after)[name])


class _Named(torch.nn.Module):
    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.left, self.right = (torch.nn.Linear(m.features, 3) for m in spec.modalities)
        self.head = torch.nn.Linear(6, 2)

    def forward(self, x):
        a, b = x.values()
        return self.head(torch.cat([self.left(a).tanh().mean(1), self.right(b).tanh().mean(1)], -1))


def test_a_class_that_is_absent_from_the_held_out_samples_gives_a_finite_gap(toy, begun):
    world = begun(Relearning(every=1), toy)
    held = world.training.held_out
    rows = np.flatnonzero(np.asarray(held.target) == 0)
    world.training.held_out = held.take(rows)
    row = world.strategy.before_epoch(2)
    assert row["purity_held_out/m1"] == 1
    assert all(0 <= row[f"reset/{m}"] < 1 for m in toy.spec.names)


def test_relearning_refuses_a_regression_and_a_model_without_parameters_of_each_modality(toy, regression):
    with pytest.raises(ConfigError, match="strategy='relearning' is for classification only"):
        mm.train.fit(mm.models.build("concat", regression.spec, width=8), regression, strategy="relearning")
    model = copy.deepcopy(mm.models.build("concat", toy.spec, width=8))
    model.encoders.encoders[0].requires_grad_(False)
    with pytest.raises(ConfigError, match=r"relearning: it resets.*'m1' has none to train"):
        mm.train.fit(model, toy, epochs=1, strategy="relearning", progress=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": -1}, "relearning: every=-1"),
        ({"times": 0}, "times=0"),
        ({"strength": -1}, "strength=-1"),
        ({"train_samples": "al"}, "did you mean 'all'"),
    ],
)
def test_invalid_options_of_relearning_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Relearning(**options)
