"""Modality equilibrium: which link is trained when, what its step changes, the order of the next epoch, and what a run keeps."""

import dataclasses
import math

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models.fusions.memory_chain import MemoryChain
from mmviz.train.contributions import Contributions
from mmviz.train.devices.device_map import check_divisible
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.strategies import ModalityEquilibrium

ORDER_OF_3 = {"m1": 0, "m2": 1, "m3": 2}


def contributions(phi, error=0.0):
    phi = np.asarray(phi, dtype=float)
    return Contributions(phi, phi, phi, np.zeros(8), np.broadcast_to(error, (3, 3)), np.array(40))


def ranked(world, phi, error=0.0, epoch=2):
    """Return the order of an epoch after these Shapley values."""
    world.training.contributions = contributions(phi, error)
    row = world.strategy.before_epoch(epoch)
    assert [int(m) for m in world.model.order] == sorted(range(3), key=lambda m: row[f"update_order/m{m + 1}"])
    return [int(m) for m in world.model.order]


def trained(ds, model="concat", epochs=2, seed=0, out=None, width=8, **options):
    sizes = {"coupled_mamba": {"layers": 1, "state": 4}}.get(model, {})
    built = mm.models.build(model, ds.spec, width=width, **sizes)
    return mm.train.fit(
        built,
        ds,
        strategy="modality_equilibrium",
        strategy_options=options,
        epochs=epochs,
        batch_size=16,
        learning_rate=0.01,
        seed=seed,
        out=out,
        progress=False,
    )


def test_the_updates_of_a_batch_follow_the_order_with_the_prediction_up_to_each_modality(toy, begun, monkeypatch):
    world = begun(ModalityEquilibrium(), toy)
    assert ranked(world, [0.3, 0.1, 0.2]) == [1, 2, 0]
    seen, samples = [], []
    real = MemoryChain.chain

    def counted(self, pooled, present, **options):
        seen.append(present.any(1).flatten().tolist())
        samples.append(pooled.shape[1])
        return real(self, pooled, present, **options)

    monkeypatch.setattr(MemoryChain, "chain", counted)
    backwards = 0
    names = []
    for update in world.strategy.updates(world.batch, world.rows):
        update.loss.backward()
        backwards += 1
        names.append((update.modality, update.optimizer))
    assert names == [("m2", "all"), ("m3", "all"), ("m1", "all")]
    assert seen == [[False, True, False], [False, True, True], [True, True, True]]
    method, count = world.strategy.method, len(world.rows)
    assert sum(samples) == method.forwards(3) * count
    assert backwards == method.backwards(3) == method.updates(3) == 3


def test_joint_updates_are_as_many_with_all_modalities_and_every_gradient(toy, begun):
    world = begun(ModalityEquilibrium(updates="joint"), toy)
    plain = world.model.training_forward(world.model.encode(world.batch))[0]
    expected = torch.nn.functional.cross_entropy(plain, world.batch.target)
    found = list(world.strategy.updates(world.batch, world.rows))
    assert [(u.modality, u.optimizer) for u in found] == [(None, "all")] * 3
    world.model.zero_grad()
    found[0].loss.backward()
    world.strategy.after_backward(found[0])
    assert all(any(p.gradient.any() for p in modality_parameters(world.model, m)) for m in range(3))
    torch.testing.assert_close([u.loss for u in found], [expected] * 3)  # no step was made between them
    torch.testing.assert_close([u.parts["joint_loss"] for u in found], [expected] * 3)


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late", "lmf", "transformer"])
def test_after_the_step_of_a_modality_the_gradients_of_the_others_are_none_or_zero(toy, begun, name):
    world = begun(ModalityEquilibrium(), toy, name)
    for update in world.strategy.updates(world.batch, world.rows):
        world.model.zero_grad()
        update.loss.backward()
        world.strategy.after_backward(update)
        for m in range(3):
            moved = [p.gradient is not None and bool(p.gradient.any()) for p in modality_parameters(world.model, m)]
            assert any(moved) == (m == ORDER_OF_3[update.modality])


