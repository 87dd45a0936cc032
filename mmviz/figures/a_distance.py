"""How well a classifier tells the modalities apart, with and without alignment, before and after training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.figures.fusion_bars import printed_bars
from mmviz.figures.made import Drawing, Said
from mmviz.figures.printed_numbers import A_DISTANCE, A_DISTANCE_SOURCE
from mmviz.figures.studies import data_of
from mmviz.plots.picture import Axis, Bars, Note, Panel, Picture, Rule, ticks_of

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_SPAN = (0.0, 2.4)  # of the distance, with room for its number; both panels have it


def bars(evidence: Evidence) -> Drawing:
    """Draw the A-distance at the first and the last epoch of both trainings."""
    found = evidence.artefact("aligned")["alignment"].to_dataset()["a_distance"].isel(pair=0)
    names, values = [], []
    for run in map(str, found["run"].values):
        for word, at in (("untrained", 0), ("trained", -1)):
            names.append(f"{run}, {word}")
            values.append(float(found.sel(run=run).values[at]))
    given, rows = np.array(values), np.arange(len(names), dtype=float)
    notes = [Note(v, a, f"{v:.2f}") for v, a in zip(given, rows, strict=True)]
    ours = Panel(
        (Rule(0), Bars(rows, given, (1, 1, 0, 0), tuple(names)), *notes),
        Axis("A-distance, 0 equal, 2 apart", span=_SPAN),
        Axis(ticks=ticks_of(names), span=(-0.6, len(names) - 0.4), reverse=True),
        title="measured here",
    )
    theirs = printed_bars(
        list(A_DISTANCE), list(A_DISTANCE.values()), "A-distance", "printed for AlignMamba", span=_SPAN
    )
    shows = "Proxy A-distance of the encoded means of both modalities: twice the gap of a linear classifier's error to chance, in five folds."
    said = Said(
        shows,
        data_of(evidence.budget),
        (0,),
        "that the A-distance is this one; AlignMamba-2's losses",
        A_DISTANCE_SOURCE,
    )
    return Drawing(Picture("A-distance", (shows,), (ours, theirs), columns=2, heights=(150,)), said, columns=2)
