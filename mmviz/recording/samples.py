"""Groups /samples, /inputs, /clock and /history; selection of recorded samples and epochs; shared coordinates and provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mmkernels
import numpy as np
import xarray as xr

import mmviz
from mmviz.core.errors import ConfigError
from mmviz.data.clock import clock_of, spans_of, step_edges
from mmviz.data.tokens import frame_tokens
from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.data.spec import Spec
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run


def coordinates(spec: Spec, chosen: np.ndarray, epochs: list[int] | None = None) -> dict[str, Any]:
    """Return the coordinates recorded_sample and modality, and epoch where epochs are given."""
    coords: dict[str, Any] = {} if epochs is None else {"epoch": epochs}
    return coords | {"recorded_sample": chosen, "modality": list(spec.names)}


def outputs(spec: Spec) -> list[str]:
    """Return the coordinate of the model's outputs: class names, or ``value``."""
    return list(spec.task.classes) if spec.task.kind == "classification" else ["value"]


def in_output_order(matching: Matching, values: np.ndarray) -> np.ndarray:
    """Return values (recorded_sample, output, ...) with the outputs in the order of the data set's classes."""
    return np.ascontiguousarray(np.moveaxis(matching.outputs(np.moveaxis(values, 1, -1)), -1, 1))


def array(tensor: Tensor) -> np.ndarray:
    """Return a float32 array."""
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())


def chosen_samples(split: Split, recorded_samples: int | Sequence[int] | np.ndarray) -> np.ndarray:
    """Return positions in the split: the given ones, or a number of samples spread evenly over the sorted targets (without labels over the split)."""
    if isinstance(recorded_samples, (bool, float)):
        raise ConfigError(
            f"record: recorded_samples={recorded_samples!r}, expected a number of samples or their positions"
        )
    if isinstance(recorded_samples, (int, np.integer)):
        if not recorded_samples >= 1:
            raise ConfigError(f"record: recorded_samples={recorded_samples}, expected at least 1")
        order = np.arange(len(split)) if split.target is None else np.argsort(split.target, kind="stable")
        picks = np.linspace(0, len(split) - 1, min(int(recorded_samples), len(split))).round().astype(int)
        return np.sort(order[picks])
    rows = np.asarray(recorded_samples)
    if rows.dtype.kind not in "iu":
        raise ConfigError(
            f"record: recorded_samples={list(recorded_samples)!r} holds {rows.dtype}, expected whole positions from 0 to {len(split) - 1}"
        )
    rows = rows.astype(np.int64)
    if (
        rows.ndim != 1
        or len(rows) == 0
        or rows.min() < 0
        or rows.max() >= len(split)
        or len(set(rows.tolist())) < len(rows)
    ):
        raise ConfigError(
            f"record: recorded_samples={list(recorded_samples)!r}, expected distinct positions from 0 to {len(split) - 1}"
        )
    return rows


def chosen_epochs(run: Run, epochs: Sequence[int] | None) -> list[int]:
    """Return the epochs to replay, sorted, always including the best."""
    given = list(run.epochs) if epochs is None else [int(e) for e in epochs]
    unknown = [e for e in given if e not in run.weights]
    if unknown:
        raise ConfigError(
            f"record: epoch {unknown[0]} has no stored weights; epochs with weights: {', '.join(map(str, run.epochs))}"
        )
    return sorted({*given, run.best_epoch})


