"""Does the estimated lag of the transport costs find a known delay? Raw features, trained models and controls; JSON beside the script.

    OMP_NUM_THREADS=1 python tests/bars/transport_lag.py

Two modalities record one smooth random process of 48 steps; a step i of `light` is the same event as step i + lag of the anchor `sound`, both with
independent noise. Single pulses (`mm.data.synthetic`) hold one event per recording, which could coincide by chance. The sign of the lag alternates with the seed. One case is one lag, noise and seed; its estimate is over six recordings. Cases
that the JSON holds are not repeated. Function `rows` gives the rows for `make truth`.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import torch

import mmviz as mm
from mmviz.core.intervals import share_interval

STORED = Path(__file__).with_suffix(".json")
STEPS, FEATURES, RECORDINGS = 48, 6, 6
DELAYS, NOISE, SEEDS = (2, 5, 10, 20), (0.0, 0.5, 1.0), 5
NOISE_OF_MODELS = (0.0, 1.0)
MODEL = {"width": 16, "layers": 1, "state": 4, "steps": STEPS, "anchor": "sound"}
PLAN = {"epochs": 4, "batch_size": 32, "learning_rate": 1e-2, "select": "last", "progress": False}
MODELS = ("alignmamba2",)
#: kinds of cases, in the order of the table
KINDS = (
    "raw features",
    "single pulses",
    *(f"{model}, {state}" for model in MODELS for state in ("trained", "untrained")),
)
#: those that must hold the bar; the others are reported
BARS = ("raw features", "alignmamba2, trained")
UNRELATED = 60


def process(rng, steps, width=1.5):
    """Return a smooth random process (steps, features) of mean 0 and standard deviation 1."""
    kernel = np.exp(-((np.arange(-6, 7) / width) ** 2) / 2)
    white = rng.normal(size=(steps + 12, FEATURES))
    x = np.stack([np.convolve(channel, kernel, "valid") for channel in white.T], 1)
    return (x - x.mean(0)) / x.std(0)


def recorded(rng, lag, noise, count, level):
    """Return recordings of sound and light, each (count, steps, features); ``level`` (count,) is added to the first channel of the events.

    With lag None the two record different events.
    """
    sound, light = [], []
    for shift in level:
        events = process(rng, STEPS + abs(lag or 0))
        other = events if lag is not None else process(rng, STEPS)
        lead, late = max(lag or 0, 0), max(-(lag or 0), 0)
        for into, x, start in ((sound, events, late), (light, other, lead)):
            x = x[start : start + STEPS] + noise * rng.normal(size=(STEPS, FEATURES))
            x[:, 0] += shift
            into.append(x)
    return np.stack(sound), np.stack(light)


def raw(lag, noise, seed):
    """Return the analysis of the costs between raw features, relaxed plans."""
    sound, light = recorded(np.random.default_rng(seed), lag, noise, RECORDINGS, np.zeros(RECORDINGS))
    return of_features(light, sound)


def pulses(delay, noise, seed):
    """Return the same for `mm.data.synthetic`: one pulse per recording, 40 recordings; the lag is minus the delay of the second modality."""
    ds = mm.data.synthetic(n=60, modalities=2, steps=64, delays=[0, delay], noise=noise, seed=seed)
    anchor, late = (np.asarray(ds["train"].inputs[name][:40], float) for name in ds.spec.names)
    return of_features(late, anchor)


def of_features(x, anchor):
    """Return the analysis of the cosine costs between features, relaxed plans."""
    x, anchor = (v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12) for v in (x, anchor))
    cost = 1 - x @ anchor.transpose(0, 2, 1)
    steps = cost.shape[-1]
    return mm.analysis.plan_summary(np.eye(steps)[cost.argmin(-1)] / steps, cost)


def of_model(name, lag, noise, seed):
    """Return the analyses of the costs between the encoded steps of a model, trained and with its first weights."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 2, 200)
    sound, light = recorded(rng, lag, noise, 200, 0.7 * (2.0 * target - 1))
    parts = {"train": slice(0, 160), "test": slice(160, 200)}
    ds = mm.data.from_arrays(
        {s: {"sound": sound[k], "light": light[k]} for s, k in parts.items()},
        {s: target[k] for s, k in parts.items()},
        classes=["low", "high"],
        name="delayed",
    )
    run = mm.train.fit(mm.models.build(name, ds.spec, **MODEL, seed=seed), ds, **PLAN, seed=seed)
    found = {}
    for state, epoch in (("trained", run.best_epoch), ("untrained", 0)):
        with run.at_epoch(epoch) as model, torch.no_grad():
            steps = model.encode(mm.models.batch_of(ds["test"], range(RECORDINGS)))
            (pair,) = model.observe(steps).plans
        found[state] = mm.analysis.plan_summary(pair.plan.numpy(), pair.cost.numpy())
    return found


