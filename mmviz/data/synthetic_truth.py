"""Ground truth of synthetic data: hidden bits, their channels, and the exact values v(S) of an ideal observer."""

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Game = Literal["explained variance", "accuracy"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the hidden bits in the target: unique (M,), redundant and synergistic one number each."""

    unique: Floats
    redundant: float
    synergistic: float

    def target(self, bits: "Bits") -> Floats:
        """Return Σ_m w_u[m] u_m + w_r r + w_s Π_m s_m for every sample, (n,), summed in this order."""
        total = np.zeros(len(bits.redundant))
        for m, weight in enumerate(self.unique):
            total = total + weight * bits.unique[:, m]
        return total + self.redundant * bits.redundant + self.synergistic * np.prod(bits.synergistic, axis=1)


@dataclass(frozen=True, eq=False)
class Bits:
    """The hidden bits, all ±1 and independent: unique (n, M), redundant (n,), synergistic (n, M)."""

    unique: Floats
    redundant: Floats
    synergistic: Floats


@dataclass(frozen=True, eq=False)
class Truth:
    """Ground truth of a synthetic data set: the best that any method can recover.

    Attributes
    ----------
    names
        The M modalities.
    weights
        Of the hidden bits in the target.
    bits
        Split name to the hidden bits of its samples.
    channels
        Channel of every modality that contains the "unique", "redundant" and "synergistic" bit; the others are noise.
    onset, delays
        The pulse of modality m starts at step ``onset + delays[m]``.
    waveform
        The pulse, (width,); a bit is written as bit × waveform.
    noise
        Standard deviation of the white Gaussian noise on every channel and step.
    game
        What `value` measures: "explained variance" (regression) or "accuracy" (classification).
    coalitions
        The 2^M sets of modalities as tuples of names; number k holds modality m where bit m of k is set.
    value
        v(S) of the observer who reads the bits without error, (2^M,).
    shapley
        Exact Shapley values of `value`, (M,); unit as `value`.
    moebius
        Exact Möbius interactions of `value`, (2^M,): v(S) = Σ_{T ⊆ S} moebius(T).
    value_with_noise
        Regression only: v(S) of the observer who sees the noisy signals and predicts the posterior mean, (2^M,).
    bit_error
        Probability that a matched filter on one modality reads a bit wrongly.
    redundant_error
        The same for the redundant bit read from 1, 2, ..., M modalities together, (M,).
    """

    names: tuple[str, ...]
    weights: Weights
    bits: dict[str, Bits]
    channels: dict[str, int]
    onset: int
    delays: tuple[int, ...]
    waveform: Floats
    noise: float
    game: Game
    coalitions: tuple[tuple[str, ...], ...]
    value: Floats
    shapley: Floats
    moebius: Floats
    value_with_noise: Floats | None
    bit_error: float
    redundant_error: Floats


def coalitions(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """List all sets of modalities; number k holds modality m where bit m of k is set."""
    return tuple(tuple(n for m, n in enumerate(names) if k >> m & 1) for k in range(2 ** len(names)))


def variance_game(weights: Weights, *, unique: float = 1.0, redundant: Floats | None = None) -> Floats:
    r"""Explained variance of the best regression from every coalition.

    The bits are independent, of mean 0 and variance 1, so the conditional mean of the target given what S sees is the sum
    of the terms S sees whole, and its variance is the sum of their squares:
    v(S) = Σ_{m ∈ S} w_u[m]² + w_r² [S ≠ ∅] + w_s² [S = all]. A product of bits of which one is unseen has mean 0.

    Parameters
    ----------
    weights
        Of the hidden bits.
    unique
        ρ: the share of a bit's variance that one noisy observation explains; a product of M bits keeps ρ^M.
    redundant
        The same for the redundant bit read from 1, ..., M modalities, (M,). Default: ones.

    Returns
    -------
    ndarray
        v(S), (2^M,); the total without noise is the variance of the target.
    """
    count = len(weights.unique)
    shares = np.ones(count) if redundant is None else redundant
    value = np.zeros(2**count)
    for k in range(1, 2**count):
        members = [m for m in range(count) if k >> m & 1]
        value[k] = unique * sum(weights.unique[m] ** 2 for m in members)
        value[k] += shares[len(members) - 1] * weights.redundant**2
    value[-1] += unique**count * weights.synergistic**2
    return value


def accuracy_game(weights: Weights) -> Floats:
    """Accuracy of the best classification of [target ≥ 0] from every coalition, by counting all 2^(2M+1) bit patterns.

    Parameters
    ----------
    weights
        Of the hidden bits.

    Returns
    -------
    ndarray
        v(S), (2^M,); v(∅) is the share of the more frequent class.
    """
    count = len(weights.unique)
    patterns = np.array(list(product((-1.0, 1.0), repeat=2 * count + 1)))
    bits = Bits(patterns[:, :count], patterns[:, count], patterns[:, count + 1 :])
    positive = weights.target(bits) >= 0
    digits = (patterns > 0).astype(np.int64)
    value = np.zeros(2**count)
    for k in range(2**count):
        seen = [m for m in range(count) if k >> m & 1]
        columns = [*seen, *([count] if seen else []), *(count + 1 + m for m in seen)]
        cell = digits[:, columns] @ (1 << np.arange(len(columns), dtype=np.int64))
        ones = np.bincount(cell, weights=positive)
        total = np.bincount(cell)
        value[k] = np.maximum(ones, total - ones).sum() / len(patterns)
    return value


def moebius(value: Floats) -> Floats:
    """Möbius interactions a(T) = Σ_{S ⊆ T} (−1)^{|T|−|S|} v(S) of a game, (2^M,) → (2^M,)."""
    a = value.copy()
    for m in range(len(value).bit_length() - 1):
        has = (np.arange(len(value)) >> m & 1).astype(bool)
        a[has] -= a[~has]
    return a


def shapley(value: Floats) -> Floats:
    """Shapley values φ_m = Σ_{T ∋ m} a(T)/|T| of a game, (2^M,) → (M,)."""
    a, index = moebius(value), np.arange(len(value))
    count = len(value).bit_length() - 1
    size = np.array([int(k).bit_count() for k in index])
    return np.array([(a[has] / size[has]).sum() for m in range(count) if (has := (index >> m & 1).astype(bool)).any()])
