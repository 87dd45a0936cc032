"""Outputs for all combinations of the modalities of a Trace's samples (group /product_grid), as an array with labels and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import softmax

from mmviz.analysis.game import explained_target
from mmviz.analysis.trace_groups import group_of, sample_groups
from mmviz.core.errors import DataError

if TYPE_CHECKING:
    import xarray as xr
    from jaxtyping import Float, Int, Shaped

    from mmviz.analysis.game import ValueFunction

_REMEDY = "record it: mmviz.trace.with_measures(trace, mmviz.recording.record_measures(run, split))"


class ProductGrid(NamedTuple):
    """Outputs f(x_1^i, ..., x_M^k) of a model, with what belongs to its samples.

    Attributes
    ----------
    output
        (sample 1, ..., sample M, output): logits, with a mean of 0 over the classes, or values.
    prediction
        The same as class probabilities; of a regression the values.
    rows
        Positions of the samples in the split.
    group, sample_id
        Of the samples.
    """

    output: Float[np.ndarray, "*samples output"]
    prediction: Float[np.ndarray, "*samples output"]
    rows: Int[np.ndarray, " sample"]
    group: Shaped[np.ndarray, " sample"]
    sample_id: Shaped[np.ndarray, " sample"]

    def of(self, values: Float[np.ndarray, "*samples output"], rows: Int[np.ndarray, " row"]) -> np.ndarray:
        """Return the combinations of some of the samples."""
        if len(rows) == len(values):
            return values
        return values[np.ix_(*(rows,) * (values.ndim - 1))]


def product_grid(trace: xr.DataTree) -> ProductGrid:
    """Return the product grid of a Trace.

    Raises
    ------
    DataError
        If the Trace holds none, or an output is not finite.

    Notes
    -----
    The mean over the classes is subtracted from the logits: it changes no prediction, and would count as additive or as interaction.
    """
    found = measure_group(trace, "product_grid")
    rows, classes = found["measured_sample"].values, trace.attrs["task"]["kind"] == "classification"
    flat = found["logit"].transpose("cell", "output").values.astype(np.float64)
    if len(flat) != len(rows) ** len(trace.attrs["modalities"]):
        raise DataError(f"Trace: /product_grid has {len(flat)} cells for {len(rows)} samples; record it again")
    grid = flat.reshape(*(len(rows),) * len(trace.attrs["modalities"]), -1)
    if not np.isfinite(grid).all():
        cell = np.argwhere(~np.isfinite(grid))[0][:-1]
        names = ", ".join(
            f"{name} of sample {found['sample_id'].values[i]}"
            for name, i in zip(trace.attrs["modalities"], cell, strict=True)
        )
        raise DataError(f"product grid: the output for {names} is not finite; record samples without such values")
    if classes:
        grid = grid - grid.mean(-1, keepdims=True)
    prediction = softmax(grid, -1) if classes else grid
    return ProductGrid(grid, prediction, rows, sample_groups(trace)[rows], found["sample_id"].values.astype(str))


def measure_group(trace: xr.DataTree, name: str) -> xr.Dataset:
    """Return the group of a recording for measures; DataError with the reason or the remedy where the Trace does not contain it."""
    reason = trace.attrs.get("measures_left_out", {}).get(name)
    found = group_of(trace, name, f"it was not recorded: {reason}" if reason else _REMEDY)
    rows, count = found["measured_sample"].values, trace["samples"].sizes["sample"]
    if rows.dtype.kind not in "iu" or not len(rows) or rows.min() < 0 or rows.max() >= count:
        raise DataError(f"Trace: /{name} has samples outside the {count} of the Trace; record it again")
    return found


def measured_target(
    trace: xr.DataTree, rows: Int[np.ndarray, " sample"], value: ValueFunction | None = None
) -> Shaped[np.ndarray, " sample"]:
    """Return the explained class or the target of these samples, see :func:`mmviz.analysis.game.explained_target`."""
    return np.asarray(explained_target(trace, value).values)[rows]
