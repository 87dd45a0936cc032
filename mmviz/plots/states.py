"""Hidden states: magnitude by channel and step, half-lives, and trajectories in a common plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.plots import theme
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    Annotation,
    Axis,
    FigureSpec,
    Heatmap,
    Lines,
    Links,
    Panel,
    Points,
    ReferenceLine,
    padded_range,
)
from mmviz.plots.frames import (
    check_position,
    check_states,
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


def states_frame(summary: xr.Dataset, *, sample: int = 0, epoch: int | None = None, layer: int = 0) -> xr.Dataset:
    """Return what :func:`plot_states` draws: ``norm`` (modality, rank, time), NaN at steps without data.

    Parameters
    ----------
    summary
        From :func:`mmviz.analysis.states`.
    sample
        Index among the recorded samples.
    epoch
        A recorded epoch; the selected epoch of the training when None.
    layer
        Index of the layer.

    Raises
    ------
    ConfigError
        If one of them was not recorded.
    DataError
        If the model has no scan.
    """
    check_states("states_frame", summary)
    chosen = selected_epoch("states_frame", summary, epoch)
    check_position("states_frame", "sample", sample, summary.sizes["recorded_sample"])
    check_position("states_frame", "layer", layer, summary.sizes["layer"])
    picked = summary[["norm", "channel", "valid"]].sel(epoch=chosen).isel(recorded_sample=sample, layer=layer)
    picked["norm"] = picked["norm"].where(picked["valid"])
    frame = picked.transpose("modality", "rank", ...)
    frame.attrs = {
        **summary.attrs,
        "epoch": chosen,
        "sample": sample_index(summary, sample),
        "layer": layer,
    }
    return frame


def states_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the heat maps of a :func:`states_frame`."""
    top = theme.colour_limit(frame["norm"].values)
    steps, ranks = (np.arange(frame.sizes[d]).astype(float) for d in ("time", "rank"))
    steps = step_times(frame, steps, len(steps))
    names = [str(n) for n in frame["modality"].values]
    panels = tuple(
        Panel(
            (Heatmap(frame["norm"].isel(modality=i).values, steps, ranks, 0.0, top, "‖h‖₂"),),
            Axis("time, s" if has_seconds(frame) else "step", link="time"),
            Axis(f"{name}: channel", shown=False, reverse=True, ticks=()),
        )
        for i, name in enumerate(names)
    )
    return FigureSpec(
        title=f"Hidden-state magnitude ‖h‖₂ — {frame.attrs['dataset']}, sample {frame.attrs['sample']}",
        subtitle=(
            f"layer {frame.attrs['layer'] + 1}, epoch {frame.attrs['epoch']}; the {frame.sizes['rank']} channels with the largest "
            "norm in each modality, longest half-life on top;",
            "the colour scale ends at the 99.5th percentile",
        ),
        panels=panels,
        heights=(120,),
        gap=(70, 14),
    )


@register_figure(
    states_frame, states_spec, single_runs="the channels of different seeds do not correspond to each other"
)
def plot_states(summary: xr.Dataset, *, sample: int = 0, epoch: int | None = None, layer: int = 0) -> go.Figure:
    """Draw the hidden-state magnitudes of one sample, one heatmap per modality on one colour scale. See :func:`states_frame`."""
    return draw(states_spec(states_frame(summary, sample=sample, epoch=epoch, layer=layer)))


def half_life_frame(summary: xr.Dataset, *, layer: int = 0) -> xr.Dataset:
    """Return what :func:`plot_half_life` draws: ``half_life`` (modality, share), in steps.

    The half-life is ln 2 / (Δ·|A|) with the median Δ of the recorded samples; the coupling is not part of it. ``share`` is the
    fraction of all states (channels × states) with this half-life or a shorter one. ``steps``: length of the sequence.

    Raises
    ------
    ConfigError
        If the layer does not exist.
    DataError
        If the model has no scan.
    """
    check_states("half_life_frame", summary)
    check_position("half_life_frame", "layer", layer, summary.sizes["layer"])
    values = summary["half_life"].isel(layer=layer).transpose("modality", "channel_all", "state").values
    share = np.linspace(0, 1, 101)
    spread = np.full(
        (len(values), len(share)), np.nan
    )  # NaN: a modality whose half-lives are in other steps, see scan_states
    for m, lives in enumerate(values.reshape(len(values), -1)):
        if not np.isnan(lives).all():
            spread[m] = np.nanquantile(lives, share)
    frame = xr.Dataset(
        {"half_life": (("modality", "share"), spread), "steps": summary.sizes["time"]},
        coords={"modality": summary["modality"].values, "share": share},
    )
    frame["half_life"].attrs = dict(summary["half_life"].attrs)
    frame.attrs = {**summary.attrs, "layer": layer, "states": int(values[0].size)}
    return frame


