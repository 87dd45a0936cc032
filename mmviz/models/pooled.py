"""What fusions of pooled features have in common: encode each step, pool each modality, fuse, answer."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.errors import ConfigError
from mmviz.models.encoder import Encoders, align_of
from mmviz.models.fusion import FusionModel
from mmviz.models.pooling import RunningPool

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch
    from mmviz.models.coupled_block import ScanInputs


@dataclass(frozen=True)
class PooledConfig:
    """Options that every fusion without a scan has.

    Attributes
    ----------
    width
        Features per modality.
    pooling
        ``mean``, ``max`` or ``last`` valid step.
    steps
        Common number of steps; 0 takes the shortest of the modalities' longest sequences.
    align
        ``auto``, ``pad``, ``bin`` or ``resample``, as in :class:`mmviz.models.coupled_mamba.CoupledMambaConfig`.
    dropout
        On the fused features, in [0, 1).
    """

    width: int = 64
    pooling: str = "mean"
    steps: int = 0
    align: str = "auto"
    dropout: float = 0.1

    def __post_init__(self) -> None:
        name = type(self).__name__.removesuffix("Config")
        for field, value in vars(self).items():
            lowest = 0 if field == "steps" else 1
            if field not in ("pooling", "align", "dropout") and (type(value) is not int or value < lowest):
                raise ConfigError(f"{name}: {field}={value!r}, expected an integer ≥ {lowest}")
        if self.align not in ("auto", "pad", "bin", "resample"):
            raise ConfigError(f"{name}: align={self.align!r} is unknown; choose auto, pad, bin or resample")
        if not isinstance(self.dropout, (int, float)) or not 0 <= self.dropout < 1:
            raise ConfigError(f"{name}: dropout={self.dropout!r}, expected a number in [0, 1)")


class PooledFusion(FusionModel):
    """Encoders and a running pool; a subclass says how pooled modalities become one answer.

    Every step is encoded alone and the pool runs, so ``prefixes`` is exact; with ``align="resample"`` a prefix is a cut
    of the resampled sequence. A modality is present at step t if it has a valid step in 0..t. There is no scan:
    ``layers_of`` is empty and ``coupling_matrices`` has no layer.
    """

    config: PooledConfig

    def __init__(self, spec: Spec, config: PooledConfig) -> None:
        super().__init__()
        self.spec, self.config = spec, config
        self.steps = config.steps or min(m.steps for m in spec.modalities)
        self.align = align_of(spec, self.steps) if config.align == "auto" else config.align
        self.encoders = Encoders(spec.modalities, config.width, self.steps, align=self.align)
        self.pool = RunningPool(config.pooling)

    @abstractmethod
    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Fuse; ``pooled`` is zero where a modality is not present."""

    def features(
        self, batch: Batch
    ) -> tuple[Float[Tensor, "modality batch time width"], Bool[Tensor, "modality batch time"]]:
        """Return the steps that are pooled, and their mask."""
        return self.encoders(batch)

    def forward(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return logits (classification) or values (regression)."""
        x, mask = self.features(batch)
        return self.answer(self.pool(x, mask)[:, :, -1:], mask.any(-1, keepdim=True))[:, 0]

    def prefixes(self, batch: Batch) -> Float[Tensor, "batch time output"]:
        """Return the answer from the steps 0..t, for every t; the last is ``forward``."""
        x, mask = self.features(batch)
        return self.answer(self.pool(x, mask), mask.cumsum(-1) > 0)

    def mask_of(self, batch: Batch) -> Bool[Tensor, "modality batch time"]:
        """Return which steps of which modality carry data."""
        return self.encoders(batch)[1]

    def layers_of(self, batch: Batch) -> list[ScanInputs]:
        """Return no layer: nothing is scanned."""
        return []

    def coupling_matrices(self) -> Float[Tensor, "0 listener source"]:
        """Return no layer: nothing is coupled."""
        M = len(self.spec.modalities)
        return torch.zeros(0, M, M)
