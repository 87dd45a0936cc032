"""G2D: divergences and leading modality by hand, and a leading modality of which nothing changes."""

import math

import pytest
import torch
from torch.distributions import Categorical, kl_divergence

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import G2D
from mmviz.train.strategies import teachers as module
from mmviz.train.strategies.g2d import divergence, leading, teacher_scores
from mmviz.train.strategies.teachers import TeacherOutputs

MANY = torch.tensor([4, 4, 4])


def fitted(ds, strategy, **options):
    model = mm.models.build("concat", ds.spec, width=8)
    return mm.train.fit(model, ds, strategy=strategy, **{"epochs": 4, "batch_size": 16, "progress": False} | options)


def test_the_divergence_is_that_of_categorical_distributions_and_of_a_regression_the_difference():
    torch.manual_seed(0)
    teacher, output = torch.randn(5, 4), torch.randn(5, 4)
    expected = kl_divergence(Categorical(logits=teacher), Categorical(logits=output))
    torch.testing.assert_close(divergence(teacher, output, "classification"), expected)
    assert divergence(teacher, teacher + 3, "classification").abs().max() < 1e-6
    assert divergence(torch.tensor([[2.0], [1.0]]), torch.tensor([[0.5], [1.0]]), "regression").tolist() == [1.5, 0]


def test_the_modality_with_the_highest_score_leads_and_a_tie_or_one_modality_has_none():
    """The published code raises an error at a tie."""
    assert leading(torch.tensor([0.2, 0.7, 0.6]), MANY) == 1
    assert leading(torch.tensor([0.7, 0.7, 0.6]), MANY) == -1
    assert leading(torch.tensor([0.2, 0.9, 0.6]), torch.tensor([4, 0, 4])) == 2
    assert leading(torch.tensor([0.2, 0.0, 0.0]), torch.tensor([4, 0, 0])) == -1
    assert leading(torch.tensor([0.2]), torch.tensor([4])) == -1
    assert leading(torch.tensor([0.2, math.nan, 0.6]), MANY) == -1


def test_scores_of_teachers_are_mean_probabilities_of_the_true_class_where_the_modality_is(ragged, begun):
    world = begun(G2D(teacher_epochs=1), ragged)
    taught = world.strategy.taught(world.batch, world.rows)
    score, count = teacher_scores(world.training, taught, world.batch.target)
    for m, name in enumerate(ragged.spec.names):
        here = world.batch.valid[name].any(1)
        p = taught.output[m].softmax(-1)[torch.arange(12), world.batch.target]
        assert score[m].item() == pytest.approx(p[here].mean().item())
        assert count[m] == here.sum()


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_nothing_of_the_leading_modality_changes_and_shared_and_other_parameters_do(toy, begun, name):
    """The published code freezes weights of four dimensions only; here are none of four."""
    world = begun(G2D(teacher_epochs=1), toy, name)
    model = world.model
    optimizer = world.strategy.optimizers(model, lambda: torch.optim.AdamW(model.parameters(), 0.01))["all"]
    kinds = set()
    for batch in range(3):
        before = {n: p.detach().clone() for n, p in model.named_parameters()}
        moments = {n: {k: v.clone() for k, v in optimizer.state[p].items()} for n, p in model.named_parameters()}
        world.strategy.prioritises = batch > 0
        for update in world.strategy.updates(world.batch, world.rows):
            optimizer.zero_grad()
            update.loss.backward()
            world.strategy.after_backward(update)
            optimizer.step()
        if batch == 0:
            assert world.strategy.leading == -1
            continue
        m = world.strategy.leading
        assert m >= 0
        names = {id(p): n for n, p in model.named_parameters()}
        for part in modality_parameters(model, m):
            n = names[id(part.parameter)]
            assert torch.equal(part.parameter[part.rows], before[n][part.rows])
            kinds.add(part.parameter.ndim)
            for key, value in optimizer.state[part.parameter].items():
                if value.shape == part.parameter.shape:
                    assert torch.equal(value[part.rows], moments[n][key][part.rows])
        for other in set(range(3)) - {m}:
            parts = modality_parameters(model, other)
            assert any(not torch.equal(p.parameter[p.rows], before[names[id(p.parameter)]][p.rows]) for p in parts)
        assert any(not torch.equal(p, before[n]) for n, p in model.named_parameters() if n.startswith("head."))
    assert {1, 2} <= kinds


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_a_student_that_equals_its_teachers_has_the_loss_of_the_task(toy, begun, name, monkeypatch):
    world = begun(G2D(teacher_epochs=1), toy, name)
    world.model.eval()
    monkeypatch.setattr(world.model, "train", lambda mode=True: world.model)
    steps = world.model.encode(world.batch)
    with torch.no_grad():
        features = module.modality_features(world.model, steps)
        output = world.model.fuse(steps).expand(3, -1, -1)
    world.strategy._cached = TeacherOutputs(features.value, output, features.present)
    update = next(world.strategy.updates(world.batch, world.rows))
    torch.testing.assert_close(update.loss, world.training.joint(steps, world.batch.target).loss)


