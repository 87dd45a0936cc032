"""MMPareto: the shortest point between two gradients, its norm, and what reaches the parameters of each modality."""

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import MMPareto
from mmviz.train.strategies.mmpareto import combine, shortest_weight
from mmviz.train.strategies.unimodal import unimodal_pass


def vectors(*values):
    return [torch.tensor(v, dtype=torch.float64) for v in values]


def conflicting(n=7, seed=0):
    """Return two random gradients with a negative cosine."""
    torch.manual_seed(seed)
    a, b = torch.randn(2, n, dtype=torch.float64)
    return (a, b) if a @ b < 0 else (a, -b)


def test_gradients_that_agree_are_summed():
    a, b = vectors([1.0, 2.0, 0.0], [0.5, -0.1, 3.0])
    found, cosine, weight = combine([a], [b])
    torch.testing.assert_close(found[0], a + b)
    torch.testing.assert_close(cosine, torch.cosine_similarity(a, b, dim=0))
    assert weight == 0.5


def test_the_shortest_point_of_two_conflicting_gradients_is_that_worked_by_hand():
    a, b = vectors([1.0, 0.0], [-0.5, 1.0])
    weight = shortest_weight(a, b)[1]
    assert weight == pytest.approx(1.75 / 3.25)
    v = weight * a + (1 - weight) * b
    assert [float(v @ a), float(v @ b), float(v @ v)] == pytest.approx([1 / 3.25] * 3)


@pytest.mark.parametrize("seed", range(20))
def test_the_combined_gradient_lowers_both_losses_and_no_other_point_between_them_is_shorter(seed):
    a, b = conflicting(seed=seed)
    _, weight = shortest_weight(a, b)
    v = weight * a + (1 - weight) * b
    torch.testing.assert_close(torch.stack([v @ a, v @ b]), (v @ v).expand(2))
    others = torch.linspace(0, 1, 101, dtype=torch.float64)[:, None]
    assert v.norm() <= (others * a + (1 - others) * b).norm(dim=1).min() + 1e-12
    found = combine([a], [b])[0][0]
    assert found @ a >= 0
    assert found @ b >= 0


@pytest.mark.parametrize("seed", range(5))
def test_no_tensor_of_the_combined_gradient_is_smaller_than_that_of_the_summed_losses(seed):
    a, b = conflicting(24, seed)
    parts = [list(g.split([3, 1, 20])) for g in (a, b)]
    for found, x, y in zip(combine(*parts)[0], *parts, strict=True):
        assert found.norm() >= (x + y).norm() - 1e-12


def test_a_gradient_that_is_zero_leaves_the_other_at_its_size_and_two_zeros_give_zero():
    a, zero = vectors([3.0, 4.0], [0.0, 0.0])
    for pair in (([a], [zero]), ([zero], [a])):
        torch.testing.assert_close(combine(*pair)[0][0], a)
    found, cosine, _ = combine([zero], [zero])
    assert (found[0].tolist(), float(cosine)) == ([0.0, 0.0], 0.0)


def gradients(world, loss):
    found = torch.autograd.grad(loss, list(world.model.parameters()), retain_graph=True, allow_unused=True)
    return {n: g for (n, _), g in zip(world.model.named_parameters(), found, strict=True) if g is not None}


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "transformer"])
def test_each_modality_has_the_combination_of_its_two_gradients_and_the_rest_that_of_the_summed_losses(
    easy, begun, name
):
    world = begun(MMPareto(scale="gradient", boost=1.5), easy, name)
    world.model.double()
    batch = world.batch.to("cpu", torch.float64)
    steps = world.model.encode(batch)
    joint = gradients(world, world.training.joint(steps, batch.required_target).loss)
    losses = unimodal_pass(world.model, steps).losses(world.training, batch.required_target)
    single = {n: gradients(world, loss) for n, loss in losses.items()}

    update = next(world.strategy.updates(batch, world.rows))
    torch.testing.assert_close(
        update.loss, world.training.joint(steps, batch.required_target).loss + sum(losses.values())
    )
    update.loss.backward()
    world.strategy.after_backward(update)

    expected = {n: g + sum(s[n] for s in single.values() if n in s) for n, g in joint.items()}
    places = {id(p): n for n, p in world.model.named_parameters()}
    for m, modality in enumerate(easy.spec.names):
        parts = [p for p in modality_parameters(world.model, m) if places[id(p.parameter)] in joint]
        pair = [[g[places[id(p.parameter)]][p.rows] for p in parts] for g in (joint, single[modality])]
        found, cosine, _ = combine(*pair)
        for part, h in zip(parts, found, strict=True):
            expected[places[id(part.parameter)]][part.rows] = 1.5 * h
        torch.testing.assert_close(update.parts[f"cosine/{modality}"], cosine)
    for n, p in world.model.named_parameters():
        if n in expected:
            torch.testing.assert_close(p.grad, expected[n], rtol=1e-9, atol=1e-12)