def provenance(run: Run, split: Split, spec: Spec) -> dict[str, Any]:
    """Return data set, split, model, seed, epoch, task and modalities, named as in a Trace; ``spec`` is that of the data."""
    return {
        "mmviz": mmviz.__version__,
        "dataset": spec.name,
        "trained_on": run.info["dataset"],
        "imputation": run.model.imputation,
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
    """Return the kernel backend of the last scan; "none" without a scan or for a user's module."""
    ran = None if isinstance(run.model, Adapted) else mmkernels.last_backend()
    return "none" if ran is None else ran.backend


def recorded_target(split: Split) -> np.ndarray:
    """Return the target of every sample; NaN where the split has no labels."""
    return np.full(len(split), np.nan) if split.target is None else np.asarray(split.target)


def samples_of(split: Split) -> xr.Dataset:
    """Return id, group and target of every sample; without labels the target is NaN."""
    return xr.Dataset(
        {"id": ("sample", np.asarray(split.ids, dtype=str)), "group": ("sample", np.asarray(split.group, dtype=str)),
         "target": ("sample", recorded_target(split))}
    )  # fmt: skip


def inputs_of(matching: Matching, split: Split, chosen: np.ndarray) -> dict[str, xr.Dataset]:
    """Return the input frames of the recorded samples, one group per modality; with timestamps, their start and end times.

    Channels are in the order of the data set.
    """
    groups = {}
    times = {name: t[chosen] for name, t in split.times.items()}
    clock = clock_of(times) if times else np.zeros((len(chosen), 2))
    for modality in matching.spec.modalities:
        values, valid = matching.recorded(split, modality.name, chosen)
        data = xr.Dataset(
            {
                "value": (("recorded_sample", "frame", "feature"), np.array(values)),
                "valid": (("recorded_sample", "frame"), valid),
            },
            coords={"recorded_sample": chosen, "feature": list(modality.channels)},
            attrs={"rate_hz": modality.rate_hz, "description": modality.description},
        )
        data["value"].attrs["units"] = modality.unit
        if modality.display is not None:
            data.attrs["display"] = modality.display.plain()
        tokens = frame_tokens(split.extras, modality.name, chosen, data.sizes["frame"])
        if tokens is not None:
            data["token"] = (("recorded_sample", "frame"), tokens)
            data["token"].attrs = {"long_name": "word or token of the frame; empty without one"}
        data.attrs |= {"spacing_s": modality.spacing_s, "irregular": modality.irregular, "static": int(modality.static)}
        if modality.name in times or (times and modality.steps == 1):  # a single frame holds for the whole recording
            valid = data["valid"].values
            spans = spans_of(times[modality.name], valid, clock) if modality.name in times else clock[:, None]
            begin, end = spans.transpose(2, 0, 1)
            data["time"], data["end"] = (("recorded_sample", "frame"), begin), (("recorded_sample", "frame"), end)
            data["time"].attrs = {"units": "s", "long_name": "time of the frame; NaN without a frame"}
            data["end"].attrs = {
                "units": "s",
                "long_name": "end of the frame: the next frame, or the start of a gap",
            }
        groups[f"/inputs/{modality.name}"] = data
    return groups


def clock_group(model: FusionModel, split: Split, chosen: np.ndarray) -> dict[str, xr.Dataset]:
    """Return the time range in seconds of each step of the model; an empty dict for a model without alignment by time."""
    if not split.times or not model.timed:
        return {}
    clock = clock_of({name: t[chosen] for name, t in split.times.items()})
    edges = step_edges(clock, model.steps, model.spec.duration_s if model.align == "bin" else None)
    dims = ("recorded_sample", "time")
    group = xr.Dataset(
        {"start": (dims, edges[:, :-1]), "stop": (dims, edges[:, 1:])}, coords={"recorded_sample": chosen}
    )
    for name in ("start", "stop"):
        group[name].attrs = {"units": "s", "long_name": f"{name} of a step, on the clock of the sample"}
    return {"/clock": group}


def history_of(run: Run) -> xr.Dataset:
    """Return the training history, one value per epoch.

    Entries ``name/modality`` for every modality become one variable ``name`` over epoch and modality; another slash becomes
    an underscore, as a netCDF name has none. NaN where an epoch has no such entry.
    """
    names = [m.name for m in run.model.spec.modalities]
    keys = [k for k in dict.fromkeys(key for row in run.history for key in row) if k != "epoch"]
    columns: dict[str, Any] = {}
    for key in keys:
        head, slash, last = key.partition("/")
        if slash and last in names:
            columns[head] = (("epoch", "modality"), np.stack([_column(run, f"{head}/{name}") for name in names], 1))
        else:
            columns[key.replace("/", "_")] = ("epoch", _column(run, key))
    coords: dict[str, Sequence[Any]] = {"epoch": [int(row["epoch"]) for row in run.history]}
    if any("modality" in dims for dims, _ in columns.values()):
        coords["modality"] = names
    return xr.Dataset(columns, coords=coords)


def _column(run: Run, key: str) -> np.ndarray:
    return np.array([row.get(key, np.nan) for row in run.history], dtype=np.float64)
