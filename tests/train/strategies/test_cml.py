"""CML: chains of sets, the hinge of every sample against a loop over subsets, and who has a gradient."""

import collections
import itertools

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.strategies import Cml, Joint
from mmviz.train.strategies.cml import confidence, random_chains, subsets_of


def test_a_chain_removes_one_modality_at_a_time_down_to_one_and_leaves_out_absent_ones():
    chains = torch.tensor([[2, 1, 3], [0, 2, 1], [0, 0, 1], [0, 0, 0]])
    members, sample, link = subsets_of(chains)
    found = [
        (i, k, m.nonzero()[:, 0].tolist()) for i, k, m in zip(sample.tolist(), link.tolist(), members, strict=True)
    ]
    assert found == [(0, 0, [0, 1]), (1, 0, [2]), (0, 1, [1])]


def test_every_order_of_the_available_modalities_is_equally_likely():
    torch.manual_seed(0)
    present = torch.tensor([[True, True, True], [True, False, True]]).repeat(6000, 1)
    chains = random_chains(present)
    assert (chains[~present] == 0).all()
    orders = collections.Counter(map(tuple, chains[::2].tolist()))
    assert len(orders) == 6
    assert all(900 < n < 1100 for n in orders.values())
    pairs = collections.Counter(map(tuple, chains[1::2].tolist()))
    assert set(pairs) == {(1, 0, 2), (2, 0, 1)}
    assert all(2800 < n < 3200 for n in pairs.values())


def term_by_loop(world, chains):
    """Return the sum over the samples of the hinges of their chains, from a pass per set."""
    model, batch, total, rising = world.model, world.batch, 0.0, 0
    for i, places in enumerate(chains.tolist()):
        kept = [m for m in range(len(places)) if places[m]]
        sets = [[m for m in kept if places[m] <= size] for size in range(len(kept), 0, -1)]
        conf = []
        for members in sets:
            keep = torch.tensor([m in members for m in range(len(places))]).expand(len(batch), -1)
            conf.append(model(batch.masked(keep))[i].softmax(-1).max().item())
        for larger, smaller in itertools.pairwise(conf):
            total += max(0.0, smaller - larger)
            rising += smaller > larger
    return total, rising


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
@pytest.mark.parametrize("data", ["easy", "ragged"])
def test_the_term_is_that_of_a_loop_over_samples_and_sets(request, begun, monkeypatch, data, name):
    torch.manual_seed(3)  # a model whose confidence rises with a removal
    world = begun(Cml(weight=0.7), request.getfixturevalue(data), name)
    world.model.double()
    world.batch = world.batch.to("cpu", torch.float64)
    seen = []
    monkeypatch.setattr("mmviz.train.strategies.cml.random_chains", lambda p: seen.append(random_chains(p)) or seen[-1])
    update = next(world.strategy.updates(world.batch, world.rows))
    total, rising = term_by_loop(world, seen[0])
    assert rising > 0
    joint = world.training.joint(world.model.encode(world.batch), world.batch.required_target).loss.item()
    assert float(update.parts["calibration"]) == pytest.approx(total / 12, rel=1e-10)
    assert update.loss.item() == pytest.approx(joint + 0.7 * total / 12, rel=1e-10)
    assert update.parts["violations"] == pytest.approx(rising / len(subsets_of(seen[0])[1]), rel=1e-6)


def predicted_by_size(world, logit):
    """Let the model predict with a logit for the first class that depends on the number of modalities."""

    def fuse(steps):
        size = steps.mask.any(-1).sum(0)
        return torch.stack([logit[size], torch.zeros(len(size))], 1)

    world.model.fuse = fuse
    world.model.training_forward = lambda steps: (fuse(steps), {})


def test_where_confidence_falls_with_every_removal_there_is_no_term_and_no_gradient_of_it(easy, begun):
    world = begun(Cml(), easy)
    logit = torch.tensor([0.0, 0.5, 1.0, 1.5], requires_grad=True)
    predicted_by_size(world, logit)
    update = next(world.strategy.updates(world.batch, world.rows))
    assert float(update.parts["calibration"]) == update.parts["violations"] == 0
    update.loss.backward()
    assert logit.grad[:3].abs().max() == 0


def test_only_a_set_that_violates_the_order_has_a_gradient(easy, begun):
    world = begun(Cml(), easy)
    logit = torch.tensor([0.0, 0.5, 2.0, 1.5], requires_grad=True)  # two modalities are too confident
    predicted_by_size(world, logit)
    update = next(world.strategy.updates(world.batch, world.rows))
    p = torch.sigmoid(logit.detach())
    assert float(update.parts["calibration"]) == pytest.approx(float(p[2] - p[3]), rel=1e-5)
    assert update.parts["violations"] == 0.5
    update.loss.backward()
    assert logit.grad[1] == 0
    assert logit.grad[2] == pytest.approx(0.1 * float(p[2] * (1 - p[2])), rel=1e-5)


def test_samples_do_not_compensate_each_other(easy, begun):
    """A benchmark's version sums confidences over the batch first: rises and falls cancel there."""
    world = begun(Cml(weight=1.0), easy)
    sign = torch.tensor([1.0, -1.0]).repeat(6)

    def fuse(steps):
        size = steps.mask.any(-1).sum(0).float()
        own = sign.repeat(len(size) // 12)
        return torch.stack([2 + own * (3 - size) * 0.1, torch.zeros(len(size))], 1)

    world.model.fuse, world.model.training_forward = fuse, lambda steps: (fuse(steps), {})
    update = next(world.strategy.updates(world.batch, world.rows))
    assert update.parts["violations"] == 0.5
    assert float(update.parts["calibration"]) > 0


def test_with_weight_zero_or_one_modality_it_is_joint_training_bit_for_bit(easy, single):
    for ds, options in ((easy, {"weight": 0.0}), (single, {})):
        runs = [
            mm.train.fit(mm.models.build("concat", ds.spec, width=8), ds, epochs=2, strategy=s, progress=False)
            for s in (Joint(), Cml(**options), Cml(weight=1.0))
        ]
        assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())
    assert "calibration" not in runs[1].history[-1]


def test_confidence_is_the_largest_probability_of_each_row_whatever_the_precision():
    output = torch.tensor([[0.0, 0.0], [1.0, 3.0]])
    expected = torch.tensor([0.5, torch.sigmoid(torch.tensor(2.0)).item()])
    torch.testing.assert_close(confidence(output), expected)
    assert confidence(output.bfloat16()).dtype == torch.float32


def test_samples_with_one_modality_each_have_no_term(ragged, begun):
    world = begun(Cml(), ragged)
    for valid in world.batch.valid.values():
        valid[:] = False
    world.batch.valid[ragged.spec.names[0]][:, 0] = True
    update = next(world.strategy.updates(world.batch, world.rows))
    expected = world.training.joint(world.model.encode(world.batch), world.batch.required_target)
    assert update.loss.item() == expected.loss.item()
    assert update.parts["violations"] == 0


def test_a_regression_and_a_negative_weight_are_refused(regression):
    with pytest.raises(ConfigError, match=r"strategy='cml' is for classification only"):
        mm.train.fit(mm.models.build("concat", regression.spec, width=4), regression, strategy="cml", progress=False)
    with pytest.raises(ConfigError, match=r"cml: weight=-1"):
        Cml(weight=-1)
