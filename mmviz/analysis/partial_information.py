"""Partial information decomposition of a Trace: what the predictions from a modality alone and from all others tell about the label."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.game import is_labelled, predicted_class, refuse_unlabelled, score_function
from mmviz.analysis.per_run import per_run
from mmviz.analysis.trace_groups import coalition_group, provenance, sample_groups, training_coverage
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import group_count
from mmviz.core.options import one_of, takes, whole
from mmviz.metrics.partial_information import partial_information as decomposition

#: the parts of a result, in the order of :data:`mmviz.metrics.partial_information.PARTS`
PARTS = ("redundancy", "unique", "unique of the others", "synergy")


@takes(trace="trace")
@per_run
def partial_information(
    trace: xr.DataTree,
    *,
    about: str = "label",
    bins: int = 3,
    permutations: int = 100,
    resamples: int = 200,
    seed: int = 0,
) -> xr.Dataset:
    """Return, for each modality, what the predictions from it alone and from all others tell about the label: redundancy, unique information, synergy.

    X1 is the class that the model predicts from the modality alone, X2 the one that it predicts from all other modalities, at the best epoch; Y
    is the label, or the prediction from all modalities.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``, of at least two modalities.
    about
        What Y is. ``label``: what the predictions of the model tell about the truth. ``prediction``: how the prediction of the model follows from those of
        each part; no labels are needed.
    bins
        For a regression: predictions and labels are each cut at their quantiles into so many bins.
    permutations, resamples, seed
        As in :func:`mmviz.metrics.partial_information`.

    Returns
    -------
    xr.Dataset
        In bits, over ``modality`` and ``part``: ``bits`` (plug-in estimate), ``corrected`` (minus the estimated bias), ``low`` and ``high`` (95 % interval, NaN where
        there are too few samples), ``null`` and ``null_high`` (mean and 95 % quantile with Y permuted, where the truth is 0). Per ``modality``:
        ``information`` (modality, source): I(X1; Y), I(X2; Y), I(X1 X2; Y); ``gap``: bound on the error of the solver. Attributes ``interval``,
        ``n_samples``, ``n_groups``, ``limits``. Samples with a prediction that is not finite, or without a label, are left out.

    Raises
    ------
    DataError
        If the Trace holds no coalitions, no labels where ``about="label"``, or fewer samples than cells of a table.
    ConfigError
        If there is only one modality, or an option is out of range.

    Notes
    -----
    The parts are those of the *predictions*, not of the data: X1 and X2 are functions of the modalities, so that I(X1 X2; Y) is at most what the
    modalities hold, and what the model does not read from a modality alone appears in no part. A subset that training did not meet gives predictions out of distribution
    (attribute ``untrained``). Call a part present only above ``null_high``: the plug-in synergy of independent data is not 0.

    References
    ----------
    .. [1] N. Bertschinger, J. Rauh, E. Olbrich, J. Jost, N. Ay, Quantifying unique information, 2014.
    .. [2] P. P. Liang et al., Quantifying & modeling multimodal interactions: an information decomposition framework, arXiv 2302.12247, 2023
       (the decomposition for clusters of features and for predictions; one modality against all others is ours).
    """
    one_of(about, ("label", "prediction"), "partial_information: about")
    whole(bins, "partial_information: bins", low=2, high=100)
    group = coalition_group(trace)
    names = [str(name) for name in group["modality"].values]
    if len(names) < 2:
        raise ConfigError("partial_information: there is one modality; redundancy and synergy need two")
    target = trace["samples"].to_dataset()["target"]
    if about == "label" and not is_labelled(target):
        refuse_unlabelled(score_function(trace), trace.attrs["split"])
    everything = 2 ** len(names) - 1
    prediction = group["prediction"].transpose("coalition", "sample", "output").values.astype(np.float64)
    known = np.isfinite(prediction[1:]).all((0, 2))
    classes = trace.attrs["task"]["kind"] == "classification"
    label = np.asarray(target.values)
    if about == "label":
        known &= label >= 0 if classes else np.isfinite(label.astype(np.float64))
    if not known.any():
        raise DataError("partial_information: no sample has finite predictions of every subset and a label")

    def discrete(values: np.ndarray) -> np.ndarray:
        return values if classes else _binned(values, bins)

    def output(coalition: int) -> np.ndarray:
        one = prediction[coalition, known]
        return discrete(predicted_class(one) if classes else one[:, 0])

    y = discrete(label[known]) if about == "label" else output(everything)
    own = sample_groups(trace)[known]
    found = [
        decomposition(
            output(1 << m),
            output(everything & ~(1 << m)),
            y,
            group=own,
            permutations=permutations,
            resamples=resamples,
            seed=seed,
        )
        for m in range(len(names))
    ]
    parts = ("bits", "corrected", "low", "high", "null", "null_high")
    out = xr.Dataset(
        {name: (("modality", "part"), np.stack([getattr(one, name) for one in found])) for name in parts}
        | {
            "information": (("modality", "source"), np.stack([one.information for one in found])),
            "gap": ("modality", np.array([one.gap for one in found])),
        },
        coords={"modality": names, "part": list(PARTS), "source": ["modality", "others", "both"]},
        attrs={
            "index": "partial information decomposition",
            "about": about,
            "sources": "predictions from the modality alone, and from all others",
            "units": "bit",
            "interval": found[0].interval,
            "n_samples": int(known.sum()),
            "n_groups": group_count(own, len(own)),
            "limits": "of the predictions, not of the data; a part counts as present only above the 95 % quantile of its null",
            "epoch": trace.attrs["best_epoch"],
            **({} if classes else {"bins": bins}),
            **provenance(trace),
            **training_coverage(trace),
        },
    )
    for variable in out.data_vars.values():
        variable.attrs["units"] = "bit"
    return out


def shown_modalities(names: list[str]) -> list[int]:
    """Return the modalities whose decompositions differ: of two, the second is the mirror image of the first."""
    return [0] if len(names) == 2 else list(range(len(names)))


def part_labels(names: list[str], m: int) -> list[str]:
    """Return the labels of redundancy, the two unique parts and synergy of modality ``m``."""
    other = names[1 - m] if len(names) == 2 else "the others"
    return ["redundancy", f"unique, {names[m]}", f"unique, {other}", "synergy"]


def _binned(values: np.ndarray, bins: int) -> np.ndarray:
    """Return the bin of each value, between quantiles; equal values share a bin."""
    cuts = np.unique(np.quantile(values, np.arange(1, bins) / bins))
    return np.searchsorted(cuts, values, side="left")
