"""Every state of a coupled scan, step by step: what the fast operator computes and never keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.coupled_block import ScanInputs


@torch.no_grad()
def states_of(scan: ScanInputs) -> Float[Tensor, "modality batch time channel state"]:
    """Return h of ``mmkernels.coupled_scan`` at every step.

    h[m,t] = exp(dt[m,t] A[m]) Σ_n W[m,n] h[n,t-1] + dt[m,t] B[m,t] x[m,t]; where the mask is False a modality
    holds its state. Cost and memory O(modality · batch · time · channel · state): meant for a few samples.
    """
    x, dt, A, B, _, _, W, mask = scan
    modalities, batch, steps, channels = x.shape
    h = x.new_zeros(modalities, batch, channels, A.shape[-1])
    out = x.new_empty(modalities, batch, steps, channels, A.shape[-1])
    for t in range(steps):
        heard = torch.einsum("bmn,nbes->mbes", W, h)
        new = torch.exp(dt[:, :, t, :, None] * A[:, None]) * heard
        new = new + (dt[:, :, t] * x[:, :, t])[..., None] * B[:, :, t, None, :]
        h = new if mask is None else torch.where(mask[:, :, t, None, None], new, h)
        out[:, :, t] = h
    return out
