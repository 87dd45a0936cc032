"""How many steps a model takes when its options leave it to the data, and what resolution the steps lose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.data.spec import Modality, Spec
    from mmviz.models.config import FusionConfig

#: Most steps that are chosen for modalities of different lengths; more are taken only when they are asked for.
MOST_STEPS = 1024
#: Frames averaged in one step above which the loss of resolution is reported.
REPORTED_LOSS = 2.0


def signals_of(modalities: Sequence[Modality]) -> tuple[Modality, ...]:
    """Return the modalities that change over time; all of them where none does."""
    return tuple(m for m in modalities if not m.static) or tuple(modalities)


def default_steps(modalities: Sequence[Modality], *, most: int = MOST_STEPS) -> int:
    """Return the number of steps that the data suggest.

    Modalities of one length give that length: a frame is a step. Otherwise it is the length of the longest signal, but at most
    ``most``; shorter ones repeat frames. Static modalities are repeated at every step and have no influence.
    """
    lengths = {m.steps for m in modalities}
    return max(lengths) if len(lengths) == 1 else min(max(m.steps for m in signals_of(modalities)), most)


def steps_of(config: FusionConfig, modalities: Sequence[Modality]) -> int:
    """Return the number of steps of a model; with ``align="pad"`` every frame must find its step, so that no limit holds."""
    longest = max(m.steps for m in modalities)
    return config.steps or default_steps(modalities, most=longest if config.align == "pad" else MOST_STEPS)


def resolution_losses(modalities: Sequence[Modality], steps: int) -> tuple[str, ...]:
    """Return a sentence for each signal of which a step averages more than two frames: frames, steps, factor, and what to do."""
    return tuple(
        f"Resolution lost: {m.name!r} has up to {m.steps} frames, the model {steps} step{'s' * (steps != 1)}, so that a step averages "
        f"{m.steps / steps:.3g} frames; steps={m.steps} keeps each of them."
        for m in signals_of(modalities)
        if m.steps / steps > REPORTED_LOSS
    )


def noted(spec: Spec, steps: int) -> Spec:
    """Return the spec with the loss of resolution among its notes."""
    new = tuple(note for note in resolution_losses(spec.modalities, steps) if note not in spec.notes)
    return replace(spec, notes=(*spec.notes, *new)) if new else spec
