"""Synthetic data with known truth: hidden bits written into signals at known delays, known channels, known noise."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.data.dataset import Dataset
from mmviz.data.from_arrays import from_arrays
from mmviz.data.splits import split_samples
from mmviz.data.synthetic_truth import Bits, Truth, Weights, accuracy_game, coalitions, moebius, shapley, variance_game

CHANNELS = {"unique": 0, "redundant": 1, "synergistic": 2}
SPLITS = {"train": 0.7, "valid": 0.15, "test": 0.15}
PULSE = 8
_SPACING = 4
_MAX_MODALITIES = 8


def synthetic(
    *,
    n: int = 1200,
    modalities: int | Sequence[str] = 3,
    steps: int = 64,
    features: int = 4,
    unique: float | Sequence[float] = 1.0,
    redundant: float = 1.0,
    synergistic: float = 1.0,
    delays: Sequence[int] | None = None,
    noise: float = 0.5,
    seed: int = 0,
    task: Literal["regression", "classification"] = "regression",
) -> Dataset:
    r"""Return a synthetic data set with known ground truth.

    Every sample draws 2M+1 independent fair bits ±1: one unique bit u_m and one half of a secret s_m for each modality, and
    one redundant bit r in all modalities. The target is ``y = Σ_m w_u[m] u_m + w_r r + w_s Π_m s_m``
    (regression), or whether y ≥ 0 (classification; with only `synergistic` above 0 this is XOR). Modality m shows u_m, r and
    s_m on channels 0, 1 and 2 as ± one pulse (half a sine, 8 steps) that starts at ``onset + delays[m]``; every channel and
    step has white Gaussian noise. ``ds.truth`` holds the bits, the weights, and the exact values v(S) of the ideal observer.

    Parameters
    ----------
    n
        Samples, at least 20: 70 % train, 15 % valid, 15 % test.
    modalities
        How many (1..8; called "m1", "m2", ...), or their names.
    steps, features
        Size of every signal; at least 3 features, further ones are noise only.
    unique, redundant, synergistic
        Weights of the bits; `unique` one for all or one each.
    delays
        Steps by which each modality is late; default 0, 4, 8, ....
    noise
        Standard deviation, at least 0.
    seed
        Of bits, noise and splits; global random state is not touched.
    task
        What the target is.

    Returns
    -------
    Dataset
        With ``truth``.

    Raises
    ------
    ConfigError
        If an option is of the wrong type or out of range, or the last pulse does not fit into `steps`.

    Notes
    -----
    Regression: with independent bits of variance 1, v(S) = Σ_{m ∈ S} w_u[m]² + w_r² [S ≠ ∅] + w_s² [S = all], hence
    φ_m = w_u[m]² + (w_r² + w_s²) / M; Möbius: a({m}) = w_u[m]² + w_r², a(T) = (−1)^{|T|+1} w_r² for |T| ≥ 2, and w_s² on top
    for T = all. Classification: accuracy, by counting all bit patterns. Both suppose that bits are read without error. A
    matched filter on one modality errs with probability Q(d), d = ‖pulse‖ / noise; on the redundant bit in k modalities
    with Q(√k d). With noise, the posterior mean of a bit seen as z = bit + N(0, 1/d²) is tanh(d² z), which explains the share
    ρ(d) = E[tanh²(d² z)] of its variance; v then has w_u[m]² ρ(d), w_r² ρ(√|S| d) and w_s² ρ(d)^M.
    """
    names = _names(modalities)
    M = len(names)
    n, steps = whole(n, "n", low=20), whole(steps, "steps", low=PULSE)
    features, seed = whole(features, "features", low=len(CHANNELS)), whole(seed, "seed", low=0)
    one_of(task, ("regression", "classification"), "task")
    noise = number(noise, "noise", low=0.0)
    weights = Weights(
        _per_modality(unique, "unique", M),
        number(redundant, "redundant", low=0),
        number(synergistic, "synergistic", low=0),
    )
    late, onset = _delays(delays, M, steps)
    pulse = np.sin(np.pi * (np.arange(PULSE) + 0.5) / PULSE)
    rng = np.random.default_rng(seed)
    bits = Bits(_flip(rng, (n, M)), _flip(rng, (n,)), _flip(rng, (n, M)))
    inputs = {}
    for m, name in enumerate(names):
        x = noise * rng.standard_normal((n, steps, features))
        at = slice(onset + late[m], onset + late[m] + PULSE)
        for kind, bit in (
            ("unique", bits.unique[:, m]),
            ("redundant", bits.redundant),
            ("synergistic", bits.synergistic[:, m]),
        ):
            x[:, at, CHANNELS[kind]] += bit[:, None] * pulse
        inputs[name] = x
    y = weights.target(bits)
    rows = split_samples(n, SPLITS, seed)
    ds = _dataset(inputs, y, rows, task)
    hidden = {s: Bits(bits.unique[r], bits.redundant[r], bits.synergistic[r]) for s, r in rows.items()}
    truth = _truth(names, weights, hidden, onset=onset, delays=late, pulse=pulse, noise=noise, task=task)
    return Dataset(ds.spec, ds.splits, ds.report, truth)


def _dataset(inputs: dict[str, Any], y: NDArray[np.float64], rows: dict[str, NDArray[np.int64]], task: str) -> Dataset:
    classification = task == "classification"
    target = (y >= 0).astype(np.int64) if classification else y
    features = next(iter(inputs.values())).shape[2]
    channels = (*CHANNELS, *(f"noise {f}" for f in range(features - len(CHANNELS))))
    return from_arrays(
        {s: {m: x[r] for m, x in inputs.items()} for s, r in rows.items()},
        {s: target[r] for s, r in rows.items()},
        valid={s: {m: np.ones((len(r), x.shape[1]), dtype=bool) for m, x in inputs.items()} for s, r in rows.items()},
        ids={s: [f"sample_{i}" for i in r] for s, r in rows.items()},
        task="classification" if classification else "regression",
        classes=("negative", "positive") if classification else None,
        channels=dict.fromkeys(inputs, channels),
        name="synthetic",
        source="mmviz.data.synthetic",
        licence="none needed",
        notes=("Generated; every weight, delay and bit is in ds.truth.",),
    )


def _truth(
    names: tuple[str, ...],
    weights: Weights,
    bits: dict[str, Bits],
    *,
    onset: int,
    delays: tuple[int, ...],
    pulse: NDArray[np.float64],
    noise: float,
    task: str,
) -> Truth:
    M = len(names)
    d = float(np.linalg.norm(pulse)) / noise if noise else math.inf
    value = variance_game(weights) if task == "regression" else accuracy_game(weights)
    copies = np.sqrt(np.arange(1, M + 1)) * d
    noisy = None
    if task == "regression":
        noisy = variance_game(weights, unique=explained(d), redundant=np.array([explained(c) for c in copies]))
    return Truth(
        names=names,
        weights=weights,
        bits=bits,
        channels=dict(CHANNELS),
        onset=onset,
        delays=delays,
        waveform=pulse,
        noise=noise,
        game="explained variance" if task == "regression" else "accuracy",
        coalitions=coalitions(names),
        value=value,
        shapley=shapley(value),
        moebius=moebius(value),
        value_with_noise=noisy,
        bit_error=q_function(d),
        redundant_error=np.array([q_function(c) for c in copies]),
    )


def q_function(x: float) -> float:
    """Q(x) = P(N(0, 1) > x)."""
    return 0.5 * math.erfc(x / math.sqrt(2))


def explained(d: float) -> float:
    """ρ(d) = E[tanh²(d² z)], z ~ N(1, 1/d²): share of a ±1 bit's variance that its posterior mean explains."""
    if math.isinf(d):
        return 1.0
    e = np.linspace(-12.0, 12.0, 4001)  # the trapezoid rule on a smooth function that vanishes at both ends
    density = np.exp(-(e**2) / 2)
    return float((np.tanh(d**2 + d * e) ** 2 * density).sum() / density.sum())


