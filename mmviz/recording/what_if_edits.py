"""Edits of one sample: mask, masked frames, delay, amplitude, noise, swap with another sample, new text; checks of interventions on hidden states."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of
from mmviz.data.clock import clock_of, delayed_frames
from mmviz.data.dataset import Split
from mmviz.data.tokens import tokens_key
from mmviz.recording.counter_noise import counter_normal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxtyping import Bool, Float

    from mmviz.data.spec import Modality, Spec

    Encoder = Callable[[Sequence[str]], Sequence[np.ndarray]]

#: every edit of a modality and what it means
EDITS = {
    "mask": "True: the modality is masked, as if it were absent",
    "delay": "whole steps of the modality (with timestamps: median spacings) of delay (negative: advance)",
    "amplitude": "factor of the recorded values, from 0 to 10",
    "noise": "sd of added Gaussian noise, as a share of each channel's sd over the training split, from 0 to 10",
    "seed": "seed of the noise, a whole number from 0 to 2^32 - 1",
    "swap": "id of the sample that replaces this modality",
    "text": "text whose encoded steps replace this modality",
    "window": "[first, last]: these frames of the modality are masked; 0 is its first frame",
    "state": "zero: the hidden state of the modality's SSM stream is set to 0 from a step on, in every layer; hold: it keeps its value",
    "cut": "name of the source whose coupling edge to this modality is cut from a step on, in every layer",
    "step": "first step of the change of state or edge, from 0",
}
#: those that change the model's computation instead of the data
INTERVENTIONS = ("state", "cut", "step")
MAX_NOISE = 10.0
MAX_AMPLITUDE = 10.0
MAX_SEED = 2**32 - 1


def edited(
    part: Split,
    row: int,
    edits: Mapping[str, Mapping[str, Any]],
    *,
    spec: Spec,
    text: Mapping[str, Encoder] | None = None,
) -> Split:
    """Return an edited copy of one sample as a split.

    Edits of one modality are applied in this order: swap or text, delay, amplitude, noise, masked frames, mask. :data:`INTERVENTIONS` do not change the data.

    Parameters
    ----------
    part, row
        The split and the position of the sample.
    edits
        Modality name to :data:`EDITS`; others are unchanged.
    spec
        Spec of the data set.
    text
        Modality name to an encoder as in :mod:`mmviz.data.encoders`: a list of texts in, as many arrays (steps, features) out.

    Raises
    ------
    ConfigError
        A modality, an edit, a value or a sample that does not exist; a delay, amplitude or noise without recorded steps; swap and
        text together; a text with more steps than the data set has.

    Notes
    -----
    A delay shifts the recorded steps d[i]: step i becomes d[i - delay], or the first or last recorded step beyond the ends;
    padding and gaps stay in place. With timestamps a step is the modality's median spacing in seconds. Noise is
    :func:`mmviz.recording.counter_noise.counter_normal` of the seed and the position of the modality, value f · channels + c at frame f and channel c: the
    pattern is the same for every scale and mask, and in the page.
    """
    unknown = [name for name in edits if name not in spec.names]
    if unknown:
        raise ConfigError(f"what_if: edits name {unknown[0]!r:.80}, which is not one of {', '.join(spec.names)}")
    one = part.take([row])
    times, extras = dict(one.times), dict(one.extras)
    for m, modality in enumerate(spec.modalities):
        edit = _checked(modality.name, edits.get(modality.name, {}))
        x, valid = one.inputs[modality.name][0], one.valid[modality.name][0]
        words = _words_of(part, row, modality.name)
        if "swap" in edit:
            other = row_of(part, edit["swap"], f"swap of {modality.name!r}")
            x, valid = np.array(part.inputs[modality.name][other]), np.array(part.valid[modality.name][other])
            words = _words_of(part, other, modality.name)
            if modality.name in part.times:
                times[modality.name] = _on_clock_of(part, row, other, modality.name)
        elif "text" in edit:
            encoder = (text or {}).get(modality.name)
            x, valid = _from_text(edit["text"], modality, encoder, len(x))
            words = _words_of_text(edit["text"], encoder, int(valid.sum()))
        for kind, neutral in (("delay", 0), ("amplitude", 1), ("noise", 0)):
            if edit.get(kind, neutral) != neutral and not valid.any():
                raise ConfigError(
                    f"what_if: {kind} of {modality.name!r}, which has no recorded step in sample {str(part.ids[row])!r:.80}; "
                    "swap it for another sample's first"
                )
        if edit.get("delay") and modality.static:
            raise ConfigError(
                f"what_if: delay={edit['delay']} of {modality.name!r}, which is static and has no time axis; leave the delay out"
            )
        if edit.get("delay"):
            seconds = times[modality.name][0] if modality.name in times else None
            if words is not None:
                places = delayed(np.arange(len(x))[:, None], valid, edit["delay"], seconds, modality.spacing_s)[:, 0]
                words = [words[place] if place < len(words) else "" for place in places]
            x = delayed(x, valid, edit["delay"], seconds, modality.spacing_s)
        if edit.get("amplitude", 1.0) != 1.0:
            x = np.where(valid[:, None], x * np.float32(edit["amplitude"]), x)
        if edit.get("noise"):
            x = noisy(
                x, valid, edit["noise"] * np.asarray(modality.std, np.float64), seed=edit.get("seed", 0), stream=m
            )
        if "window" in edit:
            valid = _without_window(valid, edit["window"], f"what_if: edits[{modality.name!r}]")
        one.inputs[modality.name] = np.ascontiguousarray(x, dtype=np.float32)[None]
        one.valid[modality.name] = (valid & (not edit.get("mask", False)))[None]
        if words is not None or tokens_key(modality.name) in extras:
            extras[tokens_key(modality.name)] = np.empty(1, dtype=object)
            extras[tokens_key(modality.name)][0] = words
    return replace(one, times=times, extras=extras)


def _words_of(part: Split, row: int, name: str) -> list[str] | None:
    """Return the word of each frame of one sample; None where it is not known."""
    held = part.extras.get(tokens_key(name))
    return None if held is None or held[row] is None else list(held[row])


def _words_of_text(text: str, encoder: Encoder | None, steps: int) -> list[str] | None:
    """Return the words of a new text, one per step: from the encoder's ``tokens``, else its parts between spaces; None where neither is one per step."""
    tokens = getattr(encoder, "tokens", None)
    found = list(tokens([text])[0]) if callable(tokens) else text.split()
    return found if len(found) == steps else None


