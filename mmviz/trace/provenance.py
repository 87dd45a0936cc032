"""Where recorded answers come from: the attributes of what is recorded beside a Trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mmkernels

import mmviz
from mmviz.models.adapted_model import Adapted
from mmviz.models.imputation import imputation_of

if TYPE_CHECKING:
    from mmviz.data.dataset import Split
    from mmviz.data.spec import Spec
    from mmviz.train.run import Run


def provenance(run: Run, split: Split, spec: Spec) -> dict[str, Any]:
    """Return data set, split, model, seed, epoch, task and modalities, in the names that a Trace has; ``spec`` is that of the data."""
    return {
        "mmviz": mmviz.__version__,
        "dataset": spec.name,
        "trained_on": run.info["dataset"],
        "imputation": imputation_of(run.model),
        "split": split.name,
        "model": run.info["model"],
        "train": run.info["train"],
        "backend": backend_of(run),
        "training_backend": run.info["backend"],
        "task": {"kind": spec.task.kind, "classes": list(spec.task.classes)},
        "modalities": list(spec.names),
        "best_epoch": run.best_epoch,
    }


def backend_of(run: Run) -> str:
    """Return the backend that ran the last scan; "none" where there was none, or where a module from elsewhere was asked."""
    ran = None if isinstance(run.model, Adapted) else mmkernels.last_backend()
    return "none" if ran is None else ran.backend
