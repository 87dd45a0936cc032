"""Data for every figure: analyses of a recorded Trace and of synthetic groups, and synthetic measurements."""

import numpy as np
import xarray as xr

import mmviz as mm
from mmviz import analysis, plots


def full(trace):
    """The Trace with every optional group, hand-made where its model records none; modalities are its own."""
    out = trace.copy()
    names, recorded_samples = trace.attrs["modalities"], trace["states"]["recorded_sample"].values
    epochs, steps = trace["states"]["epoch"].values, trace["states"].sizes["time"]
    rng = np.random.default_rng(0)
    common = {"epoch": epochs, "recorded_sample": recorded_samples, "modality": names}
    made = {
        "routing": _routing(rng, common, steps),
        "transport": _transport(common, steps),
        "alignment": _alignment(common),
    }
    if "influence" not in out.children:
        made["influence"] = _influence(rng, common, steps)
    for name, group in made.items():
        if name not in out.children:
            out[name] = xr.DataTree(group)
    history = out["history"].to_dataset()
    grown = np.linspace(0.1, 1, history.sizes["epoch"])[:, None] ** np.arange(1, len(names) + 1)
    out["history"] = xr.DataTree(
        history.assign(contribution=(("epoch", "modality"), grown)).assign_coords(modality=names)
    )
    mm.trace.validate(out)
    return out


def _routing(rng, common, steps):
    owners = [*common["modality"], ""]
    sizes = (len(common["epoch"]), len(common["recorded_sample"]), 2, len(common["modality"]), steps, len(owners))
    weight = rng.random(sizes) + 3 * np.eye(len(owners))[: sizes[3]][:, None, :]
    weight /= weight.sum(-1, keepdims=True)
    return xr.Dataset(
        {"weight": (("epoch", "recorded_sample", "layer", "modality", "time", "expert"), weight.astype(np.float32))},
        coords={**common, "expert": [f"{o or 'shared'} 1" for o in owners], "expert_modality": ("expert", owners)},
    )


def _transport(common, steps):
    i, j = np.arange(steps)[:, None], np.arange(steps)
    first = common["modality"][0]
    pairs = [(other, first) for other in common["modality"][1:]]
    plan = np.stack([np.exp(-(((j - i - 2 * k) / 1.5) ** 2)) for k in range(len(pairs))]).astype(np.float32)
    plan /= plan.sum((-2, -1), keepdims=True)
    cost = np.stack([np.abs(j - i - 2 * k) / steps for k in range(len(pairs))]).astype(np.float32)
    shape = (len(common["recorded_sample"]), *plan.shape)
    distance = np.linspace(1, 0.2, len(common["epoch"]))[:, None, None] * np.ones((1, shape[0], len(pairs)))
    dims = ("recorded_sample", "pair", "time", "anchor_time")
    return xr.Dataset(
        {"plan": (dims, np.broadcast_to(plan, shape).copy()), "cost": (dims, np.broadcast_to(cost, shape).copy()),
         "distance": (("epoch", "recorded_sample", "pair"), distance)},
        coords={"epoch": common["epoch"], "recorded_sample": common["recorded_sample"],
                "source": ("pair", [a for a, _ in pairs]), "anchor": ("pair", [b for _, b in pairs])},
    )  # fmt: skip


def _alignment(common):
    first = common["modality"][0]
    pairs = [(other, first) for other in common["modality"][1:]]
    fall = np.linspace(1, 0.2, len(common["epoch"]))[:, None] + 0.1 * np.arange(len(pairs))
    return xr.Dataset(
        {name: (("epoch", "pair"), scale * fall) for name, scale in (("ot", 0.8), ("mmd", 0.3), ("a_distance", 1.5))},
        coords={
            "epoch": common["epoch"],
            "source": ("pair", [a for a, _ in pairs]),
            "anchor": ("pair", [b for _, b in pairs]),
        },
    )


