"""Mamba blocks: coupled selective scans of M modality streams, and one selective scan along a token sequence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from mmkernels import coupled_scan
from torch import nn

from mmviz.core.options import whole
from mmviz.models import frozen_gates
from mmviz.models.base import FusionConfig, ScanInputs, other_backend
from mmviz.models.layers import StackedCausalConv, StackedLayerNorm, StackedLinear
from mmviz.models.ssm.coupling import Coupling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Bool, Float
    from torch import Tensor


class CoupledBlock(nn.Module):
    """One layer of Coupled Mamba: M SSM streams with coupled hidden states, Algorithm 1 of the paper.

    Parameters
    ----------
    modalities, width
        M streams of ``width`` channels (the paper's D).
    state
        States per channel (N).
    expand
        Inner channels per outer channel; E = expand · width.
    taps
        Taps of the causal depthwise convolution.
    dt_rank
        Rank of Δ's projection, ≥ 1; None takes ceil(width / 8), as in the published code.
    coupling
        See :class:`mmviz.models.ssm.coupling.Coupling`.
    backend
        Backend of the scan, see ``mmkernels.coupled_scan``; ``reference`` applies to convolution and gate too.

    Notes
    -----
    Source: Coupled Mamba, arXiv 2405.18014, Algorithm 1 and equations 6 and 10. The line for S is printed without an exponential;
    our interpretation is exp(Δ·A) with A = -exp(A_log) < 0. D-skip and the bias of Δ follow Mamba (arXiv 2312.00752). A, B, C per
    modality are our interpretation; the paper does not specify it.
    """

    def __init__(
        self,
        modalities: int,
        width: int,
        *,
        state: int = 16,
        expand: int = 2,
        taps: int = 4,
        dt_rank: int | None = None,
        coupling: str = "softmax",
        backend: str = "auto",
    ) -> None:
        super().__init__()
        rank = math.ceil(width / 8) if dt_rank is None else whole(dt_rank, "dt_rank (None for ceil(width / 8))", low=1)
        inner = expand * width
        self.state, self.rank, self.backend = state, rank, backend
        self.norm = StackedLayerNorm(modalities, width)
        self.into = StackedLinear(modalities, width, inner, bias=False)
        self.gate = StackedLinear(modalities, width, inner, bias=False)
        self.conv = StackedCausalConv(modalities, inner, taps, backend=other_backend(backend))
        self.select = StackedLinear(modalities, inner, rank + 2 * state, bias=False)
        self.dt = StackedLinear(modalities, rank, inner)
        self.A_log = nn.Parameter(torch.arange(1, state + 1.0).log().expand(modalities, inner, state).clone())
        self.D = nn.Parameter(torch.ones(modalities, inner))
        self.coupling = Coupling(modalities, coupling)
        self.out = StackedLinear(modalities, inner, width, bias=False)
        _initialise_dt(self.dt.bias)

    def scan_inputs(
        self, x: Float[Tensor, "modality batch time width"], mask: Bool[Tensor, "modality batch time"] | None
    ) -> tuple[ScanInputs, Float[Tensor, "modality batch time channel"]]:
        """Return the inputs of the scan, and the gate of its output. Without a mask every step is valid."""
        normed = self.norm(x)
        u = self.into(normed)
        u = self.conv(u if mask is None else u * mask[..., None], activation="silu")
        dt, B, C = frozen_gates.constant(lambda: self._selection(u), batch=1)
        available = torch.ones(x.shape[1], len(x), dtype=torch.bool, device=x.device)
        W = self.coupling(available if mask is None else mask.any(-1).transpose(0, 1))
        return ScanInputs(u, dt, -self.A_log.exp(), B, C, self.D, W.to(u.dtype), mask), self.gate(normed)

    def forward(
        self, x: Float[Tensor, "modality batch time width"], mask: Bool[Tensor, "modality batch time"] | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return x plus the block's output; steps where the mask is False are unchanged."""
        scan, z = self.scan_inputs(x, mask)
        return self.combine(x, self.scan(scan), z, mask)

    def scan(self, inputs: ScanInputs) -> Float[Tensor, "modality batch time channel"]:
        """Return the output of the scan."""
        x, dt, A, B, C, D, W, mask = inputs
        x, dt, B, C = _in_dtype(A.dtype, x, dt, B, C)
        same_for_all = mask is None and len(W) > 0  # one W for the batch; a constant one is a single SSM stream
        coupling = (W[0] if same_for_all else W).to(A.dtype)
        return coupled_scan(x, dt, A, B, C, D, coupling, mask=mask, backend=self.backend)

    def combine(
        self,
        x: Float[Tensor, "modality batch time width"],
        y: Float[Tensor, "modality batch time channel"],
        z: Float[Tensor, "modality batch time channel"],
        mask: Bool[Tensor, "modality batch time"] | None,
    ) -> Float[Tensor, "modality batch time width"]:
        """Return x plus the gated and projected scan output."""
        out = self.out(frozen_gates.gated(y, z, batch=1, backend=other_backend(self.backend)))
        return x + (out if mask is None else out * mask[..., None])

    def _selection(self, u: Float[Tensor, "modality batch time channel"]) -> tuple[Tensor, Tensor, Tensor]:
        """Return Δ, B and C, which depend on the data."""
        low, B, C = self.select(u).split([self.rank, self.state, self.state], -1)
        return nn.functional.softplus(self.dt(low)), B, C


class SelectiveCore(nn.Module):
    """Causal convolution, selection and selective scan along one token sequence, with weights shared by all modalities.

    Parameters
    ----------
    inner
        Channels (E).
    state
        States per channel (N).
    taps
        Taps of the causal depthwise convolution.
    rank
        Rank of Δ's projection.
    backend
        Backend of the scan, see ``mmkernels.coupled_scan``, called with M = 1; ``reference`` applies to the convolution too.

    Notes
    -----
    Mamba, arXiv 2312.00752, Algorithm 2, with its initial values: A = -1 ... -N, Δ log-uniform in [0.001, 0.1].
    """

    def __init__(self, inner: int, *, state: int, taps: int, rank: int, backend: str) -> None:
        super().__init__()
        self.state, self.rank, self.backend = state, rank, backend
        self.conv = StackedCausalConv(1, inner, taps, backend=other_backend(backend))
        self.select = nn.Linear(inner, rank + 2 * state, bias=False)
        self.dt = nn.Linear(rank, inner)
        self.A_log = nn.Parameter(torch.arange(1, state + 1.0).log().expand(1, inner, state).clone())
        self.D = nn.Parameter(torch.ones(1, inner))
        _initialise_dt(self.dt.bias)

    def scan_inputs(self, u: Float[Tensor, "batch token channel"]) -> ScanInputs:
        """Return the inputs of the scan; the modality axis has length 1 and there is no mask."""
        x = self.conv(u[None], activation="silu")
        dt, B, C = frozen_gates.constant(lambda: self._selection(x), batch=1)
        return ScanInputs(x, dt, -self.A_log.exp(), B, C, self.D, x.new_ones(u.shape[0], 1, 1), None)

    def scan(self, inputs: ScanInputs) -> Float[Tensor, "batch token channel"]:
        """Return the output of the scan."""
        x, dt, A, B, C, D, _, _ = inputs
        x, dt, B, C = _in_dtype(A.dtype, x, dt, B, C)
        return coupled_scan(x, dt, A, B, C, D, backend=self.backend)[0]

    def _selection(self, x: Float[Tensor, "1 batch token channel"]) -> tuple[Tensor, Tensor, Tensor]:
        """Return Δ, B and C, which depend on the data."""
        low, B, C = self.select(x).split([self.rank, self.state, self.state], -1)
        return nn.functional.softplus(self.dt(low)), B, C


@torch.no_grad()
def _initialise_dt(bias: Tensor | None, low: float = 1e-3, high: float = 0.1) -> None:
    """Set the bias of Δ's projection so that Δ = softplus(bias) is log-uniform in [low, high], as in Mamba."""
    if bias is not None:
        dt = torch.exp(torch.rand_like(bias) * math.log(high / low) + math.log(low))
        bias.copy_(dt + torch.log(-torch.expm1(-dt)))


def _in_dtype(dtype: torch.dtype, *tensors: Tensor) -> Iterator[Tensor]:
    """Return contiguous tensors in the dtype of the recurrence: projections are half precision under mixed precision, states are not."""
    return (tensor.to(dtype).contiguous() for tensor in tensors)


@dataclass(frozen=True)
class MambaConfig(FusionConfig):
    """Options of a stack of :class:`~mmviz.models.ssm.blocks.CoupledBlock`.

    Attributes
    ----------
    layers, state, expand, taps
        Number of blocks, states per channel, inner channels per channel, convolution taps; each ≥ 1.
    dt_rank
        Rank of Δ's projection, ≥ 1; None takes ceil(width / 8). Our interpretation of "Δ" in Coupled Mamba's Table 9.
        The rest as in :class:`~mmviz.models.base.FusionConfig`.
    """

    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    dt_rank: int | None = None

    def blocks(self, streams: int, coupling: str) -> nn.ModuleList:
        """Return the blocks for this number of streams."""
        return nn.ModuleList(
            CoupledBlock(
                streams,
                self.width,
                state=self.state,
                expand=self.expand,
                taps=self.taps,
                dt_rank=self.dt_rank,
                coupling=coupling,
                backend=self.backend,
            )
            for _ in range(self.layers)
        )
