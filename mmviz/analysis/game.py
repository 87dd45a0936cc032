"""Target of the value functions: the true class, or the predicted class where a split has no labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import DataError

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

NEED_LABELS = {"accuracy": "probability", "negative_absolute_error": "output"}


def is_labelled(target: Any) -> bool:
    """Whether a recorded target holds labels; without labels it is NaN throughout."""
    values = np.asarray(target)
    return values.dtype.kind != "f" or not values.size or not bool(np.isnan(values).all())


def explained_target(trace: xr.DataTree, kind: str) -> xr.DataArray:
    """Return the class that is explained of every sample, or the target of a regression.

    Parameters
    ----------
    trace
        A Trace.
    kind
        The value function that wants it, a name of `mmviz.analysis.shapley.VALUES`.

    Returns
    -------
    xr.DataArray
        (sample,): the target. Without labels, of a classification: the class that the model predicts from all modalities and the whole
        sequence at the best epoch; -1 for a sample of which the Trace holds no prediction.

    Raises
    ------
    DataError
        If the value function compares with labels and there are none.
    """
    target = trace["samples"].to_dataset()["target"]
    if is_labelled(target):
        return target
    refuse_unlabelled(kind, trace.attrs["split"])
    if trace.attrs["task"]["kind"] != "classification":
        return target
    predicted = np.full(target.size, -1)
    if "coalitions" in trace.children:
        answer = trace["coalitions"].to_dataset()["prediction"].isel(coalition=-1).transpose("sample", "output")
        predicted[:] = predicted_class(answer.values)
    elif "prefixes" in trace.children:
        group = trace["prefixes"].to_dataset()
        best = group["prediction"].sel(epoch=trace.attrs["best_epoch"]).isel(coalition=-1, time=-1)
        predicted[group["recorded_sample"].values] = predicted_class(best.transpose("recorded_sample", "output").values)
    return target.copy(data=predicted)


def refuse_unlabelled(kind: str, split: str) -> None:
    """Raise DataError where a value function compares with labels."""
    if kind in NEED_LABELS:
        raise DataError(
            f"value={kind!r} compares predictions with labels, and the split {split!r} was recorded without labels; choose "
            f"value={NEED_LABELS[kind]!r}, which explains the prediction, or record a labelled split"
        )


def predicted_class(answer: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the most probable class of each row, 0 where a row is NaN."""
    return np.nan_to_num(np.asarray(answer, np.float64), nan=-1).argmax(-1)
