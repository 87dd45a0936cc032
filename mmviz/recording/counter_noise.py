"""Standard normal values by counter: each value is a function of seed, stream and position alone.

The page computes the same values in JavaScript (widgets/page/counter_noise.js): only 32-bit integer arithmetic, a logarithm and a cosine are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, UInt

_GOLDEN = 0x9E3779B9
_WORD = 0xFFFFFFFF


def mixed(word: UInt[np.ndarray, " n"]) -> UInt[np.ndarray, " n"]:
    """Return a bijective hash of 32-bit words: the constants 0x7feb352d and 0x846ca68b of "lowbias32".

    Source: C. Wellons, "Prospecting for hash functions" (2018), avalanche bias 0.17.
    """
    out = np.asarray(word, np.uint32)
    out = (out ^ (out >> np.uint32(16))) * np.uint32(0x7FEB352D)
    out = (out ^ (out >> np.uint32(15))) * np.uint32(0x846CA68B)
    return out ^ (out >> np.uint32(16))


def counter_normal(seed: int, stream: int, count: int) -> Float[np.ndarray, " count"]:
    """Return ``count`` standard normal values, float64.

    Value i is the Box-Muller transform sqrt(-2 ln u) cos(2 pi v) of two hashed counters 2i and 2i + 1, with u in (0, 1] and v in [0, 1). A longer
    sequence begins with the shorter one.

    Parameters
    ----------
    seed
        0 to 2^32 - 1.
    stream
        Whole number from 0; streams of one seed are different sequences. Edits use the position of the modality.
    count
        Number of values, at most 2^31.
    """
    outer = mixed(np.array([(seed + _GOLDEN) & _WORD], np.uint32))
    inner = mixed(outer ^ np.uint32((stream + 1) & _WORD))
    counter = np.arange(2 * count, dtype=np.uint32)
    word = mixed(mixed(counter + inner) ^ outer).astype(np.float64)
    u, v = (word[0::2] + 1.0) / 2.0**32, word[1::2] / 2.0**32
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)
