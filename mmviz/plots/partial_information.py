"""Partial information decomposition of the predictions: redundancy, unique information and synergy with intervals and the null."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.partial_information import part_labels, shown_modalities
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Panel,
    Points,
    named_ticks,
    padded_range,
)
from mmviz.plots.frames import provenance_text, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SOURCE = "mmviz.analysis.partial_information"
_ABOUT = {"label": "the label", "prediction": "the prediction from all modalities"}


def partial_information_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_partial_information` draws, (modality, part): ``bits``, ``low``, ``high``, ``null_high``.

    Of two modalities the first only: the decomposition of the second is its mirror image. Coordinate ``label`` (modality, part).

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.partial_information`.
    """
    dims = ("modality", "part")
    parts = {
        name: required_variable("partial_information_frame", found, name, dims, _SOURCE)
        for name in ("bits", "low", "high", "null_high")
    }
    names = [str(name) for name in found["modality"].values]
    shown = shown_modalities(names)
    labels = [part_labels(names, m) for m in shown]
    frame = xr.Dataset(parts).isel(modality=shown)
    frame = frame.assign_coords(label=(dims, np.array(labels)))
    frame.attrs = dict(found.attrs)
    return frame


def partial_information_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars of a :func:`partial_information_frame`, a panel for each modality."""
    bits, low, high, null = (frame[n].values for n in ("bits", "low", "high", "null_high"))
    names, single = [str(n) for n in frame["modality"].values], frame.sizes["modality"] == 1
    span, panels = padded_range(bits, low, high, null, zero=True, end=0.24), []
    for m, name in enumerate(names):
        labels, at = [str(v) for v in frame["label"].values[m]], np.arange(4.0)
        styles = (NEUTRAL, m, 1 if single else NEUTRAL, NEUTRAL)
        bars = Bars(at, bits[m], styles, tuple(labels), low[m], high[m], bounds=(0, np.inf), thickness=0.46)
        ends = np.nanmax([bits[m], high[m], null[m]], 0)
        notes = [
            Annotation(float(x), float(i), f"{v:.3f}{'' if v > n else ', not above the null'}")
            for i, (x, v, n) in enumerate(zip(ends, bits[m], null[m], strict=True))
        ]
        panels.append(
            Panel(
                (bars, Points(null[m], at + 0.38, "", NEUTRAL, 8, hollow=True), *notes),
                Axis("information, bit", span=span, link="bits"),
                Axis(ticks=named_ticks(labels), span=(-0.6, 3.6), reverse=True),
                title="" if single else f"{name} and all others",
            )
        )
    return FigureSpec(
        title=title_with_source("Partial information decomposition of the predictions", frame.attrs),
        subtitle=(
            f"sources: {frame.attrs['sources']}; target: {_ABOUT.get(str(frame.attrs['about']), frame.attrs['about'])}; {provenance_text(frame.attrs)}",
            f"lines: {frame.attrs['interval']}; hollow: 95 % quantile with the target permuted, where the truth is 0",
            str(frame.attrs["limits"]),
            *((str(frame.attrs["untrained"]),) if frame.attrs.get("untrained") else ()),
        ),
        panels=tuple(panels),
        heights=(176,),
        gap=(70, 44),
    )


@register_figure(partial_information_frame, partial_information_spec)
def plot_partial_information(found: xr.Dataset) -> go.Figure:
    """Draw redundancy, unique information and synergy of the predictions. ``found`` is from :func:`mmviz.analysis.partial_information`."""
    return draw(partial_information_spec(partial_information_frame(found)))
