"""What the timestamps of a data set say, or what is assumed where there are none: one clock, gaps, rates."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from mmviz.data.clock import HOLD, Seconds, clock_of, spacing_of
from mmviz.data.dataset import Split
from mmviz.data.report import Report
from mmviz.data.spec import Modality
from mmviz.errors import DataError

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
    """Note gaps and clocks that do not overlap; without timestamps, what is assumed of the spacing of frames.

    Parameters
    ----------
    splits, modalities
        Of the data set.
    report
        Receives "gap" and "times" findings.
    """
    for name, split in splits.items():
        for m, times in split.times.items():
            _gaps(split, m, times, f"{name} {m}", report)
        _apart(name, split, report)
    _uneven(splits, report)
    signals = [m for m in modalities if not m.static and m.steps > 1]
    if any(split.times for split in splits.values()) or len(signals) < 2:
        return
    names = " and ".join([", ".join(repr(m.name) for m in signals[:-1]), repr(signals[-1].name)])
    if any(m.rate_hz is None for m in signals):
        action = "no timestamps: frames are assumed equally spaced, and a sample's modalities to span the same interval; else give times="
        report.add("note", "times", names, len(signals), action=action)
        return
    for name, split in splits.items():
        _durations(name, split, signals, report)


def _uneven(splits: Mapping[str, Split], report: Report) -> None:
    """Warn where most recordings are short beside the longest: of steps that cut the longest they fill a few."""
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


def _durations(name: str, split: Split, signals: list[Modality], report: Report) -> None:
    """Count the samples whose frames and rates say different durations: aligned by share, one of them is stretched."""
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
            action="lengths and rate_hz say different durations; a model that aligns by share of the sequence stretches one: give times=",
        )  # fmt: skip


def _gaps(split: Split, m: str, times: Seconds, where: str, report: Report) -> None:
    pause = times[:, 1:] - times[:, :-1]
    with np.errstate(invalid="ignore"):
        gap = pause > HOLD * spacing_of(times)[:, None]
    if gap.any():
        i, t = (int(k) for k in np.argwhere(gap)[0])
        first = f"sample {str(split.ids[i])!r}: {pause[i, t]:.4g} s after frame {t}"
        report.add(
            "note", "gap", where, int(gap.sum()), first=first, action=f"kept: a pause above {HOLD:g} median spacings"
        )


def _apart(name: str, split: Split, report: Report) -> None:
    """Count the samples of which two modalities were recorded one after the other: probably on two clocks."""
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
