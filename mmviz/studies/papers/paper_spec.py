"""Specifications of a paper's figure or table: its content, its caption, and its width in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmviz.plots.diagrams import diagram

if TYPE_CHECKING:
    from mmviz.plots.diagram_spec import Diagram
    from mmviz.plots.figure_spec import FigureSpec


@dataclass(frozen=True)
class Caption:
    """The parts of a caption.

    Attributes
    ----------
    shows
        What the figure or table shows.
    data
        Data set, split, and size of the models.
    seeds
        Seeds of the measured numbers; empty where nothing is measured.
    interpretation
        Our interpretations of unpublished formulas that the numbers depend on.
    published
        Source of the published numbers.
    """

    shows: str
    data: str
    seeds: tuple[int, ...] = ()
    interpretation: str = ""
    published: str = ""


@dataclass(frozen=True)
class PaperFigure:
    """A figure: its specification or diagram, its caption, and its width in columns of a two-column page."""

    spec: FigureSpec | Diagram
    caption: Caption
    columns: int = 1


@dataclass(frozen=True)
class TableSpec:
    """A table: rows and options of :func:`mmviz.plots.latex_table`, its caption, and its width in columns."""

    rows: Sequence[Mapping[str, object]]
    caption: Caption
    digits: int = 1
    best: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: int = 2


def of_diagram(name: str) -> PaperFigure:
    """Return a diagram of :func:`mmviz.plots.diagram` as a figure of one column."""
    drawn = diagram(name)
    return PaperFigure(
        drawn, Caption(drawn.shows, "a diagram, nothing is measured", interpretation=drawn.interpretation)
    )
