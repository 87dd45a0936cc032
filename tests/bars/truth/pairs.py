"""Pairwise map (source modality and step to stream, modality and step) against what changes when the source is removed; noise modalities."""

import warnings

import numpy as np
import torch
from scipy.stats import spearmanr
from trained_models import MODELS, Cell
from truth_registry import measurement, over_seeds

import mmviz as mm
from mmviz.models.batch import Steps, batch_of

SAMPLES = 12
LEAST = {"1 layer": (0.9, 0.85), "2 layers": (0.9, 0.85), "3 layers": (0.8, 0.8)}
NOISE = 0.1


def pair_cells(seeds):
    """Return the cells on synthetic data."""
    return [Cell("synthetic", model, seed) for seed in range(seeds) for model in MODELS]


def real_changes(model, steps):
    """Return the norm of the change of every stream and step when a source is at zero: (batch, target, step, source, step)."""
    M, B, T = steps.mask.shape
    before = model.streams(steps)
    out = np.zeros((B, M, T, M, T))
    for n in range(M):
        for s in range(T):
            x = steps.x.clone()
            x[n, :, s] = 0
            after = model.streams(Steps(x, steps.mask))
            out[:, :, :, n, s] = (after - before).norm(dim=-1).permute(1, 0, 2).numpy()
    return out


