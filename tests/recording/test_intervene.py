"""Interventions: one layer equals the operator's map to rounding, patches of everything give the donor's prediction, errors name the fault."""

import numpy as np
import pytest
import torch
from mmkernels import coupled_influence, coupled_scan

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.base import ScanInputs
from mmviz.models.batch import batch_of
from mmviz.models.ssm.edited_scan import ScanEdit, edited_scan
from mmviz.models.ssm.hidden_states import states_of
from mmviz.recording.edited_layers import edited_layers, scan_layers

SMALL = {"width": 8, "layers": 2, "state": 4}
STREAM = {"coupled_mamba": "m2", "late": "m2", "early": "joint", "alignmamba": "tokens", "alignmamba2": "tokens"}
ROWS = {
    "coupled_mamba": ("m1", "m2", "m3"),
    "late": ("m1", "m2", "m3"),
    "early": "joint",
    "alignmamba": ("m1", "m2", "m3"),
    "alignmamba2": ("m1", "m2", "m3"),
}


@pytest.fixture(scope="module")
def runs(toy, toy_run):
    others = {
        name: mm.train.fit(mm.models.build(name, toy.spec, **SMALL), toy, epochs=2, progress=False)
        for name in STREAM
        if name != "coupled_mamba"
    }
    return {"coupled_mamba": toy_run, **others}


def random_scan(mask=None, modalities=3, batch=2, steps=12, channels=5, states=4):
    torch.manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64)

    x, dt = draw(modalities, batch, steps, channels), draw(modalities, batch, steps, channels).abs() * 0.3
    W = torch.softmax(draw(batch, modalities, modalities), -1)
    W = W[:1].expand(batch, -1, -1) if mask is None else W
    return ScanInputs(
        x,
        dt,
        -draw(modalities, channels, states).abs(),
        draw(modalities, batch, steps, states),
        draw(modalities, batch, steps, states),
        draw(modalities, channels),
        W.contiguous(),
        mask,
    )


def gaps(modalities=3, batch=2, steps=12):
    mask = torch.ones(modalities, batch, steps, dtype=torch.bool)
    mask[0, 0, 4:7] = False
    mask[1, 1, 9:] = False
    return mask


def edit_of(scan, kind, stream, steps, value=0.0, channels=None):
    where = torch.zeros(scan.x.shape[:3], dtype=torch.bool)
    where[stream, :, steps] = True
    picked = torch.zeros(scan.x.shape[-1], dtype=torch.bool)
    picked[slice(None) if channels is None else channels] = True
    return ScanEdit(kind, where, picked, None if value is None else torch.as_tensor(value, dtype=scan.x.dtype))


def operator_map(scan, sample, *, begin=0, h0=None):
    x, dt, A, B, C, _, W, mask = scan
    return coupled_influence(
        dt[:, sample, begin:].contiguous(),
        A,
        B[:, sample, begin:].contiguous(),
        C[:, sample, begin:].contiguous(),
        W=W[sample].contiguous(),
        x=x[:, sample, begin:].contiguous(),
        h0=h0,
        mask=None if mask is None else mask[:, sample, begin:].contiguous(),
        reduce="none",
    )


