"""Step encoders: number of steps, temporal alignment, standardisation and projection of every modality to one width."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import nn

from mmviz.core.errors import DataError
from mmviz.models.batch import Steps
from mmviz.models.resampling import align_by_time, bin_frames, clock_fractions, pad_to, resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Modality, Spec
    from mmviz.models.base import FusionConfig
    from mmviz.models.batch import Batch


#: Largest default number of steps for modalities of different lengths; ``steps=`` may exceed it.
MAX_DEFAULT_STEPS = 1024
#: Frames of a signal that a step may average without a note; above it, the default takes more steps.
MAX_FRAMES_PER_STEP = 4.0


def time_varying(modalities: Sequence[Modality]) -> tuple[Modality, ...]:
    """Return the modalities that change over time; all modalities if every one is static."""
    return tuple(m for m in modalities if not m.static) or tuple(modalities)


def default_steps(modalities: Sequence[Modality], *, most: int = MAX_DEFAULT_STEPS) -> int:
    """Return the default number of steps for the lengths of the modalities.

    Modalities of equal length give that length: a frame is a step. Otherwise it is the length of the shortest signal, if
    no step then averages more than four frames of another signal; else that of the longest (shorter ones repeat frames). At most
    ``most``. Static modalities are repeated at every step and have no influence.
    """
    if len({m.steps for m in modalities}) == 1:
        return modalities[0].steps
    lengths = [m.steps for m in time_varying(modalities)]
    return min(most, min(lengths) if max(lengths) <= MAX_FRAMES_PER_STEP * min(lengths) else max(lengths))


def number_of_steps(config: FusionConfig, modalities: Sequence[Modality]) -> int:
    """Return the number of steps of a model; without an upper limit for ``align="pad"``, where each frame has its own step."""
    if config.align == "pad":
        return config.steps or max(m.steps for m in modalities)
    return config.steps or default_steps(modalities)


def resolution_notes(modalities: Sequence[Modality], steps: int) -> tuple[str, ...]:
    """Return one sentence for each signal of which a step averages more than four frames: frames, steps, factor, and what to do."""
    return tuple(
        f"Resolution lost: {m.name!r} has up to {m.steps} frames, the model {steps} step{'s' * (steps != 1)}, so that a step averages "
        f"{m.steps / steps:.3g} frames; steps={m.steps} keeps each of them."
        for m in time_varying(modalities)
        if m.steps / steps > MAX_FRAMES_PER_STEP
    )


def with_resolution_notes(spec: Spec, steps: int) -> Spec:
    """Return the spec with :func:`resolution_notes` added to its notes."""
    new = tuple(note for note in resolution_notes(spec.modalities, steps) if note not in spec.notes)
    return replace(spec, notes=(*spec.notes, *new)) if new else spec


class StepEncoder(nn.Module):
    """Encoder of one modality: temporal alignment, standardisation with training statistics, map of each step to ``width``.

    Two linear maps per step, as in the published code of Coupled Mamba (its ``FusionNet``), with GELU in place of ReLU
    and without its layer normalisations, which would remove the amplitude of sensors with few channels. A constant
    feature (standard deviation 0) becomes 0. A static modality is averaged over its frames, encoded once and repeated at every step.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, modality: Modality, width: int, steps: int, *, align: str) -> None:
        super().__init__()
        self.name, self.features, self.steps, self.align = modality.name, modality.features, steps, align
        self.frames, self.static = steps if align == "pad" else modality.steps, modality.static
        std = np.asarray(modality.std, dtype=np.float32)
        scale = np.divide(1.0, std, out=np.zeros_like(std), where=std > 0)
        self.register_buffer("mean", torch.tensor(np.array(modality.mean, dtype=np.float32)))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.net = nn.Sequential(
            nn.Linear(self.features, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, width),
        )

    def forward(
        self,
        x: Float[Tensor, "batch frame feature"],
        valid: Bool[Tensor, "batch frame"],
        share: Float[Tensor, "batch frame 2"] | None = None,
    ) -> tuple[Float[Tensor, "batch time width"], Bool[Tensor, "batch time"]]:
        """Return steps and their mask; zeros where the mask is False.

        With ``share`` (see `mmviz.models.resampling.clock_fractions`) frames are aligned by timestamp.

        Raises
        ------
        DataError
            If the number of features differs from the spec, or a sequence is too long for ``align="pad"`` or ``"bin"``.
        """
        if x.ndim != 3 or x.shape[-1] != self.features:
            raise DataError(
                f"modality {self.name!r}: values have shape {tuple(x.shape)}, expected (batch, frame, {self.features}); "
                "build the model from the spec of the data set it is used on"
            )
        if x.dtype in (torch.float16, torch.bfloat16):  # too few digits to count frames
            x = x.float()
        if self.static and share is None:
            code, mask = self._coded(*resample(x, valid, 1))
            return code.expand(-1, self.steps, -1), mask.expand(-1, self.steps)
        if share is None and self.align != "resample" and x.shape[1] > self.frames:
            raise DataError(
                f"modality {self.name!r}: {x.shape[1]} frames, more than the {self.frames} of the spec; "
                'build the model with a larger steps= or with align="resample"'
            )
        return self._coded(*self._aligned(x, valid, share))

    def frame_weights(
        self, valid: Bool[Tensor, "batch frame"], share: Float[Tensor, "batch frame 2"] | None = None
    ) -> Float[Tensor, "batch time frame"]:
        """Return the weight of every frame in the average that is a step; rows of valid steps add up to 1, others are 0."""
        frames = torch.eye(valid.shape[1], device=valid.device).expand(len(valid), -1, -1)
        if self.static and share is None:
            return resample(frames, valid, 1)[0].expand(-1, self.steps, -1)
        return self._aligned(frames, valid, share)[0]

    def _aligned(
        self, x: Float[Tensor, "batch frame _column"], valid: Bool[Tensor, "batch frame"], share: Tensor | None
    ) -> tuple[Float[Tensor, "batch time _column"], Bool[Tensor, "batch time"]]:
        """Return the averages of frames that are the steps, and their mask."""
        if share is not None:
            if self.static:
                x, valid = resample(x, valid, 1)
            return align_by_time(x, valid, share, self.steps)
        if self.align == "bin":
            return bin_frames(x, valid, self.steps, self.frames)
        return (pad_to if self.align == "pad" else resample)(x, valid, self.steps)

    def _coded(
        self, steps: Float[Tensor, "batch _time feature"], mask: Bool[Tensor, "batch _time"]
    ) -> tuple[Float[Tensor, "batch _time width"], Bool[Tensor, "batch _time"]]:
        standard = (steps - self.mean) * self.scale
        code = self.net(standard.to(next(self.net.parameters()).dtype))
        return torch.where(mask[..., None], code, torch.zeros_like(code)), mask


