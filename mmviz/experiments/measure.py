"""What is measured of a trained model: scores of every split, contributions of the modalities, scores with modalities absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.analysis.equilibrium import equilibrium
from mmviz.data.missing import IMDER_RATES, drop_modalities
from mmviz.trace.recorder import record
from mmviz.train.metrics import score

if TYPE_CHECKING:
    import xarray as xr

    from mmviz.data.dataset import Dataset, Split
    from mmviz.train.run import Run


def scores(run: Run, ds: Dataset, convention: Any) -> tuple[dict[str, float], dict[str, str]]:
    """Score every split but the training split, ``valid.accuracy``, ``test.mae``, ...; NaN ones with their reason."""
    values: dict[str, float] = {}
    why: dict[str, str] = {}
    for name, split in ds.splits.items():
        if name == run.info["train"]["train"]:
            continue
        found = score(ds.spec.task, run.predict(split), split.labels("score"), convention=convention)
        values |= {f"{name}.{metric}": value for metric, value in found.items()}
        why |= {f"{name}.{metric}": reason for metric, reason in found.why.items()}
    return values, why


def brief_trace(run: Run, split: Split) -> xr.DataTree:
    """Record what `contributions` and `alone_and_together` read: all subsets of modalities, at the best epoch."""
    return record(run, split, traced=1, epochs=[run.best_epoch], coalitions=True)


def contributions(trace: xr.DataTree) -> dict[str, float]:
    """Return the mean Shapley value, share and lone score of every modality, and the readings E1, E2, E3 of the equilibrium deviation.

    Columns ``test.contribution.audio``, ``test.share.audio``, ``test.alone.audio``, ``test.E1``, ... ; readings of ours, see
    :func:`mmviz.analysis.equilibrium`.
    """
    found = equilibrium(trace)
    split = trace.attrs["split"]
    values = {f"{split}.{reading}": float(found[reading]) for reading in ("E1", "E2", "E3")}
    for name, column in (("contribution", "contribution"), ("share", "share"), ("score", "alone")):
        for modality, value in zip(found["modality"].values, found[name].values, strict=True):
            values[f"{split}.{column}.{modality}"] = float(value)
    return values


def alone_and_together(trace: xr.DataTree, run: Run, split: Split, convention: Any) -> dict[str, float]:
    """Score the model with every non-empty proper subset of the modalities: ``test.accuracy@audio``, ``test.accuracy@audio+image``."""
    group = trace["coalitions"]
    names = [str(m) for m in np.asarray(group["modality"])]
    task = run.model.spec.task
    values: dict[str, float] = {}
    for k, members in enumerate(np.asarray(group["members"])):
        if members.any() and not members.all():
            answer = np.asarray(group["answer"].isel(coalition=k))
            answer = answer if task.kind == "classification" else answer[:, 0]
            found = score(task, answer, split.labels("score"), convention=convention)
            kept = "+".join(m for m, there in zip(names, members, strict=True) if there)
            values |= {f"{split.name}.{metric}@{kept}": value for metric, value in found.items()}
    return values


def with_losses(run: Run, ds: Dataset, name: str, convention: Any) -> dict[str, float]:
    """Score one split at the missing rates 0.1 to 0.7: ``test.accuracy@missing=0.3``, and the mean over the rates, ``@missing``.

    Protocol of IMDer for three modalities, independent loss otherwise; who loses what depends on the sample's id alone, so all cells
    lose the same.
    """
    protocol = "imder" if len(ds.spec.names) == 3 else "independent"
    values: dict[str, float] = {}
    by_metric: dict[str, list[float]] = {}
    for rate in IMDER_RATES:
        split = drop_modalities(ds, rate, protocol=protocol, splits=[name])[name]  # type: ignore[arg-type]
        found = score(ds.spec.task, run.predict(split), split.labels("score"), convention=convention)
        for metric, value in found.items():
            values[f"{name}.{metric}@missing={rate}"] = value
            by_metric.setdefault(metric, []).append(value)
    return values | {f"{name}.{metric}@missing": float(np.mean(all_)) for metric, all_ in by_metric.items()}