@pytest.mark.parametrize("mask", [None, gaps()], ids=["all valid", "masked"])
@pytest.mark.parametrize(("source", "step"), [(0, 0), (0, 5), (2, 11), (1, 3)])
def test_removing_one_increment_changes_the_output_by_the_entry_of_the_operators_map(mask, source, step):
    scan = random_scan(mask)
    change = edited_scan(scan).y - edited_scan(scan, [edit_of(scan, "increment", source, slice(step, step + 1))]).y
    for sample in range(2):
        expected = operator_map(scan, sample).of_inputs[:, :, source, step]  # target modality, target time, channel
        np.testing.assert_allclose(change[:, sample], expected, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("mask", [None, gaps()], ids=["all valid", "masked"])
def test_zeroing_the_state_at_one_step_changes_later_outputs_by_the_map_of_that_state(mask):
    scan, stream, step = random_scan(mask), 1, 4
    h = states_of(scan)[:, :, step]
    change = edited_scan(scan).y - edited_scan(scan, [edit_of(scan, "state", stream, slice(step, step + 1))]).y
    for sample in range(2):
        only = torch.zeros_like(h[:, sample])
        only[stream] = h[stream, sample]
        later = operator_map(scan, sample, begin=step + 1, h0=only).of_initial_state
        np.testing.assert_allclose(change[:, sample, step + 1 :], later, atol=1e-10, rtol=1e-10)
        here = (h[stream, sample] * scan.C[stream, sample, step]).sum(-1)
        np.testing.assert_allclose(change[stream, sample, step], here, atol=1e-10, rtol=1e-10)
    assert not change[:, :, :step].any()


@pytest.mark.parametrize("mask", [None, gaps()], ids=["all valid", "masked"])
def test_an_edge_cut_from_a_step_equals_the_recurrence_with_the_changed_weight(mask):
    scan, step = random_scan(mask), 5
    W = scan.W.clone()
    W[:, 2, 0] = 0.0
    edit = edit_of(scan, "edge", 2, slice(step, 9))
    found = edited_scan(scan, [ScanEdit("edge", edit.where, edit.channels, W)], states=True)
    x, dt, A, B, C, D, plain, valid = scan
    h = torch.zeros(3, 2, 5, 4, dtype=torch.float64)
    for t in range(12):
        weights = W if step <= t < 9 else plain
        new = torch.stack([sum(weights[:, m, n, None, None] * h[n] for n in range(3)) for m in range(3)])
        new = (
            torch.exp(dt[:, :, t, :, None] * A[:, None]) * new
            + (dt[:, :, t] * x[:, :, t])[..., None] * B[:, :, t, None]
        )
        h = new if valid is None else torch.where(valid[:, :, t, None, None], new, h)
        y = (h * C[:, :, t, None]).sum(-1) + D[:, None] * x[:, :, t]
        y = y if valid is None else y * valid[:, :, t, None]
        np.testing.assert_allclose(found.h[:, :, t], h, atol=1e-12)
        np.testing.assert_allclose(found.y[:, :, t], y, atol=1e-12)


def test_several_edits_of_one_scan_apply_together_and_equal_each_alone_where_only_one_is_active():
    scan = random_scan(gaps())
    one = edit_of(scan, "state", 1, slice(2, 4))
    weights = torch.full((3, 3), torch.nan, dtype=torch.float64)
    weights[0, 2] = 0.0
    where = torch.zeros(3, 2, 12, dtype=torch.bool)
    where[0, :, 6:] = True
    two = ScanEdit("edge", where, one.channels, weights)
    both = edited_scan(scan, [one, two], states=True)
    alone = edited_scan(scan, [one], states=True)
    np.testing.assert_allclose(both.h[:, :, :6], alone.h[:, :, :6], atol=1e-12)
    W = scan.W.clone()
    W[:, 0, 2] = 0.0
    later = scan._replace(**{k: getattr(scan, k)[:, :, 6:] for k in ("x", "dt", "B", "C", "mask")}, W=W)
    np.testing.assert_allclose(both.h[:, :, 6:], states_of(later, alone.h[:, :, 5]), atol=1e-12)
    assert not np.allclose(both.h[0, :, 8], alone.h[0, :, 8])


def test_a_scan_without_an_edit_equals_the_operator_and_a_patch_of_its_own_states_changes_nothing():
    scan = random_scan(gaps())
    x, dt, A, B, C, D, W, mask = scan
    plain = coupled_scan(x, dt, A, B, C, D, W, mask=mask)
    np.testing.assert_array_equal(edited_scan(scan).y, plain)
    own = edited_scan(scan, [edit_of(scan, "state", slice(None), slice(2, 9), states_of(scan))]).y
    np.testing.assert_allclose(own, plain, atol=1e-12)
    np.testing.assert_array_equal(own[:, :, :2], plain[:, :, :2])


def test_hold_keeps_the_chosen_channels_at_their_value_after_the_first_step():
    scan = random_scan(gaps())
    found = edited_scan(scan, [edit_of(scan, "state", 1, slice(3, 10), None, channels=[0, 2])], states=True).h
    free = states_of(scan)
    np.testing.assert_allclose(found[1, :, 3], free[1, :, 3], atol=1e-12)
    for t in range(3, 10):
        np.testing.assert_array_equal(found[1, :, t, [0, 2]], found[1, :, 3, [0, 2]])
    assert not np.allclose(found[1, 0, 8, 1], found[1, 0, 3, 1])
    assert not np.allclose(found[1, :, 11, 0], found[1, :, 9, 0])


@pytest.mark.parametrize("name", list(STREAM))
def test_one_layer_of_every_fusion_changes_its_scan_by_the_operators_map_in_float64(toy, name):
    """In one layer dt, B and C do not depend on the intervention, so that the scan is linear in its increments."""
    model = mm.models.build(name, toy.spec, width=8, layers=1, state=4, seed=1).double().eval()
    with torch.no_grad():
        steps = model.encode(batch_of(toy["test"], [0, 5]).to("cpu", torch.float64))
        with edited_layers(model, {}, states=True) as clean:
            model.streams(steps)
        scan = clean.inputs[0]
        place = 7
        with edited_layers(model, {0: edit_of(scan, "increment", 0, slice(place, place + 1))}) as cut:
            model.streams(steps)
        core = scan_layers(model)[0]
        core = core if hasattr(core, "scan") else core.mixer.cores[0]
        for sample in range(2):
            K = operator_map(scan, sample).of_inputs[:, :, 0, place]
            expected = core.scan(scan)
            expected = (expected if expected.ndim == 4 else expected[None])[:, sample] - K
            found = edited_scan(scan, [edit_of(scan, "increment", 0, slice(place, place + 1))]).y[:, sample]
            np.testing.assert_allclose(found, expected, atol=1e-10)
    assert clean.outputs[0].shape == cut.outputs[0].shape
    assert float((clean.outputs[0] - cut.outputs[0]).abs().max()) > 1e-12


@pytest.mark.parametrize("name", list(STREAM))
@pytest.mark.parametrize("layer", [0, 1, None])
def test_patching_the_whole_output_of_a_layer_gives_the_donors_prediction(toy, runs, name, layer):
    found = mm.intervene(runs[name], toy["test"], output=ROWS[name], donor=3, layer=layer, recorded_samples=[0, 4, 7])
    np.testing.assert_allclose(found["intervened"], found["donor_prediction"], atol=1e-6)
    recovery = found["recovery"].values
    known = np.isfinite(recovery)
    np.testing.assert_allclose(recovery[known], 1.0, atol=1e-3)
    same_class = found["clean"].argmax("output") == found["donor_prediction"].argmax("output")
    np.testing.assert_array_equal(~known, same_class)


def test_recovery_is_0_without_a_change_and_1_for_the_donors_value(regression):
    run = mm.train.fit(mm.models.build("coupled_mamba", regression.spec, **SMALL), regression, epochs=2, progress=False)
    part = regression["test"]
    all_of_it = mm.intervene(run, part, output=ROWS["late"], donor=1, recorded_samples=[0, 4])
    np.testing.assert_allclose(all_of_it["recovery"], 1.0, atol=1e-3)
    assert "effect_logit" not in all_of_it
    last = mm.intervene(run, part, state="m1", donor=1, step=23, recorded_samples=[0, 4])
    assert (np.abs(last["recovery"]) < 0.5).all()
    np.testing.assert_allclose(all_of_it["clean"].values[:, 0], run.predict(part)[[0, 4]], atol=1e-6)


@pytest.mark.parametrize("name", list(STREAM))
def test_a_patch_of_a_samples_own_state_has_no_effect_and_a_zeroed_state_has_one(toy, runs, name):
    own = mm.intervene(runs[name], toy["test"], state=STREAM[name], donor=[0, 4], recorded_samples=[0, 4])
    assert np.abs(own["effect"]).max() < 1e-6
    assert own["state_change"].max() < 1e-5
    zero = mm.intervene(runs[name], toy["test"], state=STREAM[name], recorded_samples=[0, 4])
    assert zero["state_change"].max() > 1e-3
    assert np.abs(zero["effect_logit"]).max() > 1e-6


@pytest.mark.parametrize("name", ["coupled_mamba", "late", "early", "alignmamba2"])
@pytest.mark.parametrize("what", [{"to": "zero"}, {"to": "hold"}, {"to": 0.5}, {"donor": 2}], ids=str)
def test_nothing_changes_before_the_step_of_the_intervention(toy, runs, name, what):
    found = mm.intervene(runs[name], toy["test"], state=STREAM[name], step=9, recorded_samples=[0, 4], **what)
    before = found.isel(time=slice(0, 9))
    for variable in ("prefix_effect", "state_change", "stream_change"):
        assert np.abs(before[variable]).max() < 1e-6, variable
    assert found["state_change"].isel(time=slice(10, None)).max() > 1e-4
    np.testing.assert_allclose(found["prefix_effect"].isel(time=-1), found["effect"], atol=1e-6)


def test_the_effect_on_a_sample_does_not_depend_on_the_other_recorded_samples(ragged, ragged_run):
    part = ragged["test"]
    together = mm.intervene(ragged_run, part, state="light", step=2, recorded_samples=list(range(2, 10)))
    for row in (2, 3, 9):
        alone = mm.intervene(ragged_run, part, state="light", step=2, recorded_samples=[row])
        np.testing.assert_allclose(
            alone["effect_logit"][0], together["effect_logit"].sel(recorded_sample=row), atol=1e-6
        )


def test_samples_without_the_modality_or_after_their_last_step_have_effect_0_and_are_counted(ragged, ragged_run):
    part = ragged["test"]
    model, lacking = ragged_run.model, int(np.flatnonzero(~part.valid["sound"].any(1))[0])
    rows = [lacking, *(i for i in range(len(part)) if i != lacking)]
    found = mm.intervene(ragged_run, part, state="sound", recorded_samples=rows)
    assert not found["changed"][0]
    assert found["changed"][1:].all()
    assert not found["effect"][0].any()
    filled = mm.intervene(ragged_run, part, state="sound", to=0.5, recorded_samples=rows)
    assert not filled["state_change"][0].any()
    assert filled["state_change"][1].any()
    assert found.attrs["note"] == f"no effect in 1 of {len(rows)} samples: nothing to change there"
    with pytest.raises(ConfigError, match="no effect, as in each of the 1 samples the target is absent"):
        mm.intervene(ragged_run, part, increment="sound", recorded_samples=[lacking])
    padded = mm.models.build("coupled_mamba", ragged.spec, width=8, layers=1, state=4, align="pad")
    run = mm.train.fit(padded, ragged, epochs=1, progress=False)
    short = int(np.argmin(part.valid["sound"].sum(1) + part.valid["light"].sum(1)))
    end = max(part.valid[name][short].sum() for name in ("sound", "light"))
    assert end < run.model.steps
    assert bool(
        mm.intervene(run, part, state="light", step=int(end) - 1, recorded_samples=[short])["changed"].all()
    ) == bool(part.valid["light"][short].any())
    with pytest.raises(ConfigError, match="no valid step there; choose an earlier step"):
        mm.intervene(run, part, state="light", step=int(end), recorded_samples=[short])
    assert model is ragged_run.model


def test_tokens_of_one_modality_are_changed_at_their_positions_among_the_valid_tokens(ragged):
    model = mm.models.build("alignmamba2", ragged.spec, width=8, layers=1, state=4, align="pad")
    run = mm.train.fit(model, ragged, epochs=1, progress=False)
    part = ragged["test"]
    row = int(np.flatnonzero(part.valid["sound"].any(1) & part.valid["light"].any(1))[0])
    only = mm.intervene(run, part, increment="sound", step=1, stop=2, recorded_samples=[row])
    both = mm.intervene(run, part, increment="tokens", step=1, stop=2, recorded_samples=[row])
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        steps = model.encode(batch_of(part, [row]))
        with edited_layers(model, {}) as clean:
            seen = model.observe(steps)
        scan, place = clean.inputs[0], seen.tokens[0].position
        for found, changed in ((only, [0]), (both, [0, 1])):
            x = scan.x.clone()
            for m in changed:
                x[0, 0, place[m, 0, 1]] = 0.0
            h = states_of(scan) - states_of(scan._replace(x=x))
            expected = h[0, 0].flatten(1).norm(dim=-1)
            for m in range(2):
                last = int(part.valid[ragged.spec.names[m]][row].sum()) - 1
                np.testing.assert_allclose(
                    found["state_change"].values[0, 0, m, last], expected[place[m, 0, last]], atol=1e-6
                )


def test_edge_effects_equal_interventions_on_single_edges(toy, toy_run):
    part, rows = toy["test"], [0, 4]
    found = mm.recording.path_effects(toy_run, part, step=6, recorded_samples=rows)
    assert found["effect"].dims == ("recorded_sample", "layer", "target_modality", "source_modality", "output")
    for layer, target, source in ((0, "m1", "m2"), (1, "m3", "m3"), (0, "m2", "m1")):
        alone = mm.intervene(toy_run, part, edge=(target, source), layer=layer, step=6, recorded_samples=rows)
        at = {"layer": layer, "target_modality": target, "source_modality": source}
        picked = found.sel(target_modality=target, source_modality=source).isel(layer=layer)
        np.testing.assert_allclose(picked["effect"], alone["effect"], atol=1e-7, err_msg=str(at))
        np.testing.assert_allclose(picked["stream_change"], alone["stream_change"].mean("time"), atol=1e-6)
    pairs = [(a, b) for a in ("m1", "m2", "m3") for b in ("m1", "m2", "m3") if a != b]
    cross = mm.intervene(toy_run, part, edge=pairs, layer=1, step=6, recorded_samples=rows)
    np.testing.assert_allclose(found["cross_logit"].isel(layer=1), cross["effect_logit"], atol=1e-7)
    assert np.abs(found["effect_logit"]).max() > 1e-6


def test_streams_without_coupling_have_no_cross_modal_edge_effect(toy, runs):
    found = mm.recording.path_effects(runs["late"], toy["test"], recorded_samples=[0, 4])
    assert not found["cross"].any()
    own = np.einsum("rlmmo->rlmo", found["effect_logit"].values)
    assert np.abs(own).max() > 1e-6
    with pytest.raises(ConfigError, match="no coupled SSM streams"):
        mm.recording.path_effects(runs["early"], toy["test"])


def test_a_wrapped_fusion_is_changed_inside_its_wrapper(toy):
    model = mm.models.build(
        "equilibrium", toy.spec, base="coupled_mamba", width=8, base_options={"layers": 1, "state": 4}
    )
    run = mm.train.fit(model, toy, epochs=1, progress=False)
    found = mm.intervene(run, toy["test"], state="m1", recorded_samples=[0, 4])
    assert np.abs(found["effect_logit"]).max() > 1e-7
    np.testing.assert_allclose(found["clean"], run.predict(toy["test"])[[0, 4]], atol=1e-6)


def test_the_run_is_unchanged_and_an_epoch_can_be_chosen(toy, toy_run):
    before = toy_run.predict(toy["test"])
    first = mm.intervene(toy_run, toy["test"], state="m1", epoch=0, recorded_samples=[0])
    best = mm.intervene(toy_run, toy["test"], state="m1", recorded_samples=[0])
    assert not np.allclose(first["clean"], best["clean"])
    np.testing.assert_array_equal(toy_run.predict(toy["test"]), before)
    assert all("scan" not in vars(layer) and "combine" not in vars(layer) for layer in scan_layers(toy_run.model))


BAD = {
    "nothing": ({}, "nothing given, expected exactly one of state, increment, output, edge"),
    "two": ({"state": "m1", "edge": ("m1", "m2")}, "state and edge given"),
    "stream": ({"state": "m4"}, "no state 'm4'"),
    "no stream": ({"state": ()}, "names no stream"),
    "edge": ({"edge": ("m1", "m9")}, "no modality 'm9'"),
    "half an edge": ({"edge": "m1"}, r"expected \(target, source\)"),
    "step": ({"state": "m1", "step": 24}, "from 0 to 23"),
    "negative step": ({"state": "m1", "step": -1}, "from 0 to 23"),
    "stop": ({"state": "m1", "step": 5, "stop": 5}, "stop=5; give a whole number from 6 to 24"),
    "layer": ({"state": "m1", "layer": 2}, "layer=2; give a whole number from 0 to 1"),
    "channel": ({"state": "m1", "channels": [16]}, "from 0 to 15"),
    "channels of an edge": ({"edge": ("m1", "m2"), "channels": 0}, "serves all channels"),
    "word": ({"state": "m1", "to": "zeros"}, "did you mean 'zero'"),
    "hold an edge": ({"edge": ("m1", "m2"), "to": "hold"}, "only for state"),
    "nan": ({"state": "m1", "to": float("nan")}, "finite"),
    "shape": ({"state": "m1", "to": np.zeros(3)}, r"shape \(3,\), expected a number or shape \(16, 4\)"),
    "donor": ({"state": "m1", "donor": "nobody"}, "donor 'nobody' is not in the 'test' split"),
    "donors": ({"state": "m1", "donor": [0, 1, 2]}, "3 donors for 6 recorded samples"),
    "donor of an edge": ({"edge": ("m1", "m2"), "donor": 0}, "whose weight is a parameter"),
    "donor and value": ({"state": "m1", "donor": 0, "to": 1.0}, "leave one out"),
    "epoch": ({"state": "m1", "epoch": 99}, "epoch=99 is not stored"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_a_bad_intervention_is_refused_with_what_is_there(toy, toy_run, case):
    options, message = BAD[case]
    with pytest.raises(ConfigError, match=message):
        mm.intervene(toy_run, toy["test"], **options)


def test_fusions_without_a_scan_or_without_edges_are_refused_by_name(toy, runs):
    run = mm.train.fit(mm.models.build("average", toy.spec, width=8), toy, epochs=1, progress=False)
    with pytest.raises(ConfigError, match="'average' has no selective scan"):
        mm.intervene(run, toy["test"], state="m1")
    with pytest.raises(ConfigError, match="'early' has one SSM stream and therefore no edge"):
        mm.intervene(runs["early"], toy["test"], edge=("m1", "m2"))
    with pytest.raises(ConfigError, match="one SSM stream for all modalities, and increments"):
        mm.intervene(runs["alignmamba2"], toy["test"], state="m1")
    with pytest.raises(ConfigError, match="no weight to change there"):
        mm.intervene(runs["late"], toy["test"], edge=("m1", "m2"))


def test_one_modality_has_a_state_and_its_own_edge_only(toy):
    one = mm.data.synthetic(n=60, steps=16, modalities=1, seed=0, task="classification")
    run = mm.train.fit(
        mm.models.build("coupled_mamba", one.spec, width=8, layers=1, state=4), one, epochs=1, progress=False
    )
    found = mm.intervene(run, one["test"], state="m1", recorded_samples=1)
    assert found["effect"].shape == (1, 2)
    with pytest.raises(ConfigError, match="no edge"):
        mm.intervene(run, one["test"], edge=("m1", "m1"))
