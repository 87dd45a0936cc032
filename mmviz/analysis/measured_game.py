"""The game of a measure: values of all coalitions per sample, masked modalities imputed, or replaced by those of the other samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmviz.analysis.game import explained_target, game_of, predicted_class
from mmviz.analysis.product_grid import measured_target, product_grid
from mmviz.analysis.trace_groups import coalition_group, sample_groups
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of
from mmviz.metrics.additive import marginal_predictions, paired

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr
    from jaxtyping import Float, Int, Shaped

    from mmviz.analysis.game import ValueFunction

#: what replaces the modalities outside a coalition -> its meaning
MASKINGS = {
    "imputed": "the imputation of the model",
    "marginal": "those of the measured samples, drawn independently of each other",
}


class MeasuredGame(NamedTuple):
    """Values of all coalitions of a set of samples.

    Attributes
    ----------
    values
        ``values(rows) -> (row, coalition)`` of the samples with these positions among the measured ones; with ``marginal``, replaced modalities are
        those of these samples too.
    size, rows
        Number of measured samples, and their positions in the split.
    target
        Class that is explained, or the target.
    group
        Of the samples.
    masking
        Key of :data:`MASKINGS`.
    """

    values: Callable[[Int[np.ndarray, " row"]], Float[np.ndarray, "row coalition"]]
    size: int
    rows: Int[np.ndarray, " sample"]
    target: Shaped[np.ndarray, " sample"]
    group: Shaped[np.ndarray, " sample"]
    masking: str


def measured_game(
    trace: xr.DataTree, v: ValueFunction, masking: str | None, *, explained: str = "label", where: str
) -> MeasuredGame:
    """Return the game of a value function over the samples of a Trace.

    Parameters
    ----------
    trace
        With the group ``/coalitions`` (``imputed``) or ``/product_grid`` (``marginal``).
    v
        The value function.
    masking
        Key of :data:`MASKINGS`; None: ``marginal`` where the Trace contains the product grid.
    explained
        ``label``, or ``prediction``: the class that the model predicts from all modalities, of a classification.
    where
        The analysis, for errors.

    Raises
    ------
    ConfigError
        Unknown masking, or a single modality.
    DataError
        If the Trace does not contain the group, or no sample with finite predictions.
    """
    if masking is None:
        masking = "marginal" if "product_grid" in trace.children else "imputed"
    one_of(masking, MASKINGS, f"{where}: masking")
    if len(trace.attrs["modalities"]) < 2:
        raise ConfigError(f"{where}: there is one modality; an interaction needs two")
    if masking == "marginal":
        grid = product_grid(trace)
        target = predicted_class(paired(grid.prediction)) if explained == "prediction" else None
        target = measured_target(trace, grid.rows, v) if target is None else target

        def marginal(rows: np.ndarray) -> np.ndarray:
            found = marginal_predictions(grid.of(grid.prediction, rows))
            return v.compute(found, np.repeat(target[rows, None], found.shape[1], 1))

        return MeasuredGame(marginal, len(grid.rows), grid.rows, target, grid.group, masking)
    prediction = coalition_group(trace)["prediction"].transpose("sample", "coalition", "output")
    label = explained_target(trace, v)
    if explained == "prediction":
        label = label.copy(data=predicted_class(prediction.isel(coalition=-1).values))
    game = game_of(prediction, label, v).transpose("sample", "coalition").values
    rows = np.flatnonzero(np.isfinite(game).all(1))
    if not len(rows):
        raise DataError(f"{where}: no sample has finite predictions of every subset")
    known = game[rows]
    return MeasuredGame(
        lambda some: known[some], len(rows), rows, np.asarray(label.values)[rows], sample_groups(trace)[rows], masking
    )
