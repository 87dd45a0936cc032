"""The core of a Mamba block: causal convolution and selective scan along one sequence of tokens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from mmkernels import coupled_scan
from torch import nn

from mmviz.models.config import beside_scan
from mmviz.models.coupled_block import ScanInputs
from mmviz.models.stacked import StackedCausalConv

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class SelectiveCore(nn.Module):
    """Convolve, select, scan: one set of weights for all tokens, whatever their modality.

    Parameters
    ----------
    inner
        Channels (E).
    state
        States per channel (N).
    taps
        Taps of the causal depthwise convolution.
    rank
        Of Δ's projection.
    backend
        Backend of the scan, see ``mmkernels.coupled_scan``, which runs with M = 1; ``reference`` counts for the convolution too.

    Notes
    -----
    Mamba, arXiv 2312.00752, Algorithm 2, with its starting values: A = -1 ... -N, Δ log-uniform in [0.001, 0.1].
    """

    def __init__(self, inner: int, *, state: int, taps: int, rank: int, backend: str) -> None:
        super().__init__()
        self.state, self.rank, self.backend = state, rank, backend
        self.conv = StackedCausalConv(1, inner, taps, backend=beside_scan(backend))
        self.select = nn.Linear(inner, rank + 2 * state, bias=False)
        self.dt = nn.Linear(rank, inner)
        self.A_log = nn.Parameter(torch.arange(1, state + 1.0).log().expand(1, inner, state).clone())
        self.D = nn.Parameter(torch.ones(1, inner))
        with torch.no_grad():
            dt = torch.exp(torch.rand(inner) * math.log(100) + math.log(1e-3))
            self.dt.bias.copy_(dt + torch.log(-torch.expm1(-dt)))

    def scan_inputs(self, u: Float[Tensor, "batch token channel"]) -> ScanInputs:
        """Return what the operator reads; its modality axis has length 1 and there is no mask."""
        x = self.conv(u[None], activation="silu")
        low, B, C = self.select(x).split([self.rank, self.state, self.state], -1)
        dt = nn.functional.softplus(self.dt(low))
        return ScanInputs(x, dt, -self.A_log.exp(), B, C, self.D, x.new_ones(u.shape[0], 1, 1), None)

    def scan(self, inputs: ScanInputs) -> Float[Tensor, "batch token channel"]:
        """Run the operator."""
        x, dt, A, B, C, D, _, _ = inputs
        whole = A.dtype  # under automatic mixed precision the projections are half, the recurrence stays whole
        x, dt, B, C = (tensor.to(whole).contiguous() for tensor in (x, dt, B, C))
        return coupled_scan(x, dt, A, B, C, D, backend=self.backend)[0]
