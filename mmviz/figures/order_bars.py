"""The order of the turns in alternating training, as bars over seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mmviz.figures.made import Drawing, Said
from mmviz.figures.printed_numbers import EQUILIBRIUM_SOURCE
from mmviz.figures.statistics import over_seeds, seeds_of
from mmviz.figures.studies import ORDERS, data_of
from mmviz.plots.ablation import ablation_frame, ablation_picture
from mmviz.plots.picture import Panel, Picture

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_PANELS = {"test.accuracy": "accuracy, both heard", "test.accuracy@image": "accuracy, image alone"}


def bars(evidence: Evidence) -> Drawing:
    """Draw the accuracy of the four orders and of joint training, with both modalities and with the weak one alone."""
    rows = evidence.rows("orders")
    turns = rows["strategy"] == "shapley_alternating"
    variants = {order.replace("_", " "): turns & (rows["strategy.order"] == order) for order in ORDERS}
    variants["joint, no turns"] = rows["strategy"] == "joint"
    panels = []
    for metric, label in _PANELS.items():
        panel = ablation_picture(ablation_frame(over_seeds(rows, metric, variants).assign_attrs(score=label))).panels[0]
        panels.append(Panel(panel.marks, panel.x, panel.y))
    spans = [panel.x.span for panel in panels if panel.x.span]
    whole = (min(low for low, _ in spans), max(high for _, high in spans))  # both are accuracies: one axis
    panels = [replace(panel, x=replace(panel.x, span=whole)) for panel in panels]
    shows = (
        "The order in which modalities take their turn, and joint training without turns (a third of the updates); lines: Student's 95 % interval over the "
        "seeds."
    )
    said = Said(
        shows, data_of(evidence.budget), seeds_of(rows), "shapley_alternating: value, rank, turns", EQUILIBRIUM_SOURCE
    )
    return Drawing(Picture("Order of the turns", (shows,), tuple(panels), columns=2, heights=(170,)), said, columns=2)
