"""InfoReg: its window, leads and proximal pull against small computations of their own, and a pull that AdamW does not cancel."""

import copy
import math

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.data.spec import Task
from mmviz.models.batch import batch_of
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import InfoReg, Joint
from mmviz.train.strategies.inforeg import coefficients, leads, pull_back, window_is_open
from mmviz.train.strategies.scores import log_scores, unimodal_scores

ALL = torch.ones(3, dtype=torch.bool)


def test_the_score_is_the_log_probability_of_the_true_class_or_minus_the_error_in_units_of_the_spread(toy):
    output = torch.tensor([[0.0, 0.0], [math.log(3), 0.0]])
    found = log_scores(toy.spec.task, output, torch.tensor([0, 0]))
    torch.testing.assert_close(found, torch.tensor([math.log(0.5), math.log(0.75)]))
    value, target = Task("regression", (), 1), torch.tensor([0.0, 10.0, 20.0])  # mean absolute deviation 20/3
    found = log_scores(value, torch.tensor([[0.0], [20.0], [20.0]]), target)
    torch.testing.assert_close(found, torch.tensor([0.0, -1.5, 0.0]))


def test_a_lead_is_the_mean_distance_to_the_lower_scores_and_none_where_all_are_equal():
    score = torch.tensor([-0.2, -1.2, -0.7])
    torch.testing.assert_close(leads(score, ALL), torch.tensor([0.75, 0.0, 0.5]))
    torch.testing.assert_close(leads(score, torch.tensor([True, False, True])), torch.tensor([0.5, 0.0, 0.0]))
    assert coefficients(leads(torch.full((3,), -0.4), ALL), 0.9).tolist() == [0, 0, 0]
    assert leads(torch.tensor([-0.2, math.nan, -0.7]), ALL).tolist() == pytest.approx([0.5, 0, 0])


def test_coefficients_stay_between_one_and_exp_beta_and_the_leading_modality_has_the_largest():
    found = coefficients(torch.tensor([1e-6, 0.5, 2.0, 50.0]), 0.9)
    assert (found >= 1).all()
    assert (found <= math.exp(0.9) + 1e-6).all()
    assert found.tolist() == sorted(found.tolist())
    score = torch.tensor([0.9, 0.3, 0.5]).log()
    assert coefficients(leads(score, ALL), 0.9).argmax() == 0
    assert coefficients(leads(score, ALL), 0.9)[1] == 0, "the lowest score has no penalty"


def test_the_window_is_open_while_the_trace_grows_by_more_than_the_threshold():
    assert window_is_open([], 0.04)
    assert window_is_open([1.0], 0.04)
    assert window_is_open([0.9, 1.0], 0.04)
    assert not window_is_open([0.97, 1.0], 0.04)
    assert not window_is_open([2.0, 1.0], 0.04)
    assert not window_is_open([1.0, 0.0], 0.04)
    assert not window_is_open([1.0, math.nan], 0.04)
    assert window_is_open([9.0, 0.9, 1.0], 0.04), "the last two epochs count"


def test_the_pull_is_the_gradient_of_the_proximal_term_and_zero_at_the_start(toy, begun):
    world = begun(InfoReg(), toy)
    parts = modality_parameters(world.model, 0)
    start = [part.parameter.detach()[part.rows].clone() for part in parts]
    pull_back(parts, start, 0.3)
    assert all(torch.equal(part.parameter[part.rows], value) for part, value in zip(parts, start, strict=True))
    with torch.no_grad():
        for part in parts:
            part.parameter[part.rows] += torch.randn_like(part.parameter[part.rows])
    alpha, rate = 1.7, 0.01
    penalty = sum(alpha / 2 * (p.parameter[p.rows] - v).square().sum() for p, v in zip(parts, start, strict=True))
    penalty.backward()
    expected = [(p.parameter - rate * p.parameter.grad)[p.rows].detach() for p in parts]
    pull_back(parts, start, rate * alpha)
    for part, value in zip(parts, expected, strict=True):
        torch.testing.assert_close(part.parameter.detach()[part.rows], value)


def stepped(world, epoch_traces, batches=2):
    """Make some batches with AdamW in an epoch after these traces; return the weights."""
    adamw = torch.optim.AdamW(world.model.parameters(), 0.01)
    if isinstance(world.strategy, InfoReg):
        world.strategy.traces = [list(epoch_traces) for _ in world.training.names]
        world.strategy.optimizers(world.model, lambda: adamw)
        world.strategy.before_epoch(3)
    for _ in range(batches):
        for update in world.strategy.updates(world.batch, world.rows):
            world.model.zero_grad()
            update.loss.backward()
            world.strategy.after_backward(update)
            adamw.step()
    return {n: p.detach().clone() for n, p in world.model.named_parameters()}


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
def test_outside_the_window_the_training_is_the_joint_one_bit_for_bit(toy, begun, name):
    joint, outside = stepped(begun(Joint(), toy, name), []), stepped(begun(InfoReg(), toy, name), [2.0, 1.0])
    assert all(torch.equal(value, outside[n]) for n, value in joint.items())


