"""Figures of a combined result: the figure of every run, merged into one with the mean and the 95 % interval over the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis.over_runs import map_agreement, mean_over, sign_agreement
from mmviz.analysis.per_run import has_runs, select_run
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots.figure_spec import Annotation, Axis, Bars, FigureSpec, Heatmap, Lines, Mark, Panel, ReferenceLine

if TYPE_CHECKING:
    from mmviz.plots.figure_registry import RegisteredFigure

#: variables of a frame that ``low`` and ``high`` are the interval of; a step starts at ``start``
CENTRES = ("mean", "score", "step")
#: attributes that are listed, not averaged, where they differ between runs
LISTED = ("seed", "epoch", "best_epoch", "run")
#: dimension of the runs inside this file: a frame may have a dimension ``run`` of its own
_SEED = "seed of the mean"
_ONE = "draw one run with mmviz.analysis.select_run(result, run)"
_MERGED = (Lines, Bars, Heatmap, ReferenceLine)


def spec_over_runs(figure: RegisteredFigure, data: Sequence[Any], options: Mapping[str, Any]) -> FigureSpec:
    """Return the figure specification of a combined result: mean and interval over the runs of the marks of every run.

    Lines and bars show the mean and the 95 % interval (Student's t) over the runs, on a logarithmic axis the geometric mean and its interval;
    a heatmap the mean, if it is signed with dots where not all runs have the sign of the mean. A value that is missing in one run is missing.
    The interval over samples within a run is not drawn. The subtitle states the number of seeds, what the interval is, and the agreement of
    maps (mean rank correlation between two runs).

    Parameters
    ----------
    figure
        A registered figure.
    data, options
        Arguments of its plot function, of which at least one is a combined result.

    Raises
    ------
    DataError
        If the figure shows single runs only, or the figures of the runs have different marks.
    ConfigError
        If results with different numbers of runs are combined.
    """
    place = figure.frame.__name__.replace("_frame", "")
    _refuse(place, figure.single_runs if isinstance(figure.single_runs, str) else "")
    count = _count(place, [*data, *options.values()])
    frames = [
        figure.frame(*(_of_run(d, k) for d in data), **{name: _of_run(d, k) for name, d in options.items()})
        for k in range(count)
    ]
    if not isinstance(figure.single_runs, str):
        _refuse(place, figure.single_runs(frames[0]))
    frames = _with_common(place, frames)
    specs = [figure.spec(frame) for frame in frames]
    base = figure.spec(mean_frame(place, frames))
    panels = _with_room(
        [_merged_panel(place, panel, [s.panels[i] for s in specs]) for i, panel in enumerate(base.panels)]
    )
    lines = tuple(line for line in base.subtitle if line)
    return replace(base, panels=tuple(panels), subtitle=(*lines, _caption(base.subtitle, panels, specs, count)))


def _refuse(place: str, reason: str) -> None:
    if reason:
        raise DataError(f"{place}: this figure shows single runs: {reason}; {_ONE}")


def _of_run(value: Any, k: int) -> Any:
    if isinstance(value, dict):
        return {name: _of_run(each, k) for name, each in value.items()}
    return select_run(value, k) if has_runs(value) else value


def _count(place: str, values: Sequence[Any]) -> int:
    results = [each for value in values for each in (value.values() if isinstance(value, dict) else [value])]
    counts = {each.sizes["run"] if has_runs(each) else 1 for each in results if isinstance(each, xr.Dataset)}
    if len(counts) > 1:
        raise ConfigError(
            f"{place}: results of {', '.join(map(str, sorted(counts)))} runs are drawn together; give results with the same number of runs"
        )
    return counts.pop()


def _with_common(place: str, frames: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """Return the frames with the variables and the epochs that all of them have."""
    names = [name for name in frames[0].data_vars if all(name in frame for frame in frames)]
    out = [frame[names].assign_attrs(frame.attrs) for frame in frames]
    if all("epoch" in frame.indexes for frame in out):
        epochs = [e for e in out[0]["epoch"].values if all(e in frame["epoch"].values for frame in out)]
        if not epochs:
            raise DataError(
                f"{place}: the runs have no recorded epoch in common; record them with the same epochs=[...]"
            )
        out = [frame.sel(epoch=epochs) for frame in out]
    return out


def mean_frame(place: str, frames: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return the frame of the mean over runs: means of its variables, ``low`` and ``high`` of the interval over the runs.

    Attributes that differ are listed where they name a run (seed, epoch), otherwise averaged where they are numbers.
    """
    first, count = frames[0], len(frames)
    _refuse_different_names(place, frames)
    means, intervals = {}, {}
    for name, values in first.data_vars.items():
        each = [frame[name] for frame in frames]
        if any(other.sizes != values.sizes for other in each):
            raise DataError(f"{place}: {name} has different sizes in the runs, {[dict(o.sizes) for o in each]}; {_ONE}")
        stacked = np.stack([other.values for other in each])
        if values.dtype.kind in "iu" and (stacked != stacked[0]).any():
            stacked = stacked.astype(np.float64)
        if stacked.dtype.kind != "f":
            means[name] = values
            continue
        spread = mean_over(xr.DataArray(stacked, dims=(_SEED, *values.dims)), _SEED)
        known = spread["count"] == count
        means[name] = values.copy(data=spread["mean"].where(known).values)
        intervals[name] = {end: spread[end].where(known).values for end in ("low", "high")}
    out = first.assign(means)
    for name in list(out.data_vars):
        stem, _, end = str(name).rpartition("_")
        if end in ("low", "high"):
            centre = stem or next((c for c in CENTRES if c in intervals), "")
            if centre in intervals:
                shift = out["start"].values if centre == "step" and not stem else 0.0
                out[name] = out[name].copy(data=intervals[centre][end] + shift)
    out.attrs = {name: _joined(str(name), [frame.attrs.get(name) for frame in frames]) for name in first.attrs}
    if "interval" in out.attrs:
        out.attrs["interval"] = interval_sentence(count)
    return out


def _refuse_different_names(place: str, frames: Sequence[xr.Dataset]) -> None:
    """Raise DataError where a name in the frames, such as the class that is explained, differs between the runs."""
    for name in frames[0].coords:
        each = [frame[name].values.tolist() for frame in frames if name in frame.coords]
        if frames[0][name].dtype.kind in "UOT" and name != "run" and any(one != each[0] for one in each):
            raise DataError(
                f"{place}: {name} differs between the runs, {', '.join(map(repr, dict.fromkeys(map(str, each))))}, so there is no mean; where it is the class that "
                f"is explained, analyse the Trace with one class for all runs (target='true', or its name), otherwise {_ONE}"
            )


def interval_sentence(count: int) -> str:
    """Return what an interval over that many runs is, as a clause."""
    return f"95 % interval over {count} seeds (Student's t)" if count > 1 else "one seed, so no interval"


def _joined(name: str, values: Sequence[Any]) -> Any:
    if all(repr(value) == repr(values[0]) for value in values):
        return values[0]
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    if numbers and name not in LISTED and not name.startswith("n_"):
        return float(np.mean(values))
    return ", ".join(dict.fromkeys(map(str, values)))


def _merged_panel(place: str, base: Panel, panels: Sequence[Panel]) -> Panel:
    each = [[mark for mark in panel.marks if isinstance(mark, _MERGED)] for panel in panels]
    kinds = [
        [type(mark) for mark in base.marks if isinstance(mark, _MERGED)],
        *([type(m) for m in marks] for marks in each),
    ]
    if any(kind != kinds[0] for kind in kinds):
        raise DataError(f"{place}: the figures of the runs have different marks; {_ONE}")
    merged = iter(
        [
            _merged(place, mark, own, base)
            for mark, *own in zip((m for m in base.marks if isinstance(m, _MERGED)), *each, strict=True)
        ]
    )
    marks: list[Mark] = []
    for mark in base.marks:
        marks += next(merged) if isinstance(mark, _MERGED) else [mark]
    return replace(base, marks=tuple(_beyond_intervals(marks)))


def _beyond_intervals(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks with the text of each bar behind the end of its interval."""
    ends: dict[tuple[str, float], float] = {}
    for mark in marks:
        if isinstance(mark, Bars) and mark.high is not None:
            side = "right" if mark.horizontal else "above"
            ends |= {
                (side, float(at)): float(high) for at, high in zip(mark.at, mark.high, strict=True) if np.isfinite(high)
            }
    out = list(marks)
    for k, mark in enumerate(out):
        if isinstance(mark, Annotation):
            place = mark.y if mark.side == "right" else mark.x
            end = ends.get((mark.side, float(place)), -np.inf)
            out[k] = replace(mark, x=max(mark.x, end)) if mark.side == "right" else replace(mark, y=max(mark.y, end))
    return out


def _merged(place: str, base: Mark, marks: Sequence[Any], panel: Panel) -> list[Mark]:
    """Return the mark of the mean of the marks of the runs."""
    if isinstance(base, Lines):
        return [_merged_lines(place, base, marks, panel)]
    if isinstance(base, Bars):
        if any(mark.names != base.names or not np.array_equal(mark.at, base.at) for mark in marks):
            raise DataError(f"{place}: the bars of the runs have different names; {_ONE}")
        start = None if base.base is None else np.mean([mark.base for mark in marks], 0)
        value, low, high = _spread([mark.value for mark in marks], log=False)
        shift = 0.0 if start is None else start
        return [replace(base, value=value, base=start, low=low + shift, high=high + shift)]
    if isinstance(base, Heatmap):
        if any(mark.z.shape != base.z.shape for mark in marks):
            raise DataError(f"{place}: the maps of the runs have different sizes; {_ONE}")
        maps = xr.DataArray(np.stack([mark.z for mark in marks]).astype(np.float64), dims=("run", "row", "column"))
        dots = (sign_agreement(maps) < 1).values if base.signed and len(marks) > 1 else None
        lowest, highest = min(mark.low for mark in marks), max(mark.high for mark in marks)
        return [replace(base, z=maps.mean("run", skipna=False).values, low=lowest, high=highest, dots=dots)]
    if isinstance(base, ReferenceLine):
        places = list(dict.fromkeys(float(mark.at) for mark in marks))
        text = f"{base.text} of each seed" if base.text and len(places) > 1 else base.text
        return [replace(base, at=at, text="" if k else text) for k, at in enumerate(places)]
    raise TypeError(f"{place}: {type(base).__name__} has no mean")


def _merged_lines(place: str, base: Lines, marks: Sequence[Lines], panel: Panel) -> Lines:
    same_x, same_y = (
        all(np.array_equal(getattr(mark, name), getattr(marks[0], name), equal_nan=True) for mark in marks)
        for name in ("x", "y")
    )
    if same_x:
        y, low, high = _spread([mark.y for mark in marks], log=panel.y.log)
        return replace(base, x=marks[0].x, y=y, low=low, high=high)
    if same_y:
        x, low, high = _spread([mark.x for mark in marks], log=panel.x.log)
        return replace(base, x=x, y=marks[0].y, low=low, high=high, sideways=True)
    raise DataError(
        f"{place}: both coordinates of the line {base.name!r} differ between the runs, so it has no mean; {_ONE}"
    )


def _spread(values: Sequence[np.ndarray], *, log: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, low and high over the runs; NaN where a run has no value. On a logarithmic axis of the logarithm."""
    stacked = np.stack([np.asarray(each, dtype=np.float64) for each in values])
    if log:
        stacked = np.log(np.where(stacked > 0, stacked, np.nan))
    found = mean_over(xr.DataArray(stacked, dims=("run", *(f"d{k}" for k in range(stacked.ndim - 1)))), "run")
    known = found["count"] == len(values)
    parts = [found[name].where(known).values for name in ("mean", "low", "high")]
    mean, low, high = (np.exp(part) if log else part for part in parts)
    return mean, low, high


def _with_room(panels: Sequence[Panel]) -> list[Panel]:
    """Return the panels with axis ranges that contain the intervals; linked axes get one range."""
    wider: dict[tuple[str, str], tuple[float, float]] = {}
    for k, panel in enumerate(panels):
        for letter, axis in (("x", panel.x), ("y", panel.y)):
            if axis.span is not None:
                ends = _ends(panel, letter, axis.span)
                key = (letter, axis.link or f"panel {k}")
                old = wider.get(key, axis.span)
                wider[key] = (min([old[0], axis.span[0], *ends]), max([old[1], axis.span[1], *ends]))
    return [
        replace(
            panel,
            x=_ranged(panel.x, wider.get(("x", panel.x.link or f"panel {k}"))),
            y=_ranged(panel.y, wider.get(("y", panel.y.link or f"panel {k}"))),
        )
        for k, panel in enumerate(panels)
    ]


def _ranged(axis: Axis, span: tuple[float, float] | None) -> Axis:
    return axis if axis.span is None or span is None else replace(axis, span=span)


#: room for the text of a bar, as a share of the axis
_TEXT = 0.14


def _ends(panel: Panel, letter: str, span: tuple[float, float]) -> list[float]:
    """Return the smallest and the largest end of the intervals along an axis, and the end of the text of the bars."""
    axis = panel.x if letter == "x" else panel.y
    parts = []
    for mark in panel.marks:
        if isinstance(mark, (Lines, Bars)) and mark.low is not None and mark.high is not None:
            along_x = mark.horizontal if isinstance(mark, Bars) else mark.sideways
            if along_x == (letter == "x"):
                parts += [mark.low, mark.high]
    values = np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)
    values = values[np.isfinite(values) & ((values > 0) | (not axis.log))]
    if not values.size:
        return []
    low, high = float(values.min()), float(values.max())
    side = "right" if letter == "x" else "above"
    texts = [m.x if letter == "x" else m.y for m in panel.marks if isinstance(m, Annotation) and m.side == side]
    if high > span[1] and texts and not axis.log:
        high = max(high, max(texts) + _TEXT * (max(high, span[1]) - min(low, span[0])))
    return [low, high]


def _caption(subtitle: Sequence[str], panels: Sequence[Panel], specs: Sequence[FigureSpec], count: int) -> str:
    """Return the sentence about the seeds under the title."""
    if count == 1:
        return "one seed, so no interval over seeds"
    marks = [mark for panel in panels for mark in panel.marks]
    sentence = interval_sentence(count)
    drawn = [
        word for word, kind in (("bands", Lines), ("lines on bars", Bars)) if any(isinstance(m, kind) for m in marks)
    ]
    parts = [f"mean of {count} seeds"]
    if drawn and not any(sentence in line for line in subtitle):
        parts.append(f"{' and '.join(drawn)}: {sentence}")
    if any(isinstance(m, Lines) and (p.x if m.sideways else p.y).log for p in panels for m in p.marks):
        parts.append("geometric mean on the logarithmic axis")
    maps = [
        np.concatenate(
            [mark.z.ravel() for panel in spec.panels for mark in panel.marks if isinstance(mark, Heatmap)]
            or [np.zeros(0)]
        )
        for spec in specs
    ]
    if maps[0].size:
        agreement = float(map_agreement(xr.DataArray(np.stack(maps), dims=("run", "cell")), ("cell",)))
        parts.append(
            "agreement of the maps: "
            + (f"mean rank correlation of two seeds {agreement:.2f}" if np.isfinite(agreement) else "not defined")
        )
    if any(isinstance(mark, Heatmap) and mark.dots is not None for mark in marks):
        parts.append("dots: not all seeds have the sign of the mean")
    return "; ".join(parts)
