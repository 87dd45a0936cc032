"""Specifications of a paper's figure or table: its content, its caption, and its width in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    """A figure: its specification, its caption, and its width in columns of a two-column page."""

    spec: FigureSpec
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
