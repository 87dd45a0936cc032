"""AGM: parts of the logits, coefficients against numbers worked by hand, and whose steps change by how much."""

import itertools
import math
import types

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import Agm, Joint
from mmviz.train.strategies.agm import coefficients, ratios

TWO = torch.tensor([True, True])


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def parts_of(world):
    """Return parts and logits of the batch of a model without dropout."""
    world.model.double()
    batch = world.batch.to("cpu", torch.float64)
    steps = world.model.encode(batch)
    output = world.model.training_forward(steps)[0]
    return world.strategy._parts_of(steps, output), output, steps, batch


@pytest.mark.parametrize("modalities", [1, 2, 3, 4])
def test_the_parts_sum_to_the_logits_for_any_number_of_modalities(begun, modalities):
    ds = mm.data.synthetic(n=60, steps=8, modalities=modalities, delays=[0] * modalities, task="classification", seed=0)
    each, output, *_ = parts_of(begun(Agm(), ds, "transformer"))
    torch.testing.assert_close(each.sum(1), output, rtol=1e-10, atol=1e-10)


def test_the_parts_of_two_modalities_are_the_published_ones_and_those_of_three_are_shapley_values(easy, begun):
    pair = mm.data.select_modalities(easy, ["m1", "m2"])
    world = begun(Agm(), pair, "transformer")
    each, output, steps, batch = parts_of(world)
    a, v = (world.model.fuse(steps.masked(world.training.only(m, len(batch)))) for m in (0, 1))
    torch.testing.assert_close(each[:, 0], (output - v + a) / 2)
    torch.testing.assert_close(each[:, 1], (output - a + v) / 2)

    world = begun(Agm(), easy, "transformer")
    each, output, steps, batch = parts_of(world)

    def predicted(members):
        keep = torch.tensor([m in members for m in range(3)]).expand(len(batch), -1)
        return world.model.fuse(steps.masked(keep)) if members else torch.zeros_like(output)

    orders = list(itertools.permutations(range(3)))
    expected = sum(predicted({*o[: o.index(0)], 0}) - predicted(set(o[: o.index(0)])) for o in orders) / len(orders)
    torch.testing.assert_close(each[:, 0], expected)


def test_a_modality_that_a_sample_does_not_have_has_no_part_and_the_others_sum_to_the_logits(ragged, begun):
    each, output, steps, _ = parts_of(begun(Agm(), ragged))
    present = steps.mask.any(-1).t()
    assert not present.all()
    some = present.any(1)
    assert each[~present].abs().max() < 1e-12
    torch.testing.assert_close(each.sum(1)[some], output[some], rtol=1e-10, atol=1e-10)


def test_the_ratio_of_two_is_the_papers_and_of_three_that_to_the_mean_of_the_others():
    torch.testing.assert_close(ratios(numbers(1.3, 0.4), TWO), numbers(math.exp(-0.9), math.exp(0.9)))
    three = ratios(numbers(0.5, 1.0, 2.0), torch.ones(3, dtype=torch.bool))
    torch.testing.assert_close(three, numbers(math.exp(1.0), math.exp(0.25), math.exp(-1.25)))
    absent = ratios(numbers(0.5, 1.0, 0.0), torch.tensor([True, True, False]))
    torch.testing.assert_close(absent, numbers(math.exp(0.5), math.exp(-0.5), 1.0))
    assert ratios(numbers(0.5), torch.tensor([True])).tolist() == [1.0]


def test_equal_scores_give_coefficients_of_one_and_alpha_zero_too():
    assert coefficients(numbers(0.7, 0.7), numbers(1.1, 1.1), TWO, 1.0, 10.0).tolist() == [1.0, 1.0]
    assert coefficients(numbers(0.2, 0.7), numbers(1.1, 0.3), TWO, 0.0, 10.0).tolist() == [1.0, 1.0]


def test_the_modality_that_is_ahead_of_its_long_run_ratio_is_slowed_down():
    """A released benchmark reverses the ratio, so that the leader is sped up."""
    mean = numbers(1.0, 1.0)
    before = coefficients(numbers(1.0, 1.0), mean, TWO, 1.0, 10.0)
    after = coefficients(numbers(0.6, 1.0), mean, TWO, 1.0, 10.0)
    assert after[0] < before[0] == 1.0 < after[1]
    torch.testing.assert_close(after[0], numbers(math.exp(1 - math.exp(0.4)))[0])
    lower = coefficients(numbers(0.3, 1.0), mean, TWO, 1.0, 10.0)
    assert lower[0] < after[0]


def test_the_cap_bounds_every_coefficient_and_an_unknown_modality_has_one():
    found = coefficients(numbers(9.0, 0.1), numbers(0.1, 9.0), TWO, 1.0, 2.0)
    assert found[0] == pytest.approx(math.exp(2.0))
    assert found[1] < 1e-6
    assert coefficients(numbers(9.0, 0.1), numbers(0.1, 9.0), ~TWO, 1.0, 2.0).tolist() == [1.0, 1.0]


