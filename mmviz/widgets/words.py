"""Numbers and the sentence that says what is selected; ``view/words.js`` writes the same sentence in the browser."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.plots.escape import visible
from mmviz.widgets.duration import clock_s

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr


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
    here = frame.isel(epoch=selection["epoch"], traced=selection["sample"], time=selection["time"])
    if edited is not None:
        now = edited.isel(epoch=0, traced=0, time=selection["time"])
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
