"""Every derivative of every operator is right, or refused in one sentence that names the way out; never zero in silence."""

from collections.abc import Callable
from typing import Any, NamedTuple

import mmkernels
import pytest
import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


class Case(NamedTuple):
    """A function of a tuple of tensors for every backend, and where to take its derivatives."""

    run: Callable[..., Tensor]
    at: tuple[Tensor, ...]


def _draw(*shapes: tuple[int, ...]) -> tuple[Tensor, ...]:
    draw = torch.Generator().manual_seed(3)
    return tuple(torch.randn(shape, generator=draw, dtype=torch.float64) for shape in shapes)


def _scan(masked: bool, coupling: str, state: bool) -> Callable[[str], Case]:
    M, B, L, E, N = 2, 2, 5, 3, 2
    x, dt, A, rows, columns, D, W, h0 = _draw(
        (M, B, L, E), (M, B, L, E), (M, E, N), (M, B, L, N), (M, B, L, N), (M, E), (B, M, M), (M, B, E, N)
    )
    W = {"none": W[:0], "matrix": W[0], "batch": W}[coupling]
    mask = torch.rand(M, B, L, generator=torch.Generator().manual_seed(1)) > 0.3 if masked else None

    def of(backend: str) -> Case:
        def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor, W: Tensor, h0: Tensor) -> Tensor:
            step, rate = torch.nn.functional.softplus(dt), -torch.exp(A)
            couple = None if coupling == "none" else torch.softmax(W, -1)
            found = mmkernels.coupled_scan(
                x, step, rate, B, C, D, couple, h0=h0, mask=mask, return_state=True, backend=backend
            )
            return found[1] if state else found[0]

        return Case(run, (x, dt, A, rows, columns, D, W, h0))

    return of


def _conv(activation: str | None) -> Callable[[str], Case]:
    return lambda backend: Case(
        lambda x, w, b: mmkernels.causal_conv(x, w, b, activation=activation, backend=backend),
        _draw((2, 2, 5, 3), (2, 3, 4), (2, 3)),
    )


def _gate(backend: str) -> Case:
    return Case(lambda x, z: mmkernels.silu_gate(x, z, backend=backend), _draw((2, 4, 3), (2, 4, 3)))


def _plan(field: str, rho: float | None) -> Callable[[str], Case]:
    mask = torch.tensor([[True, True, False, True], [True] * 4])
    settings: dict[str, Any] = {"epsilon": 0.4, "tolerance": 1e-14, "max_iterations": 2000, "mask_x": mask}

    def of(backend: str) -> Case:
        def run(C: Tensor, left: Tensor, right: Tensor) -> Tensor:
            a, b = torch.softmax(left.masked_fill(~mask, -torch.inf), 1), torch.softmax(right, 1)
            if rho is None:
                found = mmkernels.entropic_plan(C, a=a, b=b, backend=backend, **settings)
            else:
                found = mmkernels.unbalanced_plan(C, rho=rho, a=a, b=b, backend=backend, **settings)
            result: Tensor = getattr(found, field)
            return result

        return Case(run, _draw((2, 4, 3), (2, 4), (2, 3)))

    return of


def _value(metric: Any) -> Callable[[str], Case]:
    settings: dict[str, Any] = {"metric": metric, "epsilon": 0.5, "tolerance": 1e-14, "max_iterations": 2000}
    return lambda backend: Case(
        lambda x, y: mmkernels.entropic_value(x, y, backend=backend, **settings).value, _draw((2, 4, 3), (2, 3, 3))
    )


def _mmd(backend: str) -> Case:
    return Case(
        lambda x, y: mmkernels.mmd_squared(x, y, bandwidth=1.3, unbiased=True, backend=backend),
        _draw((2, 4, 3), (2, 3, 3)),
    )


def _relaxed(backend: str) -> Case:
    return Case(lambda C, a: mmkernels.relaxed_plan(C, a=a.exp(), backend=backend).cost, _draw((2, 4, 3), (2, 4)))


OPERATORS: dict[str, Callable[[str], Case]] = {
    "coupled_scan, one chain": _scan(False, "none", False),
    "coupled_scan, coupled": _scan(False, "matrix", False),
    "coupled_scan, masked": _scan(True, "batch", False),
    "coupled_scan, last state": _scan(True, "matrix", True),
    "causal_conv": _conv(None),
    "causal_conv, SiLU": _conv("silu"),
    "silu_gate": _gate,
    "entropic_plan": _plan("plan", None),
    "entropic_plan, value": _plan("value", None),
    "unbalanced_plan": _plan("plan", 0.7),
    "unbalanced_plan, cost": _plan("cost", 0.7),
    "entropic_value, cosine": _value("cosine"),
    "entropic_value, squared": _value("sqeuclidean"),
    "mmd_squared": _mmd,
    "relaxed_plan": _relaxed,
}
ALL = pytest.mark.parametrize("name", OPERATORS)
BACKENDS = pytest.mark.parametrize("backend", ["auto", "reference"])
SECOND: dict[str, Callable[[Callable[[Tensor], Tensor]], Callable[[Tensor], Tensor]]] = {
    "hessian": hessian,
    "jacrev of jacfwd": lambda f: jacrev(jacfwd(f)),
    "jacfwd of jacfwd": lambda f: jacfwd(jacfwd(f)),
    "jacrev of jacrev": lambda f: jacrev(jacrev(f)),
}


