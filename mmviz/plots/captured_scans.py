"""Captured scans of a user's module: hidden-state magnitude by channel and scan step, and the operator map of one scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots import theme
from mmviz.plots.coupling import relative_level
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Annotation, Axis, FigureSpec, Heatmap, Panel
from mmviz.plots.frames import (
    check_position,
    provenance_text,
    required_variable,
    sample_index,
    title_with_source,
)
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    from collections.abc import Iterable

    import plotly.graph_objects as go


def scan_states_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_scan_states` draws, of one recorded sample: ``norm`` (stream, rank, step), NaN at steps without a recorded frame.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.scan_states`.
    sample
        Index among the recorded samples.

    Raises
    ------
    ConfigError
        If the sample was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("recorded_sample", "stream", "rank", "step")
    norm = required_variable("scan_states_frame", found, "norm", dims, "mmviz.analysis.scan_states")
    check_position("scan_states_frame", "sample", sample, norm.sizes["recorded_sample"])
    picked = found[["norm", "channel", "valid", "frame"]].isel(recorded_sample=sample)
    picked["norm"] = picked["norm"].where(picked["valid"])
    frame = picked.transpose("stream", "rank", "step")
    frame.attrs = {**found.attrs, "sample": sample_index(found, sample)}
    return frame


def scan_states_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the heat maps of a :func:`scan_states_frame`."""
    top = theme.colour_limit(frame["norm"].values)
    steps, ranks = (np.arange(frame.sizes[d]).astype(float) for d in ("step", "rank"))
    names = stream_names(frame["modality"].values)
    panels = tuple(
        Panel(
            (Heatmap(frame["norm"].isel(stream=i).values, steps, ranks, 0.0, top, "‖h‖₂"),),
            Axis("scan step", link="step"),
            Axis(f"{name}: channel", shown=False, reverse=True, ticks=()),
        )
        for i, name in enumerate(names)
    )
    return FigureSpec(
        title=title_with_source(f"Captured scan {frame.attrs['site']}: hidden-state magnitude ‖h‖₂", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; {_replay(frame)}",
            *_alignment(frame),
            f"the {frame.sizes['rank']} channels with the largest variation, longest half-life on top; the colour scale ends at the 99.5th percentile",
        ),
        panels=panels,
        heights=(120 if len(panels) > 1 else 200,),
        gap=(70, 14),
    )


@register_figure(
    scan_states_frame, scan_states_spec, single_runs="the channels of different seeds do not correspond to each other"
)
def plot_scan_states(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw the hidden-state magnitudes of one captured scan, one heatmap per stream on one colour scale. See :func:`scan_states_frame`."""
    return draw(scan_states_spec(scan_states_frame(found, sample=sample)))


def scan_influence_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_scan_influence` draws, of one recorded sample.

    ``map`` (stream, target_step_block, source_stream, source_step_block); ``level``: its log₁₀ relative to the largest entry, NaN where it is 0, clipped
    below at the attribute ``deepest``, which 95 % of them reach; ``share`` (stream, source_stream).

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.scan_influence`.
    sample
        Index among the recorded samples.

    Raises
    ------
    ConfigError
        If the sample was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("recorded_sample", "stream", "target_step_block", "source_stream", "source_step_block")
    values = required_variable("scan_influence_frame", found, "map", dims, "mmviz.analysis.scan_influence")
    check_position("scan_influence_frame", "sample", sample, values.sizes["recorded_sample"])
    chosen = found[["map", "share"]].isel(recorded_sample=sample)
    level, deepest = relative_level(chosen["map"])
    frame = chosen.assign(level=level).transpose(*dims[1:])
    frame.attrs = {**found.attrs, "sample": sample_index(found, sample), "deepest": deepest}
    return frame


def scan_influence_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the maps of a :func:`scan_influence_frame`, one for each pair of streams."""
    names, level, share = stream_names(frame["modality"].values), frame["level"].values, frame["share"].values
    width, S = int(frame.attrs["steps_per_block"]), len(frame["stream"])
    at = np.arange(level.shape[1]) * width + (width - 1) / 2
    deepest = float(frame.attrs["deepest"])
    panels = tuple(
        Panel(
            (
                Heatmap(level[m, :, n], at, at, deepest, 0.0, "log₁₀(|K| / largest)"),
                *(
                    [Annotation(at[-1], 0.13 * at[-1], f"{share[m, n]:.0%}", "left")]
                    if S > 1 and np.isfinite(share[m, n])
                    else []
                ),
            ),
            Axis("source step of the scan" if n == S // 2 else "", link=f"source {n}"),
            Axis(f"{target}: scan step" if S > 1 else "target step of the scan", reverse=True, link=f"target {m}"),
            title=f"from {source}" if m == 0 and S > 1 else "",
        )
        for m, target in enumerate(names)
        for n, source in enumerate(names)
    )
    percent = "percent: share of the row (target stream); " if S > 1 else ""
    return FigureSpec(
        title=title_with_source(f"Captured scan {frame.attrs['site']}: operator map", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; {_replay(frame)}",
            f"|K|, effect of a unit input of this scan on its output, gates held fixed; {frame.attrs['influence_channels']}",
            f"{percent}blank: zero, as for future source steps. One operation inside the module: no attribution of the prediction",
        ),
        panels=panels,
        columns=S,
        heights=(max(110, 480 // S) if S > 1 else 360,),
        width=780 if S > 1 else 560,
        fixed=True,
        gap=(16, 14),
    )


@register_figure(scan_influence_frame, scan_influence_spec)
def plot_scan_influence(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw the operator map of one captured scan, source steps against target steps. See :func:`scan_influence_frame`."""
    return draw(scan_influence_spec(scan_influence_frame(found, sample=sample)))


def stream_names(modalities: Iterable[object]) -> list[str]:
    """Return the modality of each stream, with the number of the stream where several belong to one modality or to none."""
    names = [str(name) for name in modalities]
    return [name if name and names.count(name) == 1 else f"{name or 'stream'} {k + 1}" for k, name in enumerate(names)]


def _replay(frame: xr.Dataset) -> str:
    return f"replay error {float(frame.attrs['replay_error']):.0e} of max |output|"


def _alignment(frame: xr.Dataset) -> list[str]:
    return ["; ".join(dict.fromkeys(frame.attrs["alignment"]))]
