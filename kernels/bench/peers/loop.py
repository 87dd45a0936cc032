"""The fair PyTorch loop: what a good programmer writes without a kernel."""

import torch
from torch import Tensor


def coupled_loop(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run the coupled scan with W = 1 / M, one step after another; arguments as in `mmkernels.coupled_scan`.

    Two things make it fair. `unbind` cuts the tensors once: ``x[:, :, t]`` would make the backward pass of every step
    fill a gradient of full size, quadratic in L. And one state H = mean of all is carried, not M of them.
    """
    state = x.new_zeros(x.shape[1], x.shape[3], A.shape[2])
    rate, outputs = A.unsqueeze(1), []
    for dt_t, u_t, B_t, C_t in zip(dt.unbind(2), (dt * x).unbind(2), B.unbind(2), C.unbind(2), strict=True):
        h = torch.exp(dt_t.unsqueeze(-1) * rate) * state + u_t.unsqueeze(-1) * B_t.unsqueeze(-2)
        state = h.sum(0) / x.shape[0]
        outputs.append(torch.matmul(h, C_t.unsqueeze(-1)).squeeze(-1))
    return torch.stack(outputs, dim=2)
