"""Compares results with stored digests, bit for bit: trainings, Traces, analyses and figure frames on one thread.

``python tests/bars/same_results.py`` computes and compares; ``--write`` stores. A digest covers type, shape and values of every numeric
array, not its name, so renaming changes nothing here. Digests hold for one kind of CPU and one set of package versions; elsewhere the
script says "not comparable". Exit status: 0 equal or not comparable, 1 different.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import xarray as xr

import mmviz as mm
from mmviz import analysis, plots

STORED = Path(__file__).with_suffix(".json")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
PACKAGES = ("torch", "numpy", "numba", "llvmlite", "scipy", "xarray", "scikit-learn")
SMALL = {"width": 8, "dropout": 0.1}


def machine():
    """Return what the bits depend on besides the code."""
    cpu, flags = platform.processor(), ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
        flags = next((line for line in lines if line.startswith("flags")), "")
    features = hashlib.sha256(flags.encode()).hexdigest()[:8]
    return {
        "cpu": cpu,
        "features": features,
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def described(values):
    """Return one line for an array: type, shape, digest of the values, their sum and largest magnitude."""
    array = np.asarray(values)
    if array.dtype.kind not in "bifuc":
        return f"text {array.shape}"
    array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)  # one bit pattern for NaN
    digest = hashlib.sha256(array.tobytes()).hexdigest()[:16]
    finite = array[np.isfinite(array)].astype(np.float64)
    largest = np.abs(finite).max(initial=0.0)
    return f"{array.dtype.name} {array.shape} {digest} sum={finite.sum():.9g} largest={largest:.9g}"


def lines_of(result):
    """Return the sorted lines of every array in a result, whatever it is called there."""
    if isinstance(result, xr.DataTree):
        return sorted(line for node in result.subtree for line in lines_of(node.to_dataset(inherit=False)))
    if isinstance(result, xr.Dataset):
        numbers = [value for value in result.attrs.values() if type(value) is float]
        return sorted([described(v.values) for v in result.variables.values()] + [described(v) for v in numbers])
    if isinstance(result, dict):
        return sorted(line for value in result.values() for line in lines_of(value))
    if isinstance(result, list | tuple):
        return sorted(line for value in result for line in lines_of(value))
    if isinstance(result, str):
        return [result]
    if isinstance(result, torch.Tensor):
        return [described(result.detach().numpy())]
    return [described(result)]


def weights_of(run):
    """Return one line for the weights of each epoch; which parameter has which name does not count."""
    lines = {epoch: lines_of(run.weights[epoch]) for epoch in run.epochs}
    digest = {epoch: hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16] for epoch, texts in lines.items()}
    return [f"epoch {epoch}: {len(lines[epoch])} arrays {digest[epoch]}" for epoch in run.epochs]


def trained(ds, name, strategy, *, epochs=2, options=None, **model):
    """Return a short training whose history holds no clock times."""
    built = mm.models.build(name, ds.spec, seed=3, **SMALL, **model)
    run = mm.train.fit(
        built, ds, epochs=epochs, batch_size=32, learning_rate=0.01, seed=1, progress=False, strategy=strategy,
        strategy_options=options,
    )  # fmt: skip
    for row in run.history:
        for key in row:
            if key.startswith(("seconds", "cost_share")):
                row[key] = 0.0
    return run


def part_of(ds, sizes):
    """Return a data set with the first samples of each split, in a fixed random order."""
    rows = {name: np.random.default_rng(5).permutation(len(ds[name]))[:size] for name, size in sizes.items()}
    split = {name: ds[name].take(np.sort(index)) for name, index in rows.items()}
    return mm.data.from_arrays(
        {name: dict(part.inputs) for name, part in split.items()},
        {name: np.asarray(ds.spec.task.classes)[part.target] for name, part in split.items()},
        lengths={name: {m: v.sum(1) for m, v in part.valid.items()} for name, part in split.items()},
        classes=list(ds.spec.task.classes),
        name="part",
    )


def trainings():
    """Yield the name, data set and run of five trainings: five models, five strategies, three data sets."""
    toy = mm.data.synthetic(n=160, steps=24, seed=0, noise=0.3, task="classification")
    values = mm.data.synthetic(n=120, steps=24, seed=1, task="regression")
    digits = part_of(mm.data.load("av_digits"), {"train": 160, "valid": 48, "test": 48})
    watch = part_of(mm.data.load("watch"), {"train": 96, "valid": 32, "test": 32})
    yield (
        "coupled mamba, joint, watch",
        watch,
        trained(watch, "coupled_mamba", "joint", epochs=3, layers=2, state=4, steps=24, coupling="softmax"),
    )
    yield (
        "late fusion, Shapley alternating, synthetic",
        toy,
        trained(toy, "late", "shapley_alternating", epochs=3, layers=1, state=4),
    )
    yield "AlignMamba, OGM-GE, digits", digits, trained(digits, "alignmamba", "ogm_ge", layers=1, state=4)
    yield (
        "AlignMamba-2, modality dropout, synthetic",
        toy,
        trained(toy, "alignmamba2", "modality_dropout", layers=2, state=4),
    )
    yield (
        "transformer, valuation, synthetic",
        toy,
        trained(toy, "transformer", "valuation", epochs=3, options={"warm_up": 1}),
    )
    yield "coupled mamba, joint, regression", values, trained(values, "coupled_mamba", "joint", layers=1, state=4)


def small_trainings():
    """Yield the name and run of one short training for each remaining fusion and strategy."""
    toy = mm.data.synthetic(n=120, steps=16, seed=2, noise=0.3, delays=[0, 2, 4], task="classification")
    for name in mm.models.available():
        state = {"layers": 1, "state": 4} if name in ("alignmamba", "alignmamba2", "coupled_mamba", "late") else {}
        yield f"fusion {name}", trained(toy, name, "joint", epochs=1, **state)
    for strategy in ("unimodal", "mla", "g_blend"):
        chosen = {"super_epoch": 1} if strategy == "g_blend" else None
        yield f"strategy {strategy}", trained(toy, "concat", strategy, options=chosen)


def analyses(trace):
    """Yield the name and result of every analysis that the Trace has the groups for."""
    names = trace.attrs["modalities"]
    yield "shapley", analysis.shapley(trace)
    yield "prefix_shapley", analysis.prefix_shapley(trace)
    yield "coalition_scores", analysis.coalition_scores(trace)
    yield "interactions", analysis.interactions(trace)
    yield "equilibrium", analysis.imbalance(trace, per_epoch=True)
    yield "training", analysis.training(trace)
    if trace.attrs["task"]["kind"] == "classification":
        yield "shapley_by_class", analysis.shapley_by_class(trace)
        yield "shapley, margin", analysis.shapley(trace, value="log_likelihood")
    if trace["states"].sizes["layer"]:
        yield "states", analysis.states(trace, channels=8)
        yield "trajectories", analysis.trajectories(trace)
    if "influence" in trace.children:
        yield "influence", analysis.influence(trace)
        yield "effect", analysis.influence(trace, kind="effect")
    if "routing" in trace.children:
        yield "routing", analysis.routing(trace)
    if "transport" in trace.children:
        yield "transport", analysis.transport(trace, names[1], names[0])
    if "alignment" in trace.children:
        yield "alignment", analysis.alignment(trace)


def frames(found, trace):
    """Yield the name and frame of every figure that the analyses feed."""
    feeds = {
        "equilibrium": {"equilibrium": plots.imbalance_frame},
        "shapley": {"Shapley values": plots.shapley_frame},
        "prefix_shapley": {"Shapley values over epochs": plots.shapley_epochs_frame},
        "coalition_scores": {"subsets": plots.subsets_frame},
        "interactions": {"interactions": plots.interactions_frame, "waterfall": plots.waterfall_frame},
        "training": {"training": plots.training_frame},
        "states": {"states": plots.states_frame, "half-life": plots.half_life_frame, "coupling": plots.coupling_frame},
        "trajectories": {"trajectories": plots.trajectories_frame},
        "influence": {"influence": plots.influence_frame},
        "routing": {"routing": plots.routing_frame},
        "transport": {"transport": plots.transport_frame, "plan": plots.plan_frame},
        "alignment": {"alignment": plots.alignment_frame},
    }
    for name, result in found.items():
        for figure, frame in feeds.get(name, {}).items():
            try:
                yield figure, frame(result)
            except mm.core.errors.DataError:
                yield figure, "refused"
    yield "explorer", plots.explorer_frame(trace)


def hand_made_frames():
    """Yield the name and frame of the figures that no Trace feeds."""
    rng = np.random.default_rng(7)
    scores = xr.Dataset(
        {"score": (("variant", "seed"), 0.8 + 0.02 * rng.normal(size=(4, 5)))},
        coords={"variant": ["whole", "a", "b", "c"], "seed": range(5)},
        attrs={"dataset": "toy", "split": "test", "score": "accuracy"},
    )
    yield "ablation", plots.ablation_frame(scores, reference="whole")
    length = np.array([100, 200, 400])
    both = {"model": ["coupled_mamba", "transformer"], "length": length}
    timed = {name: (("model", "length", "repeat"), rng.random((2, 3, 4)) * 1e3) for name in ("seconds", "bytes")}
    yield "efficiency", plots.efficiency_frame(xr.Dataset(timed, coords=both))
    curves = ("milliseconds", "low", "high", "cpu", "mebibytes")
    grown = {name: (("model", "length"), rng.random((2, 3)) + np.arange(1, 4)) for name in curves}
    yield "growth", plots.growth_frame(xr.Dataset(grown, coords=both))


def results():
    """Yield the label and result of everything that is compared."""
    for name, ds, run in trainings():
        yield f"{name}: weights of every epoch", weights_of(run)
        yield f"{name}: history", [dict(row) for row in run.history]
        yield f"{name}: predictions", run.predict(ds["test"])
        trace = mm.record(run, ds["test"], recorded_samples=3)
        yield f"{name}: Trace", trace
        found = dict(analyses(trace))
        for label, result in found.items():
            yield f"{name}: analysis {label}", result
        for label, frame in frames(found, trace):
            yield f"{name}: frame {label}", frame
        split = ds["test"].take(range(12))
        windows = mm.recording.record_windows(run, split, recorded_samples=2, windows=2)
        yield f"{name}: Shapley values of windows", [windows, analysis.window_shapley(windows)]
        yield f"{name}: Owen values of windows", analysis.window_shapley(windows, index="owen")
        yield f"{name}: mean encodings", analysis.directions(mm.recording.encoded(run, ds["test"]))
        yield (
            f"{name}: frame directions",
            plots.directions_frame(analysis.directions(mm.recording.encoded(run, ds["test"]))),
        )
        rates = mm.recording.compare_missing({"a": [run]}, split, rates=(0.0, 0.3), draws=3, protocol="independent")
        yield f"{name}: missing modalities", [rates, plots.missing_frame(rates)]
        yield f"{name}: scores of all subsets", mm.recording.subset_scores(run, split, resamples=20)
        row = int(trace["states"]["recorded_sample"].values[0])
        edits = {ds.spec.names[0]: {"delay": 2, "noise": 0.3, "seed": 4}, ds.spec.names[1]: {"mask": True}}
        edited = mm.recording.what_if(run, ds["test"])(str(ds["test"].ids[row]), run.best_epoch, edits)
        yield f"{name}: what if", list(edited.values())
        yield f"{name}: frame what if", plots.what_if_frame(edited, plots.explorer_frame(trace))
        if name.startswith("late"):
            recorded = mm.recording.record_attribution(run, split, recorded_samples=2, steps=8)
            yield f"{name}: attribution", [recorded, analysis.attribution(recorded)]
            yield (
                f"{name}: Trace of stopped recordings",
                mm.record(run, split, recorded_samples=1, prefixes="recording"),
            )
    for name, run in small_trainings():
        yield f"{name}: weights of every epoch", weights_of(run)
        yield f"{name}: history", [dict(row) for row in run.history]
    for name, frame in hand_made_frames():
        yield f"frame {name}", frame
    toy = mm.data.synthetic(n=40, steps=16, delays=[0, 2, 4], seed=3)
    for name, changed in {
        "whole modalities": mm.data.missing.drop_modalities(toy, 0.3, seed=1),
        "frames": mm.data.missing.drop_frames(toy, 0.3, seed=1),
        "elements": mm.data.missing.mask_elements(toy, 0.3, seed=1),
        "noise": mm.data.missing.add_noise(toy, 0.3, seed=1),
    }.items():
        yield f"missing data, {name}", [[dict(changed[s].inputs), dict(changed[s].valid)] for s in ("train", "test")]


def difference(before, after):
    """Return the lines that only one of two results has; text, such as a coordinate of names, is not compared."""
    old, new = (Counter(line for line in lines if not line.startswith("text ")) for lines in (before, after))
    return sorted((old - new).elements()), sorted((new - old).elements())


def compare(stored, computed):
    """Return a text for every item that differs."""
    texts = [f"{label}: not computed any more" for label in stored if label not in computed]
    texts += [f"{label}: has no stored digest" for label in computed if label not in stored]
    for label in stored:
        gone, new = difference(stored[label], computed.get(label, stored[label]))
        if gone or new:
            texts.append(
                "\n".join([f"{label}:", *(f"  before {line}" for line in gone), *(f"  now    {line}" for line in new)])
            )
    return texts


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="store the digests of this code")
    options.add_argument("--only", default="", help="compare only the items whose label contains this text")
    chosen = options.parse_args()
    if not ONE_THREAD.items() <= os.environ.items():  # the libraries read them when they are loaded
        return subprocess.run([sys.executable, *sys.argv], env=os.environ | ONE_THREAD, check=False).returncode
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {"machine": {}, "items": {}}
    here = machine()
    other = {
        key: (stored["machine"].get(key), value) for key, value in here.items() if stored["machine"].get(key) != value
    }
    if other and not chosen.write:
        print("not comparable, the digests are of another machine:", *(f"  {k}: stored {a}, here {b}" for k, (a, b) in other.items()), sep="\n")  # fmt: skip
        return 0
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    start, items = time.monotonic(), {}
    for label, result in results():
        items[label] = lines_of(result)
    if chosen.write:
        STORED.write_text(json.dumps({"machine": here, "items": items}, indent=0) + "\n", encoding="utf-8")
        print(f"stored {len(items)} items in {STORED.name}")
        return 0
    wanted = {label: lines for label, lines in stored["items"].items() if chosen.only in label}
    texts = compare(wanted, {label: lines for label, lines in items.items() if chosen.only in label})
    print(*texts, sep="\n")
    arrays = sum(len(lines) for lines in wanted.values())
    print(f"{len(wanted)} items, {arrays} arrays: {len(texts)} differ ({time.monotonic() - start:.0f} s)")
    return int(bool(texts))


if __name__ == "__main__":
    sys.exit(main())
