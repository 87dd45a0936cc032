"""Deletion by other maps than the end-to-end attribution: the operator map of each layer, and exact Shapley values of the modalities."""

import warnings

import numpy as np
import torch
from deletion import FRACTIONS, chosen_rows
from trained_models import Cell
from truth_registry import measurement, over_seeds

import mmviz as mm


def map_cells(seeds):
    """Return cells with operator maps, on synthetic data."""
    return [Cell("synthetic", model, seed) for seed in range(seeds) for model in ("1 layer", "2 layers", "3 layers")]


def maps_deleted(cell, folder):
    """Return the output after removing 20 % of the cells with the largest column sums of each map."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    run, ds = cell.run(folder)
    rows = chosen_rows(ds["test"], cell.seed)
    trace = mm.record(run, ds["test"], recorded_samples=rows, epochs=[run.best_epoch], coalitions=True)
    effect = trace["influence"]["effect"].sum(["target_modality", "target_block"])
    effect = effect.transpose("layer", "recorded_sample", "source_modality", "source_block").values
    scores = {f"operator map, layer {k + 1}": effect[k] for k in range(len(effect))}
    phi = mm.analysis.shapley(trace)["phi"].transpose("sample", "modality").values[rows]
    scores["Shapley value of the modality, equal over its steps"] = np.repeat(phi[..., None], effect.shape[-1], -1)
    tree = mm.recording.record_faithfulness(
        run, ds["test"], recorded_samples=rows, methods=["random"], scores=scores, fractions=FRACTIONS, checks=()
    )
    found = mm.analysis.faithfulness(tree)
    return {str(n): float(v) for n, v in zip(found["explanation"].values, found["after_mean"].values, strict=True)}


def map_rows(found):
    """Return the output after removing 20 % by each map."""
    rows = []
    for model in ("1 layer", "2 layers", "3 layers"):
        here = [f for c, f in found.items() if c.model == model]
        for name in here[0] if here else ():
            key = "shapley" if name.startswith("Shapley") else "operator-map"
            each = [f[name] for f in here]
            rows.append(over_seeds(key, f"synthetic, {model}", f"output after removing 20 %: {name}", each))
    return rows


measurement("operator map", cells=map_cells, rows=map_rows)(maps_deleted)
