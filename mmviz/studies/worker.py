"""Running one cell: load the data, build, train, measure; the result is one flat row, for a failure too."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import mmviz
from mmviz.analysis.imbalance import imbalance
from mmviz.core.errors import CheckpointError, ConfigError, DataError, InUseError, MissingDependencyError, MmvizError
from mmviz.data.missing import IMDER_RATES, drop_modalities
from mmviz.io.folder_lock import wait_until_free
from mmviz.models.registry import build
from mmviz.recording.recorder import record
from mmviz.studies.cell import as_typed, digest_of, open_source, revived
from mmviz.trace import save
from mmviz.train.fit import fit
from mmviz.train.metrics import score

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

    from mmviz.data.dataset import Dataset, Split
    from mmviz.studies.cell import Cell
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
    return record(run, split, recorded_samples=1, epochs=[run.best_epoch], coalitions=True)


def contributions(trace: xr.DataTree) -> dict[str, float]:
    """Return the mean Shapley value, share and lone score of every modality, and the readings E1, E2, E3 of the equilibrium deviation.

    Columns ``test.contribution.audio``, ``test.share.audio``, ``test.alone.audio``, ``test.E1``, ... ; readings of ours, see
    :func:`mmviz.analysis.imbalance`.
    """
    found = imbalance(trace)
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
            answer = np.asarray(group["prediction"].isel(coalition=k))
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


KEEP = ("nothing", "runs", "traces")
# random state and thread count belong to the process: two threads of one worker take turns
_turn = Lock()


class _DivergedError(MmvizError):
    """The loss was not finite."""


def run_cell(cell: Cell, *, folder: Path | None = None, keep: str = "nothing", threads: int = 1) -> dict[str, Any]:
    """Run one cell on `threads` threads and return its row.

    Parameters
    ----------
    cell
        What to do.
    folder
        Where a run and its Trace are kept.
    keep
        "nothing", "runs" (weights and history), or "traces" (both).
    threads
        Of torch and the kernels.

    Returns
    -------
    dict
        ``key``, ``status`` "finished" or "failed"; for a failure ``kind`` (diverged, out of memory, bad data, refused, error)
        and ``reason``. The cell's columns, ``SPLIT.METRIC`` scores, provenance, and ``history`` as JSON.

    Raises
    ------
    KeyboardInterrupt
        If the training was interrupted; there is no row then.
    CheckpointError
        If what was to be kept cannot be written.
    """
    start, clock = datetime.now(UTC), time.perf_counter()
    with _turn, thread_count(threads):
        try:
            found = {"status": "finished", "kind": "", "reason": ""} | _work(cell, folder, keep)
        except CheckpointError:
            raise  # a full or read-only disk is the study's trouble, not this cell's
        except Exception as error:  # noqa: BLE001 - whatever a cell does, the others go on; the row says what it was
            found = failure(error)
    found |= {
        "started": start.isoformat(timespec="seconds"),
        "seconds": time.perf_counter() - clock,
        "threads": threads,
    }
    return row_of(cell, found)


def row_of(cell: Cell, found: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a cell: its key and columns, what was found, provenance."""
    return {"key": cell.key, "config": cell.text, **cell.columns(), **found, **provenance(cell)}


