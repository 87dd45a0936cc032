"""Training curves: losses, scores and contributions by epoch, and the modality imbalance over training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.imbalance import INTERPRETATIONS
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import NEUTRAL, Axis, FigureSpec, Lines, Panel, ReferenceLine
from mmviz.plots.frames import history_label, imputation_text, provenance_text, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

    Found = xr.Dataset | Mapping[str, xr.Dataset]

#: losses that share a panel where one run, or the mean of the seeds, is drawn
_LOSSES = {"train_loss": "training", "valid_loss": "validation"}
#: quantities that are drawn on request only
_UPKEEP = ("learning_rate", "gradient_norm", "clipped_steps", "seconds")


def training_frame(curves: xr.Dataset, *, quantities: Sequence[str] | None = None) -> xr.Dataset:
    """Return what :func:`plot_training` draws: the chosen quantities (run, epoch) or (run, epoch, modality).

    Parameters
    ----------
    curves
        From :func:`mmviz.analysis.training`.
    quantities
        Names of variables; when None all that hold a finite value, without learning rate, gradient norm and seconds.

    Raises
    ------
    ConfigError
        If a quantity is not in the history; the message lists those that are.
    DataError
        If ``curves`` is something else, or no quantity has a finite value.
    """
    if not isinstance(curves, xr.Dataset) or "run" not in curves.dims or "epoch" not in curves.dims:
        seen = dict(curves.sizes) if isinstance(curves, xr.Dataset) else type(curves).__name__
        raise DataError(f"training_frame: expected (run, epoch) from mmviz.analysis.training, got {seen}")
    known = [str(n) for n in curves.data_vars]
    unknown = [q for q in quantities or () if q not in known]
    if unknown:
        raise ConfigError(
            f"training_frame: quantities holds {unknown[0]!r}, which is not in the history; it holds {', '.join(known)}"
        )
    finite = [n for n in known if n not in _UPKEEP and bool(np.isfinite(curves[n]).any())]
    finite.sort(key=lambda name: ("loss" not in name, "train" not in name))
    names = finite if quantities is None else list(quantities)
    if not names:
        raise DataError(f"training_frame: no quantity holds a finite value; the history holds {', '.join(known)}")
    frame = curves[names].transpose("run", "epoch", ...)
    frame.attrs = dict(curves.attrs)
    return frame


def training_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the panels of a :func:`training_frame`: one per quantity, both losses of one run together, one per run for a quantity by modality."""
    epochs = frame["epoch"].values.astype(float)
    runs = [str(r) for r in frame["run"].values]
    best = _selected_epoch(frame, epochs) if len(runs) == 1 and "best_epoch" in frame.coords else None
    first = frame.sizes.get("modality", 0)  # styles of runs differ from those of modalities
    styles = [first + r for r in range(len(runs))] if len(runs) > 1 else [NEUTRAL]
    panels: list[Panel] = []
    drawn = dict(frame.data_vars)
    if len(runs) == 1 and set(_LOSSES) <= set(drawn):
        lines = [
            Lines(epochs, drawn.pop(name).values[0], label, first + i)
            for i, (name, label) in enumerate(_LOSSES.items())
        ]
        panels.append(_panel(lines, "loss", best, "loss", first=True))
    for name, values in drawn.items():
        label = history_label(str(name))
        if "modality" in values.dims:
            for r, run in enumerate(runs):
                lines = [
                    Lines(epochs, values.values[r, :, m], str(modality), m)
                    for m, modality in enumerate(frame["modality"].values)
                ]
                panels.append(
                    _panel(lines, label if len(runs) == 1 else f"{label}, {run}", best, str(name), first=not panels)
                )
        else:
            lines = [
                Lines(epochs, values.values[r], run if len(runs) > 1 else "", styles[r]) for r, run in enumerate(runs)
            ]
            panels.append(_panel(lines, label, best, str(name), first=not panels))
    return FigureSpec(
        title=title_with_source("Training curves", frame.attrs),
        subtitle=(provenance_text(frame.attrs, epoch=False),),
        panels=tuple(panels),
        columns=min(2, len(panels)),
        heights=(170,),
        width=820,
        fixed=len(panels) > 3,
        gap=(64, 44),
    )


