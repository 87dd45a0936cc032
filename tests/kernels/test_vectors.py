"""Powers of two and folded sums of the kernels' vectors, held against numpy."""

from typing import Any

import numpy as np
import pytest
from mmkernels.cpu.exponential import begin_exp2, cubic, end_exp2, exp2_by, load_terms, terms_of
from mmkernels.cpu.lane_sums import add_dot_products, clear_folded, finish_folded, folded_of, folded_size
from mmkernels.cpu.memory import load_block, load_lanes, store_lanes
from mmkernels.cpu.scan import OPTIONS
from mmkernels.cpu.vectors import Kind, lanes_of
from numba import njit

REAL = {True: np.float32, False: np.float64}
PRECISION = pytest.mark.parametrize("single", [True, False], ids=["float32", "float64"])


@njit(**OPTIONS)
def _powers(kind, table, source, target, n):  # type: ignore[no-untyped-def]
    terms = load_terms(kind, table)
    for i in range(0, n, lanes_of(kind)):
        store_lanes(target, i, 0, exp2_by(terms, load_lanes(kind, source, i, 0, n - i)), n - i)


@njit(**OPTIONS)
def _powers_in_two_steps(kind, table, source, target, n):  # type: ignore[no-untyped-def]
    terms = load_terms(kind, table)
    for i in range(0, n, lanes_of(kind)):
        power = load_lanes(kind, source, i, 0, n - i)
        store_lanes(target, i, 0, end_exp2(terms, power, begin_exp2(terms, power)), n - i)


@njit(**OPTIONS)
def _dot_products(kind, vectors, block, n, room):  # type: ignore[no-untyped-def]
    clear_folded(kind, room, 0)
    for i in range(n):
        a, b = load_block(kind, vectors, 4 * i * block), load_block(kind, vectors, (4 * i + 1) * block)
        c, d = load_block(kind, vectors, (4 * i + 2) * block), load_block(kind, vectors, (4 * i + 3) * block)
        add_dot_products(room, 0, a, b, c, d)
    finish_folded(kind, room, 0)
    return folded_of(kind)


def _exp2(
    values: np.ndarray, *, single: bool, way: Any = _powers, registers: int = 1, weight: float = 1.0
) -> np.ndarray:
    terms = terms_of(weight, single=single)
    source = (values + terms.shift).astype(REAL[single])
    target = np.full_like(source, -1.0)
    kind = Kind(1, single=single, sources="test", registers=registers)
    way(kind, terms.address, source.ctypes.data, target.ctypes.data, len(source))
    return target


@PRECISION
def test_powers_of_two_are_right_to_rounding(single: bool) -> None:
    lowest = -120.0 if single else -1021.0
    values = np.concatenate(
        [np.linspace(lowest, -lowest, 100_003), np.linspace(-2.0, 2.0, 10_001), [0.03125, -0.46875]]
    )
    values = values.astype(REAL[single]).astype(np.float64)
    error = np.abs(_exp2(values, single=single) / np.exp2(values) - 1.0).max()
    assert error <= (3e-7 if single else 4e-16)


@PRECISION
@pytest.mark.parametrize("weight", [1.0, 0.5, 1 / 3, 0.2, 7.0, 1e-9, 1e-25, 1e25])
def test_a_weight_is_right_to_rounding(weight: float, single: bool) -> None:
    values = np.linspace(-30.0, 3.0, 100_003).astype(REAL[single]).astype(np.float64)
    error = np.abs(_exp2(values, single=single, weight=weight) / (weight * np.exp2(values)) - 1.0).max()
    far = not 2.0**-32 <= weight <= 2.0**32  # then it is a term of the power, which has digits before the point
    assert error <= (4e-7 if single else 5e-16) * (20 if far else 1)
    assert _exp2(np.zeros(1), single=single, weight=weight)[0] == REAL[single](weight) or far


def test_the_cubic_of_sixteenths_is_right_without_rounding_at_its_centre() -> None:
    z = 23 / 16
    for weight in np.exp(np.random.default_rng(0).uniform(-20.0, 20.0, 200)):
        a, b, v = cubic(float(weight))
        for number in (a, b, v, z**2 + a):
            assert np.float32(number) == number
        assert (z**2 + a) * z + b == v
        assert abs(float(np.float32(weight / v)) * v / weight - 1.0) <= 5e-9
        assert abs((3 * z**2 + a) / v / np.log(2.0) - 1.0) <= 2e-7


