"""Gradient attributions by modality, with the completeness gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.core.errors import DataError
from mmviz.core.options import takes

if TYPE_CHECKING:
    from collections.abc import Mapping


@takes(recorded="trace")
def attribution(recorded: xr.DataTree) -> xr.Dataset:
    """Return the attributions of captum summed by modality, per recorded sample, with the completeness gap.

    Parameters
    ----------
    recorded
        From :func:`mmviz.recording.record_attribution`.

    Returns
    -------
    xr.Dataset
        ``attribution`` (recorded_sample, modality): the sum over frames and features, in the units of the prediction; ``strength``
        (recorded_sample, modality): the sum of absolute values, where signs do not cancel; ``prediction``, ``baseline_prediction``, ``gap``
        (recorded_sample), with Σ attribution = prediction - baseline_prediction + gap; ``relative_gap`` (recorded_sample): |gap| / |prediction -
        baseline_prediction|, NaN where these are equal. Attribute ``completeness`` states the size of the gap.

    Raises
    ------
    DataError
        If the tree was not recorded by ``record_attribution``.

    Notes
    -----
    With a large gap the attributions do not sum to the difference of the predictions: record with more ``steps``. Attribute ``complete``: whether
    the method has completeness at all; saliency, input x gradient, occlusion and feature ablation do not.
    """
    if "samples" not in recorded.children or "features" not in recorded.children:
        raise DataError(
            f"attribution: expected groups /samples and /features, the tree contains {', '.join(recorded.children) or 'none'}; "
            "record with mmviz.recording.record_attribution"
        )
    samples, names = recorded["samples"].to_dataset(), list(recorded["features"].children)
    parts = [recorded["features"][name]["attribution"].astype(np.float64) for name in names]
    over = ("frame", "feature")
    total = np.stack([part.sum(over, skipna=False).values for part in parts], 1)
    strength = np.stack([abs(part).sum(over, skipna=False).values for part in parts], 1)
    explained = samples["prediction"].values - samples["baseline_prediction"].values
    gap = samples["gap"].values
    relative = np.abs(gap) / np.where(explained != 0, np.abs(explained), np.nan)
    out = xr.Dataset(
        {
            "attribution": (("recorded_sample", "modality"), total),
            "strength": (("recorded_sample", "modality"), strength),
            "prediction": samples["prediction"],
            "baseline_prediction": samples["baseline_prediction"],
            "gap": samples["gap"],
            "relative_gap": ("recorded_sample", relative),
        },
        coords={"recorded_sample": samples["recorded_sample"], "modality": names, "sample_id": samples["sample_id"]},
    )
    out.attrs = {**recorded.attrs, "completeness": _in_words(gap, relative, recorded.attrs)}
    return out


def _in_words(gap: np.ndarray, relative: np.ndarray, about: Mapping[Any, Any]) -> str:
    if not about.get("complete", True):
        return f"{about.get('index', 'the method')} has no completeness: its values do not sum to the difference of the predictions"
    known = np.isfinite(relative)
    if not known.any():
        return "the gap is not defined for any sample"
    return f"largest gap {np.abs(gap[known]).max():.2g}, {100 * relative[known].max():.2g} % of the difference it should explain"
