"""PMR: prototypes, prototypical losses and weights against numbers worked by hand and a plain loop over samples."""

import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.train.strategies import Joint, Pmr
from mmviz.train.strategies.features import Features
from mmviz.train.strategies.pmr import class_sums, entropies, prototypical_logits, rebalancing, updated_prototypes

TWO = torch.tensor([True, True])


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_two_scores_have_the_weights_worked_by_hand():
    accelerate, restrain = rebalancing(numbers(0.5, 0.4), TWO)
    torch.testing.assert_close(accelerate, numbers(0.0, 0.25))
    torch.testing.assert_close(restrain, numbers(0.25, 0.0))


def test_weights_are_at_most_one_and_zero_for_equal_scores_one_modality_and_an_absent_one():
    assert [w.tolist() for w in rebalancing(numbers(0.9, 0.1), TWO)] == [[0.0, 1.0], [1.0, 0.0]]
    assert [w.tolist() for w in rebalancing(numbers(0.3, 0.3), TWO)] == [[0.0, 0.0]] * 2
    assert [w.tolist() for w in rebalancing(numbers(0.3), TWO[:1])] == [[0.0]] * 2
    assert [w.tolist() for w in rebalancing(numbers(0.0, 0.0), TWO)] == [[0.0, 0.0]] * 2
    assert [w.tolist() for w in rebalancing(numbers(0.5, 0.0), TWO)] == [[0.0, 1.0], [1.0, 0.0]]
    absent = rebalancing(numbers(0.5, 0.0, 0.4), torch.tensor([True, False, True]))
    torch.testing.assert_close(absent[0], numbers(0.0, 0.0, 0.25))
    assert [w.tolist() for w in rebalancing(numbers(0.5, 0.4), ~TWO)] == [[0.0, 0.0]] * 2


def test_prototypes_of_classes_with_one_sample_are_its_features_and_a_class_without_one_keeps_its_own():
    """The published code divides 0 by 0 for a class that the tenth of the samples does not hold."""
    value = torch.randn(2, 3, 4, dtype=torch.float64)
    features = Features(value, torch.tensor([[True, True, True], [True, False, True]]))
    target = torch.tensor([2, 0, 3])
    total, count = class_sums(features, target, 5)
    assert count.tolist() == [[1, 0, 1, 1, 0], [0, 0, 1, 1, 0]]
    old, known = torch.full((2, 5, 4), 7.0, dtype=torch.float64), torch.zeros(2, 5, dtype=torch.bool)
    known[:, 1], known[1, 0], known[0, 2] = True, True, True
    found = updated_prototypes(old, known, total, count, 0.2)
    torch.testing.assert_close(found[0, 0], value[0, 1])
    torch.testing.assert_close(found[0, 2], 0.8 * value[0, 0] + 0.2 * old[0, 2])
    torch.testing.assert_close(found[:, 3], value[:, 2])
    assert (found[:, 1] == 7).all()
    assert (found[1, 0] == 7).all()
    assert found.isfinite().all()


def test_a_feature_that_equals_its_prototype_has_a_finite_gradient():
    """In the published code the gradient of the root of 0 is NaN."""
    feature = torch.randn(2, 3, 4, requires_grad=True)
    known = torch.tensor([[True, True, False], [True, True, True]])
    logits = prototypical_logits(feature, feature.detach()[:, :3].double(), known)
    assert logits.diagonal(dim1=1, dim2=2)[known].abs().max() == 0
    (torch.nn.functional.cross_entropy(logits[0], torch.tensor([0, 1, 1])) + entropies(logits[0]).sum()).backward()
    assert feature.grad.isfinite().all()
    assert logits.softmax(-1)[0, :, 2].abs().max() == 0


def test_distances_of_features_that_are_large_and_near_to_each_other_are_exact():
    prototypes = 1000 + torch.tensor([[[0.0, 0.0], [0.25, 0.0]]])
    found = prototypical_logits(prototypes + torch.tensor([0.0, 0.125]), prototypes.double(), torch.ones(1, 2).bool())
    expected = -torch.tensor([[0.125, math.hypot(0.25, 0.125)], [math.hypot(0.25, 0.125), 0.125]])
    torch.testing.assert_close(found[0], expected)


def world_with_prototypes(begun, ds, name="concat", **options):
    world = begun(Pmr(**options), ds, name)
    world.model.double()
    world.batch = world.batch.to("cpu", torch.float64)
    world.strategy.before_epoch(1)
    return world


def by_loop(world):
    """Return the loss of the batch, computed sample by sample with the definitions."""
    model, strategy, batch = world.model, world.strategy, world.batch
    M, K = len(world.training.names), world.training.task.outputs
    target = batch.required_target.tolist()
    logits, scores, losses, entropy = [], [], [], []
    for m in range(M):
        only = torch.arange(M).eq(m).expand(len(target), -1)
        feature = model.pooled(model.encode(batch.masked(only)))[0][m, :, 0]
        here = batch.valid[world.training.names[m]].any(1)
        rows = []
        for i, y in enumerate(target):
            if here[i] and strategy.known[m, y]:
                distance = [(feature[i] - strategy.prototypes[m, k]).norm().item() for k in range(K)]
                p = np.exp(-np.array(distance))
                rows.append((p / p.sum(), y))
        scores.append(np.mean([p[y] for p, y in rows]))
        losses.append(np.mean([-math.log(p[y]) for p, y in rows]))
        entropy.append(np.mean([-(p * np.log(p)).sum() for p, _ in rows]))
        logits.append(rows)
    options = strategy.options
    loss = torch.nn.functional.cross_entropy(model(batch), batch.required_target).item()
    for m in range(M):
        loss += options.alpha * min(1, max(scores) / scores[m] - 1) * losses[m]
        loss -= options.mu * min(1, scores[m] / min(scores) - 1) * entropy[m]
    return loss


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late"])
def test_the_loss_is_that_of_a_loop_over_samples(easy, begun, name):
    world = world_with_prototypes(begun, easy, name, alpha=2.0, mu=0.5)
    update = next(world.strategy.updates(world.batch, world.rows))
    assert update.loss.item() == pytest.approx(by_loop(world), rel=1e-10)
    assert any(update.parts[f"acceleration/{n}"] > 0 for n in easy.spec.names)
    assert any(update.parts[f"restraint/{n}"] > 0 for n in easy.spec.names)