def provenance(cell: Cell) -> dict[str, Any]:
    """Return what a number depends on besides its configuration, as columns."""
    return {
        "code": cell.code,
        "data_digest": cell.digest,
        "version.mmviz": mmviz.__version__,
        "version.python": platform.python_version(),
        "version.torch": torch.__version__,
        "version.numpy": np.__version__,
        "machine": platform.node(),
        "machine.kind": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


def _work(cell: Cell, folder: Path | None, keep: str) -> dict[str, Any]:
    c = cell.config
    if digest_of(c["data"]) != cell.digest:
        raise DataError(
            f"{c['data']['name']}: not the data the study was declared with; compare the files, declare it again"
        )
    ds = open_source(c["data"], None if c["modalities"] is None else tuple(c["modalities"]))
    place = folder / cell.key if folder is not None and keep != "nothing" else None
    run = _trained_alone(cell, ds, place)
    trace = _keep_trace(run, ds, place / "trace.nc") if place is not None and keep == "traces" else ""
    return measured(cell, ds, run) | {"run.folder": "" if place is None else str(place), "run.trace": trace}


def _trained_alone(cell: Cell, ds: Dataset, place: Path | None) -> Run:
    """Train, after any other process that works on the same study has left the cell's folder."""
    while True:
        try:
            return trained(cell, ds, place)
        except InUseError:
            if place is None:
                raise
            wait_until_free(place)


def trained(cell: Cell, ds: Dataset, place: Path | None = None, **instead: Any) -> Run:
    """Train the cell's model on `ds`, with training options `instead` of the cell's.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    MmvizError
        If it diverged, or the model or training refuses the data.
    """
    c = cell.config
    model = build(c["model"]["name"], ds.spec, seed=c["seed"], **as_typed(c["model"]["options"]))
    run = fit(model, ds, out=place, overwrite=True, progress=False, **revived(c["train"]) | instead)
    if run.status == "interrupted":
        raise KeyboardInterrupt
    if run.status == "diverged":
        raise _DivergedError(", ".join(f"{k} {v}" for k, v in run.info["diverged"].items() if k != "samples"))
    return run


def measured(cell: Cell, ds: Dataset, run: Run) -> dict[str, Any]:
    """Return the columns that a trained model gives: scores, further measures, how the training went, its history."""
    convention = cell.config["convention"]
    values, why = scores(run, ds, convention)
    values |= _further(run, ds, cell.config["measures"], convention)
    on_gpu = torch.cuda.is_available() and run.info["train"]["accelerator"] in ("auto", "cuda")
    return values | {
        "why": json.dumps(why) if why else "",
        "run.status": run.status,
        "run.best_epoch": run.best_epoch,
        "run.epochs": int(run.history[-1]["epoch"]),
        "run.parameters": sum(p.numel() for p in run.model.parameters()),
        "run.train_seconds": sum(row.get("seconds", 0.0) for row in run.history),
        "run.backend": run.info["backend"],
        "run.device": torch.cuda.get_device_name() if on_gpu else "cpu",
        "history": json.dumps([{k: v if np.isfinite(v) else None for k, v in row.items()} for row in run.history]),
    }


def _keep_trace(run: Run, ds: Dataset, path: Path) -> str:
    if "test" not in ds.splits:
        return ""
    trace = record(run, ds["test"])
    try:
        return str(save(trace, path))
    except DataError as error:
        raise CheckpointError(str(error)) from error


def _further(run: Run, ds: Dataset, measures: list[str], convention: Any) -> dict[str, float]:
    if not measures:
        return {}
    if "test" not in ds.splits:
        raise ConfigError(
            f"measures {', '.join(measures)} are of the split 'test'; the data have {', '.join(ds.splits)}"
        )
    trace = brief_trace(run, ds["test"])
    values: dict[str, float] = {}
    if "contributions" in measures:
        values |= contributions(trace)
    if "missing" in measures:
        values |= alone_and_together(trace, run, ds["test"], convention)
        values |= with_losses(run, ds, "test", convention)
    return values


def failure(error: Exception) -> dict[str, str]:
    """Return a failed row's ``status``, ``kind``, ``reason`` and ``traceback``."""
    said = str(error) or type(error).__name__
    starved = isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError))
    if isinstance(error, _DivergedError):
        kind = "diverged"
    elif starved or (isinstance(error, RuntimeError) and ("out of memory" in said or "not enough memory" in said)):
        kind = "out of memory"
    elif isinstance(error, (DataError, MissingDependencyError, OSError)):
        kind = "bad data"
    elif isinstance(error, ConfigError):
        kind = "refused"
    else:
        kind, said = "error", f"{type(error).__name__}: {said}"
    trail = "".join(traceback.format_exception(error))[-4000:]
    return {"status": "failed", "kind": kind, "reason": said, "traceback": trail}


@contextlib.contextmanager
def thread_count(count: int) -> Iterator[None]:
    """Give torch and the kernels so many threads inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
