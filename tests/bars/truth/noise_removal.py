"""Noise modalities: attribution relative to the mean encoded step, and a control, the real change when a modality is removed."""

import warnings

import numpy as np
import torch
from pairs import pair_cells, with_noise
from trained_models import MODELS
from truth_registry import measurement, over_seeds

import mmviz as mm
from mmviz.models.batch import Steps, batch_of
from mmviz.recording.explanations import target_weights

SAMPLES, MOST = 24, 0.1


def removed_share(cell, folder):
    """Return the share of two noise modalities of three in real changes at zero, and in the attribution relative to the mean step."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    ds = with_noise(cell.seed)
    name, own = MODELS[cell.model]
    model = mm.models.build(name, ds.spec, width=24, steps=24, seed=cell.seed, **own)
    run = mm.train.fit(model, ds, epochs=8, seed=cell.seed, progress=False, cache=folder)
    rows = np.linspace(0, len(ds["test"]) - 1, SAMPLES).round().astype(int)
    with run.at_epoch(run.best_epoch) as best, torch.no_grad():
        steps = best.encode(batch_of(ds["test"], rows))
        logit = best.fuse(steps)
        weight = target_weights(logit, logit.argmax(-1), classifies=True)
        changes = []
        for m in range(len(steps.x)):
            x = steps.x.clone()
            x[m] = 0
            changes.append(((logit - best.fuse(Steps(x, steps.mask))) * weight).sum(-1).abs())
    change = torch.stack(changes, 1).numpy()
    trace = mm.record(run, ds["test"], recorded_samples=rows, epochs=[run.best_epoch], coalitions=False)
    share = mm.analysis.end_to_end(trace, baseline="mean")["share"].transpose("recorded_sample", "modality", "time")
    size = np.abs(share.values).sum(-1)
    return {
        "real": float((change[:, 1:].sum(1) / change.sum(1)).mean()),
        "mean": float((size[:, 1:].sum(1) / size.sum(1)).mean()),
    }


def removed_rows(found):
    """Return the share of the noise modalities, with the bar for the attribution."""
    rows, of = [], "share of two modalities of pure noise of three"
    texts = {
        "mean": (f"{of}: end-to-end attribution relative to the mean encoded step, sum of |share| over cells", "≤ 0.1"),
        "real": (f"{of}: real change when the modality is removed (control)", ""),
    }
    for model in MODELS:
        here = [f for c, f in found.items() if c.model == model]
        for name, (what, bar) in texts.items() if here else ():
            holds = (lambda v: v <= MOST) if bar else None
            rows.append(over_seeds("end-to-end", f"synthetic, {model}", what, [f[name] for f in here], bar, holds))
    return rows


measurement("noise removed", cells=pair_cells, rows=removed_rows)(removed_share)
