"""Step encoders: number of steps, temporal alignment, standardisation and projection of every modality to one width."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from mmviz.core.errors import DataError
from mmviz.models.batch import Steps
from mmviz.models.resampling import align_by_time, bin_frames, pad_to, resample, shares_of_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Modality, Spec
    from mmviz.models.base import FusionConfig
    from mmviz.models.batch import Batch


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


class StepEncoder(nn.Module):
    """One modality: align, standardise with the training statistics, map each step to ``width``.

    Two linear maps per step, as in the published code of Coupled Mamba (its ``FusionNet``), with GELU in place of ReLU
    and without its layer normalisations: on the few channels of a sensor they would take the amplitude away. A constant
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

        With ``share`` (see `mmviz.models.resampling.shares_of_clock`) frames are aligned by time.

        Raises
        ------
        DataError
            If the number of features is not the one of the spec, or a sequence is too long to be padded.
        """
        if x.ndim != 3 or x.shape[-1] != self.features:
            raise DataError(
                f"modality {self.name!r}: values have shape {tuple(x.shape)}, expected (batch, frame, {self.features}); "
                "build the model from the spec of the data set it is used on"
            )
        if x.dtype in (torch.float16, torch.bfloat16):  # they cannot count frames
            x = x.float()
        if self.static:
            x, valid = resample(x, valid, 1)
            if share is None:
                code, mask = self._coded(x, valid)
                return code.expand(-1, self.steps, -1), mask.expand(-1, self.steps)
        if share is None and self.align != "resample" and x.shape[1] > self.frames:
            raise DataError(
                f"modality {self.name!r}: {x.shape[1]} frames do not fit the {self.frames} of the spec; "
                'build the model with a larger steps= or with align="resample"'
            )
        if share is not None:
            steps, mask = align_by_time(x, valid, share, self.steps)
        elif self.align == "bin":
            steps, mask = bin_frames(x, valid, self.steps, self.frames)
        else:
            steps, mask = (pad_to if self.align == "pad" else resample)(x, valid, self.steps)
        return self._coded(steps, mask)

    def _coded(
        self, steps: Float[Tensor, "batch _time feature"], mask: Bool[Tensor, "batch _time"]
    ) -> tuple[Float[Tensor, "batch _time width"], Bool[Tensor, "batch _time"]]:
        standard = (steps - self.mean) * self.scale
        code = self.net(standard.to(next(self.net.parameters()).dtype))
        return torch.where(mask[..., None], code, torch.zeros_like(code)), mask


class Encoders(nn.Module):
    """A :class:`StepEncoder` per modality, results stacked."""

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
        """Encode every modality of the batch; by time where the spec has timestamps, unless each frame is a step.

        Raises
        ------
        DataError
            If the batch lacks a modality of the spec, or the times that the spec has.
        """
        lacking = [name for name in self.names if name not in batch.values]
        if lacking:
            raise DataError(
                f"batch: modality {', '.join(lacking)} is lacking, it holds {', '.join(batch.names)}; an absent modality "
                "is given as any values with a mask that is all False"
            )
        shares = shares_of_clock(batch, self.names, self.duration_s, self.static) if self.timed else {}
        pairs = [
            encode(batch.values[n], batch.valid[n], shares.get(n))
            for n, encode in zip(self.names, self.encoders, strict=True)
        ]
        return Steps(torch.stack([steps for steps, _ in pairs]), torch.stack([mask for _, mask in pairs]))


def align_of(spec: Spec, steps: int) -> str:
    """Return how frames become ``steps`` steps when the options leave it to the data; data with timestamps have one clock."""
    if spec.duration_s is not None:
        return "bin"
    lengths = {m.steps for m in signals_of(spec.modalities)}
    if lengths == {steps}:
        return "pad"
    return "bin" if len(lengths) == 1 and steps < max(lengths) else "resample"