def _influence(rng, common, steps):
    i, M, S = np.arange(steps), len(common["modality"]), len(common["recorded_sample"])
    fade = np.where(i[:, None] >= i, 0.8 ** np.abs(i[:, None] - i), 0)
    values = rng.random((S, 2, M, 1, M, 1)) * fade[:, None, :] * np.where(np.eye(M), 1, 0.1)[:, None, :, None]
    dims = ("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block")
    group = xr.Dataset(
        {"influence": (dims, values), "effect": (dims, values * 0.5)},
        coords={
            "recorded_sample": common["recorded_sample"],
            "target_modality": common["modality"],
            "source_modality": common["modality"],
            "target_block": i,
            "source_block": i,
        },
    )
    group.attrs["steps_per_block"] = 1
    return group


def end_to_end(trace):
    """A result of analysis.end_to_end whose sums hold: shares of random sign, largest where a modality is "loud"."""
    rng = np.random.default_rng(5)
    names, S = trace.attrs["modalities"], trace["states"].sizes["recorded_sample"]
    steps, M = trace["states"].sizes["time"], len(names)
    i = np.arange(steps)
    share = rng.normal(size=(S, M, steps)) * np.exp(-(((i - steps / 2) / 4) ** 2)) * np.arange(1, M + 1)[:, None]
    causal = i[:, None] >= i
    prefix = (share[:, None] * causal[None, :, None, :]) * np.linspace(0.2, 1, steps)[:, None, None]
    stream = rng.random((S, M, steps, M, steps)) * (causal * 0.8 ** np.abs(i[:, None] - i))[:, None, :]
    bias = rng.normal(size=S)
    return xr.Dataset(
        {
            "share": (("recorded_sample", "modality", "time"), share),
            "by_modality": (("recorded_sample", "modality"), share.sum(-1)),
            "bias": ("recorded_sample", bias),
            "total": ("recorded_sample", bias + share.sum((1, 2))),
            "conservation_error": ("recorded_sample", np.full(S, 3.1e-7)),
            "stream": (("recorded_sample", "target_modality", "target_block", "source_modality", "source_block"), stream),
            "prefix": (("recorded_sample", "time", "source_modality", "source_block"), prefix),
        },
        coords={"modality": names, "target_modality": names, "source_modality": names,
                "recorded_sample": trace["states"]["recorded_sample"].values,
                "target": ("recorded_sample", ["class 1"] * S)},
        attrs={"target": "predicted", "meaning": "logit", "rule": "frozen", "steps_per_block": 1,
               "dataset": "toy", "split": "test", "model": "coupled_mamba", "seed": 0, "epoch": 2},
    )  # fmt: skip


def captured(trace):
    """The Trace with one hand-made captured scan of two coupled streams, the second with padding at its end."""
    rng = np.random.default_rng(6)
    rows, names = trace["states"]["recorded_sample"].values, trace.attrs["modalities"][:2]
    S, M, L, E, N = len(rows), 2, 10, 6, 3
    step = np.arange(L)
    dt = np.full((S, M, L, E), 0.1) * np.linspace(0.5, 2, E)
    fade = np.where(step[:, None] >= step, 0.8 ** np.abs(step[:, None] - step), 0.0)
    valid = np.ones((S, M, L), bool)
    valid[:, 1, 8:] = False
    sampled = ("recorded_sample", "scan_stream")
    group = xr.Dataset(
        {
            "norm": ((*sampled, "scan_step", "scan_channel"), rng.random((S, M, L, E)) * np.arange(1, E + 1)),
            "dt": ((*sampled, "scan_step", "scan_channel"), dt),
            "half_life": ((*sampled, "scan_channel"), np.log(2) / dt[:, :, 0]),
            "A": (("scan_stream", "scan_channel", "scan_state"), -np.ones((M, E, N))),
            "W": ((*sampled, "scan_source"), np.broadcast_to([[0.7, 0.3], [0.4, 0.6]], (S, 2, 2)).copy()),
            "valid": ((*sampled, "scan_step"), valid),
            "frame": (("scan_stream", "scan_step"), np.stack([step, step]).astype(np.int32)),
            "influence": (
                (*sampled, "target_step_block", "scan_source", "source_step_block"),
                rng.random((S, M, 1, M, 1)) * fade[:, None, :],
            ),
        },
        coords={"recorded_sample": rows, "target_step_block": step, "source_step_block": step},
        attrs={"site": "fusion.layers.0", "function": "coupled_scan", "label": "fusion.layers.0", "modality": "", "modalities": list(names),
               "depends_on": list(names), "alignment": [f"one scan step per frame of {n}" for n in names], "replay_error": 1e-7, "in_states": True,
               "steps_per_block": 1, "influence_channels": "mean over all 6 channels", "description": "made by hand"},
    )  # fmt: skip
    out = trace.copy()
    out["scans/0"] = xr.DataTree(group)
    mm.trace.validate(out)
    return out


