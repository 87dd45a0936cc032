"""The table of transforms in kernels/README.md: every cell is what a call does."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mmkernels
import pytest
import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
README = Path(__file__).parents[2] / "kernels" / "README.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in re.findall(r"^\| `.*\|$", README.read_text(encoding="utf-8").split("transforms -->")[1], re.MULTILINE)
]


def _draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _function(operator: str, backend: str) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    x, z = _draw(1, 2, 4, 2), _draw(1, 2, 4, 2, seed=1)
    if operator == "coupled_scan":
        A, rows = -_draw(1, 2, 2).exp(), _draw(2, 1, 2, 4, 2, seed=2)
        return lambda v: mmkernels.coupled_scan(v, v.square(), A, *rows, backend=backend), x
    if operator == "causal_conv":
        taps = _draw(1, 2, 3)
        return lambda v: mmkernels.causal_conv(v, taps, activation="silu", backend=backend), x
    if operator == "silu_gate":
        return lambda v: mmkernels.silu_gate(v, z * v, backend=backend), x
    points, others = _draw(1, 4, 3), _draw(1, 3, 3, seed=3)
    settings: dict[str, Any] = {"epsilon": 0.5, "tolerance": 1e-14, "max_iterations": 2000, "backend": backend}
    if operator in ("entropic_plan", "unbalanced_plan"):
        solve = getattr(mmkernels, operator)
        return lambda C: solve(C, **settings).plan, points
    if operator == "entropic_value":
        return lambda v: mmkernels.entropic_value(v, others, **settings).value, points
    if operator == "relaxed_plan":
        return lambda C: mmkernels.relaxed_plan(C.square(), backend=backend).cost, points
    return lambda v: mmkernels.mmd_squared(v, others, bandwidth=1.0, backend=backend), points


def _dual(f: Callable[[Tensor], Tensor], at: Tensor, along: Tensor) -> Tensor:
    with forward_ad.dual_level():
        found = forward_ad.unpack_dual(f(forward_ad.make_dual(at, along))).tangent
    assert found is not None
    return found


def _twice(loss: Callable[[Tensor], Tensor], at: Tensor, along: Tensor) -> Tensor:
    leaf = at.clone().requires_grad_()
    (first,) = torch.autograd.grad(loss(leaf), leaf, create_graph=True)
    return torch.autograd.grad((first * along).sum(), leaf)[0]


def _slope(run: Callable[[Tensor], Tensor], at: Tensor, along: Tensor) -> Tensor:
    return (run(at + 1e-5 * along) - run(at - 1e-5 * along)) / 2e-5


def _pairs(column: int, f: Callable[[Tensor], Tensor], at: Tensor) -> list[tuple[Callable[[], Tensor], Tensor]]:
    """Return what a column asks for, and the right values."""
    along = _draw(*at.shape, seed=5)

    def loss(v: Tensor) -> Tensor:
        return f(v).square().sum()

    def product(matrix: Tensor) -> Tensor:
        return (matrix.reshape(-1, at.numel()) @ along.flatten()).view(-1)

    if column == 1:
        right = _slope(f, at, along)
        ways = (lambda: jvp(f, (at,), (along,))[1], lambda: product(jacfwd(f)(at)), lambda: _dual(f, at, along))
        return [(way, right.flatten()) for way in ways]
    if column == 2:
        leaf = at.clone().requires_grad_()
        (plain,) = torch.autograd.grad(loss(leaf), leaf)
        return [
            (lambda: vmap(f)(torch.stack([along, at]))[1], f(at).flatten()),
            (lambda: vmap(grad(loss))(torch.stack([along, at]))[1], plain.flatten()),
            (lambda: product(jacrev(f)(at)), _slope(f, at, along).flatten()),
        ]
    right = _slope(grad(loss), at, along).flatten()
    second: dict[int, Callable[[], Tensor]] = {
        3: lambda: product(hessian(loss)(at)),
        4: lambda: product(jacrev(jacfwd(loss))(at)),
        5: lambda: _twice(loss, at, along),
    }
    return [(second[column], right)]


@pytest.mark.parametrize("column", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_cell_of_the_table_is_what_a_call_does(row: list[str], column: int) -> None:
    name = row[0].split("`")[1]
    for backend, claim in (("auto", row[column]), ("reference", row[6])):
        f, at = _function(name, backend)
        for ask, right in _pairs(column, f, at):
            if claim == "refused":
                with pytest.raises(RuntimeError, match=r"backend='reference'"):
                    ask()
            else:
                assert claim == "right"
                torch.testing.assert_close(ask().flatten(), right, rtol=1e-5, atol=1e-6)


def test_the_table_names_every_operator_with_a_derivative() -> None:
    named = {row[0].split("`")[1] for row in ROWS}
    operators = {row.operator for row in mmkernels.backends()} - {"exact_plan", "coupled_influence"}
    assert named == operators
