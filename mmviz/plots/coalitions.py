"""Coalitions of modalities: scores of all subsets, Shapley interaction indices, and the waterfall of Möbius coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    NEUTRAL,
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Panel,
    Points,
    ReferenceLine,
    named_ticks,
    padded_range,
    signed_text,
)
from mmviz.plots.frames import imputation_text, provenance_text, required_variable, title_with_source
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    import plotly.graph_objects as go


_SCORE = {"accuracy": "accuracy", "negative_absolute_error": "minus mean absolute error"}


def subsets_frame(scores: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_subsets` draws: ``score``, ``low``, ``high`` (coalition), ``members`` (coalition, modality).

    Ordered by the size of the subset, then by the order of the modalities. ``trained`` (coalition), where the result has it: False for a
    subset that training did not contain.

    Raises
    ------
    DataError
        If ``scores`` is not the result of :func:`mmviz.analysis.coalition_scores`.
    """
    required_variable("subsets_frame", scores, "score", ("coalition",), "mmviz.analysis.coalition_scores")
    members = scores["members"].transpose("coalition", "modality").values
    order = np.lexsort((np.arange(len(members)), members.sum(1)))
    kept = ["score", "low", "high", "members", *(["trained"] if "trained" in scores.variables else [])]
    frame = scores[kept].isel(coalition=order).transpose("coalition", "modality")
    frame.attrs = dict(scores.attrs)
    return frame


def membership_panel(members: np.ndarray, names: list[str], at: np.ndarray, span: tuple[float, float]) -> Panel:
    """Return the matrix below a figure of subsets: a filled point for a modality of the subset, a hollow one for the others.

    Parameters
    ----------
    members
        bool (coalition, modality).
    names
        Of the modalities.
    at
        (coalition,) positions on the x axis, which is linked as "subset".
    span
        Of the x axis.
    """
    inside = [
        Points(at[members[:, i]], np.full(members[:, i].sum(), float(i)), "", NEUTRAL, 8) for i in range(len(names))
    ]
    outside = [
        Points(at[~members[:, i]], np.full((~members[:, i]).sum(), float(i)), "", NEUTRAL, 8, hollow=True)
        for i in range(len(names))
    ]
    return Panel(
        (*inside, *outside),
        Axis("subset", span=span, ticks=(), link="subset"),
        Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True),
    )