@pytest.mark.parametrize("model", ["concat", "coupled_mamba", "transformer"])
def test_the_step_of_a_modality_changes_it_and_leaves_the_parameters_of_the_others_unchanged(toy, model):
    """Decay and momentum included: every step but the first has moments of the other modalities."""
    seen = []

    class Watched(ModalityEquilibrium):
        def values(self):
            parts = [modality_parameters(self._chain, m) for m in range(3)]
            return [[p.parameter.detach()[p.rows].clone() for p in own] for own in parts]

        def updates(self, batch, rows):
            steps = super().updates(batch, rows)
            update = next(steps, None)
            while update is not None:
                before = self.values()
                yield update
                name, update = update.modality, next(steps, None)
                same = [
                    all(torch.equal(a, b) for a, b in zip(x, y, strict=True))
                    for x, y in zip(before, self.values(), strict=True)
                ]
                seen.append((name, same))

    sizes = {"layers": 1, "state": 4} if model == "coupled_mamba" else {}
    built = mm.models.build(model, toy.spec, width=8, **sizes)
    options = {"epochs": 2, "batch_size": 16, "learning_rate": 0.01, "weight_decay": 0.1, "progress": False}
    mm.train.fit(built, toy, strategy=Watched(), **options)
    assert len(seen) == 2 * 3 * math.ceil(len(toy["train"]) * 0.8 / 16)
    assert all(same == [m != ORDER_OF_3[name] for m in range(3)] for name, same in seen)


def test_the_next_order_is_from_weak_to_strong_beyond_one_standard_error(toy, begun):
    world = begun(ModalityEquilibrium(), toy)
    assert ranked(world, [0.3, 0.1, 0.2], epoch=1) == [0, 1, 2], "the first epoch has the order of the spec"
    assert ranked(world, [0.12, 0.1, 0.2], error=0.05) == [0, 1, 2]
    assert ranked(world, [0.2, 0.1, 0.2], error=0.05) == [1, 0, 2]
    assert ranked(world, [0.1, 0.14, 0.2], error=0.05) == [1, 0, 2], "a tie does not flip"
    assert ranked(world, [0.1, 0.14, 0.2], error=np.nan) == [1, 0, 2]
    two = begun(ModalityEquilibrium(hysteresis=0.0), toy)
    assert ranked(two, [0.12, 0.1, 0.2], error=0.05) == [1, 0, 2]
    assert ranked(begun(ModalityEquilibrium(order="strongest_first"), toy), [0.3, 0.1, 0.2]) == [0, 2, 1]
    assert ranked(begun(ModalityEquilibrium(order="fixed"), toy), [0.3, 0.1, 0.2]) == [0, 1, 2]
    drawn = begun(ModalityEquilibrium(order="random"), toy)
    assert len({tuple(ranked(drawn, [0.3, 0.1, 0.2])) for _ in range(20)}) > 2
    with pytest.raises(DataError, match="cannot be ranked"):
        ranked(world, [0.1, math.nan, 0.2])


def test_the_order_statistics_and_memory_are_restored_and_a_resumed_training_continues_bit_for_bit(easy, tmp_path):
    class Stopped(ModalityEquilibrium):
        def before_epoch(self, epoch):
            if epoch == 3:
                raise KeyboardInterrupt
            return super().before_epoch(epoch)

    whole = trained(easy, epochs=4, model="coupled_mamba")
    built = mm.models.build("coupled_mamba", easy.spec, width=8, layers=1, state=4)
    options = {"epochs": 4, "batch_size": 16, "learning_rate": 0.01, "progress": False, "out": tmp_path / "run"}
    with pytest.raises(KeyboardInterrupt):
        mm.train.fit(built, easy, strategy=Stopped(), **options)
    again = mm.train.fit(built, easy, strategy="modality_equilibrium", resume=True, **options)
    assert [row["update_order/m1"] for row in whole.history[1:]] == [
        row["update_order/m1"] for row in again.history[1:]
    ]
    assert all(torch.equal(v, again.weights[4][k]) for k, v in whole.weights[4].items())


def test_a_run_keeps_the_order_of_its_last_epoch_and_predicts_with_it_after_loading(easy, tmp_path):
    run = trained(easy, epochs=3, out=tmp_path / "run")
    for epoch in (1, 2, 3):
        order = [run.history[epoch][f"update_order/{n}"] for n in easy.spec.names]
        assert [int(m) for m in run.weights[epoch]["order"]] == np.argsort(order).tolist()
    again = mm.train.load(tmp_path / "run")
    assert isinstance(again.model, MemoryChain)
    assert bool(again.model.hidden.any())
    assert bool(again.model.alignment.correlation.any())
    assert np.array_equal(again.predict(easy["test"]), run.predict(easy["test"]))
    one = np.concatenate([again.predict(easy["test"].take([i])) for i in range(5)])
    np.testing.assert_allclose(one, again.predict(easy["test"])[:5], atol=1e-6)
    trace = mm.record(again, easy["test"], recorded_samples=2)
    np.testing.assert_allclose(trace["coalitions"]["prediction"][:, -1], again.predict(easy["test"]), atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"order": "random"},
        {"updates": "joint", "readout": "mean"},
        {"memory": False, "alignment": "none"},
        {"alignment": "sample"},
        {"order": "strongest_first", "threshold": 0.1, "mix": 1.0, "decay": 0.5},
    ],
)
def test_every_row_of_the_ablation_repeats_bit_for_bit_and_trains(easy, options):
    runs = [trained(easy, epochs=2, **options) for _ in range(2)]
    assert runs[0].status == "finished"
    assert all(torch.equal(v, runs[1].weights[2][k]) for k, v in runs[0].weights[2].items())
    row = runs[0].history[2]
    assert sorted(row[f"update_order/{n}"] for n in easy.spec.names) == [1, 2, 3]
    assert "joint_loss" in row if options.get("updates") == "joint" else {f"loss/{n}" for n in ORDER_OF_3} <= row.keys()
    assert row["EDM"] >= 0


