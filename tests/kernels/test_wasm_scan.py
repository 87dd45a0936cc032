"""The page's coupled scan against the float64 reference: outputs, last states, norms of the states, for every mask, coupling and size."""

import numpy as np
import pytest
import torch
from mmkernels.reference.scan import coupled_scan_reference
from mmkernels.wasm import Kernels
from scan_problems import Problem, Sizes, problem
from wasm_calls import blank, error, outcome

f32 = np.float32
SIZES = [
    Sizes(M=1, B=1, L=1, E=1, N=1),
    Sizes(M=3, B=2, L=7, E=5, N=3),
    Sizes(M=2, B=3, L=9, E=16, N=4),
    Sizes(M=5, B=1, L=4, E=35, N=2),  # groups of more than four sources, a block of three channels
    Sizes(M=9, B=1, L=3, E=4, N=1),
    Sizes(M=3, B=0, L=4, E=8, N=4),
    Sizes(M=2, B=2, L=0, E=8, N=4),
]


def arguments(given: Problem, watched: int) -> list[object]:
    """Return the arguments of `scan`; y, h_last and norms are at 10, 11 and 12."""
    t = {name: None if v is None else v.float().contiguous().numpy() for name, v in given.tensors.items()}
    M, R, L, E = t["x"].shape
    N = t["A"].shape[-1]
    mask = None if given.mask is None else given.mask.numpy().astype(np.uint8) * 5
    stride = M * M if t["W"] is not None and t["W"].ndim == 3 else 0
    norms = blank(M, R, L, E) if watched < 0 else blank(M, L, E)
    scratch = blank(M * 16 * (3 * N + 1) + M * M + 2 * M)
    tensors = [t[name] for name in ("x", "dt", "A", "B", "C", "D", "W")]
    return [
        *tensors,
        stride,
        mask,
        t["h0"],
        blank(M, R, L, E),
        blank(M, R, E, N),
        norms,
        watched,
        scratch,
        None,
        0,
        M,
        R,
        L,
        E,
        N,
    ]


def reference(given: Problem) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return y, the last state, and the norm of the state after every step (from a run of every prefix), float64 of the float32 inputs."""
    t = {name: None if v is None else v.float().double() for name, v in given.tensors.items()}

    def run(length: int) -> tuple[torch.Tensor, torch.Tensor]:
        cut = (
            [t[name][:, :, :length] for name in ("x", "dt")]
            + [t["A"]]
            + [t[name][:, :, :length] for name in ("B", "C")]
        )
        mask = None if given.mask is None else given.mask[:, :, :length]
        return coupled_scan_reference(*cut, t["D"], t["W"], h0=t["h0"], mask=mask)

    length = t["x"].shape[2]
    norms = [run(k + 1)[1].norm(dim=-1) for k in range(length)]
    y, last = run(length)
    return y, last, torch.stack(norms, 2) if norms else y


def check(wasm: Kernels, given: Problem, *, at_the_end: bool = False, tolerance: float = 1e-6) -> None:
    y, last, norms = reference(given)
    rows = y.shape[1]
    for watched in {-1, rows - 1} if rows else {-1}:
        call = arguments(given, watched)
        found = wasm.call("scan", *call)
        assert error(found[10], y) < tolerance
        assert error(found[11], last) < tolerance
        assert error(found[12], norms if watched < 0 else norms[:, watched]) < tolerance
    if not at_the_end:
        return
    without = [None if i in (11, 12) else value for i, value in enumerate(call)]
    np.testing.assert_array_equal(outcome(wasm, "scan", *without, out=10), found[10])


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("masking", ["none", "right", "left", "gaps", "absent"])
@pytest.mark.parametrize("coupling", ["none", "softmax", "per_batch"])
def test_outputs_states_and_norms_equal_the_reference_to_1e_6(
    wasm: Kernels, sizes: Sizes, masking: str, coupling: str
) -> None:
    for optional in (True, False):
        check(
            wasm,
            problem(sizes, coupling=coupling, masking=masking, optional=optional, seed=3),
            at_the_end=masking == "gaps" and coupling == "per_batch",
        )


def test_the_size_of_the_scratch_memory_is_the_one_that_these_tests_give(wasm: Kernels) -> None:
    assert wasm.size("scan_scratch", 3, 16) == 3 * 16 * (3 * 16 + 1) + 9 + 6


@pytest.mark.parametrize("factor", [0.0, 1e-30, 1e-6, 30.0, 1e4, 1e30])
def test_steps_from_0_to_far_beyond_the_underflow_of_the_decay(wasm: Kernels, factor: float) -> None:
    given = problem(Sizes(M=3, B=2, L=12, E=7, N=5), masking="gaps", coupling="softmax", optional=True)
    given.tensors["dt"] *= factor
    given.tensors["x"] /= max(1.0, factor)
    check(wasm, given)


def test_a_state_that_decays_over_500_steps_is_right_to_1e_5(wasm: Kernels) -> None:
    given = problem(Sizes(M=3, B=1, L=500, E=4, N=3), coupling="softmax", optional=True)
    given.tensors["x"][:, :, 1:] = 0.0
    given.tensors["dt"][:] = 1e-3
    call = arguments(given, -1)
    t = {name: v.float().double() for name, v in given.tensors.items()}
    y, _ = coupled_scan_reference(t["x"], t["dt"], t["A"], t["B"], t["C"], t["D"], t["W"], h0=t["h0"])
    assert error(wasm.call("scan", *call)[10], y) < 1e-5


def test_a_decay_far_below_the_smallest_float_leaves_exactly_0(wasm: Kernels) -> None:
    given = problem(Sizes(M=2, B=1, L=1, E=5, N=3), coupling="ones", optional=True)
    given.tensors["x"][:] = 0.0
    given.tensors["dt"][:] = 1e4
    given.tensors["h0"][:] = 1e30
    assert not wasm.call("scan", *arguments(given, -1))[11].any()


def test_values_at_masked_steps_are_not_read(wasm: Kernels) -> None:
    given = problem(Sizes(M=3, B=2, L=9, E=6, N=3), masking="gaps", coupling="per_batch")
    right = wasm.call("scan", *arguments(given, -1))
    hidden = ~given.mask[..., None]
    for name in ("x", "dt", "B", "C"):
        given.tensors[name] = torch.where(hidden, torch.nan, given.tensors[name])
    found = wasm.call("scan", *arguments(given, -1))
    for k in (10, 11, 12):
        np.testing.assert_array_equal(found[k], right[k])


def test_nan_in_one_channel_stays_in_that_channel(wasm: Kernels) -> None:
    given = problem(Sizes(M=2, B=1, L=6, E=6, N=3), coupling="softmax")
    right = wasm.call("scan", *arguments(given, -1))[10]
    given.tensors["x"][0, 0, 2, 1] = torch.nan
    found = wasm.call("scan", *arguments(given, -1))[10]
    changed = np.isnan(found)
    assert changed[0, 0, 2:, 1].all()
    assert changed[1, 0, 3:, 1].all()
    assert changed.sum() == 4 + 3
    np.testing.assert_array_equal(found[~changed], right[~changed])
