"""Which frames of a modality the steps of a captured scan contain: by position, confirmed by changing single frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Bool, Int


@dataclass(frozen=True, eq=False)
class StepFrames:
    """Frames of the steps of one stream.

    Attributes
    ----------
    kind
        ``measured``: each changed frame changed the scan from the expected step on. ``position``: by proportion of the lengths, but earlier steps
        changed as well (``later_frames``). ``given`` by the user. ``backward``: the last frame comes first. ``unknown``.
    last_frame
        (step,) the last frame that each step contains; -1: none, or unknown; the number of frames: a step after all frames.
    tested
        Number of frames that were changed one at a time.
    later_frames
        Steps by which a later frame changed the scan's inputs before its own step, the largest over the changed frames.
    """

    kind: str
    last_frame: Int[np.ndarray, " step"]
    tested: int = 0
    later_frames: int = 0
    frames: int = 0

    @property
    def known(self) -> bool:
        """Whether the steps correspond to frames."""
        return self.kind != "unknown"

    @property
    def backward(self) -> bool:
        """Whether the scan runs from the last frame to the first."""
        return self.kind == "backward"

    def text(self, modality: str) -> str:
        """Return in words how the steps correspond to the frames of a modality."""
        steps = len(self.last_frame)
        if not self.known:
            return f"unknown: {steps} scan steps" + (f", {self.frames} frames of {modality}" if modality else "")
        if steps == self.frames:
            ratio = "one scan step per frame"
        elif steps < self.frames and self.frames % steps == 0:
            ratio = f"{self.frames // steps} frames per scan step"
        elif steps % self.frames == 0:
            ratio = f"{steps // self.frames} scan steps per frame"
        else:
            ratio = f"{steps} scan steps, {self.frames} frames"
        if self.kind == "given":
            return f"{ratio} of {modality}, as given"
        if self.backward:
            return f"{ratio} of {modality}, last frame first (measured at {self.tested} frames)"
        if self.kind == "measured":
            return f"{ratio} of {modality} (measured at {self.tested} frames)"
        return f"{ratio} of {modality} by position; inputs of a step also depend on frames up to {self.later_frames} steps later (measured at {self.tested} frames)"


def unknown_frames(steps: int, frames: int = 0) -> StepFrames:
    """Return the mapping of steps whose frames are unknown."""
    return StepFrames("unknown", np.full(steps, -1), frames=frames)


def given_frames(frames: Sequence[int], steps: int, count: int, place: str) -> StepFrames:
    """Return the mapping that a user gave.

    Raises
    ------
    ConfigError
        If it is not one whole number from -1 to the last frame for each step, in ascending order.
    """
    last = np.asarray(frames)
    if last.shape != (steps,) or last.dtype.kind not in "iu":
        raise ConfigError(
            f"{place} has shape {last.shape} and type {last.dtype}, expected {steps} whole numbers: the last frame that each scan step contains, -1 for none"
        )
    if last.min() < -1 or last.max() >= count or (np.diff(last) < 0).any():
        raise ConfigError(
            f"{place} holds {last.min()} to {last.max()}; give numbers from -1 to {count - 1} in ascending order"
        )
    return StepFrames("given", last.astype(np.int64), frames=count)


def frames_of_steps(changed: Mapping[int, Bool[np.ndarray, " step"]], steps: int, frames: int) -> StepFrames:
    """Return the frames of the steps of a stream, from where its inputs change when a single frame changes.

    Parameters
    ----------
    changed
        Changed frame to the steps whose inputs changed.
    steps, frames
        Length of the scan, and of the modality.
    """
    first = {frame: int(where.argmax()) for frame, where in changed.items() if where.any()}
    if not first:
        return unknown_frames(steps, frames)
    tested = np.array(list(first))
    found = np.array(list(first.values()))
    if steps == frames and len(tested) > 1 and (found == steps - 1 - tested).all():
        return StepFrames("backward", np.arange(frames)[::-1].copy(), len(tested), frames=frames)
    offset = int(found[0] - tested[0])
    if frames % steps == 0 or steps % frames == 0:
        last = ((np.arange(steps) + 1) * frames - 1) // steps if steps <= frames else np.arange(steps) * frames // steps
        expected = np.searchsorted(last, tested)
        own = np.array([changed[frame][step] for frame, step in zip(first, expected, strict=True)])
        if (found <= expected).all() and own.all():
            later = int((expected - found).max())
            return StepFrames("position" if later else "measured", last, len(tested), later, frames)
    if steps >= frames and 0 <= offset <= steps - frames and (found - tested == offset).all():
        last = np.clip(np.arange(steps) - offset, -1, frames)
        return StepFrames("measured", last, len(tested), frames=frames)
    return unknown_frames(steps, frames)