def _flip(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return 2.0 * rng.integers(0, 2, shape).astype(np.float64) - 1.0


def _names(modalities: Any) -> tuple[str, ...]:
    if isinstance(modalities, (list, tuple)):
        names = tuple(modalities)
        if not all(isinstance(m, str) and m for m in names) or len(set(names)) < len(names):
            raise ConfigError(f"modalities={modalities!r}; give different names, or how many")
        whole(len(names), "number of modalities", low=1, high=_MAX_MODALITIES)
        return names
    return tuple(f"m{k + 1}" for k in range(whole(modalities, "modalities", low=1, high=_MAX_MODALITIES)))


def _per_modality(value: Any, option: str, M: int) -> NDArray[np.float64]:
    if isinstance(value, (list, tuple, np.ndarray)):
        if len(value) != M:
            raise ConfigError(
                f"{option}={value!r}: {len(value)} weights for {M} modalities; give one each, or one number"
            )
        return np.array([number(v, option, low=0) for v in value])
    return np.full(M, number(value, option, low=0))


def _delays(delays: Any, M: int, steps: int) -> tuple[tuple[int, ...], int]:
    """Return the delays and the onset: a quarter of the room that the pulses leave."""
    late = tuple(_SPACING * m for m in range(M)) if delays is None else tuple(delays)
    if len(late) != M:
        raise ConfigError(f"delays={late}: {len(late)} for {M} modalities; give one each")
    late = tuple(whole(k, "delays", low=0) for k in late)
    room = steps - max(late) - PULSE
    if room < 0:
        raise ConfigError(
            f"steps={steps}: a pulse of {PULSE} steps with delay {max(late)} needs {max(late) + PULSE} steps"
        )
    return late, room // 4
