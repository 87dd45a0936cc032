"""Missing cells set to the training mean of their feature; the mean and the deviation are those of the observed cells."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mmviz.data.dataset import Split
from mmviz.data.report import Report
from mmviz.errors import DataError

Known = tuple[NDArray[np.float32], NDArray[np.float32]]
Missing = Mapping[str, NDArray[np.bool_]]


def impute(
    splits: Mapping[str, Split], missing: Mapping[str, Missing], training: str, report: Report
) -> dict[str, Known]:
    """Fill the missing cells of all splits, in place.

    Parameters
    ----------
    splits
        Split name to split; inputs are written to.
    missing
        Split name to modality to bool (n, steps, features): cells of valid steps without a value.
    training
        Name of the split whose observed cells are averaged.
    report
        Receives an "imputed" note for each split and modality, which names that split.

    Returns
    -------
    dict
        Modality to mean and standard deviation (features,) over the observed cells of the training split, for each modality that has a
        missing cell anywhere. A standard deviation of 0 marks a feature that is constant.

    Raises
    ------
    DataError
        If a feature has no observed cell in the training split.
    """
    known: dict[str, Known] = {}
    for m in dict.fromkeys(m for cells in missing.values() for m in cells):
        split = splits[training]
        x, observed = split.inputs[m], split.valid[m][:, :, None] & ~missing[training].get(m, np.array(False))
        observed = np.broadcast_to(observed, x.shape)
        none = ~observed.any(axis=(0, 1))
        if none.any() and split.valid[m].any():
            raise DataError(
                f"{training} {m}: feature {int(np.argmax(none))} has no value in the training split, so that its missing cells have no "
                "mean; leave the feature out"
            )
        known[m] = _statistics(x, observed)
        for name, cells in missing.items():
            if m in cells:
                values = splits[name].inputs[m]
                np.copyto(values, known[m][0], where=cells[m])
                action = f"missing cells: means of the observed cells of split {training!r}"
                report.add("note", "imputed", f"{name} {m}", int(cells[m].sum()), action=action)
    return known


def _statistics(x: NDArray[np.float32], observed: NDArray[np.bool_]) -> Known:
    mean, std = np.zeros(x.shape[2], np.float32), np.zeros(x.shape[2], np.float32)
    for f in range(x.shape[2]):
        values = x[:, :, f][observed[:, :, f]]
        if not len(values):
            continue
        constant = values.max() == values.min()
        mean[f] = values[0] if constant else values.mean(dtype=np.float64)
        spread = np.sqrt(np.square(values - values.mean(dtype=np.float64)).mean())
        std[f] = 0 if constant else max(spread, np.finfo(np.float32).tiny)
    return mean, std
