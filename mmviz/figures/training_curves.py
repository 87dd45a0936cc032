"""Contributions and the equilibrium deviation after every epoch, on samples that no update saw, strategy by strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.made import Drawing, Said
from mmviz.figures.printed_numbers import EQUILIBRIUM_SOURCE
from mmviz.figures.statistics import histories, seeds_of
from mmviz.figures.studies import data_of
from mmviz.plots.picture import Axis, Lines, Panel, Picture

if TYPE_CHECKING:
    import xarray as xr

    from mmviz.figures.evidence import Evidence

_READ = "shapley_alternating; the value function (accuracy) and where it is measured"
_SHOWN = ("joint", "mla", "shapley_alternating")
_MODALITIES = ("audio", "image")
_BANDS = "lines: mean, bands: least and largest of the seeds"


def contributions(evidence: Evidence) -> Drawing:
    """Draw the Shapley value of each modality after every epoch."""
    rows = evidence.rows("equilibrium")
    panels = []
    for strategy in _SHOWN:
        own = rows[rows["strategy"] == strategy]
        data = histories(own, lambda entry: [entry[f"contribution/{m}"] for m in _MODALITIES], _MODALITIES)
        panels.append(Panel(_lines(data), Axis("epoch", link="e"), Axis("contribution", link="c"), title=strategy))
    shows = (
        f"Shapley value of each modality's share in the accuracy, after every epoch, by training strategy; {_BANDS}."
    )
    said = Said(shows, _where(evidence), seeds_of(rows), _READ, EQUILIBRIUM_SOURCE)
    return Drawing(Picture("Contributions", (shows,), tuple(panels), columns=3, heights=(170,)), said, columns=2)


def deviations(evidence: Evidence) -> Drawing:
    """Draw the three readings of the equilibrium deviation after every epoch, for joint training, MLA and ours."""
    rows = evidence.rows("equilibrium")
    panels = []
    for reading in ("E1", "E2", "E3"):
        lines: list[Lines] = []
        for i, strategy in enumerate(_SHOWN):
            own = rows[rows["strategy"] == strategy]
            data = histories(own, lambda entry, name=reading: [entry[name]], (strategy,))  # type: ignore[misc]
            lines += _lines(data, first=i)
        panels.append(Panel(tuple(lines), Axis("epoch", link="e"), Axis("deviation", link="d"), title=reading))
    shows = f"Three readings of the equilibrium deviation after every epoch, 0 is equilibrium; {_BANDS}. With two modalities E1 and E2 are one number."
    said = Said(shows, _where(evidence), seeds_of(rows), f"E1, E2, E3; {_READ}", EQUILIBRIUM_SOURCE)
    picture = Picture("Equilibrium deviation", (shows,), tuple(panels), columns=3, heights=(170,))
    return Drawing(picture, said, columns=2)


def _lines(data: xr.Dataset, first: int = 0) -> tuple[Lines, ...]:
    epochs = data["epoch"].values.astype(float)
    return tuple(
        Lines(
            epochs, data["mean"].values[:, i], str(name), first + i, data["low"].values[:, i], data["high"].values[:, i]
        )
        for i, name in enumerate(data["name"].values)
    )


def _where(evidence: Evidence) -> str:
    return data_of(evidence.budget).replace("test split", "a slice of the training split that no update saw")
