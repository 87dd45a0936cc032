"""The scan behaves like a PyTorch operator: layouts, modes, compilation, export, threads."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from mmkernels import coupled_scan
from scan_problems import NAMES, SCAN_BACKENDS, Sizes, outputs, problem, solve, worst
from torch import Tensor
from torch.autograd import forward_ad

BACKENDS = pytest.mark.parametrize("backend", SCAN_BACKENDS)


def _arguments(seed: int) -> tuple[Tensor, ...]:
    drawn = problem(Sizes(2, 2, 20, 9, 3), seed=seed)
    return tuple(v for name in NAMES if (v := drawn.tensors[name]) is not None)


@BACKENDS
def test_strides_do_not_change_the_values(backend: str) -> None:
    drawn = problem(Sizes(2, 3, 20, 9, 4), masking="gaps", seed=1)
    right = solve(drawn, backend)
    for name, values in drawn.tensors.items():
        if values is not None:
            drawn.tensors[name] = values.transpose(0, -1).contiguous().transpose(0, -1)
    drawn.mask = drawn.mask.transpose(0, 2).contiguous().transpose(0, 2)
    drawn.dy = drawn.dy.transpose(0, -1).contiguous().transpose(0, -1)
    assert not drawn.tensors["x"].is_contiguous()
    found = solve(drawn, backend)
    assert all(worst(found[name], value) <= 1e-14 for name, value in right.items())


@BACKENDS
def test_expanded_arguments_get_the_summed_gradient(backend: str) -> None:
    drawn = problem(Sizes(2, 3, 20, 9, 4), seed=2)
    t = {name: v for name, v in drawn.tensors.items() if v is not None}
    small = t["A"][:1, :1].clone().requires_grad_()
    y = coupled_scan(t["x"], t["dt"], small.expand(2, 9, 4), t["B"], t["C"], backend=backend)
    y.sum().backward()
    full = small.detach().expand(2, 9, 4).clone().requires_grad_()
    coupled_scan(t["x"], t["dt"], full, t["B"], t["C"], backend=backend).sum().backward()
    assert small.grad is not None
    assert full.grad is not None
    assert worst(small.grad, full.grad.sum((0, 1), keepdim=True)) <= 1e-13
    constant = coupled_scan(t["x"][:, :, :1].expand(2, 3, 20, 9), t["dt"], t["A"], t["B"], t["C"], backend=backend)
    assert torch.isfinite(constant).all()


@BACKENDS
def test_grad_modes_and_requires_grad_do_not_change_the_values(backend: str) -> None:
    drawn = problem(Sizes(2, 3, 20, 9, 4), masking="gaps", seed=3)
    right, last = outputs(drawn, backend)
    with torch.inference_mode():
        inferred, _ = outputs(problem(Sizes(2, 3, 20, 9, 4), masking="gaps", seed=3), backend)
    assert inferred.is_inference()
    with torch.no_grad():
        silent, _ = outputs(drawn, backend)
    assert not silent.requires_grad
    found = solve(drawn, backend)
    assert torch.equal(inferred, right)
    assert torch.equal(silent, right)
    assert torch.equal(found["y"], right)
    assert torch.equal(found["h_last"], last)


@pytest.mark.parametrize("coupling", ["none", "softmax"])
def test_another_default_device_changes_nothing(coupling: str) -> None:
    drawn = problem(Sizes(2, 2, 70, 9, 3), coupling=coupling, seed=7)
    right = solve(drawn, "numba")
    with torch.device("meta"):
        found = solve(drawn, "numba")
    assert all(torch.equal(found[name], value) for name, value in right.items())


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # PyTorch's own, when a dual tensor is made
@BACKENDS
def test_a_forward_derivative_is_never_dropped(backend: str) -> None:
    x, *others = (v.detach() for v in _arguments(seed=6))
    with forward_ad.dual_level():
        y = coupled_scan(forward_ad.make_dual(x, torch.ones_like(x)), *others[:4], backend=backend)
        found = forward_ad.unpack_dual(y).tangent
    assert worst(found, coupled_scan(torch.ones_like(x), *others[:4], backend="reference")) <= 1e-12  # linear in x


@pytest.mark.parametrize("save", [False, True])
@pytest.mark.parametrize("kind", ["general", "masked", "one chain"])
def test_the_operator_passes_pytorchs_own_checks(kind: str, save: bool) -> None:
    x, dt, A, B, C, D, W, h0 = (v.requires_grad_(save) for v in _arguments(4))
    mask = torch.rand(2, 2, 20, generator=torch.Generator().manual_seed(0)) > 0.3 if kind == "masked" else None
    arguments = (x, dt, A, B, C, D, None if kind == "one chain" else W, h0, mask, 0.5, save, True)
    result = torch.library.opcheck(torch.ops.mmkernels.coupled_scan.default, arguments)
    assert set(result.values()) == {"SUCCESS"}


def test_compiling_keeps_one_graph_and_the_same_bits() -> None:
    leaves = tuple(v.requires_grad_() for v in _arguments(5)[:7])

    def run(*tensors: Tensor) -> Tensor:
        return 2.0 * coupled_scan(*tensors)

    torch._dynamo.reset()
    compiled = torch.compile(run, fullgraph=True, backend="aot_eager")
    right, found = run(*leaves), compiled(*leaves)
    assert torch.equal(found, right)
    gradients = [torch.autograd.grad(y.square().sum(), leaves) for y in (right, found)]
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_an_exported_program_holds_the_operator() -> None:
    class Scan(torch.nn.Module):
        def forward(self, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
            return coupled_scan(x, dt, A, B, C)

    arguments = _arguments(6)[:5]
    program = torch.export.export(Scan(), arguments)
    assert any("mmkernels.coupled_scan" in str(node.target) for node in program.graph.nodes)
    assert torch.equal(program.module()(*arguments), coupled_scan(*arguments))


def test_calls_from_many_threads_at_once_do_not_disturb_each_other() -> None:
    drawn = [problem(Sizes(2, 3, 200, 64, 8), seed=seed) for seed in range(6)]
    right = [solve(each, "numba") for each in drawn]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda each: solve(each, "numba"), drawn))
    for one, other in zip(found, right, strict=True):
        assert all(torch.equal(one[name], value) for name, value in other.items())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_child_gets_the_same_numbers() -> None:
    # Large enough for our threads, small enough that PyTorch's own (which do not survive a fork) stay out of it.
    drawn = problem(Sizes(2, 3, 40, 64, 16), seed=7)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        right, _ = outputs(drawn, "numba")  # starts the thread that a child would miss
        child = os.fork()
        if child == 0:  # pragma: no cover - runs in the child
            signal.alarm(30)  # a deadlock ends the child by a signal
            code = 1
            try:
                code = 0 if torch.equal(outputs(drawn, "numba")[0], right) else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        torch.set_num_threads(before)
