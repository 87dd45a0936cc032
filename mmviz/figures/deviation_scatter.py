"""Accuracy against the equilibrium deviation, one point for each training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import pearsonr

from mmviz.figures.made import Drawing, Said
from mmviz.figures.printed_numbers import EQUILIBRIUM_SOURCE
from mmviz.figures.statistics import seeds_of
from mmviz.figures.studies import data_of
from mmviz.plots.picture import Axis, Dots, Panel, Picture, span_of

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence


def scatter(evidence: Evidence) -> Drawing:
    """Draw a point for each strategy, order and seed, and say how the two go together."""
    rows = pd.concat([evidence.rows("equilibrium"), evidence.rows("orders")]).drop_duplicates("key")
    x, y = rows["test.E1"].to_numpy(dtype=float), rows["test.accuracy"].to_numpy(dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    r = (
        float(pearsonr(x[known], y[known]).statistic)
        if known.sum() > 2 and np.ptp(x[known]) and np.ptp(y[known])
        else np.nan
    )
    dots = tuple(
        Dots(x[rows["strategy"] == name], y[rows["strategy"] == name], str(name), i, hollow=bool(i % 2))
        for i, name in enumerate(dict.fromkeys(rows["strategy"]))
    )
    shows = (
        f"Accuracy against the equilibrium deviation E1 (0 is equilibrium), one point for each strategy, order and seed; correlation {r:+.2f} over "
        f"{int(known.sum())} trainings."
    )
    panel = Panel(dots, Axis("E1", span=span_of(x)), Axis("accuracy", span=span_of(y)))
    said = Said(
        shows, data_of(evidence.budget), seeds_of(rows), "E1; shapley_alternating",
        f"a strong link of equilibrium and accuracy, in a summary and without a number; {EQUILIBRIUM_SOURCE}",
    )  # fmt: skip
    return Drawing(Picture("Accuracy against deviation", (shows,), (panel,), heights=(230,)), said)