def subsets_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars and the matrix of a :func:`subsets_frame`."""
    names = [str(n) for n in frame["modality"].values]
    members = frame["members"].values
    score, low, high = (frame[n].values for n in ("score", "low", "high"))
    at = np.arange(len(score)).astype(float)
    labels = [" + ".join(n for n, m in zip(names, row, strict=True) if m) or "none" for row in members]
    styles = tuple(int(row.argmax()) if row.sum() == 1 else NEUTRAL for row in members)
    bars = Bars(at, score, styles, tuple(labels), low, high, horizontal=False)
    notes = [
        Annotation(float(x), float(y), f"{v:.2f}", "above")
        for x, y, v in zip(at, np.nanmax([high, score], 0), score, strict=True)
    ]
    span = (-0.6, len(at) - 0.4)
    kind = frame.attrs["value"]
    untrained = ~frame["trained"].values.astype(bool) if "trained" in frame.variables else np.zeros(len(at), bool)
    open_marks = (
        [Points(at[untrained], score[untrained], "not met in training", NEUTRAL, 9, hollow=True)]
        if untrained.any()
        else []
    )
    return FigureSpec(
        title=title_with_source("Modality ablation: score of every subset", frame.attrs),
        subtitle=(
            f"{provenance_text(frame.attrs)}; hollow: masked modality",
            f"mean; lines: {frame.attrs['interval']}",
            *imputation_text(frame.attrs),
        ),
        panels=(
            Panel(
                (bars, *open_marks, *(notes if len(at) <= 16 else ())),
                Axis(span=span, link="subset"),
                Axis(_SCORE.get(kind, kind), span=padded_range(low, high, score, zero=True, room=0.1)),
            ),
            membership_panel(members, names, at, span),
        ),
        heights=(200, 24 + 24 * len(names)),
        gap=(70, 12),
    )


@register_figure(subsets_frame, subsets_spec)
def plot_subsets(scores: xr.Dataset) -> go.Figure:
    """Draw the score of every subset of the modalities. ``scores`` is from :func:`mmviz.analysis.coalition_scores`."""
    return draw(subsets_spec(subsets_frame(scores)))


def interactions_frame(found: xr.Dataset) -> xr.Dataset:
    """Return what :func:`plot_interactions` draws: ``mean``, ``low``, ``high`` (subset), the mean index and its 95 % interval.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.interactions`.
    """
    source = "mmviz.analysis.interactions"
    parts = {
        n: required_variable("interactions_frame", found, f"interaction_{n}", ("subset",), source)
        for n in ("mean", "low", "high")
    }
    frame = xr.Dataset(parts)
    frame.attrs = dict(found.attrs)
    return frame


def interactions_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the bars of an :func:`interactions_frame`."""
    names = [str(n) for n in frame["subset"].values]
    mean, low, high = (frame[n].values for n in ("mean", "low", "high"))
    bars = Bars(np.arange(len(names)), mean, (NEUTRAL,) * len(names), tuple(names), low, high)
    ends = np.nanmax([high, mean, np.zeros_like(mean)], 0)
    notes = [
        Annotation(float(x), i, f"{signed_text(v)}{_word(a, b)}")
        for i, (x, v, a, b) in enumerate(zip(ends, mean, low, high, strict=True))
    ]
    return FigureSpec(
        title=title_with_source("Shapley interaction index", frame.attrs),
        subtitle=(
            f"{frame.attrs['units']}; {provenance_text(frame.attrs)}",
            "above 0: synergy, below 0: redundancy (named where the interval excludes 0)",
            f"mean; lines: {frame.attrs['interval']}",
            *imputation_text(frame.attrs),
        ),
        panels=(
            Panel(
                (ReferenceLine(0), bars, *notes),
                Axis("mean interaction index", span=padded_range(low, high, mean, zero=True, end=0.42)),
                Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True),
            ),
        ),
        heights=(40 + 36 * len(names),),
    )


def _word(low: float, high: float) -> str:
    """Return " synergy" or " redundancy" where the interval excludes 0."""
    return " synergy" if low > 0 else " redundancy" if high < 0 else ""


@register_figure(interactions_frame, interactions_spec)
def plot_interactions(found: xr.Dataset) -> go.Figure:
    """Draw the mean interaction index of each set of modalities. ``found`` is from :func:`mmviz.analysis.interactions`."""
    return draw(interactions_spec(interactions_frame(found)))


def waterfall_frame(found: xr.Dataset, *, largest: int = 24) -> xr.Dataset:
    """Return what :func:`plot_waterfall` draws, a row for each step from the baseline v(∅) to the full model v(all).

    ``step`` (row): mean Möbius coefficient m(S) of the subset, its effect beyond those of its proper subsets; ``start``, ``end``;
    ``low``, ``high``: ``start`` plus the 95 % interval of the step. Coordinate ``name`` (row). The first row is v(∅) and the last
    v(all), both from 0. Rows are ordered by the size of the subset, then by the order of the modalities.

    Parameters
    ----------
    found
        From :func:`mmviz.analysis.interactions`.
    largest
        Number of subsets shown, those with the largest absolute mean; the others are one row, "n others", without interval.

    Raises
    ------
    DataError
        If ``found`` is not the result of :func:`mmviz.analysis.interactions`.
    ConfigError
        If ``largest`` is not a positive integer.
    """
    if type(largest) is not int or largest < 1:
        raise ConfigError(f"waterfall_frame: largest={largest!r}, expected an integer ≥ 1")
    mean, low, high = (
        required_variable(
            "waterfall_frame", found, f"moebius_{n}", ("coalition",), "mmviz.analysis.interactions"
        ).values
        for n in ("mean", "low", "high")
    )
    members = found["coalition_members"].transpose("coalition", "modality").values
    names = [str(n) for n in found["modality"].values]
    size = members.sum(1)
    order = np.lexsort((np.arange(len(size)), size))[1:]
    kept = set(order[np.argsort(-np.abs(mean[order]), kind="stable")][:largest].tolist())
    shown = [k for k in order.tolist() if k in kept]
    others = [k for k in order.tolist() if k not in kept]
    labels = ["baseline v(∅)", *(" × ".join(n for n, m in zip(names, members[k], strict=True) if m) for k in shown)]
    step = [mean[0], *mean[shown]]
    below, above = [low[0], *low[shown]], [high[0], *high[shown]]
    if others:
        labels.append(f"{len(others)} others")
        step.append(mean[others].sum())
        below.append(np.nan)
        above.append(np.nan)
    end = np.cumsum(step)
    start = np.concatenate([[0.0], end[:-1]])
    frame = xr.Dataset(
        {
            "step": ("row", np.append(step, end[-1])),
            "start": ("row", np.append(start, 0.0)),
            "end": ("row", np.append(end, end[-1])),
            "low": ("row", np.append(start + below, np.nan)),
            "high": ("row", np.append(start + above, np.nan)),
            "only": (
                "row",
                [
                    NEUTRAL,
                    *(int(members[k].argmax()) if size[k] == 1 else NEUTRAL for k in shown),
                    *[NEUTRAL] * (1 + bool(others)),
                ],
            ),
        },
        coords={"name": ("row", [*labels, "full model v(all)"])},
    )
    frame.attrs = dict(found.attrs)
    return frame


def waterfall_spec(frame: xr.Dataset) -> FigureSpec:
    """Return the steps of a :func:`waterfall_frame`."""
    names = [str(n) for n in frame["name"].values]
    step, start, end, low, high = (frame[n].values for n in ("step", "start", "end", "low", "high"))
    rows = np.arange(len(names))
    bars = Bars(rows, step, tuple(frame["only"].values.tolist()), tuple(names), low, high, base=start)
    right = np.nanmax([start, end, high], 0)
    notes = [Annotation(float(x), float(i), signed_text(v)) for i, (x, v) in enumerate(zip(right, step, strict=True))]
    return FigureSpec(
        title=title_with_source("From the baseline to the full model", frame.attrs),
        subtitle=(
            f"mean {frame.attrs['units']}; {provenance_text(frame.attrs)}",
            "each row: Möbius coefficient of a subset, its effect beyond those of its proper subsets",
            f"mean; lines: {frame.attrs['interval']}",
            *imputation_text(frame.attrs),
        ),
        panels=(
            Panel(
                (bars, *notes),
                Axis(
                    f"{frame.attrs['value'].replace('_', ' ')}",
                    span=padded_range(start, end, low, high, room=0.06, end=0.16),
                ),
                Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True),
            ),
        ),
        heights=(40 + 30 * len(names),),
    )


@register_figure(waterfall_frame, waterfall_spec)
def plot_waterfall(found: xr.Dataset, *, largest: int = 24) -> go.Figure:
    """Draw the steps from the baseline v(∅) to the full model v(all). See :func:`waterfall_frame`."""
    return draw(waterfall_spec(waterfall_frame(found, largest=largest)))
