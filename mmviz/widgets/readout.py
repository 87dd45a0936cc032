"""Readout of the Explorer: formatted numbers, the time axis in seconds, and the sentence under the controls.

The wording of the page's sentences is here alone: :func:`phrases` is sent to the page, which inserts its own values.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.escape import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

_PHRASES = {
    "readout": "epoch {epoch} of {last_epoch}, {moment}: {prediction}; {phi}{masked}{edits}",
    "time": "t = {time} s",
    "step": "step {step} of {steps}",
    "masked": "; without {modalities}: {value}",
    "edits": "; what if: {edits}",
    "both": "A: {a} · B: {b}",
    "in_page": "{sample} was not recorded: its prediction is computed in the page",
    "swap": "of {sample}",
    "text": "of another text",
    "later": "{steps} later",
    "earlier": "{steps} earlier",
    "one_step": "1 step",
    "several_steps": "{steps} steps",
    "amplitude": "with {factor} times its amplitude",
    "noise": "with noise of {noise} sd",
    "one_frame": "with frame {first} masked",
    "frames": "with frames {first} to {last} masked",
    "zero": "with its hidden state set to 0 from step {step} on",
    "hold": "with its hidden state held from step {step} on",
    "cut": "without the edge from {source} from step {step} on",
}


def phrases(frame: xr.Dataset) -> dict[str, str]:
    """Return the sentences of a frame's page; ``{name}`` is the place of a value."""
    classes = frame.attrs["task"] == "classification"
    truth = ("true {target}" if classes else "target {target}") if frame.attrs.get("labelled", 1) else "no label"
    predicted = "predicts {predicted} ({value})" if classes else "predicts {value}"
    return _PHRASES | {"prediction": f"{predicted}, {truth}", "no_prediction": f"no prediction, {truth}"}


def readout(
    frame: xr.Dataset,
    selection: Mapping[str, Any],
    *,
    edited: xr.Dataset | None = None,
    edits: Mapping[str, Mapping[str, Any]] | None = None,
    samples: Sequence[str] | None = None,
) -> str:
    """Return the sentence under the controls: epoch, time, prediction, target, Shapley values.

    Parameters
    ----------
    frame, selection
        What is shown.
    edited, edits
        Frame of the edited sample, whose numbers replace the recorded ones, and its edits. Without signals, its attribute ``duration_s`` is the
        length of the time axis, if any.
    samples
        Names of all samples, for swaps; None: those of the frame.
    """
    places, wording = digits(frame), phrases(frame)
    here = frame.isel(epoch=selection["epoch"], recorded_sample=selection["sample"], time=selection["time"])
    if edited is not None:
        now = edited.isel(epoch=0, recorded_sample=0, time=selection["time"])
        here = here.assign({name: now[name].variable for name in ("prediction", "phi", "game") if name in now})
    names = [visible(name) for name in frame["modality"].values]
    phi = zip(names, here["phi"].values, strict=True)
    axis = time_axis_s(frame, selection["sample"])
    if edited is not None and "duration_s" in edited.attrs:
        begin = 0.0 if axis is None else axis[0]
        axis = (begin, begin + edited.attrs["duration_s"])
    elif edited is not None:
        axis = time_axis_s(edited, 0) if "state_valid" in edited else None
    masked = selection.get("masked")
    return wording["readout"].format(
        epoch=frame["epoch"].values[selection["epoch"]],
        last_epoch=frame["epoch"].values[-1],
        moment=_moment(selection["time"] + 1, frame.sizes["time"], axis, wording),
        prediction=_prediction(here, places, wording),
        phi=", ".join(f"{name} {fixed(float(value), places, plus=True)}" for name, value in phi),
        masked=_without(here, names, masked, places, wording) if masked else "",
        edits=""
        if edited is None or not edits
        else wording["edits"].format(edits=_edit_words(edits, frame, samples, wording)),
    )


def _without(
    here: xr.Dataset, names: Sequence[str], masked: Sequence[str], places: int, wording: Mapping[str, str]
) -> str:
    coalition = sum(1 << i for i, name in enumerate(names) if name not in masked)
    value = fixed(float(here["game"].values[coalition]), places)
    return wording["masked"].format(modalities=", ".join(masked), value=value)


def _moment(step: int, steps: int, axis: tuple[float, float] | None, wording: Mapping[str, str]) -> str:
    if axis is None:
        return wording["step"].format(step=step, steps=steps)
    begin, end = axis
    return wording["time"].format(time=fixed(begin + step / steps * (end - begin), 2))


