"""From the answer to nothing to the answer to everything: what each subset of modalities adds beyond its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import ConfigError
from mmviz.plots.intervals import require
from mmviz.plots.picture import NEUTRAL, Axis, Bars, Note, Panel, Picture, signed, span_of, ticks_of
from mmviz.plots.provenance import imputed, source_of, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go


def waterfall_frame(found: xr.Dataset, *, largest: int = 24) -> xr.Dataset:
    """Return what :func:`plot_waterfall` draws, a row for each step from v(nothing) to v(all).

    ``step`` (row): mean Möbius coefficient m(S) of the subset, what S adds beyond all of its parts; ``start``, ``end``;
    ``low``, ``high``: ``start`` plus the 95 % interval of the step. Coordinate ``name`` (row). The first row is v(nothing),
    from 0; the last, "all together", is v(all), from 0. Rows are ordered by the size of the subset, then by the spec.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.interactions`.
    largest
        Show so many subsets, those of the largest mean size; the others are one row, "the other n", without interval.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.interactions`.
    ConfigError
        If ``largest`` is not a positive integer.
    """
    if type(largest) is not int or largest < 1:
        raise ConfigError(f"waterfall_frame: largest={largest!r}, expected an integer ≥ 1")
    mean, low, high = (
        require("waterfall_frame", found, f"moebius_{n}", ("coalition",), "mmviz.analysis.interactions").values
        for n in ("mean", "low", "high")
    )
    members = found["coalition_members"].transpose("coalition", "modality").values
    names = [str(n) for n in found["modality"].values]
    size = members.sum(1)
    order = np.lexsort((np.arange(len(size)), size))[1:]
    kept = set(order[np.argsort(-np.abs(mean[order]), kind="stable")][:largest].tolist())
    shown = [k for k in order.tolist() if k in kept]
    others = [k for k in order.tolist() if k not in kept]
    labels = ["nothing", *(" × ".join(n for n, m in zip(names, members[k], strict=True) if m) for k in shown)]
    step = [mean[0], *mean[shown]]
    below, above = [low[0], *low[shown]], [high[0], *high[shown]]
    if others:
        labels.append(f"the other {len(others)}")
        step.append(mean[others].sum())
        below.append(np.nan)
        above.append(np.nan)
    end = np.cumsum(step)
    start = np.concatenate([[0.0], end[:-1]])
    frame = xr.Dataset(
        {
            "step": ("row", np.append(step, end[-1])),
            "start": ("row", np.append(start, 0.0)),
            "end": ("row", np.append(end, end[-1])),
            "low": ("row", np.append(start + below, np.nan)),
            "high": ("row", np.append(start + above, np.nan)),
            "only": (
                "row",
                [
                    NEUTRAL,
                    *(int(members[k].argmax()) if size[k] == 1 else NEUTRAL for k in shown),
                    *[NEUTRAL] * (1 + bool(others)),
                ],
            ),
        },
        coords={"name": ("row", [*labels, "all together"])},
    )
    frame.attrs = dict(found.attrs)
    return frame


def waterfall_picture(frame: xr.Dataset) -> Picture:
    """Return the steps of a :func:`waterfall_frame`."""
    names = [str(n) for n in frame["name"].values]
    step, start, end, low, high = (frame[n].values for n in ("step", "start", "end", "low", "high"))
    rows = np.arange(len(names))
    bars = Bars(rows, step, tuple(frame["only"].values.tolist()), tuple(names), low, high, base=start)
    right = np.nanmax([start, end, high], 0)
    notes = [Note(float(x), float(i), signed(v)) for i, (x, v) in enumerate(zip(right, step, strict=True))]
    return Picture(
        title=titled("From nothing to everything", frame.attrs),
        subtitle=(
            f"mean {frame.attrs['units']}; {source_of(frame.attrs)}",
            "each row: what a subset adds beyond all of its parts (Möbius coefficient); lines: 95 %",
            *imputed(frame.attrs),
        ),
        panels=(
            Panel(
                (bars, *notes),
                Axis(
                    f"{frame.attrs['value'].replace('_', ' ')}",
                    span=span_of(start, end, low, high, room=0.06, end=0.16),
                ),
                Axis(ticks=ticks_of(names), span=(-0.6, len(names) - 0.4), reverse=True),
            ),
        ),
        heights=(40 + 30 * len(names),),
    )


def plot_waterfall(found: xr.Dataset, *, largest: int = 24) -> go.Figure:
    """Draw the way from the answer to nothing to the answer to all modalities. See :func:`waterfall_frame`."""
    from mmviz.plots.screen import draw

    return draw(waterfall_picture(waterfall_frame(found, largest=largest)))
