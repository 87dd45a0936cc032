"""Each modality through its own pass; random non-empty subsets with the stated probabilities."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.train.strategies import ModalityDropout, Unimodal
from mmviz.train.strategies.modality_dropout import draw_subsets, subset_weights

ALL = torch.ones(1, 3, dtype=torch.bool)


def test_the_loss_of_unimodal_is_the_mean_of_the_unimodal_losses(toy, begun):
    world = begun(Unimodal(), toy, "coupled_mamba")
    update = next(world.strategy.updates(world.batch, world.rows))
    members = [torch.arange(3).eq(m).expand(12, -1) for m in range(3)]
    each = [world.training.loss(world.model(world.batch.masked(s)), world.batch.required_target) for s in members]
    torch.testing.assert_close(update.loss, sum(each) / 3, rtol=1e-5, atol=1e-6)
    assert update.parts["loss/m2"].item() == pytest.approx(each[1].item(), abs=1e-5)


def test_samples_without_a_modality_have_no_part_in_its_loss(ragged, begun):
    world = begun(Unimodal(modality="sound"), ragged)
    there = torch.arange(12) != 3
    world.batch = world.batch.masked(torch.stack([there, torch.ones(12, dtype=torch.bool)], 1))
    update = next(world.strategy.updates(world.batch, world.rows))
    alone = world.model(world.batch.masked(torch.tensor([[True, False]]).expand(12, -1)))
    torch.testing.assert_close(update.loss, world.training.loss(alone[there], world.batch.required_target[there]))
    assert update.modality == "sound"


def test_unimodal_with_modality_changes_no_parameter_of_the_others(toy):
    model = mm.models.build("late", toy.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, toy, epochs=1, strategy=Unimodal(modality="m2"), progress=False, weight_decay=0.0)
    moved = [
        not torch.equal(run.weights[0][k], run.weights[1][k])
        for k in (f"encoders.encoders.{m}.net.0.weight" for m in range(3))
    ]
    assert moved == [False, True, False]


def test_a_batch_without_the_modality_makes_no_update(ragged, begun):
    world = begun(Unimodal(modality="sound"), ragged)
    gone = world.batch.masked(torch.tensor([[False, True]]).expand(12, -1))
    assert list(world.strategy.updates(gone, world.rows)) == []


def test_at_rate_one_half_all_non_empty_subsets_are_equally_likely():
    assert subset_weights(ALL, 0.5).tolist() == [[0.0] + [1.0] * 7]
    assert subset_weights(torch.tensor([[True, False, True]]), 0.5).tolist() == [[0, 1, 0, 0, 1, 1, 0, 0]]


def test_at_rate_zero_all_modalities_remain():
    assert draw_subsets(torch.tensor([[True, False, True], [False] * 3]), 0.0).tolist() == [
        [True, False, True],
        [False] * 3,
    ]


def test_subsets_come_with_the_stated_probability():
    torch.manual_seed(0)
    n, rate = 40_000, 0.3
    kept = draw_subsets(ALL.expand(n, -1), rate)
    assert kept.any(1).all()
    for k in range(1, 8):
        row = (k >> torch.arange(3)) % 2 == 1
        size = int(row.sum())
        expected = (1 - rate) ** size * rate ** (3 - size) / (1 - rate**3)
        share = (kept == row).all(1).double().mean().item()
        assert abs(share - expected) < 5 * (expected * (1 - expected) / n) ** 0.5


def test_draw_subsets_never_contains_an_absent_modality():
    torch.manual_seed(0)
    present = torch.tensor([[True, False, True], [False, True, False], [False, False, False]]).repeat(200, 1)
    kept = draw_subsets(present, 0.8)
    assert (kept <= present).all()
    assert (kept.any(1) == present.any(1)).all()


def test_empty_is_the_probability_of_masking_all_modalities_of_a_sample():
    torch.manual_seed(0)
    n, empty = 40_000, 0.2
    none = ~draw_subsets(ALL.expand(n, -1), 0.3, empty).any(1)
    assert abs(none.double().mean().item() - empty) < 5 * (empty * (1 - empty) / n) ** 0.5


def test_a_training_with_empty_above_zero_meets_the_empty_set_and_predicts_class_frequencies_from_it(toy):
    ends = {}
    for empty in (0.0, 0.3):
        model = mm.models.build("concat", toy.spec, width=8, dropout=0.0)
        run = mm.train.fit(
            model,
            toy,
            epochs=25,
            learning_rate=0.03,
            strategy=ModalityDropout(empty=empty),
            select="last",
            progress=False,
        )
        trace = mm.record(run, toy["train"], recorded_samples=1, influence=False, attribution=None)
        frequency = np.bincount(toy["train"].target, minlength=2) / len(toy["train"])
        v_empty = trace["coalitions"]["prediction"].sel(coalition=0).values
        ends[empty] = bool(trace["coalitions"]["trained"][0]), float(np.abs(v_empty - frequency).max())
    assert not ends[0.0][0]
    assert ends[0.3][0]
    assert ends[0.3][1] < 0.1


def test_dropout_at_rate_zero_is_joint_training(toy):
    runs = [
        mm.train.fit(
            mm.models.build("concat", toy.spec, width=8, dropout=0.0), toy, epochs=2, strategy=s, progress=False
        )
        for s in ("joint", ModalityDropout(rate=0.0))
    ]
    for k, v in runs[0].weights[2].items():
        torch.testing.assert_close(v, runs[1].weights[2][k], rtol=0, atol=1e-6)
    assert runs[1].history[-1]["available_share"] == 1
