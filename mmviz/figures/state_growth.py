"""How large the states grow with the literal sum and with the mean: why the sum is kept for study alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.figures.made import Drawing, Said
from mmviz.plots.picture import Axis, Lines, Panel, Picture, Rule

if TYPE_CHECKING:
    from jaxtyping import Float

    from mmviz.figures.evidence import Evidence

STEPS, MODALITIES, CHANNELS, STATES = 60, 3, 32, 64
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


def growth(evidence: Evidence) -> Drawing:
    """Draw the largest state at every step under the sum of equation 6 and under the mean."""
    steps = np.arange(1, STEPS + 1, dtype=float)
    largest = {"sum, as printed": states(1.0), "mean": states(1 / MODALITIES)}
    lines = tuple(Lines(steps, values, name, i, marked=False) for i, (name, values) in enumerate(largest.items()))
    shows = (
        f"Largest absolute state of the coupled recurrence, by step, at the starting values of Mamba: the sum of equation 6 passes a billion at step "
        f"{1 + int(np.argmax(largest['sum, as printed'] > 1e9))}; the mean stays below {largest['mean'].max():.1f}. Dashed: the largest number of single precision."
    )
    said = Said(
        shows,
        f"Gaussian noise, {MODALITIES} modalities, {CHANNELS} channels, {STATES} states a channel, double precision",
        (0,),
        "the mean in place of the sum",
    )
    panel = Panel(
        (*lines, Rule(_LARGEST_FLOAT32, "y")), Axis("step"), Axis("largest state", log=True, span=(1e-3, 1e40))
    )
    return Drawing(Picture("Growth of the states", (shows,), (panel,), heights=(200,)), said)


def states(weight: float) -> Float[np.ndarray, " step"]:
    """Return the largest absolute state after every step of h[m] = exp(dt A) · weight · Σ_k h[k] + dt B x.

    Coupled Mamba (arXiv 2405.18014), equation 6, with Mamba's starting values: A = -1 ... -N, dt log-uniform in [0.001, 0.1].
    """
    rng = np.random.default_rng(0)
    dt = np.exp(rng.uniform(np.log(1e-3), np.log(0.1), (MODALITIES, CHANNELS, 1)))
    decay = np.exp(-dt * np.arange(1, STATES + 1.0))
    h, largest = np.zeros((MODALITIES, CHANNELS, STATES)), []
    for _ in range(STEPS):
        drive = dt * rng.normal(size=(MODALITIES, 1, STATES)) * rng.normal(size=(MODALITIES, CHANNELS, 1))
        h = decay * weight * h.sum(0) + drive
        largest.append(float(np.abs(h).max()))
    return np.array(largest)
