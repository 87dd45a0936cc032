"""The engine of the page computes what Python computes: predictions, hidden states and Shapley values of every model, in JavaScript and WebAssembly."""

import math

import numpy as np
import pytest
import torch
from engine_cases import ATTRIBUTED, MEMBERS, SAMPLES, changed, data, floats, requests

import mmviz as mm
from mmviz.io.page_operators import OPERATORS
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions
from mmviz.recording.hidden_states import stream_states

MODELS = mm.models.available(wrappers=True)
TOLERANCE = 1e-5


def shapley(values):
    """Return Shapley values (player, ...) of a game over the 8 subsets of 3 players, by the definition."""
    number = MEMBERS @ (1 << np.arange(3))
    at = {int(n): values[i] for i, n in enumerate(number)}
    found = []
    for m in range(3):
        total = 0.0
        for n in range(8):
            if not n >> m & 1:
                size = n.bit_count()
                weight = math.factorial(size) * math.factorial(2 - size) / 6
                total = total + weight * (at[n | 1 << m] - at[n])
        found.append(total)
    return np.stack(found)


@pytest.fixture(scope="module")
def engine(in_engine, small, trained, exported):
    """Runs of every model and the predictions of their pages; those whose attribution is tested are exported with it, once."""
    runs, pages = {}, {}
    for name in MODELS:
        if name in ATTRIBUTED:
            runs[name], pages[name] = exported(name)
        else:
            runs[name] = changed(trained, name, small)
            pages[name] = mm.recording.export_model(runs[name], small["test"], attribution=False)
    done = in_engine([{"name": name, "page": page, "requests": requests()} for name, page in pages.items()])
    return runs, done


def expected(run, part, sample):
    with torch.no_grad():
        batch = batch_of(part, [sample])
        prediction = recorded_predictions(run.model, batch, MEMBERS, every_step=run.model.causal)[0]
        steps = run.model.encode(batch)
        seen = run.model.observe(steps)
        states = [s.h.norm(dim=-1)[:, 0].numpy() for s in stream_states(seen)]
    return prediction if run.model.causal else prediction[:, None], states, steps.mask[:, 0].numpy(), seen


def close(found, want):
    np.testing.assert_array_equal(np.isnan(found), np.isnan(want))
    # both are float32; a state above 1 may differ by further units in the last place
    np.testing.assert_allclose(np.nan_to_num(found), np.nan_to_num(want), rtol=1e-6, atol=TOLERANCE)


def close_activations(entry, seen):
    """Compare expert weights and transport plans with those of an observation."""
    assert len(entry["routing"]) == len(seen.routing)
    for mine, layer in zip(entry["routing"], seen.routing, strict=True):
        want = layer.weight[:, 0].numpy()
        close(np.reshape(mine, want.shape), want)
    assert len(entry["transport"]) == len(seen.plans)
    for mine, pair in zip(entry["transport"], seen.plans, strict=True):
        for key in ("plan", "cost", "distance"):
            want = getattr(pair, key)[0].numpy()
            close(floats(mine[key], want.shape), want)


@pytest.mark.parametrize("kind", ["js", "wasm"])
@pytest.mark.parametrize("name", MODELS)
def test_predictions_states_and_shapley_values_equal_those_of_python(engine, small, name, kind):
    runs, done = engine
    entries = done["found"][name][kind]
    assert not isinstance(entries, str), entries
    for entry, sample in zip(entries, SAMPLES.values(), strict=True):
        prediction, states, valid, seen = expected(runs[name], small["test"], sample)
        found = floats(entry["predictions"], prediction.shape)
        close(found, prediction)
        close(shapley(found), shapley(prediction))
        assert entry["steps"] == prediction.shape[1]
        assert len(entry["states"]) == len(states)
        for mine, want in zip(entry["states"], states, strict=True):
            close(np.reshape(mine, want.shape), want)
        np.testing.assert_array_equal(np.reshape(entry["valid"], valid.shape), valid)
        close_activations(entry, seen)


OTHERS = {
    "alignmamba": ("alignmamba", {}),
    "a learned router and two directions": (
        "alignmamba2",
        {"router": "learned", "specific_experts": 2, "top_k": 2, "bidirectional": True, "layers": 1},
    ),
}


@pytest.fixture(scope="module")
def others(in_engine, small, trained):
    found, jobs = {}, []
    stops = {"members": [[1, 1, 1]] * 4 + [[1, 0, 1]] * 2, "until": [1, 2, 3, 6, 2, 6]}
    for name, (model, options) in OTHERS.items():
        run = found[name] = changed(trained, model, small, noise=0.3, **options)
        page = mm.recording.export_model(run, small["test"])
        jobs += [{"name": name, "page": page, "requests": requests()}]
        jobs += [{"name": f"{name}, prefixes", "page": page, "requests": requests(**stops)}]
    return found, stops, in_engine(jobs)["found"]


@pytest.mark.parametrize("kind", ["js", "wasm"])
@pytest.mark.parametrize("name", OTHERS)
def test_expert_weights_and_transport_plans_equal_those_of_observe(others, small, name, kind):
    run, entries = others[0][name], others[2][name][kind]
    assert not isinstance(entries, str), entries
    for entry, sample in zip(entries, SAMPLES.values(), strict=True):
        close_activations(entry, expected(run, small["test"], sample)[3])
    whole = entries[SAMPLES["whole"]]
    assert np.ptp(floats(whole["transport"][0]["cost"], (-1,))) > 1e-2
    if "router" in OTHERS[name][1]:
        assert np.ptp(np.array(whole["routing"][0])[np.array(whole["routing"][0]) > 0]) > 1e-2


