"""Template of a data set: a function of keyword options that returns arrays through `mmviz.data.from_arrays`.

Copy this file, change it, and register it: ``mmviz.data.register("pendulum", pendulum)``; ``mmviz.data.load("pendulum", n=100)`` then calls
it. To add it to mmviz itself: put it into ``mmviz/data/sets``, its name into `LOADERS` of ``mmviz/data/load.py``, and a row into
``data/README.md`` and ``data/manifest.toml``.
"""

import numpy as np

from mmviz.core.options import whole
from mmviz.data import Dataset, from_arrays


def pendulum(*, n: int = 60, seed: int = 0) -> Dataset:
    """Return simulated pendulums: angle and angular velocity as two modalities; whether the first swing is large.

    Parameters
    ----------
    n
        Samples, at least 20.
    seed
        Of amplitudes and noise.

    Returns
    -------
    Dataset
        40 steps at 20 Hz.

    Raises
    ------
    ConfigError
        If an option is out of range.
    """
    n, seed = whole(n, "n", low=20), whole(seed, "seed", low=0)
    rng = np.random.default_rng(seed)
    amplitude = rng.uniform(0.2, 1.0, n)
    phase = np.linspace(0, 4 * np.pi, 40)
    angle = amplitude[:, None] * np.cos(phase) + rng.normal(0, 0.05, (n, 40))
    velocity = -amplitude[:, None] * np.sin(phase) + rng.normal(0, 0.05, (n, 40))
    return from_arrays(
        {"angle": angle[:, :, None], "velocity": velocity[:, :, None]},
        (amplitude > 0.6).astype(int),
        valid={m: np.ones((n, 40), bool) for m in ("angle", "velocity")},
        classes=("small", "large"),
        split={"train": 0.7, "test": 0.3},
        seed=seed,
        rate_hz={"angle": 20.0, "velocity": 20.0},
        units={"angle": "rad", "velocity": "rad/s"},
        name="pendulum",
        source="simulated",
        licence="none needed",
    )
