"""OPM: rates against numbers worked by hand, which samples are masked, and the scale of what remains."""

import math
import types

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.strategies import Joint, Opm
from mmviz.train.strategies.opm import drop_rates, scaled_features


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_only_a_ratio_above_one_gives_a_rate_and_it_is_the_published_one():
    found = drop_rates(numbers(1.5, 1 / 1.5, 1.0, math.nan), 0.5, 0.5)
    torch.testing.assert_close(found, numbers(0.5 * (1 + 0.5 * math.tanh(0.5)), 0.0, 0.0, 0.0))
    assert drop_rates(numbers(9.0), 0.9, 5.0).tolist() == [1.0]
    assert drop_rates(numbers(9.0), 0.0, 5.0).tolist() == [0.0]


def forced(begun, monkeypatch, ds, rate, **options):
    """Return a strategy in every batch of which the modalities are masked with these rates, and the batch in float64."""
    world = begun(Opm(probability=1.0, warm_up=0, **options), ds)
    world.model.double()
    world.batch = world.batch.to("cpu", torch.float64)
    monkeypatch.setattr("mmviz.train.strategies.opm.drop_rates", lambda *a: numbers(*rate))
    return world


def shown(world):
    """Return the update of the batch and which samples and modalities its loss has seen."""
    seen = []
    real = world.training.joint

    def joint(steps, target, **update):
        seen.append(steps)
        return real(steps, target, **update)

    world.training.joint = joint
    update = next(world.strategy.updates(world.batch, world.rows))
    return update, seen[0]


def test_only_the_leader_is_masked_and_the_loss_is_that_of_the_masked_samples(easy, begun, monkeypatch):
    world = forced(begun, monkeypatch, easy, (0.0, 0.6, 0.0))
    torch.manual_seed(3)
    update, steps = shown(world)
    there = steps.mask.any(-1)
    assert there[0].all()
    assert there[2].all()
    assert 0 < there[1].sum() < 12
    expected = torch.nn.functional.cross_entropy(
        world.model(world.batch.masked(there.t())), world.batch.required_target
    )
    torch.testing.assert_close(update.loss, expected)
    assert update.parts["drop_rate/m2"] == 0.6


def test_the_rate_in_the_history_is_that_of_the_scores_of_the_batch(easy, begun):
    world = begun(Opm(probability=0.0, warm_up=0), easy)
    update = next(world.strategy.updates(world.batch, world.rows))
    score = []
    for m in range(3):
        only = torch.arange(3).eq(m).expand(12, -1)
        p = world.model(world.batch.masked(only)).softmax(-1)
        score.append(p.gather(1, world.batch.required_target[:, None]).mean().item())
    for m, n in enumerate(easy.spec.names):
        ratio = score[m] / ((sum(score) - score[m]) / 2)
        assert update.parts[f"ratio/{n}"] == pytest.approx(ratio, rel=1e-5)
        rate = 0.5 * (1 + 0.5 * math.tanh(ratio - 1)) if ratio > 1 else 0.0
        assert update.parts[f"drop_rate/{n}"] == pytest.approx(rate, rel=1e-4)


def test_equal_scores_give_the_joint_loss(single, easy, begun, monkeypatch):
    world = forced(begun, monkeypatch, easy, (0.0, 0.0, 0.0))
    update, steps = shown(world)
    assert steps.mask.all()
    alone = begun(Opm(warm_up=0), single)
    update = next(alone.strategy.updates(alone.batch, alone.rows))
    expected = alone.training.joint(alone.model.encode(alone.batch), alone.batch.required_target)
    assert update.loss.item() == expected.loss.item()
    assert update.parts == {}


def test_scaled_features_have_the_expectation_of_the_features_and_the_published_factor_does_not():
    torch.manual_seed(0)
    rate = numbers(0.6, 0.0)
    kept = (torch.rand(200_000, 2) >= rate).double()
    ours = (kept / (1 - rate)).mean(0)
    torch.testing.assert_close(ours, numbers(1.0, 1.0), rtol=0, atol=0.02)
    published = (kept / (1 - rate.mean())).mean(0)
    torch.testing.assert_close(published, numbers(0.571, 1.429), rtol=0, atol=0.02)


