"""A small frame of the live view that obeys its contract, made from waves; every sum in it holds."""

import itertools
import json
import math

import numpy as np
import xarray as xr

from mmviz.plots.explorer_scans import scan_group

NAMES = ("dynamic", "gyro", "gravity")
CLASSES = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")


def make_frame(
    *,
    names=NAMES,
    classes=CLASSES,
    ids=None,
    title="Coupled states — watch",
    epochs=5,
    samples=3,
    layers=2,
    steps=50,
    channels=16,
    features=3,
    frames=200,
    rate_hz=50.0,
    absent=None,
    padded=0,
    task="classification",
    attrs=None,
    seed=0,
    every_view=False,
    listed=40,
):
    """Return a Dataset; ``absent`` = (sample, modality) not recorded, ``padded`` = padding frames at the end of sample 1.

    ``every_view`` adds the arrays of all further views, with ``listed`` samples to choose from.
    """
    rng = np.random.default_rng(seed)
    M, K = len(names), len(classes) if task == "classification" else 1
    valid = np.ones((samples, M, steps), bool)
    seen = np.ones((samples, M, frames), bool)
    if padded and samples > 1:
        seen[1, :, frames - padded :] = False
        valid[1, :, steps - padded * steps // frames :] = False
    if absent:
        valid[absent], seen[absent] = False, False
    target = np.arange(samples) * 2 % K if task == "classification" else np.linspace(-1.5, 2.0, samples)
    shown, baseline, contribution = _values(rng, epochs, samples, steps, M, target, task)
    prediction = _spread(rng, shown, target, K) if task == "classification" else shown[..., None]
    W = np.stack([_softmax(rng.normal(size=(layers, M, M)) * e / max(1, epochs - 1) * 1.2) for e in range(epochs)])
    data = {
        "state": (("epoch", "recorded_sample", "layer", "modality", "channel", "time"),
                  _states(rng, (epochs, samples, layers, M, steps, channels)).swapaxes(-1, -2),
                  {"scale": json.dumps([0.82, 1.4][:layers] + [1.0] * (layers - 2)), "unit": "1", "long_name": "state norm"}),
        "state_valid": (("recorded_sample", "modality", "time"), valid),
        "prediction": (("epoch", "recorded_sample", "time", "output"), prediction.astype("f4")),
        "phi": (("epoch", "recorded_sample", "time", "modality"), contribution.astype("f4")),
        "baseline": (("epoch", "recorded_sample", "time"), baseline.astype("f4")),
        "coupling": (("epoch", "layer", "target_modality", "source_modality"), W.astype("f4")),
    }  # fmt: skip
    for m, name in enumerate(names):
        dims = ("recorded_sample", f"frame_{name}", f"feature_{name}")
        values = _signal(rng, samples, frames, features, m) * seen[:, m, :, None]
        data[f"signal_{name}"] = (
            dims,
            values.astype("f4"),
            {"unit": ("g", "rad/s", "g")[m % 3], "rate_hz": rate_hz or ""},
        )
        data[f"signal_valid_{name}"] = (dims[:2], seen[:, m])
    coords = {
        "epoch": np.arange(epochs), "recorded_sample": np.arange(samples) * 7, "layer": np.arange(layers),
        "modality": list(names), "channel": np.arange(channels),
        "output": list(classes) if task == "classification" else ["value"],
        "sample_id": ("recorded_sample", list(ids or [f"s{k}_r{3 * k + 1}_w{k}" for k in range(samples)])),
        "target": ("recorded_sample", target),
        **{f"feature_{name}": [("x", "y", "z")[f] if features <= 3 else f"f{f}" for f in range(features)] for name in names},
    }  # fmt: skip
    about = {
        "title": title, "dataset": "watch", "model": "coupled_mamba", "split": "test", "task": task, "align": "resample",
        "target_name": "probability of the true class" if task == "classification" else "the predicted value",
        "notes": json.dumps(["dynamic and gravity come from one accelerometer, split by a low-pass filter."]),
    }  # fmt: skip
    frame = xr.Dataset(data, coords=coords, attrs=about | (attrs or {}))
    return _with_every_view(frame, rng, listed) if every_view else frame


def _with_every_view(frame, rng, listed):
    E, S, L, M, C, T = (frame.sizes[d] for d in ("epoch", "recorded_sample", "layer", "modality", "channel", "time"))
    names, many = [str(n) for n in frame["modality"].values], np.arange(2**M)
    member = (many[:, None] >> np.arange(M)) % 2 == 1
    phi, count = frame["phi"].values, 5
    step = np.arange(T)
    cumulated = np.cumsum(rng.normal(size=(S, L, M, T, 2)), 3)
    weight = rng.dirichlet(np.ones(M + 2), size=(E, S, L, M, T))
    gap = step[:, None] - step
    plan = np.exp(-((gap - 3) ** 2) / 8)
    said = rng.integers(0, frame.sizes["output"], listed)
    true = rng.integers(0, frame.sizes["output"], listed)
    heard = rng.random((S, L, M, count, M, count)) * (np.arange(count)[:, None, None] >= np.arange(count))
    names_of = frame["output"].values
    learning = frame.attrs["task"] == "classification"
    block = np.arange(count) * max(1, T // count)
    data = {
        "half_life": (("layer", "modality", "channel"), np.sort(np.exp(rng.normal(2, 1, (L, M, C))))[..., ::-1].astype("f4")),
        "path": (("recorded_sample", "layer", "modality", "time", "axis"), cumulated.astype("f4")),
        "path_share": (("recorded_sample", "layer", "axis"), np.full((S, L, 2), [0.61, 0.2], "f4")),
        "path_coupling": (("recorded_sample", "layer", "target_modality", "source_modality"), np.broadcast_to(frame["coupling"].values[-1], (S, L, M, M)).copy()),
        "game": (("epoch", "recorded_sample", "time", "coalition"),
                 (frame["baseline"].values[..., None] + (phi[..., None, :] * member).sum(-1)).astype("f4")),
        "phi_mean": ("modality", np.linspace(0.4, -0.1, M, dtype="f4"), {"n_samples": 273}),
        "phi_low": ("modality", np.linspace(0.3, -0.2, M, dtype="f4")),
        "phi_high": ("modality", np.linspace(0.5, 0.0, M, dtype="f4")),
        "history": (("history_epoch", "curve"), rng.random((E, 3 + M)).astype("f4")),
        "listed_phi": (("listed", "modality"), rng.normal(0, 0.3, (listed, M)).astype("f4"), {"total": listed}),
        "listed_prediction": ("listed", rng.random(listed).astype("f4")),
        "listed_correct": ("listed", (said == true).astype("f4") if learning else np.full(listed, np.nan, "f4")),
        "listed_recorded": ("listed", np.where(np.arange(listed) % 9 == 4, np.arange(listed) // 9, -1).clip(-1, S - 1).astype("f4")),
        **_overview(rng, said, true, frame.sizes["output"], learning, M),
        **_retraining(names),
        **_seeds(S, M, T),
        "influence": (("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block"), (255 * heard).astype("u1"), {"scale": json.dumps([4.0] * L)}),
        **_attribution(rng, S, M, T, block, count),
        "routing": (("epoch", "recorded_sample", "layer", "modality", "time", "expert"), np.round(255 * weight).astype("u1")),
        "plan": (("recorded_sample", "pair", "time", "anchor_time"), np.broadcast_to((255 * plan).astype("u1"), (S, 2, T, T)).copy(), {"scale": "[0.02, 0.03]"}),
        "cost": (("recorded_sample", "pair", "time", "anchor_time"), rng.integers(0, 255, (S, 2, T, T)).astype("u1"), {"scale": "[1.5, 2.0]"}),
        "distance": (("epoch", "recorded_sample", "pair"), rng.random((E, S, 2)).astype("f4")),
        "estimated_lag": (("recorded_sample", "pair"), np.stack([np.full(S, 3.0), np.full(S, np.nan)], 1).astype("f4")),
    }  # fmt: skip
    coords = {
        "channel_index": (("layer", "modality", "channel"), rng.permuted(np.broadcast_to(np.arange(C) * 3, (L, M, C)), axis=-1)),
        "history_epoch": frame["epoch"].values,
        "curve": ["train_loss", "valid_loss", "valid_accuracy", *names],
        "chart": ("curve", ["loss", "loss", "valid_accuracy", *["contribution"] * M]),
        "curve_modality": ("curve", ["", "", "", *names]),
        "listed_id": ("listed", [f"s{k}" for k in range(listed)]),
        "listed_target": ("listed", names_of[true] if learning else np.array([f"{v:.3g}" for v in rng.normal(size=listed)])),
        "listed_predicted": ("listed", names_of[said] if learning else np.array([f"{v:.3g}" for v in rng.normal(size=listed)])),
        "target_block": block, "attribution_block": block,
        "verdict": ("modality", ["not resolved"] * M), "explanation": ("modality", ["no probe differs"] * M),
        "overview_subset": np.arange(2**M),
        "overview_row": [*(map(str, names_of) if learning else ("target -3 to 0", "target 0 to 3")), "all"],
        "seed": ["0", "1", "2"],
        "attribution_explained": ("recorded_sample", [str(n) for n in names_of[np.arange(S) % len(names_of)]]),
        "expert": [*names, "shared 1", "shared 2"], "expert_modality": ("expert", [*names, "", ""]),
        "pair_source": ("pair", [names[-1], names[0]]), "pair_anchor": ("pair", [names[0], names[-1]]),
    }  # fmt: skip
    return (
        frame.assign(data)
        .assign(_scans(frame, seed=listed))
        .assign_coords(coords)
        .assign_attrs(
            best_epoch=int(E - 1),
            shown_run="0",
            faithfulness=json.dumps(
                {"end-to-end": "p(predicted class) after deleting the top 20 % of cells: 0.31; in random order: 0.94"}
            ),
        )
    )


def _overview(rng, said, true, outputs, learning, M):
    """Values of the listed samples, and the tables that count them."""
    count, subsets = len(said), 2**M
    best = rng.integers(0, outputs, (count, subsets))
    best[:, -1] = said
    value = rng.random((count, subsets))
    if not learning:
        true = rng.normal(size=count)
    row = true if learning else (true > 0).astype(int)
    rows = outputs if learning else 2
    score = best == true[:, None] if learning else np.abs(value - true[:, None])
    member = [*(row == k for k in range(rows)), np.ones(count, bool)]
    mean = np.array([score[one].mean(0) if one.any() else np.full(subsets, np.nan) for one in member])
    about = {
        "groups": json.dumps(["subject 1", "subject 2"]), "total": count, "error": 0.002 * learning, "stratified": 0,
        "sentence": "Accuracy with all modalities 0.15; lowest recall for PEN: 0.10." if learning else "Mean absolute error 1.0.",
    }  # fmt: skip
    data = {
        "overview_target": ("listed", true.astype("f4")),
        "overview_output": ("listed", value[:, -1].astype("f4")),
        "overview_group": ("listed", (np.arange(count) % 3 - 1).astype("f4")),
        "overview_value": (("listed", "overview_subset"), (255 * value).round().astype("u1") if learning else value.astype("f4"), about),
        "overview_predicted": (("listed", "overview_subset"), (best if learning else np.full(best.shape, np.nan)).astype("f4")),
        "overview_row_of": ("listed", row.astype("f4")),
        "class_score": (
            ("statistic", "overview_row", "overview_subset"), np.stack([mean, mean - 0.1, mean + 0.1]).astype("f4"),
            {"metric": "accuracy" if learning else "mean absolute error", "interval": "95 %, Wilson", "left_out": 0},
        ),
        "class_count": ("overview_row", np.array([one.sum() for one in member], "f4")),
        "mask_cost": (("statistic", "modality"), np.zeros((3, M), "f4")),
    }  # fmt: skip
    if learning:
        table = np.zeros((subsets, outputs, outputs), "f4")
        for s in range(subsets):
            np.add.at(table[s], (true, best[:, s]), 1)
        data["confusion"] = (("overview_subset", "true_class", "predicted_class"), table)
    return data


def _retraining(names):
    """Values by retraining of every subset: mean, low, high."""
    M = len(names)
    size = (np.arange(2**M)[:, None] >> np.arange(M) & 1).sum(1)
    spread = np.array([[0.0], [-0.05], [0.05]])
    about = {
        "units": "accuracy", "interval": "95 % over 3 seeds and 273 samples", "harm": "none", "harm_text": "no smaller subset is better",
        "budget": "68 updates", "best": 2**M - 2, "bounds": (0.0, 1.0),
        "cut": "An interval reaches beyond 0 to 1, where no accuracy lies: cut there (arrow).",
        "caution": "3 seeds: a t interval over so few reaches up to 4.3 standard errors to each side; the intervals are wide.",
    }  # fmt: skip
    return {
        "retrained": (("statistic", "coalition"), (0.2 + 0.6 * size / M + spread).astype("f4"), about),
        "masked": (("statistic", "coalition"), (0.15 + 0.65 * size / M + spread).astype("f4")),
        "gap": (("statistic", "modality"), (np.linspace(0.08, 0, M) + spread).astype("f4")),
    }


def _seeds(S, M, T):
    """Mean Shapley values of three runs, and how far their attributions agree."""
    return {
        "seed_phi": (
            ("seed", "modality"),
            (np.linspace(0.4, -0.1, M) + np.array([[0.0], [0.05], [-0.02]])).astype("f4"),
        ),
        "attribution_agreement": (("recorded_sample", "modality", "time"), np.full((S, M, T), 2 / 3, "f4")),
        "map_agreement": ("recorded_sample", np.full(S, 0.7, "f4")),
    }


def _attribution(rng, S, M, T, block, count):
    """Shares whose sums hold; the prediction up to t has those of the steps up to t; levels as in explorer_attribution.py."""
    share = (
        rng.normal(size=(S, M, T)) * np.exp(-(((np.arange(T) - 0.6 * T) / 6) ** 2)) * np.linspace(1.5, 0.5, M)[:, None]
    )
    bias = rng.normal(0, 0.3, S)
    room = np.concatenate(
        [share, np.zeros((S, M, max(0, block[-1] + 1 - T)))], -1
    )  # blocks after the last step are empty
    of_block = np.add.reduceat(room, block, axis=-1)
    prefix = of_block[:, None] * (np.arange(T)[:, None, None] >= block)
    limit = np.abs(prefix).max((2, 3))
    limit[limit == 0] = 1
    level = 128 + 127 * np.sign(prefix) * np.sqrt(np.abs(prefix) / limit[..., None, None])
    stream = rng.random((S, M, count, M, count)) * (np.arange(count)[:, None, None] >= np.arange(count))
    dims = ("target_modality", "attribution_target_block", "source_modality", "attribution_block")
    about = {
        "quantity": "logit of the predicted class minus the p-weighted mean logit",
        "rule": "frozen",
    }
    return {
        "attribution": (("recorded_sample", "modality", "time"), share.astype("f4"), about),
        "attribution_bias": ("recorded_sample", bias.astype("f4")),
        "attribution_total": ("recorded_sample", (bias + share.sum((1, 2))).astype("f4")),
        "attribution_error": ("recorded_sample", np.full(S, 4.2e-7, "f4")),
        "attribution_prefix": (("recorded_sample", "time", *dims[2:]), np.round(level).astype("u1")),
        "attribution_prefix_limit": (("recorded_sample", "time"), limit.astype("f4")),
        "attribution_prefix_bias": (("recorded_sample", "time"), (bias[:, None] * np.linspace(0.5, 1, T)).astype("f4")),
        "attribution_prefix_total": (
            ("recorded_sample", "time"),
            (bias[:, None] * np.linspace(0.5, 1, T) + prefix.sum((2, 3))).astype("f4"),
        ),
        "attribution_stream": (("recorded_sample", *dims), np.round(255 * np.sqrt(stream)).astype("u1")),
        "attribution_stream_limit": ("recorded_sample", np.full(S, 2.5, "f4")),
    }


def _signal(rng, samples, frames, features, m):
    t = np.linspace(0, 1, frames)[None, :, None]
    phase = rng.uniform(0, 6, (samples, 1, features))
    speed = rng.uniform(2, 5, (samples, 1, features)) * 6.28 * (1 + m % 2) / (1 + 2 * (m == 2))
    return np.sin(speed * t + phase) * rng.uniform(0.3, 1, (samples, 1, features)) + 0.05 * rng.normal(
        size=(samples, frames, features)
    )


def _states(rng, shape):
    E, S, Y, M, T, C = shape
    t, decay = np.arange(T), np.geomspace(1.5, T, C)
    drive = np.abs(rng.normal(size=(S, Y, M, T, C))) * (1 + np.sin(t / T * 12)[:, None] ** 2)
    h, out = np.zeros((S, Y, M, C)), np.empty((S, Y, M, T, C))
    for k in range(T):
        h = h * np.exp(-1 / decay) + drive[..., k, :] / np.sqrt(decay)
        out[..., k, :] = h
    grown = np.linspace(0.25, 1, E)[:, None, None, None, None, None] * out
    return np.round(255 * np.clip(grown / np.quantile(grown[-1], 0.995), 0, 1)).astype(np.uint8)


def _values(rng, epochs, samples, steps, M, target, task):
    """Return v(all), v(empty) and the exact Shapley values of a game with evidence that grows in time and training."""
    time, trained = np.linspace(0, 1, steps), np.linspace(0, 1, epochs)
    weight = rng.uniform(-0.6, 3.2, (samples, M)) + 0.2 * target[:, None] * (task != "classification")
    evidence = trained[:, None, None, None] * time[:, None] ** 0.7 * weight[:, None, :] + 0.15 * np.sin(
        9 * time[:, None] + np.arange(M)
    )
    squash = (lambda z: 1 / (1 + np.exp(1.8 - z))) if task == "classification" else (lambda z: z + 0.1 * z**2)
    value = {
        S: squash(evidence[..., list(S)].sum(-1)) for r in range(M + 1) for S in itertools.combinations(range(M), r)
    }
    phi = np.zeros((*value[()].shape, M))
    for m in range(M):
        for S in (S for S in value if m not in S):
            share = math.factorial(len(S)) * math.factorial(M - len(S) - 1) / math.factorial(M)
            phi[..., m] += share * (value[tuple(sorted((*S, m)))] - value[S])
    return value[tuple(range(M))], value[()], phi


def _spread(rng, true, target, K):
    """Give the rest of the probability to the other classes."""
    rest = rng.dirichlet(np.ones(K), size=true.shape[:2])[:, :, None, :].repeat(true.shape[2], 2)
    for s, k in enumerate(target):
        rest[:, s, :, k] = 0
    out = rest / rest.sum(-1, keepdims=True) * (1 - true[..., None])
    for s, k in enumerate(target):
        out[:, s, :, k] = true[:, s]
    return out


def _softmax(z):
    z = np.exp(z - z.max(-1, keepdims=True))
    return z / z.sum(-1, keepdims=True)


def _scans(frame, *, seed):
    """Captured scans of the frame's samples, as explorer_frame makes them from the groups of a Trace."""
    names = [str(name) for name in frame["modality"].values]
    inputs = {
        f"/inputs/{name}": xr.Dataset(
            {"value": (("recorded_sample", "frame"), np.zeros(frame[f"signal_valid_{name}"].shape))}
        )
        for name in names
    }
    groups = scan_groups(frame.sizes["recorded_sample"], frame.sizes[f"frame_{names[0]}"], names=names, seed=seed)
    tree = xr.DataTree.from_dict(inputs | {f"/scans/{k}": group for k, group in groups.items()})
    return dict(scan_group(tree).data_vars)


def scan_groups(samples, frames, *, names=NAMES, seed=0):
    """Return the Trace groups of captured scans, {k: Dataset}, made by the recurrence itself.

    Site 0 is of the first modality, a step is a frame; site 1 of the last one, a step is two frames, and the last quarter of sample 1 has no data;
    site 2 is a coupled scan of both, its steps do not map to frames, and it has no influence map.
    """
    rng = np.random.default_rng(seed)
    fewer = max(1, frames // 2)
    names = [str(names[0]), str(names[-1])]
    return {
        0: _site(rng, samples, "encoders.0.mixer", [names[0]], frames, 6, frame=np.arange(frames)),
        1: _site(rng, samples, "encoders.1.mixer", [names[1]], fewer, 40, frame=(np.arange(fewer) + 1) * (frames // fewer) - 1),
        2: _site(rng, samples, "fusion.scan", list(dict.fromkeys(names)), 7, 5, frame=None),
    }  # fmt: skip


def _site(rng, samples, site, modalities, steps, channels, *, frame, states=3):
    streams = len(modalities)
    dt = rng.uniform(0.02, 0.3, (samples, streams, steps, channels))
    A = -rng.uniform(0.2, 3, (streams, channels, states))
    W = np.broadcast_to(0.8 * np.eye(streams) + 0.2 / streams, (samples, streams, streams)).copy()
    valid = np.ones((samples, streams, steps), bool)
    if site == "encoders.1.mixer" and samples > 1:
        valid[1, :, steps - steps // 4 :] = False
    h, norm = np.zeros((samples, streams, channels, states)), np.zeros((samples, streams, steps, channels))
    for t in range(steps):
        h = np.exp(dt[:, :, t, :, None] * A) * np.einsum("bmn,bnce->bmce", W, h) + dt[:, :, t, :, None] * rng.normal(
            size=h.shape
        )
        norm[:, :, t] = np.linalg.norm(h, axis=-1)
    typical = np.median(dt, 2)
    half_life = np.median(np.log(2) / (typical[..., None] * -A), -1)
    data = {
        "norm": (("recorded_sample", "scan_stream", "scan_step", "scan_channel"), norm),
        "dt": (("recorded_sample", "scan_stream", "scan_step", "scan_channel"), dt),
        "half_life": (("recorded_sample", "scan_stream", "scan_channel"), half_life),
        "A": (("scan_stream", "scan_channel", "scan_state"), A),
        "W": (("recorded_sample", "scan_stream", "scan_source"), W),
    }
    group = xr.Dataset({name: (dims, values.astype(np.float32)) for name, (dims, values) in data.items()})
    group["half_life"].attrs = {"long_name": "half-life, median over the states of a channel", "units": "steps"}
    last = np.full((streams, steps), -1) if frame is None else np.broadcast_to(frame, (streams, steps))
    group["frame"] = (("scan_stream", "scan_step"), last.astype(np.int32))
    group["valid"] = (("recorded_sample", "scan_stream", "scan_step"), valid)
    group.attrs = {
        "site": site, "function": "selective_scan_fn", "label": site, "modality": modalities[0] if streams == 1 else "", "modalities": modalities,
        "depends_on": modalities, "replay_error": 2.1e-7, "heads": 1, "steps_per_block": 2, "in_states": streams == 1,
        "alignment": ["a step is a frame" if frame is not None else "7 steps for other numbers of frames"] * streams, "description": "",
    }  # fmt: skip
    if frame is not None:
        group["influence"] = _influence(rng, samples, streams, -(-steps // 2))
    return group


def _influence(rng, samples, streams, blocks):
    lag = np.arange(blocks)[:, None] - np.arange(blocks)
    decay = np.where(lag >= 0, np.exp(-lag / 3.0), 0)
    values = rng.uniform(0.5, 1, (samples, streams, 1, streams, 1)) * decay[:, None, :]
    dims = ("recorded_sample", "scan_stream", "target_step_block", "scan_source", "source_step_block")
    return xr.DataArray(values.astype(np.float32), dims=dims)
