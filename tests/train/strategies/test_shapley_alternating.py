"""Alternating training: whose turn it is, what a turn moves, and what it leaves alone."""

import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models.fusions.equilibrium import Equilibrium
from mmviz.train.contributions import Contributions
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.schedule import UpdateCounts, rank_weakest_first, rates_by_share
from mmviz.train.strategies import ShapleyAlternating
from mmviz.train.strategies.base import Training

FULL = {"memory": True, "mapping": "mlp", "sample": "infonce"}
PHI = np.array([0.3, 0.1, 0.2])


def contributions(phi=PHI, score=PHI):
    return Contributions(np.asarray(phi), np.asarray(phi), np.asarray(score), np.zeros(8))


@pytest.fixture
def begin(begun, toy, monkeypatch):
    """Begin the strategy with given contributions."""

    def begin(phi=PHI, score=PHI, name="concat", ds=toy, **options):
        real = Training.__init__

        def started(self, *args, **kwargs):
            real(self, *args, **kwargs)
            self.contributions = contributions(phi, score)

        monkeypatch.setattr(Training, "__init__", started)
        return begun(ShapleyAlternating(**options), ds, name)

    return begin


def modalities_of_updates(b):
    return [u.modality for u in b.strategy.updates(b.batch, b.rows)]


def trained(ds, model="concat", epochs=2, monitor=None, **options):
    sizes = {"coupled_mamba": {"layers": 1, "state": 4}, "late": {"layers": 1, "state": 4}, "tfn": {"width": 4}}
    built = mm.models.build(model, ds.spec, **{"width": 8, **sizes.get(model, {})})
    return mm.train.fit(
        built,
        ds,
        strategy="shapley_alternating",
        strategy_options=options,
        epochs=epochs,
        monitor=monitor,
        progress=False,
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["m2", "m3", "m1", None]),
        ({"order": "strongest_first"}, ["m1", "m3", "m2", None]),
        ({"order": "fixed"}, ["m1", "m2", "m3", None]),
        ({"order": "joint"}, [None]),
        ({"joint_update": False}, ["m2", "m3", "m1"]),
        ({"rank": "deviation"}, ["m2", "m3", "m1", None]),
        ({"rank": "score", "score": [0.1, 0.2, 0.3]}, ["m1", "m2", "m3", None]),
    ],
)
def test_the_unimodal_updates_of_a_batch_follow_the_order_option(begin, options, expected):
    assert modalities_of_updates(begin(**options)) == expected


def test_a_random_order_is_drawn_from_the_trainings_seed(begin):
    def drawn():
        b = begin(order="random")
        return [tuple(b.strategy.before_epoch(e)) for e in range(2, 12)]

    first = drawn()
    assert first == drawn()
    assert len(set(first)) > 1


def test_update_rates_by_share_follow_the_softmax_and_carry_the_remainder():
    rates = rates_by_share(np.array([0.7, 0.2, 0.1]), 0.3)
    weight = np.exp(-np.array([0.7, 0.2, 0.1]) / 0.3)
    np.testing.assert_allclose(rates, 3 * weight / weight.sum())
    counts = UpdateCounts(3)
    dealt = np.sum([counts.next(rates) for _ in range(1000)], 0)
    assert np.all(np.abs(dealt - 1000 * rates) < 1)
    assert rates_by_share(np.full(3, np.nan), 0.3).tolist() == [1, 1, 1]


def test_neighbours_are_exchanged_only_where_they_differ_by_more_than_the_hysteresis():
    assert rank_weakest_first(np.array([0.51, 0.49]), (0, 1), 0.05) == (0, 1)
    assert rank_weakest_first(np.array([0.6, 0.4]), (0, 1), 0.05) == (1, 0)
    assert rank_weakest_first(np.array([0.51, 0.49]), (1, 0), 0.05) == (1, 0)
    assert rank_weakest_first(np.array([3.0, 1.0, 2.0, 1.0]), (0, 1, 2, 3), 0.0) == (1, 3, 2, 0)


@pytest.mark.parametrize("options", [{}, {"memory": True}])
@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late", "transformer", "lmf"])
def test_a_unimodal_update_has_no_gradient_for_other_modalities_even_with_memory(begin, options, name):
    b = begin(name=name, **options)
    for update in b.strategy.updates(b.batch, b.rows):
        if update.modality is None:
            break
        b.model.zero_grad()
        update.loss.backward()
        mine = b.training.names.index(update.modality)
        for m in range(3):
            moved = [p.gradient is not None and bool(p.gradient.any()) for p in modality_parameters(b.model, m)]
            assert any(moved) == (m == mine), update.modality