def test_in_the_window_only_modalities_that_lead_move_less_than_in_joint_training(toy, begun):
    joint, world = stepped(begun(Joint(), toy), [], 1), begun(InfoReg(beta=4.0), toy)
    before = {n: p.detach().clone() for n, p in world.model.named_parameters()}
    inside = stepped(world, [0.5, 1.0], 1)
    score, _ = unimodal_scores(
        begun(Joint(), toy).training, world.model.encode(world.batch), world.batch.required_target, log_scores
    )
    assert len(set(score.tolist())) == 3
    moved = [n for n in joint if not torch.equal(joint[n], inside[n])]
    assert moved
    assert all(n.startswith("encoders.encoders.") for n in moved), "shared parameters are not pulled"
    assert len({n.split(".")[2] for n in moved}) == 2, "all modalities but the lowest"
    for n in moved:
        assert (inside[n] - before[n]).norm() < (joint[n] - before[n]).norm()


def test_beta_changes_the_training_though_adamw_normalises_gradients(toy):
    runs = []
    for strategy, options in (("joint", {}), ("inforeg", {"beta": 0.0}), ("inforeg", {"beta": 3.0})):
        model = mm.models.build("concat", toy.spec, width=8, dropout=0.0)
        more = {"window": "all"} if options else {}
        fit = {"epochs": 2, "batch_size": 4, "learning_rate": 0.02, "progress": False}
        runs.append(mm.train.fit(model, toy, strategy=strategy, strategy_options=options | more, **fit))
    name = "encoders.encoders.0.net.0.weight"
    moved = [(run.weights[1][name] - run.weights[0][name]).norm() for run in runs]
    assert moved[0] * 0.99 > moved[1]
    assert moved[1] * 0.995 > moved[2]
    assert max(runs[2].history[1][f"pull/{m}"] for m in toy.spec.names) > 0.5


def test_a_repeated_batch_has_the_same_scores_unlike_the_sums_of_the_published_code(toy, begun):
    world = begun(InfoReg(), toy)
    twice = batch_of(world.training.samples, [*range(12), *range(12)])
    found = [
        unimodal_scores(world.training, world.model.encode(b), b.required_target, log_scores)[0]
        for b in (world.batch, twice)
    ]
    torch.testing.assert_close(found[0], found[1])
    assert leads(found[0], ALL).max() < 1, "small leads: tanh is not saturated"


def test_every_modality_has_its_own_window_unlike_the_published_code(toy, begun):
    world = begun(InfoReg(), toy)
    world.strategy.traces = [[0.5, 1.0], [2.0, 1.0], [0.99, 1.0]]
    row = world.strategy.before_epoch(3)
    assert [row[f"window/{m}"] for m in toy.spec.names] == [1.0, 0.0, 0.0]


def test_the_gradient_trace_is_the_mean_squared_norm_of_the_gradients_of_the_modality(toy, begun):
    world = begun(InfoReg(), toy)
    squares = []
    for _ in range(2):
        for update in world.strategy.updates(world.batch, world.rows):
            world.model.zero_grad()
            (update.loss * (1 + len(squares))).backward()
            world.strategy.after_backward(update)
            encoder = world.model.encoders.encoders[1]
            squares.append(sum(float(p.grad.square().sum()) for p in encoder.parameters()))
    row = world.strategy.after_epoch(1)
    assert row["gradient_trace/m2"] == pytest.approx(sum(squares) / 2, rel=1e-5)


def test_a_modality_without_samples_in_the_batch_is_not_pulled(ragged, begun):
    world = begun(InfoReg(window="all"), ragged)
    valid = {n: v & (n != "light") for n, v in world.batch.valid.items()}
    batch = copy.copy(world.batch)
    batch.valid = valid
    parts = next(dict(update.parts) for update in world.strategy.updates(batch, world.rows))
    assert parts["pull/light"] == parts["pull/sound"] == 0, "sound has no modality below it"


def test_inforeg_refuses_a_model_without_parameters_of_each_modality(toy):
    model = mm.models.build("concat", toy.spec, width=8)
    for parameter in model.encoders.encoders[1].parameters():
        parameter.requires_grad_(False)
    with pytest.raises(ConfigError, match=r"inforeg: it holds back the parameters.*'m2' has none to train"):
        mm.train.fit(model, toy, epochs=1, strategy="inforeg", progress=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"beta": -1}, "inforeg: beta=-1"), ({"threshold": math.nan}, "threshold=nan"), ({"window": "no"}, "window='no'")],
)
def test_invalid_options_of_inforeg_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        InfoReg(**options)
