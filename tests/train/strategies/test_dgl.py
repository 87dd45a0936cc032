"""DGL: which gradient comes from which loss, exactly, and a factor that AdamW does not cancel."""

import copy
import math

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import modality_parameters, without_gradient
from mmviz.train.strategies import Dgl, Joint
from mmviz.train.strategies.base import Training
from mmviz.train.strategies.unimodal import UnimodalPass, unimodal_pass

MODELS = ["concat", "average", "lmf", "late", "coupled_mamba", "transformer", "alignmamba2"]


def specific(model):
    return {id(part.parameter) for m in range(len(model.spec.names)) for part in modality_parameters(model, m)}


def gradients(world):
    for update in world.strategy.updates(world.batch, world.rows):
        world.model.zero_grad()
        update.loss.backward()
    return {n: p.grad for n, p in world.model.named_parameters()}


def equal(found, expected):
    """Equal up to rounding; no gradient counts as zero."""
    for n, value in expected.items():
        given = torch.zeros_like(value) if found[n] is None else found[n]
        torch.testing.assert_close(given, value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("data", ["toy", "ragged"])
@pytest.mark.parametrize("name", MODELS)
def test_encoders_have_the_gradient_of_alpha_times_their_unimodal_loss_and_the_fusion_that_of_the_joint_loss(
    begun, request, name, data
):
    world = begun(Dgl(alpha=3.0, scale="gradient"), request.getfixturevalue(data), name)
    found, model = gradients(world), world.model
    named, own = dict(model.named_parameters()), specific(model)
    shared = {n: p for n, p in named.items() if id(p) not in own}
    encoders = {n: p for n, p in named.items() if id(p) in own}
    assert shared
    assert encoders
    steps = model.encode(world.batch)
    losses = unimodal_pass(model, steps).losses(world.training, world.batch.target)
    joint = world.training.joint(steps, world.batch.target).loss
    for loss, parameters, factor in ((sum(losses.values()), encoders, 3.0), (joint, shared, 1.0)):
        expected = torch.autograd.grad(loss, parameters.values(), allow_unused=True, retain_graph=True)
        pairs = zip(parameters, parameters.values(), expected, strict=True)
        equal(found, {n: torch.zeros_like(p) if g is None else factor * g for n, p, g in pairs})


def test_the_joint_loss_has_no_gradient_for_encoders_and_unimodal_losses_none_for_the_head(toy, begun, monkeypatch):
    plain = Training.joint
    monkeypatch.setattr(Training, "joint", lambda self, *a, **k: _scaled(plain(self, *a, **k), 100))
    many = gradients(begun(Dgl(), toy))
    monkeypatch.setattr(Training, "joint", plain)
    one = gradients(begun(Dgl(), toy))
    for n, value in one.items():
        torch.testing.assert_close(many[n], value * (100 if n.startswith("head.") else 1))
    real = UnimodalPass.losses
    monkeypatch.setattr(UnimodalPass, "losses", lambda self, *a: {n: 10 * v for n, v in real(self, *a).items()})
    ten = gradients(begun(Dgl(), toy))
    for n, value in one.items():
        torch.testing.assert_close(ten[n], value * (1 if n.startswith("head.") else 10))


def _scaled(update, factor):
    update.loss = factor * update.loss
    return update


def test_with_one_modality_the_gradients_are_those_of_joint_training(single, begun):
    equal(gradients(begun(Dgl(), single)), gradients(begun(Joint(), single)))


def stepped(world, model):
    """Make one step of AdamW; return how far each weight moved."""
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    adamw = torch.optim.AdamW(model.parameters(), 0.01, weight_decay=0.0)
    for update in world.strategy.updates(world.batch, world.rows):
        update.loss.backward()
        adamw.step()
    return {n: p.detach() - before[n] for n, p in model.named_parameters()}


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_alpha_multiplies_the_steps_of_encoders_exactly_and_on_the_gradient_adamw_cancels_it(toy, begun, name):
    found = {}
    for scale, alpha in (("step", 1.0), ("step", 2.5), ("gradient", 2.5)):
        world = begun(Dgl(alpha=alpha, scale=scale), toy, name)
        found[scale, alpha] = stepped(world, world.model)
    own = specific(world.model)
    one, more, gradient = found["step", 1.0], found["step", 2.5], found["gradient", 2.5]
    for n, p in world.model.named_parameters():
        torch.testing.assert_close(more[n], one[n] * (2.5 if id(p) in own else 1), rtol=1e-4, atol=1e-6)
        big = one[n].abs() > 9.95e-3  # where the gradient is far above AdamW's epsilon
        torch.testing.assert_close(gradient[n][big], one[n][big], rtol=1e-2, atol=0)
    assert any((one[n].abs() > 9.95e-3).any() for n in one)


def test_alpha_changes_a_whole_training_by_its_steps(toy):
    weights = []
    for alpha in (1.0, 3.0):
        model = mm.models.build("concat", toy.spec, width=8, dropout=0.0)
        run = mm.train.fit(
            model, toy, epochs=1, strategy="dgl", strategy_options={"alpha": alpha}, progress=False, batch_size=84
        )
        weights.append(run)
    name = "encoders.encoders.0.net.0.weight"
    one, three = (run.weights[1][name] - run.weights[0][name] for run in weights)
    torch.testing.assert_close(three, 3 * one, rtol=1e-3, atol=1e-6)


def test_parameters_have_their_gradients_back_after_a_failed_pass(toy, begun):
    world = begun(Dgl(), toy)
    parameters = list(world.model.parameters())
    parameters[0].requires_grad_(False)

    def failing_pass():
        with without_gradient(parameters):
            assert not any(p.requires_grad for p in parameters)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        failing_pass()
    assert [p.requires_grad for p in parameters] == [False, *[True] * (len(parameters) - 1)]


def test_a_modality_that_no_sample_of_a_batch_has_is_left_out(ragged, begun):
    world = begun(Dgl(), ragged)
    batch = copy.copy(world.batch)
    batch.valid = {n: v & (n != "light") for n, v in batch.valid.items()}
    update = next(world.strategy.updates(batch, world.rows))
    assert set(update.parts) == {"loss/sound"}
    update.loss.backward()
    encoder = world.model.encoders.encoders[1]
    assert all(p.grad is None or (p.grad == 0).all() for p in encoder.parameters())


def test_dgl_refuses_a_model_without_parameters_of_each_modality_and_invalid_options(toy):
    model = mm.models.build("concat", toy.spec, width=8)
    model.encoders.encoders[2].requires_grad_(False)
    with pytest.raises(ConfigError, match=r"dgl: it trains the parameters.*'m3' has none to train"):
        mm.train.fit(model, toy, epochs=1, strategy="dgl", progress=False)
    for options, message in (({"alpha": 0}, "dgl: alpha=0"), ({"alpha": math.nan}, "nan"), ({"scale": "x"}, "scale")):
        with pytest.raises(ConfigError, match=message):
            Dgl(**options)
