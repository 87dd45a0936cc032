"""Features of both modalities in one plane, before and after they were brought together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.made import Drawing, Said
from mmviz.figures.studies import data_of
from mmviz.plots.picture import Axis, Dots, Panel, Picture

if TYPE_CHECKING:
    import xarray as xr

    from mmviz.figures.evidence import Evidence


def alignment(evidence: Evidence) -> Drawing:
    """Draw encoded means of AlignMamba-2 trained without and with its alignments."""
    data = evidence.artefact("aligned")["features"].to_dataset()
    shows = f"t-SNE of the encoded means of {data.attrs['samples']} test samples, one map per training: without alignment, and with both."
    return _drawing(data, shows, data_of(evidence.budget), "AlignMamba-2: its losses and their weights")


def mapping(evidence: Evidence) -> Drawing:
    """Draw the vectors of both modalities as they are, and with the first carried over by the mapping."""
    data = evidence.artefact("mapped")["features"].to_dataset()
    first, second = map(str, data["modality"].values)
    shows = (
        f"t-SNE of the vectors of {data.attrs['samples']} test samples, one map per panel. Before: {first} and {second} as the model pools them; after: "
        f"{first} carried over by the linear mapping to {second}."
    )
    return _drawing(data, shows, data_of(evidence.budget), "the mapping and its losses")


def _drawing(data: xr.Dataset, shows: str, where: str, reading: str) -> Drawing:
    names = [str(name) for name in data["modality"].values]
    axis = Axis(ticks=(), shown=False)
    panels = tuple(
        Panel(
            tuple(
                Dots(place[m, :, 0], place[m, :, 1], name, m, size=4.0, hollow=m == 1) for m, name in enumerate(names)
            ),
            axis, axis, title=str(stage), square=True,
        )
        for stage, place in zip(data["stage"].values, data["place"].values, strict=True)
    )  # fmt: skip
    picture = Picture("Features of both modalities", (shows,), panels, columns=2, heights=(250,), fixed=False)
    return Drawing(picture, Said(shows, where, (0,), reading), columns=2)