def _directions(case: Case) -> tuple[Tensor, ...]:
    draw = torch.Generator().manual_seed(9)
    return tuple(torch.randn(v.shape, generator=draw, dtype=v.dtype) for v in case.at)


def _slope(run: Callable[..., Tensor], at: tuple[Tensor, ...], along: tuple[Tensor, ...], step: float) -> Tensor:
    ahead = run(*(v + step * d for v, d in zip(at, along, strict=True)))
    return (ahead - run(*(v - step * d for v, d in zip(at, along, strict=True)))) / (2.0 * step)


@ALL
@BACKENDS
def test_jvp_is_the_slope_along_a_direction_of_all_inputs_together(name: str, backend: str) -> None:
    case = OPERATORS[name](backend)
    along = _directions(case)
    value, tangent = jvp(case.run, case.at, along)
    torch.testing.assert_close(value, case.run(*case.at), rtol=0, atol=1e-10)
    torch.testing.assert_close(tangent, _slope(case.run, case.at, along, 1e-5), rtol=1e-6, atol=1e-7)


@ALL
def test_jvp_of_every_input_alone_is_that_of_the_reference_to_rounding(name: str) -> None:
    fast, slow = OPERATORS[name]("auto"), OPERATORS[name]("reference")
    for i, along in enumerate(_directions(fast)):
        if along.numel() == 0:
            continue
        found, right = (
            jvp(lambda v, case=case, i=i: case.run(*case.at[:i], v, *case.at[i + 1 :]), (case.at[i],), (along,))[1]
            for case in (fast, slow)
        )
        assert right.abs().max() > 0 or name.endswith("last state")  # which C and D do not reach
        assert (found - right).abs().max() <= 1e-12 * max(1.0, right.abs().max().item())


@ALL
def test_a_dual_tensor_of_forward_ad_carries_the_same_tangent_as_jvp(name: str) -> None:
    case = OPERATORS[name]("auto")
    along = _directions(case)
    right = jvp(lambda v: case.run(v, *case.at[1:]), case.at[:1], along[:1])[1]
    with forward_ad.dual_level():
        dual = case.run(forward_ad.make_dual(case.at[0], along[0]), *case.at[1:])
        found = forward_ad.unpack_dual(dual).tangent
    torch.testing.assert_close(found, right, rtol=0, atol=1e-14)


@ALL
@BACKENDS
def test_jacfwd_is_jacrev(name: str, backend: str) -> None:
    case = OPERATORS[name](backend)
    for i in range(len(case.at)):
        if case.at[i].numel():
            forward, reverse = (way(case.run, argnums=i)(*case.at) for way in (jacfwd, jacrev))
            torch.testing.assert_close(forward, reverse, rtol=1e-9, atol=1e-10)


@ALL
@BACKENDS
def test_vmap_and_gradients_per_sample_are_those_of_a_loop(name: str, backend: str) -> None:
    case = OPERATORS[name](backend)
    many = torch.stack([case.at[0], 0.5 * case.at[0], 2.0 * case.at[0]])

    def one(v: Tensor) -> Tensor:
        return case.run(v, *case.at[1:])

    def loss(v: Tensor) -> Tensor:
        return one(v).square().sum()

    torch.testing.assert_close(vmap(one)(many), torch.stack([one(v) for v in many]), rtol=0, atol=1e-12)
    torch.testing.assert_close(
        vmap(grad(loss))(many), torch.stack([grad(loss)(v) for v in many]), rtol=1e-11, atol=1e-12
    )
    leaf = many[1].clone().requires_grad_()
    (plain,) = torch.autograd.grad(loss(leaf), leaf)
    torch.testing.assert_close(vmap(grad(loss))(many)[1], plain, rtol=1e-9, atol=1e-10)


@ALL
@pytest.mark.parametrize("second", SECOND)
def test_second_derivatives_of_the_reference_are_those_of_finite_differences(name: str, second: str) -> None:
    case = OPERATORS[name]("reference")

    def loss(v: Tensor) -> Tensor:
        return case.run(v, *case.at[1:]).square().sum()

    along = _directions(case)[0]
    found = torch.einsum("ij,j->i", SECOND[second](loss)(case.at[0]).reshape(along.numel(), -1), along.flatten())
    right = _slope(grad(loss), case.at[:1], (along,), 1e-5)
    torch.testing.assert_close(found.view_as(right), right, rtol=1e-5, atol=1e-6)