def test_the_loss_with_absent_modalities_is_that_of_a_loop_over_samples(ragged, begun):
    world = world_with_prototypes(begun, ragged, alpha=2.0, mu=0.5)
    assert not all(v.any(1).all() for v in world.batch.valid.values())
    assert next(world.strategy.updates(world.batch, world.rows)).loss.item() == pytest.approx(by_loop(world), rel=1e-10)


def test_prototypes_are_the_class_means_of_the_whole_split_where_the_share_is_one(easy, begun):
    world = begun(Pmr(share=1.0), easy)
    batch = batch_of(world.training.samples)
    with torch.no_grad():
        pooled = world.model.eval().pooled(world.model.encode(batch))[0][:, :, 0]
    for k in range(2):
        mean = pooled[:, batch.required_target == k].double().mean(1)
        torch.testing.assert_close(world.strategy.prototypes[:, k], mean)


def test_equal_features_in_both_modalities_give_the_joint_loss(begun):
    ds = mm.data.synthetic(n=60, steps=8, modalities=2, delays=[0, 0], task="classification", seed=0)
    world = world_with_prototypes(begun, ds, alpha=2.0, mu=0.5, momentum=0.0)
    first, second = world.model.encoders.encoders
    second.load_state_dict(first.state_dict())
    seen, (one, other) = world.training.samples, ds.spec.names
    seen.inputs[other], seen.valid[other] = seen.inputs[one], seen.valid[one]
    world.batch = batch_of(seen, range(12)).to("cpu", torch.float64)
    world.strategy.before_epoch(1)
    update = next(world.strategy.updates(world.batch, world.rows))
    expected = world.training.joint(world.model.encode(world.batch), world.batch.required_target).loss
    assert update.loss.item() == expected.item()


def runs(ds, *strategies):
    return [
        mm.train.fit(
            mm.models.build("concat", ds.spec, width=8), ds, epochs=3, batch_size=32, strategy=s, progress=False
        )
        for s in strategies
    ]


def test_with_both_weights_zero_it_is_joint_training_bit_for_bit_and_the_prototypes_take_no_random_numbers(easy):
    """In the published code the pass for the prototypes changes the order of the samples."""
    joint, zero, tiny, plain = runs(easy, Joint(), Pmr(alpha=0, mu=0), Pmr(alpha=1e-30, mu=0), Pmr(alpha=3.0, mu=0.1))
    for k, v in joint.weights[3].items():
        assert torch.equal(v, zero.weights[3][k])
        torch.testing.assert_close(tiny.weights[3][k], v, rtol=1e-6, atol=1e-7)
    assert not all(torch.equal(v, plain.weights[3][k]) for k, v in joint.weights[3].items())
    assert "seconds_prototypes" not in zero.history[-1]


def test_after_the_last_epoch_it_is_joint_training_and_the_entropy_term_ends_earlier(easy, begun):
    world = world_with_prototypes(begun, easy, entropy_epochs=1, last_epoch=2, mu=0.3)
    assert (world.strategy.alpha, world.strategy.mu) == (1.0, 0.3)
    world.strategy.before_epoch(2)
    assert (world.strategy.alpha, world.strategy.mu) == (1.0, 0.0)
    world.strategy.before_epoch(3)
    update = next(world.strategy.updates(world.batch, world.rows))
    expected = world.training.joint(world.model.encode(world.batch), world.batch.required_target).loss
    assert update.loss.item() == expected.item()
    assert not any(name.startswith("score") for name in update.parts)


def test_a_batch_of_one_class_and_a_modality_of_one_feature_have_a_finite_loss(easy, begun):
    world = begun(Pmr(alpha=2.0, mu=0.5), easy, width=1)
    world.strategy.before_epoch(1)
    world.batch.target[:] = 0
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    assert update.loss.isfinite()
    assert all(p.grad is None or p.grad.isfinite().all() for p in world.model.parameters())


def test_samples_of_a_class_without_a_prototype_have_no_prototypical_loss(easy, begun):
    world = world_with_prototypes(begun, easy)
    world.strategy.known[:, 1] = False
    update = next(world.strategy.updates(world.batch, world.rows))
    assert update.loss.isfinite()
    assert all(update.parts[f"score/{n}"] == 1 for n in easy.spec.names), "one class is left to choose from"
    world.strategy.known[:] = False
    update = next(world.strategy.updates(world.batch, world.rows))
    expected = world.training.joint(world.model.encode(world.batch), world.batch.required_target).loss
    assert update.loss.item() == expected.item()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": -1}, r"pmr: alpha=-1"),
        ({"mu": math.nan}, r"pmr: mu=nan"),
        ({"momentum": 1}, r"pmr: momentum=1"),
        ({"share": 0}, r"pmr: share=0"),
        ({"entropy_epochs": 1.5}, r"pmr: entropy_epochs=1\.5"),
    ],
)
def test_invalid_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Pmr(**options)


def test_a_regression_is_refused(regression):
    with pytest.raises(ConfigError, match=r"strategy='pmr' is for classification only"):
        mm.train.fit(mm.models.build("concat", regression.spec, width=4), regression, strategy="pmr", progress=False)
