"""The gradients are the derivatives of the outputs, by finite differences."""

from collections.abc import Callable

import pytest
import torch
from mmkernels import coupled_scan
from scan_problems import NAMES, Sizes, problem
from torch import Tensor


def _function(backend: str, mask: Tensor | None) -> Callable[..., tuple[Tensor, Tensor]]:
    def run(*tensors: Tensor) -> tuple[Tensor, Tensor]:
        y, h = coupled_scan(*tensors[:7], h0=tensors[7], mask=mask, return_state=True, backend=backend)
        return y, h

    return run


def _leaves(coupling: str, masking: str) -> tuple[tuple[Tensor, ...], Tensor | None]:
    drawn = problem(Sizes(2, 2, 4, 3, 2), coupling=coupling, masking=masking, seed=11)
    found = (drawn.tensors[name] for name in NAMES)
    return tuple(v.requires_grad_() for v in found if v is not None), drawn.mask


@pytest.mark.parametrize("masking", ["none", "gaps"])
@pytest.mark.parametrize("coupling", ["softmax", "per_batch"])
@pytest.mark.parametrize("backend", ["numba", "reference"])
def test_first_derivatives_match_finite_differences(backend: str, coupling: str, masking: str) -> None:
    leaves, mask = _leaves(coupling, masking)
    assert torch.autograd.gradcheck(_function(backend, mask), leaves)


@pytest.mark.parametrize("masking", ["none", "gaps"])
def test_second_derivatives_of_the_reference_match_finite_differences(masking: str) -> None:
    leaves, mask = _leaves("softmax", masking)
    assert torch.autograd.gradgradcheck(_function("reference", mask), leaves)


def test_numba_refuses_a_second_derivative_and_names_the_backend_that_has_one() -> None:
    leaves, mask = _leaves("softmax", "none")
    y, _ = _function("numba", mask)(*leaves)
    (dx,) = torch.autograd.grad(y.square().sum(), leaves[:1], create_graph=True)
    with pytest.raises(RuntimeError, match=r"no second derivative.*backend='reference'"):
        dx.sum().backward()


@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_may_be_asked_for_one_argument_alone(name: str) -> None:
    leaves, mask = _leaves("softmax", "gaps")
    alone = [v.detach().requires_grad_(n == name) for n, v in zip(NAMES, leaves, strict=True)]
    picked = alone[NAMES.index(name)]

    def gradient(backend: str) -> Tensor:
        y, _ = _function(backend, mask)(*alone)
        return torch.autograd.grad(y.square().sum(), picked)[0]

    torch.testing.assert_close(gradient("numba"), gradient("reference"), rtol=1e-11, atol=1e-12)


def test_the_gradient_of_the_last_state_alone_is_right() -> None:
    leaves, mask = _leaves("softmax", "left")

    def gradients(backend: str) -> tuple[Tensor, ...]:
        _, h = _function(backend, mask)(*leaves)
        return torch.autograd.grad(h.square().sum(), leaves, allow_unused=True, materialize_grads=True)

    for found, right in zip(gradients("numba"), gradients("reference"), strict=True):
        torch.testing.assert_close(found, right, rtol=1e-11, atol=1e-12)
