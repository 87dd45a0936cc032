"""ReconBoost: the residual loss and its gradient against the published formula, stages, and modalities that stay bit for bit."""

import copy
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import Joint, ReconBoost
from mmviz.train.strategies.reconboost import residual_loss

TARGET = torch.tensor([0, 2, 1, 2, 0])


def logits(seed=0):
    return torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def published(output, others, weight, residual):
    """Return the loss of the published code: means over classes of two cross terms."""
    y, log = functional.one_hot(TARGET, 3), output.log_softmax(1)
    return -weight * (y * log).mean(-1) + residual * (y * others.softmax(1) * log).mean(-1)


def test_the_residual_loss_is_the_published_one_and_its_gradient_a_weighted_cross_entropy():
    output, others = logits(), logits(1).detach()
    q = others.softmax(1).gather(1, TARGET[:, None])[:, 0]
    found = residual_loss(output, TARGET, q, 5.0, 1.0)
    torch.testing.assert_close(found, published(output, others, 5.0, 1.0))
    (gradient,) = torch.autograd.grad(found.sum(), output)
    p = output.softmax(1) - functional.one_hot(TARGET, 3)
    torch.testing.assert_close(gradient, ((5 - q) / 3)[:, None] * p, rtol=1e-10, atol=1e-12)


def test_without_the_residual_it_is_a_weighted_cross_entropy_and_with_sure_others_and_equal_weights_zero():
    output = logits()
    plain = residual_loss(output, TARGET, torch.rand(5), 4.0, 0.0)
    torch.testing.assert_close(plain, 4 / 3 * functional.cross_entropy(output, TARGET, reduction="none"))
    sure = residual_loss(output, TARGET, torch.ones(5), 2.0, 2.0)
    (gradient,) = torch.autograd.grad(sure.sum(), output)
    assert (gradient == 0).all()


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late"])
@pytest.mark.parametrize("data", ["toy", "ragged"])
def test_the_loss_of_a_stage_is_the_boosted_loss_of_the_modality_and_its_agreement_with_the_previous_one(
    begun, request, name, data
):
    ds = request.getfixturevalue(data)
    world = begun(ReconBoost(residual=2.0, agreement=3.0), ds, name, epoch=3)  # second stage: modality 1
    model, batch, M = world.model, world.batch, len(ds.spec.names)
    update = next(world.strategy.updates(batch, world.rows))
    present = torch.stack([v.any(1) for v in batch.valid.values()])
    rows = []
    for i in range(12):
        if not present[1, i]:
            continue

        def predict(members, i=i):
            keep = torch.tensor([[m in members for m in range(M)]]) & present[:, i]
            return model(batch.samples(torch.tensor([i])).masked(keep))[0]

        y, output = int(batch.target[i]), predict({1})
        others = set(range(M)) - {1}
        q = float(predict(others).detach().softmax(-1)[y]) if present[list(others), i].any() else 0.0
        loss = (5 - 2 * q) / 2 * functional.cross_entropy(output, batch.target[i])
        if present[0, i]:
            loss = loss + 3 * functional.mse_loss(output.softmax(-1), predict({0}).detach().softmax(-1))
        rows.append((loss, q))
    torch.testing.assert_close(update.loss, torch.stack([loss for loss, _ in rows]).mean())
    name = ds.spec.names[1]
    assert float(update.parts[f"others/{name}"]) == pytest.approx(np.mean([q for _, q in rows]), rel=1e-5)
    assert (update.modality, update.optimizer) == (name, name)