@pytest.mark.parametrize("kind", ["js", "wasm"])
@pytest.mark.parametrize("name", OTHERS)
def test_the_prefixes_of_a_model_that_is_not_causal_equal_those_of_the_recording(others, small, name, kind):
    runs, stops, done = others
    entries = done[f"{name}, prefixes"][kind]
    assert not isinstance(entries, str), entries
    number = [int(np.dot(row, [1, 2, 4])) for row in stops["members"]]
    for entry, sample in zip(entries, SAMPLES.values(), strict=True):
        batch = batch_of(small["test"], [sample])
        recorded = recorded_predictions(runs[name].model, batch, MEMBERS, every_step=True)[0]
        want = np.stack([recorded[n, stop - 1] for n, stop in zip(number, stops["until"], strict=True)])
        close(floats(entry["predictions"], want.shape), want)
        if sample == SAMPLES["whole"]:
            assert np.ptp(want[:4, 0]) > 1e-3  # the prefixes differ


def test_the_models_with_scans_have_states_and_the_weights_matter(engine):
    _, done = engine
    with_scans = {name for name, kinds in done["found"].items() if kinds["wasm"][0]["states"]}
    assert {"coupled_mamba", "late", "alignmamba", "alignmamba2"} <= with_scans
    assert all(np.std(floats(kinds["js"][0]["predictions"], (-1,))) > 1e-3 for kinds in done["found"].values())


def test_the_operators_of_python_and_of_the_engine_are_the_same(engine):
    assert set(engine[1]["operators"]) == OPERATORS - {"constant", "input", "getitem"}


def _spacing(by, rng):
    """Frames at uneven times, with gaps."""
    return {
        name: np.cumsum(rng.uniform(0.5, 1.5, x.shape[:2]), 1) * (0.1 if name == "a" else 0.12)
        for name, x in by.items()
    }


CLOCKS = {
    "averages of equal numbers of frames": ({}, {"steps": 4}),
    "resampled to fewer steps": ({}, {"steps": 4, "align": "resample"}),
    "resampled to more steps": ({}, {"steps": 9, "align": "resample"}),
    "timestamps on one clock": ({"times": _spacing}, {"steps": 4}),
    "timestamps, each recording on its own": ({"times": _spacing}, {"steps": 4, "align": "resample"}),
}


@pytest.fixture(scope="module")
def clocks(in_engine, trained):
    found, jobs = {}, []
    for name, (options, build) in CLOCKS.items():
        ds = data(12, **options)
        run = changed(trained, "average", ds, **build)
        found[name] = (run, ds)
        jobs.append(
            {
                "name": name,
                "page": mm.recording.export_model(run, ds["test"], attribution=False),
                "requests": requests(),
            }
        )
    return found, in_engine(jobs)["found"]


@pytest.mark.parametrize("kind", ["js", "wasm"])
@pytest.mark.parametrize("name", CLOCKS)
def test_temporal_alignment_is_part_of_the_graph(clocks, name, kind):
    (run, ds), entries = clocks[0][name], clocks[1][name][kind]
    assert not isinstance(entries, str), entries
    for entry, sample in zip(entries, SAMPLES.values(), strict=True):
        prediction, _, valid, _ = expected(run, ds["test"], sample)
        close(floats(entry["predictions"], prediction.shape), prediction)
        np.testing.assert_array_equal(np.reshape(entry["valid"], valid.shape), valid)


EDITS = {
    "zero": ({"a": {"state": "zero", "step": 2}}, [{"modality": 0, "kind": "zero", "step": 2}]),
    "hold": ({"c": {"state": "hold", "step": 3}}, [{"modality": 2, "kind": "hold", "step": 3}]),
    "cut": ({"a": {"cut": "c", "step": 1}}, [{"modality": 0, "kind": "cut", "source": 2, "step": 1}]),
    "several": (
        {"a": {"state": "hold", "cut": "b", "step": 1}, "b": {"state": "zero", "step": 4}},
        [
            {"modality": 0, "kind": "cut", "source": 1, "step": 1},
            {"modality": 0, "kind": "hold", "step": 1},
            {"modality": 1, "kind": "zero", "step": 4},
        ],
    ),
}


def test_interventions_on_states_and_couplings_equal_those_of_what_if(in_engine, small, trained):
    run = changed(trained, "coupled_mamba", small, noise=0.4)
    page, part = mm.recording.export_model(run, small["test"]), small["test"]
    jobs = [
        {"name": name, "page": page, "requests": requests(interventions=wanted)} for name, (_, wanted) in EDITS.items()
    ]
    done = in_engine([*jobs, {"name": "none", "page": page, "requests": requests()}])["found"]
    what_if = mm.recording.what_if(run, part)
    for name, (edit, _) in EDITS.items():
        for sample in SAMPLES.values():
            groups = what_if(str(part.ids[sample]), 0, edit)
            want = groups["/prefixes"]["prediction"].values[0, 0]
            norms = groups["/states"]["norm"].values[0, 0]
            plain = floats(done["none"]["js"][sample]["predictions"], want.shape)
            for kind in ("js", "wasm"):
                entry = done[name][kind][sample]
                close(floats(entry["predictions"], want.shape), want)
                close(np.stack([np.reshape(one, norms.shape[1:]) for one in entry["states"]]), norms)
            if sample == SAMPLES["whole"]:
                assert np.abs(plain - want).max() > 1e-4  # the intervention has an effect
