"""Diagrams: boxes, texts and arrows as marks of a figure specification, in the fonts and lines of all figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mmviz.plots.figure_spec import NEUTRAL, Annotation, Axis, FigureSpec, Lines, Mark, Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = 0.5  # between lines of text
_HEAD = 0.22  # length of an arrow's head, in units of the plane


@dataclass
class Diagram:
    """A plane whose units are about a line of text high; x to the right, y upwards.

    Attributes
    ----------
    marks
        Marks that were added.
    """

    marks: list[Mark] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, text: Sequence[str], style: int = NEUTRAL) -> None:
        """Add a box around its middle (x, y), with lines of text in it."""
        half, tall = width / 2, height / 2
        xs = np.array([-half, half, half, -half, -half]) + x
        ys = np.array([-tall, -tall, tall, tall, -tall]) + y
        self.marks.append(Lines(xs, ys, "", style, markers=False))
        self.words(x, y, text)

    def words(self, x: float, y: float, text: Sequence[str]) -> None:
        """Add lines of text around their middle (x, y)."""
        for i, line in enumerate(text):
            self.marks.append(Annotation(x, y + _LINE * ((len(text) - 1) / 2 - i), line, "on"))

    def arrow(self, start: tuple[float, float], end: tuple[float, float], style: int = NEUTRAL) -> None:
        """Add an arrow."""
        a, b = np.array(start, dtype=float), np.array(end, dtype=float)
        along = (b - a) / max(float(np.hypot(*(b - a))), 1e-9)
        across = np.array([-along[1], along[0]])
        left, right = (b - _HEAD * along + side * 0.5 * _HEAD * across for side in (1, -1))
        path = np.stack([a, b, left, b, right])
        self.marks.append(Lines(path[:, 0], path[:, 1], "", style, markers=False))

    def spec(self, title: str, subtitle: str, *, span: tuple[float, float, float, float], height: float) -> FigureSpec:
        """Return the diagram as a figure specification of this span (left, right, bottom, top), without axes."""
        left, right, bottom, top = span
        panel = Panel(
            tuple(self.marks),
            Axis(span=(left, right), ticks=(), shown=False),
            Axis(span=(bottom, top), ticks=(), shown=False),
        )
        return FigureSpec(title, (subtitle,), (panel,), heights=(height,), fixed=True)
