"""Powers of two and folded sums of the kernels' vectors, held against numpy."""

from typing import Any

import numpy as np
import pytest
from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.simd.exponential import begin_exp2, end_exp2, exp2_by, load_terms, terms_address
from mmkernels.simd.fold import add_dot_products, clear_folded, finish_folded, folded_of, folded_size
from mmkernels.simd.memory import load_block, load_lanes, store_lanes
from mmkernels.simd.vector import Kind, lanes_of
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


def _exp2(values: np.ndarray, *, single: bool, way: Any = _powers, registers: int = 1) -> np.ndarray:
    source = values.astype(REAL[single])
    target = np.full_like(source, -1.0)
    kind = Kind(1, single=single, sources="test", registers=registers)
    way(kind, terms_address(single=single), source.ctypes.data, target.ctypes.data, len(source))
    return target


@PRECISION
def test_powers_of_two_are_right_to_rounding(single: bool) -> None:
    lowest = -125.0 if single else -1021.0
    values = np.concatenate(
        [np.linspace(lowest, -lowest, 100_003), np.linspace(-2.0, 2.0, 10_001), [0.03125, -0.46875]]
    )
    values = values.astype(REAL[single]).astype(np.float64)
    error = np.abs(_exp2(values, single=single) / np.exp2(values) - 1.0).max()
    assert error <= (3e-7 if single else 4e-16)


@PRECISION
def test_small_steps_lose_nothing_of_what_they_decay(single: bool) -> None:
    values = -np.logspace(-1.5, -4.0, 1000).astype(REAL[single]).astype(np.float64)
    lost = 1.0 - _exp2(values, single=single).astype(np.float64)
    spacing = np.finfo(REAL[single]).eps
    assert np.abs(lost + np.expm1(values * np.log(2.0))).max() <= spacing


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
