"""LFM: the divergence against a plain sum, the schedules, and the weighted loss."""

import math

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.strategies import Joint, Lfm
from mmviz.train.strategies.lfm import LfmOptions, divergence, matching_weight


def kl(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def by_hand(rows, kind):
    """Return the divergence of some distributions by its definition."""
    mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    return sum(kl(p, mean) if kind == "jensen_shannon" else kl(mean, p) for p in rows) / len(rows)


@pytest.mark.parametrize("kind", ["jensen_shannon", "reversed"])
@pytest.mark.parametrize("modalities", [2, 3])
def test_the_divergence_is_that_of_its_definition_and_absent_modalities_do_not_count(kind, modalities):
    torch.manual_seed(0)
    p = torch.randn(5, modalities, 4, dtype=torch.float64).softmax(-1)
    present = torch.ones(5, modalities, dtype=torch.bool)
    present[1, 0] = False
    found = divergence(p.log(), present, kind)
    expected = [by_hand([q.tolist() for q in p[i][present[i]]], kind) for i in range(5)]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))


def test_the_default_is_the_bounded_jensen_shannon_divergence_and_not_the_reversed_one_of_the_published_code():
    p = torch.tensor([[[1 - 1e-9, 1e-9], [1e-9, 1 - 1e-9]]], dtype=torch.float64)
    present = torch.ones(1, 2, dtype=torch.bool)
    assert divergence(p.log(), present, LfmOptions().divergence).item() == pytest.approx(math.log(2), abs=1e-6)
    assert divergence(p.log(), present, "reversed").item() > 9


def test_equal_predictions_have_no_divergence_and_probabilities_that_vanish_a_finite_gradient():
    logits = torch.tensor([[[1.0, 2.0, 3.0]] * 2, [[200.0, -200.0, 0.0], [-200.0, 200.0, 0.0]]], requires_grad=True)
    for kind in ("jensen_shannon", "reversed"):
        found = divergence(logits.log_softmax(-1), torch.ones(2, 2, dtype=torch.bool), kind)
        assert found[0].item() == pytest.approx(0, abs=1e-6)
        (gradient,) = torch.autograd.grad(found.sum(), logits, retain_graph=True)
        assert gradient.isfinite().all()


def test_the_schedules_start_and_end_as_stated_and_the_two_weights_sum_to_one():
    linear = [matching_weight(LfmOptions(), e, 5) for e in range(1, 6)]
    assert linear == pytest.approx([0.95, 0.725, 0.5, 0.275, 0.05])
    assert matching_weight(LfmOptions(), 1, 1) == 0.95
    published = LfmOptions(schedule="published")
    assert 1 - matching_weight(published, 1, 200) == pytest.approx(0.204623704)
    e = 30
    alpha = 0.204623704 + 3.35472727e-3 * e + 1.22989557e-4 * e**2 - 2.92947416e-6 * e**3
    alpha += 2.23835486e-8 * e**4 - 5.39717505e-11 * e**5
    assert 1 - matching_weight(published, e + 1, 200) == pytest.approx(alpha, rel=1e-12)
    assert all(0 <= matching_weight(published, e, 9999) <= 1 for e in range(1, 2000))
    assert matching_weight(LfmOptions(schedule="constant", start=0.3), 7, 9) == 0.3


def test_matching_leads_in_the_first_epoch(easy, begun):
    """A benchmark's version begins with the weights in the other order."""
    assert begun(Lfm(), easy).strategy.weight == 0.95