class Encoders(nn.Module):
    """One :class:`StepEncoder` per modality, with stacked results."""

    def __init__(
        self, modalities: tuple[Modality, ...], width: int, steps: int, *, align: str, duration_s: float | None = None
    ) -> None:
        super().__init__()
        self.timed = duration_s is not None and align != "pad"
        self.duration_s = duration_s if align == "bin" else None
        self.names = tuple(m.name for m in modalities)
        self.static = tuple(m.name for m in modalities if m.static)
        self.encoders = nn.ModuleList(StepEncoder(m, width, steps, align=align) for m in modalities)

    def forward(self, batch: Batch) -> Steps:
        """Return the encoded steps of every modality; aligned by timestamp if the spec has timestamps and ``align`` is not ``pad``.

        Raises
        ------
        DataError
            If a modality of the spec is missing from the batch, or the spec has timestamps and the batch does not.
        """
        check_modalities(batch, self.names)
        shares = self.shares(batch)
        pairs = [
            encode(batch.values[n], batch.valid[n], shares.get(n))
            for n, encode in zip(self.names, self.encoders, strict=True)
        ]
        return Steps(torch.stack([steps for steps, _ in pairs]), torch.stack([mask for _, mask in pairs]))

    def frame_weights(self, batch: Batch, name: str) -> Float[Tensor, "batch time frame"]:
        """Return the weight of every frame of a modality in every step of the model."""
        encoder = cast("StepEncoder", self.encoders[self.names.index(name)])
        return encoder.frame_weights(batch.valid[name], self.shares(batch).get(name))

    def shares(self, batch: Batch) -> dict[str, Tensor]:
        """Return the time interval of each frame as fractions of the clock, see :func:`mmviz.models.resampling.clock_fractions`; {} without timestamps."""
        return clock_fractions(batch, self.names, self.duration_s, self.static) if self.timed else {}


def check_modalities(batch: Batch, names: Sequence[str]) -> None:
    """Raise DataError if a modality of the spec is missing from the batch."""
    missing = [name for name in names if name not in batch.values]
    if missing:
        raise DataError(
            f"batch: modality {', '.join(missing)} is missing, it has {', '.join(batch.names)}; give an absent modality "
            "as any values with a mask that is all False"
        )


def default_align(spec: Spec, steps: int) -> str:
    """Return the default of ``align`` for this spec and number of steps; ``bin`` for data with timestamps."""
    if spec.duration_s is not None:
        return "bin"
    lengths = {m.steps for m in time_varying(spec.modalities)}
    if lengths == {steps}:
        return "pad"
    return "bin" if len(lengths) == 1 and steps < max(lengths) else "resample"