def test_the_running_mean_is_that_of_all_updates_so_far_and_the_first_update_is_joint(easy, begun):
    world = begun(Agm(), easy)
    seen = []
    for i in range(3):
        with torch.no_grad():
            world.model.encoders.encoders[0].net[0].weight.mul_(1 + i)
        update = next(world.strategy.updates(world.batch, world.rows))
        seen.append([update.parts[f"score/{n}"] for n in easy.spec.names])
        if i == 0:
            assert all(update.parts[f"coefficient/{n}"] == 1 for n in easy.spec.names)
    assert any(update.parts[f"coefficient/{n}"] != 1 for n in easy.spec.names)
    torch.testing.assert_close(world.strategy.mean, torch.tensor(seen, dtype=torch.float64).mean(0))


def gradients(world, update):
    update.loss.backward()
    found = {n: p.grad.clone() for n, p in world.model.named_parameters() if p.grad is not None}
    world.model.zero_grad()
    return found


def test_scaling_the_gradient_multiplies_what_passes_through_each_part(easy, begun):
    world = begun(Agm(scale="gradient", cap=10.0), easy)
    world.model.double()
    world.batch = world.batch.to("cpu", torch.float64)
    strategy, steps = world.strategy, world.model.encode(world.batch)
    strategy.mean, strategy.count = numbers(0.9, 0.5, 0.7), numbers(3.0, 3.0, 3.0)
    update = next(strategy.updates(world.batch, world.rows))
    k = numbers(*(update.parts[f"coefficient/{n}"] for n in easy.spec.names))
    assert len(set(k.tolist())) == 3
    found = gradients(world, update)

    each = strategy._parts_of(steps, world.model.fuse(steps))
    each.register_hook(lambda g: g * k[:, None])  # as in the published code
    loss = torch.nn.functional.cross_entropy(each.sum(1), world.batch.required_target)
    torch.testing.assert_close(update.loss, loss)
    loss.backward()
    for n, p in world.model.named_parameters():
        if n in found:
            torch.testing.assert_close(found[n], p.grad, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", ["gradient", "step"])
def test_with_alpha_zero_the_gradient_is_that_of_joint_training(easy, begun, scale):
    worlds = [begun(s, easy) for s in (Agm(alpha=0, scale=scale), Joint())]
    worlds[1].model.load_state_dict(worlds[0].model.state_dict())
    for _ in range(2):
        first, second = (gradients(w, next(w.strategy.updates(w.batch, w.rows))) for w in worlds)
        for n, g in second.items():
            torch.testing.assert_close(first[n], g, rtol=1e-5, atol=1e-7)


def moved(ds, begun, monkeypatch, k):
    """Return how far one update with these coefficients moves the first layer of each encoder."""
    torch.manual_seed(0)
    world = begun(Agm(), ds)
    steps = torch.optim.AdamW(world.model.parameters(), 0.01)
    weights = [world.model.encoders.encoders[m].net[0].weight for m in range(3)]
    before = [w.detach().clone() for w in weights]
    monkeypatch.setattr("mmviz.train.strategies.agm.coefficients", lambda *a: numbers(*k))
    for update in world.strategy.updates(world.batch, world.rows):
        update.loss.backward()
        steps.step()
    return [w.detach() - b for w, b in zip(weights, before, strict=True)]


def test_the_coefficient_multiplies_the_step_of_adamw(easy, begun, monkeypatch):
    plain, scaled = (moved(easy, begun, monkeypatch, k) for k in ((1.0, 1.0, 1.0), (0.25, 1.0, 2.0)))
    for a, b, k in zip(plain, scaled, (0.25, 1.0, 2.0), strict=True):
        torch.testing.assert_close(b, k * a, rtol=1e-4, atol=1e-6)
        assert a.abs().max() > 0


def test_a_score_that_is_not_finite_changes_neither_coefficients_nor_running_means(easy, begun):
    world = begun(Agm(), easy)
    next(world.strategy.updates(world.batch, world.rows))
    before = world.strategy.mean.clone()
    each = torch.full((12, 3, 2), math.nan)
    present = torch.ones(12, 3, dtype=torch.bool)
    score, known = world.strategy._scores(each, present, world.batch.required_target)
    assert not known.any()
    assert score.isfinite().all()
    assert coefficients(score, before, known, 1.0, 1.0).tolist() == [1.0, 1.0, 1.0]


def test_parameters_of_each_modality_are_needed_for_steps_only_and_invalid_options_are_refused(toy, begun):
    world = begun(Agm(), toy)
    assert modality_parameters(world.model, 0)
    world.model.encoders.requires_grad_(False)
    with pytest.raises(ConfigError, match=r"agm: it scales the steps .* 'm1' has none to train"):
        Agm().prepare(world.model)
    assert Agm(scale="gradient").prepare(world.model) is world.model
    for options, message in (
        ({"alpha": -1}, r"agm: alpha=-1"),
        ({"cap": 0}, r"agm: cap=0"),
        ({"scale": "both"}, r"agm: scale='both'"),
    ):
        with pytest.raises(ConfigError, match=message):
            Agm(**options)


def test_more_modalities_than_have_exact_parts_are_refused():
    many = types.SimpleNamespace(spec=types.SimpleNamespace(modalities=range(13)))
    with pytest.raises(ConfigError, match=r"agm: 13 modalities have too many subsets; at most 12"):
        Agm().prepare(many)
