"""On an NVIDIA GPU the Triton kernels compute what the float64 reference computes, and the same bits every time.

From a plain checkout: ``PYTHONPATH=kernels:. python -m pytest -c /dev/null --rootdir . tests/kernels/gpu``.
"""

import os
from importlib.util import find_spec

import pytest
import torch
from mmkernels import coupled_scan, last_backend
from scan_problems import Problem, Sizes, outputs, problem, solve, worst

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available() or find_spec("triton") is None or os.environ.get("TRITON_INTERPRET", "0") == "1",
    reason="needs an NVIDIA GPU and triton, not its interpreter",
)
CASES = [
    (1, 2, 0, 7, 4, "none", "none", True),
    (1, 2, 1, 1, 1, "none", "none", False),
    (1, 2, 100, 96, 16, "identity", "right", True),
    (1, 2, 257, 7, 4, "ones", "left", True),
    (1, 2, 63, 7, 16, "per_batch", "gaps", False),
    (2, 2, 2, 96, 1, "softmax", "gaps", True),
    (2, 2, 63, 1, 16, "per_batch", "right", True),
    (2, 2, 100, 7, 4, "identity", "absent", False),
    (2, 2, 8, 7, 16, "ones", "none", True),
    (3, 2, 1, 7, 16, "per_batch", "left", True),
    (3, 2, 63, 96, 4, "softmax", "none", False),
    (3, 2, 257, 96, 16, "softmax", "gaps", True),
    (3, 2, 257, 128, 16, "none", "none", True),
    (3, 2, 100, 7, 1, "none", "absent", True),
    (3, 2, 63, 7, 5, "identity", "none", True),
    (5, 2, 2, 7, 16, "none", "none", False),
    (5, 2, 63, 96, 4, "per_batch", "absent", True),
    (5, 2, 8, 7, 1, "ones", "gaps", True),
    (3, 16, 500, 128, 16, "none", "none", True),
    (3, 16, 500, 128, 64, "softmax", "none", True),
    (3, 2, 3000, 128, 16, "none", "none", True),  # few programs: time is split
    (3, 2, 3000, 64, 16, "softmax", "right", True),
]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 2e-2, torch.float16: 5e-3}


def on_gpu(given: Problem) -> Problem:
    """Return the same problem on the GPU."""
    tensors = {name: None if v is None else v.cuda() for name, v in given.tensors.items()}
    return Problem(tensors, None if given.mask is None else given.mask.cuda(), given.dy.cuda(), given.dh.cuda())


def draw(case: tuple[int, int, int, int, int, str, str, bool]) -> Problem:
    """Return the problem of a case, on the GPU."""
    coupling, masking, optional = case[5:]
    return on_gpu(problem(Sizes(*case[:5]), coupling=coupling, masking=masking, optional=optional, seed=case[2]))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_outputs_and_all_gradients_equal_the_float64_reference(
    case: tuple[int, int, int, int, int, str, str, bool], dtype: torch.dtype
) -> None:
    if dtype.itemsize == 2 and case[5] == "ones":
        pytest.skip("the literal sum diverges beyond the range of 16 bits")
    rounded = draw(case).to(dtype)
    right = solve(rounded.to(torch.float64), "reference")
    found = solve(rounded, "triton")
    assert all(value.dtype == dtype and value.is_cuda for value in found.values())
    errors = {name: worst(found[name], right[name]) for name in right}
    assert max(errors.values()) <= TOLERANCE[dtype], errors


@pytest.mark.parametrize("coupling", ["none", "softmax"])
@pytest.mark.parametrize("L", [500, 3000])
def test_two_runs_give_the_same_bits(coupling: str, L: int) -> None:
    drawn = draw((3, 4, L, 200, 16, coupling, "none", True)).to(torch.float32)
    first, second = solve(drawn, "triton"), solve(drawn, "triton")
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_auto_takes_it_on_the_gpu() -> None:
    t = draw((2, 2, 20, 9, 3, "softmax", "none", False)).to(torch.float32).tensors
    coupled_scan(*(t[name] for name in ("x", "dt", "A", "B", "C")))
    choice = last_backend()
    assert choice is not None
    assert choice.backend == "triton"


@pytest.mark.parametrize("coupling", ["none", "softmax"])
def test_nan_at_a_step_leaves_every_bit_before_it(coupling: str) -> None:
    drawn = draw((2, 2, 3000, 40, 16, coupling, "none", True)).to(torch.float32)
    before, _ = outputs(drawn, "triton")
    for name in ("x", "dt", "B", "C"):
        drawn.tensors[name][:, :, 1700] = float("nan")
    after, _ = outputs(drawn, "triton")
    assert torch.equal(before[:, :, :1700], after[:, :, :1700])
    assert torch.isnan(after[:, :, 1700]).all()


def test_nothing_with_time_channels_and_states_is_stored() -> None:
    M, B, L, E, N = 3, 16, 2000, 128, 16
    drawn = draw((M, B, L, E, N, "none", "none", False)).to(torch.float32)
    solve(drawn, "triton")
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    solve(drawn, "triton")
    assert torch.cuda.max_memory_allocated() - before < 4 * B * L * E * N  # bytes of one such tensor


def test_compiling_keeps_one_graph_and_the_same_bits() -> None:
    t = draw((2, 2, 20, 9, 3, "softmax", "none", False)).to(torch.float32).tensors
    leaves = [t[name].clone().requires_grad_() for name in ("x", "dt", "A", "B", "C")]
    torch._dynamo.reset()
    compiled = torch.compile(coupled_scan, fullgraph=True, backend="aot_eager")
    results = [run(*leaves) for run in (coupled_scan, compiled)]
    assert torch.equal(*results)
    gradients = [torch.autograd.grad(y.square().sum(), leaves) for y in results]
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))
