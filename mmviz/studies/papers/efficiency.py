"""Memory and time of an inference against sequence length, as curves and as a table, beside the published values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.plots.figure_spec import Annotation, Axis, FigureSpec, Lines, Panel
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec
from mmviz.studies.papers.published_results import (
    ALIGNMAMBA_SAVES_SOURCE,
    EFFICIENCY_SOURCE,
    LENGTHS,
    MEMORY_GB,
    TIME_S,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from mmviz.studies.papers.results import PaperResults


#: measured model -> name in the papers; the first two are the paper's series
NAMES = {
    "coupled_mamba": "Coupled Mamba",
    "cross_attention_materialised": "cross-attention",
    "alignmamba2": "AlignMamba-2",
    "transformer_materialised": "single stream",
}
_PAIR = ("cross_attention_materialised", "coupled_mamba")
_FAR, _ROOM = (
    8.0,
    0.1,
)  # ratio above which an axis is logarithmic; distance of a value below its point, as a share of the axis
_LOOKS = {"Coupled Mamba": 0, "cross-attention": 1, "AlignMamba-2": 2, "single stream": 3}


def memory_curves(results: PaperResults) -> PaperFigure:
    """Return peak memory against length, like Figure 3 of Coupled Mamba."""
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    saved = 1 - _last(data, "mebibytes", "coupled_mamba") / _last(data, "mebibytes", "cross_attention_materialised")
    panels = (
        _measured(data, "mebibytes", _PAIR, "MiB", "peak memory, measured here"),
        _published(MEMORY_GB, "GB", "peak memory, published"),
    )
    shows = (
        f"Peak memory of one inference against length. At {LENGTHS[-1]} steps Coupled Mamba uses {saved:.0%} less here."
    )
    return _paper_figure(panels, shows, data, EFFICIENCY_SOURCE)


def time_curves(results: PaperResults) -> PaperFigure:
    """Return the time of an inference against length, like Figure 4 of Coupled Mamba."""
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    saved = 1 - _last(data, "milliseconds", "coupled_mamba") / _last(
        data, "milliseconds", "cross_attention_materialised"
    )
    panels = (
        _measured(data, "milliseconds", _PAIR, "ms", "time, measured here"),
        _published(TIME_S, "s", "time, published"),
    )
    shows = f"Time of one inference against length; medians, bands: quartiles. At {LENGTHS[-1]} steps Coupled Mamba takes {saved:.0%} less here."
    return _paper_figure(panels, shows, data, EFFICIENCY_SOURCE)


def efficiency_curves(results: PaperResults) -> PaperFigure:
    """Return memory and time of all models, like the efficiency figure of AlignMamba."""
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    panels = (
        _measured(data, "mebibytes", tuple(NAMES), "MiB", "peak memory", valued=False),
        _measured(data, "milliseconds", tuple(NAMES), "ms", "time", valued=False),
    )
    shows = (
        "Peak memory and time of one inference against length: AlignMamba-2 and Coupled Mamba beside a multi-stream (cross-attention) and a "
        "single-stream Transformer. Operations are not counted."
    )
    return _paper_figure(panels, shows, data, ALIGNMAMBA_SAVES_SOURCE)


def _paper_figure(panels: tuple[Panel, ...], shows: str, data: xr.Dataset, published: str) -> PaperFigure:
    caption = Caption(
        shows,
        f"three modalities of noise, batch {data.attrs['batch']}, width {data.attrs['width']}, one layer, float32, materialised attention, "
        f"{data.attrs['machine']}, threads: {data.attrs['threads']}",
        interpretation="the attention models of the papers' baselines",
        published=published,
    )
    return PaperFigure(
        FigureSpec("Memory and time against length", (shows,), panels, columns=2, heights=(170,)), caption, columns=2
    )


def _measured(
    data: xr.Dataset, unit: str, models: Sequence[str], label: str, title: str, *, valued: bool = True
) -> Panel:
    length, lines = data["length"].values.astype(float), []
    for model in models:
        one, name = data.sel(model=model), NAMES[model]
        bands = (one["low"].values, one["high"].values) if unit == "milliseconds" else (None, None)
        lines.append(Lines(length, one[unit].values, name, _LOOKS[name], *bands))
    return _panel(lines, label, title, valued=valued)


def _published(series: Mapping[str, tuple[float, ...]], label: str, title: str) -> Panel:
    length = np.array(LENGTHS, dtype=float)
    return _panel([Lines(length, np.array(v), name, _LOOKS[name]) for name, v in series.items()], label, title)


def _panel(lines: Sequence[Lines], label: str, title: str, *, valued: bool = True) -> Panel:
    """Return lines with the value at every point (below it for the lowest line); logarithmic where the values differ by more than a factor."""
    values = np.array([line.y for line in lines])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    log, lowest = high > _FAR * low, int(np.nanargmin(values[:, -1]))
    notes = []
    for i, line in enumerate(lines if valued else ()):
        for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True):
            under = y / (6 * high / low) ** _ROOM if log else y - _ROOM * high
            notes.append(
                Annotation(
                    x,
                    under if i == lowest else y,
                    f"{y:.0f}" if y >= 100 else f"{y:.3g}",
                    "on" if i == lowest else "above",
                )
            )
    span = (low / 3, 2 * high) if log else (0.0, (1 + 2 * _ROOM) * high)
    x_axis = Axis("length, steps", span=(60, LENGTHS[-1] + 40))
    return Panel((*lines, *notes), x_axis, Axis(label, log=log, span=span), title=title)


def _last(data: xr.Dataset, unit: str, model: str) -> float:
    return float(data[unit].sel(model=model).values[-1])


_PUBLISHED = {"coupled_mamba": "Coupled Mamba", "cross_attention_materialised": "cross-attention"}
_MEASURED, _IN_PAPER = ("MiB", "ms"), ("GB", "s")


def length_table(results: PaperResults) -> TableSpec:
    """Return a row for every model and length."""
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    rows = []
    for model, name in NAMES.items():
        for i, length in enumerate(data["length"].values.tolist()):
            one, published = data.sel(model=model, length=length), _PUBLISHED.get(model)
            rows.append(
                {
                    "model": name,
                    "steps": length,
                    "MiB": float(one["mebibytes"]),
                    "ms": float(one["milliseconds"]),
                    "GB": None if published is None else f"{MEMORY_GB[published][i]:.2f}",
                    "s": None if published is None else f"{TIME_S[published][i]:.4f}",
                }
            )
    caption = Caption(
        "Peak memory and median time of one inference.",
        f"three modalities of noise, batch {data.attrs['batch']}, width {data.attrs['width']}, one layer, float32, {data.attrs['machine']}, threads: {data.attrs['threads']}",
        interpretation="the attention models of the papers' baselines",
        published=EFFICIENCY_SOURCE,
    )
    return TableSpec(rows, caption, groups={"measured here": _MEASURED, "published": _IN_PAPER}, columns=1)
