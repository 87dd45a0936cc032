"""Statistics of the training split, and imputation of missing cells by the training mean of their feature."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.data.dataset import Split
from mmviz.data.report import Report

Floats = NDArray[np.float32]
_AT_ONCE = 1 << 16  # values in float64
_EXAMPLES = 4096  # values of the frames that are kept
_SOME = 256  # samples that are looked at first


def training_statistics(x: Floats, valid: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return mean and standard deviation per channel over all real steps of all samples.

    Parameters
    ----------
    x
        (n, steps, features), finite.
    valid
        bool (n, steps), at least one True.

    Returns
    -------
    mean, std
        (features,) float32, summed in float64. The std of a channel whose values are all equal is exactly 0, and that of
        any other channel is above 0.
    """
    real = x[valid]
    mean = real.mean(axis=0, dtype=np.float64)
    variance = np.zeros_like(mean)
    some = max(1, _AT_ONCE // len(real))
    for f in range(0, real.shape[1], some):  # a few channels at a time: no float64 copy of everything
        away = np.subtract(real[:, f : f + some].T, mean[f : f + some, None], order="C")
        variance[f : f + some] = np.square(away, out=away).mean(axis=1)
    constant = real.max(axis=0) == real.min(axis=0)
    tiny = np.finfo(np.float32).tiny
    std = np.where(constant, 0.0, np.maximum(np.sqrt(variance), tiny)).astype(np.float32)
    return np.where(constant, real[0], mean).astype(np.float32), std


def example_frames(x: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Return up to 8 real frames, (1 to 8, features): the first ones, and the first that differs from them.

    Parameters
    ----------
    x, valid
        As for :func:`training_statistics`.
    """
    some = np.flatnonzero(valid.any(axis=1))[:_SOME]
    frames = x[some][valid[some]]
    other = (frames != frames[:1]).any(axis=1)
    count = min(len(frames), max(2, min(8, _EXAMPLES // x.shape[2])))
    return np.concatenate([frames[: count - 1], frames[[int(np.argmax(other))]]]) if count > 1 else frames[:1].copy()


def whole_features(x: Floats) -> NDArray[np.bool_]:
    """Return which features hold whole numbers only, (features,) bool; padding is 0, which is one."""
    whole = np.ones(x.shape[2], dtype=bool)
    for start in range(0, len(x), _SOME):
        part = x[start : start + _SOME][..., whole]
        whole[whole] = (part == np.rint(part)).all(axis=(0, 1))
        if not whole.any():
            break
    return whole


MeanStd = tuple[NDArray[np.float32], NDArray[np.float32]]
Missing = Mapping[str, NDArray[np.bool_]]


def impute(
    splits: Mapping[str, Split], missing: Mapping[str, Missing], training: str, report: Report
) -> dict[str, MeanStd]:
    """Set the missing cells of all splits to the training mean of their feature, in place; return the statistics.

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
    known: dict[str, MeanStd] = {}
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
        known[m] = _observed_statistics(x, observed)
        for name, cells in missing.items():
            if m in cells:
                values = splits[name].inputs[m]
                np.copyto(values, known[m][0], where=cells[m])
                action = f"missing cells: means of the observed cells of split {training!r}"
                report.add("note", "imputed", f"{name} {m}", int(cells[m].sum()), action=action)
    return known


def _observed_statistics(x: NDArray[np.float32], observed: NDArray[np.bool_]) -> MeanStd:
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
