"""Shapley values of the modalities: their mean with a confidence interval, and over the epochs of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.core.intervals import clustered_interval, group_count, interval_text
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Lines,
    Panel,
    ReferenceLine,
    named_ticks,
    padded_range,
    signed_text,
)
from mmviz.plots.frames import (
    imputation_text,
    over_samples,
    provenance_text,
    recorded_line,
    required_variable,
    title_with_source,
)
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


def shapley_frame(phi: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_shapley` draws: ``mean``, ``low``, ``high`` (modality), and ``baseline``, ``full``.

    ``low`` and ``high`` bound the 95 % interval of the mean over samples, clustered by group where groups are known (see
    :func:`mmviz.core.intervals.clustered_interval`; NaN for a single sample or group). Of sampled values it also contains the error of the
    estimate: its half-width is √(h² + e²), with h that of the mean and e the mean over samples of the half-widths of their intervals, an upper
    bound, as all samples share the drawn coalitions. Samples with a NaN value are excluded; attributes ``n_samples`` and ``n_groups``
    count the others.

    Raises
    ------
    DataError
        If ``phi`` is not the result of :func:`mmviz.analysis.shapley`.
    """
    if "phi" not in phi or phi["phi"].dims != ("sample", "modality"):
        seen = phi["phi"].dims if "phi" in phi else tuple(phi)
        raise DataError(f"shapley_frame: expected phi (sample, modality) from mmviz.analysis.shapley, got {seen}")
    values = phi["phi"].dropna("sample")
    count = values.sizes["sample"]
    own = values["group"].values if "group" in values.coords else None
    mean, low, high = clustered_interval(values.transpose("sample", "modality").values, own)
    sampled = "standard_error" in phi and not phi.attrs.get("exact", True)
    kept = (
        phi.sel(sample=values["sample"])
        if "sample" in phi.coords
        else phi.isel(sample=~phi["phi"].isnull().any("modality").values)
    )
    if sampled:
        reach = ((kept["high"] - kept["low"]) / 2).mean("sample").values
        low, high = mean - np.hypot(mean - low, reach), mean + np.hypot(high - mean, reach)
    frame = xr.Dataset(
        {
            "mean": ("modality", mean),
            "low": ("modality", low),
            "high": ("modality", high),
            "baseline": kept["baseline"].mean("sample"),
            "full": kept["full"].mean("sample"),
        },
        coords={"modality": values["modality"].values},
    )
    frame.attrs = {
        **phi.attrs,
        "n_samples": count,
        "n_groups": group_count(own, count),
        "interval": interval_text(own, count) + (_SAMPLED.format(**phi.attrs) if sampled else ""),
    }
    return frame


_SAMPLED = "; with the error of the estimate ({estimator}, {coalitions} coalitions)"


def shapley_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars of a :func:`shapley_frame`."""
    names = [str(name) for name in frame["modality"].values]
    mean, low, high = (frame[n].values for n in ("mean", "low", "high"))
    ends = np.nanmax([high, mean, np.zeros_like(mean)], 0)
    bars = Bars(np.arange(len(names)), mean, tuple(range(len(names))), tuple(names), low, high)
    notes = [Annotation(float(x), i, signed_text(value)) for i, (x, value) in enumerate(zip(ends, mean, strict=True))]
    return FigureSpec(
        title=title_with_source("Shapley values of the modalities", frame.attrs),
        subtitle=(
            f"{frame.attrs['units']}; baseline v(∅) = {float(frame['baseline']):.3f}, full model v(all) = {float(frame['full']):.3f}",
            f"mean; lines: {frame.attrs['interval']}",
            *imputation_text(frame.attrs),
        ),
        panels=(
            Panel(
                (ReferenceLine(0), bars, *notes),
                Axis("mean Shapley value φ", span=padded_range(low, high, mean, zero=True, end=0.14)),
                Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True),
            ),
        ),
        heights=(40 + 42 * len(names),),
        width=640,
    )


@register_figure(shapley_frame, shapley_spec)
def plot_shapley(phi: xr.Dataset) -> go.Figure:
    """Draw the mean Shapley value of each modality as a bar with its 95 % interval.

    Parameters
    ----------
    phi
        From :func:`mmviz.analysis.shapley` or :func:`mmviz.analysis.sampled_shapley`.
    """
    return draw(shapley_spec(shapley_frame(phi)))


def shapley_epochs_frame(phi: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_shapley_epochs` draws: ``mean``, ``low``, ``high``, ``count`` (epoch, modality).

    The Shapley values are those of the prediction from the whole sequence (the last step). The interval is Student's t over the
    recorded samples, clustered by group where groups are known. The recorded samples cover the targets and are not a random sample: the interval is a measure of spread, not a test.

    Raises
    ------
    DataError
        If ``phi`` is not the result of :func:`mmviz.analysis.prefix_shapley`.
    """
    dims = ("epoch", "recorded_sample", "time", "modality")
    values = required_variable("shapley_epochs_frame", phi, "phi", dims, "mmviz.analysis.prefix_shapley")
    own = values["group"].values if "group" in values.coords else None
    frame = over_samples(values.isel(time=-1, drop=True), "recorded_sample", own)
    frame.attrs = {
        **phi.attrs,
        "n_recorded": values.sizes["recorded_sample"],
        "interval": interval_text(own, values.sizes["recorded_sample"]).replace("samples", "recorded samples", 1),
    }
    return frame


def shapley_epochs_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the lines of a :func:`shapley_epochs_frame`."""
    epochs = frame["epoch"].values.astype(float)
    mean, low, high = (frame[n].transpose("modality", "epoch").values for n in ("mean", "low", "high"))
    names = [str(name) for name in frame["modality"].values]
    lines = [Lines(epochs, mean[i], name, i, low[i], high[i]) for i, name in enumerate(names)]
    return FigureSpec(
        title=title_with_source("Shapley values over training", frame.attrs),
        subtitle=(
            f"{frame.attrs['units']}; {provenance_text(frame.attrs)}",
            f"mean; bands: {frame.attrs['interval']}",
            *recorded_line(frame.attrs, "samples:"),
            *imputation_text(frame.attrs),
        ),
        panels=(Panel((ReferenceLine(0, "y"), *lines), Axis("epoch"), Axis("mean Shapley value φ")),),
        heights=(260,),
    )


@register_figure(shapley_epochs_frame, shapley_epochs_spec)
def plot_shapley_epochs(phi: xr.Dataset) -> go.Figure:
    """Draw the mean Shapley value of each modality at every recorded epoch.

    Parameters
    ----------
    phi
        From :func:`mmviz.analysis.prefix_shapley`.
    """
    return draw(shapley_epochs_spec(shapley_epochs_frame(phi)))
