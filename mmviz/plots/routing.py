"""Expert routing: weight of every expert at every step, and utilisation of the experts by modality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import Axis, Bars, FigureSpec, Heatmap, Panel, named_ticks
from mmviz.plots.frames import (
    check_position,
    has_seconds,
    provenance_text,
    recorded_line,
    required_variable,
    sample_index,
    selected_epoch,
    step_times,
    title_with_source,
)
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


def routing_frame(found: xr.Dataset, *, sample: int = 0, layer: int = 0, epoch: int | None = None) -> xr.Dataset:
    """Return what :func:`plot_routing` and :func:`plot_expert_usage` draw, of one layer and epoch.

    ``weight`` (modality, expert, time) of one recorded sample, NaN at steps without data; ``usage`` (modality, expert), mean over
    the recorded samples; ``modality_information`` and, for a classification, ``label_information``, in bits.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.routing`.
    sample, layer
        Indices among the recorded samples and the layers.
    epoch
        A recorded epoch; the selected epoch of the training when None.

    Raises
    ------
    ConfigError
        If one of them was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("epoch", "recorded_sample", "layer", "modality", "time", "expert")
    values = required_variable("routing_frame", found, "weight", dims, "mmviz.analysis.routing")
    check_position("routing_frame", "sample", sample, values.sizes["recorded_sample"])
    check_position("routing_frame", "layer", layer, values.sizes["layer"])
    chosen = selected_epoch("routing_frame", found, epoch)
    frame = found.sel(epoch=chosen).isel(recorded_sample=sample, layer=layer).transpose("modality", "expert", ...)
    frame.attrs = {
        **found.attrs,
        "sample": sample_index(found, sample),
        "layer": layer,
        "epoch": chosen,
    }
    return frame


def _experts(frame: xr.Dataset) -> list[str]:
    owners = frame["expert_modality"].values if "expert_modality" in frame.coords else [""] * frame.sizes["expert"]
    names = [str(n) for n in frame["expert"].values]
    return [
        n if not o or str(o) in n else f"{n} ({o})" if o else f"{n} (shared)"
        for n, o in zip(names, owners, strict=True)
    ]


def routing_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the heatmaps of a :func:`routing_frame`."""
    names, experts = [str(n) for n in frame["modality"].values], _experts(frame)
    steps, rows = np.arange(frame.sizes["time"]).astype(float), np.arange(len(experts)).astype(float)
    steps = step_times(frame, steps, len(steps))
    panels = tuple(
        Panel(
            (Heatmap(frame["weight"].values[i], steps, rows, 0.0, 1.0, "expert weight"),),
            Axis("time, s" if has_seconds(frame) else "step", link="time"),
            Axis(ticks=named_ticks(experts), reverse=True),
            title=name,
        )
        for i, name in enumerate(names)
    )
    return FigureSpec(
        title=title_with_source("Expert weights by step", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}, layer {frame.attrs['layer'] + 1}; {provenance_text(frame.attrs)}; blank: no data at that step",
        ),
        panels=panels,
        heights=(24 + 22 * len(experts),),
        gap=(70, 34),
    )


def expert_usage_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the utilisation bars of a :func:`routing_frame`."""
    names, experts = [str(n) for n in frame["modality"].values], _experts(frame)
    thick = 0.8 / len(names)
    at = np.arange(len(experts)).astype(float)
    bars = tuple(
        Bars(
            at + (i - (len(names) - 1) / 2) * thick,
            frame["usage"].values[i],
            (i,) * len(experts),
            tuple(f"{name}, {expert}" for expert in experts),
            series=name,
            thickness=thick * 0.9,
        )
        for i, name in enumerate(names)
    )
    information = f"expert and modality {float(frame['modality_information']):.2f} bit"
    if "label_information" in frame:
        information += f", expert and true class {float(frame['label_information']):.2f} bit"
    return FigureSpec(
        title=title_with_source("Expert utilisation", frame.attrs),
        subtitle=(
            f"layer {frame.attrs['layer'] + 1}; {provenance_text(frame.attrs)}; mean weight over the steps",
            *recorded_line(frame.attrs, "of"),
            f"mutual information: {information}",
        ),
        panels=(
            Panel(
                bars,
                Axis(
                    "mean weight",
                    span=(0.0, 1.02 * (float(np.nan_to_num(frame["usage"].values).max(initial=0.0)) or 1.0)),
                ),
                Axis(ticks=named_ticks(experts), span=(-0.6, len(experts) - 0.4), reverse=True),
            ),
        ),
        heights=(40 + (14 + 13 * len(names)) * len(experts),),
    )


def _exchangeable(frame: xr.Dataset) -> str:
    """Return the reason why experts have no mean over seeds: several of one modality, or several shared ones."""
    owners = (
        frame["expert_modality"].values.tolist() if "expert_modality" in frame.coords else [""] * frame.sizes["expert"]
    )
    twice = next((owner for owner in owners if owners.count(owner) > 1), None)
    return (
        ""
        if twice is None
        else f"the {owners.count(twice)} {twice or 'shared'} experts have no fixed order, so those of different seeds do not correspond"
    )


@register_figure(routing_frame, routing_spec, single_runs=_exchangeable)
def plot_routing(found: xr.Dataset, *, sample: int = 0, layer: int = 0, epoch: int | None = None) -> go.Figure:
    """Draw the weight of every expert at every step of one sample. See :func:`routing_frame`."""
    return draw(routing_spec(routing_frame(found, sample=sample, layer=layer, epoch=epoch)))


@register_figure(routing_frame, expert_usage_spec, single_runs=_exchangeable)
def plot_expert_usage(found: xr.Dataset, *, layer: int = 0, epoch: int | None = None) -> go.Figure:
    """Draw the utilisation of every expert by every modality. See :func:`routing_frame`."""
    return draw(expert_usage_spec(routing_frame(found, layer=layer, epoch=epoch)))