def missing_scores():
    rng = np.random.default_rng(1)
    rate = np.arange(0, 0.8, 0.1)
    fall = np.array([0.85, 0.8])[:, None, None] - np.array([0.2, 0.35])[:, None, None] * rate[:, None]
    return xr.Dataset(
        {"score": (("model", "rate", "seed"), fall + 0.01 * rng.normal(size=(2, 8, 5)))},
        coords={"model": ["coupled_mamba", "concat"], "rate": rate, "seed": range(5)},
        attrs={"dataset": "toy", "split": "test", "score": "accuracy", "protocol": "whole modalities masked"},
    )


def grown():
    """Time and memory of two models, the second not measured at the longest length."""
    length = np.array([300.0, 600.0, 1200.0])
    time = np.stack([0.06 * length, 1e-3 * length**2])
    time[1, 2] = np.nan
    held = np.stack([0.02 * length, 1e-4 * length**2])
    dims = ("model", "length")
    return xr.Dataset(
        {
            name: (dims, time * factor)
            for name, factor in (("milliseconds", 1), ("low", 0.9), ("high", 1.2), ("cpu", 0.95))
        }
        | {"mebibytes": (dims, np.where(np.isnan(time), np.nan, held))},
        coords={"model": ["coupled_mamba", "transformer"], "length": length.astype(int)},
        attrs={"machine": "made by hand", "mode": "inference", "width": 64, "batch": 1, "threads": 1},
    )


def measured():
    rng = np.random.default_rng(2)
    length = np.array([100, 200, 300, 400, 500])
    seconds = np.stack([2e-4 * length, 4e-7 * length**2])[..., None] * (1 + 0.1 * rng.random((2, 5, 4)))
    held = np.stack([4e5 * length, 3e3 * length**2])[..., None] * np.ones((2, 5, 4))
    dims = ("model", "length", "repeat")
    return xr.Dataset(
        {"seconds": (dims, seconds), "bytes": (dims, held)},
        coords={"model": ["coupled_mamba", "transformer"], "length": length},
        attrs={"machine": "made by hand"},
    )


def vectors():
    drawn = np.random.default_rng(4).normal(size=(2, 9, 5)) + np.array([0.5, -0.5])[:, None, None]
    return xr.Dataset(
        {"vector": (("modality", "sample", "channel"), drawn)},
        coords={"modality": ["audio", "image"], "sample": [f"s{k}" for k in range(9)]},
        attrs={"dataset": "toy", "split": "test", "model": "concat", "seed": 0, "epoch": 2},
    )


def variants():
    rng = np.random.default_rng(3)
    names = ["whole", "shared experts only", "specific experts only", "no transport", "no alignment"]
    base = np.array([0.86, 0.84, 0.82, 0.85, 0.8])[:, None]
    return xr.Dataset(
        {"score": (("variant", "seed"), base + 0.01 * rng.normal(size=(5, 5)))},
        coords={"variant": names, "seed": range(5)},
        attrs={"dataset": "toy", "split": "test", "score": "accuracy"},
    )


