"""Curves of a live training: rows of the history as the table and the charts of the Cockpit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.escape import visible
from mmviz.plots.explorer_groups import CHARTS, NOT_DRAWN
from mmviz.plots.frames import history_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Float

SCORES = "validation score"
GAP = "gap g_m, retrained − masked unimodal score (held-out)"
GENERALISATION = "generalisation gap, validation − training loss"
GRADIENTS = "gradient norm of modality-specific parameters"
#: titles of the first charts, in this order
_FIRST = ("loss", SCORES, CHARTS["contribution"], GRADIENTS, GENERALISATION, CHARTS["unimodal_score"], GAP)
_SCORE_NAMES = ("valid_accuracy", "valid_balanced_accuracy", "valid_f1_macro", "valid_mae", "valid_correlation")
_NOT_SHOWN = (*NOT_DRAWN, "epoch", "interventions", "contribution_smoothed", "deviation")


def cockpit_curves(
    rows: Sequence[Mapping[str, float]], names: Sequence[str], retrained: Mapping[str, float] | None = None
) -> tuple[list[dict[str, Any]], Float[np.ndarray, "epoch curve"]]:
    """Return the curves of a history and their values, NaN where an epoch has none.

    Parameters
    ----------
    rows
        Of the history of a training.
    names
        Modalities.
    retrained
        Modality to the score of a model that was trained on it alone, on the held-out subset: adds the gap g_m.

    Returns
    -------
    list, ndarray
        Each curve has ``name``, ``chart`` (title of its chart) and ``modality`` (index, -1 for none); values are float32.

    Notes
    -----
    ``train_loss`` is the mean over the updates of an epoch, while the weights change and with dropout; ``valid_loss`` is that of the weights
    after the epoch. Their difference therefore contains more than overfitting, most of all in the first epochs.
    """
    keys = [key for key in dict.fromkeys(key for row in rows for key in row) if not _hidden(key)]
    found: list[tuple[str, str, int, list[float]]] = []
    for key in keys:
        head, _, last = key.partition("/")
        values = [float(row.get(key, math.nan)) for row in rows]
        modality = names.index(last) if last in names else -1
        found.append(
            (_chart(head if modality >= 0 else key), last if modality >= 0 else history_label(key), modality, values)
        )
    if "train_loss" in keys and "valid_loss" in keys:
        gap = [float(row.get("valid_loss", math.nan)) - float(row.get("train_loss", math.nan)) for row in rows]
        found.append((GENERALISATION, "validation − training", -1, gap))
    for m, name in enumerate(names):
        if retrained and name in retrained and f"unimodal_score/{name}" in keys:
            masked = [float(row.get(f"unimodal_score/{name}", math.nan)) for row in rows]
            found.append((GAP, name, m, [retrained[name] - value for value in masked]))
    known = [curve for curve in found if any(math.isfinite(value) for value in curve[3])]
    known.sort(key=lambda curve: _FIRST.index(curve[0]) if curve[0] in _FIRST else len(_FIRST))
    curves = [{"name": visible(name), "chart": visible(chart), "modality": m} for chart, name, m, _ in known]
    table = (
        np.array([values for *_, values in known], dtype=np.float32).T
        if known
        else np.zeros((len(rows), 0), np.float32)
    )
    return curves, table


def _hidden(key: str) -> bool:
    head = key.partition("/")[0]
    return head in _NOT_SHOWN or head.startswith("seconds")


def _chart(key: str) -> str:
    if key in _SCORE_NAMES:
        return SCORES
    if key == "modality_gradient_norm":
        return GRADIENTS
    return CHARTS.get(key, history_label(key))
