"""Sequences laid end to end with their lengths, as one padded array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.formats.fields import numeric
from mmviz.errors import DataError

MAX_VALUES = 2_000_000_000


def cut_and_pad(x: NDArray[Any], lengths: Any, where: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Cut one long array into sequences and pad them at the end.

    Parameters
    ----------
    x
        (sum of lengths, features).
    lengths
        Whole numbers (n,).
    where
        For errors.

    Returns
    -------
    padded, lengths
        (n, longest, features) and int64 (n,).

    Raises
    ------
    DataError
        If a length is negative or no whole number, they do not add up to the array, or the padded array would hold more
        than `MAX_VALUES` values.
    """
    k = numeric(lengths, where, 1)
    if k.dtype.kind not in "iu" or (k.size and (int(k.min()) < 0 or int(k.max()) > len(x))):
        first = next((i for i, v in enumerate(k.tolist()) if not (0 <= v <= len(x) and v % 1 == 0)), 0) if k.size else 0
        raise DataError(
            f"{where}: length {k[first] if k.size else k} of sample {first}; give whole numbers from 0 to {len(x)}"
        )
    k = k.astype(np.int64)
    if int(k.sum()) != len(x) or len(k) == 0:
        raise DataError(f"{where}: {len(k)} lengths add up to {int(k.sum())}, the array has {len(x)} steps")
    longest = max(int(k.max()), 1)
    if len(k) * longest * x.shape[1] > MAX_VALUES:
        raise DataError(f"{where}: {len(k)} x {longest} x {x.shape[1]} values after padding; at most {MAX_VALUES}")
    padded = np.zeros((len(k), longest, x.shape[1]), x.dtype)
    padded[np.arange(longest) < k[:, None]] = x
    return padded, k
