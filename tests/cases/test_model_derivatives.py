"""Whole models under transforms: backend="reference" has every derivative, and nothing is zero or baked in by silence."""

import copy
from collections.abc import Callable

import mmkernels
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp, vmap

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionModel

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning"),
]
MODELS = (*mm.models.available(), "equilibrium", "memory_chain")
ALL = pytest.mark.parametrize("name", MODELS)
HAS_KERNELS = ("coupled_mamba", "early", "late", "alignmamba", "alignmamba2", "equilibrium", "memory_chain")


def _model(name: str, backend: str = "auto") -> tuple[FusionModel, Tensor, Tensor]:
    draw = np.random.default_rng(0)
    inputs = {"a": draw.normal(size=(12, 8, 3)), "b": draw.normal(size=(12, 8, 2))}
    ds = mm.data.from_arrays(inputs, np.arange(12) % 2, split={"train": 0.5, "test": 0.5})
    options = {} if name == "tfn" else {"width": 8}
    model = mm.models.build(name, ds.spec, backend=backend, **options).double().eval()
    a, b = mm.models.batch_of(ds["train"]).to("cpu", torch.float64).values.values()
    return model, a, b


def _batch(a: Tensor, b: Tensor) -> mm.models.Batch:
    valid = torch.ones(a.shape[:2], dtype=torch.bool)
    return mm.models.Batch({"a": a, "b": b}, {"a": valid, "b": valid})


def _slope(run: Callable[[Tensor], Tensor], at: Tensor, along: Tensor, step: float = 1e-5) -> Tensor:
    return (run(at + step * along) - run(at - step * along)) / (2.0 * step)


@ALL
@pytest.mark.parametrize("backend", ["auto", "reference"])
def test_jvp_of_a_model_by_its_input_is_the_slope_of_its_output(name: str, backend: str) -> None:
    model, a, b = _model(name, backend)
    along = torch.randn(a.shape, generator=torch.Generator().manual_seed(1), dtype=a.dtype)

    def run(v: Tensor) -> Tensor:
        return model(_batch(v, b))

    found = jvp(run, (a,), (along,))[1]
    right = _slope(run, a, along)
    assert right.abs().max() > 0
    torch.testing.assert_close(found, right, rtol=1e-5, atol=1e-8)


@ALL
@pytest.mark.parametrize("backend", ["auto", "reference"])
def test_gradients_per_sample_by_the_weights_are_those_of_one_sample_at_a_time(name: str, backend: str) -> None:
    model, a, b = _model(name, backend)
    weights = {key: v.detach() for key, v in model.named_parameters()}

    def loss(p: dict[str, Tensor], one: Tensor, other: Tensor) -> Tensor:
        output: Tensor = functional_call(model, p, (_batch(one[None], other[None]),))
        return output.square().sum()

    found = vmap(grad(loss), in_dims=(None, 0, 0))(weights, a, b)
    right = torch.autograd.grad(
        model(_batch(a[2:3], b[2:3])).square().sum(),
        list(model.parameters()),
        materialize_grads=True,
        allow_unused=True,
    )
    for (key, _), gradient in zip(model.named_parameters(), right, strict=True):
        torch.testing.assert_close(found[key][2], gradient, rtol=1e-8, atol=1e-11)


