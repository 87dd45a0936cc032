"""Make one padded array from sequences of different lengths."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.data.checks import Side
from mmviz.data.choice import one_of
from mmviz.errors import DataError


def pad(sequences: Sequence[ArrayLike], *, side: Side = "end") -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Pad sequences with 0 to the longest.

    Parameters
    ----------
    sequences
        n arrays (steps_i, features); a length of 0 marks a sample that lacks the modality.
    side
        Where the padding goes.

    Returns
    -------
    padded, lengths
        (n, longest, features) of the common dtype, and (n,).

    Raises
    ------
    DataError
        If there is no sequence, one is not numeric (steps, features), or the numbers of features differ.
    """
    one_of(side, ("end", "start"), "side")
    arrays = [np.asarray(s) for s in sequences]
    if not arrays:
        raise DataError("pad: no sequences; give at least one array (steps, features)")
    for i, a in enumerate(arrays):
        if a.ndim != 2 or a.dtype.kind not in "fiub" or a.shape[1] != arrays[0].shape[-1]:
            raise DataError(
                f"pad: sequence {i} is {a.dtype} of shape {a.shape}, sequence 0 of shape {arrays[0].shape}; "
                "give numbers (steps, features) with the same features"
            )
    lengths = np.array([len(a) for a in arrays])
    padded = np.zeros((len(arrays), int(lengths.max()), arrays[0].shape[1]), np.result_type(*arrays))
    for row, a in zip(padded, arrays, strict=True):
        row[slice(0, len(a)) if side == "end" else slice(len(row) - len(a), None)] = a
    return padded, lengths
