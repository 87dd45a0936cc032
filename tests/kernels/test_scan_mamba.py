"""With one modality the coupled scan is Mamba's selective scan; with W = I it is M of them."""

import pytest
import torch
from mmkernels import coupled_scan
from scan_problems import Sizes, outputs, problem, worst
from torch import Tensor


def selective_scan(u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor) -> Tensor:
    """Write out Algorithm 2 of arXiv:2312.00752 for u, delta (B, D, L), A (D, N), B, C (B, N, L), D (D,)."""
    n_batch, n_channel, n_time = u.shape
    y = torch.empty_like(u)
    for b in range(n_batch):
        for d in range(n_channel):
            state = torch.zeros_like(A[d])
            for t in range(n_time):
                a_bar = torch.exp(delta[b, d, t] * A[d])
                b_bar = delta[b, d, t] * B[b, :, t]
                state = a_bar * state + b_bar * u[b, d, t]
                y[b, d, t] = torch.dot(C[b, :, t], state) + D[d] * u[b, d, t]
    return y


@pytest.mark.parametrize("coupling", ["none", "identity"])
@pytest.mark.parametrize("backend", ["numba", "reference"])
def test_one_modality_is_mambas_selective_scan(backend: str, coupling: str) -> None:
    drawn = problem(Sizes(1, 2, 30, 11, 5), coupling=coupling, seed=3)
    drawn.tensors["h0"] = None
    t = {name: v[0] for name, v in drawn.tensors.items() if v is not None}
    u, delta = (t[name].transpose(1, 2) for name in ("x", "dt"))
    right = selective_scan(u, delta, t["A"], t["B"].transpose(1, 2), t["C"].transpose(1, 2), t["D"])
    found, _ = outputs(drawn, backend)
    assert worst(found[0].transpose(1, 2), right) <= 1e-14


@pytest.mark.parametrize("masking", ["none", "gaps"])
@pytest.mark.parametrize("backend", ["numba", "reference"])
def test_identity_coupling_is_one_separate_scan_per_modality(backend: str, masking: str) -> None:
    drawn = problem(Sizes(3, 2, 40, 9, 4), coupling="identity", masking=masking, seed=5)
    together, last = outputs(drawn, backend)
    t = {name: v for name, v in drawn.tensors.items() if v is not None}
    for m in range(3):
        own = [t[name][m : m + 1] for name in ("x", "dt", "A", "B", "C", "D")]
        mask = None if drawn.mask is None else drawn.mask[m : m + 1]
        h0 = t["h0"][m : m + 1]
        y, h = coupled_scan(*own, h0=h0, mask=mask, return_state=True, backend=backend)
        assert worst(together[m], y[0]) <= 1e-14
        assert worst(last[m], h[0]) <= 1e-14


@pytest.mark.parametrize("backend", ["numba", "reference"])
def test_the_default_coupling_is_the_mean(backend: str) -> None:
    drawn = problem(Sizes(3, 2, 25, 6, 4), coupling="none", seed=6)
    default, _ = outputs(drawn, backend)
    drawn.tensors["W"] = torch.full((3, 3), 1.0 / 3.0, dtype=torch.float64)
    assert torch.equal(default, outputs(drawn, backend)[0])


@pytest.mark.parametrize("backend", ["numba", "reference"])
def test_one_coupling_per_batch_element_is_a_scan_per_element(backend: str) -> None:
    drawn = problem(Sizes(3, 4, 25, 6, 4), coupling="per_batch", seed=7)
    together, _ = outputs(drawn, backend)
    t = {name: v for name, v in drawn.tensors.items() if v is not None}
    for b in range(4):
        own = [t[name][:, b : b + 1] for name in ("x", "dt")]
        rest = [t["A"], t["B"][:, b : b + 1], t["C"][:, b : b + 1], t["D"], t["W"][b]]
        y = coupled_scan(*own, *rest, h0=t["h0"][:, b : b + 1], backend=backend)
        assert worst(together[:, b], y[:, 0]) <= 1e-14
