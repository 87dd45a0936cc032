"""MLA: the projector against its closed form, and a head whose gradient really is projected."""

import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import Mla
from mmviz.train.strategies.mla import Projector, entropy_fused, entropy_weights


def test_a_projector_is_the_identity_before_updates_and_equals_the_formula_after_one():
    projector = Projector.identity(torch.zeros(5, 2))
    gradient = torch.arange(10.0).view(5, 2)
    assert torch.equal(projector.project(gradient), gradient)
    projector.update(torch.tensor([1.0, 0.0]), 1.0)
    torch.testing.assert_close(projector.matrix, torch.diag(torch.tensor([0.5, 1.0])))
    projector.update(torch.tensor([0.0, 3.0]), 1.0)
    torch.testing.assert_close(projector.matrix, torch.diag(torch.tensor([0.5, 0.1])))


def test_a_projector_is_the_regularised_inverse_of_its_inputs():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(12, 6, dtype=torch.float64, generator=generator)
    projector = Projector.identity(torch.zeros(1, 6, dtype=torch.float64))
    for feature in features:
        projector.update(feature, 0.3)
    closed = 0.3 * torch.linalg.inv(0.3 * torch.eye(6, dtype=torch.float64) + features.T @ features)
    torch.testing.assert_close(projector.matrix, closed, rtol=0, atol=1e-12)


def made(world, optimizer=None):
    """Make one batch of updates; return modality -> (head gradients before projection, after)."""
    found = {}
    for update in world.strategy.updates(world.batch, world.rows):
        world.model.zero_grad()
        update.loss.backward()
        before = [layer.weight.grad.clone() for layer in world.strategy.layers]
        world.strategy.after_backward(update)
        found[update.modality] = before, [layer.weight.grad.clone() for layer in world.strategy.layers]
        if optimizer is not None:
            optimizer.step()
    return found


@pytest.mark.parametrize("name", ["average", "coupled_mamba"])
def test_the_first_gradient_of_the_head_is_unchanged_and_the_next_are_projected(toy, begun, name):
    world = begun(Mla(), toy, name)
    found = made(world)
    assert list(found) == ["m1", "m2", "m3"]
    assert all(torch.equal(a, b) for a, b in zip(*found["m1"], strict=True))
    for later in ("m2", "m3"):
        assert all(not torch.equal(a, b) for a, b in zip(*found[later], strict=True))
        assert all(b.norm() < a.norm() for a, b in zip(*found[later], strict=True))


def test_a_projected_step_hardly_changes_the_output_of_the_head_for_other_modalities(toy, begun):
    world = begun(Mla(alpha=1e-4, protect="others"), toy, "average")
    layer = world.strategy.layers[0]
    seen = []
    hook = layer.register_forward_pre_hook(lambda _, x: seen.append(x[0].detach().flatten(0, -2).mean(0)))
    found = made(world)
    hook.remove()
    before, after = (pair[0] for pair in found["m2"])
    assert (after @ seen[0]).norm() < 1e-2 * (before @ seen[0]).norm(), "m1's mean feature is protected from m2"
    own = [pair[0] for pair in made(world)["m1"]]
    assert (own[1] @ seen[0]).norm() > 0, "and m1 may still move along it"


def test_one_projector_for_all_removes_the_own_mean_feature_of_a_modality(toy, begun):
    shares = {}
    for protect in ("others", "all"):
        world = begun(Mla(protect=protect, alpha=1e-3), toy, "average")
        made(world)
        before, after = made(world)["m1"]
        shares[protect] = float(after[0].norm() / before[0].norm())
    assert shares["all"] <= shares["others"] + 1e-6


def test_an_update_of_mla_changes_no_parameter_of_another_modality(toy, begun):
    world = begun(Mla(), toy, "coupled_mamba")
    for update in world.strategy.updates(world.batch, world.rows):
        world.model.zero_grad()
        update.loss.backward()
        other = (toy.spec.names.index(update.modality) + 1) % 3
        gradients = [p.gradient for p in modality_parameters(world.model, other)]
        assert all(g is None or (g == 0).all() for g in gradients)


def test_with_one_modality_protect_none_is_unimodal_training(single):
    runs = [
        mm.train.fit(
            mm.models.build("concat", single.spec, width=8),
            single,
            epochs=2,
            strategy=Mla(protect=protect),
            progress=False,
        )
        for protect in ("others", "none")
    ]
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())


def test_the_history_holds_the_share_of_the_head_gradient_after_projection(toy):
    model = mm.models.build("concat", toy.spec, width=8)
    run = mm.train.fit(model, toy, epochs=2, batch_size=16, strategy="mla", progress=False)
    assert all(0 < run.history[-1][f"projected/{m}"] < 1 for m in toy.spec.names)


def test_mla_refuses_a_model_without_a_shared_head(toy):
    for name in ("late", "lmf"):
        model = mm.models.build(name, toy.spec, width=8)
        with pytest.raises(ConfigError, match="no head of linear layers"):
            mm.train.fit(model, toy, epochs=1, strategy="mla", progress=False)
    run = mm.train.fit(model, toy, epochs=1, strategy=Mla(protect="none"), progress=False)
    assert run.status == "finished"


def test_entropy_weights_equal_the_formula():
    sure, unsure = [50.0, 0.0], [0.0, 0.0]
    output = torch.tensor([[unsure, sure], [unsure, unsure], [sure, unsure], [sure, unsure]])
    present = torch.tensor([[True, True], [True, True], [False, True], [False, False]])
    expected = torch.tensor([[1 / 3, 2 / 3], [0.5, 0.5], [0.0, 1.0], [0.0, 0.0]])  # exp(-ln 2) : exp(0)
    torch.testing.assert_close(entropy_weights(output, present), expected)


def test_entropy_fused_gives_probabilities_for_every_sample(ragged, ragged_run, single):
    fused = entropy_fused(ragged_run, ragged["test"])
    np.testing.assert_allclose(fused.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(fused, entropy_fused(ragged_run, ragged["test"], batch_size=3), atol=1e-6)
    lacking = ~ragged["test"].valid["sound"].any(1)
    assert lacking.any()
    np.testing.assert_allclose(fused[lacking], ragged_run.predict(ragged["test"])[lacking], atol=1e-6)
    run = mm.train.fit(mm.models.build("concat", single.spec, width=8), single, epochs=1, progress=False)
    np.testing.assert_allclose(entropy_fused(run, single["test"]), run.predict(single["test"]), atol=1e-6)


def test_entropy_fused_refuses_a_regression(regression):
    run = mm.train.fit(mm.models.build("concat", regression.spec, width=8), regression, epochs=1, progress=False)
    with pytest.raises(ConfigError, match="no entropy; use"):
        entropy_fused(run, regression["test"])


def test_the_strength_of_the_projector_falls_along_the_epoch(toy, begun, monkeypatch):
    world = begun(Mla(), toy)
    strengths = []
    monkeypatch.setattr(Projector, "update", lambda self, feature, alpha: strengths.append(alpha))
    made(world)
    made(world)
    count = math.ceil(len(world.training.samples) / 12)
    assert sorted(set(strengths), reverse=True) == pytest.approx([0.1, 0.1 ** (1 / count + 1)])