def test_the_loss_is_the_weighted_sum_of_its_terms(ragged, begun):
    world = begun(G2D(teacher_epochs=1, feature_weight=2.0, output_weight=3.0), ragged)
    update = next(world.strategy.updates(world.batch, world.rows))
    steps = world.model.encode(world.batch)
    expected, output = world.training.joint(steps, world.batch.target).loss, world.model.fuse(steps)
    taught = world.strategy.taught(world.batch, world.rows)
    pooled = world.model.pooled(steps)[0][:, :, 0]
    for m in range(2):
        here = steps.mask[m].any(-1)
        expected = expected + 2 * torch.nn.functional.mse_loss(pooled[m, here], taught.value[m, here])
        each = kl_divergence(Categorical(logits=taught.output[m, here]), Categorical(logits=output[here]))
        expected = expected + 3 * each.mean()
    torch.testing.assert_close(update.loss, expected)


def test_modalities_are_prioritised_in_the_first_half_of_the_epochs_only(easy):
    run = fitted(easy, G2D(teacher_epochs=2))
    share = [sum(row[f"frozen/{m}"] for m in easy.spec.names) for row in run.history[1:]]
    assert min(share[:2]) > 0.5
    assert share[2:] == [0, 0]
    never = fitted(easy, G2D(teacher_epochs=2, prioritise=0))
    assert all(row[f"frozen/{m}"] == 0 for row in never.history[1:] for m in easy.spec.names)


def test_a_leading_modality_does_not_move_in_a_whole_training_although_adamw_has_weight_decay(easy, monkeypatch):
    monkeypatch.setattr("mmviz.train.strategies.g2d.leading", lambda score, count: 2)
    run = fitted(easy, G2D(teacher_epochs=1, prioritise=1), epochs=2, weight_decay=0.5)
    for key, _ in run.model.named_parameters():
        assert torch.equal(run.weights[2][key], run.weights[0][key]) == key.startswith("encoders.encoders.2."), key


def test_every_teacher_is_trained_once_and_not_loaded_anew_in_every_epoch(easy, monkeypatch):
    calls, real = [], module.train_alone
    monkeypatch.setattr(module, "train_alone", lambda *a: calls.append(a[2]) or real(*a))
    fitted(easy, G2D(teacher_epochs=1))
    assert calls == [0, 1, 2]


def test_g2d_refuses_a_model_without_parameters_of_each_modality_and_invalid_options(toy):
    model = mm.models.build("concat", toy.spec, width=8)
    model.encoders.encoders[2].requires_grad_(False)
    with pytest.raises(ConfigError, match=r"g2d: it makes no step.*'m3' has none to train"):
        mm.train.fit(model, toy, epochs=1, strategy="g2d", progress=False)
    for options, message in (
        ({"feature_weight": -1}, "g2d: feature_weight=-1"),
        ({"prioritise": 2}, "g2d: prioritise=2"),
        ({"teacher_epochs": 0}, "g2d: teacher_epochs=0"),
    ):
        with pytest.raises(ConfigError, match=message):
            G2D(**options)
