"""Cases that run with TRITON_INTERPRET=1, in a process of their own: Triton decides at import how its kernels run.

``python interpreted.py GROUP`` writes one line of JSON per case, ``{"case": name, "found": ...}``.
"""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from mmkernels import backends, coupled_scan, last_backend
from mmkernels.gpu import scan, tiling
from scan_problems import NAMES, Problem, Sizes, outputs, problem, solve, worst

# M, B, L, E, N, coupling, mask, D and h0 given. Chunks are 4 steps here.
AGREEMENT = [
    (1, 2, 1, 1, 1, "none", "none", False),
    (1, 1, 9, 7, 4, "none", "none", True),
    (1, 2, 6, 3, 3, "per_batch", "gaps", True),
    (2, 1, 5, 70, 3, "softmax", "none", True),
    (2, 2, 6, 7, 5, "softmax", "gaps", True),
    (2, 1, 8, 16, 16, "ones", "left", True),
    (2, 1, 5, 1, 2, "identity", "none", False),
    (3, 1, 9, 7, 16, "none", "none", True),
    (3, 1, 4, 32, 16, "none", "none", False),
    (3, 2, 4, 7, 1, "none", "absent", True),
    (3, 1, 5, 16, 16, "softmax", "none", True),
    (3, 2, 5, 5, 3, "per_batch", "right", True),
    (5, 1, 5, 3, 4, "softmax", "left", True),
    (5, 1, 3, 2, 2, "none", "none", False),
    (2, 2, 0, 3, 4, "softmax", "gaps", True),
    (2, 0, 3, 3, 4, "softmax", "gaps", True),
    (2, 2, 3, 0, 4, "none", "none", True),
    (2, 2, 3, 3, 0, "per_batch", "right", True),
    (2, 2, 3, 3, 0, "none", "none", True),
]
SPLIT = [
    (3, 1, 9, 3, 4, "none", "none", True),
    (2, 1, 9, 3, 2, "softmax", "none", False),
    (2, 2, 10, 3, 3, "per_batch", "gaps", True),
]
DTYPES = [
    (torch.float32, (2, 1, 9, 7, 16, "none", "none", True)),
    (torch.float32, (3, 1, 5, 7, 4, "softmax", "gaps", True)),
    (torch.bfloat16, (2, 1, 9, 7, 4, "none", "none", True)),
    (torch.bfloat16, (2, 2, 5, 7, 4, "per_batch", "gaps", True)),
    (torch.float16, (2, 1, 9, 7, 4, "softmax", "none", True)),
]


def name_of(case: tuple[Any, ...]) -> str:
    """Return the name under which a case is reported."""
    return "-".join(map(str, case))


def draw(case: tuple[Any, ...], **options: Any) -> Problem:
    """Return the problem of a case."""
    M, B, L, E, N, coupling, masking, optional = case
    return problem(Sizes(M, B, L, E, N), coupling=coupling, masking=masking, optional=optional, seed=L, **options)


def errors(found: dict[str, Any], right: dict[str, Any]) -> dict[str, float]:
    """Return the error of every result, relative to its largest value; shapes must be equal."""
    if {n: v.shape for n, v in found.items()} != {n: v.shape for n, v in right.items()}:
        return {"shapes": float("inf")}
    return {name: worst(found[name], value) for name, value in right.items()}


def solve_split(given: Problem, number: int) -> dict[str, Any]:
    """Return what `solve` returns, with time split into `number` segments."""
    t = given.tensors
    whole = tiling.ScanArguments(*(t[name] for name in ("x", "dt", "A", "B", "C", "D", "W")), given.mask)
    y, h, checkpoints = scan.run_forward(whole, t["h0"], True, number=number)
    wanted = {"needs_W": t["W"] is not None, "needs_h0": t["h0"] is not None}
    gradients = scan.run_backward(given.dy, given.dh, whole, checkpoints, **wanted, number=number)
    named = {f"d{n}": g for n, g in zip(NAMES, gradients, strict=True) if t[n] is not None}
    return {"y": y, "h_last": h, **named}


def agreement() -> Iterator[tuple[str, Any]]:
    """Compare outputs and all gradients with the float64 reference."""
    for case in AGREEMENT:
        drawn = draw(case)
        yield name_of(case), errors(solve(drawn, "triton"), solve(drawn, "reference"))


def split() -> Iterator[tuple[str, Any]]:
    """Compare a split of time with the float64 reference, in two or three segments."""
    for case in SPLIT:
        drawn = draw(case)
        right = solve(drawn, "reference")
        for number in (2, 3) if case[0] == 3 else (3,):
            yield f"{name_of(case)}-{number}", errors(solve_split(drawn, number), right)


def dtypes() -> Iterator[tuple[str, Any]]:
    """Compare results in lower precision with the float64 reference of the same rounded arguments."""
    for dtype, case in DTYPES:
        rounded = draw(case).to(dtype)
        found = solve(rounded, "triton")
        kept = all(value.dtype == dtype for value in found.values())
        yield f"{dtype}-{name_of(case)}", errors(found, solve(rounded.to(torch.float64), "reference")) if kept else {}


