"""How long a sample lasts, where all its modalities agree; never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr


def clock_s(frame: xr.Dataset, traced: int) -> tuple[float, float] | None:
    """Return when the shared time axis of one traced sample begins and ends in seconds, or None: the view then counts steps.

    With timestamps, what the steps of the model cover; without, from 0 to :func:`duration_s`.
    """
    if "clock" in frame:
        begin, end = frame["clock"].values[traced].tolist()
        return begin, end
    seconds = duration_s(frame, traced)
    return None if seconds is None else (0.0, seconds)


def duration_s(frame: xr.Dataset, traced: int) -> float | None:
    """Return the length of the shared time axis of one traced sample in seconds, or None.

    None if a recorded modality has no known rate, or timestamps by which the model does not align, or if their lengths differ by more than one frame of the slowest:
    the view then counts steps. An absent or static modality has no influence.
    """
    lengths, rates = [], []
    for name in map(str, frame["modality"].values):
        valid = frame[f"signal_valid_{name}"].values[traced].astype(bool)
        if not valid.any() or frame[f"signal_{name}"].attrs.get("static"):
            continue
        rate = _rate(frame[f"signal_{name}"].attrs.get("rate_hz"))
        if rate is None or frame[f"signal_{name}"].attrs.get("spacing_s"):
            return None
        rates.append(rate)
        lengths.append(_frames(frame, valid) / rate)
    if not rates or np.ptp(lengths) > 1 / min(rates) * (1 + 1e-9):
        return None
    return float(max(lengths))


def _frames(frame: xr.Dataset, valid: np.ndarray) -> int:
    """Return how many frames span the axis: those recorded if they were resampled, all model steps if padded."""
    align = frame.attrs.get("align")
    return int(valid.sum()) if align == "resample" else frame.sizes["time"] if align == "pad" else valid.size


def _rate(value: object) -> float | None:
    if isinstance(value, (bool, str)) or value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) and number > 0 else None