def delayed(
    x: Float[np.ndarray, "step feature"],
    valid: Bool[np.ndarray, " step"],
    delay: int,
    times: Float[np.ndarray, " step"] | None = None,
    spacing_s: float | None = None,
) -> np.ndarray:
    """Return the recorded steps shifted by ``delay``; beyond the ends the nearest step is repeated.

    With ``times``, each step becomes the one recorded nearest to ``delay`` median spacings before.
    """
    recorded = np.flatnonzero(valid)
    out = np.array(x)
    if times is not None and spacing_s is not None:
        index, _ = delayed_frames(times, valid, delay * spacing_s)
        out[recorded] = x[index[recorded]]
        return out
    out[recorded] = x[recorded[np.clip(np.arange(len(recorded)) - delay, 0, len(recorded) - 1)]]
    return out


def _on_clock_of(part: Split, row: int, other: int, name: str) -> Float[np.ndarray, "1 step"]:
    """Return another sample's times of a modality, on the clock of this sample."""
    begin = clock_of({m: t[[row, other]] for m, t in part.times.items()})[:, 0]
    return np.asarray(part.times[name][other] + (begin[0] - begin[1]))[None]


def noisy(
    x: Float[np.ndarray, "step feature"],
    valid: Bool[np.ndarray, " step"],
    sd: Float[np.ndarray, " feature"],
    *,
    seed: int,
    stream: int = 0,
) -> np.ndarray:
    """Return the recorded steps with Gaussian noise of standard deviation ``sd`` per feature; see :func:`edited`."""
    out = np.array(x)
    drawn = counter_normal(seed, stream, x.size).reshape(x.shape)
    out[valid] = (x + drawn * sd)[valid].astype(x.dtype)
    return out