def test_the_cosine_is_that_of_two_different_gradients_as_they_are_recorded_loss_by_loss(easy, begun):
    """A released benchmark records them after all backward passes: they are equal then, and the cosine is 1."""
    world = begun(MMPareto(), easy)
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    world.strategy.after_backward(update)
    assert all(float(update.parts[f"cosine/{n}"]) < 0.9999 for n in easy.spec.names)


def test_in_a_conflict_no_weight_is_zero(easy, begun):
    """In the released benchmark a conflict leaves the weights (0, 0), and 0/0 as the gradient."""
    world = begun(MMPareto(scale="gradient"), easy)
    strategy, training = world.strategy, world.training
    real = training.joint

    def opposed(steps, target, **update):
        found = real(steps, target, **update)
        found.loss = -0.3 * found.loss
        return found

    training.joint = opposed
    update = next(strategy.updates(world.batch, world.rows))
    update.loss.backward()
    strategy.after_backward(update)
    weights = [float(update.parts[f"joint_weight/{n}"]) for n in easy.spec.names]
    assert any(float(update.parts[f"cosine/{n}"]) < 0 for n in easy.spec.names)
    assert all(0 < w < 1 for w in weights)
    assert all(p.grad.isfinite().all() for p in world.model.parameters())


def test_a_factor_of_the_loss_as_in_float16_multiplies_the_combined_gradient(easy, begun):
    found = []
    for factor in (1.0, 1024.0):
        torch.manual_seed(0)
        world = begun(MMPareto(), easy)
        update = next(world.strategy.updates(world.batch, world.rows))
        (factor * update.loss).backward()
        world.strategy.after_backward(update)
        found.append({n: p.grad / factor for n, p in world.model.named_parameters() if p.grad is not None})
    assert found[0].keys() == found[1].keys()
    for n, gradient in found[0].items():
        torch.testing.assert_close(found[1][n], gradient, rtol=1e-4, atol=1e-7)


def test_with_one_modality_and_equal_losses_the_gradient_is_the_summed_one_times_the_factor(single, begun):
    world = begun(MMPareto(scale="gradient", boost=1.5), single)
    steps = world.model.encode(world.batch)
    plain = gradients(world, world.training.joint(steps, world.batch.required_target).loss)
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    world.strategy.after_backward(update)
    specific = {id(p.parameter) for p in modality_parameters(world.model, 0)}
    for n, p in world.model.named_parameters():
        torch.testing.assert_close(p.grad, plain[n] * (3.0 if id(p) in specific else 2.0), rtol=1e-5, atol=1e-7)


def first_step(ds, **options):
    """Return how far one update moves an encoder and the head."""
    run = mm.train.fit(
        mm.models.build("concat", ds.spec, width=8, dropout=0.0),
        ds,
        epochs=1,
        batch_size=len(ds["train"]),
        strategy="mmpareto",
        strategy_options=options,
        clip=1e9,
        weight_decay=0.0,
        progress=False,
    )
    before, after = run.weights[0], run.weights[1]
    return {n: after[n] - before[n] for n in ("encoders.encoders.1.net.0.weight", "head.3.weight")}


def test_under_adamw_the_factor_changes_the_update_only_where_it_multiplies_the_step(easy):
    plain, step, gradient = (
        first_step(easy, boost=b, scale=s) for b, s in ((1.0, "step"), (2.0, "step"), (2.0, "gradient"))
    )
    encoder, head = plain
    torch.testing.assert_close(step[encoder], 2 * plain[encoder], rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(gradient[encoder], plain[encoder], rtol=1e-2, atol=1e-5)
    torch.testing.assert_close(step[head], plain[head], rtol=1e-4, atol=1e-7)


def test_a_model_whose_modalities_share_all_parameters_and_invalid_options_are_refused(toy, begun):
    world = begun(MMPareto(), toy)
    world.model.encoders.requires_grad_(False)
    with pytest.raises(ConfigError, match=r"mmpareto: it combines the gradients .* 'm1' has none to train"):
        MMPareto().prepare(world.model)
    with pytest.raises(ConfigError, match=r"mmpareto: boost=0\.5"):
        MMPareto(boost=0.5)
    with pytest.raises(ConfigError, match="mmpareto: scale='loss'"):
        MMPareto(scale="loss")


def test_a_modality_absent_in_the_whole_batch_keeps_its_parameters_without_a_gradient(easy, begun):
    world = begun(MMPareto(), easy)
    world.batch.valid["m2"][:] = False
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    world.strategy.after_backward(update)
    assert "loss/m2" not in update.parts
    for part in modality_parameters(world.model, 1):
        assert part.gradient is None or not part.gradient.any()
    assert any(part.gradient.any() for part in modality_parameters(world.model, 0))
