"""Arithmetic on arrays that may be lazy, in blocks of samples, with the same numbers as in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jaxtyping import Float


def blockwise(
    function: Callable[..., np.ndarray],
    *arrays: xr.DataArray,
    core: Sequence[Sequence[str]],
    to: Sequence[str] = (),
    sizes: dict[str, int] | None = None,
    dtype: Any = np.float64,
    **options: Any,
) -> xr.DataArray:
    """Apply a NumPy function along the last dimensions; lazy where an array is lazy.

    Parameters
    ----------
    function
        Called with blocks whose last dimensions are those of ``core``, broadcast over the others.
    arrays
        Their dimensions in ``core`` must not be chunked; those of a Trace never are.
    core
        For each array, the dimensions that the function works along.
    to
        Dimensions of the result behind the others; ``sizes`` has the length of those that no array has.
    dtype
        Of the result.
    options
        Passed to the function.
    """
    return xr.apply_ufunc(
        function,
        *arrays,
        input_core_dims=[list(dims) for dims in core],
        output_core_dims=[list(to)],
        dask="parallelized",
        output_dtypes=[dtype],
        dask_gufunc_kwargs={"output_sizes": dict(sizes or {})},
        kwargs=options,
    )


def sample_chunks(*arrays: xr.DataArray, dim: str) -> Iterator[tuple[xr.DataArray, ...]]:
    """Yield the arrays chunk by chunk along a dimension, computed: the chunks of a lazy array, or all at once.

    An array without that dimension is yielded whole every time.
    """
    length = next(a.sizes[dim] for a in arrays if dim in a.sizes)
    cuts = next((a.chunksizes[dim] for a in arrays if dim in a.chunksizes), (length,))
    start = 0
    for count in cuts:
        part = slice(start, start + count)
        yield tuple(a.isel({dim: part}).compute() if dim in a.dims else a for a in arrays)
        start += count


def median(values: xr.DataArray, *, over: tuple[str, str]) -> xr.DataArray:
    """Return the exact median over a sample dimension and another one, ignoring NaN; NaN where all values are NaN.

    A lazy array is read four times: the bits of a float32, in an order-preserving form, are determined eleven at a time by
    counting, so memory holds one block and 2048 counts per column; the result equals the one in memory.
    """
    rest = [str(d) for d in values.dims if d not in over]
    if not values.chunks:
        return values.astype(np.float64).median(over).transpose(*rest)
    shape = [values.sizes[d] for d in rest]
    columns = int(np.prod(shape))

    def parts() -> Iterator[np.ndarray]:
        for (part,) in sample_chunks(values, dim=over[0]):
            yield part.transpose(*over, *rest).values.reshape(-1, columns).astype(np.float32, copy=False)

    count = sum((np.isfinite(p) | np.isinf(p)).sum(0) for p in parts())
    low, high = _ranked(parts, np.stack([np.maximum(count - 1, 0) // 2, count // 2]))
    found = np.where(count > 0, (low.astype(np.float64) + high) / 2, np.nan)
    kept = {d: values.coords[d] for d in rest if d in values.coords}
    return xr.DataArray(found.reshape(shape), dims=rest, coords=kept)


def _ranked(parts: Callable[[], Iterator[np.ndarray]], ranks: np.ndarray) -> Float[np.ndarray, "rank column"]:
    """Return the values at those ranks, from 0, in every column: (rank, column)."""
    prefixes, left = np.zeros(ranks.shape, np.uint32), ranks.copy()
    for shift, bits in ((21, 11), (10, 11), (0, 10)):
        counts = np.zeros((*ranks.shape, 1 << bits), np.int64)
        for part in parts():
            keys = _ordered(part)
            for count, prefix in zip(counts, prefixes, strict=True):
                equal = keys >> np.uint32(shift + bits) == prefix if shift + bits < 32 else np.ones(keys.shape, bool)
                row, column = np.nonzero(equal & ~np.isnan(part))
                digit = (keys[row, column] >> np.uint32(shift)) & np.uint32((1 << bits) - 1)
                count += np.bincount((column << bits) + digit, minlength=count.size).reshape(count.shape)
        below = counts.cumsum(-1)
        found = np.minimum((below <= left[..., None]).sum(-1), (1 << bits) - 1)
        left = left - np.where(found > 0, np.take_along_axis(below, np.maximum(found - 1, 0)[..., None], -1)[..., 0], 0)
        prefixes = (prefixes << np.uint32(bits)) | found.astype(np.uint32)
    return _number(prefixes)


def _ordered(values: np.ndarray) -> np.ndarray:
    """Return unsigned integers in the order of the float32 values."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return np.where(bits >> np.uint32(31), ~bits, bits | np.uint32(1 << 31))


def _number(keys: np.ndarray) -> np.ndarray:
    """Return the inverse of `_ordered`."""
    bits = np.where(keys >> np.uint32(31), keys & np.uint32((1 << 31) - 1), ~keys)
    return bits.astype(np.uint32).view(np.float32)
