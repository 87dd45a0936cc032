"""MM-SHAP: the share of each modality in the absolute Shapley values of its time windows, per sample and on average."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.game import predicted_class
from mmviz.analysis.per_run import per_run
from mmviz.analysis.product_grid import measure_group
from mmviz.analysis.trace_groups import sample_groups
from mmviz.analysis.windows import window_shapley
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import group_count
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import takes

STATISTICS = ("mean", "low", "high")
LIMITS = (
    "A share of the absolute values hides cancellation: read the signed sums beside it. It depends on the number of windows and on what replaces a masked one, so "
    "compare only equal settings. It does not depend on labels, so it is no quality; and it belongs to this model, not to the data."
)


@takes(trace="trace")
@per_run
def mm_shap(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return MM-SHAP, Σ_w |φ_mw| / Σ_m Σ_w |φ_mw|, of each modality m with its windows w, and the signed sums Σ_w φ_mw.

    For text and images these are the T-share and the V-share: a window is a range of tokens, patches or steps, as many in every modality.

    Parameters
    ----------
    trace
        With the group ``/window_game``, see :func:`mmviz.recording.record_windows`.
    value
        The value function of the class that the model predicts, as in :func:`mmviz.analysis.shapley`; ``probability`` by default (``output`` of a
        regression).

    Returns
    -------
    xr.Dataset
        Over ``modality`` and ``statistic`` (mean, low, high): ``share``, from 0 to 1, and ``signed``, in the units of v. ``sample_share``, ``sample_signed``
        (measured_sample, modality); the signed sums add up to ``full`` - ``baseline`` (measured_sample). A sample whose Shapley values are all 0 has no share.
        ``interval`` (modality), text. Attributes ``limits``, ``exact``, ``windows``.

    Raises
    ------
    DataError
        If the Trace holds no windows.
    ConfigError
        If the value function compares with labels, which the predicted class does not need, or does not belong to the task.

    Notes
    -----
    Windows are masked after the encoders. Where orders were sampled (``exact`` False) the error of φ adds to |φ|, most of all for windows without
    effect, so that shares are drawn towards equal ones; give a larger budget.

    References
    ----------
    .. [1] L. Parcalabescu, A. Frank, MM-SHAP: a performance-agnostic metric for measuring multimodal contributions in vision and language models
       and tasks, ACL 2023, arXiv 2212.08158.
    """
    group = measure_group(trace, "window_game")
    windows = group.rename(measured_sample="recorded_sample")
    if trace.attrs["task"]["kind"] == "classification":
        complete = windows["members"].transpose("coalition", "player").values.all(1).argmax()
        prediction = windows["prediction"].transpose("recorded_sample", "coalition", "output").values[:, complete]
        windows["target"] = ("recorded_sample", predicted_class(prediction))
    if value in ("accuracy", "negative_absolute_error"):
        raise ConfigError(
            f"mm_shap: value={value!r} compares with labels; MM-SHAP explains the output of the model: choose 'probability' or 'output'"
        )
    found = window_shapley(windows, value=value)
    phi = found["phi"].transpose("recorded_sample", "modality", "window").values
    signed, size = phi.sum(-1), np.abs(phi).sum(-1)
    total = size.sum(-1, keepdims=True)
    share = np.divide(size, total, out=np.full(size.shape, np.nan), where=total > 1e-12)
    rows, names = group["measured_sample"].values, [str(n) for n in found["modality"].values]
    known = np.isfinite(share).all(1)
    finite = np.isfinite(signed).all(1)
    if not finite.any():
        raise DataError("mm_shap: no sample has finite predictions of every coalition of windows")
    own = sample_groups(trace)[rows]
    of_share = _intervals(share[known], own[known], names)
    of_sum = _intervals(signed[finite], own[finite], names)
    dims = ("modality", "statistic")
    out = xr.Dataset(
        {
            "share": (dims, np.clip(of_share[0], 0, 1)),
            "signed": (dims, of_sum[0]),
            "sample_share": (("measured_sample", "modality"), share),
            "sample_signed": (("measured_sample", "modality"), signed),
            "full": ("measured_sample", found["full"].values),
            "baseline": ("measured_sample", found["baseline"].values),
            "interval": ("modality", of_share[1]),
        },
        coords={
            "modality": names,
            "statistic": list(STATISTICS),
            "measured_sample": rows,
            "sample_id": group["sample_id"],
        },
    )
    out.attrs = found.attrs | {
        "index": "MM-SHAP",
        "units": str(found.attrs["units"]).replace("true class", "predicted class"),
        "windows": group.attrs["windows"],
        "limits": LIMITS,
        "n_samples": int(known.sum()),
        "n_groups": group_count(own[known], int(known.sum())),
    }
    return out


def _intervals(table: np.ndarray, group: np.ndarray, names: list[str]) -> tuple[np.ndarray, list[str]]:
    """Return (modality, statistic) and the text of each interval, of values (sample, modality)."""
    if not len(table):
        return np.full((len(names), 3), np.nan), ["no value: every Shapley value is 0"] * len(names)
    found = jackknife_interval(lambda rows: table[rows].mean(0), group, len(table))
    return found.statistics, [found.text_of(low) for low in found.low]