@ALL
@pytest.mark.parametrize("second", SECOND)
def test_second_derivatives_of_the_fast_backends_are_right_or_refused_with_the_way_out(name: str, second: str) -> None:
    fast, slow = OPERATORS[name]("auto"), OPERATORS[name]("reference")

    def loss(case: Case) -> Callable[[Tensor], Tensor]:
        return lambda v: case.run(v, *case.at[1:]).square().sum()

    try:
        found = SECOND[second](loss(fast))(fast.at[0])
    except RuntimeError as error:
        assert "backend='reference'" in str(error)  # noqa: PT017 - either outcome is right
        return
    torch.testing.assert_close(found, SECOND[second](loss(slow))(slow.at[0]), rtol=1e-7, atol=1e-8)


@ALL
def test_double_backward_is_right_by_the_reference_and_right_or_refused_else(name: str) -> None:
    for backend in ("reference", "auto"):
        case = OPERATORS[name](backend)
        along = _directions(case)
        leaf = case.at[0].clone().requires_grad_()
        (first,) = torch.autograd.grad(case.run(leaf, *case.at[1:]).square().sum(), leaf, create_graph=True)
        try:
            (found,) = torch.autograd.grad((first * along[0]).sum(), leaf)
        except RuntimeError as error:
            assert backend == "auto"
            assert "backend='reference'" in str(error)  # noqa: PT017
            continue
        slope = _slope(
            grad(lambda v, case=case: case.run(v, *case.at[1:]).square().sum()), case.at[:1], along[:1], 1e-5
        )
        torch.testing.assert_close(found, slope, rtol=1e-5, atol=1e-6)


def test_float32_tangents_of_a_long_scan_are_those_of_the_float64_reference() -> None:
    x, z, A, B, C = _draw((3, 2, 300, 20), (3, 2, 300, 20), (3, 20, 8), (3, 2, 300, 8), (3, 2, 300, 8))
    at = (x, torch.nn.functional.softplus(z), -A.exp(), B, C)
    along = _directions(Case(mmkernels.coupled_scan, at))
    right = jvp(lambda *v: mmkernels.coupled_scan(*v, backend="reference"), at, along)[1]
    single = tuple(v.float() for v in at), tuple(v.float() for v in along)
    found = jvp(lambda *v: mmkernels.coupled_scan(*v, backend="numba"), *single)[1]
    assert (found.double() - right).abs().max() <= 1e-5 * right.abs().max()
    double = jvp(lambda *v: mmkernels.coupled_scan(*v, backend="numba"), at, along)[1]
    assert (double - right).abs().max() <= 1e-12 * right.abs().max()


def test_a_coupling_with_a_tangent_is_no_constant_even_where_its_values_are_equal() -> None:
    x, z, A, B, C, dW = _draw((2, 1, 6, 3), (2, 1, 6, 3), (2, 3, 2), (2, 1, 6, 2), (2, 1, 6, 2), (2, 2))
    W = torch.full((2, 2), 0.5, dtype=torch.float64)
    fixed = (x, z.square(), -A.exp(), B, C, None)
    found, right = (
        jvp(lambda W, be=be: mmkernels.coupled_scan(*fixed, W, backend=be), (W,), (dW,))[1]
        for be in ("numba", "reference")
    )
    assert right.abs().max() > 0.1
    torch.testing.assert_close(found, right, rtol=0, atol=1e-13)


def test_influence_maps_are_refused_inside_transforms_by_name() -> None:
    dt, A, B, C = _draw((2, 4, 3), (2, 3, 2), (2, 4, 2), (2, 4, 2))
    run: Callable[[Tensor], Tensor] = lambda v: mmkernels.coupled_influence(v.square(), -A.exp(), B, C).of_inputs  # noqa: E731
    for ask in (lambda: jvp(run, (dt,), (dt,)), lambda: vmap(run)(dt[None]), lambda: grad(lambda v: run(v).sum())(dt)):
        with pytest.raises(RuntimeError, match="coupled_influence has no derivative"):
            ask()


def test_exact_plans_have_the_plan_as_derivative_of_their_cost_in_every_transform() -> None:
    (C,) = _draw((2, 4, 4))
    plan = mmkernels.exact_plan(C).plan
    run: Callable[[Tensor], Tensor] = lambda v: mmkernels.exact_plan(v).cost  # noqa: E731
    torch.testing.assert_close(grad(lambda v: run(v).sum())(C), plan)
    torch.testing.assert_close(jvp(run, (C,), (C,))[1], (plan * C).sum((1, 2)))
    torch.testing.assert_close(vmap(run)(torch.stack([C, C.flip(1)]))[1], run(C.flip(1)))
    torch.testing.assert_close(jacfwd(run)(C)[0, 0], plan[0])
