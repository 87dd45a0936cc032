"""OGM-GE: its formulas against numbers worked by hand, and whose gradients change by how much."""

import math

import pytest
import torch

import mmviz as mm
from mmviz.data.spec import Task
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import OgmGe
from mmviz.train.strategies.ogm_ge import coefficients, discrepancy, modulate, scores

VALUE = Task("regression", (), 1)
TWO = torch.tensor([True, True])


def test_the_score_is_the_probability_of_the_true_class(toy):
    output = torch.tensor([[0.0, 0.0], [math.log(3), 0.0]])
    torch.testing.assert_close(scores(toy.spec.task, output, torch.tensor([0, 0])), torch.tensor([0.5, 0.75]))


def test_the_score_of_a_regression_falls_with_the_error_in_units_of_the_spread():
    target = torch.tensor([0.0, 10.0, 20.0])  # mean absolute deviation 20/3
    found = scores(VALUE, torch.tensor([[0.0], [20.0], [20.0]]), target)
    torch.testing.assert_close(found, torch.tensor([1.0, math.exp(-1.5), 1.0]))
    same = scores(VALUE, torch.tensor([[1.0], [0.0]]), torch.zeros(2))
    torch.testing.assert_close(same, torch.tensor([math.exp(-1), 1.0]))


def test_the_ratio_of_two_is_the_papers_and_of_three_that_to_the_mean_of_the_others():
    torch.testing.assert_close(discrepancy(torch.tensor([0.8, 0.4]), TWO), torch.tensor([2.0, 0.5]))
    three = discrepancy(torch.tensor([0.6, 0.3, 0.3]), torch.ones(3, dtype=torch.bool))
    torch.testing.assert_close(three, torch.tensor([2.0, 2 / 3, 2 / 3]))


def test_absent_modalities_are_left_out_of_the_discrepancy_ratio():
    there = torch.tensor([True, True, False])
    torch.testing.assert_close(discrepancy(torch.tensor([0.8, 0.4, 0.0]), there), torch.tensor([2.0, 0.5, 1.0]))
    assert discrepancy(torch.tensor([0.7]), torch.tensor([True])).tolist() == [1.0]
    assert discrepancy(torch.zeros(2), TWO).tolist() == [1.0, 1.0]
    assert discrepancy(torch.tensor([0.7, math.nan]), TWO).isnan().all()


def test_only_a_ratio_above_one_reduces_the_coefficient():
    found = coefficients(torch.tensor([2.0, 0.5, 1.0, math.nan]), 0.5)
    torch.testing.assert_close(found, torch.tensor([1 - math.tanh(1.0), 1.0, 1.0, 1.0]))


def test_noise_has_the_spread_of_the_gradient_before_scaling():
    torch.manual_seed(0)
    gradient = 3.0 * torch.randn(200_000)
    changed = gradient.clone()
    modulate(changed, 0.25, noisy=True)
    noise = changed - 0.25 * gradient
    assert abs(noise.std() / gradient.std() - 1) < 0.01
    assert abs(noise.mean()) < 0.05
    kept = gradient.clone()
    modulate(kept, 1.0, noisy=False)
    assert torch.equal(kept, gradient)
    modulate(None, 0.5, noisy=True)
    one = torch.tensor([2.0])
    modulate(one, 0.5, noisy=True)  # one value has no spread
    assert one.item() == 1.0


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_only_the_gradients_of_the_leading_modality_are_scaled(toy, begun, name):
    world = begun(OgmGe(noise="none"), toy, name)
    update = next(world.strategy.updates(world.batch, world.rows))
    world.strategy.coefficients = [1.0, 0.25, 1.0]
    update.loss.backward()
    before = {n: p.grad.clone() for n, p in world.model.named_parameters() if p.grad is not None}
    world.strategy.after_backward(update)
    expected = {n: g.clone() for n, g in before.items()}
    places = {id(p): n for n, p in world.model.named_parameters()}
    for part in modality_parameters(world.model, 1):
        if places[id(part.parameter)] in expected:
            expected[places[id(part.parameter)]][part.rows] *= 0.25
    after = {n: p.grad for n, p in world.model.named_parameters() if p.grad is not None}
    assert all(torch.equal(expected[n], after[n]) for n in before)
    assert not torch.equal(before["encoders.encoders.1.net.0.weight"], after["encoders.encoders.1.net.0.weight"])


def test_a_ratio_of_one_leaves_the_training_unchanged(single):
    runs = [
        mm.train.fit(
            mm.models.build("concat", single.spec, width=8),
            single,
            epochs=2,
            strategy=strategy,
            strategy_options=options,
            progress=False,
        )
        for strategy, options in (("joint", {}), ("ogm_ge", {"noise": "scaled"}))
    ]
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())
    assert runs[1].history[-1]["coefficient/m1"] == 1.0


def test_noise_all_changes_every_gradient_and_noise_scaled_only_the_scaled_ones(toy, begun):
    for noise, disturbed in (("all", [True, True, True]), ("scaled", [False, True, False])):
        world = begun(OgmGe(noise=noise, noise_on="weights"), toy)
        update = next(world.strategy.updates(world.batch, world.rows))
        world.strategy.coefficients = [1.0, 0.5, 1.0]
        update.loss.backward()
        weights = [world.model.encoders.encoders[m].net[0].weight for m in range(3)]
        before, head = [w.grad.clone() for w in weights], world.model.head[1].weight.grad.clone()
        world.strategy.after_backward(update)
        assert [not torch.equal(b, w.grad) for b, w in zip(before, weights, strict=True)] == disturbed
        assert torch.equal(head, world.model.head[1].weight.grad), "the head is shared"


def test_scaling_the_step_is_scaling_the_gradient_where_the_optimiser_is_plain_descent(toy, begun):
    found = []
    for scale in ("gradient", "step"):
        world = begun(OgmGe(noise="none", scale=scale, alpha=1.0), toy)
        optimizer = torch.optim.SGD(world.model.parameters(), 0.1)
        for update in world.strategy.updates(world.batch, world.rows):
            assert min(world.strategy.coefficients) < 1
            update.loss.backward()
            world.strategy.after_backward(update)
            optimizer.step()
        found.append({n: p.detach().clone() for n, p in world.model.named_parameters()})
    for n, value in found[0].items():
        torch.testing.assert_close(value, found[1][n], rtol=0, atol=1e-7)


def test_modulation_is_active_from_first_epoch_to_last_epoch_only(toy):
    run = mm.train.fit(
        mm.models.build("concat", toy.spec, width=8),
        toy,
        epochs=4,
        strategy="ogm_ge",
        strategy_options={"first_epoch": 2, "last_epoch": 3},
        progress=False,
    )
    least = [min(row[f"coefficient/{m}"] for m in toy.spec.names) for row in run.history[1:]]
    assert least[0] == least[3] == 1
    assert max(least[1:3]) < 1
