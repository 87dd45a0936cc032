"""Clock of a sample in seconds: start and end of the recording, and the interval that each frame covers."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: A frame holds until the next one, but at most so many times the median spacing of its sequence: beyond that lies a gap.
HOLD = 3.0


def spacing_of(times: Seconds) -> Seconds:
    """Return the median spacing of the frames of each sequence.

    Parameters
    ----------
    times
        Seconds (n, steps); NaN where there is no frame.

    Returns
    -------
    ndarray
        Seconds (n,), the lower of two medians; NaN where a sequence has fewer than two frames.
    """
    following = _following(times, np.isfinite(times))
    gaps = np.sort(following - times, axis=1)  # NaN last
    count = np.isfinite(gaps).sum(axis=1)
    middle = (
        np.take_along_axis(gaps, np.maximum(count - 1, 0)[:, None] // 2, 1)[:, 0] if gaps.shape[1] else count * np.nan
    )
    return np.where(count > 0, middle, np.nan)


def clock_of(times: Mapping[str, Seconds]) -> Seconds:
    """Return start and end of the recording of each sample, over all its modalities.

    It begins with the first frame of any modality and ends one median spacing after the last one. Frames that are masked
    count: taking a modality or frames away does not move the clock.

    Parameters
    ----------
    times
        Modality to seconds (n, steps); NaN where there is no frame.

    Returns
    -------
    ndarray
        Seconds (n, 2), begin < end; 0 and 1 for a sample without frames.
    """
    begins, ends = [], []
    for t in times.values():
        there = np.isfinite(t)
        begins.append(np.min(t, axis=1, where=there, initial=np.inf))
        ends.append(np.max(t, axis=1, where=there, initial=-np.inf) + np.nan_to_num(spacing_of(t)))
    begin, end = np.min(begins, axis=0), np.max(ends, axis=0)
    empty = ~np.isfinite(begin)
    begin, end = np.where(empty, 0.0, begin), np.where(empty, 1.0, end)
    return np.stack([begin, np.where(end > begin, end, begin + 1.0)], axis=1)


def spans_of(times: Seconds, valid: Mask, clock: Seconds) -> Seconds:
    """Return the interval that each frame covers: until the next recorded frame, at most `HOLD` times the median spacing.

    The last frame covers one median spacing; a frame that is the only one of its sequence covers the rest of the clock.

    Parameters
    ----------
    times
        Seconds (n, steps); NaN where there is no frame.
    valid
        Bool (n, steps): recorded frames.
    clock
        From `clock_of`, (n, 2).

    Returns
    -------
    ndarray
        Seconds (n, steps, 2): begin and end; NaN where there is no frame.
    """
    spacing = spacing_of(times)[:, None]
    following = _following(times, valid & np.isfinite(times))
    held = np.where(np.isnan(following), times + spacing, np.minimum(following, times + HOLD * spacing))
    end = np.where(np.isnan(spacing), clock[:, 1:], held)
    return np.stack([times, np.where(np.isnan(times), np.nan, end)], axis=2)


def delayed_frames(times: Seconds, valid: Mask, delay_s: float) -> tuple[NDArray[np.int64], Mask]:
    """Return the recorded frame at each position of a sequence that is delayed.

    Parameters
    ----------
    times, valid
        Of one sequence, (steps,).
    delay_s
        Seconds; earlier if negative.

    Returns
    -------
    index, there
        (steps,): the recorded frame whose time is nearest to that of ``delay_s`` before; and whether that moment was
        recorded, rather than in a gap, before the first or after the last frame.
    """
    kept = np.flatnonzero(valid & np.isfinite(times))
    if not len(kept):
        return np.zeros(len(times), np.int64), np.zeros(len(times), bool)
    spans = spans_of(times[None], valid[None], clock_of({"": times[None]}))[0]
    moment = np.where(np.isfinite(times), times - delay_s, -np.inf)
    edges = (times[kept][1:] + times[kept][:-1]) / 2
    index = kept[np.searchsorted(edges, moment, side="right")]
    half = np.nan_to_num(spacing_of(times[None])[0]) / 2
    slack = 1e-6 * half
    there = (moment >= times[index] - half - slack) & (moment < spans[index, 1] - slack)
    return index, there


def step_edges(clock: Seconds, steps: int, duration: float | None) -> Seconds:
    """Return the edges of equal steps on the clock of each sample.

    Parameters
    ----------
    clock
        From `clock_of`, (n, 2).
    steps
        How many, at least 1.
    duration
        Seconds that all steps cover together, counted from the begin of the clock; None for the sample's own duration.

    Returns
    -------
    ndarray
        Seconds (n, steps + 1).
    """
    long = clock[:, 1] - clock[:, 0] if duration is None else np.full(len(clock), duration)
    return clock[:, :1] + long[:, None] * np.linspace(0.0, 1.0, steps + 1)


def _following(times: Seconds, there: Mask) -> Seconds:
    """Return the time of the next recorded frame for each frame; NaN for the last one and where there is no frame."""
    shown = np.where(there, times, np.inf)
    later = np.minimum.accumulate(shown[:, ::-1], axis=1)[:, ::-1]  # times increase, so the least is the next
    following = np.concatenate([later[:, 1:], np.full((len(times), 1), np.inf)], axis=1)
    return np.where(np.isfinite(following) & np.isfinite(times), following, np.nan)
