"""Readout of the Explorer: formatted numbers, the time axis in seconds, and the sentence under the controls."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.escape import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr


def clock_s(frame: xr.Dataset, recorded_sample: int) -> tuple[float, float] | None:
    """Return when the shared time axis of one recorded sample begins and ends in seconds, or None: the view then counts steps.

    With timestamps, what the steps of the model cover; without, from 0 to :func:`duration_s`.
    """
    if "clock" in frame:
        begin, end = frame["clock"].values[recorded_sample].tolist()
        return begin, end
    seconds = duration_s(frame, recorded_sample)
    return None if seconds is None else (0.0, seconds)


def duration_s(frame: xr.Dataset, recorded_sample: int) -> float | None:
    """Return the length of the shared time axis of one recorded sample in seconds, or None.

    None if a recorded modality has no known rate, or timestamps by which the model does not align, or if their lengths differ by more than one frame of the slowest:
    the view then counts steps. An absent or static modality has no influence.
    """
    lengths, rates = [], []
    for name in map(str, frame["modality"].values):
        valid = frame[f"signal_valid_{name}"].values[recorded_sample].astype(bool)
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


def digits(frame: xr.Dataset) -> int:
    """Return the decimals shown: 2 for probabilities, three significant digits of the largest value otherwise."""
    if frame.attrs["task"] == "classification":
        return 2
    size = np.abs(frame["prediction"].values)
    most = float(np.max(size, initial=0, where=np.isfinite(size)))
    return min(6, max(0, 2 - math.floor(math.log10(most)))) if most > 0 else 2


def fixed(value: float, places: int, *, plus: bool = False) -> str:
    """Return a number with a true minus sign, halves away from zero as browsers do; an en dash if it is not finite."""
    if not math.isfinite(value):
        return "–"
    text = str(Decimal(abs(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=Context(400)))
    if float(text) == 0:
        return text
    return ("−" if value < 0 else "+" if plus else "") + text


def readout(
    frame: xr.Dataset, selection: Mapping[str, Any], *, edited: xr.Dataset | None = None, what_if: str = ""
) -> str:
    """Return the sentence under the controls: epoch, moment, prediction, truth, contributions.

    With ``edited``, the frame of the edited sample, its numbers; ``what_if`` says in words how it was edited.
    """
    places = digits(frame)
    here = frame.isel(epoch=selection["epoch"], recorded_sample=selection["sample"], time=selection["time"])
    if edited is not None:
        now = edited.isel(epoch=0, recorded_sample=0, time=selection["time"])
        here = here.assign({name: now[name].variable for name in ("prediction", "contribution", "game") if name in now})
    epochs = frame["epoch"].values
    names = [visible(name) for name in frame["modality"].values]
    shares = here["contribution"].values
    each = ", ".join(f"{n} {fixed(float(v), places, plus=True)}" for n, v in zip(names, shares, strict=True))
    clock = clock_s(frame, selection["sample"]) if edited is None else clock_s(edited, 0)
    when = _moment(selection["time"] + 1, frame.sizes["time"], clock)
    asked = f"; what if: {what_if}" if edited is not None and what_if else ""
    return (
        f"epoch {epochs[selection['epoch']]} of {epochs[-1]}, {when}: {_answer(here, places)}; "
        f"{each}{_without(here, selection, places)}{asked}"
    )


def _without(here: xr.Dataset, selection: Mapping[str, Any], places: int) -> str:
    masked = selection.get("masked")
    if not masked:
        return ""
    names = [visible(name) for name in here["modality"].values]
    heard = sum(1 << i for i, name in enumerate(names) if name not in masked)
    return f"; without {', '.join(masked)}: {fixed(float(here['game'].values[heard]), places)}"


def _moment(step: int, steps: int, clock: tuple[float, float] | None) -> str:
    if clock is None:
        return f"step {step} of {steps}"
    begin, end = clock
    return f"t = {fixed(begin + step / steps * (end - begin), 2)} s"


def _answer(here: xr.Dataset, places: int) -> str:
    answer, target = here["prediction"].values, here["target"].item()
    labelled = bool(here.attrs.get("labelled", 1))
    if here.attrs["task"] == "regression":
        true = f"target {fixed(float(target), places)}" if labelled else "no label"
        return f"predicts {fixed(float(answer[0]), places)}, {true}"
    classes = [visible(name) for name in here["output"].values]
    true = f"true {classes[target]}" if labelled else "no label"
    known = np.isfinite(answer)
    if not known.any():
        return f"no prediction, {true}"
    best = int(np.argmax(np.where(known, answer, -np.inf)))
    return f"predicts {classes[best]} ({fixed(float(answer[best]), places)}), {true}"
