"""Conservation error of the end-to-end attribution: |logit - bias - sum of shares|, in float32 and float64."""

import warnings

import torch
from deletion import chosen_rows
from trained_models import MODELS, TRAININGS, cells
from truth_registry import Row, measurement

from mmviz.models.batch import batch_of
from mmviz.models.frozen_gates import freeze

MOST = {"float32": 1e-4, "float64": 1e-10}


def conserved(cell, folder):
    """Return the largest error over samples and outputs, by precision."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    run, ds = cell.run(folder)
    found = {}
    for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
        with run.at_epoch(run.best_epoch) as model:
            batch = batch_of(ds["test"], chosen_rows(ds["test"], cell.seed)).to("cpu", dtype)
            model = model.to(dtype)
            frozen = freeze(model, model.encode(batch))
            error = frozen.logit - frozen.bias() - frozen.shares().sum((2, 3))
        found[name] = float(error.abs().max())
    return found


def conservation_rows(found):
    """Return the largest error of each model and precision, over data sets and seeds."""
    rows = []
    for model in MODELS:
        for name, most in MOST.items():
            errors = [f[name] for c, f in found.items() if c.model == model]
            if errors:
                what = f"largest conservation error, {name}, over {', '.join(TRAININGS)} and seeds"
                worst = max(errors)
                rows.append(
                    Row("end-to-end", model, what, worst, n=len(errors), bar=f"≤ {most:g}", holds=worst <= most)
                )
    return rows


measurement("conservation", cells=cells, rows=conservation_rows)(conserved)
