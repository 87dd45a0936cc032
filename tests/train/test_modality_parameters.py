"""The parameters of a modality: exactly those that get no gradient when it is masked, in every model."""

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.train.modality_parameters import modality_parameters

SMALL = {"tfn": {"width": 4}, "coupled_mamba": {"layers": 2, "state": 4}, "late": {"layers": 1, "state": 4}}


def model_of(name, spec):
    return mm.models.build(name, spec, **{"width": 8, "dropout": 0.0, **SMALL.get(name, {})})


def gradients_without(model, batch, masked):
    """Every parameter's gradient, zero where there is none, with some modalities masked."""
    members = torch.ones(len(batch), len(model.spec.modalities), dtype=torch.bool)
    members[:, masked] = False
    model.zero_grad()
    model.fuse(model.encode(batch).masked(members)).square().sum().backward()
    return {id(p): torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in model.parameters()}


def marks(model, modality):
    """For every parameter, True at the elements that are said to belong to the modality."""
    owned = {id(p): torch.zeros(p.shape, dtype=torch.bool) for p in model.parameters()}
    for part in modality_parameters(model, modality):
        owned[id(part.parameter)][part.rows] = True
    return owned


@pytest.mark.parametrize("name", mm.models.available())
def test_parts_of_modalities_do_not_overlap_and_hold_every_encoder(toy, name):
    model = model_of(name, toy.spec)
    owned = [marks(model, m) for m in range(3)]
    for parameter in model.parameters():
        assert (sum(o[id(parameter)].int() for o in owned) <= 1).all()
    for m, encoder in enumerate(model.encoders.encoders):
        assert all(owned[m][id(p)].all() for p in encoder.parameters())


@pytest.mark.parametrize("name", mm.models.available())
def test_a_masked_modality_gives_its_parameters_no_gradient(toy, name):
    model, batch = model_of(name, toy.spec), batch_of(toy["train"], range(6))
    for m in range(3):
        without = gradients_without(model, batch, [m])
        for part in modality_parameters(model, m):
            assert (without[id(part.parameter)][part.rows] == 0).all(), part.name


@pytest.mark.parametrize("name", mm.models.available())
def test_every_parameter_with_a_gradient_from_one_modality_only_is_modality_specific(toy, name):
    model, batch = model_of(name, toy.spec), batch_of(toy["train"], range(6))
    for m in range(3):
        alone = gradients_without(model, batch, [n for n in range(3) if n != m])
        others = [gradients_without(model, batch, [m]), gradients_without(model, batch, [m, (m + 1) % 3])]
        owned = marks(model, m)
        # the gradient of a key's bias is zero, and rounding leaves anything about 1e-8 of the largest in its place
        rounding = 1e-6 * max(g.abs().max() for g in alone.values())
        for parameter_name, p in model.named_parameters():
            only_mine = (alone[id(p)].abs() > rounding) & (others[0][id(p)] == 0) & (others[1][id(p)] == 0)
            fused = parameter_name.endswith("logits") or parameter_name.startswith(("head", "joined", "time"))
            assert fused or not (only_mine & ~owned[id(p)]).any(), f"{parameter_name}: name it in modality_parameters"


def test_stacked_slices_are_views_of_the_gradient(toy):
    model, batch = model_of("coupled_mamba", toy.spec), batch_of(toy["train"], range(6))
    model.fuse(model.encode(batch)).square().sum().backward()
    before = model.blocks[0].into.weight.grad.clone()
    for part in modality_parameters(model, 1):
        if part.gradient is not None:
            part.gradient.mul_(0)
    after = model.blocks[0].into.weight.grad
    assert (after[1] == 0).all()
    assert torch.equal(after[[0, 2]], before[[0, 2]])
    conv = model.blocks[0].conv.weight.grad  # (modality * channel, 1, taps)
    assert (conv.unflatten(0, (3, -1))[1] == 0).all()
    assert (conv.unflatten(0, (3, -1))[[0, 2]] != 0).any()
    assert (model.blocks[0].A_log.grad[1] == 0).all()


def test_with_one_modality_every_stacked_parameter_is_modality_specific():
    ds = mm.data.synthetic(n=40, steps=12, modalities=1, delays=[0])
    model = model_of("coupled_mamba", ds.spec)
    owned = marks(model, 0)
    shared = [n for n, p in model.named_parameters() if not owned[id(p)].all()]
    assert all(n.startswith(("head", "present_mean")) or "coupling" in n for n in shared)


def test_modality_parameters_refuses_a_position_out_of_range(toy):
    for wrong in (3, -1, "audio", True):
        with pytest.raises(ConfigError, match="from 0 to 2"):
            modality_parameters(model_of("average", toy.spec), wrong)


def test_modality_gradients_are_the_norms_of_one_update_and_change_no_weight(toy):
    options = {"epochs": 1, "batch_size": 512, "clip": 1e6, "progress": False}
    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4, dropout=0.0)
    run = mm.train.fit(model, toy, modality_gradients=True, **options)
    plain = mm.train.fit(model, toy, **options)
    assert all(torch.equal(plain.weights[1][key], value) for key, value in run.weights[1].items())
    assert not any(key.startswith("modality_gradient") for key in plain.history[1])
    batch = batch_of(toy["train"], range(len(toy["train"])))
    model.train()
    torch.nn.functional.cross_entropy(model.training_forward(model.encode(batch))[0], batch.target).backward()
    for m, name in enumerate(toy.spec.names):
        own = torch.cat(
            [part.gradient.flatten() for part in modality_parameters(model, m) if part.gradient is not None]
        )
        assert run.history[1][f"modality_gradient_norm/{name}"] == pytest.approx(float(own.norm()), rel=1e-4)
