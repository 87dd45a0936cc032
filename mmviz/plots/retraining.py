"""Value by retraining: the full model's value of every subset beside the value of a model trained on it, and linear probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.retraining import interval_caution, score_bounds
from mmviz.core.options import one_of
from mmviz.core.subsets import subset_label
from mmviz.plots.coalitions import membership_panel
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Panel,
    ReferenceLine,
    cut_marks,
    named_ticks,
    padded_range,
    within_bounds,
)
from mmviz.plots.frames import required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SOURCE = "mmviz.studies.subsets or mmviz.analysis.retraining"
_MASKED, _RETRAINED = NEUTRAL, 5
_LEFT, _RIGHT = -0.19, 0.19


def retraining_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_retraining` draws, (coalition): ``masked`` and ``retrained``, each with ``_low`` and ``_high``, and ``harm``.

    Ordered by the size of the subset, then by the order of the modalities. ``harm`` is True for the subset that was selected on validation if
    v_retrained(all) is below its value, with an interval that excludes 0.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.studies.subsets`.
    """
    parts = {
        name: required_variable("retraining_frame", found, name, ("statistic", "coalition"), _SOURCE)
        for name in ("masked", "retrained")
    }
    members = found["members"].transpose("coalition", "modality").values
    order = np.lexsort((np.arange(len(members)), members.sum(1)))
    frame = xr.Dataset(
        {
            name if statistic == "mean" else f"{name}_{statistic}": (
                "coalition",
                values.sel(statistic=statistic).values[order],
            )
            for name, values in parts.items()
            for statistic in ("mean", "low", "high")
        }
        | {"members": (("coalition", "modality"), members[order])},
        coords={"modality": found["modality"].values},
    )
    labels = [subset_label(map(str, frame["modality"].values), row, empty="none") for row in members[order]]
    harmed = found.attrs["harm"] == "harm"
    frame["harm"] = ("coalition", [harmed and label == found.attrs["best_subset"] for label in labels])
    frame.attrs = dict(found.attrs) | {"caution": interval_caution(found)}
    return frame.assign_coords(subset=("coalition", labels))