def retrained(names, *, seeds=3, samples=80):
    """Value by retraining of these modalities: the first alone is better than all, the others have a gap."""
    rng, count = np.random.default_rng(5), 2 ** len(names)
    members = (np.arange(count)[:, None] >> np.arange(len(names))) % 2 == 1
    rate = np.where(members[:, 0], 0.9, 0.55)
    rate[0], rate[-1] = 0.25, 0.7
    hard = rng.random((samples, 1))
    table = (hard + 0.1 * rng.normal(size=(seeds, samples, count)) < rate).astype(float).transpose(0, 2, 1)
    masked = (hard + 0.1 * rng.normal(size=(seeds, samples, count)) < 0.8 * rate).astype(float).transpose(0, 2, 1)
    masked[:, -1] = table[:, -1]
    probed = rng.random((seeds, 2, 3, len(names), samples)) < 0.6
    scores = xr.Dataset(
        {
            "retrained": (("seed", "coalition", "sample"), table),
            "masked": (("seed", "coalition", "sample"), masked),
            "validation": (("seed", "coalition"), np.tile(rate, (seeds, 1))),
            "probe": (("seed", "representation", "weights", "modality", "sample"), probed.astype(float)),
            "members": (("coalition", "modality"), members),
            "group": ("sample", np.full(samples, "")),
        },
        coords={"seed": range(seeds), "modality": list(names), "representation": ["encoder", "head input"],
                "weights": ["full model", "untrained copy", "modality alone"]},
    )  # fmt: skip
    found = analysis.value_by_retraining(scores)
    found["failed"] = (("seed", "coalition"), np.zeros((seeds, count), bool))
    return found.assign_attrs(
        dataset="toy", split="test", model="coupled_mamba", task="classification", value="accuracy", units="accuracy",
        budget="4 epochs, 68 updates of 128 samples", failures=[],
    )  # fmt: skip


def measured_rows(names):
    """A result of analysis.measures with values of all three objects, one measure without a value."""
    rows = [
        ("data", "PID of the predictions", "redundancy", "bit", 0.31, 0.25, 0.4, 0.05),
        ("data", "PID of the predictions", "synergy", "bit", 0.12, 0.02, 0.2, 0.06),
        *(("model", "Perceptual score", name, "difference of scores or of p", 0.2 + 0.05 * k, 0.1, 0.35, np.nan) for k, name in enumerate(names)),
        ("model", "SHAPE cooperation", "accuracy", "difference of scores or of p", -0.21, -0.33, -0.04, np.nan),
        ("model", "EMAP gap, log p", "log p(true class)", "nat", 0.041, np.nan, np.nan, np.nan),
        *(("model", "MM-SHAP", name, "share", 0.3 + 0.05 * k, 0.22, 0.45, np.nan) for k, name in enumerate(names)),
        ("model", "InterSHAP", "", "share", np.nan, np.nan, np.nan, np.nan),
        ("geometry", "Modality gap", f"{names[0]} – {names[1]}", "length, share or cosine", 0.71, 0.6, 0.8, 0.13),
    ]  # fmt: skip
    texts = ("object", "measure", "entry", "value_units")
    parts = {name: ("row", [row[i] for row in rows]) for i, name in enumerate(texts)}
    parts |= {name: ("row", ["in one sentence"] * len(rows)) for name in ("meaning", "limits")}
    parts["interval"] = ("row", ["95 %, jackknife, 18 samples taken as independent"] * len(rows))
    values = {
        name: ("row", np.array([row[i] for row in rows]))
        for i, name in enumerate(("value", "low", "high", "reference"), 4)
    }
    return xr.Dataset(values, coords=parts).assign_attrs(
        objects={"data": "of the label", "model": "of the model", "geometry": "of the features"}, modalities=list(names),
        limits="not comparable", dataset="toy", split="test", model="coupled_mamba", seed=0, epoch=2,
    )  # fmt: skip


def faithful(trace):
    """The Trace with curves of four explanations."""
    fraction = np.array([0, 0.1, 0.2, 0.5, 1])
    names = ["end-to-end attribution", "random", "recency", "integrated gradients"]
    pace = np.array([8.0, 1.5, 1.0, 6.0])[:, None]
    dims = ("recorded_sample", "explanation", "fraction")
    chosen = trace["states"]["recorded_sample"].values
    level = np.linspace(0.9, 1, len(chosen))[:, None, None]
    falls = level * (0.4 + 0.55 * np.exp(-pace * fraction))
    rises = level * (0.95 - 0.5 * np.exp(-pace * fraction))
    group = xr.Dataset(
        {"deletion": (dims, falls), "insertion": (dims, rises)},
        coords={"recorded_sample": chosen, "explanation": names, "fraction": fraction},
        attrs={
            "units": "p(predicted class)",
            "baseline": "zero",
            "baseline_meaning": "removed cells are 0",
            "orders": 20,
        },
    )
    out = trace.copy()
    out["faithfulness"] = xr.DataTree(group)
    return out


