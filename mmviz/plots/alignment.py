"""How far apart the modalities lie, over training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from mmviz.plots.intervals import require
from mmviz.plots.picture import Axis, Lines, Panel, Picture
from mmviz.plots.provenance import source_of, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TITLES = {
    "ot": "transport distance",
    "mmd": "maximum mean discrepancy, squared",
    "a_distance": "proxy A-distance (0: cannot be told apart, 2: always)",
}


def alignment_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_alignment` draws: ``ot``, ``mmd``, ``a_distance`` (run, epoch, pair).

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.alignment`.
    """
    dims = ("run", "epoch", "pair")
    frame = xr.Dataset({n: require("alignment_frame", found, n, dims, "mmviz.analysis.alignment") for n in _TITLES})
    frame.attrs = dict(found.attrs)
    return frame


def alignment_picture(frame: xr.Dataset) -> Picture:
    """Return the lines of an :func:`alignment_frame`; a panel without any value is left out where another has one."""
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
            Axis(),
            title=_TITLES[name],
        )
        for name in shown or _TITLES
    )
    return Picture(
        title=titled("Alignment over training", frame.attrs),
        subtitle=(source_of(frame.attrs),),
        panels=panels,
        heights=(150,),
        gap=(70, 44),
        width=760,
    )


def plot_alignment(found: xr.Dataset) -> go.Figure:
    """Draw the distances of the modalities at every epoch. ``found`` is from :func:`mmviz.analysis.alignment`."""
    from mmviz.plots.screen import draw

    return draw(alignment_picture(alignment_frame(found)))
