"""Nobody is timed before its answer is right."""

from typing import Any

import pytest
import torch
from bench import contenders, limits, peers
from bench.ceiling import library
from bench.contenders import Contender, separate
from bench.groups.coupling import with_coupling
from bench.peers import coupled_loop
from bench.problems import Shape, worst
from bench.race import FORWARD, race
from mmkernels import coupled_scan
from mmkernels.timing.clock import QUICK

THREE, ONE = Shape(3, 2, 21, 16, 5), Shape(1, 2, 21, 16, 5)
PEERS = [
    (contenders.ours, THREE),
    (contenders.loop, THREE),
    (contenders.mambapy, THREE),
    (lambda: contenders.ceiling(THREE), THREE),
    (lambda: contenders.ceiling(ONE), ONE),
    (lambda: Contender("associative_scan", peers.by_associative_scan), THREE),
    (lambda: with_coupling("general", "general"), THREE),
    (lambda: with_coupling("identity", "identity"), THREE),
    (lambda: separate("three", _alone, channels_first=False, tolerance=1e-5), THREE),
    (lambda: separate("three", _turned, channels_first=True, tolerance=1e-5), THREE),
    (contenders.transformers_mambapy, ONE),
    (contenders.mamba_reference, ONE),
]


def _alone(*given: Any) -> Any:
    return coupled_scan(*given)


def _turned(x: Any, dt: Any, A: Any, B: Any, C: Any) -> Any:
    x, dt, B, C = (values.transpose(1, 2).unsqueeze(0).contiguous() for values in (x, dt, B, C))
    return coupled_scan(x, dt, A.unsqueeze(0), B, C)[0].transpose(1, 2)


@pytest.mark.filterwarnings("ignore")  # what peers warn about is theirs
@pytest.mark.parametrize("index", range(len(PEERS)))
def test_every_contender_equals_the_float64_reference(index: int) -> None:
    make, sizes = PEERS[index]
    contender = make()
    if contender.missing is not None:
        pytest.skip(f"{contender.name}: {contender.missing}")
    assert contender.error(sizes) <= contender.tolerance <= 1e-4


@pytest.mark.filterwarnings("ignore")
def test_the_loop_of_transformers_equals_it_too() -> None:
    if peers.missing_reason("transformers") is not None:
        pytest.skip("transformers is not installed")
    slow = Contender("slow", peers.transformers_scan(mambapy=False), channels_first=True)
    assert slow.error(ONE) <= 1e-5


class Spoiled:
    """The loop with one thing wrong; counts its calls."""

    def __init__(self, what: str) -> None:
        self.what, self.calls = what, 0

    def __call__(self, x: Any, dt: Any, A: Any, B: Any, C: Any) -> Any:
        self.calls += 1
        if self.what == "value":
            return coupled_loop(x, dt, A, B, C) * 1.001
        if self.what == "nan":
            return coupled_loop(x, dt, A, B, C) * float("nan")
        if self.what == "gradient":
            return coupled_loop(x, dt, A + (0.01 * A - (0.01 * A).detach()), B, C)
        return coupled_loop(x, dt, A, B, C)


@pytest.mark.parametrize("what", ["value", "nan", "gradient"])
def test_a_wrong_contender_is_refused_and_never_timed(what: str) -> None:
    spoiled = Spoiled(what)
    rows = race("g", "c", THREE, [Contender("wrong", spoiled), contenders.loop()], QUICK)
    wrong = [row for row in rows if row.contender == "wrong"]
    assert [row.status for row in wrong] == ["refused", "refused"]
    assert all(row.time is None and "not timed" in row.note for row in wrong)
    assert spoiled.calls == 1, "once for the equality test, never for the clock"
    assert all(row.time is not None for row in rows if row.contender != "wrong")


def test_a_right_contender_is_timed() -> None:
    right = Spoiled("nothing")
    (row,) = race("g", "c", THREE, [Contender("right", right)], QUICK, steps=[FORWARD])
    assert row.status == "measured"
    assert row.error is not None
    assert row.error_shape == THREE.reduced().sizes()
    assert row.median is not None
    assert row.median > 0
    assert right.calls >= 3


def test_a_missing_contender_says_why() -> None:
    rows = race("g", "c", THREE, [Contender("ghost", None, missing="ghost not installed")], QUICK)
    assert {(row.status, row.note) for row in rows} == {("not installed", "ghost not installed")}


def test_nan_counts_as_infinitely_wrong() -> None:
    assert worst([torch.tensor([1.0, float("nan")])], [torch.ones(2)]) == float("inf")
    assert worst([torch.tensor([1.0, 3.0])], [torch.tensor([1.0, 2.0])]) == 0.5


def test_the_exponentials_that_are_counted_are_right() -> None:
    assert limits.error(limits.by_numba) <= 1e-6
    if library()[0] is None:
        pytest.skip(f"no ceiling: {library()[1]}")
    assert limits.error(limits.by_cpp) <= 1e-6
