"""Coupling of the modalities: the learned weights W, and the operator map of each layer with its lags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Annotation, Axis, FigureSpec, Heatmap, Lines, Panel, named_ticks
from mmviz.plots.frames import (
    check_position,
    check_states,
    has_seconds,
    provenance_text,
    required_variable,
    sample_index,
    selected_epoch,
    step_durations,
    step_times,
    title_with_source,
)
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


def coupling_frame(summary: xr.Dataset, *, epoch: int | None = None) -> xr.Dataset:
    """Return what :func:`plot_coupling` draws: ``coupling`` (layer, target_modality, source_modality), W at one epoch.

    Parameters
    ----------
    summary
        From :func:`mmviz.analysis.states`.
    epoch
        A recorded epoch; the selected epoch of the training when None.

    Raises
    ------
    ConfigError
        If the epoch was not recorded.
    DataError
        If the model has no scan, or one SSM stream for all modalities and so no W.
    """
    check_states("coupling_frame", summary)
    chosen = selected_epoch("coupling_frame", summary, epoch)
    if not bool(summary["coupling"].notnull().any()):
        raise DataError(
            "coupling_frame: W is not recorded, because this model has one SSM stream for all modalities; record a model with one "
            "stream per modality, such as coupled_mamba, or use plot_influence, which needs no W"
        )
    frame = (
        summary[["coupling"]]
        .sel(epoch=chosen)
        .astype(np.float64)
        .transpose("layer", "target_modality", "source_modality")
    )
    frame.attrs = {**summary.attrs, "epoch": chosen}
    return frame


def coupling_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the matrices of a :func:`coupling_frame`."""
    names = [str(n) for n in frame["target_modality"].values]
    at = np.arange(len(names)).astype(float)
    values = frame["coupling"].values
    signed = bool((values < 0).any())
    top = float(np.nanmax(np.abs(values), initial=0)) or 1.0
    panels = tuple(
        Panel(
            (Heatmap(matrix, at, at, -top if signed else 0.0, top, "W", signed, ".2f", bar=False),),
            Axis("source modality", ticks=named_ticks(names), link="source"),
            Axis("target modality", ticks=named_ticks(names), reverse=True, link="target"),
            title=f"layer {i + 1}",
            square=True,
        )
        for i, matrix in enumerate(values)
    )
    return FigureSpec(
        title=title_with_source("Coupling weights W", frame.attrs),
        subtitle=(f"epoch {frame.attrs['epoch']}; row: target modality, column: source modality",),
        panels=panels,
        columns=min(len(panels), 3),
        heights=(90 + 42 * len(names),),
        width=max(360, 130 + min(len(panels), 3) * (110 + 46 * len(names))),
        fixed=len(panels) <= 2 and max(map(len, names)) <= 8,
    )


@register_figure(coupling_frame, coupling_spec)
def plot_coupling(summary: xr.Dataset, *, epoch: int | None = None) -> go.Figure:
    """Draw the coupling weights W of every layer. See :func:`coupling_frame`."""
    return draw(coupling_spec(coupling_frame(summary, epoch=epoch)))


_DEEPEST = -8.0
_KIND = {"influence": "effect of a unit input, |K|", "effect": "effect of this sample's input, |K·x|"}