def correlated(cell, folder):
    """Return Spearman's correlation with the real changes over causal pairs, all and cross-modal, by map."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    run, ds = cell.run(folder)
    rows = np.random.default_rng(cell.seed).permutation(len(ds["test"]))[:SAMPLES]
    trace = mm.record(run, ds["test"], recorded_samples=rows, epochs=[run.best_epoch], coalitions=False)
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        real = real_changes(model, model.encode(batch_of(ds["test"], rows)))
    dims = ("recorded_sample", "target_modality", "target_block", "source_modality", "source_block")
    maps = {"end-to-end map": trace["attribution"]["stream"].transpose(*dims).values}
    half = mm.record(
        run,
        ds["test"],
        recorded_samples=rows,
        epochs=[run.best_epoch],
        coalitions=False,
        influence=False,
        attribution="half",
    )
    maps["end-to-end map with the rule half"] = half["attribution"]["stream"].transpose(*dims).values
    operator = trace["influence"]["effect"].transpose(dims[0], "layer", *dims[1:]).values
    maps |= {f"operator map, layer {k + 1}": operator[:, k] for k in range(operator.shape[1])}
    M, T = real.shape[1:3]
    step, modality = np.tile(np.arange(T), M), np.repeat(np.arange(M), T)
    lag = step[:, None] - step
    maps["recency"] = np.broadcast_to(-lag.reshape(M, T, M, T), real.shape)
    causal, cross = lag > 0, modality[:, None] != modality
    found = {}
    for name, values in maps.items():
        a, b = (v.reshape(len(rows), M * T, M * T) for v in (values, real))
        for kind, kept in (("all", causal), ("cross-modal", causal & cross)):
            each = [spearmanr(x[kept], y[kept])[0] for x, y in zip(a, b, strict=True)]
            found[f"{name}, {kind}"] = float(np.nanmean(each))
    return found


def pair_rows(found):
    """Return the correlation of each map, with the bars of the end-to-end map."""
    rows = []
    for model in MODELS:
        here = [f for c, f in found.items() if c.model == model]
        for name in here[0] if here else ():
            map_, kind = name.rsplit(", ", 1)
            ours = map_.startswith("end-to-end map")
            bar = LEAST[model][kind == "cross-modal"] if ours and model in LEAST else None
            what = f"rank correlation with real cuts over {kind} causal pairs: {map_}"
            text, holds = ("", None) if bar is None else (f"≥ {bar}", lambda v, bar=bar: v >= bar)
            key = "streams" if ours or map_ == "recency" else "operator-map"
            rows.append(over_seeds(key, f"synthetic, {model}", what, [f[name] for f in here], text, holds))
    return rows


measurement("pairs", cells=pair_cells, rows=pair_rows)(correlated)


def with_noise(seed):
    """Return synthetic data of three modalities; the last two are white noise without any signal."""
    ds = mm.data.synthetic(
        n=500, modalities=3, steps=24, features=4, unique=(1.0, 0.0, 0.0), redundant=0.0, synergistic=0.0, noise=0.2,
        delays=(0, 0, 0), seed=seed, task="classification",
    )  # fmt: skip
    rng = np.random.default_rng([seed, 11])
    for split in ds.splits.values():
        for modality in ds.spec.modalities[1:]:
            values = split.inputs[modality.name]
            values[:] = modality.mean + modality.std * rng.normal(size=values.shape)
    return ds


def removal_changes(model, steps):
    """Return the size of the change of log p of the predicted class when all encoded steps of a modality are at zero: (batch, modality)."""
    before = model.fuse(steps).log_softmax(-1)
    rows, predicted = torch.arange(len(before)), before.argmax(-1)
    out = []
    for m in range(len(steps.x)):
        x = steps.x.clone()
        x[m] = 0
        after = model.fuse(Steps(x, steps.mask)).log_softmax(-1)
        out.append((after - before)[rows, predicted].abs())
    return torch.stack(out, 1).numpy()


def noise_share(cell, folder):
    """Return the share of the two noise modalities in the end-to-end attribution and in the operator maps."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    ds = with_noise(cell.seed)
    name, own = MODELS[cell.model]
    model = mm.models.build(name, ds.spec, width=24, steps=24, seed=cell.seed, **own)
    run = mm.train.fit(model, ds, epochs=8, seed=cell.seed, progress=False, cache=folder)
    trace = mm.record(run, ds["test"], recorded_samples=24, epochs=[run.best_epoch], coalitions=False)
    found = mm.analysis.end_to_end(trace)
    share = found["share"].transpose("recorded_sample", "modality", "time").values
    size, net = np.abs(share).sum(-1), np.abs(share.sum(-1))
    trace_half = mm.record(
        run,
        ds["test"],
        recorded_samples=24,
        epochs=[run.best_epoch],
        coalitions=False,
        influence=False,
        attribution="half",
    )
    half = mm.analysis.end_to_end(trace_half)["share"].transpose("recorded_sample", "modality", "time").values
    half = np.abs(half.sum(-1))
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        cut = removal_changes(model, model.encode(batch_of(ds["test"], trace["attribution"]["recorded_sample"].values)))
    accuracy = float((run.predict(ds["test"]).argmax(1) == ds["test"].target).mean())
    out = {
        "accuracy": accuracy,
        "end-to-end attribution, sum of |share| over cells": float((size[:, 1:].sum(1) / size.sum(1)).mean()),
        "end-to-end attribution, |sum of shares| by modality": float((net[:, 1:].sum(1) / net.sum(1)).mean()),
        "control, real cuts: |change of log p| when the modality is removed": float(
            (cut[:, 1:].sum(1) / cut.sum(1)).mean()
        ),
        "end-to-end attribution with the rule half, |sum of shares| by modality": float(
            (half[:, 1:].sum(1) / half.sum(1)).mean()
        ),
    }
    operator = trace["influence"]["effect"].sum(["target_modality", "target_block", "source_block"])
    for k in range(operator.sizes["layer"]):
        by = operator.isel(layer=k).transpose("recorded_sample", "source_modality").values
        out[f"operator map, layer {k + 1}"] = float((by[:, 1:].sum(1) / by.sum(1)).mean())
    return out


def noise_rows(found):
    """Return the shares of the noise modalities."""
    rows = []
    for model in MODELS:
        here = [f for c, f in found.items() if c.model == model]
        for name in here[0] if here else ():
            if name == "accuracy":
                continue
            key = "end-to-end" if name.startswith(("end-to-end", "control")) else "operator-map"
            what = f"share of two modalities of pure noise of three: {name}"
            barred = name.endswith("by modality") and "rule half" not in name
            text, holds = ("≤ 0.1", lambda v: v <= NOISE) if barred else ("", None)
            rows.append(over_seeds(key, f"synthetic, {model}", what, [f[name] for f in here], text, holds))
    return rows


measurement("noise", cells=pair_cells, rows=noise_rows)(noise_share)
