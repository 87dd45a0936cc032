"""Directions of encoded samples: how alike they are, and where they lie in a plane. What a cosine cost sees, and no more."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.errors import DataError


def directions(found: xr.Dataset) -> xr.Dataset:
    """Return where the encoded samples point, and how alike their directions are.

    Parameters
    ----------
    found
        From `mmviz.trace.encoded`: ``vector`` (modality, sample, channel).

    Returns
    -------
    xr.Dataset
        ``position`` (modality, sample, axis): the unit vectors in the plane of the two directions along which all of them vary most, about
        their mean: no farther than 2 from each other, and all at 0 where they are one direction. ``within`` (modality): mean cosine between
        different samples of a modality, 1 where they cannot be told apart by direction. ``between`` (modality, other): mean cosine between
        samples of two modalities. ``explained``: share of the variance that lies in the plane. NaN where a modality is absent, or a vector is 0.

    Raises
    ------
    DataError
        If ``vector`` is not there or has other dimensions, or no sample has a direction.
    """
    dims = ("modality", "sample", "channel")
    if not isinstance(found, xr.Dataset) or set(found.get("vector", xr.DataArray()).dims) != set(dims):
        raise DataError(f"directions: expected vector {dims} from mmviz.trace.encoded, got {type(found).__name__}")
    vector = found["vector"].transpose(*dims).values.astype(np.float64)
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    unit = vector / np.where(length > 0, length, np.nan)
    there = np.asarray(np.isfinite(unit).all(-1))
    if not there.any():
        raise DataError("directions: no sample has a finite vector other than 0")
    around = unit - unit[there].mean(0)
    _, size, axes = np.linalg.svd(around[there], full_matrices=False)
    axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]
    plane = np.zeros((2, vector.shape[-1]))
    plane[: len(axes[:2])] = axes[:2]
    whole = float((size**2).sum())
    total = np.where(there[..., None], unit, 0.0).sum(1)
    n = there.sum(1)
    pairs = np.outer(n, n).astype(np.float64) - np.diag(n)
    cosine = total @ total.T - np.diag(n)
    mean = np.where(pairs > 0, cosine / np.where(pairs > 0, pairs, 1), np.nan)
    names = found["modality"].values
    out = xr.Dataset(
        {
            "position": (("modality", "sample", "axis"), around @ plane.T),
            "within": ("modality", np.diag(mean)),
            "between": (("modality", "other"), np.where(np.eye(len(n), dtype=bool), np.nan, mean)),
            "explained": float((size[:2] ** 2).sum() / whole) if whole > 0 else np.nan,
        },
        coords={"modality": names, "other": names, "sample": found["sample"]},
    )
    out["within"].attrs = {"long_name": "mean cosine between samples of a modality", "units": "1"}
    out.attrs = dict(found.attrs)
    return out
