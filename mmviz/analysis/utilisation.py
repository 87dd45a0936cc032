"""Conditional utilisation rate of each modality over training: the share of the accuracy that is lost without its message."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr

from mmviz.analysis.per_run import per_run
from mmviz.analysis.product_grid import measure_group
from mmviz.analysis.trace_groups import provenance, sample_groups
from mmviz.core.errors import DataError
from mmviz.core.intervals import group_count
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import takes

STATISTICS = ("mean", "low", "high")
LIMITS = (
    "A rate near 0 means that this model loses nothing without the modality, because it does not use it or because another one holds the same. "
    "The training mean is an input that the model did not meet. It is no value of the data: a model trained without the modality is."
)


@takes(trace="trace")
@per_run
def conditional_utilisation(trace: xr.DataTree) -> xr.Dataset:
    """Return the conditional utilisation rate u(m | others) = (A - A without the message of m) / A of each modality at every recorded epoch.

    Parameters
    ----------
    trace
        Of a classification, with the group ``/utilisation``, see :func:`mmviz.recording.record_utilisation`.

    Returns
    -------
    xr.Dataset
        ``rate`` (epoch, modality, statistic): at most 1, 0 where the message changes no accuracy, below 0 where it harms; NaN where A is 0. ``accuracy``
        (epoch, statistic), ``cut_accuracy`` (epoch, modality); ``difference`` (epoch, statistic), for two modalities: the rate of the first minus that of the second.
        ``interval`` (epoch, modality), text. Attributes ``message``, ``limits``, ``n_samples``, ``n_groups``.

    Raises
    ------
    DataError
        If the Trace holds no such group, no finite prediction, or a regression: the rate is a ratio of accuracies.

    Notes
    -----
    The source measures branches with cross-modal flow, and replaces the flow by its training mean. A fusion with one head has no branches: here the
    whole message of a modality to the fusion is replaced (our interpretation), so that a late fusion has rates other than 0.

    References
    ----------
    .. [1] N. Wu, S. Jastrzębski, K. Cho, K. J. Geras, Characterizing and overcoming the greedy nature of learning in multi-modal deep neural
       networks, ICML 2022, arXiv 2202.05306.
    """
    if trace.attrs["task"]["kind"] != "classification":
        raise DataError(
            "conditional_utilisation: the rate is a ratio of accuracies, and the Trace is of a regression; read analysis.perceptual_score"
        )
    found = measure_group(trace, "utilisation")
    rows, names = found["measured_sample"].values, [str(n) for n in found["modality"].values]
    full = found["full"].transpose("epoch", "measured_sample").values.astype(np.float64)
    cut = found["cut"].transpose("epoch", "modality", "measured_sample").values.astype(np.float64)
    group = sample_groups(trace)[rows]
    known = np.isfinite(full).all(0) & np.isfinite(cut).all((0, 1))
    if not known.any():
        raise DataError("conditional_utilisation: no sample has a finite prediction at every epoch")
    group = group[known]

    def rates(some: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        accuracy, without = a[some].mean(), b[:, some].mean(1)
        rate = (accuracy - without) / accuracy if accuracy > 0 else np.full(len(b), np.nan)
        return np.concatenate([[accuracy], rate, rate[:1] - rate[1:2]])

    each = [
        jackknife_interval(partial(rates, a=a[known], b=b[:, known]), group, int(known.sum()))
        for a, b in zip(full, cut, strict=True)
    ]
    table, M = np.stack([one.statistics for one in each]), len(names)
    out = xr.Dataset(
        {
            "rate": (("epoch", "modality", "statistic"), table[:, 1 : M + 1]),
            "accuracy": (("epoch", "statistic"), table[:, 0]),
            "cut_accuracy": (("epoch", "modality"), cut[:, :, known].mean(-1)),
            **({"difference": (("epoch", "statistic"), table[:, M + 1])} if M == 2 else {}),
            "interval": (("epoch", "modality"), [[one.text_of(low) for low in one.low[1 : M + 1]] for one in each]),
        },
        coords={"epoch": found["epoch"].values, "modality": names, "statistic": list(STATISTICS)},
    )
    out.attrs = provenance(trace) | {
        "index": "conditional utilisation rate",
        "units": "share of the accuracy",
        "message": found.attrs["message"],
        "epoch": trace.attrs["best_epoch"],
        "limits": LIMITS,
        "n_samples": int(known.sum()),
        "n_groups": group_count(group, int(known.sum())),
    }
    return out
