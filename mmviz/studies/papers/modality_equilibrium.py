"""Figures and tables of Modality Equilibrium Matters: contributions and imbalance over training, update order, and strategies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import pearsonr

from mmviz.plots.ablation import ablation_frame, ablation_spec
from mmviz.plots.figure_spec import Axis, FigureSpec, Lines, Panel, Points, padded_range
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec
from mmviz.studies.papers.published_results import EQUILIBRIUM_SOURCE
from mmviz.studies.papers.training_grids import (
    BAND_OVER_SEEDS,
    ORDERS,
    STRATEGIES,
    data_description,
    histories,
    mean_and_deviation,
    over_seeds,
    seeds_in,
)

if TYPE_CHECKING:
    import xarray as xr

    from mmviz.studies.papers.results import PaperResults


_INTERPRETATION = "shapley_alternating; the value function (accuracy) and where it is measured"
_LIMITS = "0 means equal shares or unimodal scores, at whatever level; a smaller value is not a better model."
_SHOWN = ("joint", "mla", "shapley_alternating")
_STYLES = {name: i for i, name in enumerate(STRATEGIES)}  # the same in all figures
_MODALITIES = ("audio", "image")
_BANDS = f"lines: mean, bands: {BAND_OVER_SEEDS}"


def contribution_curves(results: PaperResults) -> PaperFigure:
    """Return the Shapley value of each modality after every epoch."""
    rows = results.rows("equilibrium")
    panels = []
    for strategy in _SHOWN:
        own = rows[rows["strategy"] == strategy]
        data = histories(own, lambda entry: [entry[f"contribution/{m}"] for m in _MODALITIES], _MODALITIES)
        panels.append(
            Panel(_lines(data), Axis("epoch", link="e"), Axis("Shapley value, accuracy", link="c"), title=strategy)
        )
    shows = f"Shapley value of each modality (value: accuracy) after every epoch, by training strategy; {_BANDS}."
    caption = Caption(shows, _where(results), seeds_in(rows), _INTERPRETATION, EQUILIBRIUM_SOURCE)
    return PaperFigure(
        FigureSpec("Contributions", (shows,), tuple(panels), columns=3, heights=(170,)), caption, columns=2
    )


def imbalance_curves(results: PaperResults) -> PaperFigure:
    """Return the modality imbalance E1, E2, E3 (our interpretations) after every epoch, for three strategies."""
    rows = results.rows("equilibrium")
    panels = []
    for name in ("E1", "E2", "E3"):
        lines: list[Lines] = []
        for strategy in _SHOWN:
            own = rows[rows["strategy"] == strategy]
            data = histories(own, lambda entry, name=name: [entry[name]], (strategy,))  # type: ignore[misc]
            lines += _lines(data, first=_STYLES[strategy])
        panels.append(Panel(tuple(lines), Axis("epoch", link="e"), Axis("imbalance", link="d"), title=name))
    shows = f"Modality imbalance E1, E2, E3 after every epoch; {_BANDS}. {_LIMITS} With two modalities E1 equals E2."
    caption = Caption(shows, _where(results), seeds_in(rows), f"E1, E2, E3; {_INTERPRETATION}", EQUILIBRIUM_SOURCE)
    spec = FigureSpec("Equilibrium deviation", (shows,), tuple(panels), columns=3, heights=(170,))
    return PaperFigure(spec, caption, columns=2)


def _lines(data: xr.Dataset, first: int = 0) -> tuple[Lines, ...]:
    epochs = data["epoch"].values.astype(float)
    return tuple(
        Lines(
            epochs, data["mean"].values[:, i], str(name), first + i, data["low"].values[:, i], data["high"].values[:, i]
        )
        for i, name in enumerate(data["name"].values)
    )


def _where(results: PaperResults) -> str:
    return data_description(results.budget).replace("test split", "a held-out slice of the training split")


def imbalance_scatter(results: PaperResults) -> PaperFigure:
    """Return the scatter of accuracy and imbalance E1 over strategies, orders and seeds, with their correlation."""
    rows = pd.concat([results.rows("equilibrium"), results.rows("orders")]).drop_duplicates("key")
    x, y = rows["test.E1"].to_numpy(dtype=float), rows["test.accuracy"].to_numpy(dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    r = (
        float(pearsonr(x[known], y[known]).statistic)
        if known.sum() > 2 and np.ptp(x[known]) and np.ptp(y[known])
        else np.nan
    )
    dots = tuple(
        Points(x[rows["strategy"] == name], y[rows["strategy"] == name], name, _STYLES[name], hollow=True)
        for name in STRATEGIES
    )
    shows = (
        f"Accuracy against the modality imbalance E1, one point for each strategy, order and seed; correlation {r:+.2f} over "
        f"{int(known.sum())} trainings. {_LIMITS}"
    )
    panel = Panel(dots, Axis("imbalance E1", span=padded_range(x)), Axis("accuracy", span=padded_range(y)))
    caption = Caption(
        shows, data_description(results.budget), seeds_in(rows), "E1; shapley_alternating",
        f"a strong correlation of equilibrium and accuracy, stated in a summary without a number; {EQUILIBRIUM_SOURCE}",
    )  # fmt: skip
    return PaperFigure(FigureSpec("Accuracy against deviation", (shows,), (panel,), heights=(230,)), caption)


_PANELS = {"test.accuracy": "accuracy, both modalities", "test.accuracy@image": "accuracy, image alone"}


def order_bars(results: PaperResults) -> PaperFigure:
    """Return the accuracy of the four update orders and of joint training, with both modalities and with the weak one alone."""
    rows = results.rows("orders")
    alternating = rows["strategy"] == "shapley_alternating"
    variants = {order.replace("_", " "): alternating & (rows["strategy.order"] == order) for order in ORDERS}
    variants["joint"] = rows["strategy"] == "joint"
    panels = []
    for metric, label in _PANELS.items():
        panel = ablation_spec(ablation_frame(over_seeds(rows, metric, variants).assign_attrs(score=label))).panels[0]
        panels.append(Panel(panel.marks, panel.x, panel.y))
    spans = [panel.x.span for panel in panels if panel.x.span]
    whole = (min(low for low, _ in spans), max(high for _, high in spans))  # both are accuracies: one axis
    panels = [replace(panel, x=replace(panel.x, span=whole)) for panel in panels]
    shows = (
        "Order of the alternating updates, and joint training (a third of the updates); lines: Student's 95 % interval over the "
        "seeds."
    )
    caption = Caption(
        shows,
        data_description(results.budget),
        seeds_in(rows),
        "shapley_alternating: value, rank, update order",
        EQUILIBRIUM_SOURCE,
    )
    return PaperFigure(
        FigureSpec("Update order", (shows,), tuple(panels), columns=2, heights=(170,)), caption, columns=2
    )


_COLUMNS = {
    "both": "test.accuracy",
    "audio alone": "test.accuracy@audio",
    "image alone": "test.accuracy@image",
    "missing, mean": "test.accuracy@missing",
}
_IMBALANCE = ("E1", "E2", "E3")


def strategy_table(results: PaperResults) -> TableSpec:
    """Return a row for every strategy."""
    rows = results.rows("equilibrium")
    found = []
    for name in STRATEGIES:
        own = rows[rows["strategy"] == name]
        scores = {label: mean_and_deviation(own, metric, factor=100.0) for label, metric in _COLUMNS.items()}
        deviations = {name: mean_and_deviation(own, f"test.{name}", factor=100.0) for name in _IMBALANCE}
        found.append({"strategy": name, **scores, **deviations})
    caption = Caption(
        "Training strategies on one model: accuracy in per cent, and the modality imbalance times 100, which is not a measure of quality; mean and standard deviation over the seeds. All have the same epochs; shapley_alternating makes three updates per update of joint.",
        data_description(results.budget), seeds_in(rows), "E1, E2, E3; shapley_alternating", EQUILIBRIUM_SOURCE,
    )  # fmt: skip
    return TableSpec(
        found,
        caption,
        best=dict.fromkeys(_COLUMNS, "max"),
        groups={"accuracy": tuple(_COLUMNS), "imbalance": _IMBALANCE},
    )
