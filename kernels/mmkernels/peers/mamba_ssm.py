"""The selective scan of the mamba-ssm package behind our signature: a peer to compare with, for one modality.

Where the package's CUDA kernel can be imported and x is on a GPU, that kernel runs. Elsewhere the package cannot
even be imported (it asks for the kernel first), so its own PyTorch reference, the function `selective_scan_ref`,
is read out of the installed file; nothing of the package is imported and no module is put in its place.
"""

import ast
import importlib.metadata
import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mmkernels.transforms import is_transformed

_INSTALL = "pip install --no-deps --no-build-isolation mamba-ssm"


def _found(module: str) -> Path | None:
    """Return where a module's file lies, without importing it, or None."""
    try:
        spec = importlib.util.find_spec(module)
    except ValueError:  # something without a file was put in its place
        return None
    return None if spec is None or spec.origin is None else Path(spec.origin)


@cache
def selective_scan_reference() -> tuple[Callable[..., Any] | None, str | None]:
    """Return the package's selective_scan_ref, or None and why it cannot be had."""
    package = _found("mamba_ssm")
    if package is None:
        return None, f"the package mamba-ssm is not installed ({_INSTALL})"
    path = package.parent / "ops" / "selective_scan_interface.py"
    try:
        from einops import rearrange, repeat
    except ImportError as error:
        return None, f"its selective_scan_ref needs einops ({error}; pip install einops)"
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError) as error:
        return None, f"its file {path.name} cannot be read ({error})"
    found: list[ast.stmt] = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "selective_scan_ref"]
    if not found:
        return None, f"its file {path.name} holds no selective_scan_ref; this adapter knows mamba-ssm 2.3"
    names: dict[str, Any] = {"torch": torch, "F": torch.nn.functional, "rearrange": rearrange, "repeat": repeat}
    exec(compile(ast.Module(found, []), str(path), "exec"), names)  # noqa: S102 - the same code an import would run
    return names["selective_scan_ref"], None


@cache
def _cuda_kernel() -> tuple[Callable[..., Any] | None, str | None]:
    """Return the package's selective_scan_fn, which calls its CUDA kernel, or None and why it cannot be had."""
    if _found("selective_scan_cuda") is None:
        return None, "the installed mamba-ssm was built without its CUDA kernel"
    try:
        from mamba_ssm.ops.selective_scan_interface import selective_scan_fn
    except (ImportError, OSError, RuntimeError) as error:
        return None, f"mamba_ssm cannot be imported ({error})"
    return selective_scan_fn, None


def _on_cuda(x: Tensor | None) -> bool:
    return x is not None and x.is_cuda and _cuda_kernel()[0] is not None


def against(x: Tensor | None) -> str | None:
    """Return why the package cannot scan `x` (None: anything at all), or None if it can."""
    if x is not None and x.shape[0] != 1:
        return f"it computes one modality (M = 1) and x has M = {x.shape[0]}"
    if x is not None and 0 in x.shape:
        return f"it has no result for an empty axis and x is of shape {tuple(x.shape)}"
    if _on_cuda(x):
        known = (torch.float32, torch.float16, torch.bfloat16)
        if x is not None and x.dtype not in known:
            return f"its CUDA kernel computes in float32, float16 and bfloat16 and x is {x.dtype}"
        return None
    return selective_scan_reference()[1]


def against_call(*, W: Tensor | None = None, h0: Tensor | None = None, mask: Tensor | None = None) -> str | None:
    """Return which of the optional arguments the package has nothing for, or None if there is none."""
    if mask is not None:
        return "it has no mask; cut the padding off, or pass mask=None"
    if h0 is not None:
        return "it starts from a zero state and h0 is given; pass h0=None"
    if W is not None and W.requires_grad:
        return "it has no coupling and so no gradient for W; pass W=None"
    if W is not None and not bool((W == 1).all()):
        return f"it has no coupling and W is not 1 ({W.flatten()[0].item()!r} first); pass W=None"
    return None


def note(x: Tensor | None) -> str | None:
    """Return which of the package's two scans runs for `x`, and what it costs; None where neither can."""
    if x is None and torch.cuda.is_available() and _cuda_kernel()[0] is not None:
        return f"mamba-ssm {importlib.metadata.version('mamba-ssm')}: its CUDA kernel for tensors on a GPU"
    if _on_cuda(x):
        return f"mamba-ssm {importlib.metadata.version('mamba-ssm')}: its CUDA kernel"
    if selective_scan_reference()[0] is None:
        return None
    version = importlib.metadata.version("mamba-ssm")
    why = _cuda_kernel()[1] or "x is not on a GPU"
    return (
        f"mamba-ssm {version}: its PyTorch reference selective_scan_ref, because {why}; "
        "computes in float32, and its backward pass is quadratic in L"
    )


class _NoGradient(torch.autograd.Function):
    """The identity, for a result whose gradient the package leaves out."""

    @staticmethod
    def forward(ctx: Any, h: Tensor) -> Tensor:
        return h.view_as(h)

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> Tensor:
        raise RuntimeError(
            "coupled_scan: backend 'mamba_ssm' has no gradient for h_last: the package's CUDA kernel leaves it out. "
            "Use y alone, pass h_last.detach(), or choose another backend."
        )


def coupled_scan_mamba_ssm(
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
    """Run the selective scan of mamba-ssm on x, dt (1, B, L, E), A (1, E, N), B, C (1, B, L, N), D (1, E).

    Parameters and meaning are those of `mmkernels.coupled_scan`. What the package has nothing for is refused
    before this is called (`against`, `against_call`).

    Returns
    -------
    y
        (1, B, L, E) in the dtype of x, computed in float32.
    h_last
        (1, B, E, N). With the CUDA kernel it has no gradient: asking for one is an error.

    Notes
    -----
    The package expects time as the last axis, so x, dt, B, C and y are transposed before and after the call; a
    benchmark includes that. Source: github.com/state-spaces/mamba, mamba_ssm/ops/selective_scan_interface.py.
    """
    on_cuda = _on_cuda(x)
    if on_cuda and is_transformed():
        raise RuntimeError(
            "coupled_scan: backend 'mamba_ssm' has no transforms on a GPU (torch.func or torch.autograd.forward_ad requested "
            "one). Pass backend='reference'."
        )
    scan = (_cuda_kernel() if on_cuda else selective_scan_reference())[0]
    if scan is None:
        raise RuntimeError(f"coupled_scan: backend 'mamba_ssm' was called although {against(x)}.")
    u, delta, B_rows, C_rows = (values[0].transpose(1, 2).contiguous() for values in (x, dt, B, C))
    rate, direct = A[0].float(), None if D is None else D[0].float()
    y, h = scan(u, delta, rate, B_rows, C_rows, direct, return_last_state=True)
    y, h = y.transpose(1, 2).unsqueeze(0), h.to(x.dtype).unsqueeze(0)
    return y, (_NoGradient.apply(h) if on_cuda else h)