def test_rescale_divides_the_features_of_each_modality_by_the_probability_that_it_stays(easy, begun, monkeypatch):
    world = forced(begun, monkeypatch, easy, (0.0, 0.6, 0.2), rescale="features")
    torch.manual_seed(3)
    update, steps = shown(world)
    pooled, present = world.model.pooled(steps)
    factor = numbers(1.0, 1 / 0.4, 1 / 0.8)[:, None, None, None]
    expected = world.model.fuse_pooled(pooled * factor, present)[:, 0]
    torch.testing.assert_close(update.loss, torch.nn.functional.cross_entropy(expected, world.batch.required_target))
    plain = world.model.eval()(world.batch)
    with scaled_features(world.model, None):
        assert torch.equal(world.model(world.batch), plain)
    assert not world.model.pool._forward_hooks, "predictions after the update are not scaled"


def test_the_gradient_of_what_is_masked_is_zero_and_of_the_rest_that_of_the_loss(easy, begun, monkeypatch):
    """In the published code the backward pass of the mask returns its own factor as the gradient."""
    world = forced(begun, monkeypatch, easy, (0.0, 0.6, 0.0), rescale="features")
    real, given = world.model.encode, []

    def encode(batch):
        steps = real(batch)
        given.append(steps._replace(x=steps.x.detach().requires_grad_()))
        return given[0]

    monkeypatch.setattr(type(world.model), "encode", lambda self, batch: encode(batch))
    torch.manual_seed(3)
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    x = given[0].x
    masked = ~x.grad[1].flatten(1).any(1)
    assert 0 < masked.sum() < 12
    assert x.grad[0].flatten(1).any(1).all()
    members = torch.ones(12, 3, dtype=torch.bool)
    members[:, 1] = ~masked
    again = given[0]._replace(x=x.detach().clone().requires_grad_())
    with scaled_features(world.model, numbers(1.0, 1 / 0.4, 1.0)):
        output = world.model.fuse(again.masked(members))
    torch.nn.functional.cross_entropy(output, world.batch.required_target).backward()
    torch.testing.assert_close(x.grad, again.x.grad)


def test_a_sample_without_a_modality_left_is_not_used_and_a_batch_of_them_has_no_update(ragged, begun, monkeypatch):
    world = forced(begun, monkeypatch, ragged, (1.0, 0.0))
    update, steps = shown(world)
    alone = [not world.batch.valid[ragged.spec.names[1]][i].any() for i in range(12)]
    assert 0 < sum(alone) < 12
    without = [not any(v[i].any() for v in world.batch.valid.values()) for i in range(12)]
    assert steps.mask.shape[1] == 12 - sum(a and not w for a, w in zip(alone, without, strict=True))
    assert update.loss.isfinite()
    world = forced(begun, monkeypatch, ragged, (1.0, 1.0))
    for valid in world.batch.valid.values():
        valid[:, 0] = True
    assert list(world.strategy.updates(world.batch, world.rows)) == []


def test_a_sample_without_any_recorded_modality_stays_in_the_batch_as_in_joint_training(easy, begun, monkeypatch):
    world = forced(begun, monkeypatch, easy, (0.0, 0.6, 0.0))
    for valid in world.batch.valid.values():
        valid[4] = False
    _, steps = shown(world)
    assert steps.mask.shape[1] == 12
    assert not steps.mask[:, 4].any()


def test_during_the_warm_up_it_is_joint_training_and_afterwards_it_is_not(easy):
    runs = [
        mm.train.fit(mm.models.build("concat", easy.spec, width=8), easy, epochs=3, strategy=s, progress=False)
        for s in (Joint(), Opm(warm_up=2, probability=1.0))
    ]
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())
    assert not all(torch.equal(v, runs[1].weights[3][k]) for k, v in runs[0].weights[3].items())
    assert "drop_rate/m1" not in runs[1].history[2]
    assert max(runs[1].history[3][f"drop_rate/{n}"] for n in easy.spec.names) > 0


def test_features_of_a_users_module_cannot_be_scaled_and_invalid_options_are_refused():
    module = types.SimpleNamespace(config=types.SimpleNamespace(name="Mine"))
    with pytest.raises(ConfigError, match=r"opm: rescale='features' .* those of Mine are unknown; leave out rescale"):
        Opm(rescale="features").prepare(module)
    assert Opm().prepare(module) is module
    for options, message in (
        ({"base": 2}, r"opm: base=2"),
        ({"probability": -0.1}, r"opm: probability=-0\.1"),
        ({"strength": math.inf}, r"opm: strength=inf"),
        ({"warm_up": 1.5}, r"opm: warm_up=1\.5"),
        ({"rescale": "all"}, r"opm: rescale='all'"),
    ):
        with pytest.raises(ConfigError, match=message):
            Opm(**options)
