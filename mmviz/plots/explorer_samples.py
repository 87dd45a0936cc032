"""The samples a person can choose from in the live view."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis import shapley
from mmviz.analysis.explained import is_labelled

NO_LABEL = "–"


def samples_part(trace: xr.DataTree, *, most: int) -> xr.Dataset:
    """Return one row for each listed sample, at the best epoch.

    ``listed_phi`` (listed, modality): its contributions; ``listed_answer``: probability of the true class (without
    labels, of the predicted one), or the predicted value; ``listed_correct``: 1, 0, or NaN for a regression and without labels; ``listed_traced``: its position among the traced samples, or -1;
    coordinates ``listed_id``, ``listed_target``, ``listed_said``: texts.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    most
        Beyond it, an even choice of samples and every traced one; ``listed_phi.attrs["total"]`` says how many there are.
    """
    phi = shapley(trace)
    told = trace["samples"].to_dataset()
    answer = trace["coalitions"].to_dataset()["answer"].isel(coalition=-1).transpose("sample", "output").values
    traced = trace["prefixes"].to_dataset()["traced"].values
    kept = listed(len(answer), traced, most)
    position = np.full(len(answer), -1)
    position[traced] = np.arange(len(traced))
    target = told["target"].values
    labelled, no_labels = is_labelled(target), np.full(len(answer), NO_LABEL)
    if trace.attrs["task"]["kind"] == "classification":
        names = np.asarray(trace.attrs["task"]["classes"], dtype=str)
        said = np.nan_to_num(answer, nan=-1).argmax(1)
        correct = np.where(np.isfinite(answer).all(1) & labelled, (said == target).astype(float), np.nan)
        texts = [names[target] if labelled else no_labels, names[said]]
    else:
        correct = np.full(len(answer), np.nan)
        texts = [np.array([f"{v:.4g}" for v in values]) for values in (target, answer[:, 0])]
        texts[0] = texts[0] if labelled else no_labels
    part = xr.Dataset(
        {
            "listed_phi": (("listed", "modality"), phi["phi"].transpose("sample", "modality").values[kept]),
            "listed_answer": ("listed", phi["full"].values[kept]),
            "listed_correct": ("listed", correct[kept]),
            "listed_traced": ("listed", position[kept]),
        },
        coords={
            "listed_id": ("listed", told["id"].values[kept]),
            "listed_target": ("listed", texts[0][kept]),
            "listed_said": ("listed", texts[1][kept]),
        },
    )
    part = part.astype(np.float32)
    part["listed_phi"].attrs = {"total": len(answer)}
    return part


def listed(count: int, traced: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of at most ``most`` samples, evenly spread, and all traced ones; in order."""
    even = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
    return np.union1d(even, traced).astype(int)
