"""Adds the recordings for measures of a model (product grid, permutations, windows, features, utilisation) to its Trace."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, takes
from mmviz.trace.schema import MEASURES, is_combined, validate

#: name of a group -> function that records it
RECORDED_BY = {
    "product_grid": "mmviz.recording.record_product_grid",
    "permutations": "mmviz.recording.record_permutations",
    "window_game": "mmviz.recording.record_windows",
    "features": "mmviz.recording.record_features",
    "utilisation": "mmviz.recording.record_utilisation",
}
_COMPARED = ("dataset", "split", "modalities", "best_epoch", "model", "train")


@takes(trace="trace")
def with_measures(trace: xr.DataTree, recordings: Mapping[str, xr.Dataset]) -> xr.DataTree:
    """Return the Trace with recordings of the same model and split as optional groups, for :func:`mmviz.analysis.measures`.

    Parameters
    ----------
    trace
        A Trace; it is not changed.
    recordings
        Name of a group (``product_grid``, ``permutations``, ``window_game``, ``features``, ``utilisation``) to what its function of ``mmviz.recording``
        returned; all at once: :func:`mmviz.recording.record_measures`. Its entries of text are reasons why a recording is missing.

    Raises
    ------
    DataError
        If a recording is of another data set, split, model, training or epoch, or of other samples; or the Trace is combined.
    ConfigError
        For an unknown name, or a value that is neither a recording nor a text.
    """
    if is_combined(trace):
        raise DataError(
            "with_measures: this is a combined Trace; add the recordings to each of its runs, then combine them: mmviz.trace.combine"
        )
    if not isinstance(recordings, Mapping):
        raise ConfigError(
            f"with_measures: recordings is a {type(recordings).__name__}, expected a mapping such as {{'features': record_features(run, split)}}"
        )
    out, ids = trace.copy(), trace["samples"].to_dataset()["id"].values.astype(str)
    reasons = dict(trace.attrs.get("measures_left_out", {}))
    for name, found in recordings.items():
        if name not in MEASURES:
            raise ConfigError(
                f"with_measures: {name!r:.60} is no recording of a measure{nearest(name, MEASURES)}; give some of {', '.join(MEASURES)}"
            )
        if isinstance(found, str):
            reasons[name] = found
            continue
        if not isinstance(found, xr.Dataset):
            raise ConfigError(
                f"with_measures: {name} is a {type(found).__name__}, expected the result of {RECORDED_BY[name]}"
            )
        if "recorded_sample" in found.dims:
            found = found.rename(recorded_sample="measured_sample")
        _check_same(name, found, trace, ids)
        out[name] = xr.DataTree(found)
        reasons.pop(name, None)
    if reasons:
        out.attrs["measures_left_out"] = reasons
    validate(out)
    return out


def _check_same(name: str, found: xr.Dataset, trace: xr.DataTree, ids: np.ndarray) -> None:
    for key in _COMPARED:
        one, other = found.attrs.get(key), trace.attrs.get(key)
        if one != other:
            raise DataError(
                f"with_measures: {name} has {key} {one!r:.120}, the Trace {other!r:.120}; record both from one run on one split"
            )
    rows = found["measured_sample"].values if "measured_sample" in found.coords else np.zeros(0, int)
    inside = len(rows) > 0 and rows.min() >= 0 and rows.max() < len(ids)
    if not inside or "sample_id" not in found or not np.array_equal(found["sample_id"].values.astype(str), ids[rows]):
        raise DataError(
            f"with_measures: {name} is of other samples than the Trace; record both from one run on one split with "
            f"{RECORDED_BY[name]}"
        )
