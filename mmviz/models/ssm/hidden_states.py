"""Hidden states of a coupled scan after every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.base import ScanInputs

#: steps whose decay and drive are computed at once
_BLOCK = 64


@torch.no_grad()
def states_of(
    scan: ScanInputs, h0: Float[Tensor, "modality batch channel state"] | None = None
) -> Float[Tensor, "modality batch time channel state"]:
    """Return h of ``mmkernels.coupled_scan`` at every step, from the state ``h0`` before the first one (None: zero).

    h[m,t] = exp(dt[m,t] A[m]) Σ_n W[m,n] h[n,t-1] + dt[m,t] B[m,t] x[m,t]; where the mask is False a modality
    holds its state. Cost and memory O(modality · batch · time · channel · state): for a few samples.
    """
    x, dt, A, B, _, _, W, mask = scan
    modalities, batch, steps, channels = x.shape
    # (batch, modality, channel · state), so that W h is one product of matrices per sample
    h = x.new_zeros(batch, modalities, channels * A.shape[-1]) if h0 is None else h0.transpose(0, 1).flatten(2)
    out = x.new_empty(steps, *h.shape)
    for start in range(0, steps, _BLOCK):
        block = slice(start, start + _BLOCK)
        decay = torch.exp(dt[:, :, block, :, None] * A[:, None, None])
        drive = (dt[:, :, block] * x[:, :, block])[..., None] * B[:, :, block, None, :]
        moved = zip(*(part.permute(2, 1, 0, 3, 4).flatten(3).contiguous() for part in (decay, drive)), strict=True)
        for t, (kept, new) in enumerate(moved, start):
            new += kept * torch.bmm(W, h)
            h = new if mask is None else torch.where(mask[:, :, t].t()[..., None], new, h)
            out[t] = h
    return out.unflatten(-1, (channels, A.shape[-1])).permute(2, 1, 0, 3, 4).contiguous()
