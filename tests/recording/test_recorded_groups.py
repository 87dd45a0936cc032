"""Recorded groups against the operator and the model: alignment, history, influence, token states, routing, transport."""

import dataclasses

import mmkernels
import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.models import batch_of
from mmviz.recording import influence as module
from mmviz.recording.alignment import a_distance
from mmviz.recording.samples import history_of
from mmviz.trace import validate


def test_the_a_distance_is_0_for_equal_and_2_for_separable_sets():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 200, 4))
    assert a_distance(x, y) < 0.3
    assert a_distance(x, y + 10) == 2
    assert 0.8 < a_distance(x, y + np.array([1.35, 0, 0, 0])) < 1.2  # a shift of 1.35: half of (2 Φ(0.675) - 1) = 0.5
    assert np.isnan(a_distance(x[:4], y))


def test_recorded_distances_equal_the_alignment_penalties_per_pair_and_epoch(toy):
    model = mm.models.build(
        "alignmamba2", toy.spec, width=8, layers=1, steps=6, ot=0.5, mmd=0.25, direction="to_anchor"
    )
    run = mm.train.fit(model, toy, epochs=2, progress=False)
    trace = mm.record(run, toy["test"], recorded_samples=2, coalitions=False)
    group = trace["alignment"].to_dataset()
    assert group["ot"].dims == ("epoch", "pair")
    assert group["epoch"].values.tolist() == [0, 1, 2]
    batch = mm.models.batch_of(toy["test"])
    with run.at_epoch(2) as model:
        _, penalties = model.training_forward(model.encode(batch))
    assert group["ot"].sel(epoch=2).sum().item() == pytest.approx(penalties["ot"].item() / 0.5, rel=1e-4)
    assert group["mmd"].sel(epoch=2).sum().item() == pytest.approx(penalties["mmd"].item() / 0.25, rel=1e-3)
    assert (group["a_distance"].values <= 2).all()


def test_alignment_true_records_distances_of_a_model_without_alignment(toy, toy_run):
    assert "alignment" not in mm.record(toy_run, toy["test"], recorded_samples=1, coalitions=False).children
    asked = mm.record(toy_run, toy["test"], recorded_samples=1, epochs=[0], coalitions=False, alignment=True)
    assert len(asked["alignment"]["source"]) == len(toy.spec.names) - 1


def test_entries_of_modalities_become_one_variable_and_a_missing_one_is_nan(toy, toy_run):
    first, second = toy.spec.names[:2]
    rows = [{**row, "penalty/ot": 1.5} for row in toy_run.history]
    rows[0] |= {f"contribution/{first}": 0.25, f"contribution/{second}": 0.75}
    history = history_of(dataclasses.replace(toy_run, history=rows))
    assert history["contribution"].dims == ("epoch", "modality")
    assert history["contribution"].sel(modality=second).values[0] == 0.75
    assert np.isnan(history["contribution"].values[1]).all()
    assert (history["penalty_ot"].values == 1.5).all()
    assert history["train_loss"].dims == ("epoch",)


def test_a_history_over_other_dimensions_is_refused_by_name(trace):
    odd = trace.copy()
    odd["history"] = trace["history"].to_dataset().assign(strange=("pair", [1.0]))
    with pytest.raises(DataError, match="/history/strange has dimensions"):
        validate(odd)


