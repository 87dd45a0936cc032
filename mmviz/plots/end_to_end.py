"""End-to-end attribution: signed share of every modality and step in one prediction, along time, and on the outputs of the SSM streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.plots.coupling import pair_panels, relative_level
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Panel,
    ReferenceLine,
    named_ticks,
    padded_range,
    signed_text,
)
from mmviz.plots.frames import (
    check_position,
    has_seconds,
    provenance_text,
    required_variable,
    sample_index,
    step_times,
    title_with_source,
)
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import plotly.graph_objects as go

_SOURCE = "mmviz.analysis.end_to_end"
#: rule of the attribution of any differentiable model, as a user's module whose gates are not known
INTEGRATED = "integrated gradients"


class RuleWords(NamedTuple):
    """What figures and the page call an attribution: its name, how it was computed, its remaining error, and its row of the page on trust."""

    name: str
    how: str
    error: str
    row: str


def rule_words(attrs: Mapping[Any, Any]) -> RuleWords:
    """Return the words for a result of :func:`mmviz.analysis.end_to_end`, by its attribute ``rule``."""
    rule = str(attrs.get("rule", "frozen"))
    if rule == INTEGRATED:
        how = "along the straight line from the baseline to the sample; bias: output at the baseline"
        return RuleWords("integrated gradients", how, "completeness gap", "integrated-gradients")
    return RuleWords("end-to-end attribution", f"gates held fixed, rule: {rule}", "conservation error", "end-to-end")


_SIGNS = "red: raises it, blue: lowers it"


def end_to_end_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_end_to_end` draws, of one recorded sample.

    ``share`` (modality, time): signed share of each modality and step in the explained quantity; ``by_modality`` (modality): its sum over
    the steps; ``bias``, ``total`` and ``conservation_error`` = |total − bias − Σ share|, without dimensions. Coordinate ``limit``: the end of
    the colour scale, the largest |share|.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.end_to_end`.
    sample
        Index among the recorded samples.

    Raises
    ------
    ConfigError
        If the sample was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    share = required_variable("end_to_end_frame", found, "share", ("recorded_sample", "modality", "time"), _SOURCE)
    check_position("end_to_end_frame", "sample", sample, share.sizes["recorded_sample"])
    names = ["share", "by_modality", "bias", "total", "conservation_error"]
    frame = found[names].isel(recorded_sample=sample).transpose("modality", "time").astype(np.float64)
    return _described(frame, found, sample).assign_coords(limit=_limit(frame["share"].values))


def _described(frame: xr.Dataset, found: xr.Dataset, sample: int) -> xr.Dataset:
    """Return a frame of one sample with the attributes of its analysis and the index of the sample."""
    explained = str(found["target"].values[sample]) if explains_class(found.attrs) else ""
    about = {**found.attrs, "explained": explained, "sample": sample_index(found, sample), "steps": found.sizes["time"]}
    return frame.assign_attrs(about)


def _limit(values: np.ndarray) -> float:
    """Return the largest finite magnitude, the two ends of a signed colour scale; 1 where it is 0."""
    known = np.abs(values[np.isfinite(values)])
    return float(known.max()) if known.size and known.max() > 0 else 1.0


def explained_quantity(attrs: Mapping[Any, Any]) -> str:
    """Return the quantity that the shares of :func:`mmviz.analysis.end_to_end` sum to, in words."""
    if not explains_class(attrs):
        return str(attrs.get("meaning", "predicted value"))
    which = {"predicted": "the predicted class", "true": "the true class"}.get(str(attrs.get("target")), "the class")
    return f"logit of {which} minus the p-weighted mean logit"


def explains_class(attrs: Mapping[Any, Any]) -> bool:
    """Return whether the shares are those of a class, not of a predicted value."""
    return attrs.get("target") != "value"


def _quantity(attrs: Mapping[Any, Any]) -> str:
    return explained_quantity(attrs) + (f": {attrs['explained']}" if attrs.get("explained") else "")


def end_to_end_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the lanes and the sums of an :func:`end_to_end_frame`."""
    names, words = [str(n) for n in frame["modality"].values], rule_words(frame.attrs)
    share, limit = frame["share"].values, float(frame["limit"])
    steps = step_times(frame, np.arange(share.shape[1]).astype(float), share.shape[1])
    rows = [*names, "bias", "sum"]
    value = np.array([*frame["by_modality"].values, float(frame["bias"]), float(frame["total"])])
    at = np.arange(len(rows)).astype(float)
    bars = Bars(at, value, (*range(len(names)), NEUTRAL, NEUTRAL), tuple(rows))
    low, high = padded_range(value, zero=True, end=0.14)
    notes = [Annotation(max(v, 0.0), y, signed_text(v)) for y, v in zip(at, value, strict=True)]
    return FigureSpec(
        title=title_with_source(words.name[0].upper() + words.name[1:], frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; {words.how}",
            f"share of each modality and step in the {_quantity(frame.attrs)}; {_SIGNS}",
            f"modalities + bias = sum; {words.error} {float(frame['conservation_error']):.1e}",
        ),
        panels=(
            Panel(
                (Heatmap(share, steps, np.arange(len(names)).astype(float), -limit, limit, "share", signed=True),),
                Axis("time, s" if has_seconds(frame) else "step"),
                Axis(ticks=named_ticks(names), span=(-0.5, len(names) - 0.5), reverse=True),
            ),
            Panel(
                (ReferenceLine(0), bars, *notes),
                Axis("sum of the shares", span=(low, high)),
                Axis(ticks=named_ticks(rows), span=(-0.6, len(rows) - 0.4), reverse=True),
            ),
        ),
        heights=(max(150, 30 + 36 * len(names)), 20 + 28 * len(rows)),
        row="" if words.row == "end-to-end" else words.row,
    )


