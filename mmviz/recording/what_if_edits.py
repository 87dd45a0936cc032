"""Edits of one sample: mask, delay, noise, swap with another sample, new text."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.data.clock import clock_of, delayed_frames
from mmviz.data.dataset import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxtyping import Bool, Float

    from mmviz.data.spec import Modality, Spec

    Encoder = Callable[[Sequence[str]], Sequence[np.ndarray]]

#: every edit of a modality and what it means
EDITS = {
    "mask": "True: the model does not hear the modality, as if it had not been recorded",
    "delay": "whole steps of the modality (with timestamps: median spacings) by which it comes later (negative: earlier)",
    "noise": "sd of added Gaussian noise, as a share of each channel's sd over the training split, from 0 to 10",
    "seed": "seed of the noise, a whole number from 0",
    "swap": "id of the sample whose modality is heard instead",
    "text": "text whose steps are heard instead",
}
LOUDEST = 10.0


def edited(
    part: Split,
    row: int,
    edits: Mapping[str, Mapping[str, Any]],
    *,
    spec: Spec,
    text: Mapping[str, Encoder] | None = None,
) -> Split:
    """Return a split of one sample, edited; nothing is shared with the split it is taken from.

    Edits of one modality act in this order, whatever order they are given in: swap or text, delay, noise, mask.

    Parameters
    ----------
    part, row
        Which sample.
    edits
        Modality name to :data:`EDITS`; what is not named stays as it is.
    spec
        Of the data set.
    text
        Modality name to an encoder as in :mod:`mmviz.data.encoders`: a list of texts in, as many arrays (steps, features) out.

    Raises
    ------
    ConfigError
        A modality, an edit, a value or a sample that does not exist; a delay or noise where nothing was recorded; swap and
        text together; a text whose steps the data set cannot hold.

    Notes
    -----
    A delay moves the recorded steps d[i] among themselves: step i holds d[i - delay], the first or last recorded step where there
    is none; the places of padding and gaps stay. With timestamps a step is the modality's median spacing in seconds. Noise is drawn per recorded step and channel by
    ``numpy.random.default_rng([seed, position of the modality])``, so that its pattern is the same at every share.
    """
    unknown = [name for name in edits if name not in spec.names]
    if unknown:
        raise ConfigError(f"what_if: edits name {unknown[0]!r:.80}, which is not one of {', '.join(spec.names)}")
    one = part.take([row])
    times = dict(one.times)
    for m, modality in enumerate(spec.modalities):
        asked = _checked(modality.name, edits.get(modality.name, {}))
        x, valid = one.inputs[modality.name][0], one.valid[modality.name][0]
        if "swap" in asked:
            other = row_of(part, asked["swap"], f"swap of {modality.name!r}")
            x, valid = np.array(part.inputs[modality.name][other]), np.array(part.valid[modality.name][other])
            if modality.name in part.times:
                times[modality.name] = _on_clock_of(part, row, other, modality.name)
        elif "text" in asked:
            x, valid = _from_text(asked["text"], modality, (text or {}).get(modality.name), len(x))
        for kind in ("delay", "noise"):
            if asked.get(kind) and not valid.any():
                raise ConfigError(
                    f"what_if: {kind} of {modality.name!r}, which has no recorded step in sample {str(part.ids[row])!r:.80}; "
                    "swap it for another sample's first"
                )
        if asked.get("delay") and modality.static:
            raise ConfigError(
                f"what_if: delay={asked['delay']} of {modality.name!r}, which is static: it has no time to be moved in; leave the delay out"
            )
        if asked.get("delay"):
            seconds = times[modality.name][0] if modality.name in times else None
            x = delayed(x, valid, asked["delay"], seconds, modality.spacing_s)
        if asked.get("noise"):
            x = noisy(x, valid, asked["noise"] * modality.std, seed=[asked.get("seed", 0), m])
        one.inputs[modality.name] = np.ascontiguousarray(x, dtype=np.float32)[None]
        one.valid[modality.name] = (valid & (not asked.get("mask", False)))[None]
    return replace(one, times=times)


def delayed(
    x: Float[np.ndarray, "step feature"],
    valid: Bool[np.ndarray, " step"],
    delay: int,
    times: Float[np.ndarray, " step"] | None = None,
    spacing_s: float | None = None,
) -> np.ndarray:
    """Return the recorded steps ``delay`` places later among themselves; the end that is left open holds its nearest step.

    With ``times``, each step holds the one that was recorded nearest to ``delay`` median spacings before.
    """
    kept = np.flatnonzero(valid)
    out = np.array(x)
    if times is not None and spacing_s is not None:
        index, _ = delayed_frames(times, valid, delay * spacing_s)
        out[kept] = x[index[kept]]
        return out
    out[kept] = x[kept[np.clip(np.arange(len(kept)) - delay, 0, len(kept) - 1)]]
    return out


def _on_clock_of(part: Split, row: int, other: int, name: str) -> Float[np.ndarray, "1 step"]:
    """Return another sample's times of a modality, counted on the clock of this one."""
    begin = clock_of({m: t[[row, other]] for m, t in part.times.items()})[:, 0]
    return np.asarray(part.times[name][other] + (begin[0] - begin[1]))[None]


