"""Accuracy against the rate of missing modalities, as curves and as a table, beside the published rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.over_runs import mean_over
from mmviz.models.base import FusionModel
from mmviz.plots.figure_spec import Axis, FigureSpec, Lines, Panel
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec
from mmviz.studies.papers.published_results import EQUILIBRIUM_SOURCE, MISSING, MISSING_SOURCE, RATES
from mmviz.studies.papers.training_grids import (
    BAND_OVER_SEEDS,
    STRATEGIES,
    data_description,
    mean_and_deviation,
    seeds_in,
)

if TYPE_CHECKING:
    import pandas as pd

    from mmviz.studies.papers.results import PaperResults

_PROTOCOL = (
    f"whole modalities are masked independently at that rate, at least one stays available; {FusionModel.imputation}"
)


def missing_curves(results: PaperResults) -> PaperFigure:
    """Return Coupled Mamba's accuracy against the missing rate, and the curves of Table 12."""
    rows = results.rows("equilibrium")
    joint = rows[rows["strategy"] == "joint"]
    shows = f"Accuracy against the missing rate. Measured here: {_PROTOCOL}; bands: {BAND_OVER_SEEDS}."
    panels = (_measured({"Coupled Mamba": joint}, "measured here"), _published())
    caption = Caption(shows, data_description(results.budget), seeds_in(rows), published=MISSING_SOURCE)
    return PaperFigure(_picture(shows, panels), caption, columns=2)


def missing_by_strategy(results: PaperResults) -> PaperFigure:
    """Return the accuracy of every strategy against the missing rate."""
    rows = results.rows("equilibrium")
    shows = f"Accuracy against the missing rate, by training strategy: {_PROTOCOL}; bands: {BAND_OVER_SEEDS}."
    panels = (_measured({name: rows[rows["strategy"] == name] for name in STRATEGIES}, ""),)
    caption = Caption(
        shows, data_description(results.budget), seeds_in(rows), "shapley_alternating", EQUILIBRIUM_SOURCE
    )
    return PaperFigure(_picture(shows, panels), caption)


def missing_table(results: PaperResults) -> TableSpec:
    """Return the table of the measured and the published accuracy at the rates of Table 12."""
    rows = results.rows("equilibrium")
    found = []
    for i, rate in enumerate(RATES):
        column = _column(rate)
        ours = {name: mean_and_deviation(rows[rows["strategy"] == name], column, factor=100.0) for name in STRATEGIES}
        found.append({"rate": f"{rate:.1f}"} | ours | {name: f"{values[i]:.1f}" for name, values in MISSING.items()})
    caption = Caption(
        f"Accuracy in per cent against the missing rate: {_PROTOCOL}; mean and standard deviation over the seeds.",
        data_description(results.budget), seeds_in(rows), "shapley_alternating", MISSING_SOURCE,
    )  # fmt: skip
    return TableSpec(found, caption, groups={"measured here": STRATEGIES, "published, CMU-MOSEI": tuple(MISSING)})


def _column(rate: float) -> str:
    return f"test.accuracy@missing={rate}" if rate else "test.accuracy"


def _measured(variants: dict[str, pd.DataFrame], title: str) -> Panel:
    rates = np.array(RATES)
    lines = []
    for i, (name, own) in enumerate(variants.items()):
        values = np.array([own[_column(rate)].to_numpy(dtype=float) for rate in RATES])
        found = mean_over(xr.DataArray(values, dims=("rate", "seed")), "seed")
        lines.append(Lines(rates, found["mean"].values, name, i, found["low"].values, found["high"].values))
    return Panel(tuple(lines), Axis("missing rate", link="rate"), Axis("accuracy", link="accuracy"), title=title)


def _published() -> Panel:
    styles = {"Coupled Mamba": 0, "MMIN": 4, "GCNet": 5}
    lines = tuple(Lines(np.array(RATES), np.array(v) / 100, name, styles[name]) for name, v in MISSING.items())
    return Panel(
        lines,
        Axis("missing rate", link="rate"),
        Axis("Acc-2"),  # another data set and another score: an axis of its own
        title="published",
    )


def _picture(shows: str, panels: tuple[Panel, ...]) -> FigureSpec:
    return FigureSpec("Accuracy against the missing rate", (shows,), panels, columns=len(panels), heights=(190,))