def half_life_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the curves of a :func:`half_life_frame`."""
    share, values = frame["share"].values, frame["half_life"].values
    lines = [
        Lines(row, share, str(name), i, markers=False)
        for i, (row, name) in enumerate(zip(values, frame["modality"].values, strict=True))
    ]
    low, high = padded_range(np.log10(values))
    steps = int(frame["steps"])
    return FigureSpec(
        title=title_with_source("State half-life", frame.attrs),
        subtitle=(
            f"layer {frame.attrs['layer'] + 1}; ln 2 / (Δ·|A|), without the coupling; {frame.attrs['states']} states per modality",
            *recorded_line(frame.attrs, "median Δ over the steps of"),
        ),
        panels=(
            Panel(
                (ReferenceLine(steps, text=f"sequence length: {steps} steps", side="bottom right"), *lines),
                Axis(
                    "half-life, steps", log=True, span=(float(10**low), float(10 ** max(high, np.log10(steps) + 0.1)))
                ),
                Axis("cumulative share of states", span=(0.0, 1.02)),
            ),
        ),
        heights=(280,),
    )


@register_figure(half_life_frame, half_life_spec)
def plot_half_life(summary: xr.Dataset, *, layer: int = 0) -> go.Figure:
    """Draw the distribution of state half-lives. ``summary`` is from :func:`mmviz.analysis.states`; see :func:`half_life_frame`."""
    return draw(half_life_spec(half_life_frame(summary, layer=layer)))


_LINKS = "grey: coupling weights at a few steps, from the source (one step earlier) to the target; wider is larger"


def trajectories_frame(found: xr.Dataset, *, sample: int = 0, links: int = 6) -> xr.Dataset:
    """Return what :func:`plot_trajectories` draws for one recorded sample.

    ``position`` (modality, time, axis); ``link_start``, ``link_end`` (link, axis): at ``links`` evenly spaced steps t, from the
    state of the source at t-1 to the state of the target modality at t; ``weight`` (link): W; ``level`` (link): 1 to 5, the
    weight in fifths of the largest one. Links of weight 0, to the same modality, or without data are excluded; a model with one
    SSM stream for all modalities has no W and no links.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.trajectories`.
    sample
        Index among the recorded samples.
    links
        Number of steps at which the coupling is drawn; 0 for none.

    Raises
    ------
    ConfigError
        If the sample was not recorded, or ``links`` is negative.
    DataError
        If ``found`` is not a result of that function.
    """
    dims = ("recorded_sample", "modality", "time", "axis")
    where = required_variable("trajectories_frame", found, "position", dims, "mmviz.analysis.trajectories")
    check_position("trajectories_frame", "sample", sample, where.sizes["recorded_sample"])
    if type(links) is not int or links < 0:
        raise ConfigError(f"trajectories_frame: links={links!r}, expected an integer ≥ 0")
    path = where.isel(recorded_sample=sample)
    W = (
        found["coupling"]
        .isel(recorded_sample=sample)
        .transpose("target_modality", "source_modality")
        .values.astype(np.float64)
    )
    steps: list[int] = (
        np.unique(np.linspace(1, path.sizes["time"] - 1, links).round().astype(int)).tolist() if links else []
    )
    ends = []
    for t in steps:
        for m, n in np.argwhere(np.nan_to_num(W) != 0):
            pair = np.stack([path.values[n, t - 1], path.values[m, t]])
            if m != n and np.isfinite(pair).all():
                ends.append((pair, W[m, n]))
    weight = np.array([w for _, w in ends])
    level = np.ceil(5 * np.abs(weight) / np.abs(weight).max()).astype(int) if len(ends) else np.zeros(0, int)
    lines = np.stack([pair for pair, _ in ends]) if ends else np.zeros((0, 2, 2))
    frame = xr.Dataset(
        {
            "position": path.drop_vars("recorded_sample", errors="ignore"),
            "explained": found["explained"],
            "link_start": (("link", "axis"), lines[:, 0]),
            "link_end": (("link", "axis"), lines[:, 1]),
            "weight": ("link", weight),
            "level": ("link", level),
        }
    )
    frame.attrs = {
        **found.attrs,
        "sample": sample_index(found, sample),
    }
    return frame


def trajectories_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the paths of a :func:`trajectories_frame`."""
    marks: list[Lines | Links | Points | Annotation] = []
    if frame.sizes["link"]:
        start, end = frame["link_start"].values, frame["link_end"].values
        marks.append(
            Links(
                start[:, 0], start[:, 1], end[:, 0], end[:, 1], frame["level"].values,
                name="coupling", value=frame["weight"].values, quantity="coupling weight W",
            )
        )  # fmt: skip
    for i, name in enumerate(frame["modality"].values):
        path = frame["position"].values[i]
        known = path[np.isfinite(path).all(1)]
        marks.append(Lines(path[:, 0], path[:, 1], str(name), i, markers=False))
        if len(known):
            marks.append(Points(known[:1, 0], known[:1, 1], "", i, 7, hollow=True))
            marks.append(Points(known[-1:, 0], known[-1:, 1], "", i, 8))
    x, y = frame["position"].values[..., 0], frame["position"].values[..., 1]
    share = frame["explained"].values
    return FigureSpec(
        title=title_with_source("Trajectories of the hidden states", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}, layer {frame.attrs['layer'] + 1}; {provenance_text(frame.attrs)}; hollow: first step, filled: last step",
            *((_LINKS,) if frame.sizes["link"] else ()),
        ),
        panels=(
            Panel(
                tuple(marks),
                Axis(f"component 1 ({share[0]:.0%} of the variance)", span=padded_range(x)),
                Axis(f"component 2 ({share[1]:.0%})", span=padded_range(y)),
            ),
        ),
        heights=(420,),
    )


@register_figure(
    trajectories_frame,
    trajectories_spec,
    single_runs="the principal components of different seeds do not correspond to each other",
)
def plot_trajectories(found: xr.Dataset, *, sample: int = 0, links: int = 6) -> go.Figure:
    """Draw the hidden states of all modalities of one sample as trajectories in a common plane. See :func:`trajectories_frame`."""
    return draw(trajectories_spec(trajectories_frame(found, sample=sample, links=links)))