def method_differences():
    """Differences of four methods to joint training, and one method without a result."""
    rng = np.random.default_rng(5)
    out = xr.Dataset(coords={"strategy": ["MMPareto", "MLA", "PMR", "modality dropout"]})
    for name in ("score", "weak"):
        middle = rng.normal(0, 5, 4)
        out[name] = ("strategy", middle)
        out[f"{name}_low"], out[f"{name}_high"] = ("strategy", middle - 2), ("strategy", middle + 3)
    about = {"data": "digits", "model": "concat", "budget": "updates", "weak": "image", "n_seeds": 3, "units": "points"}
    return out.assign_attrs(about | {"score": "accuracy", "left_out": ["MMCosine"]})


def examples(trace):
    """{drawing: (data, options)} for every kind of figure."""
    trace = full(trace)
    summary, names = analysis.states(trace, channels=8), trace.attrs["modalities"]
    found = analysis.interactions(trace)
    runs = {"joint": trace, "alternating": trace}
    equilibria = {name: analysis.imbalance(run, value="log_likelihood", per_epoch=True) for name, run in runs.items()}
    influence, routing = analysis.influence(trace), analysis.routing(trace)
    return {
        plots.plot_ablation: ((variants(),), {"reference": "whole"}),
        plots.plot_benchmark: ((method_differences(),), {}),
        plots.plot_alignment: ((analysis.alignment(trace),), {}),
        plots.plot_coupling: ((summary,), {}),
        plots.plot_directions: ((analysis.directions(vectors()),), {}),
        plots.plot_efficiency: ((measured(),), {}),
        plots.plot_end_to_end: ((end_to_end(trace),), {}),
        plots.plot_end_to_end_prefixes: ((end_to_end(trace),), {}),
        plots.plot_end_to_end_streams: ((end_to_end(trace),), {}),
        plots.plot_imbalance: ((equilibria,), {}),
        plots.plot_expert_usage: ((routing,), {}),
        plots.plot_faithfulness: ((analysis.faithfulness(faithful(trace)),), {}),
        plots.plot_growth: ((grown(),), {}),
        plots.plot_half_life: ((summary,), {}),
        plots.plot_influence: ((influence,), {}),
        plots.plot_influence_lag: ((influence,), {}),
        plots.plot_interactions: ((found,), {}),
        plots.plot_measures: ((measured_rows(names),), {}),
        plots.plot_missing: ((missing_scores(),), {}),
        plots.plot_partial_information: (
            (analysis.partial_information(trace, about="prediction", permutations=20, resamples=50),),
            {},
        ),
        plots.plot_plan: ((analysis.transport(trace, names[1], names[0]),), {}),
        plots.plot_probes: ((retrained(names),), {}),
        plots.plot_retraining: ((retrained(names),), {}),
        plots.plot_routing: ((routing,), {}),
        plots.plot_scan_influence: ((analysis.scan_influence(captured(trace)),), {}),
        plots.plot_scan_states: ((analysis.scan_states(captured(trace)),), {}),
        plots.plot_shapley: ((analysis.shapley(trace),), {}),
        plots.plot_shapley_epochs: ((analysis.prefix_shapley(trace),), {}),
        plots.plot_states: ((summary,), {}),
        plots.plot_subsets: ((analysis.coalition_scores(trace),), {}),
        plots.plot_training: ((analysis.training(trace),), {}),
        plots.plot_trajectories: ((analysis.trajectories(trace),), {}),
        plots.plot_transport: ((analysis.transport(trace, names[1], names[0]),), {}),
        plots.plot_waterfall: ((found,), {}),
    }
