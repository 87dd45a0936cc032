"""Means and totals of a map over pairs of time blocks: by lag, and over all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def pair_counts(blocks: int, steps: int, width: int) -> Int[np.ndarray, "target_block source_block"]:
    """Return the number of pairs of steps in every pair of the first ``blocks`` blocks of ``width`` steps; the last block may be shorter."""
    held = np.minimum(width, steps - np.arange(blocks) * width)
    return held[:, None] * held


def sum_over_steps(
    values: Float[np.ndarray, "*rest target target_block source source_block"], pairs: Int[np.ndarray, "a b"]
) -> Float[np.ndarray, "*rest target source"]:
    """Return the sum over all pairs of steps of a map of means over the pairs of two blocks."""
    return np.einsum("...mbnc,bc->...mn", values, pairs)


def mean_by_lag(
    values: Float[np.ndarray, "*rest target target_block source source_block"],
) -> Float[np.ndarray, "*rest target source lag"]:
    """Return the mean over the pairs of blocks that are ``lag`` blocks apart."""
    return np.stack([np.diagonal(values, -k, -3, -1).mean(-1) for k in range(values.shape[-1])], -1)
