"""Record a Trace: run the model once more, at every recorded epoch, and write down what it does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import mmkernels
import torch
import xarray as xr

import mmviz
from mmviz.errors import ConfigError
from mmviz.models.anchor import AnchorConfig
from mmviz.models.batch import batch_of
from mmviz.trace.alignment import AlignmentGroup
from mmviz.trace.answers import PrefixGroup, coalitions_of, members_of
from mmviz.trace.choice import chosen_epochs, chosen_samples
from mmviz.trace.influence import influence_of
from mmviz.trace.routing import RoutingGroup
from mmviz.trace.samples import history_of, inputs_of, samples_of
from mmviz.trace.scans import ScanGroups
from mmviz.trace.schema import SCHEMA_VERSION, validate
from mmviz.trace.size import estimate, refuse_large
from mmviz.trace.transport import TransportGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

_MAX_EXACT = 12


def record(
    run: Run,
    split: Split,
    *,
    traced: int | Sequence[int] | np.ndarray = 6,
    epochs: Sequence[int] | None = None,
    coalitions: bool = True,
    influence: bool = True,
    alignment: bool | None = None,
    limit_bytes: int = 1 << 30,
) -> xr.DataTree:
    """Run the model on a split and return the Trace.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`.
    split
        For example ``ds["test"]``.
    traced
        Samples whose states are recorded: how many (spread evenly over the samples in order of their target), or their positions.
    epochs
        Epochs to replay for those samples; all that the run kept when None. The best epoch is always among them.
    coalitions
        Also record the answers for all 2^M subsets of modalities, of every sample at the best epoch and of the traced ones at
        every epoch and step.
    influence
        Also record the coupled influence map of the traced samples at the best epoch, where the model has a scan.
    alignment
        Also record how far the encoded modalities are from the anchor, at every replayed epoch. None: for models that align.
    limit_bytes
        Refuse, before the first batch, to record more than this.

    Returns
    -------
    xr.DataTree
        See :mod:`mmviz.trace.schema`. Everything under ``operator``, ``coalitions`` and ``influence`` is of the best epoch.

    Raises
    ------
    ConfigError
        Unknown epoch or sample, or more than 12 modalities with ``coalitions=True``.
    MmvizError
        If the Trace would be larger than ``limit_bytes``; says how large each group is and what to leave out.
    """
    spec = run.model.spec
    chosen = chosen_samples(split, traced)
    replayed = chosen_epochs(run, epochs)
    if coalitions and len(spec.modalities) > _MAX_EXACT:
        raise ConfigError(
            f"record: {len(spec.modalities)} modalities mean 2^{len(spec.modalities)} subsets, more than the limit of "
            f"2^{_MAX_EXACT}; pass coalitions=False"
        )
    sizes = estimate(run, split, traced=chosen, epochs=replayed, coalitions=coalitions, influence=influence)
    refuse_large(sizes, limit_bytes)
    groups = {"/samples": samples_of(split), "/history": history_of(run), **inputs_of(spec, split, chosen)}
    batch = batch_of(split, chosen)
    scans, routing, transport = ScanGroups(), RoutingGroup(), TransportGroup()
    prefixes = PrefixGroup(members_of(len(spec.modalities))) if coalitions else None
    aligns = isinstance(run.model.config, AnchorConfig) if alignment is None else alignment
    aligned = AlignmentGroup(run.model, split) if aligns else None
    with torch.no_grad():
        for epoch in replayed:
            with run.at_epoch(epoch) as model:
                steps, best = model.encode(batch), epoch == run.best_epoch
                seen = model.observe(steps)
                scans.add(model, steps, seen, best=best)
                routing.add(seen)
                transport.add(seen, best=best)
                if best and influence and (seen.scans or seen.tokens):
                    groups["/influence"] = influence_of(model, seen, chosen)
                if prefixes is not None:
                    prefixes.add(model, batch)
                if aligned is not None:
                    aligned.add(model)
        if coalitions:
            groups["/coalitions"] = coalitions_of(run, split, members_of(len(spec.modalities)))
    groups |= scans.datasets(run.model, chosen, replayed, run.best_epoch)
    groups |= routing.datasets(run.model, chosen, replayed) | transport.datasets(chosen, replayed)
    if aligned is not None:
        groups |= aligned.datasets(replayed)
    if prefixes is not None:
        groups |= prefixes.datasets(run.model, chosen, replayed)
    trace = xr.DataTree.from_dict(groups)
    trace.attrs = _attrs(run, split)
    validate(trace)
    return trace


def _attrs(run: Run, split: Split) -> dict[str, Any]:
    model = run.model
    spec = model.spec
    ran = mmkernels.last_backend()
    return {
        "schema": SCHEMA_VERSION,
        "mmviz": mmviz.__version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": spec.name,
        "split": split.name,
        "model": run.info["model"],
        "train": run.info["train"],
        "backend": "none" if ran is None else ran.backend,
        "training_backend": run.info["backend"],
        "task": {"kind": spec.task.kind, "classes": list(spec.task.classes)},
        "modalities": [m.name for m in spec.modalities],
        "steps": {"count": model.steps, "align": model.align},
        "best_epoch": run.best_epoch,
        "source": spec.source,
        "licence": spec.licence,
        "notes": list(spec.notes),
    }
