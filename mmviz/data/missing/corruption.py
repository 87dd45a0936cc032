"""Corruption of signals: zeroed elements, Gaussian noise, dropped frames, delayed modalities."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, selected, takes, whole
from mmviz.data.clock import delayed_frames
from mmviz.data.dataset import Dataset
from mmviz.data.missing.change import Floats, Mask, changed, generator


@takes(ds="dataset")
def mask_elements(
    ds: Dataset,
    rate: float,
    *,
    modalities: Iterable[str] | None = None,
    seed: int = 0,
    splits: Sequence[str] | None = None,
) -> Dataset:
    """Set single values of real steps to 0, each with probability `rate`; every step stays valid.

    Parameters
    ----------
    ds
        Not changed.
    rate
        Probability of a zero, 0 to 1.
    modalities, splits
        Names; all when None.
    seed
        Of the draws, one generator per sample and modality.

    Returns
    -------
    Dataset
        A changed copy.

    Raises
    ------
    ConfigError
        If the rate is no probability, or a name is unknown.

    Notes
    -----
    This is how Coupled Mamba (arXiv 2405.18014, Table 12) makes data "missing": a Bernoulli mask of the shape of the
    tensor. The baselines in that table lose whole modalities instead (`drop_modalities`), so its rows are not like for like. Its
    sentence on the mask mixes up p and 1 - p; `rate` as the probability of a zero is our interpretation.
    """
    rate, seed = number(rate, "rate", low=0.0, high=1.0), whole(seed, "seed", low=0)

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        rng = generator(seed, f"elements {modality}", key)
        x[valid] *= rng.random((int(valid.sum()), x.shape[1])) >= rate

    done = f"mask_elements(rate={rate}, seed={seed})"
    return changed(ds, edit, kind="elements", done=done, modalities=modalities, splits=splits)


@takes(ds="dataset")
def add_noise(
    ds: Dataset,
    scale: float,
    *,
    modalities: Iterable[str] | None = None,
    seed: int = 0,
    splits: Sequence[str] | None = None,
) -> Dataset:
    """Add independent Gaussian noise to every real value.

    Parameters
    ----------
    ds
        Not changed.
    scale
        Standard deviation of the noise in units of each channel's own (over the training split as recorded), ≥ 0; a signal-to-
        noise ratio of -20·log10(scale) dB. A constant channel stays as it is.
    modalities, splits
        Names; all when None.
    seed
        Of the draws, one generator per sample and modality.

    Returns
    -------
    Dataset
        A changed copy.

    Raises
    ------
    ConfigError
        If the scale is negative or not finite, or a name is unknown.
    """
    scale, seed = number(scale, "scale", low=0.0), whole(seed, "seed", low=0)
    std = {m.name: m.std for m in ds.spec.modalities}

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        rng = generator(seed, f"noise {modality}", key)
        x[valid] += scale * std[modality] * rng.standard_normal((int(valid.sum()), x.shape[1]))

    done = f"add_noise(scale={scale}, seed={seed})"
    return changed(ds, edit, kind="noise", done=done, modalities=modalities, splits=splits)


@takes(ds="dataset")
def drop_frames(
    ds: Dataset,
    rate: float,
    *,
    how: Literal["mask", "zero"] = "mask",
    modalities: Iterable[str] | None = None,
    seed: int = 0,
    splits: Sequence[str] | None = None,
) -> Dataset:
    """Drop whole steps, each with probability `rate`, independently in each modality.

    Parameters
    ----------
    ds
        Not changed.
    rate
        0 to 1. A modality that was there keeps at least one step, whatever the rate.
    how
        "mask": the step becomes invalid. "zero": its values become 0 and the step stays valid, as from a sensor that sends zeros.
    modalities, splits
        Names; all when None.
    seed
        Of the draws, one generator per sample and modality.

    Returns
    -------
    Dataset
        A changed copy.

    Raises
    ------
    ConfigError
        If the rate is no probability, or a name or `how` is unknown.
    """
    rate, seed = number(rate, "rate", low=0.0, high=1.0), whole(seed, "seed", low=0)
    one_of(how, ("mask", "zero"), "how")

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        real = np.flatnonzero(valid)
        if not len(real):
            return
        draw = generator(seed, f"frames {modality}", key).random(len(real))
        lost = draw < rate
        lost[draw.argmax()] = False
        x[real[lost]] = 0
        if how == "mask":
            valid[real[lost]] = False

    done = f"drop_frames(rate={rate}, how={how!r}, seed={seed})"
    return changed(ds, edit, kind="frames", done=done, modalities=modalities, splits=splits)


@takes(ds="dataset")
def delay(
    ds: Dataset, steps: Mapping[str, int], *, jitter: int = 0, seed: int = 0, splits: Sequence[str] | None = None
) -> Dataset:
    """Delay modalities against the others.

    Parameters
    ----------
    ds
        Not changed.
    steps
        Modality to whole steps: later if positive, earlier if negative. What leaves the array is lost, what is left open is not
        real. With timestamps a step is the modality's median spacing in seconds, and each frame's place is taken by the one that
        was recorded so many seconds before.
    jitter
        Each sample and named modality moves by a further whole number, uniform from -jitter to jitter.
    seed
        Of the jitter.
    splits
        Names; all when None.

    Returns
    -------
    Dataset
        A changed copy.

    Raises
    ------
    ConfigError
        If a name is unknown, or the largest move would leave nothing of the longest sequence.

    Notes
    -----
    A model whose steps follow a common clock (``align="pad"`` or ``"bin"``) sees the delay; ``align="resample"`` counts recorded
    frames only, so a delay that loses no frame is invisible to it.
    """
    jitter, seed = whole(jitter, "jitter", low=0), whole(seed, "seed", low=0)
    names = selected(tuple(steps), ds.spec.names, "steps")
    for m in names:
        longest = ds.spec.modality(m).steps
        if type(steps[m]) is not int or abs(steps[m]) + jitter >= longest:
            raise ConfigError(
                f"steps[{m!r}]={steps[m]!r} with jitter={jitter}: the longest sequence has {longest} steps; give a whole number "
                f"between -{longest} and {longest}"
            )

    clocks = {
        (m, str(key)): times
        for split in ds.splits.values()
        for m in names
        if m in split.times
        for key, times in zip(split.ids, split.times[m], strict=True)
    }

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        more = generator(seed, f"delay {modality}", key).integers(-jitter, jitter, endpoint=True) if jitter else 0
        by = steps[modality] + int(more)
        if (modality, key) in clocks:
            spacing = ds.spec.modality(modality).spacing_s or 0.0
            index, there = delayed_frames(clocks[modality, key], valid, by * spacing)
            x[:], valid[:] = x[index], there
            return
        target, source = (slice(by, None), slice(None, len(x) - by)) if by >= 0 else (slice(None, by), slice(-by, None))
        moved, real = np.zeros_like(x), np.zeros_like(valid)
        moved[target], real[target] = x[source], valid[source]
        x[:], valid[:] = moved, real

    done = f"delay({dict(steps)}, jitter={jitter}, seed={seed})"
    return changed(ds, edit, kind="delay", done=done, modalities=names, splits=splits)
