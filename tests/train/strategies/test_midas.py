"""MIDAS: soft labels, weights and hardness by hand, and the whole loss against a loop over samples and modalities."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import Batch, batch_of
from mmviz.train.strategies import Midas
from mmviz.train.strategies import midas as module
from mmviz.train.strategies.midas import (
    MidasOptions,
    Mixture,
    adjusted,
    drawn,
    hardness,
    soft_labels,
    true_log_probability,
    with_two_labels,
)
from mmviz.train.strategies.unimodal import UnimodalPass, unimodal_pass

TWO = torch.ones(2, 1, dtype=torch.bool)
PAIR = torch.tensor([[0], [1]])


def test_confidences_of_nine_and_three_tenths_give_the_labels_three_and_one_quarter():
    log_p = torch.tensor([[0.9, 0.2], [0.5, 0.3]]).log()
    found = soft_labels(log_p, PAIR, TWO)
    torch.testing.assert_close(found[:, 0], torch.tensor([0.75, 0.25]))
    equal = soft_labels(torch.tensor([[0.4, 0.1], [0.9, 0.4]]).log(), PAIR, TWO)
    torch.testing.assert_close(equal[:, 0], torch.tensor([0.5, 0.5]))


def test_soft_labels_add_up_to_one_also_where_every_probability_is_below_the_smallest_number():
    log_p = torch.log(torch.rand(3, 40)) * torch.rand(3, 40) * 5000
    source = torch.stack([torch.randperm(40) for _ in range(3)])
    available = torch.rand(3, 40) < 0.8
    available[0] = True
    found = soft_labels(log_p, source, available)
    torch.testing.assert_close(found.sum(0), torch.ones(40))
    assert (found[~available] == 0).all()


def test_misaligned_samples_with_one_label_among_the_available_modalities_are_left_out():
    labels = torch.tensor([0, 0, 1])
    mixture = Mixture(torch.tensor([0, 0, 2, 1]), torch.tensor([[0, 0, 2, 1], [1, 2, 2, 2]]))
    present = torch.tensor([[True, True, True], [True, True, False]])
    kept, label, available = with_two_labels(mixture, labels, torch.ones(2, 3, dtype=torch.bool))
    assert kept.source.t().tolist() == [[0, 2], [1, 2]]
    assert label.t().tolist() == [[0, 1], [0, 1]]
    assert available.all()
    assert not len(with_two_labels(mixture, labels, present)[0].anchor), "sample 2 has no second modality"
    assert not len(with_two_labels(mixture, torch.zeros(3, dtype=torch.long), torch.ones_like(present))[0].anchor)


@pytest.mark.parametrize("modalities", [2, 3, 4])
def test_every_sample_is_exchanged_twice_and_the_second_time_with_the_sources_in_reverse_order(modalities):
    torch.manual_seed(0)
    anchor, source = drawn(7, modalities)
    assert anchor.tolist() == [*range(7), *range(7)]
    assert torch.equal(source[:, 7:], source[:, :7].flip(0))
    assert torch.equal(source[0, :7], torch.arange(7))
    assert all(sorted(row[:7].tolist()) == list(range(7)) for row in source)


def test_only_the_weakest_modality_has_a_weight_above_one_and_none_is_below_one():
    options, many = MidasOptions(rate=0.5), torch.tensor([4.0, 4.0])
    value = torch.tensor([1.0, 1.0])
    up = adjusted(value, torch.tensor([0.7, 0.3]), torch.tensor([0.9, 0.1]), many, options)
    torch.testing.assert_close(up, torch.tensor([1.0, 1.1]))
    again = adjusted(up, torch.tensor([0.7, 0.3]), torch.tensor([0.9, 0.1]), many, options)
    torch.testing.assert_close(again, torch.tensor([1.0, 1.2]))
    assert adjusted(value, torch.tensor([0.7, 0.3]), torch.tensor([0.1, 0.9]), many, options).tolist() == [1, 1]
    other = adjusted(again, torch.tensor([0.2, 0.8]), torch.tensor([0.1, 0.9]), many, options)
    torch.testing.assert_close(other, torch.tensor([1.05, 1.0]))
    sign = MidasOptions(rate=0.5, adjust="sign")
    torch.testing.assert_close(
        adjusted(value, torch.tensor([0.7, 0.3]), torch.tensor([0.9, 0.1]), many, sign), torch.tensor([1.0, 1.5])
    )
    missing = adjusted(value, torch.tensor([0.0, 0.3]), torch.tensor([0.0, 0.1]), torch.tensor([0.0, 4.0]), options)
    torch.testing.assert_close(missing, torch.tensor([1.0, 1.1]))


def test_the_weight_of_a_misaligned_sample_grows_with_the_similarity_of_the_exchanged_features():
    value = torch.tensor([[[1.0, 0.0], [1.0, 0.0]], [[5.0, 5.0], [0.0, 2.0]], [[1.0, 0.0], [-3.0, 0.0]]])
    mixture = Mixture(torch.tensor([0, 0, 0, 0]), torch.tensor([[0, 0, 1, 0], [0, 1, 0, 2]]))
    present = torch.ones(2, 3, dtype=torch.bool)
    found = hardness(value, present, mixture)
    expected = [1.5, 1.5, 1 + (math.sqrt(0.5) + 1) / 2, 1.0]
    torch.testing.assert_close(found, torch.tensor(expected))
    present[1, 2] = False
    assert hardness(value, present, mixture)[3] == 1.5, "nothing can be compared"


def test_the_log_probability_of_the_true_class_is_minus_infinity_for_an_absent_modality():
    single = UnimodalPass(torch.tensor([[math.log(3), 0.0], [0.0, 0.0]]), torch.tensor([0, 1]), torch.tensor([1, 0]))
    found = true_log_probability(single, torch.tensor([1, 0]), 2)
    torch.testing.assert_close(found, torch.tensor([[-math.inf, math.log(0.5)], [math.log(0.75), -math.inf]]))


def exchanged(batch, names, sources):
    """Return one sample whose modalities come from these samples of a batch, by plain indexing."""
    values = {n: batch.values[n][i : i + 1] for n, i in zip(names, sources, strict=True)}
    valid = {n: batch.valid[n][i : i + 1] for n, i in zip(names, sources, strict=True)}
    return Batch(values, valid)


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late", "equilibrium"])
@pytest.mark.parametrize("data", ["ragged", "toy"])
def test_the_loss_is_that_of_a_loop_over_misaligned_samples(begun, request, monkeypatch, name, data):
    torch.manual_seed(0)  # some of the mixtures have one label
    ds = request.getfixturevalue(data)
    options = {"memory": False, "mapping": "none"} if name == "equilibrium" else {}
    world = begun(Midas(warm_up=0, weight=2.0), ds, name, **options)
    model, batch, names = world.model, world.batch, ds.spec.names
    model.eval()
    monkeypatch.setattr(model, "train", lambda mode=True: model)
    world.strategy.alpha = torch.tensor([1.4, *[1.0] * (len(names) - 1)], dtype=torch.float64)
    mixtures = []
    draw = module.drawn
    monkeypatch.setattr(module, "drawn", lambda *a: mixtures.append(draw(*a)) or mixtures[-1])
    update = next(world.strategy.updates(batch, world.rows))

    present = torch.stack([v.any(1) for v in batch.valid.values()])
    p = torch.zeros(len(names), 12, dtype=torch.float64)
    feature = {}
    for m, n in enumerate(names):
        alone = batch.masked(torch.arange(len(names)).eq(m).expand(12, -1))
        p[m] = model(alone).detach().double().softmax(-1)[torch.arange(12), batch.target]
        feature[n] = model.pooled(model.encode(alone))[0][m, :, 0].detach()
    rows = []
    for i, sources in zip(mixtures[0].anchor.tolist(), mixtures[0].source.t().tolist(), strict=True):
        here = [m for m, j in enumerate(sources) if present[m, j]]
        labels = {m: int(batch.target[sources[m]]) for m in here}
        if len(set(labels.values())) < 2:
            continue
        c = {m: float(p[m, sources[m]]) for m in here}
        c = {m: value / sum(c.values()) for m, value in c.items()}
        log = functional.log_softmax(model(exchanged(batch, names, sources)).detach().double(), -1)[0]
        fused = {m: float(log[labels[m]].exp()) for m in here}
        fused = {m: value / sum(fused.values()) for m, value in fused.items()}
        both = [m for m in here if sources[m] != i and present[m, i]]
        cos = [functional.cosine_similarity(feature[names[m]][i], feature[names[m]][sources[m]], 0) for m in both]
        hard = 1 + ((sum(map(float, cos)) / len(cos) if cos else 0.0) + 1) / 2
        rows.append((c, fused, hard, {m: log[labels[m]] for m in here}))
    mean_c = [np.mean([c[m] for c, *_ in rows if m in c]) for m in range(len(names))]
    weakest = int(np.argmin(mean_c))
    alpha = [1.0] * len(names)
    change = mean_c[weakest] - np.mean([f[weakest] for _, f, *_ in rows if weakest in f])
    alpha[weakest] = max(1.0, (1.4 if weakest == 0 else 1.0) + 0.05 * change)
    misaligned = sum(-hard * sum(alpha[m] * c[m] * log[m] for m in c) for c, _, hard, log in rows) / len(rows)
    single = unimodal_pass(model, model.encode(batch)).losses(world.training, batch.target)
    expected = world.training.joint(model.encode(batch), batch.target).loss + sum(single.values()) + 2 * misaligned
    assert update.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert [float(update.parts[f"alpha/{n}"]) for n in names] == pytest.approx(alpha, rel=1e-5)
    assert [float(update.parts[f"confidence/{n}"]) for n in names] == pytest.approx(mean_c, rel=1e-4)
    assert len(rows) < 24, "some have one label"


def test_a_weight_of_zero_is_the_joint_loss_and_the_unimodal_losses(toy, begun):
    world = begun(Midas(warm_up=0, weight=0), toy)
    update = next(world.strategy.updates(world.batch, world.rows))
    steps = world.model.encode(world.batch)
    losses = unimodal_pass(world.model, steps).losses(world.training, world.batch.target)
    expected = world.training.joint(steps, world.batch.target).loss + sum(losses.values())
    torch.testing.assert_close(update.loss, expected)


def test_the_warm_up_trains_by_the_unimodal_losses_only(toy, begun):
    for epoch, joint in ((2, False), (3, True)):
        world = begun(Midas(warm_up=2), toy, epoch=epoch)
        update = next(world.strategy.updates(world.batch, world.rows))
        losses = unimodal_pass(world.model, world.model.encode(world.batch)).losses(world.training, world.batch.target)
        assert bool(update.loss > sum(losses.values()) + 0.1) == joint


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_a_batch_of_one_class_has_no_misaligned_sample_and_a_finite_loss(toy, begun, name):
    world = begun(Midas(warm_up=0), toy, name)
    rows = np.flatnonzero(np.asarray(world.training.samples.target) == 0)[:6]
    batch = batch_of(world.training.samples, rows)
    update = next(world.strategy.updates(batch, rows))
    steps = world.model.encode(batch)
    losses = unimodal_pass(world.model, steps).losses(world.training, batch.target)
    expected = world.training.joint(steps, batch.target).loss + sum(losses.values())
    torch.testing.assert_close(update.loss, expected)
    assert world.strategy.alpha.tolist() == [1, 1, 1]
    update.loss.backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in world.model.parameters())


def test_soft_labels_and_weights_are_constants_of_the_loss(toy, begun, monkeypatch):
    world = begun(Midas(warm_up=0), toy)
    seen = []
    monkeypatch.setattr(module, "soft_labels", lambda *a: seen.append(soft_labels(*a)) or seen[-1])
    monkeypatch.setattr(module, "hardness", lambda *a: seen.append(hardness(*a)) or seen[-1])
    next(world.strategy.updates(world.batch, world.rows))
    assert len(seen) == 2
    assert not any(value.requires_grad for value in seen)


def test_features_of_width_one_train(toy):
    run = mm.train.fit(
        mm.models.build("concat", toy.spec, width=1), toy, epochs=2, strategy=Midas(warm_up=1), progress=False
    )
    assert run.status == "finished"
    assert math.isfinite(run.history[-1]["misaligned_loss"])
    assert "misaligned_loss" not in run.history[1]


def test_midas_refuses_a_regression(regression):
    model = mm.models.build("concat", regression.spec, width=8)
    with pytest.raises(ConfigError, match="strategy='midas' is for classification only"):
        mm.train.fit(model, regression, strategy="midas")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"warm_up": -1}, "midas: warm_up=-1"),
        ({"weight": math.inf}, "midas: weight=inf"),
        ({"adjust": "signs"}, "did you mean 'sign'"),
        ({"hard": 1}, "midas: hard=1"),
    ],
)
def test_invalid_options_of_midas_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Midas(**options)
