"""Runs the Triton kernels in Triton's interpreter (TRITON_INTERPRET=1) beside Numba; prints differences as JSON."""

import json
import sys
from typing import Any

import torch
from mmkernels import entropic_value
from torch import Tensor


def run(backend: str, sides: tuple[Tensor, Tensor], named: dict[str, Any], logits: Tensor) -> dict[str, Tensor]:
    """Return the result and the gradients of its value."""
    x, y, t = (leaf.clone().requires_grad_() for leaf in (*sides, logits))
    mask = named.get("mask_x")
    a = torch.softmax(t if mask is None else t.masked_fill(~mask, -torch.inf), 1)
    found = entropic_value(x, y, a=a, backend=backend, **named)
    gradients = torch.autograd.grad(found.value.sum(), (x, y, t))
    named_gradients = dict(zip(("dx", "dy", "da"), gradients, strict=True))
    return {**{k: getattr(found, k).detach() for k in ("value", "f", "g", "iterations")}, **named_gradients}


def differences(metric: str, kind: str, n: int, m: int, d: int) -> dict[str, float]:
    """Solve one batch with both backends."""
    draw = torch.Generator().manual_seed(n + m)
    sides = torch.randn(2, n, d, generator=draw), torch.randn(2, m, d, generator=draw)
    named: dict[str, Any] = {"metric": metric, "epsilon": 0.3 if metric == "cosine" else 0.5 * d}
    named |= {"tolerance": 0.0, "max_iterations": 6}
    if kind == "gaps":
        named["mask_x"] = (torch.arange(n) % 3 != 1).expand(2, n).clone()
        named["mask_y"] = torch.arange(m) < torch.tensor([[m], [max(1, m // 2)]])
    logits = torch.randn(2, n, generator=draw)
    found, right = (run(backend, sides, named, logits) for backend in ("triton", "numba"))
    scale = {k: max(v.abs().max().item(), 1e-30) for k, v in right.items()}
    scale["f"] = scale["g"] = max(scale["f"], scale["g"])
    return {k: (found[k] - right[k]).abs().max().item() / scale[k] for k in right}


if __name__ == "__main__":
    cases = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps([differences(*case) for case in cases]))
