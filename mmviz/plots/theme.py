"""Colours, patterns and layout of all figures; up to eight modalities are distinguishable without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Style(NamedTuple):
    """Style of a modality or series: colour, glyph (text), symbol (plotly), marker (matplotlib), dashes in points, fill pattern."""

    colour: str
    glyph: str
    symbol: str
    marker: str
    dash: tuple[float, ...]
    pattern: str


#: in the order of the modalities, the same in the Explorer, on the screen and on paper; the palette of Okabe and Ito, safe under the common
#: forms of colour blindness
STYLES = (
    Style("#0072B2", "●", "circle", "o", (), ""),
    Style("#E69F00", "■", "square", "s", (5, 2), "/"),
    Style("#009E73", "◆", "diamond", "D", (2, 2), "."),
    Style("#CC79A7", "▲", "triangle-up", "^", (6, 2, 1.5, 2), "x"),
    Style("#D55E00", "✚", "cross", "P", (9, 2), "-"),
    Style("#56B4E9", "✖", "x", "X", (9, 2, 1.5, 2), "|"),
    Style("#F0E442", "▼", "triangle-down", "v", (3, 3), "+"),
    Style("#000000", "★", "star", "*", (1.5, 4), "\\"),
)
MODALITY_COLOURS, GLYPHS, SYMBOLS, MARKERS, DASHES, MODALITY_PATTERNS = zip(*STYLES, strict=True)
STATE_COLOURS = "Cividis"
#: blue below 0, red above
SIGNED_COLOURS = "RdBu_r"
#: bars of signed shares: above 0, below 0
RAISES, LOWERS = "#b2182b", "#2166ac"
INK, FAINT, GRID = "#1f2430", "#667085", "#e4e7ec"


def colour(index: int) -> str:
    """Return the colour of a modality or series by its index; grey for a negative index (no modality)."""
    return MODALITY_COLOURS[index % len(MODALITY_COLOURS)] if index >= 0 else FAINT


def pattern(index: int) -> str:
    """Return the fill pattern of a modality or series by its index; none for a negative index."""
    return MODALITY_PATTERNS[_style_index(index)] if index >= 0 else ""


def dash(index: int) -> tuple[float, ...]:
    """Return the dashes of a series by its index, in points; empty for a solid line."""
    return DASHES[_style_index(max(index, 0))]


def symbol(index: int) -> str:
    """Return plotly's marker of a modality or series by its index; a circle for a negative index."""
    return SYMBOLS[_style_index(max(index, 0))]


def marker(index: int) -> str:
    """Return matplotlib's marker of a modality or series by its index, of the same shape as :func:`symbol`."""
    return MARKERS[_style_index(max(index, 0))]


def _style_index(index: int) -> int:
    """Return the index of dashes, marker and fill; beyond eight styles a colour is repeated with those of another style."""
    return (index + index // len(STYLES)) % len(STYLES)


def colour_limit(values: np.ndarray) -> float:
    """Return the upper end of a colour scale: the 99.5th percentile of the finite values, 1 if it is not positive."""
    finite = values[np.isfinite(values)]
    top = float(np.quantile(finite, 0.995)) if finite.size else 0.0
    return top if top > 0 else 1.0


def apply_layout(figure: go.Figure, *, title: str, subtitle: str = "", height: int = 320) -> go.Figure:
    """Apply the shared layout to a plotly figure and return it. ``title`` and ``subtitle`` must already be escaped.

    The width is that of the output: a notebook's cell, a page, an image. The height is in pixels.
    """
    lines = 1 + subtitle.count("<br>")
    second = f'<br><span style="font-size:12px;color:{FAINT}">{subtitle}</span>' if subtitle else ""
    figure.update_layout(
        title={
            "text": title + second,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1 - 22 / height,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 16},
            "font": {"size": 15, "color": INK},
        },
        font={
            "family": "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif",
            "size": 12,
            "color": INK,
        },
        autosize=True,
        height=height,
        hoverlabel={"align": "left"},
        margin={"l": 90, "r": 40, "t": 50 + 17 * lines, "b": 56},
        plot_bgcolor="white",
        paper_bgcolor="white",
    )
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=FAINT, linecolor=GRID)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=FAINT, linecolor=GRID)
    return figure
