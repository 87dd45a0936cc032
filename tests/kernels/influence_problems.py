"""Problems for the influence tests: one sample of a coupled scan, and its output and Jacobian by autograd."""

from typing import Any

import torch
from mmkernels.reference.scan import coupled_scan_reference
from scan_problems import Problem, Sizes, problem
from torch import Tensor

OF_ONE_SAMPLE = ("dt", "B", "C", "h0")  # have a batch axis in a scan


def one_sample(drawn: Problem) -> dict[str, Any]:
    """Return the arguments of `coupled_influence` for the only element of a batch of one, x left out."""
    t = drawn.tensors
    given = {name: t[name][:, 0] if name in OF_ONE_SAMPLE and t[name] is not None else t[name] for name in t}
    del given["x"]
    if given["W"] is not None and given["W"].ndim == 3:
        given["W"] = given["W"][0]
    given["mask"] = None if drawn.mask is None else drawn.mask[:, 0]
    return given


def scanned(given: dict[str, Any], x: Tensor) -> Tensor:
    """Return the output (M, L, E) of the reference scan for x (M, L, E)."""
    t = {n: v.unsqueeze(1) if n in OF_ONE_SAMPLE and v is not None else v for n, v in given.items()}
    mask = None if t["mask"] is None else t["mask"].unsqueeze(1)
    y, _ = coupled_scan_reference(
        x.unsqueeze(1), t["dt"], t["A"], t["B"], t["C"], t["D"], t["W"], h0=t["h0"], mask=mask
    )
    return y[:, 0]


def jacobian(given: dict[str, Any]) -> Tensor:
    """Return dy[m, t, e] / dx[n, s, e] by autograd, (M, L, M, L, E)."""
    x = torch.zeros_like(given["dt"])
    full = torch.autograd.functional.jacobian(lambda v: scanned(given, v), x)  # (M, L, E, M, L, E)
    return torch.diagonal(full, dim1=2, dim2=5)


def drawn_sample(sizes: tuple[int, int, int, int], **options: Any) -> dict[str, Any]:
    """Draw one sample of sizes (M, L, E, N)."""
    M, L, E, N = sizes
    return one_sample(problem(Sizes(M, 1, L, E, N), **options))
