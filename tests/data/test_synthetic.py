"""Synthetic data hold what their truth says: closed forms against simulation, delays against correlation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmviz.core.errors import ConfigError
from mmviz.data import synthetic
from mmviz.data.synthetic_truth import Weights, accuracy_game, moebius, shapley, variance_game

OPTIONS = {"unique": (1.0, 0.5, 0.0), "redundant": 0.8, "synergistic": 1.2, "delays": (0, 5, 11), "features": 5}


def _matched(ds, split, m, kind):
    """Matched filter: the signal on the known channel and steps, projected on the pulse; 1 or −1 without noise."""
    truth, name = ds.truth, ds.truth.names[m]
    start = truth.onset + truth.delays[m]
    piece = ds[split].inputs[name][:, start : start + len(truth.waveform), truth.channels[kind]]
    return piece @ truth.waveform / (truth.waveform @ truth.waveform)


def _readings(ds, split):
    """Matched-filter outputs: unique (n, M), redundant (n, M), synergistic (n, M)."""
    M = len(ds.truth.names)
    return {k: np.stack([_matched(ds, split, m, k) for m in range(M)], 1) for k in ds.truth.channels}


def test_signals_without_noise_carry_exactly_the_hidden_bits():
    ds = synthetic(n=60, noise=0.0, **OPTIONS)
    for split in ds.splits:
        bits, seen = ds.truth.bits[split], _readings(ds, split)
        assert np.allclose(seen["unique"], bits.unique, atol=1e-6)
        assert np.allclose(seen["redundant"], bits.redundant[:, None], atol=1e-6)
        assert np.allclose(seen["synergistic"], bits.synergistic, atol=1e-6)
        assert np.allclose(ds[split].target, ds.truth.weights.target(bits), atol=1e-6)
    assert ds.truth.bit_error == 0


def test_target_is_the_stated_sum():
    ds = synthetic(n=60, **OPTIONS)
    bits = ds.truth.bits["train"]
    u, r, s = bits.unique, bits.redundant, bits.synergistic
    y = 1.0 * u[:, 0] + 0.5 * u[:, 1] + 0.8 * r + 1.2 * s[:, 0] * s[:, 1] * s[:, 2]
    assert np.allclose(ds["train"].target, y, atol=1e-6)


def test_value_of_every_coalition_equals_a_simulated_ideal_observer():
    ds = synthetic(n=40_000, steps=24, noise=0.0, seed=1, **OPTIONS)
    bits, y = ds.truth.bits["train"], ds["train"].target
    for k, members in enumerate(itertools.product((0, 1), repeat=3)):
        seen = [m for m in range(3) if k >> m & 1]
        columns = [bits.unique[:, m] for m in seen] + [bits.synergistic[:, m] for m in seen]
        columns += [bits.redundant] if seen else []
        cell = sum((c > 0).astype(int) << i for i, c in enumerate(columns)) if columns else np.zeros(len(y), int)
        mean = np.bincount(cell, weights=y) / np.maximum(np.bincount(cell), 1)
        cells = len(np.unique(cell))
        simulated = np.var(mean[cell])  # variance of the conditional mean, biased upwards by about cells/n of the rest
        sampling = 5 * np.var(y) * np.sqrt(2 / len(y)) + np.var(y) * cells / len(y)
        assert abs(simulated - ds.truth.value[k]) < sampling, (members, simulated, ds.truth.value[k])


def test_value_with_noise_equals_the_simulated_posterior_mean():
    ds = synthetic(n=60_000, steps=20, features=3, noise=2.5, seed=2, unique=(1.0, 0.5), modalities=2, delays=(0, 3))
    truth, seen, y = ds.truth, _readings(ds, "train"), ds["train"].target
    d2 = float(truth.waveform @ truth.waveform) / truth.noise**2
    tanh_u, tanh_s = np.tanh(d2 * seen["unique"]), np.tanh(d2 * seen["synergistic"])
    for k in range(1, 4):
        S = [m for m in range(2) if k >> m & 1]
        guess = sum(truth.weights.unique[m] * tanh_u[:, m] for m in S)
        guess = guess + truth.weights.redundant * np.tanh(d2 * seen["redundant"][:, S].sum(1))
        guess = guess + (truth.weights.synergistic * tanh_s.prod(1) if len(S) == 2 else 0)
        explained = np.var(y) - np.mean((y - guess) ** 2)
        assert abs(explained - truth.value_with_noise[k]) < 5 * np.var(y) * np.sqrt(2 / len(y))
        assert truth.value_with_noise[k] < truth.value[k]


@pytest.mark.parametrize("noise", [1.0, 2.0, 4.0])
def test_the_error_rate_of_a_matched_filter_equals_the_q_function(noise):
    ds = synthetic(n=30_000, steps=16, features=3, modalities=2, delays=(0, 4), noise=noise, seed=3)
    bits, seen = ds.truth.bits["train"], _readings(ds, "train")
    n = len(bits.redundant)
    cases = [(seen["unique"][:, 0], bits.unique[:, 0], ds.truth.bit_error)]
    cases += [(seen["redundant"][:, 0], bits.redundant, ds.truth.redundant_error[0])]
    cases += [(seen["redundant"].sum(1), bits.redundant, ds.truth.redundant_error[1])]
    for reading, bit, expected in cases:
        wrong = np.mean(np.sign(reading) != bit)
        assert abs(wrong - expected) < 5 * math.sqrt(expected * (1 - expected) / n) + 1e-9


def test_delays_are_where_the_redundant_channels_correlate_most():
    ds = synthetic(n=6000, steps=48, noise=0.4, seed=4, delays=(2, 9, 5))
    x = {m: ds["train"].inputs[m][:, :, ds.truth.channels["redundant"]] for m in ds.truth.names}
    for a, b in itertools.combinations(range(3), 2):
        first, second = x[ds.truth.names[a]], x[ds.truth.names[b]]
        lags = range(-12, 13)
        together = [np.sum(first[:, max(0, -k) : 48 - max(0, k)] * second[:, max(0, k) : 48 + min(0, k)]) for k in lags]
        assert lags[int(np.argmax(together))] == ds.truth.delays[b] - ds.truth.delays[a]


def test_noise_has_the_stated_size_everywhere_else():
    ds = synthetic(n=3000, steps=32, noise=0.5, features=5, seed=5)
    quiet = ds["train"].inputs["m1"][:, :, 3:]
    assert abs(quiet.std() - 0.5) < 5 * 0.5 / math.sqrt(2 * quiet.size)


WEIGHTS = st.lists(st.floats(0, 3), min_size=1, max_size=5)


@given(WEIGHTS, st.floats(0, 3), st.floats(0, 3))
def test_shapley_and_moebius_follow_the_closed_forms(unique, redundant, synergistic):
    M = len(unique)
    value = variance_game(Weights(np.array(unique), redundant, synergistic))
    phi, a = shapley(value), moebius(value)
    expected = np.array(unique) ** 2 + (redundant**2 + synergistic**2) / M
    assert np.allclose(phi, expected, atol=1e-12)
    assert np.isclose(phi.sum(), value[-1], atol=1e-12)
    for k in range(1, 2**M):
        size = k.bit_count()
        closed = (-1.0) ** (size + 1) * redundant**2 + (synergistic**2 if k == 2**M - 1 else 0)
        closed += unique[k.bit_length() - 1] ** 2 if size == 1 else 0
        assert np.isclose(a[k], closed, atol=1e-9)
    for k in range(2**M):
        assert np.isclose(value[k], sum(a[t] for t in range(2**M) if t & k == t), atol=1e-9)


def test_shapley_by_orders_agrees():
    value = np.random.default_rng(0).normal(size=16)
    value[0] = 0
    phi = np.zeros(4)
    orders = list(itertools.permutations(range(4)))
    for order in orders:
        k = 0
        for m in order:
            phi[m] += (value[k | 1 << m] - value[k]) / len(orders)
            k |= 1 << m
    assert np.allclose(shapley(value), phi, atol=1e-12)


def test_accuracy_of_every_coalition_equals_a_simulated_ideal_observer():
    ds = synthetic(
        n=40_000, steps=16, noise=0.0, modalities=2, delays=(0, 0), seed=6, task="classification", unique=(1.0, 0.4)
    )
    bits, y = ds.truth.bits["train"], ds["train"].target
    for k in range(4):
        S = [m for m in range(2) if k >> m & 1]
        columns = [bits.unique[:, m] for m in S] + [bits.synergistic[:, m] for m in S] + ([bits.redundant] if S else [])
        cell = sum((c > 0).astype(int) << i for i, c in enumerate(columns)) if columns else np.zeros(len(y), int)
        ones, total = np.bincount(cell, weights=y), np.bincount(cell)
        simulated = np.maximum(ones, total - ones).sum() / len(y)
        assert abs(simulated - ds.truth.value[k]) < 5 * 0.5 / math.sqrt(len(y)) + 0.002


def test_the_value_of_xor_is_zero_without_all_modalities():
    value = accuracy_game(Weights(np.zeros(2), 0.0, 1.0))
    assert value.tolist() == [0.5, 0.5, 0.5, 1.0]
    assert shapley(value).tolist() == [0.25, 0.25]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(3, 6),
    st.integers(24, 60),
    st.integers(0, 99),
    st.sampled_from(["regression", "classification"]),
)
def test_same_options_give_the_same_data(modalities, features, steps, seed, task):
    options = {"n": 40, "modalities": modalities, "features": features, "steps": steps, "seed": seed, "task": task}
    a, b = synthetic(**options), synthetic(**options)
    assert a.fingerprint() == b.fingerprint()
    assert a.fingerprint() != synthetic(**options | {"seed": seed + 1}).fingerprint()
    assert [x.shape for x in a["test"].inputs.values()] == [(6, steps, features)] * modalities
    assert sum(map(len, a.splits.values())) == 40


def test_global_random_state_is_left_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    synthetic(n=20)
    assert np.array_equal(state, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 5}, "n=5"),
        ({"n": 100.0}, r"n=100\.0"),
        ({"modalities": 0}, "modalities=0"),
        ({"modalities": 9}, "modalities=9"),
        ({"modalities": ["a", "a"]}, "different names"),
        ({"features": 2}, "features=2"),
        ({"unique": (1.0, 2.0)}, "2 weights for 3 modalities"),
        ({"unique": "a"}, "unique='a'"),
        ({"redundant": -1}, "redundant=-1"),
        ({"synergistic": math.inf}, "synergistic=inf"),
        ({"noise": math.nan}, "noise=nan"),
        ({"delays": (0, 1)}, "2 for 3 modalities"),
        ({"delays": (0, 1, -1)}, "delays=-1"),
        ({"steps": 12}, "needs 16 steps"),
        ({"task": "ranking"}, "task='ranking'"),
    ],
)
def test_wrong_option_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        synthetic(**options)
