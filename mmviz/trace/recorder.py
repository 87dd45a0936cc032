"""Record a Trace: run the model once more, at every recorded epoch, and write down what it does."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import mmkernels
import numpy as np
import torch
import xarray as xr

import mmviz
from mmviz.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.models.coupled_block import ScanInputs
from mmviz.trace.choice import chosen_epochs, chosen_samples
from mmviz.trace.schema import SCHEMA_VERSION, validate
from mmviz.trace.size import estimate, refuse_large
from mmviz.trace.states import states_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel
    from mmviz.train.run import Run

_MAX_EXACT = 12
_ROWS = 512


def record(
    run: Run,
    split: Split,
    *,
    traced: int | Sequence[int] | np.ndarray = 6,
    epochs: Sequence[int] | None = None,
    coalitions: bool = True,
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
    limit_bytes
        Refuse, before the first batch, to record more than this.

    Returns
    -------
    xr.DataTree
        See :mod:`mmviz.trace.schema`. Everything under ``operator`` and ``coalitions`` is of the best epoch.

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
    refuse_large(estimate(run, split, traced=chosen, epochs=replayed, coalitions=coalitions), limit_bytes)
    groups = {"/samples": _samples(split), "/history": _history(run)}
    groups |= _inputs(spec, split, chosen)
    with torch.no_grad():
        batch = batch_of(split, chosen)
        groups |= _states(run, batch, chosen, replayed)
        if coalitions:
            members = _members(len(spec.modalities))
            groups["/coalitions"] = _coalitions(run, split, members)
            groups["/prefixes"] = _prefixes(run, batch, chosen, replayed, members)
    trace = xr.DataTree.from_dict(groups)
    trace.attrs = _attrs(run, split)
    validate(trace)
    return trace


def _members(modalities: int) -> np.ndarray:
    return (np.arange(2**modalities)[:, None] >> np.arange(modalities)) % 2 == 1


def _samples(split: Split) -> xr.Dataset:
    return xr.Dataset(
        {"id": ("sample", np.asarray(split.ids, dtype=str)), "group": ("sample", np.asarray(split.group, dtype=str)),
         "target": ("sample", np.asarray(split.target))}
    )  # fmt: skip


def _history(run: Run) -> xr.Dataset:
    names = [k for k in dict.fromkeys(key for row in run.history for key in row) if k != "epoch"]
    columns = {name: ("epoch", np.array([row.get(name, np.nan) for row in run.history])) for name in names}
    return xr.Dataset(columns, coords={"epoch": [int(row["epoch"]) for row in run.history]})


def _inputs(spec: Spec, split: Split, chosen: np.ndarray) -> dict[str, xr.Dataset]:
    groups = {}
    for modality in spec.modalities:
        data = xr.Dataset(
            {
                "value": (("traced", "frame", "feature"), np.asarray(split.inputs[modality.name][chosen])),
                "valid": (("traced", "frame"), np.asarray(split.valid[modality.name][chosen])),
            },
            coords={"traced": chosen, "feature": list(modality.channels)},
            attrs={"rate_hz": modality.rate_hz, "description": modality.description},
        )
        data["value"].attrs["units"] = modality.unit
        groups[f"/inputs/{modality.name}"] = data
    return groups


def _coordinates(run: Run, chosen: np.ndarray, epochs: list[int]) -> dict[str, Any]:
    names = [m.name for m in run.model.spec.modalities]
    return {"epoch": epochs, "traced": chosen, "modality": names}


def _states(run: Run, batch: Batch, chosen: np.ndarray, epochs: list[int]) -> dict[str, xr.Dataset]:
    norms, couplings, operator = [], [], xr.Dataset()
    for epoch in epochs:
        with run.at_epoch(epoch) as model:
            steps = model.encode(batch)
            mask, scans = steps.mask, model.observe(steps).scans
            layers = len(scans)
            scans = scans or [_no_scan(mask)]
            hidden = [states_of(scan) for scan in scans]
            norms.append(torch.stack([h.norm(dim=-1) for h in hidden])[:layers].permute(2, 0, 1, 3, 4))
            couplings.append(model.coupling_matrices())
            if epoch == run.best_epoch:
                operator = _operator(scans, hidden).isel(layer=slice(layers))
            valid = mask.movedim(1, 0)
    coords = _coordinates(run, chosen, epochs)
    names = coords["modality"]
    states = xr.Dataset(
        {
            "norm": (("epoch", "traced", "layer", "modality", "time", "channel"), _numpy(torch.stack(norms))),
            "coupling": (("epoch", "layer", "modality", "source"), _numpy(torch.stack(couplings))),
            "valid": (("traced", "modality", "time"), valid.numpy()),
        },
        coords={**coords, "source": names},
    )
    states["norm"].attrs = {"long_name": "Euclidean norm of a channel's states", "units": "1"}
    states["coupling"].attrs = {"long_name": "W: how much a modality hears each source", "units": "1"}
    traced = operator.assign_coords(traced=chosen, modality=names, source=names)
    traced.attrs = {"epoch": run.best_epoch}
    return {"/states": states, "/operator": traced}


def _no_scan(mask: Tensor) -> ScanInputs:
    """Return the shapes of a scan without channels and states, for a model that has no scan."""
    M, batch, _ = mask.shape
    nothing = torch.zeros(*mask.shape, 0)
    vector = torch.zeros(M, 0)
    return ScanInputs(nothing, nothing, torch.zeros(M, 0, 0), nothing, nothing, vector, torch.zeros(batch, M, M), mask)


def _operator(scans: list[Any], hidden: list[Tensor]) -> xr.Dataset:
    """Return states and what the operator reads, as (traced, layer, modality, ...)."""

    def stacked(name: str) -> np.ndarray:
        return _numpy(torch.stack([getattr(scan, name) for scan in scans]).movedim(2, 0))

    head = ("traced", "layer", "modality", "time")
    return xr.Dataset(
        {
            "h": ((*head, "channel", "state"), _numpy(torch.stack(hidden).movedim(2, 0))),
            "dt": ((*head, "channel"), stacked("dt")),
            "B": ((*head, "state"), stacked("B")),
            "C": ((*head, "state"), stacked("C")),
            "A": (("layer", "modality", "channel", "state"), _numpy(torch.stack([s.A for s in scans]))),
            "W": (
                ("traced", "layer", "modality", "source"),
                _numpy(torch.stack([s.W for s in scans]).movedim(1, 0)),
            ),
        }
    )


def _coalitions(run: Run, split: Split, members: np.ndarray) -> xr.Dataset:
    spec = run.model.spec
    with run.at_epoch(run.best_epoch) as model:
        answers = [_answers(model, batch, members) for batch in run.batches(split, max(1, _ROWS // len(members)))]
    data = {
        "members": (("coalition", "modality"), members),
        "answer": (("sample", "coalition", "output"), _numpy(torch.cat(answers))),
    }
    return xr.Dataset(data, coords={"modality": [m.name for m in spec.modalities], "output": _outputs(spec)})


def _prefixes(run: Run, batch: Batch, chosen: np.ndarray, epochs: list[int], members: np.ndarray) -> xr.Dataset:
    spec = run.model.spec
    answers = []
    for epoch in epochs:
        with run.at_epoch(epoch) as model:
            answers.append(_answers(model, batch, members, every_step=True))
    data = {"answer": (("epoch", "traced", "coalition", "time", "output"), _numpy(torch.stack(answers)))}
    out = xr.Dataset(data, coords={**_coordinates(run, chosen, epochs), "output": _outputs(spec)})
    out["answer"].attrs = {"long_name": "answer from the steps up to this one", "units": "1"}
    return out


def _answers(model: FusionModel, batch: Batch, members: np.ndarray, *, every_step: bool = False) -> Tensor:
    """Return (sample, coalition, ...) answers, a bounded number of rows in one pass."""
    spec, parts = model.spec, []
    batch = batch.ordered(spec.names)
    for some in np.array_split(members, math.ceil(len(batch) * len(members) / _ROWS)):
        subsets = batch.repeated(len(some)).masked(torch.from_numpy(np.tile(some, (len(batch), 1))))
        output = model.prefixes(subsets) if every_step else model(subsets)
        answer = output.softmax(-1) if spec.task.kind == "classification" else output
        parts.append(answer.unflatten(0, (len(batch), len(some))))
    return torch.cat(parts, 1)


def _outputs(spec: Spec) -> list[str]:
    return list(spec.task.classes) if spec.task.kind == "classification" else ["value"]


def _numpy(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())


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
