"""Controls: an untrained model, permuted labels, and explanations of a model with randomised parameters; infidelity and sensitivity."""

import warnings

import numpy as np
import torch
from deletion import after_20, chosen_rows, deleted
from trained_models import CONTROLS, Cell
from truth_registry import measurement, over_seeds

import mmviz as mm

SAMPLES = 12
QUANTITIES = {
    "unexplained": "share of the squared change of log p that is not explained (infidelity / E[Δf²])",
    "sensitivity": "largest relative change of the explanation under changes of the encoder outputs of 2 %",
}


def control_cells(seeds):
    """Return the controls on synthetic data with two layers."""
    return [Cell("synthetic", "2 layers", seed, control) for seed in range(seeds) for control in CONTROLS]


def control_rows(found):
    """Return the output after removing 20 % for each control, beside random removal."""
    rows = []
    for control in CONTROLS:
        here = [f for c, f in found.items() if c.control == control]
        if not here:
            continue
        case = f"synthetic, 2 layers, {control}"
        for name in ("end-to-end attribution", "integrated gradients", "random"):
            each = [after_20(f, name) for f in here]
            rows.append(over_seeds("faithfulness", case, f"control, output after removing 20 %: {name}", each))
        rows.append(
            over_seeds("faithfulness", case, "control, uncut output", [f["deletion"]["random"][0] for f in here])
        )
        rows.append(over_seeds("faithfulness", case, "control, accuracy", [f["accuracy"] for f in here]))
    return rows


measurement("controls", cells=control_cells, rows=control_rows)(deleted)


def checked_cells(seeds):
    """Return the cells for the checks of explanations."""
    return [Cell("synthetic", "2 layers", seed) for seed in range(seeds)]


def checked(cell, folder):
    """Return infidelity, sensitivity and the last rank correlation with randomised parameters, by method."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    run, ds = cell.run(folder)
    rows = chosen_rows(ds["test"], cell.seed)[:SAMPLES]
    found = mm.analysis.faithfulness(mm.recording.record_faithfulness(run, ds["test"], recorded_samples=rows))
    names = [str(n) for n in found["explanation"].values]
    out = {}
    for i, name in enumerate(names):
        for quantity in QUANTITIES:
            out[f"{name}: {quantity}"] = float(found[f"{quantity}_mean"].values[i])
        for k, part in enumerate(found["part"].values):
            out[f"{name}: randomised {part}"] = float(found["randomised_mean"].values[i, k])
    return {k: v for k, v in out.items() if np.isfinite(v)}


def checked_rows(found):
    """Return the checks of each method."""
    rows, here = [], list(found.values())
    for key in here[0] if here else ():
        name, what = key.split(": ", 1)
        part = what.removeprefix("randomised ")
        default = f"rank correlation with the scores of the model with {part} and all above it randomised"
        section = "end-to-end" if name.startswith("end") else "faithfulness"
        case = f"synthetic, 2 layers: {name}"
        rows.append(over_seeds(section, case, QUANTITIES.get(what, default), [f.get(key) for f in here]))
    return rows


measurement("checks", cells=checked_cells, rows=checked_rows)(checked)
