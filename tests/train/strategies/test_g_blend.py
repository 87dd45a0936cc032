"""G-Blend: weights against numbers worked by hand, probes that leave the model alone."""

import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.train.strategies import GBlend
from mmviz.train.strategies.g_blend import blend_weights
from mmviz.train.strategies.unimodal import unimodal_pass


def test_weights_are_gain_over_squared_overfitting_by_hand():
    # loss 1: gain 0.4, gap grows by 0.2 -> 10; loss 2: gain 0.2, gap grows by 0.1 -> 20
    found = blend_weights(*np.array([[1.0, 1.0], [1.0, 1.0], [0.4, 0.7], [0.6, 0.8]]))
    np.testing.assert_allclose(found, [1 / 3, 2 / 3], rtol=1e-12)


def test_a_loss_whose_held_out_value_rises_has_the_weight_zero():
    before, after = np.ones(3), np.array([0.5, 1.2, math.nan])
    np.testing.assert_array_equal(blend_weights(before, before, before / 2, after), [1, 0, 0])


def test_without_any_gain_all_weights_are_equal():
    np.testing.assert_array_equal(blend_weights(np.ones(2), np.ones(2), np.ones(2), 2 * np.ones(2)), [0.5, 0.5])


def test_overfitting_below_the_floor_is_replaced_by_the_floor():
    found = blend_weights(*np.array([[1, 1], [1, 1], [0.5, 0.4], [0.5, 0.5]]), floor=0.1)
    np.testing.assert_allclose(found, [0.5, 0.5], rtol=1e-12)  # gaps of 0 and 0.1


def test_a_loss_that_hardly_falls_and_hardly_overfits_receives_nearly_the_whole_weight():
    strong, weak = [1.0, 1.0, 0.3, 0.7], [1.0, 1.0, 0.985, 0.99]
    found = blend_weights(*np.array([strong, weak]).T)
    assert found[1] > 0.9


@pytest.mark.parametrize("modalities", [1, 3])
def test_blend_weights_sum_to_one(modalities):
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert abs(blend_weights(*rng.random((4, modalities + 1))).sum() - 1) < 1e-12


def test_a_probe_does_not_change_model_and_mode(easy, begun):
    world = begun(GBlend(super_epoch=1), easy, epoch=2)
    before = {n: p.detach().clone() for n, p in world.model.named_parameters()}
    world.model.train()
    row = world.strategy.before_epoch(1)
    assert abs(sum(row.values()) - 1) < 1e-12
    assert row.keys() == {"blend_weight/m1", "blend_weight/m2", "blend_weight/m3", "blend_weight_joint"}
    assert all(torch.equal(before[n], p) for n, p in world.model.named_parameters())
    assert all(p.grad is None for p in world.model.parameters())
    assert world.model.training
    assert world.training.seconds["probe"] > 0


def test_a_probe_lowers_the_loss_it_trains(easy, begun):
    world = begun(GBlend(super_epoch=4), easy, epoch=2)
    for which in range(4):
        train_before, _, train_after, _ = world.strategy._probe(which)
        assert train_after < train_before


def test_the_loss_of_the_update_is_the_weighted_sum_of_joint_and_unimodal_losses(easy, begun):
    world = begun(GBlend(super_epoch=1), easy)
    world.strategy.weights = np.array([0.1, 0.2, 0.3, 0.4])
    update = next(world.strategy.updates(world.batch, world.rows))
    model, batch, task = world.model, world.batch, world.training
    single = unimodal_pass(model, model.encode(batch)).losses(task, batch.required_target)
    expected = (
        0.1 * single["m1"]
        + 0.2 * single["m2"]
        + 0.3 * single["m3"]
        + 0.4 * task.loss(model(batch), batch.required_target)
    )
    torch.testing.assert_close(update.loss, expected)


@pytest.mark.parametrize(("form", "probes"), [("offline", 1), ("online", 3)])
def test_probes_run_once_offline_and_before_every_super_epoch_online(easy, monkeypatch, form, probes):
    calls = []
    monkeypatch.setattr(GBlend, "_probe", lambda self, k: calls.append(k) or np.array([1.0, 1.0, 0.5, 0.6 + 0.01 * k]))
    run = mm.train.fit(
        mm.models.build("concat", easy.spec, width=8),
        easy,
        epochs=5,
        strategy=GBlend(form=form, super_epoch=2),
        progress=False,
    )
    assert len(calls) == probes * 4
    assert all(abs(sum(v for k, v in row.items() if k.startswith("blend")) - 1) < 1e-9 for row in run.history[1:])


def test_a_modality_without_samples_has_the_weight_zero(easy, begun):
    split = easy["train"]
    valid = {n: v & (n != "m2") for n, v in split.valid.items()}
    gone = type(split)(split.name, split.inputs, valid, split.target, split.ids, split.group)
    ds = mm.data.Dataset(easy.spec, {**easy.splits, "train": gone}, easy.report)
    world = begun(GBlend(super_epoch=1), ds)
    assert world.strategy.weights[1] == 0
    assert abs(world.strategy.weights.sum() - 1) < 1e-12