@register_figure(end_to_end_frame, end_to_end_spec)
def plot_end_to_end(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw which modality and step raised or lowered one prediction, with the sums and the bias. See :func:`end_to_end_frame`."""
    return draw(end_to_end_spec(end_to_end_frame(found, sample=sample)))


def end_to_end_prefixes_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_end_to_end_prefixes` draws, of one recorded sample.

    ``prefix`` (source_modality, time, source_block): signed share of a block of source steps in the quantity predicted from the steps 0..t;
    NaN for blocks after t. ``relative``: the same divided by ``largest`` (time), the largest magnitude at this t; drawn, because the shares in
    a class shrink as its probability nears 1.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.end_to_end`.
    sample
        Index among the recorded samples.

    Raises
    ------
    ConfigError
        If the sample was not recorded.
    DataError
        If the model is not causal, so that the Trace holds no shares along time, or ``found`` is another result.
    """
    place = "end_to_end_prefixes_frame"
    if "prefix" not in found and "share" in found:
        if found.attrs.get("rule") == INTEGRATED:
            raise DataError(f"{place}: integrated gradients are of the whole sequence only; use plot_end_to_end")
        raise DataError(
            f"{place}: the Trace holds no shares along time, because its model is not causal: a prediction from the first steps is another "
            "computation; use plot_end_to_end"
        )
    dims = ("recorded_sample", "time", "source_modality", "source_block")
    values = required_variable(place, found, "prefix", dims, _SOURCE)
    check_position(place, "sample", sample, values.sizes["recorded_sample"])
    one = values.isel(recorded_sample=sample).transpose("source_modality", "time", "source_block").astype(np.float64)
    starts = np.arange(one.sizes["source_block"]) * int(found.attrs["steps_per_block"])
    later = xr.DataArray(starts[None] > np.arange(one.sizes["time"])[:, None], dims=("time", "source_block"))
    shown = one.where(~later)
    largest = abs(shown).max(("source_modality", "source_block"))
    relative = shown / largest.where(largest > 0, 1.0)
    return _described(xr.Dataset({"prefix": shown, "relative": relative, "largest": largest}), found, sample)


def end_to_end_prefixes_spec(frame: xr.Dataset) -> FigureSpec:
    """Return one map for each source modality of an :func:`end_to_end_prefixes_frame`."""
    values = frame["relative"].values
    names = [str(n) for n in frame["source_modality"].values]
    count, width = values.shape[1], int(frame.attrs["steps_per_block"])
    sources = step_times(frame, np.arange(values.shape[2]) * width + (width - 1) / 2, count)
    steps = step_times(frame, np.arange(count).astype(float), count)
    seconds = has_seconds(frame)
    unit = ", s" if seconds else ""
    word = "time" if seconds else "step"
    panels = tuple(
        Panel(
            (Heatmap(one, sources, steps, -1.0, 1.0, "share / largest of its row", signed=True),),
            Axis(f"source {word}{unit}"),
            Axis(f"{word} t of the prediction{unit}", reverse=True, link="prediction"),
            title=f"from {name}",
        )
        for name, one in zip(names, values, strict=True)
    )
    return FigureSpec(
        title=title_with_source("End-to-end attribution along time", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; gates held fixed; {_SIGNS}",
            f"share of each source step (column) in the {_quantity(frame.attrs)}, predicted from the steps 0..t (row)",
            "relative to the largest share of its row; blank: steps after t",
        ),
        panels=panels,
        columns=min(len(panels), 4),
        heights=(260,),
        width=max(480, 130 + 220 * min(len(panels), 4)),
        gap=(16, 70),
    )


@register_figure(end_to_end_prefixes_frame, end_to_end_prefixes_spec)
def plot_end_to_end_prefixes(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw the signed shares of every source step in the prediction at every step. See :func:`end_to_end_prefixes_frame`."""
    return draw(end_to_end_prefixes_spec(end_to_end_prefixes_frame(found, sample=sample)))


def end_to_end_streams_frame(found: xr.Dataset, *, sample: int = 0) -> xr.Dataset:
    """Return what :func:`plot_end_to_end_streams` draws, of one recorded sample.

    ``stream`` (target_modality, target_block, source_modality, source_block): norm over the channels of the contribution of the source to
    the output of SSM stream m at t, through all layers; ``level``: its log₁₀ relative to the largest entry, NaN where it is 0, clipped
    below at the attribute ``deepest``; ``share`` (target_modality, source_modality): of the sum over all pairs of blocks of the target.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.end_to_end`.
    sample
        Index among the recorded samples.

    Raises
    ------
    ConfigError
        If the sample was not recorded.
    DataError
        If ``found`` is not a result of that function.
    """
    place = "end_to_end_streams_frame"
    if "stream" not in found and found.attrs.get("rule") == INTEGRATED:
        raise DataError(
            f"{place}: integrated gradients attribute the output only, not the outputs of SSM streams; use plot_end_to_end, or plot_scan_influence "
            "for the captured scans"
        )
    dims = ("recorded_sample", "target_modality", "target_block", "source_modality", "source_block")
    values = required_variable(place, found, "stream", dims, _SOURCE)
    check_position(place, "sample", sample, values.sizes["recorded_sample"])
    one = values.isel(recorded_sample=sample).astype(np.float64)
    level, deepest = relative_level(one)
    total = one.sum(("target_block", "source_block"))
    received = total.sum("source_modality")
    frame = xr.Dataset({"stream": one, "level": level, "share": total / received.where(received > 0)})
    return _described(frame, found, sample).assign_attrs(deepest=deepest)


def end_to_end_streams_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the M × M blocks of an :func:`end_to_end_streams_frame`."""
    return FigureSpec(
        title=title_with_source("End-to-end contribution to the SSM streams", frame.attrs),
        subtitle=(
            f"sample {frame.attrs['sample']}; {provenance_text(frame.attrs)}; through all layers, gates held fixed; norm over channels",
            "percent: share of the sum over the target stream (row); blank: zero, as for future source steps",
        ),
        panels=pair_panels(frame, "log₁₀(contribution / largest)"),
        columns=frame.sizes["target_modality"],
        heights=(max(110, 480 // frame.sizes["target_modality"]),),
        width=780,
        fixed=True,
        gap=(16, 14),
    )


@register_figure(end_to_end_streams_frame, end_to_end_streams_spec)
def plot_end_to_end_streams(found: xr.Dataset, *, sample: int = 0) -> go.Figure:
    """Draw the contribution of every source modality and step to the output of every SSM stream. See :func:`end_to_end_streams_frame`."""
    return draw(end_to_end_streams_spec(end_to_end_streams_frame(found, sample=sample)))