def test_without_memory_the_initial_memory_stays_empty(easy):
    run = trained(easy, memory=False)
    assert not run.model.hidden.any()
    assert not run.model.cell_state.any()


def test_samples_and_batches_without_some_modality_are_trained_with_the_rest(ragged):
    run = trained(ragged, "coupled_mamba", readout="mean")
    assert run.status == "finished"
    assert all(torch.isfinite(v).all() for v in run.weights[2].values())


def test_a_link_that_no_sample_of_the_batch_has_is_left_out(toy, begun):
    world = begun(ModalityEquilibrium(), toy)
    world.batch.valid["m2"][:] = False
    found = [u.modality for u in world.strategy.updates(world.batch, world.rows)]
    assert found == ["m1", "m3"]
    assert not world.model.alignment.batches[1].any()
    world.batch.valid["m1"][:] = world.batch.valid["m3"][:] = False
    before = world.model.hidden.clone()
    assert list(world.strategy.updates(world.batch, world.rows)) == []
    assert torch.equal(world.model.hidden, before)


def test_a_memory_chain_is_trained_with_its_own_options_and_refused_with_others(toy):
    model = mm.models.build("memory_chain", toy.spec, width=8, base="concat", readout="mean")
    run = mm.train.fit(model, toy, strategy="modality_equilibrium", epochs=1, progress=False)
    assert run.model.config.readout == "mean"
    assert run.model.updates_itself is False
    with pytest.raises(ConfigError, match="'memory_chain' already; leave mix to it"):
        mm.train.fit(
            model, toy, strategy="modality_equilibrium", strategy_options={"mix": 0.1}, epochs=1, progress=False
        )
    wrapper = mm.models.build("equilibrium", toy.spec, width=8, base="concat")
    with pytest.raises(ConfigError, match="a wrapper"):
        mm.train.fit(wrapper, toy, strategy="modality_equilibrium", epochs=1, progress=False)


def test_another_strategy_updates_statistics_and_memory_of_a_memory_chain_too(toy):
    model = mm.models.build("memory_chain", toy.spec, width=8, base="concat")
    run = mm.train.fit(model, toy, epochs=1, progress=False)
    assert bool(run.model.hidden.any())
    assert run.model.alignment.batches[0, 0] > 0
    assert run.model.order.tolist() == [0, 1, 2]


def test_several_devices_are_refused_where_a_chain_takes_means_over_its_share_of_a_batch(toy):
    model = mm.models.build("memory_chain", toy.spec, width=8, base="concat")
    with pytest.raises(ConfigError, match=r"running statistics.*strategy='modality_equilibrium'"):
        check_divisible(model, 2)
    check_divisible(ModalityEquilibrium().prepare(model), 2)
    mixed = mm.models.build("memory_chain", toy.spec, width=8, base="concat", alignment="sample")
    with pytest.raises(ConfigError, match="mixes the samples of a batch"):
        check_divisible(ModalityEquilibrium().prepare(mixed), 2)


def test_a_regression_is_ranked_by_the_negative_loss(regression):
    run = trained(regression, epochs=2)
    assert run.status == "finished"
    assert run.history[2]["EDM"] >= 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": "weakest"}, "did you mean 'weakest_first'"),
        ({"hysteresis": -1}, "hysteresis=-1"),
        ({"updates": "link"}, "did you mean 'links'"),
        ({"readout": "first"}, "readout"),
        ({"mixx": 0.1}, "did you mean 'mix'"),
    ],
)
def test_invalid_options_of_modality_equilibrium_are_refused_before_a_folder_is_made(toy, tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        trained(toy, out=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


def test_the_strategy_states_its_source_and_its_eight_choices():
    text = " ".join(ModalityEquilibrium.__doc__.split())
    assert "not the authors' code" in text
    assert "Our interpretation of Modality Equilibrium Matters v2" in text
    assert all(f" {n}. " in text for n in range(1, 9))
    assert " 9. " not in text
    method = ModalityEquilibrium.method
    assert "2506.00030v2" in method.source
    assert "eight choices" in method.ours
    assert dataclasses.is_dataclass(ModalityEquilibrium.Options)
