"""Make one padded array from sequences of different lengths."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.data.as_array import as_array
from mmviz.data.checks import Side
from mmviz.data.choice import one_of
from mmviz.data.masked import Plain, plain
from mmviz.errors import DataError


def pad(sequences: Sequence[ArrayLike], *, side: Side = "end") -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Pad sequences with 0 to the longest.

    Parameters
    ----------
    sequences
        n arrays or DataFrames (steps_i, features); a length of 0 marks a sample that lacks the modality.
    side
        Where the padding goes.

    Returns
    -------
    padded, lengths
        (n, longest, features) of the common dtype, and (n,); a masked array where a sequence has masked or missing (pandas) cells.

    Raises
    ------
    DataError
        If there is no sequence, one is not numeric (steps, features), or the numbers or names of the features differ.
    """
    one_of(side, ("end", "start"), "side")
    if isinstance(sequences, (str, bytes)) or not isinstance(sequences, Iterable):
        raise DataError(f"pad: sequences is a {type(sequences).__name__}; give a sequence of arrays (steps, features)")
    given = [plain(s, f"pad: sequence {i}") for i, s in enumerate(sequences)]
    _refuse_other_columns(given)
    arrays = [as_array(g.values, f"pad: sequence {i}") for i, g in enumerate(given)]
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
    if all(g.missing is None for g in given):
        return padded, lengths
    mask = np.zeros(padded.shape, dtype=bool)
    for row, g in zip(mask, given, strict=True):
        if g.missing is not None:
            row[slice(0, len(g.missing)) if side == "end" else slice(len(row) - len(g.missing), None)] = g.missing
    return np.ma.masked_array(padded, mask=mask), lengths


def _refuse_other_columns(given: Sequence[Plain]) -> None:
    """Refuse DataFrames whose columns are not the same ones in the same order."""
    named = [(i, tuple(map(str, g.columns))) for i, g in enumerate(given) if g.columns is not None]
    for i, columns in named[1:]:
        if columns != named[0][1]:
            raise DataError(
                f"pad: sequence {i} has the columns {', '.join(columns)}, sequence {named[0][0]} {', '.join(named[0][1])}; "
                "put the same columns into one order first"
            )
