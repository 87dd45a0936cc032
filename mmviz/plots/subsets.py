"""How well the model does with every subset of its modalities: bars over a matrix that names the subsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.intervals import require
from mmviz.plots.picture import NEUTRAL, Axis, Bars, Dots, Note, Panel, Picture, span_of, ticks_of
from mmviz.plots.provenance import imputed, source_of, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SCORE = {"correct": "accuracy", "negative_absolute_error": "minus mean absolute error"}


def subsets_frame(scores: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_subsets` draws: ``score``, ``low``, ``high`` (coalition), ``members`` (coalition, modality).

    Ordered by the size of the subset, then by the order of the modalities.

    Raises
    ------
    DataError
        If ``scores`` is not the result of :func:`mmviz.analysis.coalition_scores`.
    """
    require("subsets_frame", scores, "score", ("coalition",), "mmviz.analysis.coalition_scores")
    members = scores["members"].transpose("coalition", "modality").values
    order = np.lexsort((np.arange(len(members)), members.sum(1)))
    frame = scores[["score", "low", "high", "members"]].isel(coalition=order).transpose("coalition", "modality")
    frame.attrs = dict(scores.attrs)
    return frame


def subsets_picture(frame: xr.Dataset) -> Picture:
    """Return the bars and the matrix of a :func:`subsets_frame`."""
    names = [str(n) for n in frame["modality"].values]
    members = frame["members"].values
    score, low, high = (frame[n].values for n in ("score", "low", "high"))
    at = np.arange(len(score)).astype(float)
    labels = [" + ".join(n for n, m in zip(names, row, strict=True) if m) or "nothing" for row in members]
    looks = tuple(int(row.argmax()) if row.sum() == 1 else NEUTRAL for row in members)
    bars = Bars(at, score, looks, tuple(labels), low, high, flat=False)
    notes = [
        Note(float(x), float(y), f"{v:.2f}", "above")
        for x, y, v in zip(at, np.nanmax([high, score], 0), score, strict=True)
    ]
    inside = [
        Dots(at[members[:, i]], np.full(members[:, i].sum(), float(i)), "", NEUTRAL, 8) for i in range(len(names))
    ]
    outside = [
        Dots(at[~members[:, i]], np.full((~members[:, i]).sum(), float(i)), "", NEUTRAL, 8, hollow=True)
        for i in range(len(names))
    ]
    span = (-0.6, len(at) - 0.4)
    kind = frame.attrs["value"]
    return Picture(
        title=titled("What each subset of the modalities can do", frame.attrs),
        subtitle=(
            f"{source_of(frame.attrs)}; the modalities outside of the subset are masked (hollow)",
            f"mean of {frame.attrs['n_samples']} samples, lines: {frame.attrs['interval']}",
            *imputed(frame.attrs),
        ),
        panels=(
            Panel(
                (bars, *(notes if len(at) <= 16 else ())),
                Axis(span=span, link="subset"),
                Axis(_SCORE.get(kind, kind), span=span_of(low, high, score, zero=True, room=0.1)),
            ),
            Panel(
                (*inside, *outside),
                Axis("subset", span=span, ticks=(), link="subset"),
                Axis(ticks=ticks_of(names), span=(-0.6, len(names) - 0.4), reverse=True),
            ),
        ),
        heights=(200, 24 + 24 * len(names)),
        gap=(70, 12),
    )


def plot_subsets(scores: xr.Dataset) -> go.Figure:
    """Draw the score of every subset of the modalities. ``scores`` is from :func:`mmviz.analysis.coalition_scores`."""
    from mmviz.plots.screen import draw

    return draw(subsets_picture(subsets_frame(scores)))