@pytest.mark.parametrize("name", ["concat", "coupled_mamba"])
@pytest.mark.parametrize("kind", ["jensen_shannon", "reversed"])
@pytest.mark.parametrize("data", ["easy", "ragged"])
def test_the_loss_is_the_weighted_sum_of_the_joint_loss_and_a_loop_over_samples(request, begun, data, kind, name):
    world = begun(Lfm(schedule="constant", start=0.3, divergence=kind), request.getfixturevalue(data), name)
    world.model.double()
    batch = world.batch = world.batch.to("cpu", torch.float64)
    M = len(world.training.names)
    here = torch.stack([v.any(1) for v in batch.valid.values()], 1)
    single = [world.model(batch.masked(torch.arange(M).eq(m).expand(12, -1))).softmax(-1) for m in range(M)]
    each = [
        by_hand([single[m][i].tolist() for m in range(M) if here[i, m]], kind) for i in range(12) if here[i].sum() > 1
    ]
    joint = world.training.joint(world.model.encode(batch), batch.required_target).loss.item()
    update = next(world.strategy.updates(batch, world.rows))
    assert float(update.parts["matching"]) == pytest.approx(sum(each) / len(each), rel=1e-9)
    assert update.loss.item() == pytest.approx(0.7 * joint + 0.3 * sum(each) / len(each), rel=1e-9)


def test_without_matching_and_with_one_modality_it_is_joint_training_up_to_a_constant_factor(easy, single, begun):
    world = begun(Lfm(schedule="constant", start=0.0), easy)
    update = next(world.strategy.updates(world.batch, world.rows))
    joint = world.training.joint(world.model.encode(world.batch), world.batch.required_target).loss
    assert update.loss.item() == joint.item()
    alone = begun(Lfm(schedule="constant", start=0.25), single)
    update = next(alone.strategy.updates(alone.batch, alone.rows))
    joint = alone.training.joint(alone.model.encode(alone.batch), alone.batch.required_target).loss
    assert update.loss.item() == pytest.approx(0.75 * joint.item())
    runs = [
        mm.train.fit(mm.models.build("concat", easy.spec, width=8), easy, epochs=2, strategy=s, progress=False)
        for s in (Joint(), Lfm(schedule="constant", start=0.0), Lfm())
    ]
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())
    assert not all(torch.equal(v, runs[2].weights[2][k]) for k, v in runs[0].weights[2].items())
    assert [row["matching_weight"] for row in runs[2].history[1:]] == pytest.approx([0.95, 0.05])


def test_matching_draws_the_unimodal_predictions_together(easy):
    found = []
    for start in (0.0, 0.9):
        run = mm.train.fit(
            mm.models.build("concat", easy.spec, width=8, dropout=0.0),
            easy,
            epochs=8,
            learning_rate=0.01,
            strategy=Lfm(schedule="constant", start=start),
            progress=False,
        )
        batch = mm.models.batch_of(easy["test"])
        present = torch.ones(len(batch), 3, dtype=torch.bool)
        with torch.no_grad():
            log = [
                run.model(batch.masked(torch.arange(3).eq(m).expand(len(batch), -1))).log_softmax(-1) for m in range(3)
            ]
        found.append(divergence(torch.stack(log, 1), present).mean().item())
    assert found[1] < 0.5 * found[0]


def test_a_batch_of_samples_with_one_modality_each_has_no_term(ragged, begun):
    world = begun(Lfm(), ragged)
    for valid in world.batch.valid.values():
        valid[:] = False
    world.batch.valid[ragged.spec.names[0]][:, 0] = True
    update = next(world.strategy.updates(world.batch, world.rows))
    update.loss.backward()
    assert float(update.parts["matching"]) == 0
    assert all(p.grad is None or p.grad.isfinite().all() for p in world.model.parameters())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schedule": "learned"}, r"lfm: schedule='learned'"),
        ({"divergence": "kl"}, r"lfm: divergence='kl'"),
        ({"start": 1.5}, r"lfm: start=1\.5"),
        ({"end": -0.1}, r"lfm: end=-0\.1"),
    ],
)
def test_invalid_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Lfm(**options)


def test_a_regression_is_refused(regression):
    with pytest.raises(ConfigError, match=r"strategy='lfm' is for classification only"):
        mm.train.fit(mm.models.build("concat", regression.spec, width=4), regression, strategy="lfm", progress=False)
