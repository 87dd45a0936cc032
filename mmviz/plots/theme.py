"""Colours, patterns and layout that every figure shares; up to eight modalities are told apart without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Style(NamedTuple):
    """What tells one modality or series from another: colour, glyph (text), symbol (plotly), marker (matplotlib), dashes in points, fill."""

    colour: str
    glyph: str
    symbol: str
    marker: str
    dash: tuple[float, ...]
    pattern: str


#: in the order of the modalities, the same on the page, on the screen and on paper; Okabe and Ito's colours, safe under the common forms of
#: colour blindness
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
#: blue is below 0, red above; the numbers or signs beside them say it without colour
SIGNED_COLOURS = "RdBu_r"
INK, FAINT, GRID = "#1f2430", "#667085", "#e4e7ec"


def colour(index: int) -> str:
    """Return the colour of the modality with that position in the spec; grey for what is no modality (below 0)."""
    return MODALITY_COLOURS[index % len(MODALITY_COLOURS)] if index >= 0 else FAINT


def pattern(index: int) -> str:
    """Return the fill pattern of the modality with that position in the spec; none for what is no modality."""
    return MODALITY_PATTERNS[_turned(index)] if index >= 0 else ""


def dash(index: int) -> tuple[float, ...]:
    """Return the dashes of the series with that position, in points; empty for a solid line."""
    return DASHES[_turned(max(index, 0))]


def symbol(index: int) -> str:
    """Return plotly's marker of the modality or series with that position; circles for what is no modality."""
    return SYMBOLS[_turned(max(index, 0))]


def marker(index: int) -> str:
    """Return matplotlib's marker of the modality or series with that position, the same shape as :func:`symbol`."""
    return MARKERS[_turned(max(index, 0))]


def _turned(index: int) -> int:
    """Return the look of a position; beyond eight a colour comes again with the dashes, marker and fill of another one."""
    return (index + index // len(STYLES)) % len(STYLES)


def colour_limit(values: np.ndarray) -> float:
    """Return the value that gets the last colour: the 99.5th percentile, so that one spike does not darken the rest."""
    finite = values[np.isfinite(values)]
    top = float(np.quantile(finite, 0.995)) if finite.size else 0.0
    return top if top > 0 else 1.0


def apply_layout(
    figure: go.Figure, *, title: str, subtitle: str = "", width: int = 640, height: int = 320
) -> go.Figure:
    """Give a figure the shared look. ``title`` and ``subtitle`` must already be escaped."""
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
        width=width,
        height=height,
        margin={"l": 90, "r": 40, "t": 50 + 17 * lines, "b": 56},
        plot_bgcolor="white",
        paper_bgcolor="white",
    )
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=FAINT, linecolor=GRID)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=FAINT, linecolor=GRID)
    return figure