def retraining_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars and the matrix of a :func:`retraining_frame`."""
    names, labels = ([str(n) for n in frame[key].values] for key in ("modality", "subset"))
    at, (least, most, cut) = np.arange(len(labels)).astype(float), score_bounds(str(frame.attrs["units"]))
    bars = tuple(
        Bars(at + shift, frame[name].values, (style,) * len(at), tuple(f"{label}, {name}" for label in labels),
             frame[f"{name}_low"].values, frame[f"{name}_high"].values, series=series, thickness=0.36, horizontal=False,
             bounds=(least, most))
        for name, shift, style, series in (
            ("masked", _LEFT, _MASKED, "full model, others masked"),
            ("retrained", _RIGHT, _RETRAINED, "trained on the subset"),
        )
    )  # fmt: skip
    arrows = [arrow for one in bars for arrow in cut_marks(one)]
    values = [one.value for one in bars] + [end for one in bars for end in within_bounds(one)]
    tops = np.nanmax(values, 0)
    harmed = frame["harm"].values
    marks = [
        Annotation(float(x), float(y), "harm: above v(all)", "above")
        for x, y in zip(at[harmed], tops[harmed], strict=True)
    ]
    full = float(frame["retrained"].values[-1])
    line = (ReferenceLine(full, "y", "v(all)", "top left"),) if np.isfinite(full) else ()
    span = (-0.6, len(at) - 0.4)
    return FigureSpec(
        title=title_with_source("Value by retraining", frame.attrs),
        subtitle=(
            f"model {frame.attrs['model']}; none, trained: best constant prediction; hollow: modality left out",
            f"lines: {frame.attrs['interval']}",
            *((cut,) if arrows else ()),
            *((str(frame.attrs["caution"]),) if frame.attrs.get("caution") else ()),
            str(frame.attrs["harm_text"]),
            f"budget of every training: {frame.attrs['budget']}",
        ),
        panels=(
            Panel(
                (*line, *bars, *arrows, *marks),
                Axis(span=span, link="subset"),
                Axis(str(frame.attrs["units"]), span=padded_range(*values, zero=True, room=0.1)),
            ),
            membership_panel(frame["members"].values, names, at, span),
        ),
        heights=(220, 24 + 24 * len(names)),
        gap=(70, 12),
    )


@register_figure(retraining_frame, retraining_spec)
def plot_retraining(found: xr.Dataset) -> go.Figure:
    """Draw v_masked(S) beside v_retrained(S) for every subset of the modalities. ``found`` is from :func:`mmviz.studies.subsets`."""
    return draw(retraining_spec(retraining_frame(found)))


#: row of the figure -> variable of the result, and weights of a probe
_ROWS = {
    "trained on it alone": ("retrained", ""),
    "probe, modality alone": ("probe", "modality alone"),
    "probe, full model": ("probe", "full model"),
    "probe, untrained copy": ("probe", "untrained copy"),
    "full model, others masked": ("masked", ""),
}


def probes_frame(found: xr.Dataset, *, representation: str = "head input") -> xr.Dataset:
    """Return what :func:`plot_probes` draws: ``score``, ``low``, ``high`` (modality, row), and ``verdict`` (modality).

    Rows: v_retrained({m}); linear probes of the model of the modality alone, of the full model, and of its untrained copy; v_masked({m}).

    Parameters
    ----------
    found
        From :func:`mmviz.studies.subsets`.
    representation
        What is probed: "head input" (the features that the head receives when only this modality is available) or "encoder".

    Raises
    ------
    DataError
        If ``found`` is something else.
    ConfigError
        If the representation was not probed.
    """
    probe = required_variable(
        "probes_frame", found, "probe", ("statistic", "representation", "weights", "modality"), _SOURCE
    )
    one_of(representation, [str(name) for name in found["representation"].values], "probes_frame: representation")
    single = 1 << np.arange(found.sizes["modality"])
    rows = [
        probe.sel(representation=representation, weights=weights).values if weights else found[name].values[:, single]
        for name, weights in _ROWS.values()
    ]
    table = np.stack(rows, -1)
    frame = xr.Dataset(
        {name: (("modality", "row"), table[i]) for i, name in enumerate(("score", "low", "high"))}
        | {"verdict": ("modality", found["verdict"].values)},
        coords={"modality": found["modality"].values, "row": list(_ROWS)},
    )
    frame.attrs = {**found.attrs, "representation": representation, "caution": interval_caution(found)}
    return frame


def probes_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars of a :func:`probes_frame`, a panel for each modality."""
    names, rows = ([str(n) for n in frame[key].values] for key in ("modality", "row"))
    least, most, cut = score_bounds(str(frame.attrs["units"]))
    span = padded_range(*(np.clip(frame[n].values, least, most) for n in ("score", "low", "high")), zero=True, end=0.14)
    arrows: list[Annotation] = []
    styles = tuple(_RETRAINED if row.startswith("trained") else _MASKED for row in rows)
    panels = []
    for m, name in enumerate(names):
        score, low, high = (frame[n].values[m] for n in ("score", "low", "high"))
        bars = Bars(np.arange(len(rows)), score, styles, tuple(rows), low, high, bounds=(least, most))
        ends = np.nanmax([score, within_bounds(bars)[1], np.zeros(len(rows))], 0)
        notes = [
            Annotation(float(x), float(i), "no value" if np.isnan(v) else f"{v:.3f}")
            for i, (x, v) in enumerate(zip(ends, score, strict=True))
        ]
        arrows += (cuts := cut_marks(bars))
        panels.append(
            Panel(
                (ReferenceLine(0), bars, *cuts, *notes),
                Axis(str(frame.attrs["units"]), span=span, link="score"),
                Axis(ticks=named_ticks(rows), span=(-0.6, len(rows) - 0.4), reverse=True, link=f"rows {m}"),
                title=f"{name}: {frame['verdict'].values[m]}",
            )
        )
    return FigureSpec(
        title=title_with_source("Linear probes of one modality at a time", frame.attrs),
        subtitle=(
            f"model {frame.attrs['model']}; probed: {frame.attrs['representation']}, all other modalities masked",
            f"lines: {frame.attrs['interval']}",
            *((cut,) if arrows else ()),
            *((str(frame.attrs["caution"]),) if frame.attrs.get("caution") else ()),
        ),
        panels=tuple(panels),
        heights=(40 + 32 * len(rows),),
        gap=(170, 44),
    )


@register_figure(probes_frame, probes_spec)
def plot_probes(found: xr.Dataset, *, representation: str = "head input") -> go.Figure:
    """Draw linear probes of each modality's representation beside its scores. See :func:`probes_frame`."""
    return draw(probes_spec(probes_frame(found, representation=representation)))
