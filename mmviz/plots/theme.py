"""Colours, patterns and layout that every figure shares; up to eight modalities are told apart without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: Okabe and Ito's colours, safe under the common forms of colour blindness; the order is that of the modalities.
MODALITY_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#000000")
MODALITY_PATTERNS = ("", "/", ".", "x", "-", "|", "+", "\\")
STATE_COLOURS = "Cividis"
INK, FAINT, GRID = "#1f2430", "#667085", "#e4e7ec"


def colour(index: int) -> str:
    """Return the colour of the modality with that position in the spec."""
    return MODALITY_COLOURS[index % len(MODALITY_COLOURS)]


def pattern(index: int) -> str:
    """Return the fill pattern of the modality with that position in the spec."""
    return MODALITY_PATTERNS[index % len(MODALITY_PATTERNS)]


def top_of(values: np.ndarray) -> float:
    """Return the value that gets the last colour: the 99.5th percentile, so that one spike does not darken the rest."""
    finite = values[np.isfinite(values)]
    top = float(np.quantile(finite, 0.995)) if finite.size else 0.0
    return top if top > 0 else 1.0


def dress(figure: go.Figure, *, title: str, subtitle: str = "", width: int = 640, height: int = 320) -> go.Figure:
    """Give a figure the shared look. ``title`` and ``subtitle`` must already be escaped."""
    lines = 1 + subtitle.count("<br>")
    second = f'<br><span style="font-size:12px;color:{FAINT}">{subtitle}</span>' if subtitle else ""
    figure.update_layout(
        title={
            "text": title + second,
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "font": {"size": 15, "color": INK},
        },
        font={
            "family": "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif",
            "size": 12,
            "color": INK,
        },
        width=width,
        height=height,
        margin={"l": 90, "r": 40, "t": 56 + 22 * (lines - 1) + 16, "b": 50},
        plot_bgcolor="white",
        paper_bgcolor="white",
    )
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=FAINT, linecolor=GRID)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=FAINT, linecolor=GRID)
    return figure
