"""The contract of every fusion model, and the way they share: encode, streams, pool, answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.models.encoder import Encoders, align_of
from mmviz.models.observation import Observation
from mmviz.models.pooling import RunningPool
from mmviz.models.resolution import noted, steps_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch
    from mmviz.models.config import FusionConfig
    from mmviz.models.steps import Steps


class FusionModel(nn.Module, ABC):
    """A model from a batch of modalities to one answer.

    ``encode`` brings every modality onto one time axis, each alone; ``streams`` is what happens along time; a running pool
    makes one vector per modality; ``answer`` fuses them. A subclass writes ``streams`` and ``answer``. Both are causal, or
    ``causal`` is False, so ``prefixes`` is exact: step t of it is the answer to the sequence cut after step t, wherever each
    modality that is present has begun by then. With ``align="resample"`` that is a cut of the *resampled* sequence: a shorter recording would be
    stretched; :mod:`mmviz.models.prefix` says what holds, and cuts recordings. A modality is present at step t if it has a valid step in 0..t; an absent one cannot change the answer.

    Attributes
    ----------
    spec
        The data it was built for; where a step averages more than four frames of a signal, its notes say so.
    config
        Its options, a dataclass of plain values; ``steps`` is the number taken.
    steps
        Length of its own time axis.
    align
        ``pad``, ``bin`` or ``resample``: how frames become steps.
    """

    def __init__(self, spec: Spec, config: FusionConfig) -> None:
        super().__init__()
        self.steps = steps_of(config, spec.modalities)
        self.align = align_of(spec, self.steps) if config.align == "auto" else config.align
        self.spec, self.config = noted(spec, self.steps), replace(config, steps=self.steps)
        self.encoders = Encoders(
            spec.modalities, config.width, self.steps, align=self.align, duration_s=spec.duration_s
        )
        self.pool = RunningPool(config.pooling)

    @abstractmethod
    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return what is pooled; note in ``seen``, where one is given, what happens inside and what training punishes."""

    @abstractmethod
    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Fuse into logits (classification) or values (regression); ``pooled`` is zero where a modality is not present."""

    def encode(self, batch: Batch) -> Steps:
        """Return the steps of every modality, and their mask."""
        return self.encoders(batch)

    def forward(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return logits (classification) or values (regression)."""
        return self.fuse(self.encode(batch))

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Return the answer to encoded steps."""
        return self.answer(*self.pooled(steps))[:, 0]

    def pooled(
        self, steps: Steps, seen: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return one vector per modality, what ``answer`` reads, and which modalities are present."""
        return self.pool(self.streams(steps, seen), steps.mask)[:, :, -1:], steps.mask.any(-1, keepdim=True)

    @property
    def timed(self) -> bool:
        """Whether steps are intervals of time in seconds: the data have timestamps, and frames are not taken one by one."""
        return self.spec.duration_s is not None and self.align != "pad"

    @property
    def causal(self) -> bool:
        """Whether one pass gives the answer to every prefix; if not, ``prefixes`` takes as many passes as there are steps."""
        return True

    def prefixes(self, batch: Batch) -> Float[Tensor, "batch time output"]:
        """Return the answer from the steps 0..t, for every t; the last is ``forward``."""
        return self.fuse_prefixes(self.encode(batch))

    def fuse_prefixes(self, steps: Steps) -> Float[Tensor, "batch time output"]:
        """Return the answer to encoded steps 0..t, for every t; the last is ``fuse``."""
        if not self.causal:
            return torch.stack([self.fuse(steps.until(stop)) for stop in range(1, steps.x.shape[2] + 1)], 1)
        return self.answer(self.pool(self.streams(steps), steps.mask), steps.mask.cumsum(-1) > 0)

    def learn(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the answer and the model's own penalties, by name and weighted, for training."""
        seen = Observation(learning=True)
        return self.answer(*self.pooled(steps, seen))[:, 0], seen.penalties

    def observe(self, steps: Steps) -> Observation:
        """Return what happens inside for these steps."""
        seen = Observation()
        self.streams(steps, seen)
        return seen

    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return W of each layer with every modality present; no layer where nothing is coupled."""
        M = len(self.spec.modalities)
        return torch.zeros(0, M, M)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Layers with a scan, inner channels, states per channel; zeros where a model has no scan."""
        return 0, 0, 0
