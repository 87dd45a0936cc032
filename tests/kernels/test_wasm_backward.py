"""The page's backward passes of scan and convolution against autograd of the float64 reference: the gradient with respect to x."""

import dataclasses

import numpy as np
import pytest
import torch
from mmkernels import causal_conv
from mmkernels.reference.scan import coupled_scan_reference
from mmkernels.wasm import Kernels
from scan_problems import Problem, Sizes, problem
from wasm_calls import blank, draw, error, outcome

SIZES = [
    Sizes(M=1, B=1, L=1, E=1, N=1),
    Sizes(M=3, B=2, L=7, E=5, N=3),
    Sizes(M=2, B=3, L=9, E=16, N=4),
    Sizes(M=5, B=1, L=4, E=35, N=2),
    Sizes(M=2, B=2, L=0, E=8, N=4),
]


def arguments(given: Problem) -> list[object]:
    """Return the arguments of `scan_backward`; dx is at 9."""
    t = {name: None if v is None else v.float().contiguous().numpy() for name, v in given.tensors.items()}
    M, R, L, E = t["x"].shape
    N = t["A"].shape[-1]
    mask = None if given.mask is None else given.mask.numpy().astype(np.uint8) * 5
    stride = M * M if t["W"] is not None and t["W"].ndim == 3 else 0
    tensors = [given.dy.float().contiguous().numpy(), *(t[name] for name in ("dt", "A", "B", "C", "D", "W"))]
    return [*tensors, stride, mask, blank(M, R, L, E), blank(M * N * 16 * 3 + M), M, R, L, E, N]


def reference(given: Problem) -> torch.Tensor:
    t = {name: None if v is None else v.float().double() for name, v in given.tensors.items()}
    x = t["x"].clone().requires_grad_()
    y, _ = coupled_scan_reference(x, t["dt"], t["A"], t["B"], t["C"], t["D"], t["W"], h0=None, mask=given.mask)
    (dx,) = torch.autograd.grad((y * given.dy.float().double()).sum(), x)
    return dx if given.mask is None else torch.where(given.mask[..., None], dx, 0.0)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("masking", ["none", "right", "left", "gaps", "absent"])
@pytest.mark.parametrize("coupling", ["none", "softmax", "per_batch"])
def test_the_gradient_of_a_scan_equals_the_reference_to_1e_6(
    wasm: Kernels, sizes: Sizes, masking: str, coupling: str
) -> None:
    for optional in (True, False):
        given = problem(sizes, coupling=coupling, masking=masking, optional=optional, seed=3)
        call = arguments(given)
        assert error(wasm.call("scan_backward", *call)[9], reference(given)) < 1e-6
    if masking == "gaps" and coupling == "per_batch":
        outcome(wasm, "scan_backward", *call, out=9)


def test_the_gradient_over_500_steps_is_right_to_1e_5(wasm: Kernels) -> None:
    given = problem(Sizes(M=3, B=1, L=500, E=4, N=3), coupling="softmax", masking="gaps")
    assert error(wasm.call("scan_backward", *arguments(given))[9], reference(given)) < 1e-5


def test_values_at_masked_steps_are_not_read(wasm: Kernels) -> None:
    given = problem(Sizes(M=3, B=2, L=9, E=6, N=3), masking="gaps", coupling="per_batch")
    right = wasm.call("scan_backward", *arguments(given))[9]
    hidden = ~given.mask[..., None]
    for name in ("dt", "B", "C"):
        given.tensors[name] = torch.where(hidden, torch.nan, given.tensors[name])
    given = dataclasses.replace(given, dy=torch.where(hidden, torch.nan, given.dy))
    np.testing.assert_array_equal(wasm.call("scan_backward", *arguments(given))[9], right)


def test_the_size_of_the_scratch_memory_is_the_one_that_these_tests_give(wasm: Kernels) -> None:
    assert wasm.size("scan_backward_scratch", 3, 16) == 3 * 16 * 16 * 3 + 3


@pytest.mark.parametrize(
    ("rows", "steps", "channels", "taps"), [(2, 7, 5, 4), (1, 2, 8, 4), (1, 1, 1, 1), (3, 6, 9, 2)]
)
def test_the_gradient_of_a_convolution_equals_the_reference_to_1e_6(
    wasm: Kernels, rows: int, steps: int, channels: int, taps: int
) -> None:
    dy, w = draw(rows, steps, channels), draw(taps, channels, seed=1)
    x = torch.zeros(1, rows, steps, channels, dtype=torch.float64, requires_grad=True)
    weight = torch.from_numpy(w.T.copy()).double()[None]
    y = causal_conv(x, weight, None, backend="reference")
    (dx,) = torch.autograd.grad((y[0] * torch.from_numpy(dy).double()).sum(), x)
    found = outcome(wasm, "conv_backward", dy, w, blank(rows, steps, channels), rows, steps, channels, taps, out=2)
    assert error(found, dx[0]) < 1e-6
