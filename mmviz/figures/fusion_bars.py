"""Four ways to fuse, as bars over seeds; below them the paper's bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.figures.ablation_table import rows_of
from mmviz.figures.made import Drawing, Said
from mmviz.figures.statistics import over_seeds
from mmviz.figures.studies import data_of
from mmviz.models import ablations
from mmviz.models.ablation import PRINTED_ON
from mmviz.plots.ablation import ablation_frame, ablation_picture
from mmviz.plots.picture import NEUTRAL, Axis, Bars, Note, Panel, Picture, Rule, ticks_of

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_TABLE = 11


def bars(evidence: Evidence) -> Drawing:
    """Draw the accuracy of the four fusions of Table 11."""
    rows, study = [row for row in ablations() if row.table == _TABLE], evidence.rows("paper_ablation")
    of = {row.name: study["key"].isin(rows_of(row, evidence)["key"]) for row in rows}
    scores = over_seeds(study, "test.accuracy", of).assign_attrs(score="accuracy")
    ours = ablation_picture(ablation_frame(scores)).panels[0]
    names = [row.name for row in rows]
    panels = (
        Panel(ours.marks, ours.x, ours.y, title="measured here"),
        printed_bars(names, [row.printed["f1"] for row in rows], "F1 in per cent", "printed in the paper"),
    )
    shows = "Four ways to fuse; lines: Student's 95 % interval over the seeds."
    said = Said(
        shows, data_of(evidence.budget), tuple(int(s) for s in scores["seed"].values),
        "; ".join(dict.fromkeys(row.reading for row in rows)), f"F1 on {PRINTED_ON}, Table 11 of Coupled Mamba (arXiv 2405.18014)",
    )  # fmt: skip
    return Drawing(Picture("Four ways to fuse", (shows,), panels, columns=2, heights=(150,)), said, columns=2)


def printed_bars(
    names: list[str], values: list[float], label: str, title: str, *, span: tuple[float, float] | None = None
) -> Panel:
    """Return bars of numbers that a paper prints, each with its value; the axis begins at 0, as bars must, unless ``span`` is given."""
    given = np.array(values, dtype=float)
    at = np.arange(len(names), dtype=float)
    notes = [Note(max(v, 0.0), a, f"{v:g}".replace("-", "−")) for v, a in zip(given, at, strict=True)]
    low, high = min(0.0, float(given.min())), max(0.0, float(given.max()))
    room = (high - low) or 1.0
    return Panel(
        (Rule(0), Bars(at, given, (NEUTRAL,) * len(names), tuple(names)), *notes),
        Axis(label, span=span or (low - 0.05 * room * (low < 0), high + 0.25 * room)),
        Axis(ticks=ticks_of(names), span=(-0.6, len(names) - 0.4), reverse=True),
        title=title,
    )