def causality() -> Iterator[tuple[str, Any]]:
    """Put NaN, and another value, at step 5: does anything before change?"""
    for coupling in ("none", "softmax"):
        for value in (float("nan"), 7.0):
            drawn = draw((2, 1, 9, 3, 2, coupling, "none", True))
            before, _ = outputs(drawn, "triton")
            for name in ("x", "dt", "B", "C"):
                drawn.tensors[name][:, :, 5] = value
            after, _ = outputs(drawn, "triton")
            same = torch.equal(before[:, :, :5], after[:, :, :5])
            yield f"{coupling}-{value}", same and not torch.equal(before[:, :, 5:], after[:, :, 5:])


def held() -> Iterator[tuple[str, Any]]:
    """Put NaN where the mask is False: does any bit change, and are the gradients there exactly 0?"""
    drawn = draw((2, 2, 7, 3, 2, "softmax", "gaps", True))
    right = solve(drawn, "triton")
    gone = ~drawn.mask
    for name in ("x", "dt", "B", "C"):
        drawn.tensors[name][gone] = float("nan")
    drawn.dy[gone] = float("nan")
    found = solve(drawn, "triton")
    yield "same-bits", all(torch.equal(found[name], value) for name, value in right.items())
    yield "no-gradient", all(bool((found[f"d{name}"][gone] == 0).all()) for name in ("x", "dt", "B", "C"))
    yield "no-output", bool((found["y"][gone] == 0).all())


def memory() -> Iterator[tuple[str, Any]]:
    """Fill every fresh tensor with NaN: is every result finite, and the same in two runs and two chunk sizes?"""
    empty = torch.empty

    def poisoned(*args: Any, **options: Any) -> torch.Tensor:
        fresh = empty(*args, **options)
        return fresh.fill_(float("nan")) if fresh.is_floating_point() else fresh

    drawn = draw((2, 2, 6, 5, 3, "softmax", "gaps", True))
    right = solve(drawn, "triton")
    torch.empty = poisoned
    try:
        found = solve(drawn, "triton")
        parts = solve_split(drawn, 2)
        chain = solve_split(draw((2, 1, 6, 5, 3, "none", "none", True)), 2)
    finally:
        torch.empty = empty
    yield "poisoned", all(bool(torch.isfinite(v).all()) for each in (found, parts, chain) for v in each.values())
    yield "same-bits-twice", all(torch.equal(found[name], value) for name, value in right.items())
    tiling.CHUNK = scan.CHUNK = 16
    other = solve(drawn, "triton")
    yield "other-chunk", max(errors(other, right).values()) <= 1e-14


def strides() -> Iterator[tuple[str, Any]]:
    """Compare arguments that are not contiguous, and a strided incoming gradient."""
    drawn = draw((2, 2, 4, 3, 2, "softmax", "gaps", True))
    right = solve(drawn, "triton")
    turned = {n: v.transpose(0, -1).contiguous().transpose(0, -1) for n, v in drawn.tensors.items()}
    found = solve(dataclasses.replace(drawn, tensors=turned, dy=drawn.dy.mT.contiguous().mT), "triton")
    yield "turned", not turned["x"].is_contiguous() and all(torch.equal(found[n], v) for n, v in right.items())


def behaviour() -> Iterator[tuple[str, Any]]:
    """Ask for the backend by name and not; for a second derivative; for PyTorch's own checks of the operator."""
    drawn = draw((1, 1, 2, 2, 1, "none", "none", True))
    t = drawn.tensors
    outputs(drawn, "triton")
    choice = last_backend()
    yield "by-name", choice is not None and choice.backend == "triton"
    half = drawn.to(torch.bfloat16).tensors
    coupled_scan(*(half[name] for name in ("x", "dt", "A", "B", "C")))
    choice = last_backend()
    yield (
        "only-by-name",
        choice is not None and choice.backend == "reference" and "backend='triton'" in choice.rejected["triton"],
    )
    yield "listed", {row.backend: row.available for row in backends("coupled_scan")}["triton"]
    leaf = t["x"].clone().requires_grad_()
    y = coupled_scan(leaf, t["dt"], t["A"], t["B"], t["C"], backend="triton")
    (gradient,) = torch.autograd.grad(y.square().sum(), leaf, create_graph=True)
    try:
        torch.autograd.grad(gradient.sum(), leaf)
        yield "second-derivative", "not refused"
    except RuntimeError as error:
        yield "second-derivative", "no second derivative" in str(error)
    leaves = [t[name].clone().requires_grad_() for name in ("x", "dt", "A", "B", "C", "D")]
    arguments = (*leaves, torch.eye(1, dtype=torch.float64).requires_grad_(), None, None, True)
    result = torch.library.opcheck(torch.ops.mmkernels.coupled_scan_triton.default, arguments)
    yield "opcheck", set(result.values()) == {"SUCCESS"}


GROUPS: dict[str, Callable[[], Iterator[tuple[str, Any]]]] = {
    group.__name__: group for group in (agreement, split, dtypes, causality, held, memory, strides, behaviour)
}


if __name__ == "__main__":
    torch.set_num_threads(1)
    for chosen in sys.argv[1:]:
        tiling.CHUNK = scan.CHUNK = 4
        for case_name, finding in GROUPS[chosen]():
            print(json.dumps({"case": f"{chosen}: {case_name}", "found": finding}), flush=True)