def test_the_agreement_term_has_a_gradient_unlike_the_published_one_of_detached_outputs(toy, begun):
    gradients = []
    for agreement in (0.0, 50.0):
        world = begun(ReconBoost(agreement=agreement), toy, epoch=3)
        next(world.strategy.updates(world.batch, world.rows)).loss.backward()
        gradients.append(world.model.encoders.encoders[1].net[0].weight.grad.clone())
    assert not torch.allclose(*gradients, rtol=1e-2)


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late"])
def test_in_the_stage_of_a_modality_the_others_stay_bit_for_bit_and_shared_parameters_move(toy, name):
    """A benchmark's code trains all modalities in this part."""
    small = {} if name == "concat" else {"layers": 1, "state": 4}
    model = mm.models.build(name, toy.spec, width=8, **small)
    strategy = ReconBoost(joint_epochs=1, stage_epochs=1)
    run = mm.train.fit(
        model, toy, epochs=3, batch_size=16, weight_decay=0.5, learning_rate=0.01, strategy=strategy, progress=False
    )
    before, after = run.weights[2], run.weights[3]  # the second stage, after joint updates with their momentum
    copied = copy.deepcopy(run.model)
    for m in range(3):
        for part in modality_parameters(copied, m):
            n = next(k for k, p in copied.named_parameters() if p is part.parameter)
            assert torch.equal(before[n][part.rows], after[n][part.rows]) == (m != 1), n
    own = {id(p.parameter) for m in range(3) for p in modality_parameters(copied, m)}
    shared = [n for n, p in copied.named_parameters() if id(p) not in own and n.startswith("head.")]
    assert all(not torch.equal(before[n], after[n]) for n in shared)
    assert [run.history[3][f"stage/{m}"] for m in toy.spec.names] == [0, 1, 0]


def test_stages_follow_the_order_of_the_modalities_and_end_with_joint_epochs(begun, toy):
    world = begun(ReconBoost(stage_epochs=2, joint_epochs=1), toy)
    found = []
    for epoch in range(1, 11):
        world.strategy.before_epoch(epoch)
        found.append((world.strategy.stage, world.strategy.modality))
    assert found == [(0, 0), (0, 0), (0, -1), (1, 1), (1, 1), (1, -1), (2, 2), (2, 2), (2, -1), (3, 0)]


def test_a_joint_epoch_has_the_updates_of_joint_training(toy, begun):
    world = begun(ReconBoost(), toy, epoch=2)
    update = next(world.strategy.updates(world.batch, world.rows))
    joint = next(Joint.updates(world.strategy, world.batch, world.rows))
    torch.testing.assert_close(update.loss, joint.loss)
    assert update.optimizer == "all"


class Counted(ReconBoost):
    """Counts the samples of every batch."""

    sizes = []  # noqa: RUF012 - strategies are copied; the class keeps the sizes

    def updates(self, batch, rows):
        self.sizes.append(len(rows))
        yield from super().updates(batch, rows)


def test_every_sample_is_trained_on_also_in_a_last_batch_of_another_size_unlike_the_published_code(toy):
    Counted.sizes.clear()
    model = mm.models.build("concat", toy.spec, width=8)
    run = mm.train.fit(model, toy, epochs=2, batch_size=32, strategy=Counted(), progress=False)
    assert run.status == "finished"
    assert sum(Counted.sizes) == 2 * len(toy["train"])


def test_a_batch_in_which_no_sample_has_the_modality_makes_no_update(ragged, begun):
    world = begun(ReconBoost(), ragged, epoch=3)
    batch = copy.copy(world.batch)
    batch.valid = {n: v & (n != "light") for n, v in batch.valid.items()}
    assert list(world.strategy.updates(batch, world.rows)) == []


def test_reconboost_trains_one_modality_with_q_zero(single, begun):
    world = begun(ReconBoost(), single)
    update = next(world.strategy.updates(world.batch, world.rows))
    output = world.model(world.batch)
    torch.testing.assert_close(update.loss, 2.5 * functional.cross_entropy(output, world.batch.target))


def test_reconboost_refuses_regressions_models_without_parameters_of_each_modality_and_invalid_options(toy, regression):
    with pytest.raises(ConfigError, match="strategy='reconboost' is for classification only"):
        mm.train.fit(mm.models.build("concat", regression.spec, width=8), regression, strategy="reconboost")
    model = mm.models.build("concat", toy.spec, width=8)
    model.encoders.encoders[2].requires_grad_(False)
    with pytest.raises(ConfigError, match=r"reconboost: it trains.*'m3' has none to train"):
        mm.train.fit(model, toy, epochs=1, strategy="reconboost", progress=False)
    for options, message in (
        ({"stage_epochs": 0}, "reconboost: stage_epochs=0"),
        ({"weight": 0}, "weight=0"),
        ({"residual": 6}, "residual=6 is above weight=5"),
        ({"agreement": math.inf}, "agreement=inf"),
    ):
        with pytest.raises(ConfigError, match=message):
            ReconBoost(**options)
