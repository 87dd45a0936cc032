"""Compiled for GPUs that need not be here: nothing spills, and a state element costs few instructions."""

import json
import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

# Triton decides at import whether kernels are compiled or interpreted.
if find_spec("triton") is None or os.environ.get("TRITON_INTERPRET", "0") == "1":
    pytest.skip("triton is not installed, or interprets its kernels", allow_module_level=True)

import triton.language as tl
from ahead_of_time import Compiled, compile_for
from mmkernels.gpu.scan_kernels import coupled_backward, coupled_forward
from mmkernels.gpu.scan_segments import coupled_advance, coupled_compose, coupled_return
from mmkernels.gpu.tiling import Case, backward_tile, forward_tile

STATE = [
    "rate",
    "start",
    "checkpoints",
    "ends",
    "scratch",
    "dB",
    "dC",
    "d_rate",
    "dD",
    "dW",
    "to_start",
    "columns",
    "offsets",
    "entry",
    "found",
    "carries",
]
CHIPS = pytest.mark.parametrize("arch", [80, 90, 100])


@dataclass(frozen=True)
class Shape:
    """What is compiled; `data` is the dtype of the caller's tensors, `whole`: no tile is cut off."""

    M: int
    uniform: bool
    masked: bool = False
    last: bool = False
    wide: bool = False
    whole: bool = True
    data: str = "fp32"

    @property
    def case(self) -> Case:
        return Case(self.M, 16, self.uniform, 1, self.masked, self.wide, self.last)

    def constants(self, channels: int) -> dict[str, object]:
        sizes = {"M": self.M, "N": 16, "NP": 16, "BD": channels, "UNIFORM": self.uniform, "MASKED": self.masked}
        return {**sizes, "WHOLE": self.whole, "WIDE": self.wide, "REAL": tl.float32}


def types(shape: Shape) -> dict[str, str]:
    """Return the types of arguments that hold states, whatever the caller's dtype."""
    return dict.fromkeys(STATE, "*fp32") | ({"last_gradient": "*fp32"} if shape.last else {})


@cache
def forward(arch: int, shape: Shape) -> tuple[Compiled, float]:
    """Return the compiled forward kernel and its instructions per state element in the main loop."""
    tile = forward_tile(shape.case, arch)
    flags = {"U": tile.unroll, "HAS_D": True, "STARTED": True, "SAVE": True}
    built = compile_for(arch, coupled_forward, shape.data, shape.constants(tile.channels) | flags, types(shape))
    return built, built.n_loop * 32 / (shape.M * 16 * tile.channels * tile.unroll)


@cache
def backward(arch: int, shape: Shape) -> tuple[Compiled, float]:
    """Return the compiled backward kernel and the instructions per state element of its walk back."""
    tile = backward_tile(shape.case, arch)
    flags = {"R": tile.fold, "HOIST": tile.hoist, "HAS_D": True, "HAS_LAST": shape.last, "HAS_W": not shape.uniform}
    flags |= {"HAS_H0": True, "ENDED": not shape.uniform}
    built = compile_for(arch, coupled_backward, shape.data, shape.constants(tile.channels) | flags, types(shape))
    return built, built.n_loop * 32 / (shape.M * 16 * tile.channels)


def report(name: str, arch: int, shape: Shape, built: Compiled, cost: float) -> None:
    """Append a line to the file that MMKERNELS_MACHINE_CODE names, if it does."""
    path = os.environ.get("MMKERNELS_MACHINE_CODE")
    if path:
        row = {"kernel": name, "sm": arch, **vars(shape), "registers": built.registers, "per_element": round(cost, 2)}
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


@CHIPS
@pytest.mark.parametrize("shape", [Shape(3, uniform=True), Shape(3, uniform=False, masked=True)], ids=str)
def test_nothing_spills_at_the_tile_sizes_of_the_table(arch: int, shape: Shape) -> None:
    for name, kernel in (("forward", forward), ("backward", backward)):
        built, cost = kernel(arch, shape)
        report(name, arch, shape, built, cost)
        assert built.spilled == 0, name
        assert built.loop["MUFU"] > 0, "the exponentials are in the loop that is counted"


@pytest.mark.parametrize(
    "shape",
    [
        Shape(3, uniform=False),
        Shape(3, uniform=True, last=True),
        Shape(3, uniform=True, wide=True),
        Shape(3, uniform=True, whole=False, data="bf16"),
        Shape(2, uniform=False, masked=True),
    ],
    ids=str,
)
def test_nothing_spills_on_sm_90_in_the_rarer_cases(shape: Shape) -> None:
    for name, kernel in (("forward", forward), ("backward", backward)):
        built, cost = kernel(90, shape)
        report(name, 90, shape, built, cost)
        assert built.spilled == 0, name


def test_a_forward_element_of_one_chain_costs_at_most_eleven_instructions_on_sm_90() -> None:
    built, cost = forward(90, Shape(3, uniform=True))
    assert cost <= 11
    assert (
        built.loop["MUFU"] * 32 == 3 * 16 * forward_tile(Shape(3, uniform=True).case, 90).channels * 4
    )  # one exp each


def test_the_general_coupling_costs_at_most_a_third_more_on_sm_90() -> None:
    assert forward(90, Shape(3, uniform=False))[1] <= 11 * 4 / 3


def test_the_kernels_of_the_split_compile_without_spills() -> None:
    for one in (True, False):
        shape = Shape(3, uniform=one, masked=not one)
        channels = backward_tile(shape.case, 90).channels
        both = shape.constants(channels)
        built = [
            compile_for(90, coupled_advance, "fp32", both, types(shape)),
            compile_for(90, coupled_return, "fp32", {**both, "HAS_LAST": False}, types(shape)),
        ]
        composed = {k: v for k, v in both.items() if k not in ("M", "UNIFORM", "MASKED")}
        composed |= {"K": 1 if one else 3, "ENTERED": True, "BACK": True}
        built.append(compile_for(90, coupled_compose, "fp32", composed, types(shape)))
        assert [each.spilled for each in built] == [0, 0, 0]
