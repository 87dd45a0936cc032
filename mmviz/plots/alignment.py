"""Alignment of the modalities: distances of their encodings over training, and directions of the encoded samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Axis, FigureSpec, Lines, Panel, Points
from mmviz.plots.frames import provenance_text, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


_TITLES = {
    "ot": "optimal transport distance",
    "mmd": "maximum mean discrepancy, squared",
    "a_distance": "proxy A-distance (0: indistinguishable, 2: separable)",
}
_QUANTITIES = {"ot": "distance", "mmd": "MMD²", "a_distance": "A-distance"}


def alignment_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_alignment` draws: ``ot``, ``mmd``, ``a_distance`` (run, epoch, pair).

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.alignment`.
    """
    dims = ("run", "epoch", "pair")
    frame = xr.Dataset(
        {n: required_variable("alignment_frame", found, n, dims, "mmviz.analysis.alignment") for n in _TITLES}
    )
    frame.attrs = dict(found.attrs)
    return frame


def alignment_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the lines of an :func:`alignment_frame`; panels without values are omitted."""
    epochs = frame["epoch"].values.astype(float)
    runs, pairs = [str(r) for r in frame["run"].values], [str(p) for p in frame["pair"].values]
    shown = [name for name in _TITLES if bool(frame[name].notnull().any())]
    panels = tuple(
        Panel(
            tuple(
                Lines(
                    epochs,
                    frame[name].values[r, :, p],
                    pair if len(runs) == 1 else f"{run}: {pair}",
                    r * len(pairs) + p,
                )
                for r, run in enumerate(runs)
                for p, pair in enumerate(pairs)
            ),
            Axis("epoch", link="epoch"),
            Axis(_QUANTITIES[name]),
            title=_TITLES[name],
        )
        for name in shown or _TITLES
    )
    return FigureSpec(
        title=title_with_source("Alignment over training", frame.attrs),
        subtitle=(provenance_text(frame.attrs),),
        panels=panels,
        heights=(150,),
        gap=(70, 44),
        width=760,
    )


@register_figure(alignment_frame, alignment_spec)
def plot_alignment(found: xr.Dataset) -> go.Figure:
    """Draw the distances between the modalities at every epoch. ``found`` is from :func:`mmviz.analysis.alignment`."""
    return draw(alignment_spec(alignment_frame(found)))


def directions_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_directions` draws: ``position`` (modality, sample, axis), ``within`` (modality), ``explained``.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.directions`.
    """
    position = required_variable(
        "directions_frame", found, "position", ("modality", "sample", "axis"), "mmviz.analysis.directions"
    )
    frame = found[["within", "explained"]].assign(position=position)
    frame.attrs = dict(found.attrs)
    return frame


def directions_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the points of a :func:`directions_frame`; the axes are the same for every frame."""
    names = [str(name) for name in frame["modality"].values]
    dots = tuple(
        Points(frame["position"].values[m, :, 0], frame["position"].values[m, :, 1], name, m, 3.5)
        for m, name in enumerate(names)
    )
    cosines = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, frame["within"].values, strict=True))
    # centred unit vectors: rarely longer than 1.3, never longer than 2
    far = 1.3 if float(np.nanmax(np.abs(frame["position"].values), initial=0.0)) <= 1.3 else 2.1
    return FigureSpec(
        title=title_with_source("Directions of the encoded samples", frame.attrs),
        subtitle=(
            f"{provenance_text(frame.attrs)}; variance explained by the plane: {float(frame['explained']):.0%}",
            f"mean cosine similarity of two samples of a modality: {cosines} (1: same direction)",
        ),
        panels=(
            Panel(dots, Axis("component 1", span=(-far, far)), Axis("component 2", span=(-far, far)), square=True),
        ),
        heights=(340,),
        width=560,
    )


@register_figure(
    directions_frame,
    directions_spec,
    single_runs="the directions of the encodings of different seeds do not correspond to each other",
)
def plot_directions(found: xr.Dataset) -> go.Figure:
    """Draw a point for every sample and modality. ``found`` is from :func:`mmviz.analysis.directions`."""
    return draw(directions_spec(directions_frame(found)))