@PRECISION
@pytest.mark.parametrize("weight", [1.0, 0.5, 1 / 3, 0.2, 0.7])
def test_small_steps_lose_nothing_of_what_they_decay(weight: float, single: bool) -> None:
    values = -np.logspace(-1.5, -4.0, 200_000).astype(REAL[single]).astype(np.float64)
    decays = _exp2(values, single=single, weight=weight).astype(np.float64)
    spacing = np.finfo(REAL[single]).eps
    error = decays / weight - 1.0 - np.expm1(values * np.log(2.0))
    assert np.abs(error).max() <= 2 * spacing
    # a state that decays for a thousand steps repeats an error that has a direction
    assert abs(error.mean()) <= (0.1 if single else 0.2) * spacing  # of float64 the reference is no better
    assert decays.max() <= REAL[single](weight)


@PRECISION
@pytest.mark.parametrize("weight", [0.5, 4.0, 1 / 3, 0.2, 0.7, 3.0, 1e-9, 1e9, 1e-30, 1e30])
def test_a_weight_at_the_ends(weight: float, single: bool) -> None:
    bits = 127 if single else 1023
    with np.errstate(over="ignore", under="ignore"):
        values = np.linspace(-3.0 * bits, bits - np.log2(weight) - 1.0, 100_003).astype(REAL[single])
        found = _exp2(values.astype(np.float64), single=single, weight=weight).astype(np.float64)
        right = np.exp2(values.astype(np.longdouble)) * np.longdouble(weight)
    tiny = 2.0 ** (6 - bits)
    counted = right > tiny
    assert np.abs(found[counted] / right[counted] - 1.0).max() <= (1e-5 if single else 1e-13)
    assert found[~counted].min() >= 0.0
    assert found[~counted].max() <= tiny
    nan, under, far, over = _exp2(np.array([np.nan, -5000.0, -1e30, 5000.0]), single=single, weight=weight)
    assert np.isnan(nan)
    assert 0.0 <= under <= 2.0 ** (2 - bits)
    assert 0.0 <= far <= 2.0 ** (2 - bits)
    assert over >= 2.0**bits * 0.99


@PRECISION
def test_powers_at_the_ends(single: bool) -> None:
    zero, nan, under, far, over = _exp2(np.array([0.0, np.nan, -5000.0, -1e30, 5000.0]), single=single)
    assert zero == 1.0
    assert np.isnan(nan)
    assert under == 0.0
    assert far == 0.0
    assert over == np.inf


@PRECISION
@pytest.mark.parametrize("registers", [1, 2])
def test_a_power_begun_early_is_the_same_to_the_bit(registers: int, single: bool) -> None:
    ends = [
        0.0,
        -0.0,
        np.nan,
        np.inf,
        -np.inf,
        127.99,
        128.0,
        -126.5,
        -149.9,
        1023.99,
        1024.0,
        -1074.5,
        -5000.0,
        5000.0,
    ]
    values = np.concatenate([np.random.default_rng(5).uniform(-140.0, 140.0, 4000), ends])
    at_once = _exp2(values, single=single, registers=registers)
    np.testing.assert_array_equal(_exp2(values, single=single, way=_powers_in_two_steps, registers=registers), at_once)


@PRECISION
@pytest.mark.parametrize("registers", [1, 2])
@pytest.mark.parametrize("n_modality", [1, 2, 3, 5, 9])
def test_folded_sums_are_the_dot_products(n_modality: int, registers: int, single: bool) -> None:
    kind = Kind(n_modality, single=single, sources="test", registers=registers)
    width, n = kind.lanes // registers, 3
    random = np.random.default_rng(3)
    vectors = random.integers(-8, 9, (n, 4, n_modality, kind.lanes)).astype(REAL[single])
    room = np.full(folded_size(2 * n_modality, width), np.nan, REAL[single])
    assert _dot_products(kind, vectors.ctypes.data, n_modality * kind.lanes, n, room.ctypes.data) == len(room)
    a, b, c, d = vectors.transpose(1, 2, 0, 3)
    right = np.concatenate([(a * b).sum((1, 2)), (c * d).sum((1, 2))])
    np.testing.assert_array_equal(room[: 2 * n_modality], right)


def test_sums_take_no_more_room_than_they_need() -> None:
    assert folded_size(2, 16) == folded_size(6, 16) == folded_size(16, 16) == 16
    assert folded_size(10, 8) == 16
    assert folded_size(18, 4) == 20