def noisy(
    x: Float[np.ndarray, "step feature"],
    valid: Bool[np.ndarray, " step"],
    sd: Float[np.ndarray, " feature"],
    *,
    seed: int | Sequence[int],
) -> np.ndarray:
    """Return the recorded steps with Gaussian noise of standard deviation ``sd`` per feature."""
    out = np.array(x)
    drawn = np.random.default_rng(seed).standard_normal((int(valid.sum()), x.shape[1]))
    out[valid] = (x[valid] + drawn * sd).astype(x.dtype)
    return out


def row_of(part: Split, sample: object, place: str) -> int:
    """Return where the sample with this id stands in the split."""
    found = np.flatnonzero(part.ids == sample) if isinstance(sample, str) else np.zeros(0, int)
    if len(found) == 0:
        raise ConfigError(
            f"what_if: {place} names sample {sample!r:.80}, which is not in the {part.name!r} split; it begins with "
            f"{', '.join(map(str, part.ids[:5]))}"
        )
    return int(found[0])


def _checked(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the edits of one modality with plain Python values."""
    place = f"what_if: edits[{name!r}]"
    unknown = [kind for kind in asked if kind not in EDITS]
    if unknown:
        raise ConfigError(f"{place}: unknown edit {unknown[0]!r:.80}; choose from {', '.join(EDITS)}")
    out = dict(asked)
    for kind in ("delay", "seed"):
        if kind in asked:
            out[kind] = _whole(asked[kind], f"{place}: {kind}")
    if out.get("seed", 0) < 0:
        raise ConfigError(f"{place}: seed is {out['seed']}, expected a whole number from 0")
    share = asked.get("noise", 0.0)
    if isinstance(share, bool) or not isinstance(share, (int, float, np.number)) or not 0 <= share <= LOUDEST:
        raise ConfigError(f"{place}: noise is {share!r:.80}, expected a share of the sd from 0 to {LOUDEST:g}")
    if not math.isfinite(share):
        raise ConfigError(f"{place}: noise is {share!r}, expected a finite share of the sd")
    if not isinstance(asked.get("mask", False), (bool, np.bool_)):
        raise ConfigError(f"{place}: mask is {asked['mask']!r:.80}, expected True or False")
    if "swap" in asked and "text" in asked:
        raise ConfigError(f"{place}: both swap and text given; give one of them")
    return out


def _whole(value: object, place: str) -> int:
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise ConfigError(f"{place} is {value!r:.80}, expected a whole number")
    return operator.index(value)


def _from_text(text: object, modality: Modality, encoder: Encoder | None, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return values (steps, feature) and mask of an encoded text."""
    place = f"what_if: text of {modality.name!r}"
    if encoder is None:
        raise ConfigError(
            f"{place}: there is no encoder for it; give what_if(..., text={{{modality.name!r}: encoder}})"
        )
    if not isinstance(text, str):
        raise ConfigError(f"{place} is {text!r:.80}, expected a text")
    found = np.asarray(encoder([text])[0], dtype=np.float32)
    if found.ndim != 2 or found.shape[1] != modality.features:
        raise ConfigError(
            f"{place}: the encoder returned shape {found.shape}, expected (steps, {modality.features}); use the one the data were made with"
        )
    if len(found) > steps:
        raise ConfigError(f"{place} has {len(found)} steps, and the data have room for {steps}; shorten the text")
    if not np.isfinite(found).all():
        raise ConfigError(f"{place}: the encoder returned values that are not finite")
    x, valid = np.zeros((steps, modality.features), np.float32), np.zeros(steps, bool)
    x[: len(found)], valid[: len(found)] = found, True
    return x, valid
