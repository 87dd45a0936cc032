"""What a kind of figure makes before it is written for a venue: a picture or rows, and what its caption must say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmviz.plots.picture import Picture


@dataclass(frozen=True)
class Said:
    """The parts of a caption.

    Attributes
    ----------
    shows
        What is to be seen.
    data
        Data set, split, and how large the models are.
    seeds
        Of the numbers; empty where none are measured.
    reading
        Which readings of unpublished formulas are in it.
    printed
        Where the numbers come from that a paper prints.
    """

    shows: str
    data: str
    seeds: tuple[int, ...] = ()
    reading: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure: its picture, its caption, and over how many columns of a two-column page it wants to go."""

    picture: Picture
    said: Said
    columns: int = 1


@dataclass(frozen=True)
class Sheet:
    """A table: rows and options as :func:`mmviz.plots.latex_table` takes them."""

    rows: Sequence[Mapping[str, object]]
    said: Said
    digits: int = 1
    best: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: int = 2