def _prediction(here: xr.Dataset, places: int, wording: Mapping[str, str]) -> str:
    values, target = here["prediction"].values, here["target"].item()
    if here.attrs["task"] == "regression":
        return wording["prediction"].format(value=fixed(float(values[0]), places), target=fixed(float(target), places))
    classes = [visible(name) for name in here["output"].values]
    finite = np.isfinite(values)
    best = int(np.argmax(np.where(finite, values, -np.inf)))
    return wording["prediction" if finite.any() else "no_prediction"].format(
        predicted=classes[best], value=fixed(float(values[best]), places), target=classes[target]
    )


def _edit_words(
    edits: Mapping[str, Mapping[str, Any]],
    frame: xr.Dataset,
    samples: Sequence[str] | None,
    wording: Mapping[str, str],
) -> str:
    ids = sample_names(frame) if samples is None else samples
    names = [visible(name) for name in frame["modality"].values]
    return "; ".join(f"{name} {', '.join(_words_of(one, ids, names, wording))}" for name, one in edits.items())


def _words_of(
    one: Mapping[str, Any], ids: Sequence[str], names: Sequence[str], wording: Mapping[str, str]
) -> list[str]:
    out = []
    if "swap" in one:
        out.append(wording["swap"].format(sample=ids[one["swap"]]))
    if "text" in one:
        out.append(wording["text"])
    if "delay" in one:
        steps = abs(one["delay"])
        words = wording["one_step" if steps == 1 else "several_steps"].format(steps=steps)
        out.append(wording["later" if one["delay"] > 0 else "earlier"].format(steps=words))
    if "amplitude" in one:
        out.append(wording["amplitude"].format(factor=fixed(one["amplitude"], 2)))
    if "noise" in one:
        out.append(wording["noise"].format(noise=f"{one['noise']:.2f}"))
    if "window" in one:
        first, last = one["window"]
        out.append(wording["one_frame" if first == last else "frames"].format(first=first + 1, last=last + 1))
    if "state" in one:
        out.append(wording[one["state"]].format(step=one["step"] + 1))
    if "cut" in one:
        out.append(wording["cut"].format(source=names[one["cut"]], step=one["step"] + 1))
    return out


def sample_names(frame: xr.Dataset) -> list[str]:
    """Return the ids of the recorded samples as the page shows them; an empty id becomes "sample k"."""
    return [visible(i) or f"sample {k}" for k, i in enumerate(frame["sample_id"].values)]


def digits(frame: xr.Dataset) -> int:
    """Return the decimals shown: 2 for probabilities, three significant digits of the largest value otherwise."""
    if frame.attrs["task"] == "classification":
        return 2
    size = np.abs(frame["prediction"].values)
    most = float(np.max(size, initial=0, where=np.isfinite(size)))
    return min(6, max(0, 2 - math.floor(math.log10(most)))) if most > 0 else 2


def fixed(value: float, places: int, *, plus: bool = False) -> str:
    """Return a number with a true minus sign, halves rounded away from zero as browsers do; an en dash if it is not finite."""
    if not math.isfinite(value):
        return "–"
    text = str(Decimal(abs(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=Context(400)))
    if float(text) == 0:
        return text
    return ("−" if value < 0 else "+" if plus else "") + text


def time_axis_s(frame: xr.Dataset, recorded_sample: int) -> tuple[float, float] | None:
    """Return start and end of the shared time axis of one recorded sample in seconds, or None: the page then counts steps.

    With timestamps, the range that the model's steps cover; without, from 0 to :func:`duration_s`.
    """
    if "clock" in frame:
        begin, end = frame["clock"].values[recorded_sample].tolist()
        return begin, end
    seconds = duration_s(frame, recorded_sample)
    return None if seconds is None else (0.0, seconds)


def duration_s(frame: xr.Dataset, recorded_sample: int) -> float | None:
    """Return the length of the shared time axis of one recorded sample in seconds, or None.

    None if a recorded modality has an unknown rate, or timestamps that the model does not use for alignment, or if the lengths differ by more
    than one frame of the slowest modality. Absent and static modalities are ignored.
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
    """Return how many frames cover the axis: the recorded ones if resampled, all model steps if padded."""
    align = frame.attrs.get("align")
    return int(valid.sum()) if align == "resample" else frame.sizes["time"] if align == "pad" else valid.size


def _rate(value: object) -> float | None:
    if isinstance(value, (bool, str)) or value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) and number > 0 else None
