"""Interventions: a change of a training at an epoch and batch has the stated effect, is recorded, resumed, and refused where it cannot apply."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train import Intervention
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies.modality_dropout import draw_subsets

OPTIONS = {"epochs": 3, "progress": False, "batch_size": 32, "monitor": True}


def model_of(ds, name="coupled_mamba", **options):
    return mm.models.build(name, ds.spec, **{"width": 8, "layers": 1, "state": 4, **options})


def fitted(ds, *interventions, **options):
    return mm.train.fit(model_of(ds), ds, interventions=interventions, **(OPTIONS | options))


def untimed(run):
    """The history without times; a number as the text that gives it back, so that NaN equals NaN."""
    return [{k: repr(v) for k, v in row.items() if not k.startswith(("seconds", "cost"))} for row in run.history]


def part_of(run, epoch, modality):
    with run.at_epoch(epoch) as model:
        return torch.cat(
            [part.parameter.detach()[part.rows].flatten() for part in modality_parameters(model, modality)]
        )


@pytest.fixture(scope="module")
def plain(toy):
    return fitted(toy)


@pytest.fixture(scope="module")
def changed(toy, tmp_path_factory):
    """Every kind of change, in a folder."""
    return fitted(
        toy,
        Intervention(2, learning_rate_factor={"m1": 0.0}),
        Intervention(2, step=1, learning_rate=1e-3),
        Intervention(3, strategy="ogm_ge", loss_weight={"m2": 0.5}, modality_dropout={"m3": 0.4}),
        out=tmp_path_factory.mktemp("changed") / "run",
    )


def test_a_training_with_interventions_equals_one_without_until_the_first_of_them(plain, changed):
    assert untimed(changed)[:2] == untimed(plain)[:2]
    assert untimed(changed)[2] != untimed(plain)[2]
    assert "interventions" not in plain.info["train"]
    assert "interventions" not in plain.info
    assert not any(key.startswith(("interventions", "learning_rate_factor")) for row in plain.history for key in row)


def test_a_learning_rate_factor_of_zero_keeps_the_parameters_of_that_modality_and_trains_all_others(changed):
    assert torch.equal(part_of(changed, 1, 0), part_of(changed, 2, 0))
    assert torch.equal(part_of(changed, 1, 0), part_of(changed, 3, 0))
    assert not torch.equal(part_of(changed, 1, 1), part_of(changed, 2, 1))
    assert not torch.equal(part_of(changed, 0, 0), part_of(changed, 1, 0))


def test_a_learning_rate_factor_scales_the_step_of_its_modality_as_a_learning_rate_does(toy):
    options = {"epochs": 1, "batch_size": 512, "clip": 1e6}  # one update
    once, scaled = fitted(toy, **options), fitted(toy, Intervention(1, learning_rate_factor={"m2": 0.25}), **options)
    slow = fitted(toy, learning_rate=0.25 * 3e-3, **options)
    for m, expected in ((0, once), (1, slow), (2, once)):
        step = part_of(scaled, 1, m) - part_of(scaled, 0, m)
        torch.testing.assert_close(step, part_of(expected, 1, m) - part_of(expected, 0, m), rtol=1e-3, atol=1e-6)
    assert float((part_of(once, 1, 1) - part_of(slow, 1, 1)).abs().max()) > 1e-4


def test_a_learning_rate_given_at_a_batch_is_in_force_from_that_batch_on(toy, plain):
    last = int(np.ceil(len(toy["train"]) * 0.8 / 32)) - 1
    late = fitted(toy, Intervention(1, step=last, learning_rate=6e-3))
    assert late.history[1]["learning_rate"] == pytest.approx(2 * plain.history[1]["learning_rate"])
    assert late.history[1]["train_loss"] == plain.history[1]["train_loss"]  # losses of the batches before are equal
    assert not torch.equal(part_of(late, 1, 0), part_of(plain, 1, 0))


def test_records_state_epoch_step_what_from_and_to_and_the_history_holds_the_values_in_force(changed):
    records = [tuple(r[k] for k in ("epoch", "step", "what", "from", "to")) for r in changed.info["interventions"]]
    assert records == [
        (2, 0, "learning_rate_factor/m1", 1.0, 0.0),
        (2, 1, "learning_rate", 3e-3, 1e-3),
        (3, 0, "strategy", "joint", "ogm_ge"),
        (3, 0, "loss_weight/m2", 0.0, 0.5),
        (3, 0, "modality_dropout/m3", 0.0, 0.4),
    ]
    second, third = changed.history[2], changed.history[3]
    assert second["interventions"] == 2
    assert (second["learning_rate_factor/m1"], second["learning_rate_factor/m2"]) == (0.0, 1.0)
    assert {"ratio/m1", "loss/m2", "modality_dropout/m3", "loss_weight/m2"} <= third.keys() - second.keys()
    assert mm.train.load(changed.folder).info["interventions"] == changed.info["interventions"]


def test_the_options_of_a_run_reproduce_it_bit_for_bit(toy, changed):
    again = fitted(toy, *[Intervention(**each) for each in changed.info["train"]["interventions"]])
    assert untimed(again) == untimed(changed)
    assert all(torch.equal(again.weights[3][k], v) for k, v in changed.weights[3].items())


def test_a_change_to_the_strategy_that_already_runs_changes_nothing(toy, plain):
    same = fitted(toy, Intervention(2, strategy="joint"))
    assert all(torch.equal(same.weights[3][k], v) for k, v in plain.weights[3].items())  # AdamW keeps its moments


def test_a_unimodal_loss_of_weight_one_and_a_joint_loss_of_weight_zero_train_one_modality_as_unimodal_does(toy):
    options = {"epochs": 1, "batch_size": 512, "clip": 1e6, "weight_decay": 0.0}
    model, options = model_of(toy, dropout=0.0), OPTIONS | options
    change = Intervention(1, loss_weight={"joint": 0.0, "m1": 1.0})
    weighted = mm.train.fit(model, toy, interventions=[change], **options)
    alone = mm.train.fit(model, toy, strategy="unimodal", strategy_options={"modality": "m1"}, **options)
    torch.testing.assert_close(part_of(weighted, 1, 0), part_of(alone, 1, 0), rtol=1e-4, atol=1e-6)
    assert torch.equal(part_of(weighted, 1, 1), part_of(weighted, 0, 1))


def test_the_weight_of_a_penalty_multiplies_it(toy):
    model = mm.models.build("alignmamba", toy.spec, width=8, layers=1, state=4)
    options = {"epochs": 1, "batch_size": 512, "progress": False}
    losses = []
    for weight in (0.0, 1.0, 3.0):
        run = mm.train.fit(model, toy, interventions=[Intervention(1, loss_weight={"penalty/mmd": weight})], **options)
        losses.append((run.history[1]["train_loss"], run.history[1]["penalty/mmd"]))
    (none, penalty), (one, _), (three, _) = losses
    assert penalty > 0
    assert one - none == pytest.approx(penalty, rel=1e-3)
    assert three - none == pytest.approx(3 * penalty, rel=1e-3)


def test_subsets_drawn_with_one_rate_per_modality_have_the_conditional_probabilities():
    torch.manual_seed(0)
    present = torch.ones(40_000, 3, dtype=torch.bool)
    present[:10_000, 2] = False
    rate = torch.tensor([0.5, 0.0, 0.8])
    drawn = draw_subsets(present, rate)
    assert drawn[:, 1].all()
    assert not drawn[:10_000, 2].any()
    masked = 1 - drawn[10_000:].double().mean(0)
    torch.testing.assert_close(masked, torch.tensor([0.5, 0.0, 0.8], dtype=torch.float64), atol=0.01, rtol=0)
    both = torch.tensor([0.5, 0.8])
    some = draw_subsets(torch.ones(40_000, 2, dtype=torch.bool), both)
    assert some.any(1).all()
    # given that not both are masked (probability 0.4): P(first masked) = 0.5 * 0.2 / 0.6
    assert 1 - float(some[:, 0].double().mean()) == pytest.approx(0.1 / 0.6, abs=0.01)


def test_one_rate_for_all_modalities_gives_the_weights_of_equal_rates_per_modality():
    from mmviz.train.strategies.modality_dropout import subset_weights

    present = torch.rand(50, 3, generator=torch.Generator().manual_seed(0)) > 0.3
    each = subset_weights(present, torch.full((3,), 0.3))
    torch.testing.assert_close(each, subset_weights(present, 0.3))


def test_modality_dropout_trains_subsets_that_joint_training_never_met(toy, plain):
    dropped = fitted(toy, Intervention(1, modality_dropout={"m1": 0.5, "m2": 0.5}))
    assert len(dropped.info["trained_coalitions"]) > len(plain.info["trained_coalitions"])
    assert dropped.history[3]["modality_dropout/m3"] == 0


def test_stop_ends_the_training_before_its_batch(toy, plain):
    whole, part = fitted(toy, Intervention(3, stop=True)), fitted(toy, Intervention(3, step=1, stop=True))
    assert (whole.status, part.status) == ("interrupted", "interrupted")
    assert untimed(whole) == untimed(plain)[:3]
    assert len(part.history) == 4


def test_a_training_resumed_after_interventions_equals_one_that_was_not_stopped(toy, changed, tmp_path):
    plan = [Intervention(**each) for each in changed.info["train"]["interventions"]]
    fitted(toy, *plan[:2], Intervention(3, stop=True), out=tmp_path / "run")
    resumed = fitted(toy, *plan, out=tmp_path / "run", resume=True)
    assert untimed(resumed) == untimed(changed)
    assert resumed.info["interventions"] == changed.info["interventions"]


def test_a_training_stopped_after_a_change_of_strategy_resumes_with_that_strategy(toy, tmp_path):
    plan = [Intervention(1, strategy="mla"), Intervention(2, strategy="unimodal", modality_dropout={"m1": 0.5})]
    whole = fitted(toy, *plan)
    fitted(toy, *plan, Intervention(3, stop=True), out=tmp_path / "run")
    resumed = fitted(toy, *plan, out=tmp_path / "run", resume=True)
    assert untimed(resumed) == untimed(whole)


def test_resuming_with_other_past_interventions_is_refused(toy, tmp_path):
    fitted(toy, Intervention(1, learning_rate=1e-3), Intervention(2, stop=True), out=tmp_path / "run")
    with pytest.raises(ConfigError, match=r"another training: train\.interventions"):
        fitted(toy, Intervention(1, learning_rate=2e-3), out=tmp_path / "run", resume=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epoch": 0, "learning_rate": 1e-3}, "epoch=0; give a whole number of at least 1"),
        ({"epoch": 1.0, "learning_rate": 1e-3}, "epoch=1.0"),
        ({"epoch": 1}, "changes nothing; give one of strategy"),
        ({"epoch": 1, "learning_rate": 0}, "learning_rate=0; give a finite number above 0"),
        ({"epoch": 1, "learning_rate_factor": {"m1": -0.1}}, r"learning_rate_factor\['m1'\]=-0.1"),
        ({"epoch": 1, "learning_rate_factor": {"m1": float("nan")}}, r"learning_rate_factor\['m1'\]=nan"),
        ({"epoch": 1, "learning_rate_factor": 0.1}, "a float; give a mapping"),
        ({"epoch": 1, "learning_rate_factor": {0: 0.1}}, "0 is a int; give the name"),
        ({"epoch": 1, "modality_dropout": {"m1": 1.0}}, "masks it in every sample"),
        ({"epoch": 1, "modality_dropout": {"m1": 1.5}}, "at most 1"),
        ({"epoch": 1, "strategy": "mla", "step": 2}, "begins with an epoch: give step=0"),
        ({"epoch": 1, "strategy_options": {"rate": 0.1}}, "without strategy"),
        ({"epoch": 1, "strategy": mm.train.strategies.Mla()}, "strategy is a Mla; give the name"),
        ({"epoch": 1, "stop": "yes"}, "stop='yes'; give True or False"),
    ],
)
def test_an_intervention_with_a_bad_value_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        Intervention(**given)


@pytest.mark.parametrize(
    ("interventions", "options", "message"),
    [
        (Intervention(1, stop=True), {}, "give a list of mmviz.train.Intervention"),
        ([{"epoch": 1}], {}, r"interventions\[0\] is a dict"),
        ([Intervention(9, stop=True)], {}, r"interventions\[0\] is at epoch 9 of 3"),
        ([Intervention(1, step=99, stop=True)], {}, "step=99, and an epoch has"),
        ([Intervention(1, learning_rate_factor={"m9": 1})], {}, "no modality 'm9'"),
        ([Intervention(1, modality_dropout={"sound": 0.1})], {}, "no modality 'sound'"),
        ([Intervention(2, strategy="mlo")], {}, "did you mean 'mla'"),
        ([Intervention(2, strategy="modality_dropout", strategy_options={"rate": 2})], {}, "rate=2"),
        (
            [Intervention(2, strategy="shapley_alternating", strategy_options={"memory": True})],
            {},
            "adds parts to the model",
        ),
        ([Intervention(2, strategy="g_blend")], {"monitor": None}, "needs a held-out subset"),
        ([Intervention(2, strategy="mla"), Intervention(3, loss_weight={"m1": 1})], {}, "losses are not weighted"),
        ([Intervention(2, loss_weight={"penalty/ot": 1})], {}, "no loss 'penalty/ot'"),
        (
            [
                Intervention(
                    1, strategy="shapley_alternating", strategy_options={"alternation": "epoch", "joint_update": False}
                ),
                Intervention(2, step=1, learning_rate=0.001),
            ],
            {},
            "give step=0",
        ),
    ],
)
def test_fit_refuses_an_intervention_that_cannot_be_applied_before_it_trains(
    toy, interventions, options, message, tmp_path
):
    with pytest.raises(ConfigError, match=message):
        mm.train.fit(model_of(toy), toy, interventions=interventions, out=tmp_path / "run", **(OPTIONS | options))
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_learning_rate_factor_is_refused_for_a_modality_without_parameters_of_its_own(toy):
    model = model_of(toy)
    for part in modality_parameters(model, 0):
        part.parameter.requires_grad_(False)
    with pytest.raises(
        ConfigError, match="scales the steps of the parameters of a modality, and modality 'm1' has none to train"
    ):
        mm.train.fit(model, toy, interventions=[Intervention(1, learning_rate_factor={"m1": 0.5})], **OPTIONS)


def test_strategies_of_a_regression_are_checked_too(regression):
    with pytest.raises(ConfigError, match="valuation"):
        fitted(regression, Intervention(2, strategy="valuation"))