def test_the_recorded_influence_equals_coupled_influence_of_the_operator(toy, toy_run, trace):
    group = trace["influence"].to_dataset()
    batch = batch_of(toy["test"], group["recorded_sample"].values)
    with torch.no_grad(), toy_run.at_epoch(toy_run.best_epoch) as model:
        scans = model.observe(model.encode(batch)).scans
    for layer, scan in enumerate(scans):
        x, dt, A, B, C, _, W, mask = scan
        held = None if mask is None else mask[:, 2]
        K = mmkernels.coupled_influence(dt[:, 2], A, B[:, 2], C[:, 2], None, W[2], mask=held, reduce="none").of_inputs
        moved = (K * x[:, 2]).abs().mean(-1).numpy()
        np.testing.assert_allclose(group["influence"].values[2, layer], K.abs().mean(-1).numpy(), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(group["effect"].values[2, layer], moved, rtol=1e-4, atol=1e-6)


def test_the_influence_map_is_causal(trace):
    group = trace["influence"]["influence"]
    later = group["source_block"] > group["target_block"]
    assert float(group.where(later, 0).max()) == 0
    assert float(group.where(~later, 0).max()) > 0


def test_long_sequences_are_averaged_in_blocks(toy, toy_run, trace, monkeypatch):
    monkeypatch.setattr(module, "BLOCKS", 4)
    width = module.steps_per_block(toy_run.model.steps)
    coarse = mm.record(toy_run, toy["test"], recorded_samples=[5], epochs=[0], coalitions=False)["influence"]
    fine = trace["influence"]["influence"].values[2:3]
    assert coarse.attrs["steps_per_block"] == width > 1
    corner = fine[..., :width, :, :width].mean((-1, -3))
    np.testing.assert_allclose(coarse["influence"].values[..., 0, :, 0], corner, rtol=1e-4, atol=1e-6)


def test_influence_is_absent_without_a_scan_and_optional_with_one(toy, toy_run):
    run = mm.train.fit(mm.models.build("concat", toy.spec, width=8), toy, epochs=1, progress=False)
    assert "influence" not in mm.record(run, toy["test"], recorded_samples=2).children
    assert "influence" not in mm.record(toy_run, toy["test"], recorded_samples=2, influence=False).children


OPTIONS = {"width": 8, "state": 4, "layers": 2, "steps": 6}


def trained(ds, name="alignmamba2", **options):
    return mm.train.fit(mm.models.build(name, ds.spec, **OPTIONS, **options), ds, epochs=1, progress=False)


def seen_by(run, split, chosen):
    with torch.no_grad(), run.at_epoch(run.best_epoch) as model:
        steps = model.encode(batch_of(split, chosen))
        return steps, model.observe(steps)


@pytest.mark.parametrize("options", [{}, {"order": "concatenated"}, {"bidirectional": True}])
def test_the_recorded_states_give_the_operators_output_token_by_token(ragged, options):
    run = trained(ragged, **options)
    trace = mm.record(run, ragged["test"], recorded_samples=[0, 1, 2], coalitions=False)
    operator = trace["operator"].to_dataset()
    valid = trace["states"]["valid"].values
    read = operator["h"].values * operator["C"].values[..., None, :]
    _, seen = seen_by(run, ragged["test"], [0, 1, 2])
    forward = [tokens for tokens in seen.tokens if not tokens.backward]
    assert not valid.all()
    for layer, (scan, places, _, _) in enumerate(forward):
        y = mmkernels.coupled_scan(*scan[:5], None, scan.W[0], mask=scan.mask, backend="reference")[0].numpy()
        for sample, modality, time in np.argwhere(valid):
            there = y[sample, int(places[modality, sample, time])]
            np.testing.assert_allclose(read[sample, layer, modality, time].sum(-1), there, atol=1e-5)
    assert np.isnan(trace["states"]["coupling"].values).all()
    assert len(forward) == trace["states"].sizes["layer"] == 2


def test_the_influence_of_tokens_equals_the_operator_in_token_order(toy):
    run = trained(toy)
    group = mm.record(run, toy["test"], recorded_samples=[0], coalitions=False)["influence"]
    _, seen = seen_by(run, toy["test"], [0])
    speaking = run.model.order.modalities
    for layer, tokens in enumerate(seen.tokens):
        _, dt, A, B, C, _, W, _ = tokens.scan
        K = mmkernels.coupled_influence(dt[:, 0], A, B[:, 0], C[:, 0], None, W[0]).of_inputs[0, :, 0].numpy()
        for (m, t), (n, s) in (((0, 3), (1, 2)), ((1, 5), (0, 5)), ((0, 0), (1, 0)), ((1, 2), (0, 4))):
            heard = K[t * len(speaking) + speaking.index(m), s * len(speaking) + speaking.index(n)]
            np.testing.assert_allclose(group["influence"].values[0, layer, m, t, n, s], heard, rtol=1e-4, atol=1e-7)
    assert float(group["influence"].where(group["source_block"] > group["target_block"], 0).max()) == 0


def test_a_bidirectional_layer_influences_earlier_steps_and_absent_tokens_have_no_influence(ragged):
    group = mm.record(trained(ragged, bidirectional=True), ragged["test"], recorded_samples=[0, 1, 2], coalitions=False)
    moved, valid = group["influence"]["influence"], group["states"]["valid"].values
    assert float(moved.where(moved["source_block"] > moved["target_block"], 0).max()) > 0
    for sample, modality, time in np.argwhere(~valid):
        assert float(abs(moved.values[sample, :, modality, time]).max()) == 0
        assert float(abs(moved.values[sample, ..., modality, time]).max()) == 0


def test_routing_gives_weight_to_shared_and_own_experts_only(ragged):
    trace = mm.record(trained(ragged), ragged["test"], recorded_samples=[0, 1, 2], coalitions=False)
    group = trace["routing"].to_dataset()
    owners, weight = group["expert_modality"].values, group["weight"]
    assert set(owners) == {"", *ragged.spec.names}
    assert weight.dims == ("epoch", "recorded_sample", "layer", "modality", "time", "expert")
    valid = trace["states"]["valid"].values.transpose(1, 0, 2)  # modality, recorded_sample, time
    for k, name in enumerate(ragged.spec.names):
        mine = weight.isel(modality=k).transpose("recorded_sample", "time", "expert", "epoch", "layer").values
        serving = [e for e, owner in enumerate(owners) if owner in ("", name)]
        others = [e for e, owner in enumerate(owners) if owner not in ("", name)]
        assert (mine[valid[k]][:, serving] > 0).all()
        assert (mine[valid[k]][:, others] == 0).all()
        assert (mine[~valid[k]] == 0).all()


def test_transport_contains_every_pair_with_distance_equal_to_plan_times_cost(ragged):
    trace = mm.record(trained(ragged), ragged["test"], recorded_samples=[0, 1, 2], coalitions=False)
    group = trace["transport"].to_dataset()
    assert len(group["source"]) == len(ragged.spec.names) - 1
    assert set(group["anchor"].values) | set(group["source"].values) == set(ragged.spec.names)
    total = (group["plan"] * group["cost"]).sum(("time", "anchor_time")).values
    best = group["distance"].sel(epoch=trace.attrs["best_epoch"]).values
    there = np.isfinite(best)
    assert there.any()
    assert not there.all()
    np.testing.assert_allclose(best[there], total[there], rtol=1e-5)
