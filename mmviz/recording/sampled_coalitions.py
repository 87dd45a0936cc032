"""Predictions for sampled coalitions of the modalities, for Shapley values of more modalities than all subsets allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.metrics.coalition_plan import coalition_plan
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions, trained_coalitions
from mmviz.recording.samples import chosen_samples, outputs, provenance, recorded_target, samples_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

_SAMPLES = 64


@takes(run="run")
def record_sampled_coalitions(
    run: Run,
    split: Split,
    *,
    samples: int | Sequence[int] | np.ndarray | None = None,
    budget: int = 1000,
    estimator: str = "permutation",
    seed: int = 0,
) -> xr.Dataset:
    """Return the predictions at the best epoch for coalitions of modalities that an estimator of Shapley values draws.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    samples
        How many samples (spread evenly over the sorted targets), or their positions; None: all.
    budget
        Largest number of coalitions, and so of predictions per sample. All 2^M are evaluated where M ≤ 12 and the budget allows it.
    estimator
        ``permutation`` (default), ``kernel`` (KernelSHAP), ``unbiased_kernel``, ``svarm``, or a class of shapiq by name: ``KernelSHAP``,
        ``PermutationSamplingSV``, ``UnbiasedKernelSHAP``, which runs in 8 independent replicates of budget / 8. ``unbiased_kernel`` and
        ``svarm`` have much larger errors at an equal budget.
    seed
        Seed of the draws.

    Returns
    -------
    xr.Dataset
        ``prediction`` (sample, coalition, output), ``members`` (coalition, modality), ``target``, ``sample_id`` and ``group`` (sample), and the draws.
        Input of :func:`mmviz.analysis.sampled_shapley`, for any value function.

    Raises
    ------
    ConfigError
        Unknown estimator, a budget too small for an interval (the message states the least one), or a coalition that the model cannot run.
    MissingDependencyError
        An estimator of shapiq, which is not installed.
    """
    matching = matched(run.model.spec, split, "record_sampled_coalitions")
    names = list(matching.spec.names)
    plan = coalition_plan(len(names), budget, estimator, seed)
    rows = np.arange(len(split)) if samples is None else chosen_samples(split, samples)
    with run.at_epoch(run.best_epoch) as model:
        parts = [
            recorded_predictions(model, batch_of(split, rows[i : i + _SAMPLES], matching), plan.members)
            for i in range(0, len(rows), _SAMPLES)
        ]
    about = samples_of(split)
    dims = {"order": ("draw", "position"), "drawn": ("unit", "of_unit")}
    out = xr.Dataset(
        {
            "prediction": (("sample", "coalition", "output"), matching.outputs(np.concatenate(parts))),
            "members": (("coalition", "modality"), plan.members),
            "target": ("sample", recorded_target(split)[rows]),
            **{name: (dims[name], drawn) for name, drawn in plan.draws.items()},
        },
        coords={
            "sample": rows,
            "modality": names,
            "output": outputs(matching.spec),
            "sample_id": ("sample", np.asarray(split.ids, dtype=str)[rows]),
            "group": ("sample", about["group"].values.astype(str)[rows]),
        },
    )
    out.attrs = provenance(run, split, matching.spec) | {
        "estimator": plan.estimator,
        "budget": budget,
        "draw_seed": seed,
        "untrained": _untrained(run, plan.members),
    }
    return out


def _untrained(run: Run, members: Bool[np.ndarray, "coalition modality"]) -> str:
    """Return a sentence about the drawn coalitions that training did not meet; "" where it met all."""
    trained, filled = trained_coalitions(run, members), members.any(1)
    if trained is not None:
        count = int((filled & ~trained).sum())
        unmet = f"{count} of {int(filled.sum())} sampled subsets were not met in training: their values are out of distribution"
        return unmet if count else ""
    strategy = run.info.get("train", {}).get("strategy", "")
    return (
        f"which subsets training met was not recorded (strategy {strategy!r}): the values of subsets that it did not meet are out of "
        "distribution"
    )
