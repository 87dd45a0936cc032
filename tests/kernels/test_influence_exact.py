"""The influence map is the Jacobian of the scan, and influence times inputs is the output, to rounding."""

from typing import Any

import pytest
import torch
from influence_problems import drawn_sample, jacobian, scanned
from mmkernels import coupled_influence, last_backend
from scan_problems import runnable, worst

BACKENDS = runnable("coupled_influence", torch.zeros(1, 1, 1))
# M, L, E, N, coupling, mask
CASES = [
    (1, 1, 1, 1, "none", "none"),
    (1, 20, 2, 3, "identity", "gaps"),
    (2, 13, 3, 4, "softmax", "left"),
    (3, 9, 2, 5, "none", "none"),
    (3, 12, 2, 4, "softmax", "absent"),
    (3, 70, 1, 2, "ones", "gaps"),
    (4, 7, 2, 1, "softmax", "right"),
    (5, 8, 1, 3, "softmax", "gaps"),
    (7, 5, 1, 2, "none", "none"),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("M", "L", "E", "N", "coupling", "masking"), CASES)
def test_the_map_is_the_jacobian_of_the_scan(
    M: int, L: int, E: int, N: int, coupling: str, masking: str, backend: str
) -> None:
    given = drawn_sample((M, L, E, N), coupling=coupling, masking=masking, seed=L)
    found = coupled_influence(**given, reduce="none", backend=backend).of_inputs
    assert found.shape == (M, L, M, L, E)
    assert worst(found, jacobian(given)) <= 1e-12
    choice = last_backend("coupled_influence")
    assert choice is not None
    assert choice.backend == backend


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("masking", ["none", "gaps", "left", "right", "absent"])
@pytest.mark.parametrize("sizes", [(3, 150, 5, 8), (1, 129, 3, 4), (4, 64, 2, 3)])
def test_influence_times_inputs_is_the_output(
    sizes: tuple[int, int, int, int], masking: str, dtype: torch.dtype
) -> None:
    given = drawn_sample(sizes, masking=masking, seed=3)
    x = torch.randn(given["dt"].shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    y = scanned(given, x)
    cast: dict[str, Any] = {n: v if n == "mask" or v is None else v.to(dtype) for n, v in given.items()}
    rows, start = coupled_influence(**cast, reduce="none", backend="numba")
    assert start is not None
    assert rows.dtype == start.dtype == dtype
    total = torch.einsum("mtnse,nse->mte", rows.double(), x) + start.double()
    bound = 1e-12 if dtype == torch.float64 else 1e-5
    assert worst(total, y) <= bound
    contributions, _ = coupled_influence(**cast, x=x.to(dtype), reduce="none", backend="numba")
    assert worst(contributions.double().sum((2, 3)) + start.double(), y) <= bound


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_acts_before_it_happens(backend: str) -> None:
    given = drawn_sample((3, 70, 2, 4), seed=5)
    rows = coupled_influence(**given, reduce="none", backend=backend).of_inputs
    later = torch.ones(70, 70, dtype=torch.bool).triu(1)  # source after target
    assert torch.equal(rows.permute(0, 2, 4, 1, 3)[..., later], torch.zeros(3, 3, 2, int(later.sum())).double())
    assert (rows[:, range(70), :, range(70)] != 0).any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_coupling_each_modality_hears_only_itself(backend: str) -> None:
    given = drawn_sample((3, 30, 2, 4), coupling="identity", seed=6)
    rows = coupled_influence(**given, reduce="none", backend=backend).of_inputs
    for m in range(3):
        for n in range(3):
            assert bool((rows[m, :, n] == 0).all()) == (m != n)
        alone = {k: None if v is None else v[m : m + 1] for k, v in given.items() if k != "W"}
        assert worst(rows[m, :, m], coupled_influence(**alone, reduce="none").of_inputs[0, :, 0]) <= 1e-14


def test_one_way_listening_is_one_way_influence() -> None:
    given = drawn_sample((3, 40, 2, 4), seed=7)
    given["W"] = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]], dtype=torch.float64)
    rows = coupled_influence(**given).of_inputs
    heard = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])  # through the second, too
    assert torch.equal((rows > 0).any(3).any(1), heard)


def test_reordering_the_modalities_reorders_the_map() -> None:
    given = drawn_sample((3, 30, 2, 4), masking="gaps", seed=8)
    order = [2, 0, 1]
    moved = {k: v[order] for k, v in given.items()}
    moved["W"] = given["W"][order][:, order]
    rows, start = coupled_influence(**given, reduce="none")
    rows_moved, start_moved = coupled_influence(**moved, reduce="none")
    assert worst(rows_moved, rows[order][:, :, order]) <= 1e-14
    assert start is not None
    assert start_moved is not None
    assert worst(start_moved, start[order]) <= 1e-14


def test_masked_steps_are_never_looked_at_and_show_nothing() -> None:
    given = drawn_sample((3, 40, 2, 4), masking="gaps", seed=9)
    clean, clean_start = coupled_influence(**given, reduce="none")
    for name in ("dt", "B", "C"):
        given[name] = given[name].masked_fill(~given["mask"].unsqueeze(-1), float("nan"))
    rows, start = coupled_influence(**given, reduce="none")
    assert torch.equal(rows, clean)
    assert start is not None
    assert clean_start is not None
    assert torch.equal(start, clean_start)
    assert (rows[~given["mask"]] == 0).all()
    assert (rows.permute(2, 3, 0, 1, 4)[~given["mask"]] == 0).all()


def test_a_held_state_survives_the_divergence_of_the_others() -> None:
    given = drawn_sample((2, 200, 1, 2), coupling="ones", seed=10)
    given = {k: None if v is None else v.float() for k, v in given.items()}
    given["dt"] = torch.full_like(given["dt"], 1e-4)
    given["W"] = torch.tensor([[3.0, 0.0], [1.0, 1.0]])  # the first one explodes
    given["mask"] = torch.ones(2, 200, dtype=torch.bool)
    given["mask"][1, 1:-1] = False  # the second holds what it had at the first step
    given["mask"][0, -1] = False
    rows = coupled_influence(**given, reduce="none").of_inputs
    assert not torch.isfinite(rows[0, -2, 0, 0]).all()
    assert torch.isfinite(rows[1, :-1]).all()


def test_a_wrong_step_spoils_what_follows_and_nothing_before() -> None:
    given = drawn_sample((2, 90, 1, 3), seed=11)
    clean = coupled_influence(**given).of_inputs
    given["dt"] = given["dt"].clone()
    given["dt"][0, 50] = float("nan")
    rows = coupled_influence(**given).of_inputs
    assert torch.equal(rows[:, :50], clean[:, :50])
    assert torch.equal(rows[:, :, :, 51:].isnan().any(), torch.tensor(False))
    assert rows[0, 50, :, :50].isnan().all()
