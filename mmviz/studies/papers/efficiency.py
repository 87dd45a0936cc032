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
_FAR = 8.0  # ratio of values above which the axes of a figure are logarithmic
_LOOKS = {"Coupled Mamba": 0, "cross-attention": 1, "AlignMamba-2": 2, "single stream": 3}


def memory_curves(results: PaperResults) -> PaperFigure:
    """Return peak memory against length, like Figure 3 of Coupled Mamba."""
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    saved = 1 - _last(data, "mebibytes", "coupled_mamba") / _last(data, "mebibytes", "cross_attention_materialised")
    panels = _panels(
        {
            "measured here": ("peak memory, MiB", _measured(data, "mebibytes", _PAIR)),
            "published": ("peak memory, GB", _published(MEMORY_GB)),
        }
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
    panels = _panels(
        {
            "measured here": ("time, ms", _measured(data, "milliseconds", _PAIR)),
            "published": ("time, s", _published(TIME_S)),
        }
    )
    shows = f"Time of one inference against length; medians, bands: quartiles. At {LENGTHS[-1]} steps Coupled Mamba takes {saved:.0%} less here."
    return _paper_figure(panels, shows, data, EFFICIENCY_SOURCE)


def efficiency_curves(results: PaperResults) -> PaperFigure:
    """Return memory and time of all models, like the efficiency figure of AlignMamba."""
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    panels = _panels(
        {
            "memory": ("peak memory, MiB", _measured(data, "mebibytes", tuple(NAMES))),
            "time": ("time, ms", _measured(data, "milliseconds", tuple(NAMES))),
        },
        valued=False,
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
        FigureSpec("Memory and time against length", (shows,), panels, columns=2, heights=(180,)), caption, columns=2
    )


def _measured(data: xr.Dataset, unit: str, models: Sequence[str]) -> list[Lines]:
    length, lines = data["length"].values.astype(float), []
    for model in models:
        one, name = data.sel(model=model), NAMES[model]
        bands = (one["low"].values, one["high"].values) if unit == "milliseconds" else (None, None)
        lines.append(Lines(length, one[unit].values, name, _LOOKS[name], *bands))
    return lines


def _published(series: Mapping[str, tuple[float, ...]]) -> list[Lines]:
    length = np.array(LENGTHS, dtype=float)
    return [Lines(length, np.array(v), name, _LOOKS[name]) for name, v in series.items()]


def _panels(series: Mapping[str, tuple[str, Sequence[Lines]]], *, valued: bool = True) -> tuple[Panel, ...]:
    """Return a panel for each title: label of the y axis, and lines. All axes are logarithmic if values of one differ by more than a factor.

    With ``valued`` the largest and the smallest value at every length are written above and below their points.
    """
    values = {title: np.array([line.y for line in lines]) for title, (_, lines) in series.items()}
    log = any(np.nanmax(each) > _FAR * np.nanmin(each) for each in values.values())
    panels = []
    for title, (label, lines) in series.items():
        low, high = float(np.nanmin(values[title])), float(np.nanmax(values[title]))
        notes = []
        for i, x in enumerate(np.array(LENGTHS, dtype=float) if valued else ()):
            at = values[title][:, i]
            notes += [Annotation(x, float(at.max()), _short(at.max()), "above")]
            notes += [Annotation(x, float(at.min()), _short(at.min()), "below")]
        room = (high / low) ** 0.3 if log else 0.25 * high
        span = (low / room, high * room) if log else (0.0, high + room)
        x_axis = Axis("length, steps", span=(LENGTHS[0] - 50, LENGTHS[-1] + 50))
        panels.append(Panel((*lines, *notes), x_axis, Axis(label, log=log, span=span), title=title))
    return tuple(panels)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


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
