"""Memory and time of an inference against length, with the values at the points; beside them what the paper prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.figures.made import Drawing, Said
from mmviz.figures.printed_numbers import (
    ALIGNMAMBA_SAVES_SOURCE,
    EFFICIENCY_SOURCE,
    LENGTHS,
    MEMORY_GB,
    TIME_S,
)
from mmviz.plots.picture import Axis, Lines, Note, Panel, Picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from mmviz.figures.evidence import Evidence

#: how the paper calls what we measure; the first two are its two series
NAMES = {
    "coupled_mamba": "Coupled Mamba",
    "cross_attention_materialised": "cross-attention",
    "alignmamba2": "AlignMamba-2",
    "transformer_materialised": "single stream",
}
_PAIR = ("cross_attention_materialised", "coupled_mamba")
_LOOKS = {"Coupled Mamba": 0, "cross-attention": 1, "AlignMamba-2": 2, "single stream": 3}


def memory(evidence: Evidence) -> Drawing:
    """Draw peak memory against length, as Figure 3 of Coupled Mamba."""
    data = evidence.artefact("efficiency")["efficiency"].to_dataset()
    saved = 1 - _last(data, "mebibytes", "coupled_mamba") / _last(data, "mebibytes", "cross_attention_materialised")
    panels = (
        _ours(data, "mebibytes", _PAIR, "MiB", "peak memory, measured here"),
        _printed(MEMORY_GB, "GB", "peak memory, printed in the paper"),
    )
    shows = f"Peak memory of one inference against length. At {LENGTHS[-1]} steps Coupled Mamba does with {saved:.0%} less here."
    return _drawing(panels, shows, data, EFFICIENCY_SOURCE)


def time(evidence: Evidence) -> Drawing:
    """Draw the time of an inference against length, as Figure 4 of Coupled Mamba."""
    data = evidence.artefact("efficiency")["efficiency"].to_dataset()
    saved = 1 - _last(data, "milliseconds", "coupled_mamba") / _last(
        data, "milliseconds", "cross_attention_materialised"
    )
    panels = (
        _ours(data, "milliseconds", _PAIR, "ms", "time, measured here"),
        _printed(TIME_S, "s", "time, printed in the paper"),
    )
    shows = f"Time of one inference against length, medians, bands: quartiles. At {LENGTHS[-1]} steps Coupled Mamba takes {saved:.0%} less here."
    return _drawing(panels, shows, data, EFFICIENCY_SOURCE)


def both(evidence: Evidence) -> Drawing:
    """Draw memory and time of all contenders, as the efficiency figure of AlignMamba."""
    data = evidence.artefact("efficiency")["efficiency"].to_dataset()
    panels = (
        _ours(data, "mebibytes", tuple(NAMES), "MiB", "peak memory", valued=False),
        _ours(data, "milliseconds", tuple(NAMES), "ms", "time", valued=False),
    )
    shows = (
        "Peak memory and time of one inference against length: AlignMamba-2 and Coupled Mamba beside a multi-stream (cross-attention) and a "
        "single-stream Transformer. Operations are not counted here."
    )
    return _drawing(panels, shows, data, ALIGNMAMBA_SAVES_SOURCE)


def _drawing(panels: tuple[Panel, ...], shows: str, data: xr.Dataset, printed: str) -> Drawing:
    said = Said(
        shows,
        f"three modalities of noise, batch {data.attrs['batch']}, width {data.attrs['width']}, one layer, float32, attention written out, "
        f"{data.attrs['machine']}",
        reading="the attention models are readings of the papers' baselines",
        printed=printed,
    )
    return Drawing(
        Picture("Memory and time against length", (shows,), panels, columns=2, heights=(170,)), said, columns=2
    )


def _ours(data: xr.Dataset, unit: str, models: Sequence[str], label: str, title: str, *, valued: bool = True) -> Panel:
    length = data["length"].values.astype(float)
    marks: list[Lines | Note] = []
    for model in models:
        one, name = data.sel(model=model), NAMES[model]
        bands = (one["low"].values, one["high"].values) if unit == "milliseconds" else (None, None)
        marks.append(Lines(length, one[unit].values, name, _LOOKS[name], *bands))
        marks += _values(length, one[unit].values) if valued else []
    return _panel(marks, data.sel(model=list(models))[unit].values, label, title)


def _printed(series: Mapping[str, tuple[float, ...]], label: str, title: str) -> Panel:
    length = np.array(LENGTHS, dtype=float)
    marks: list[Lines | Note] = []
    for name, values in series.items():
        marks.append(Lines(length, np.array(values), name, _LOOKS[name]))
        marks += _values(length, np.array(values))
    return _panel(marks, np.array(list(series.values())), label, title)


def _values(x: np.ndarray, y: np.ndarray) -> list[Note]:
    return [Note(float(a), float(b), f"{b:.3g}", "above") for a, b in zip(x, y, strict=True) if np.isfinite(b)]


def _panel(marks: Sequence[Lines | Note], values: np.ndarray, label: str, title: str) -> Panel:
    top = 1.15 * float(np.nanmax(values))
    return Panel(
        tuple(marks), Axis("length, steps", span=(60, LENGTHS[-1] + 40)), Axis(label, span=(0, top)), title=title
    )


def _last(data: xr.Dataset, unit: str, model: str) -> float:
    return float(data[unit].sel(model=model).values[-1])
