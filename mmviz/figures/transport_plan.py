"""A transport plan of one sample: which step of a modality is carried to which step of its anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.made import Drawing, Said
from mmviz.figures.studies import data_of
from mmviz.plots.transport import transport_frame, transport_picture

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence


def plan(evidence: Evidence) -> Drawing:
    """Draw plan, cost, links and lag of the first traced sample."""
    found = evidence.artefact("aligned")["transport"].to_dataset()
    source, anchor = found.attrs["source"], found.attrs["anchor"]
    shows = (
        f"Where the steps of {source} are carried among those of {anchor} by AlignMamba-2 trained with both alignments; relaxed transport, one test "
        "sample. Dashed: the mean step of the anchor."
    )
    said = Said(shows, data_of(evidence.budget), (0,), "AlignMamba-2: its losses, their weights and the anchor")
    return Drawing(transport_picture(transport_frame(found)), said, columns=2)
