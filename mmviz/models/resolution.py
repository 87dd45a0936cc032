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
#: Frames of a signal that a step may average; beyond, the default takes more steps, and what is lost is reported.
MOST_AVERAGED = 4.0


def signals_of(modalities: Sequence[Modality]) -> tuple[Modality, ...]:
    """Return the modalities that change over time; all of them where none does."""
    return tuple(m for m in modalities if not m.static) or tuple(modalities)


def default_steps(modalities: Sequence[Modality], *, most: int = MOST_STEPS) -> int:
    """Return the number of steps that the data suggest.

    Modalities of one length give that length: a frame is a step. Otherwise it is the length of the shortest signal, as long as
    no step averages more than four frames of another one; else that of the longest, of which shorter ones repeat frames. At most
    ``most``. Static modalities are repeated at every step and have no influence.
    """
    if len({m.steps for m in modalities}) == 1:
        return modalities[0].steps
    lengths = [m.steps for m in signals_of(modalities)]
    return min(most, min(lengths) if max(lengths) <= MOST_AVERAGED * min(lengths) else max(lengths))


def steps_of(config: FusionConfig, modalities: Sequence[Modality]) -> int:
    """Return the number of steps of a model; with ``align="pad"`` every frame must find its step, so that no limit holds."""
    if config.align == "pad":
        return config.steps or max(m.steps for m in modalities)
    return config.steps or default_steps(modalities)


def resolution_losses(modalities: Sequence[Modality], steps: int) -> tuple[str, ...]:
    """Return a sentence for each signal of which a step averages more than four frames: frames, steps, factor, and what to do."""
    return tuple(
        f"Resolution lost: {m.name!r} has up to {m.steps} frames, the model {steps} step{'s' * (steps != 1)}, so that a step averages "
        f"{m.steps / steps:.3g} frames; steps={m.steps} keeps each of them."
        for m in signals_of(modalities)
        if m.steps / steps > MOST_AVERAGED
    )


def noted(spec: Spec, steps: int) -> Spec:
    """Return the spec with the loss of resolution among its notes."""
    new = tuple(note for note in resolution_losses(spec.modalities, steps) if note not in spec.notes)
    return replace(spec, notes=(*spec.notes, *new)) if new else spec