def influence_frame(found: xr.Dataset, *, sample: int = 0, layer: int = 0) -> xr.Dataset:
    """Return what :func:`plot_influence` and :func:`plot_influence_lag` draw, of one recorded sample and layer.

    ``map`` (target_modality, target_block, source_modality, source_block); ``level``: its log₁₀ relative to the largest entry,
    NaN where the influence is 0 (as for future source steps), clipped below at the attribute ``deepest``, which 95 % of them reach;
    ``share`` (target_modality, source_modality);
    ``by_lag`` (target_modality, source_modality, lag).

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.influence`.
    sample, layer
        Indices among the recorded samples and the layers.

    Raises
    ------
    ConfigError
        If one of them was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block")
    values = required_variable("influence_frame", found, "map", dims, "mmviz.analysis.influence")
    check_position("influence_frame", "sample", sample, values.sizes["recorded_sample"])
    check_position("influence_frame", "layer", layer, values.sizes["layer"])
    chosen = found[["map", "share", "by_lag"]].isel(recorded_sample=sample, layer=layer)
    level, deepest = relative_level(chosen["map"])
    frame = chosen.assign(level=level).transpose(
        "target_modality", "target_block", "source_modality", "source_block", "lag"
    )
    frame.attrs = {
        **found.attrs,
        "sample": sample_index(found, sample),
        "layer": layer,
        "deepest": deepest,
    }
    return frame


def relative_level(values: xr.DataArray) -> tuple[xr.DataArray, float]:
    """Return log₁₀ of magnitudes relative to the largest, and the level at which it is clipped below.

    NaN where a magnitude is 0. 95 % of the others reach the clipping level, which is at most -1 and at least -8.
    """
    largest = float(values.max())
    level = xr.ufuncs.log10(values.where(values > 0) / (largest if largest > 0 else 1.0))
    deepest = float(max(_DEEPEST, np.floor(level.quantile(0.05)))) if bool(level.notnull().any()) else -1.0
    return level.clip(min=min(deepest, -1.0)), min(deepest, -1.0)


def pair_panels(frame: xr.Dataset, label: str) -> tuple[Panel, ...]:
    """Return M × M maps of ``level`` (target_modality, target_block, source_modality, source_block), each with its ``share`` in percent.

    Parameters
    ----------
    frame
        Of one sample, with attributes ``steps``, ``steps_per_block`` and ``deepest``.
    label
        Of the colour scale.
    """
    names = [str(n) for n in frame["target_modality"].values]
    level, share = frame["level"].values, frame["share"].values
    width, count = int(frame.attrs["steps_per_block"]), int(frame.attrs["steps"])
    at = np.arange(level.shape[1]) * width + (width - 1) / 2
    first, end = step_times(frame, np.array([0.0, count - 1.0]), count).tolist()
    at, unit = step_times(frame, at, count), "time, s" if has_seconds(frame) else "step"
    source_axis = "source time, s" if has_seconds(frame) else "source step"
    middle, low = len(names) // 2, first + 0.13 * (end - first)
    deepest = float(frame.attrs["deepest"])
    return tuple(
        Panel(
            (
                Heatmap(level[m, :, n], at, at, deepest, 0.0, label),
                *([Annotation(end, low, f"{share[m, n]:.0%}", "left")] if np.isfinite(share[m, n]) else []),
            ),
            Axis(source_axis if n == middle else "", link=f"source {n}"),
            Axis(f"{target}: {unit}", reverse=True, link=f"target {m}"),
            title=f"from {source}" if m == 0 else "",
        )
        for m, target in enumerate(names)
        for n, source in enumerate(names)
    )


def influence_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the M × M blocks of an :func:`influence_frame`."""
    return FigureSpec(
        title=title_with_source(f"Operator map, {operator_name(frame.attrs['layer'])}", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; {_KIND[frame.attrs['kind']]}, mean over channels",
            operator_scope(frame.attrs["layer"]),
            "percent: share of the row (target stream); blank: zero, as for future source steps",
        ),
        panels=pair_panels(frame, "log₁₀(influence / largest)"),
        columns=frame.sizes["target_modality"],
        heights=(max(110, 480 // frame.sizes["target_modality"]),),
        width=780,
        fixed=True,
        gap=(16, 14),
    )


def operator_name(layer: int) -> str:
    """Return "layer 1, SSM stream m", with the remark that streams are mixed above layer 1."""
    return f"layer {layer + 1}, SSM stream m{' (mixed above layer 1)' if layer else ''}"


def operator_scope(layer: int) -> str:
    """Return what the sources of a layer's operator map are: the modalities in layer 1, mixed streams above it."""
    if layer == 0:
        return "from the inputs of this layer to its outputs only, gates held fixed; for the whole model see plot_end_to_end"
    return (
        "a source is the stream of that name: it contains other modalities too; for the modalities see plot_end_to_end"
    )


def influence_lag_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the influence by lag of an :func:`influence_frame`, one panel for each target modality."""
    names = [str(n) for n in frame["target_modality"].values]
    lag, values = frame["lag"].values.astype(float), frame["by_lag"].values
    lag = step_durations(frame, lag, int(frame.attrs["steps"]))
    shown = np.where(values > 0, values, np.nan)
    finite = shown[np.isfinite(shown)]
    least, top = (float(finite.min()), float(finite.max())) if finite.size else (0.1, 1.0)
    panels = tuple(
        Panel(
            tuple(Lines(lag, shown[m, n], f"from {source}", n, markers=False) for n, source in enumerate(names)),
            Axis("lag, s" if has_seconds(frame) else "lag, steps", link="lag"),
            Axis("influence", log=True, span=(max(least / 2, top * 1e-8), top * 2), link="influence"),
            title=f"on {name}",
        )
        for m, name in enumerate(names)
    )
    return FigureSpec(
        title=title_with_source(f"Operator map by lag, {operator_name(frame.attrs['layer'])}", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; {_KIND[frame.attrs['kind']]}, mean over channels and steps",
            "how the operator of this layer decays with the lag; it is no estimate of a delay in the data",
        ),
        panels=panels,
        columns=min(3, len(panels)),
        heights=(220,),
        width=860,
        gap=(24, 70),
    )


@register_figure(influence_frame, influence_spec)
def plot_influence(found: xr.Dataset, *, sample: int = 0, layer: int = 0) -> go.Figure:
    """Draw the operator map of one layer as M × M maps, source steps against target steps. See :func:`influence_frame`."""
    return draw(influence_spec(influence_frame(found, sample=sample, layer=layer)))


@register_figure(influence_frame, influence_lag_spec)
def plot_influence_lag(found: xr.Dataset, *, sample: int = 0, layer: int = 0) -> go.Figure:
    """Draw the operator map of one layer against the lag between source and target step. See :func:`influence_frame`."""
    return draw(influence_lag_spec(influence_frame(found, sample=sample, layer=layer)))
