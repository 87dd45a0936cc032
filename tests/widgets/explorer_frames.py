"""A small frame of the live view that obeys its contract, made from waves; every sum in it holds."""

import itertools
import json
import math

import numpy as np
import xarray as xr

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
):
    """Return a Dataset; ``absent`` = (sample, modality) not recorded, ``padded`` = padding frames at the end of sample 1."""
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
    shown, baseline, contribution = _answers(rng, epochs, samples, steps, M, target, task)
    prediction = _spread(rng, shown, target, K) if task == "classification" else shown[..., None]
    W = np.stack([_softmax(rng.normal(size=(layers, M, M)) * e / max(1, epochs - 1) * 1.2) for e in range(epochs)])
    data = {
        "state": (("epoch", "traced", "layer", "modality", "time", "channel"),
                  _states(rng, (epochs, samples, layers, M, steps, channels)),
                  {"scale": json.dumps([0.82, 1.4][:layers] + [1.0] * (layers - 2)), "unit": "1", "long_name": "state norm"}),
        "state_valid": (("traced", "modality", "time"), valid),
        "prediction": (("epoch", "traced", "time", "output"), prediction.astype("f4")),
        "contribution": (("epoch", "traced", "time", "modality"), contribution.astype("f4")),
        "baseline": (("epoch", "traced", "time"), baseline.astype("f4")),
        "coupling": (("epoch", "layer", "modality", "source"), W.astype("f4")),
    }  # fmt: skip
    for m, name in enumerate(names):
        dims = ("traced", f"frame_{name}", f"feature_{name}")
        values = _signal(rng, samples, frames, features, m) * seen[:, m, :, None]
        data[f"signal_{name}"] = (
            dims,
            values.astype("f4"),
            {"unit": ("g", "rad/s", "g")[m % 3], "rate_hz": rate_hz or ""},
        )
        data[f"signal_valid_{name}"] = (dims[:2], seen[:, m])
    coords = {
        "epoch": np.arange(epochs), "traced": np.arange(samples) * 7, "layer": np.arange(layers),
        "modality": list(names), "source": list(names), "channel": np.arange(channels),
        "output": list(classes) if task == "classification" else ["value"],
        "sample_id": ("traced", list(ids or [f"s{k}_r{3 * k + 1}_w{k}" for k in range(samples)])),
        "target": ("traced", target),
        **{f"feature_{name}": [("x", "y", "z")[f] if features <= 3 else f"f{f}" for f in range(features)] for name in names},
    }  # fmt: skip
    about = {
        "title": title, "dataset": "watch", "model": "coupled_mamba", "split": "test", "task": task, "align": "resample",
        "target_name": "probability of the true class" if task == "classification" else "the predicted value",
        "notes": json.dumps(["dynamic and gravity come from one accelerometer, split by a low-pass filter."]),
    }  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs=about | (attrs or {}))


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


def _answers(rng, epochs, samples, steps, M, target, task):
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