def _without_window(valid: Bool[np.ndarray, " step"], window: tuple[int, int], place: str) -> Bool[np.ndarray, " step"]:
    """Return the mask of recorded steps without the steps first..last."""
    first, last = window
    if last >= len(valid):
        raise ConfigError(f"{place}: window is [{first}, {last}], and the last frame is {len(valid) - 1}")
    out = np.array(valid)
    out[first : last + 1] = False
    return out


def row_of(part: Split, sample: object, place: str) -> int:
    """Return the position of the sample with this id in the split."""
    found = np.flatnonzero(part.ids == sample) if isinstance(sample, str) else np.zeros(0, int)
    if len(found) == 0:
        raise ConfigError(
            f"what_if: {place} names sample {sample!r:.80}, which is not in the {part.name!r} split; its first ids are "
            f"{', '.join(map(str, part.ids[:5]))}"
        )
    return int(found[0])


def _checked(name: str, edit: Mapping[str, Any]) -> dict[str, Any]:
    """Return the validated edits of one modality as plain Python values."""
    place = f"what_if: edits[{name!r}]"
    unknown = [kind for kind in edit if kind not in EDITS]
    if unknown:
        raise ConfigError(f"{place}: unknown edit {unknown[0]!r:.80}; choose from {', '.join(EDITS)}")
    out = dict(edit)
    for kind in ("delay", "seed"):
        if kind in edit:
            out[kind] = _whole(edit[kind], f"{place}: {kind}")
    if not 0 <= out.get("seed", 0) <= MAX_SEED:
        raise ConfigError(f"{place}: seed is {out['seed']}, expected a whole number from 0 to {MAX_SEED}")
    number(edit.get("noise", 0.0), f"{place}: noise", low=0, high=MAX_NOISE)
    number(edit.get("amplitude", 1.0), f"{place}: amplitude", low=0, high=MAX_AMPLITUDE)
    if "window" in edit:
        out["window"] = _window(edit["window"], f"{place}: window")
    if not isinstance(edit.get("mask", False), (bool, np.bool_)):
        raise ConfigError(f"{place}: mask is {edit['mask']!r:.80}, expected True or False")
    if "swap" in edit and "text" in edit:
        raise ConfigError(f"{place}: both swap and text given; give one of them")
    if "state" in edit:
        one_of(edit["state"], ("zero", "hold"), f"{place}: state")
    return out


def _window(value: object, place: str) -> tuple[int, int]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ConfigError(f"{place} is {value!r:.80}, expected [first frame, last frame]")
    first, last = (_whole(end, place) for end in value)
    if not 0 <= first <= last:
        raise ConfigError(f"{place} is [{first}, {last}], expected 0 <= first frame <= last frame")
    return first, last


def _whole(value: object, place: str) -> int:
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise ConfigError(f"{place} is {value!r:.80}, expected a whole number")
    return operator.index(value)


def _from_text(text: object, modality: Modality, encoder: Encoder | None, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return values (steps, feature) and mask of an encoded text."""
    place = f"what_if: text of {modality.name!r}"
    if encoder is None:
        raise ConfigError(f"{place}: no encoder is given; pass what_if(..., text={{{modality.name!r}: encoder}})")
    if not isinstance(text, str):
        raise ConfigError(f"{place} is {text!r:.80}, expected a text")
    found = np.asarray(encoder([text])[0], dtype=np.float32)
    if found.ndim != 2 or found.shape[1] != modality.features:
        raise ConfigError(
            f"{place}: the encoder returned shape {found.shape}, expected (steps, {modality.features}); use the one the data were made with"
        )
    if len(found) > steps:
        raise ConfigError(f"{place} has {len(found)} steps, more than the {steps} of the data; shorten the text")
    if not np.isfinite(found).all():
        raise ConfigError(f"{place}: the encoder returned values that are not finite")
    x, valid = np.zeros((steps, modality.features), np.float32), np.zeros(steps, bool)
    x[: len(found)], valid[: len(found)] = found, True
    return x, valid
