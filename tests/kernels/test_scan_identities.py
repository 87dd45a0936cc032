"""Identities that hold exactly, or to rounding error, whatever the numbers are."""

import pytest
import torch
from mmkernels import coupled_scan
from scan_problems import SCAN_BACKENDS, Sizes, outputs, problem, solve, worst

BACKENDS = pytest.mark.parametrize("backend", SCAN_BACKENDS)
DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)


@BACKENDS
@DTYPES
def test_what_comes_later_cannot_change_what_came_before(backend: str, dtype: torch.dtype) -> None:
    drawn = problem(Sizes(3, 2, 40, 9, 4), seed=1).to(dtype)
    before, _ = outputs(drawn, backend)
    for name in ("x", "dt", "B", "C"):
        values = drawn.tensors[name]
        changed = values.clone()
        changed[:, :, 23:] = float("nan")
        drawn.tensors[name] = changed
    after, last = outputs(drawn, backend)
    assert torch.equal(after[:, :, :23], before[:, :, :23])
    assert after[:, :, 23:].isnan().all()
    assert last.isnan().all()


@BACKENDS
@pytest.mark.parametrize("masking", ["none", "gaps"])
@pytest.mark.parametrize("cut", [0, 1, 16, 29])
def test_a_scan_in_two_parts_carries_on_through_the_state(backend: str, masking: str, cut: int) -> None:
    drawn = problem(Sizes(3, 2, 40, 9, 4), masking=masking, seed=2)
    whole, last = outputs(drawn, backend)
    t, mask = drawn.tensors, drawn.mask
    h, pieces = t["h0"], []
    for piece in (slice(0, cut), slice(cut, None)):
        x, dt, B, C = (t[name][:, :, piece] for name in ("x", "dt", "B", "C"))
        part = None if mask is None else mask[:, :, piece]
        y, h = coupled_scan(x, dt, t["A"], B, C, t["D"], t["W"], h0=h, mask=part, return_state=True, backend=backend)
        pieces.append(y)
    assert torch.equal(torch.cat(pieces, dim=2), whole)
    assert torch.equal(h, last)


@BACKENDS
def test_the_output_is_linear_in_the_input_and_the_first_state(backend: str) -> None:
    one, two = (problem(Sizes(3, 2, 40, 9, 4), seed=seed) for seed in (3, 4))
    both = problem(Sizes(3, 2, 40, 9, 4), seed=3)
    for name in ("dt", "A", "B", "C", "D", "W"):
        two.tensors[name] = one.tensors[name]
    for name in ("x", "h0"):
        both.tensors[name] = 2.0 * one.tensors[name] - 3.0 * two.tensors[name]
    expected = 2.0 * outputs(one, backend)[0] - 3.0 * outputs(two, backend)[0]
    assert worst(outputs(both, backend)[0], expected) <= 1e-14


@BACKENDS
@DTYPES
def test_a_step_of_zero_holds_the_state_exactly(backend: str, dtype: torch.dtype) -> None:
    drawn = problem(Sizes(2, 2, 50, 9, 4), coupling="identity", seed=5).to(dtype)
    drawn.tensors["dt"] = torch.zeros_like(drawn.tensors["dt"])
    _, last = outputs(drawn, backend)
    assert torch.equal(last, drawn.tensors["h0"])


@BACKENDS
def test_with_equal_rows_the_coupled_states_form_one_chain(backend: str) -> None:
    # If every row of W is w, then g = sum_m w[m] h[m] obeys a recurrence of its own (arXiv:2405.18014, eq. 7):
    # g[t] = (sum_m w[m] exp(dt[m,t] A[m])) g[t-1] + sum_m w[m] dt[m,t] B[m,t] x[m,t].
    drawn = problem(Sizes(3, 2, 40, 9, 4), seed=6)
    w = torch.softmax(torch.tensor([0.3, -1.0, 0.5], dtype=torch.float64), 0)
    drawn.tensors["W"] = w.expand(3, 3)
    _, last = outputs(drawn, backend)
    t = {name: v for name, v in drawn.tensors.items() if v is not None}
    g = torch.einsum("m,mben->ben", w, t["h0"])
    for step in range(40):
        decay = torch.exp(t["dt"][:, :, step, :, None] * t["A"][:, None])
        push = (t["dt"] * t["x"])[:, :, step, :, None] * t["B"][:, :, step, None, :]
        g = torch.einsum("m,mben->ben", w, decay) * g + torch.einsum("m,mben->ben", w, push)
    assert worst(torch.einsum("m,mben->ben", w, last), g) <= 1e-14


@BACKENDS
def test_permuting_the_batch_permutes_the_results(backend: str) -> None:
    drawn = problem(Sizes(3, 5, 40, 9, 4), coupling="per_batch", masking="gaps", seed=7)
    order = torch.tensor([3, 0, 4, 2, 1])
    right = solve(drawn, backend)
    for name in ("x", "dt", "B", "C", "h0"):
        drawn.tensors[name] = drawn.tensors[name][:, order]
    drawn.tensors["W"] = drawn.tensors["W"][order]
    drawn.mask, drawn.dy, drawn.dh = drawn.mask[:, order], drawn.dy[:, order], drawn.dh[:, order]
    found = solve(drawn, backend)
    for name in ("y", "h_last", "dx", "ddt", "dB", "dC", "dh0"):
        assert torch.equal(found[name], right[name][:, order]), name
    assert torch.equal(found["dW"], right["dW"][order])


@BACKENDS
def test_permuting_the_modalities_permutes_the_results(backend: str) -> None:
    drawn = problem(Sizes(3, 2, 40, 9, 4), masking="right", seed=8)
    order = torch.tensor([2, 0, 1])
    right, last = outputs(drawn, backend)
    for name in ("x", "dt", "A", "B", "C", "D", "h0"):
        drawn.tensors[name] = drawn.tensors[name][order]
    drawn.tensors["W"] = drawn.tensors["W"][order][:, order]
    drawn.mask = drawn.mask[order]
    found, found_last = outputs(drawn, backend)
    assert worst(found, right[order]) <= 1e-14
    assert worst(found_last, last[order]) <= 1e-14


@DTYPES
def test_numba_gives_the_same_bits_for_every_number_of_threads(dtype: torch.dtype) -> None:
    drawn = problem(Sizes(2, 3, 130, 130, 4), masking="gaps", seed=9).to(dtype)
    before = torch.get_num_threads()
    results = []
    try:
        for n_thread in (1, 2, 3, 7):
            torch.set_num_threads(n_thread)
            results.append(solve(drawn, "numba"))
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(other[name], value) for name, value in results[0].items())


def test_the_literal_sum_of_the_paper_diverges_and_the_mean_does_not() -> None:
    drawn = problem(Sizes(3, 1, 120, 4, 2), coupling="ones", seed=10)
    A, dt = drawn.tensors["A"], drawn.tensors["dt"]
    drawn.tensors["A"], drawn.tensors["dt"] = torch.full_like(A, -1.0), torch.full_like(dt, 0.1)
    _, diverged = outputs(drawn, "numba")
    drawn.tensors["W"] = None
    _, stable = outputs(drawn, "numba")
    assert diverged.abs().max() > 1e30  # (3 exp(-0.1))**120 is about 1e52
    assert stable.abs().max() < 10.0
