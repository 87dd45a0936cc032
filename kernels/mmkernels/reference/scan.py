"""Coupled selective scan as a loop over time: the oracle for every other backend."""

import torch
from torch import Tensor


def mean_coupling(x: Tensor) -> Tensor:
    """Return the default coupling, (M, M) with 1 / M everywhere, in the dtype and on the device of `x`."""
    n_modality = x.shape[0]
    return x.new_full((n_modality, n_modality), 1.0 / n_modality)


def coupled_scan_reference(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    W: Tensor | None = None,
    *,
    h0: Tensor | None = None,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Run the coupled scan step by step; autograd goes through it any number of times.

    Parameters and meaning are those of `mmkernels.coupled_scan`; nothing is checked here.

    Returns
    -------
    y
        (M, B, L, E).
    h_last
        (M, B, E, N), the state after the last step (h0 if there is none).
    """
    W = mean_coupling(x) if W is None else W
    # weights[n] (M, B or 1, 1, 1): coupling weights of source n, for each target.
    weights = (W.unsqueeze(0) if W.ndim == 2 else W).permute(2, 1, 0)[..., None, None].unbind(0)
    if mask is not None:
        # A masked step may hold anything, NaN too: it is replaced before it meets arithmetic.
        real = mask.unsqueeze(-1)
        x, dt, B, C = (torch.where(real, values, torch.zeros_like(values)) for values in (x, dt, B, C))
    h = x.new_zeros((*x.shape[:2], x.shape[3], B.shape[3])) if h0 is None else h0
    is_real = [None] * x.shape[2] if mask is None else mask.unbind(2)

    outputs = []
    for x_t, dt_t, B_t, C_t, real_t in zip(x.unbind(2), dt.unbind(2), B.unbind(2), C.unbind(2), is_real, strict=True):
        coupled = torch.stack([weight * h_n for weight, h_n in zip(weights, h, strict=True)]).sum(0)
        decay = torch.exp(dt_t.unsqueeze(-1) * A.unsqueeze(1))
        new = decay * coupled + (dt_t * x_t).unsqueeze(-1) * B_t.unsqueeze(-2)
        y_t = (new * C_t.unsqueeze(-2)).sum(-1)
        if D is not None:
            y_t = y_t + D.unsqueeze(1) * x_t
        if real_t is not None:
            new = torch.where(real_t[:, :, None, None], new, h)
            y_t = torch.where(real_t.unsqueeze(-1), y_t, torch.zeros_like(y_t))
        h = new
        outputs.append(y_t)
    y = torch.stack(outputs, dim=2) if outputs else x.clone()
    return y, (h.clone() if not outputs else h)
