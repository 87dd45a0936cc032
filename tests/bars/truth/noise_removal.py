"""Control of the noise modalities: how much the output of the model really changes when a modality is removed after the encoders."""

import warnings

import numpy as np
import torch
from pairs import pair_cells, with_noise
from trained_models import MODELS
from truth_registry import measurement, over_seeds

import mmviz as mm
from mmviz.models.batch import Steps, batch_of
from mmviz.recording.explanations import target_weights

SAMPLES = 24


def removed_share(cell, folder):
    """Return the share of the two noise modalities in the changes of log p's linear form when each modality is at zero."""
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
    return {"share": float((change[:, 1:].sum(1) / change.sum(1)).mean())}


def removed_rows(found):
    """Return the real share of the noise modalities."""
    rows = []
    for model in MODELS:
        here = [f["share"] for c, f in found.items() if c.model == model]
        if here:
            what = "share of two modalities of pure noise of three: real change when the modality is removed (control)"
            rows.append(over_seeds("end-to-end", f"synthetic, {model}", what, here))
    return rows


measurement("noise removed", cells=pair_cells, rows=removed_rows)(removed_share)
