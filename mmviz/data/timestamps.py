"""Timestamps of frames: conversion to seconds, checks against frames and rates, findings about gaps and clocks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.data.arrays import without_torch
from mmviz.data.checks import Mask, Side
from mmviz.data.clock import HOLD, Seconds, clock_of, spacing_of
from mmviz.data.dataset import Split
from mmviz.data.report import Report
from mmviz.data.spec import Modality

Place = Callable[[int, str], str]
_RATE = 0.01
_EVEN = 0.1


def as_times(values: Any, shape: tuple[int, int], where: str) -> Seconds:
    """Return the timestamps of one modality in seconds, float64 (n, steps).

    Parameters
    ----------
    values
        Numbers in seconds, ``datetime64``, ``timedelta64`` or pandas and Python dates: (n, steps); n sequences of different
        lengths; or (steps,), which all samples share.
    shape
        Of the signal: (n, steps).
    where
        Split and modality, for errors.

    Returns
    -------
    ndarray
        New; NaN after the end of a shorter sequence.

    Raises
    ------
    DataError
        If the values are no times, or do not fit the signal.
    """
    n, steps = shape
    values = without_torch(values, f"{where}: times")
    if isinstance(values, np.ma.MaskedArray):
        seconds = _seconds(np.asarray(values.data), where)
        values = np.where(np.ma.getmaskarray(values), np.nan, seconds)
    try:
        array = np.asarray(values)
    except ValueError:  # sequences of different lengths
        array = np.empty(0, object)
    if not _by_rows(values, array, steps):
        found = _seconds(array, where)
        if found.shape not in ((n, steps), (steps,)):
            raise DataError(_misfit(where, f"have shape {found.shape}", shape))
        return np.array(np.broadcast_to(found, shape))
    if len(values) != n:
        raise DataError(_misfit(where, f"are {len(values)} sequences", shape))
    out = np.full((n, steps), np.nan)
    for i, row in enumerate(values):
        found = _seconds(np.asarray(row), f"{where}, sample {i}")
        if found.ndim != 1 or len(found) > steps:
            raise DataError(
                f"{where}: times of sample {i} have shape {found.shape}, its signal has {steps} steps; give one time per frame"
            )
        out[i, : len(found)] = found
    return out


def from_side(times: Seconds, side: Side) -> Seconds:
    """Return the times with shorter sequences moved to the end where padding lies at the start."""
    if side == "end":
        return times
    out = times.copy()
    count = np.isfinite(times).sum(axis=1)
    for i in np.flatnonzero(np.isnan(times[:, -1]) & (count > 0)):
        if np.isfinite(times[i, : count[i]]).all():
            out[i] = np.nan
            out[i, times.shape[1] - count[i] :] = times[i, : count[i]]
    return out


def frames_of(times: Seconds, place: Place, where: str) -> Mask:
    """Return the steps that have a time, for a modality without given lengths.

    Raises
    ------
    DataError
        If a time is missing between others, which is not padding.
    """
    there = np.isfinite(times)
    edges = np.diff(there.astype(np.int8), axis=1, prepend=0, append=0)
    torn = (edges == 1).sum(axis=1) > 1
    if torn.any():
        i = int(np.flatnonzero(torn)[0])
        t = int(np.flatnonzero(~there[i] & (np.arange(times.shape[1]) > there[i].argmax()))[0])
        raise DataError(_missing(where, place(i, f", frame {t}"), times[i, t]))
    return there


def checked(times: Seconds, real: Mask, place: Place, where: str) -> Seconds:
    """Return the times of the real steps, NaN elsewhere.

    Parameters
    ----------
    times
        From `as_times`.
    real
        Bool (n, steps): the steps that hold a frame.
    place
        Row, and position inside the sample, to its name in errors.
    where
        Split and modality, for errors.

    Raises
    ------
    DataError
        If a frame has no finite time, or times do not increase from frame to frame; the first sample and frame are named.
    """
    bad = real & ~np.isfinite(times)
    if bad.any():
        i, t = (int(k) for k in np.argwhere(bad)[0])
        raise DataError(_missing(where, place(i, f", frame {t}"), times[i, t]))
    out = np.where(real, times, np.nan)
    shown = np.where(real, times, -np.inf)
    before = np.maximum.accumulate(shown, axis=1)[:, :-1]
    back = real[:, 1:] & (times[:, 1:] <= before)
    if back.any():
        i, t = (int(k) for k in np.argwhere(back)[0])
        raise DataError(
            f"{where}: {int(back.sum())} times do not increase (first: {place(i, f', frame {t + 1}')}: "
            f"{times[i, t + 1]:.12g} s after {before[i, t]:.12g} s); sort the frames by time and merge frames of the same time"
        )
    return out


def measured(times: Seconds, rate_hz: float | None, where: str) -> tuple[float | None, bool]:
    """Return the median spacing of the frames in seconds (None where no sequence has two), and whether it is irregular.

    Irregular: more than one spacing in twenty is a tenth off the median.

    Raises
    ------
    DataError
        If the rate differs from 1 / spacing by more than one percent.
    """
    each = spacing_of(times)
    each = each[np.isfinite(each)]
    if not len(each):
        return None, False
    spacing = float(np.median(each))
    if rate_hz is not None and abs(rate_hz * spacing - 1) > _RATE:
        factor = rate_hz * spacing
        hint = ""
        for name, size in (("milliseconds", 1e3), ("microseconds", 1e6), ("nanoseconds", 1e9)):
            if abs(factor / size - 1) < 0.1:
                hint = f"; the times look like {name}: divide them by {size:g}"
        raise DataError(
            f"{where}: rate_hz is {rate_hz:g}, but its times have a median spacing of {spacing:.6g} s, which is "
            f"{1 / spacing:.6g} Hz{hint or '; correct the times, or leave rate_hz out'}"
        )
    spread = np.diff(times, axis=1)
    spread = spread[np.isfinite(spread)] / spacing
    return spacing, bool((np.abs(spread - 1) > _EVEN).mean() > 0.05) if len(spread) else False


def _by_rows(values: Any, array: NDArray[Any], steps: int) -> bool:
    """Return whether the times are one sequence per sample, of different lengths or all shorter than the signal."""
    if array.size == 0:
        return hasattr(values, "__len__") and len(values) > 0
    if array.dtype == object and array.ndim == 1:
        return np.ndim(array[0]) > 0
    return isinstance(values, (list, tuple)) and array.ndim == 2 and array.shape[1] != steps


def _misfit(where: str, seen: str, shape: tuple[int, int]) -> str:
    n, steps = shape
    return (
        f"{where}: times {seen}, the signal has {n} samples of {steps} steps; "
        f"give ({n}, {steps}), a list of {n} sequences, or ({steps},) for all samples"
    )


def _missing(where: str, place: str, value: float) -> str:
    return (
        f"{where}: {place} has the time {value}; give a finite time for every real frame, or mask the frame with valid="
    )


def _seconds(array: NDArray[Any], where: str) -> Seconds:
    """Return numbers or dates as float64 seconds; dates count from 1970."""
    kind = array.dtype.kind
    if kind in "fiu":
        return array.astype(np.float64)
    if kind in "mM":
        nanoseconds = array.astype(f"{kind}8[ns]")
        return np.where(np.isnat(nanoseconds), np.nan, nanoseconds.astype(np.int64) / 1e9)
    if kind == "O":
        return np.array([_second(v, where) for v in array.ravel()], np.float64).reshape(array.shape)
    raise DataError(
        f"{where}: times of dtype {array.dtype}; give seconds as numbers, or datetime64 (text: use pandas.to_datetime first)"
    )


def _second(value: Any, where: str) -> float:
    if value is None or type(value).__name__ == "NAType" or value != value:  # NaN and NaT
        return float("nan")
    for name in ("timestamp", "total_seconds"):
        if callable(method := getattr(value, name, None)):
            return float(method())
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return float(_seconds(np.asarray(value), where))
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return float(value)
    raise DataError(f"{where}: {value!r:.40} is not a time; give seconds as numbers, or dates")


def untimed(names: Iterable[str], times: Mapping[str, Any], steps: Mapping[str, int], where: str) -> None:
    """Raise DataError where some modalities have times and one of several steps has none."""
    for m in names:
        if times and m not in times and steps[m] > 1:
            raise DataError(
                f"{where}times: none for {m!r}, which has {steps[m]} steps; give times for every modality of more than one step "
                f"(equally spaced: numpy.arange({steps[m]}) / rate), or for none"
            )


_FEW = 4
_ABSOLUTE = 1e6  # seconds; a clock that begins later counts from an epoch, not from the start of a recording


def on_one_clock(splits: Mapping[str, Split], report: Report) -> dict[str, Split]:
    """Return the splits, times counted from the first frame of each sample where they count from an epoch.

    Parameters
    ----------
    splits
        With or without times.
    report
        Receives a "times" note for each split that was changed.

    Raises
    ------
    DataError
        If one modality counts from an epoch and another one does not.
    """
    absolute = False
    for name, split in splits.items():
        if not split.times:
            continue
        first = np.stack([_first(t) for t in split.times.values()])
        known = np.isfinite(first)
        apart = np.max(first, axis=0, where=known, initial=-np.inf) - np.min(first, axis=0, where=known, initial=np.inf)
        if (apart > _ABSOLUTE).any():
            i = int(np.argmax(apart > _ABSOLUTE))
            listed = ", ".join(f"{m!r} {seconds[i]:.12g} s" for m, seconds in zip(split.times, first, strict=True))
            raise DataError(
                f"{name} times: sample {str(split.ids[i])!r} begins at {listed}; these are different clocks, give the times of all "
                "modalities on one clock"
            )
        absolute |= bool((np.abs(first[known]) > _ABSOLUTE).any())
    if not absolute:
        return dict(splits)
    action = "absolute times: now counted from the first frame of each sample"
    for name, split in splits.items():
        report.add("note", "times", name, len(split) if split.times else 0, action=action)
    return {name: _from_first(split) for name, split in splits.items()}


def longest(splits: Iterable[Split]) -> float | None:
    """Return the longest recording in seconds; None without timestamps."""
    found = [float((clock[:, 1] - clock[:, 0]).max()) for s in splits if s.times and len(clock := clock_of(s.times))]
    return max(found, default=None)


def report_time(splits: Mapping[str, Split], modalities: tuple[Modality, ...], report: Report) -> None:
    """Report gaps and disjoint clocks; without timestamps, the assumption about the spacing of frames.

    Parameters
    ----------
    splits, modalities
        Of the data set.
    report
        Receives "gap" and "times" findings.
    """
    for name, split in splits.items():
        for m, times in split.times.items():
            _report_gaps(split, m, times, f"{name} {m}", report)
        _warn_disjoint_clocks(name, split, report)
    _warn_uneven_durations(splits, report)
    signals = [m for m in modalities if not m.static and m.steps > 1]
    if any(split.times for split in splits.values()) or len(signals) < 2:
        return
    names = " and ".join([", ".join(repr(m.name) for m in signals[:-1]), repr(signals[-1].name)])
    if any(m.rate_hz is None for m in signals):
        action = "no timestamps: frames are assumed equally spaced, and a sample's modalities to span the same interval; else give times="
        report.add("note", "times", names, len(signals), action=action)
        return
    for name, split in splits.items():
        _warn_durations(name, split, signals, report)


def _warn_uneven_durations(splits: Mapping[str, Split], report: Report) -> None:
    """Warn where most recordings are much shorter than the longest one."""
    clocks = [clock_of(split.times) for split in splits.values() if split.times]
    if not clocks:
        return
    seconds = np.concatenate([clock[:, 1] - clock[:, 0] for clock in clocks])
    short = seconds < seconds.max() / _FEW
    if short.mean() > 0.5:
        report.add(
            "warning", "times", "durations", int(short.sum()),
            first=f"the longest recording lasts {seconds.max():.4g} s, half of all at most {np.median(seconds):.4g} s",
            action=f"they fill less than 1/{_FEW} of the steps with align='bin', the default; align='resample' cuts each sample's own duration",
        )  # fmt: skip


def _warn_durations(name: str, split: Split, signals: list[Modality], report: Report) -> None:
    """Warn of samples in which numbers of frames and rates give different durations."""
    frames = np.stack([split.valid[m.name].sum(axis=1) for m in signals])
    rates = np.array([float(m.rate_hz or np.nan) for m in signals])
    seconds = np.where(frames > 0, frames / rates[:, None], np.nan)
    there = np.isfinite(seconds)
    most, least = (
        np.max(seconds, axis=0, where=there, initial=-np.inf),
        np.min(seconds, axis=0, where=there, initial=np.inf),
    )
    slowest = np.min(np.where(there, rates[:, None], np.inf), axis=0)
    apart = most - least > (1 + 1e-9) / slowest
    if apart.any():
        i = int(np.argmax(apart))
        seen = ", ".join(f"{m.name!r} {s:.4g} s" for m, s in zip(signals, seconds[:, i], strict=True) if np.isfinite(s))
        report.add(
            "warning", "times", name, int(apart.sum()), first=f"sample {str(split.ids[i])!r}: {seen}",
            action="lengths and rate_hz imply different durations; alignment by share of the sequence stretches one modality: give times=",
        )  # fmt: skip


def _report_gaps(split: Split, m: str, times: Seconds, where: str, report: Report) -> None:
    pause = times[:, 1:] - times[:, :-1]
    with np.errstate(invalid="ignore"):
        gap = pause > HOLD * spacing_of(times)[:, None]
    if gap.any():
        i, t = (int(k) for k in np.argwhere(gap)[0])
        first = f"sample {str(split.ids[i])!r}: {pause[i, t]:.4g} s after frame {t}"
        report.add(
            "note", "gap", where, int(gap.sum()), first=first, action=f"kept: a pause above {HOLD:g} median spacings"
        )


def _warn_disjoint_clocks(name: str, split: Split, report: Report) -> None:
    """Warn of samples in which two modalities do not overlap in time: probably on different clocks."""
    ends = {m: (_first(t), np.max(t, axis=1, where=np.isfinite(t), initial=-np.inf)) for m, t in split.times.items()}
    names = list(ends)
    for k, a in enumerate(names):
        for b in names[k + 1 :]:
            (a0, a1), (b0, b1) = ends[a], ends[b]
            apart = np.isfinite(a0) & np.isfinite(b0) & ((a0 > b1) | (b0 > a1))
            if apart.any():
                i = int(np.argmax(apart))
                seen = f"sample {str(split.ids[i])!r}: {a0[i]:.4g} to {a1[i]:.4g} s and {b0[i]:.4g} to {b1[i]:.4g} s"
                action = "recorded one after the other; check that both are on one clock"
                report.add("warning", "times", f"{name} {a}, {b}", int(apart.sum()), first=seen, action=action)


def _from_first(split: Split) -> Split:
    if not split.times:
        return split
    begin = clock_of(split.times)[:, :1]
    return replace(split, times={m: t - begin for m, t in split.times.items()})


def _first(times: Seconds) -> Seconds:
    return np.min(times, axis=1, where=np.isfinite(times), initial=np.inf)