@pytest.mark.parametrize("name", ["coupled_mamba", "late", "lmf"])
def test_with_a_mapping_a_unimodal_update_has_no_gradient_for_other_encoders_and_streams(begin, name):
    b = begin(name=name, **FULL)
    answering = ("hidden", "out", "factors")  # slices of the fusion that a stand-in passes through
    for update in b.strategy.updates(b.batch, b.rows):
        if update.modality is None:
            break
        b.model.zero_grad()
        update.loss.backward()
        for m in set(range(3)) - {b.training.names.index(update.modality)}:
            for part in modality_parameters(b.model, m):
                inside = part.name.split(".")[1] not in answering
                assert not inside or part.gradient is None or not part.gradient.any(), part.name


def test_the_memory_is_propagated_in_the_order_of_the_updates(begin):
    """The second modality's loss depends on the first one's data, as a number; not as a gradient (above)."""

    def second_loss(memory, factor):
        b = begin(order="fixed", memory=memory, mapping="linear")
        torch.nn.init.ones_(b.model.memory.out.weight) if memory else None
        b.batch.values["m1"] = b.batch.values["m1"] * factor
        return [u.loss.item() for u in b.strategy.updates(b.batch, b.rows)][1]

    torch.manual_seed(0)
    assert second_loss(True, 1) != second_loss(True, 5)


def test_each_modality_has_a_separate_optimizer_state(toy):
    seen = {}

    class Spy(ShapleyAlternating):
        def optimizers(self, model, adamw):
            seen["own"] = super().optimizers(model, adamw)
            seen["parts"] = [modality_parameters(model, m) for m in range(3)]
            return seen["own"]

    mm.train.fit(mm.models.build("concat", toy.spec, width=8), toy, strategy=Spy(), epochs=1, progress=False)
    assert set(seen["own"]) == {"unimodal/m1", "unimodal/m2", "unimodal/m3", "all"}
    for m, name in enumerate(toy.spec.names):
        state = seen["own"][f"unimodal/{name}"].state
        for other in range(3):
            moved = [
                bool(state[p.parameter]["exp_avg_sq"][p.rows].any())
                for p in seen["parts"][other]
                if p.parameter in state
            ]
            assert any(moved) == (other == m)


def test_a_unimodal_update_changes_another_modality_by_weight_decay_only(toy):
    class First(ShapleyAlternating):
        def updates(self, batch, rows):
            yield next(iter(super().updates(batch, rows)))

    model = mm.models.build("concat", toy.spec, width=8)
    run = mm.train.fit(
        model,
        toy,
        strategy=First(order="fixed"),
        epochs=1,
        batch_size=1000,
        learning_rate=0.01,
        weight_decay=0.1,
        progress=False,
    )
    rate = run.history[1]["learning_rate"]
    assert rate > 0
    before = {k: run.weights[0][k] for k in run.weights[0]}
    for part in modality_parameters(run.model, 1):
        old, new = before[part.name][part.rows], run.weights[1][part.name][part.rows]
        decay = 1 - rate * 0.1 / 4 if old.ndim >= 2 else 1.0  # four optimisers share the decay of one
        torch.testing.assert_close(new, old * decay, rtol=1e-6, atol=1e-9)
    assert any(
        not torch.allclose(before[p.name][p.rows], run.weights[1][p.name][p.rows], rtol=1e-3)
        for p in modality_parameters(run.model, 0)
    )


@pytest.mark.parametrize("model", ["coupled_mamba", "alignmamba2", "cross_attention", "gated", "tfn"])
def test_every_model_trains_and_the_history_holds_order_and_losses(toy, model):
    run = trained(toy, model, epochs=1)
    row = run.history[1]
    assert run.status == "finished"
    assert sorted(row[f"update_order/{n}"] for n in toy.spec.names) == [1, 2, 3]
    assert {f"unimodal_loss/{n}" for n in toy.spec.names} | {"joint_loss", "E1", "cost_share"} <= row.keys()
    assert [row[f"updates/{n}"] for n in toy.spec.names] == [3, 3, 3]


@pytest.mark.parametrize(
    "options",
    [
        {},
        FULL,
        {"alternation": "epoch", "joint_update": False},
        {"update_rates": "by_share", "optimizers": "shared"},
        {"order": "random"},
    ],
)
def test_shapley_alternating_repeats_bit_for_bit_with_the_same_seed(toy, options):
    runs = [trained(toy, **options) for _ in range(2)]
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())