def _selected_epoch(frame: xr.Dataset, epochs: np.ndarray) -> ReferenceLine:
    best = float(frame["best_epoch"].values[0])
    return ReferenceLine(best, text="selected epoch", side="top left" if best > np.median(epochs) else "top right")


def _panel(lines: list[Lines], title: str, best: ReferenceLine | None, quantity: str, *, first: bool) -> Panel:
    """Return a panel whose y axis is linked with all panels of its quantity: the losses, E1 to E3, the runs of one quantity."""
    rule = [best if first else replace(best, text="")] if best else []
    link = "loss" if quantity.endswith("loss") else "deviation" if quantity in INTERPRETATIONS else quantity
    label = history_label(quantity.removeprefix("train_").removeprefix("valid_"))
    return Panel((*rule, *lines), Axis("epoch", link="epoch"), Axis(label, link=link), title=title)


@register_figure(training_frame, training_spec)
def plot_training(curves: xr.Dataset, *, quantities: Sequence[str] | None = None) -> go.Figure:
    """Draw the training history by epoch. See :func:`training_frame`."""
    return draw(training_spec(training_frame(curves, quantities=quantities)))


def imbalance_frame(found: Found) -> xr.Dataset:
    """Return what :func:`plot_imbalance` draws, (run, epoch): ``full`` = v(all), ``weakest`` = min v({m}), ``E1``, ``E2``, ``E3``.

    NaN where a run has no such epoch.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.imbalance` with ``per_epoch=True``; or several of them, by the name of their run.

    Raises
    ------
    DataError
        If it is something else.
    ConfigError
        If no run is given.
    """
    runs = {str(found.attrs.get("model", "run")): found} if isinstance(found, xr.Dataset) else dict(found)
    if not runs:
        raise ConfigError("imbalance_frame: no run was given; pass what mmviz.analysis.imbalance returned")
    source = "mmviz.analysis.imbalance(..., per_epoch=True)"
    parts = []
    for name, data in runs.items():
        place = f"imbalance_frame: run {name!r}"
        part = {n: required_variable(place, data, n, ("epoch",), source) for n in INTERPRETATIONS}
        v = required_variable(place, data, "v", ("epoch", "coalition"), source)
        single = v.isel(coalition=1 << np.arange(data.sizes["modality"]))
        parts.append(
            xr.Dataset({"full": v.isel(coalition=-1), "weakest": single.min("coalition", skipna=False), **part})
        )
    frame = xr.concat(parts, dim="run", join="outer", data_vars="all").assign_coords(run=list(runs))
    frame = frame.transpose("run", "epoch")
    frame.attrs = dict(next(iter(runs.values())).attrs)
    return frame


def imbalance_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the lines of an :func:`imbalance_frame`."""
    epochs = frame["epoch"].values.astype(float)
    runs = [str(name) for name in frame["run"].values]
    top = (
        float(np.nan_to_num([frame[interpretation].values for interpretation in INTERPRETATIONS]).max(initial=0.0))
        or 1.0
    )
    values = {"full": "v(all)", "weakest": "lowest v({m}): one modality, the others masked"}
    panels = tuple(
        Panel(
            tuple(Lines(epochs, frame[name].values[i], run, i) for i, run in enumerate(runs)),
            Axis("epoch", link="epoch"),
            Axis("value v", link="v") if name in values else Axis("deviation", span=(0.0, 1.08 * top)),
            title=f"{name}: {meaning}" if name in INTERPRETATIONS else meaning,
        )
        for name, meaning in (values | INTERPRETATIONS).items()
    )
    return FigureSpec(
        title=title_with_source("Modality imbalance over training", frame.attrs),
        subtitle=(
            f"values v: mean {frame.attrs.get('value', 'score').replace('_', ' ')}; E1 to E3: our variants of the equilibrium deviation",
            "E1 to E3 describe inequality, not quality: 0 for equal shares or scores, also where no modality alone predicts anything",
            *imputation_text(frame.attrs),
        ),
        panels=panels,
        heights=(150,),
        gap=(70, 44),
    )


@register_figure(imbalance_frame, imbalance_spec)
def plot_imbalance(found: Found) -> go.Figure:
    """Draw v(all), the lowest v({m}), and the modality imbalance E1, E2, E3 (our interpretations) over the epochs. See :func:`imbalance_frame`."""
    return draw(imbalance_spec(imbalance_frame(found)))