def case(found, lag):
    """Return the estimate of all recordings and of each, and the mean lag of the plan, which it replaces."""
    plan = found["plan"].values
    shift = np.arange(plan.shape[2]) - np.arange(plan.shape[1])[:, None]
    mean = float(((plan * shift).sum((1, 2)) / plan.sum((1, 2))).mean())
    values = [found["pooled_lag"].item(), *found["estimated_lag"].values.tolist()]
    return {"lag": lag, "estimates": [None if np.isnan(v) else v for v in values], "mean_lag": round(mean, 3)}


def measure():
    """Compute what the JSON does not hold, and store each case."""
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    for k in range(UNRELATED):
        key = f"unrelated, {k}"
        if key not in stored:
            stored[key] = case(raw(None, 0.0, 1000 + k), None)
    grid = [(delay, noise, seed) for seed in range(SEEDS) for delay in DELAYS for noise in NOISE]
    for delay, noise, seed in grid:
        key = f"single pulses, delay {delay}, noise {noise}, seed {seed}"
        if key not in stored:
            stored[key] = case(pulses(delay, noise, seed), -delay)
            STORED.write_text(json.dumps(stored, indent=0) + "\n", encoding="utf-8")
    for name in ("raw features", *MODELS):
        for delay, noise, seed in grid:
            if name != "raw features" and noise not in NOISE_OF_MODELS:
                continue
            key, lag = f"{name}, delay {delay}, noise {noise}, seed {seed}", delay * (-1) ** seed
            if key in stored or f"{key}, trained" in stored:
                continue
            if name == "raw features":
                stored[key] = case(raw(lag, noise, seed), lag)
            else:
                for state, found in of_model(name, lag, noise, seed).items():
                    stored[f"{key}, {state}"] = case(found, lag)
            STORED.write_text(json.dumps(stored, indent=0) + "\n", encoding="utf-8")
    return stored


def cases(stored, kind):
    """Return the stored cases of one kind."""
    name, comma, state = kind.partition(", ")
    return [c for key, c in stored.items() if key.startswith(f"{name},") and key.endswith(comma + state)]


def row(name, question, count, of, bar, *, most=False):
    """Return a row for ``make truth``: a share with Wilson's interval, and whether it holds the bar; bar None: reported only."""
    low, high = (float(v) for v in share_interval(count / of, of))
    holds = None if bar is None else count / of <= bar if most else count / of >= bar
    text = "" if bar is None else f"{'at most' if most else 'at least'} {bar:.0%}"
    return {"name": name, "question": question, "measured": count / of, "low": low, "high": high, "bar": text, "holds": holds, "cases": of}  # fmt: skip


def rows(stored=None):
    """Return the rows: the estimate is right within one step, is wrong, and of unrelated sequences; the mean lag beside it."""
    stored = json.loads(STORED.read_text(encoding="utf-8")) if stored is None else stored
    out = []
    for kind in KINDS:
        found = cases(stored, kind)
        told = [c["estimates"][0] for c in found]
        right = sum(t is not None and abs(t - c["lag"]) <= 1 for t, c in zip(told, found, strict=True))
        wrong = sum(t is not None and abs(t - c["lag"]) > 1 for t, c in zip(told, found, strict=True))
        bar = 0.9 if kind in BARS else None
        out.append(row(f"transport lag, {kind}: right", "Is the estimated lag within one step of the delay?", right, len(found), bar))  # fmt: skip
        out.append(row(f"transport lag, {kind}: wrong", "Is an estimated lag given that is more than one step off?", wrong, len(found), None if bar is None else 0.1, most=True))  # fmt: skip
        mean = sum(abs(c["mean_lag"] - c["lag"]) <= 1 for c in found)
        out.append(row(f"mean lag of the plan, {kind}: right", "What the estimate replaces", mean, len(found), None))
    unrelated = [c["estimates"][0] for c in cases(stored, "unrelated")]
    given = sum(t is not None for t in unrelated)
    out.append(row("transport lag, unrelated sequences: given", "Is a lag given where there is none?", given, len(unrelated), 0.1, most=True))  # fmt: skip
    return out


def main():
    """Measure, print the rows."""
    argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]).parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for each in rows(measure()):
        holds = "" if each["holds"] is None else "holds" if each["holds"] else "does not hold"
        print(f"{each['name']:55} {each['measured']:5.0%} [{each['low']:.0%}, {each['high']:.0%}] of {each['cases']:3}  {each['bar']:12} {holds}")  # fmt: skip


if __name__ == "__main__":
    main()
