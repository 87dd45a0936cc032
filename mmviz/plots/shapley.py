"""Contributions of the modalities: mean Shapley value with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.errors import DataError
from mmviz.plots import theme
from mmviz.plots.escape import plotly as escaped

if TYPE_CHECKING:
    import plotly.graph_objects as go


def shapley_frame(phi: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_shapley` draws: ``mean``, ``low``, ``high`` (modality), and ``baseline``, ``full``.

    ``low`` and ``high`` bound the 95 % interval of the mean over samples (normal approximation: mean ± 1.96 standard
    errors). Samples with a NaN contribution are left out; attribute ``n_samples`` counts the rest.

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
    mean = values.mean("sample")
    error = values.std("sample", ddof=1) / np.sqrt(count) if count > 1 else xr.full_like(mean, np.nan)
    kept = (
        phi.sel(sample=values["sample"])
        if "sample" in phi.coords
        else phi.isel(sample=~phi["phi"].isnull().any("modality").values)
    )
    frame = xr.Dataset(
        {
            "mean": mean,
            "low": mean - 1.96 * error,
            "high": mean + 1.96 * error,
            "baseline": kept["baseline"].mean("sample"),
            "full": kept["full"].mean("sample"),
        }
    )
    frame.attrs = {
        **phi.attrs,
        "n_samples": count,
        "interval": "95 % of the mean over samples, normal approximation",
    }
    return frame


def plot_shapley(phi: xr.Dataset) -> go.Figure:
    """Draw the mean contribution of each modality as a bar with its 95 % interval.

    Parameters
    ----------
    phi
        From :func:`mmviz.analysis.shapley`.
    """
    import plotly.graph_objects as go

    frame = shapley_frame(phi)
    names = [escaped(name) for name in frame["modality"].values]
    figure = go.Figure()
    for i, name in enumerate(names):
        mean = float(frame["mean"][i])
        reach = float(frame["high"][i]) - mean
        figure.add_bar(
            x=[mean],
            y=[name],
            orientation="h",
            marker={"color": theme.colour(i), "pattern": {"shape": theme.pattern(i), "fgcolor": "white"}},
            error_x={"type": "data", "array": [reach], "color": theme.INK, "thickness": 1.2, "width": 5},
            hovertemplate="%{y}: %{x:+.4f}<extra></extra>",
        )
        figure.add_annotation(
            x=float(np.nanmax([float(frame["high"][i]), mean, 0.0])),
            y=name,
            text=f"{mean:+.3f}",
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"color": theme.INK},
        )
    subtitle = (
        f"{escaped(frame.attrs['units'])}; {float(frame['baseline']):.3f} with no modality, {float(frame['full']):.3f} with all<br>"
        f"mean of {frame.attrs['n_samples']} samples, bars: 95 %"
    )
    title = f"What each modality contributes — {escaped(frame.attrs['dataset'])}, {escaped(frame.attrs['split'])}"
    figure.update_layout(showlegend=False, bargap=0.35)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title={"text": "mean Shapley value", "standoff": 8}, zeroline=True)
    return theme.dress(figure, title=title, subtitle=subtitle, height=150 + 55 * len(names))