@ALL
def test_products_with_the_hessian_of_a_reference_model_are_right_forward_over_reverse_and_by_double_backward(
    name: str,
) -> None:
    model, a, b = _model(name, "reference")
    along = torch.randn(a.shape, generator=torch.Generator().manual_seed(2), dtype=a.dtype)

    def loss(v: Tensor) -> Tensor:
        output: Tensor = model(_batch(v, b))
        return output.square().sum()

    right = _slope(grad(loss), a, along)
    torch.testing.assert_close(jvp(grad(loss), (a,), (along,))[1], right, rtol=1e-5, atol=1e-8)
    leaf = a.clone().requires_grad_()
    (first,) = torch.autograd.grad(loss(leaf), leaf, create_graph=True)
    (found,) = torch.autograd.grad((first * along).sum(), leaf)
    torch.testing.assert_close(found, right, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", HAS_KERNELS)
def test_the_reference_backend_of_a_model_is_that_of_every_operator_it_calls(name: str) -> None:
    model, a, b = _model(name, "reference")
    steps = model.encode(_batch(a, b))
    model.training_forward(steps)
    for operator in ("coupled_scan", "causal_conv", "silu_gate"):
        choice = mmkernels.last_backend(operator)
        assert choice is not None
        assert choice.backend == "reference"
    if name.startswith("alignmamba"):
        for operator in ("relaxed_plan", "mmd_squared"):
            choice = mmkernels.last_backend(operator)
            assert choice is not None
            assert choice.backend == "reference"


def test_an_unknown_backend_is_refused_when_the_model_is_built() -> None:
    with pytest.raises(ConfigError, match=r"backend='numpy'.*; use one of 'auto', 'numba', "):
        _model("concat", "numpy")


@ALL
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_model_in_half_precision_reads_a_batch_in_single_precision(name: str, dtype: torch.dtype) -> None:
    model, a, b = _model(name)
    right = model(_batch(a, b))
    found = copy.deepcopy(model).to(dtype)(_batch(a.float(), b.float()))
    assert found.dtype == dtype
    assert (found.double() - right).abs().max() <= 0.05 * right.abs().max()


class _Net(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, a: Tensor, b: Tensor, valid: Tensor) -> Tensor:
        output: Tensor = self.model(mm.models.Batch({"a": a, "b": b}, {"a": valid, "b": valid}))
        return output


@ALL
def test_a_traced_model_follows_its_masks_and_has_gradients(name: str) -> None:
    model, a, b = _model(name)
    net, valid = _Net(model), torch.ones(a.shape[:2], dtype=torch.bool)
    shorter = valid.clone()
    shorter[:, 5:] = False
    with torch.no_grad():
        traced = torch.jit.trace(net, (a, b, valid))
    for mask in (valid, shorter):
        leaf = (2.0 * a).requires_grad_()
        found, right = traced(leaf, b, mask), net(leaf, b, mask)
        torch.testing.assert_close(found, right, rtol=1e-9, atol=1e-10)
        gradients = [torch.autograd.grad(y.square().sum(), leaf)[0] for y in (found, right)]
        torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-8, atol=1e-10)


def test_a_trace_or_export_without_gradients_still_has_them_afterwards() -> None:
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(2, 1, 150, 3, generator=draw)
    fixed = (torch.rand(2, 1, 150, 3, generator=draw), -torch.rand(2, 3, 4, generator=draw))
    rows = torch.randn(2, 2, 1, 150, 4, generator=draw)

    class Scan(nn.Module):
        def forward(self, v: Tensor) -> Tensor:
            return mmkernels.coupled_scan(v, *fixed, *rows)

    with torch.no_grad():
        programs = [torch.jit.trace(Scan(), (x,)), torch.export.export(Scan(), (x,)).module()]
    leaf = x.clone().requires_grad_()
    (right,) = torch.autograd.grad(Scan()(leaf).square().sum(), leaf)
    for program in programs:
        (found,) = torch.autograd.grad(program(leaf).square().sum(), leaf)
        torch.testing.assert_close(found, right)


def test_a_traced_scan_does_not_bake_the_coupling_in() -> None:
    draw = torch.Generator().manual_seed(0)
    x, dt = torch.randn(2, 1, 6, 3, generator=draw), torch.rand(2, 1, 6, 3, generator=draw)
    A, rows = -torch.rand(2, 3, 4, generator=draw), torch.randn(2, 2, 1, 6, 4, generator=draw)
    run: Callable[[Tensor], Tensor] = lambda W: mmkernels.coupled_scan(x, dt, A, *rows, None, W)  # noqa: E731
    traced = torch.jit.trace(run, (torch.full((2, 2), 0.5),))
    W = torch.tensor([[0.9, 0.1], [0.3, 0.7]])
    torch.testing.assert_close(traced(W), run(W))


@pytest.mark.parametrize("operator", ["scan", "gate"])
def test_compiled_derivatives_of_torch_func_are_right(operator: str) -> None:
    draw = torch.Generator().manual_seed(0)
    x, dt = torch.randn(2, 1, 6, 3, generator=draw), torch.rand(2, 1, 6, 3, generator=draw)
    A, rows = -torch.rand(2, 3, 4, generator=draw), torch.randn(2, 2, 1, 6, 4, generator=draw)

    def run(v: Tensor) -> Tensor:
        return mmkernels.coupled_scan(v, dt, A, *rows) if operator == "scan" else mmkernels.silu_gate(v, dt)

    def tangent(v: Tensor) -> Tensor:
        found: Tensor = jvp(run, (v,), (torch.ones_like(v),))[1]
        return found

    def slope(v: Tensor) -> Tensor:
        return grad(lambda v: run(v).square().sum())(v)

    for function in (tangent, slope):
        torch._dynamo.reset()
        found = torch.compile(function, backend="aot_eager")(x)
        assert found.abs().max() > 0
        torch.testing.assert_close(found, function(x))
