"""Methods against modality imbalance: the difference of every method to joint training, in the score and in the weak modality alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.ablation import difference_bars
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Axis, FigureSpec, named_ticks
from mmviz.plots.frames import required_variable
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

_NEEDED = tuple(f"{name}{end}" for name in ("score", "weak") for end in ("", "_low", "_high"))


def benchmark_frame(differences: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_benchmark` draws: ``score``, ``weak``, each with ``_low`` and ``_high`` (strategy).

    Parameters
    ----------
    differences
        From :func:`mmviz.studies.benchmark_differences`.

    Returns
    -------
    xr.Dataset
        The same, methods in the order of their gain in the weak modality alone.

    Raises
    ------
    DataError
        If a variable is missing or has other dimensions.
    """
    for name in _NEEDED:
        required_variable("benchmark_frame", differences, name, ("strategy",), "mmviz.studies.benchmark_differences")
    order = np.argsort(-differences["weak"].values, kind="stable")
    return differences[list(_NEEDED)].isel(strategy=order).assign_attrs(differences.attrs)


def benchmark_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the two panels of a :func:`benchmark_frame`."""
    names, about = [str(name) for name in frame["strategy"].values], frame.attrs
    digits = 1 if about["score"] == "accuracy" else 3
    rows = Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True, link="strategy")
    panels = tuple(
        difference_bars(frame, names, name, Axis(f"{label}, {about['units']}"), rows, digits=digits)
        for name, label in (("score", about["score"]), ("weak", f"{about['weak']} alone"))
    )
    seeds = about["n_seeds"]
    left_out = (f"no result: {', '.join(about['left_out'])}",) if about["left_out"] else ()
    spread = f"{seeds} seeds, lines: 95 % (Student's t, paired)" if seeds > 1 else "one seed, so no interval"
    return FigureSpec(
        title=f"Difference to joint training: {about['data']}, {about['model']}, equal {about['budget']}",
        subtitle=(
            f"right is better; {spread}",
            "default options of each method; not corrected for their number",
            *left_out,
        ),
        panels=panels,
        columns=2,
        heights=(60 + 26 * len(names),),
        width=900,
        gap=(44, 62),
    )


@register_figure(benchmark_frame, benchmark_spec)
def plot_benchmark(differences: xr.Dataset) -> go.Figure:
    """Draw what every method gains or loses against joint training. See :func:`benchmark_frame`."""
    return draw(benchmark_spec(benchmark_frame(differences)))