def test_alternation_by_epoch_gives_every_modality_a_pass_over_the_samples(toy):
    seen = []

    class Spy(ShapleyAlternating):
        def updates(self, batch, rows):
            for update in super().updates(batch, rows):
                seen.append((update.modality, len(rows)))
                yield update

    model = mm.models.build("concat", toy.spec, width=8)
    strategy = Spy(alternation="epoch", joint_update=False, order="fixed")
    run = mm.train.fit(model, toy, strategy=strategy, epochs=1, batch_size=17, progress=False)
    assert run.status == "finished"
    assert [m for m, _ in seen] == sorted(m for m, _ in seen)
    assert sum(n for _, n in seen) == 3 * (len(toy["train"]) - len(toy["train"]) // 5)
    assert {m for m, _ in seen} == set(toy.spec.names)
    with pytest.raises(ConfigError, match="leave out bucket"):
        mm.train.fit(model, toy, strategy=strategy, epochs=1, bucket=2, progress=False)


def test_a_modality_that_is_absent_in_all_training_samples_is_refused_and_the_remedy_named_trains(toy):
    def without(split):
        return type(split)(
            split.name,
            split.inputs,
            {**split.valid, "m2": np.zeros_like(split.valid["m2"])},
            split.target,
            split.ids,
            split.group,
        )

    ds = mm.data.Dataset(toy.spec, {n: without(s) for n, s in toy.splits.items()}, toy.report)
    with pytest.raises(
        ConfigError, match=r"'m2' is absent in every sample of 'train'.*select_modalities\(ds, \['m1', 'm3'\]\)"
    ):
        trained(ds, **FULL)
    run = trained(mm.data.select_modalities(ds, ["m1", "m3"]), **FULL)
    assert run.status == "finished"
    assert run.history[2]["updates/m1"] > 0


def test_shapley_alternating_trains_on_samples_without_some_modality(ragged):
    run = trained(ragged, **FULL)
    assert run.status == "finished"
    assert all(torch.isfinite(v).all() for v in run.weights[2].values())


def test_a_unimodal_loss_that_is_not_finite_names_the_modality(toy):
    class Broken(ShapleyAlternating):
        def updates(self, batch, rows):
            for update in super().updates(batch, rows):
                if update.modality == "m2":
                    update.loss = update.loss * math.nan
                yield update

    run = mm.train.fit(mm.models.build("concat", toy.spec, width=8), toy, strategy=Broken(), epochs=2, progress=False)
    assert run.status == "diverged"
    assert run.info["diverged"]["modality"] == "m2"
    assert run.best_epoch == 0


def test_modalities_that_cannot_be_ranked_are_an_error_that_says_why(begin):
    with pytest.raises(DataError, match="cannot be ranked by contribution"):
        begin(phi=[0.1, math.nan, 0.2])


def test_data_with_one_modality_are_refused_by_shapley_alternating():
    single = mm.data.synthetic(n=40, modalities=1, steps=24, task="classification")
    with pytest.raises(ConfigError, match="M = 1"):
        trained(single)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ordr": "fixed"}, "did you mean 'order'"),
        ({"order": "weakest"}, "order='weakest' .did you mean 'weakest_first'"),
        ({"temperature": 0}, "temperature=0;"),
        ({"hysteresis": -1}, "hysteresis=-1;"),
        ({"alternation": "epoch"}, "goes with joint_update=False"),
        ({"mapping": "quadratic"}, "use one of 'none', 'linear', 'mlp'"),
        ({"sample": "infonce"}, "loss of the mapping"),
    ],
)
def test_shapley_alternating_refuses_invalid_options_before_a_folder_is_made(toy, tmp_path, options, message):
    model = mm.models.build("concat", toy.spec, width=8)
    with pytest.raises(ConfigError, match=message):
        mm.train.fit(
            model, toy, strategy="shapley_alternating", strategy_options=options, out=tmp_path / "run", progress=False
        )
    assert not (tmp_path / "run").exists()


def test_a_run_with_memory_and_mapping_is_saved_loaded_and_recorded(toy, tmp_path):
    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4)
    run = mm.train.fit(
        model, toy, strategy="shapley_alternating", strategy_options=FULL, epochs=1, out=tmp_path / "r", progress=False
    )
    again = mm.train.load(tmp_path / "r")
    assert isinstance(again.model, Equilibrium)
    assert np.array_equal(again.predict(toy["test"]), run.predict(toy["test"]))
    assert again.info["train"]["strategy_options"]["memory"] is True
    assert {"penalty/mapping_feature", "penalty/mapping_sample"} <= run.history[1].keys()
    trace = mm.record(again, toy["test"], recorded_samples=2)
    np.testing.assert_allclose(trace["coalitions"]["prediction"][:, -1], again.predict(toy["test"]), atol=1e-6)


def test_the_docstrings_of_strategy_options_and_model_say_our_interpretation():
    for thing in (ShapleyAlternating, ShapleyAlternating.Options, Equilibrium):
        assert "our interpretation" in " ".join(thing.__doc__.lower().split())
