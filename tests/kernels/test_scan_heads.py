"""One decay rate for all states of a channel, A of shape (M, E, 1): values, gradients, the paths without an own kernel, and errors."""

import pytest
import torch
from mmkernels import coupled_scan
from torch import Tensor

#: steps, heads, channels of a head, states: one step, ragged channels, several chunks of time and quads of vectors
SIZES = [(1, 1, 3, 2), (70, 3, 8, 5), (130, 8, 16, 16), (65, 5, 37, 3), (200, 1, 1, 9)]


def problem(steps, heads, width, states, *, streams=1, batch=2, dtype=torch.float64, h0=True, direct=True):
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    channels = heads * width
    dt = torch.nn.functional.softplus(draw(streams, batch, steps, heads) - 1).repeat_interleave(width, -1)
    rate = -(draw(streams, heads).abs() * 2 + 0.3).repeat_interleave(width, -1)[..., None]
    parts = (
        draw(streams, batch, steps, channels),
        dt,
        rate,
        draw(streams, batch, steps, states),
        draw(streams, batch, steps, states),
        draw(streams, channels) if direct else None,
        draw(streams, batch, channels, states) if h0 else None,
    )
    return [None if part is None else part.to(dtype).contiguous() for part in parts]


def run(parts, *, repeated=False, gradients=True, **options):
    """y, the last state and all gradients of a weighted sum of both."""
    leaves = [None if part is None else part.clone().requires_grad_(gradients) for part in parts]
    x, dt, A, B, C, D, h0 = leaves
    A = A.expand(-1, -1, B.shape[-1]) if repeated else A
    y, last = coupled_scan(x, dt, A, B, C, D, h0=h0, return_state=True, **options)
    found: list[Tensor] = [y.detach(), last.detach()]
    if gradients:
        weights = [torch.linspace(-1, 2, part.shape[-1], dtype=part.dtype) for part in (y, last)]
        total = (y * weights[0]).sum() + (last * weights[1]).sum()
        found += torch.autograd.grad(total, [leaf for leaf in leaves if leaf is not None])
    return found


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("given", [True, False], ids=["with h0 and D", "without"])
@pytest.mark.parametrize(("dtype", "accuracy"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_values_state_and_gradients_agree_with_the_float64_reference(sizes, given, dtype, accuracy):
    exact = run(problem(*sizes, h0=given, direct=given), repeated=True, backend="reference")
    found = run(problem(*sizes, dtype=dtype, h0=given, direct=given), backend="numba")
    for one, other in zip(found, exact, strict=True):
        assert one.shape == other.shape
        assert float((one.double() - other).abs().max()) <= accuracy * float(other.abs().max())


@pytest.mark.parametrize("sizes", SIZES)
def test_output_and_state_equal_those_of_a_repeated_rate_to_the_bit(sizes):
    parts = problem(*sizes, dtype=torch.float32)
    one, other = run(parts, gradients=False), run(parts, repeated=True, gradients=False)
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])
    x, dt, A, B, C, D, _ = parts
    assert torch.equal(coupled_scan(x, dt, A, B, C, D), coupled_scan(x, dt, A.expand(-1, -1, B.shape[-1]), B, C, D))


@pytest.mark.parametrize(
    "options",
    [
        {"mask": torch.arange(12).expand(1, 2, 12) % 5 > 0},
        {"W": torch.tensor([[0.5]], dtype=torch.float64)},
        {"W": torch.ones(2, 1, 1, dtype=torch.float64)},
        {"backend": "reference"},
    ],
    ids=["mask", "weight", "weight of each sample", "reference"],
)
def test_calls_without_an_own_kernel_equal_a_repeated_rate(options):
    parts = problem(12, 2, 5, 4)
    for one, other in zip(run(parts, **options), run(parts, repeated=True, **options), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def test_several_streams_equal_a_repeated_rate():
    parts = problem(12, 2, 5, 4, streams=3)
    for one, other in zip(run(parts), run(parts, repeated=True), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def test_strided_arguments_equal_contiguous_ones():
    parts = problem(9, 2, 5, 4)
    turned = [part if part is None else part.transpose(0, 1).contiguous().transpose(0, 1) for part in parts]
    turned[0] = parts[0].transpose(2, 3).contiguous().transpose(2, 3)
    for one, other in zip(run(turned), run(parts), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(("batch", "steps"), [(0, 5), (2, 0)])
def test_an_empty_batch_or_sequence_gives_empty_outputs_and_the_state_before_it(batch, steps):
    parts = problem(steps, 2, 5, 4, batch=batch)
    y, last, *_ = run(parts, gradients=False)
    assert y.shape == (1, batch, steps, 10)
    if steps == 0:
        assert torch.equal(last, parts[-1])


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # PyTorch's own, when a dual tensor is made
def test_forward_mode_and_vmap_equal_a_repeated_rate():
    x, dt, A, B, C, D, _ = problem(6, 2, 3, 4)

    def output(rate):
        return coupled_scan(x, dt, rate, B, C, D)

    def repeated(rate):
        return coupled_scan(x, dt, rate.expand(-1, -1, 4), B, C, D)

    direction = torch.ones_like(A)
    for one, other in zip(
        torch.func.jvp(output, (A,), (direction,)), torch.func.jvp(repeated, (A,), (direction,)), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
    rates = torch.stack([A, 2 * A])
    torch.testing.assert_close(
        torch.vmap(output)(rates), torch.stack([output(A), output(2 * A)]), rtol=1e-12, atol=1e-12
    )


def test_a_second_derivative_is_refused_with_the_remedy():
    x, dt, A, B, C, D, _ = problem(6, 2, 3, 4)
    x.requires_grad_()
    first = torch.autograd.grad(coupled_scan(x, dt, A, B, C, D).square().sum(), x, create_graph=True)[0]
    with pytest.raises(RuntimeError, match=r"no second derivative.*backend='reference'"):
        first.sum().backward()


def test_states_of_b_and_c_must_agree_and_a_rate_per_state_must_have_as_many():
    x, dt, A, B, C, D, _ = problem(6, 2, 3, 4)
    with pytest.raises(
        ValueError, match=r"coupled_scan: C must be of shape \(M, B, L, N\) = \(1, 2, 6, 4\); it is \(1, 2, 6, 3\)"
    ):
        coupled_scan(x, dt, A, B, C[..., :3], D)
    with pytest.raises(ValueError, match=r"B must be of shape \(M, B, L, N\) = \(1, 2, 6, 2\)"):
        coupled_scan(x, dt, A.expand(-1, -1, 2), B, C, D)
    with pytest.raises(ValueError, match=r"h0 must be of shape \(M, B, E, N\) = \(1, 2, 6, 4\)"):
        coupled_scan(x, dt, A, B, C, D, h0=x.new_zeros(1, 2, 6, 1))
