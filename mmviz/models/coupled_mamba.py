"""Coupled Mamba: encoders, N coupled layers of M streams, pooling, head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from mmviz.errors import ConfigError
from mmviz.models.coupled_block import CoupledBlock, ScanInputs
from mmviz.models.encoder import Encoders, align_of
from mmviz.models.fusion import FusionModel
from mmviz.models.pooling import PresentMean, RunningPool
from mmviz.models.stacked import StackedLayerNorm, StackedLinear

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch


@dataclass(frozen=True)
class CoupledMambaConfig:
    """Options of ``build("coupled_mamba", spec, ...)``.

    Attributes
    ----------
    width, layers, state, expand, taps
        Channels per stream, coupled layers, states per channel, inner channels per channel, convolution taps.
        The paper's best on MOSEI: width 128, layers 3, state 64; the defaults are sized for a laptop.
    coupling
        ``identity``, ``mean``, ``softmax`` or ``exact_sum``.
    mix
        ``cat`` adds, between layers, a projection of all modalities to each (Figure 1's "Cat", read as concatenation,
        projection and residual); ``none`` leaves the state coupling alone to carry anything across.
    pooling
        ``mean``, ``max`` (the published code) or ``last`` valid step.
    steps
        Common number of steps; 0 takes the shortest of the modalities' longest sequences.
    align
        How frames become steps. ``pad``: one frame, one step. ``bin``: averages over equal numbers of frames, on one clock for
        all sequences. ``resample``: averages over equal parts of each sequence's own duration. ``auto`` pads when every modality has
        ``steps`` frames, bins when all have the same number and it is larger, and resamples otherwise.
    dropout
        On the pooled features, in [0, 1).
    backend
        Backend of the scan.
    """

    width: int = 64
    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    coupling: str = "softmax"
    mix: str = "cat"
    pooling: str = "mean"
    steps: int = 0
    align: str = "auto"
    dropout: float = 0.1
    backend: str = "auto"

    def __post_init__(self) -> None:
        for name in ("width", "layers", "state", "expand", "taps"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise ConfigError(f"coupled_mamba: {name}={getattr(self, name)!r}, expected an integer ≥ 1")
        if type(self.steps) is not int or self.steps < 0:
            raise ConfigError(f"coupled_mamba: steps={self.steps!r}, expected an integer ≥ 0 (0 = from the data)")
        if self.mix not in ("cat", "none"):
            raise ConfigError(f"coupled_mamba: mix={self.mix!r} is unknown; choose cat or none")
        if self.align not in ("auto", "pad", "bin", "resample"):
            raise ConfigError(f"coupled_mamba: align={self.align!r} is unknown; choose auto, pad, bin or resample")
        if not isinstance(self.dropout, (int, float)) or not 0 <= self.dropout < 1:
            raise ConfigError(f"coupled_mamba: dropout={self.dropout!r}, expected a number in [0, 1)")


class CoupledMamba(FusionModel):
    """Coupled Mamba (arXiv 2405.18014), with the coupled recurrence its public code does not have.

    ``forward`` answers a batch; ``prefixes`` answers every prefix of it at once; ``layers_of`` shows what the scan
    of each layer reads. An absent modality is skipped everywhere: its content cannot change the answer.
    """

    def __init__(self, spec: Spec, config: CoupledMambaConfig) -> None:
        super().__init__()
        self.spec, self.config = spec, config
        M, width = len(spec.modalities), config.width
        self.steps = config.steps or min(m.steps for m in spec.modalities)
        self.align = align_of(spec, self.steps) if config.align == "auto" else config.align
        self.encoders = Encoders(spec.modalities, width, self.steps, align=self.align)
        self.blocks = nn.ModuleList(
            CoupledBlock(
                M,
                width,
                state=config.state,
                expand=config.expand,
                taps=config.taps,
                coupling=config.coupling,
                backend=config.backend,
            )
            for _ in range(config.layers)
        )
        mixers = config.layers - 1 if config.mix == "cat" else 0
        self.mixers = nn.ModuleList(StackedLinear(M, M * width, width) for _ in range(mixers))
        self.norm = StackedLayerNorm(M, width)
        self.pool = RunningPool(config.pooling)
        self.fuse = PresentMean(M)
        self.head = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(width, width),
            nn.GELU(),
            nn.Linear(width, spec.task.outputs),
        )

    def forward(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return logits (classification) or values (regression)."""
        return self.head(self._fused(*self._features(batch))[:, -1])

    def prefixes(self, batch: Batch) -> Float[Tensor, "batch time output"]:
        """Return what the model answers from steps 0..t, for every t.

        Exact, not an estimate: every layer is causal and the pooling runs, so step t of the result is the
        answer to the sequence cut after step t, wherever each modality that is present has begun by then. With
        ``align="resample"`` that is a cut of the *resampled* sequence: a shorter recording would be stretched. The last
        one is ``forward``.
        """
        return self.head(self._fused(*self._features(batch)))

    def layers_of(self, batch: Batch) -> list[ScanInputs]:
        """Return what the coupled scan of each layer reads for this batch."""
        seen: list[ScanInputs] = []
        self._features(batch, seen)
        return seen

    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return W of each layer with every modality present."""
        return torch.stack([block.coupling.matrix() for block in self._coupled()])

    def mask_of(self, batch: Batch) -> Bool[Tensor, "modality batch time"]:
        """Return which steps of which modality carry data."""
        return self.encoders(batch)[1]

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Coupled layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    def _coupled(self) -> list[CoupledBlock]:
        return [block for block in self.blocks if isinstance(block, CoupledBlock)]

    def _features(
        self, batch: Batch, seen: list[ScanInputs] | None = None
    ) -> tuple[Float[Tensor, "modality batch time width"], Bool[Tensor, "modality batch time"]]:
        x, mask = self.encoders(batch)
        holes = None if bool(mask.all()) else mask
        for depth, block in enumerate(self._coupled()):
            scan, z = block.scan_inputs(x, holes)
            if seen is not None:
                seen.append(scan)
            x = block.combine(x, block.scan(scan), z, holes)
            if depth < len(self.mixers):
                joined = x.permute(1, 2, 0, 3).flatten(2).expand(len(x), -1, -1, -1)
                mixed = nn.functional.gelu(self.mixers[depth](joined))
                x = x + (mixed if holes is None else mixed * holes[..., None])
        return self.norm(x), mask

    def _fused(
        self, x: Float[Tensor, "modality batch time width"], mask: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time width"]:
        return self.fuse(self.pool(x, mask), mask.cumsum(-1) > 0)
