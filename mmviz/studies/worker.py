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
from mmviz.analysis.cooperation import cooperation
from mmviz.analysis.emap import emap
from mmviz.analysis.imbalance import imbalance
from mmviz.analysis.intershap import intershap
from mmviz.analysis.perceptual_score import perceptual_score
from mmviz.core.errors import CheckpointError, ConfigError, DataError, InUseError, MissingDependencyError, MmvizError
from mmviz.data.missing import IMDER_RATES, drop_modalities
from mmviz.io.folder_lock import wait_until_free
from mmviz.models.registry import build
from mmviz.recording.permutations import record_permutations
from mmviz.recording.product_grid import record_product_grid
from mmviz.recording.recorder import record
from mmviz.studies.cell import as_fit_options, data_digest_of, open_source, with_tuples
from mmviz.studies.sample_scores import probe_scores, sample_scores
from mmviz.trace import save, with_measures
from mmviz.train.fit import fit
from mmviz.train.metrics import score

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

    from mmviz.data.dataset import Dataset, Split
    from mmviz.studies.cell import Cell
    from mmviz.train.run import Run


def scores(run: Run, ds: Dataset, convention: Any) -> tuple[dict[str, float], dict[str, str]]:
    """Return the metrics of every split except the training split, ``valid.accuracy``, ``test.mae``, ..., and the reason of each NaN."""
    values: dict[str, float] = {}
    why: dict[str, str] = {}
    for name, split in ds.splits.items():
        if name == run.info["train"]["train"]:
            continue
        found = score(ds.spec.task, run.predict(split), split.labels("score"), convention=convention)
        values |= {f"{name}.{metric}": value for metric, value in found.items()}
        why |= {f"{name}.{metric}": reason for metric, reason in found.why.items()}
    return values, why


def coalition_trace(run: Run, split: Split) -> xr.DataTree:
    """Return a Trace for `contributions` and `subset_scores` read: all subsets of modalities, at the selected epoch."""
    return record(run, split, recorded_samples=1, epochs=[run.best_epoch], coalitions=True, attribution=None)


def contributions(trace: xr.DataTree) -> dict[str, float]:
    """Return mean Shapley value, share and unimodal score of every modality, and the imbalance E1, E2, E3.

    Columns ``test.contribution.audio``, ``test.share.audio``, ``test.unimodal.audio``, ``test.E1``, ... ; our interpretation, no
    measure of quality, see :func:`mmviz.analysis.imbalance`.
    """
    found = imbalance(trace)
    split = trace.attrs["split"]
    values = {f"{split}.{name}": float(found[name]) for name in ("E1", "E2", "E3")}
    for name, column in (("contribution", "contribution"), ("share", "share"), ("score", "unimodal")):
        for modality, value in zip(found["modality"].values, found[name].values, strict=True):
            values[f"{split}.{column}.{modality}"] = float(value)
    return values


#: combinations of the modalities of different samples, and permutations of a modality, for the interactions of one training
GRID_PASSES, PERMUTATIONS = 3600, 5


def interactions(trace: xr.DataTree, run: Run, split: Split) -> dict[str, float]:
    """Return how the model uses and combines its modalities: ``test.emap``, ``test.perceptual.audio``, ``test.cooperation``, ``test.intershap``.

    Score that is lost without interactions (EMAP), or when a modality is permuted over the samples (perceptual score); score of all modalities beyond
    the sum of what each adds alone (SHAPE cooperation); share of interactions (InterSHAP, of the mean matrix, classification only). Accuracy, or minus
    the mean absolute error; see :mod:`mmviz.analysis.measures` for what they cannot show.
    """
    recordings = {
        "product_grid": record_product_grid(run, split, passes=GRID_PASSES),
        "permutations": record_permutations(run, split, draws=PERMUTATIONS),
    }
    trace = with_measures(trace, recordings)
    score = "accuracy" if run.model.spec.task.kind == "classification" else "negative_absolute_error"
    permuted = perceptual_score(trace)
    values = {
        "emap": emap(trace)["gap"].sel(value=score, statistic="mean"),
        "cooperation": cooperation(trace)["cooperation"].sel(value=score, statistic="mean"),
        **{f"perceptual.{m}": permuted["score"].sel(modality=m, statistic="mean") for m in permuted["modality"].values},
    }
    if score == "accuracy":
        values["intershap"] = intershap(trace)["of_means"].sel(statistic="mean")
    return {f"{split.name}.{name}": float(value) for name, value in values.items()}


def subset_scores(trace: xr.DataTree, run: Run, split: Split, convention: Any) -> dict[str, float]:
    """Return the metrics with every non-empty proper subset of the modalities: ``test.accuracy@audio``, ``test.accuracy@audio+image``."""
    group = trace["coalitions"]
    names = [str(m) for m in np.asarray(group["modality"])]
    task = run.model.spec.task
    values: dict[str, float] = {}
    for k, members in enumerate(np.asarray(group["members"])):
        if members.any() and not members.all():
            prediction = np.asarray(group["prediction"].isel(coalition=k))
            prediction = prediction if task.kind == "classification" else prediction[:, 0]
            found = score(task, prediction, split.labels("score"), convention=convention)
            subset = "+".join(m for m, member in zip(names, members, strict=True) if member)
            values |= {f"{split.name}.{metric}@{subset}": value for metric, value in found.items()}
    return values


def missing_rate_scores(run: Run, ds: Dataset, name: str, convention: Any) -> dict[str, float]:
    """Return the metrics of one split at the missing rates 0.1 to 0.7, ``test.accuracy@missing=0.3``, and their mean, ``@missing``.

    Protocol of IMDer for three modalities, independent masking otherwise; what is masked depends only on the id of the sample, so that it is
    the same in all cells.
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
# random state and thread count are global in the process: the threads of one worker run one cell at a time
_one_cell = Lock()


class _DivergedError(MmvizError):
    """The loss of a training was not finite."""


def run_cell(cell: Cell, *, folder: Path | None = None, keep: str = "nothing", threads: int = 1) -> dict[str, Any]:
    """Run one cell on `threads` threads and return its row.

    Parameters
    ----------
    cell
        The training.
    folder
        Where a run and its Trace are saved.
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
        If the run or its Trace cannot be written.
    """
    start, clock = datetime.now(UTC), time.perf_counter()
    with _one_cell, thread_count(threads):
        try:
            found = {"status": "finished", "kind": "", "reason": ""} | _work(cell, folder, keep)
        except CheckpointError:
            raise  # a full or read-only disk stops the study, not only this cell
        except Exception as error:  # noqa: BLE001 - the other cells go on; the row holds the error
            found = failed_row(error)
    found |= {
        "started": start.isoformat(timespec="seconds"),
        "seconds": time.perf_counter() - clock,
        "threads": threads,
    }
    return row_of(cell, found)


def row_of(cell: Cell, found: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a cell: key, columns, results, provenance."""
    return {"key": cell.key, "config": cell.text, **cell.columns(), **found, **provenance(cell)}


def provenance(cell: Cell) -> dict[str, Any]:
    """Return columns of what a number depends on besides the configuration: code, data, versions, machine."""
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
    if data_digest_of(c["data"]) != cell.digest:
        raise DataError(
            f"{c['data']['name']}: not the data the study was declared with; compare the files, declare it again"
        )
    ds = open_source(c["data"], None if c["modalities"] is None else tuple(c["modalities"]))
    place = folder / cell.key if folder is not None and keep != "nothing" else None
    run = _train_exclusively(cell, ds, place)
    trace = _keep_trace(run, ds, place / "trace.nc") if place is not None and keep == "traces" else ""
    return results_of(cell, ds, run) | {"run.folder": "" if place is None else str(place), "run.trace": trace}


def _train_exclusively(cell: Cell, ds: Dataset, place: Path | None) -> Run:
    """Train as soon as no other process of the same study writes to the folder of the cell."""
    while True:
        try:
            return train_cell(cell, ds, place)
        except InUseError:
            if place is None:
                raise
            wait_until_free(place)


def train_cell(cell: Cell, ds: Dataset, place: Path | None = None, **instead: Any) -> Run:
    """Return the run of a cell on `ds`; training options in `instead` replace those of the cell.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    MmvizError
        If it diverged, or the model or training refuses the data.
    """
    c = cell.config
    model = build(c["model"]["name"], ds.spec, seed=c["seed"], **with_tuples(c["model"]["options"]))
    run = fit(model, ds, out=place, overwrite=True, progress=False, **as_fit_options(c["train"]) | instead)
    if run.status == "interrupted":
        raise KeyboardInterrupt
    if run.status == "diverged":
        raise _DivergedError(", ".join(f"{k} {v}" for k, v in run.info["diverged"].items() if k != "samples"))
    return run


def results_of(cell: Cell, ds: Dataset, run: Run) -> dict[str, Any]:
    """Return the columns of a trained model: metrics, further measures, status and history of the training."""
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
    trace = record(run, ds["test"], recorded_samples=6)  # the same samples of every run
    try:
        return str(save(trace, path))
    except DataError as error:
        raise CheckpointError(str(error)) from error


def _further(run: Run, ds: Dataset, measures: list[str], convention: Any) -> dict[str, Any]:
    if not measures:
        return {}
    if "test" not in ds.splits:
        raise ConfigError(
            f"measures {', '.join(measures)} are of the split 'test'; the data have {', '.join(ds.splits)}"
        )
    values: dict[str, Any] = {}
    if "samples" in measures:
        values["test.samples"] = sample_scores(run, ds["test"])
    if "probes" in measures:
        values["test.probes"] = probe_scores(run, ds, untrained="untrained_probes" in measures)
    if not {"contributions", "interactions", "missing"} & set(measures):
        return values
    trace = coalition_trace(run, ds["test"])
    if "contributions" in measures:
        values |= contributions(trace)
    if "interactions" in measures:
        values |= interactions(trace, run, ds["test"])
    if "missing" in measures:
        values |= subset_scores(trace, run, ds["test"], convention)
        values |= missing_rate_scores(run, ds, "test", convention)
    return values


def failed_row(error: Exception) -> dict[str, str]:
    """Return a failed row's ``status``, ``kind``, ``reason`` and ``traceback``."""
    message = str(error) or type(error).__name__
    no_memory = isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError))
    if isinstance(error, _DivergedError):
        kind = "diverged"
    elif no_memory or (
        isinstance(error, RuntimeError) and ("out of memory" in message or "not enough memory" in message)
    ):
        kind = "out of memory"
    elif isinstance(error, (DataError, MissingDependencyError, OSError)):
        kind = "bad data"
    elif isinstance(error, ConfigError):
        kind = "refused"
    else:
        kind, message = "error", f"{type(error).__name__}: {message}"
    trail = "".join(traceback.format_exception(error))[-4000:]
    return {"status": "failed", "kind": kind, "reason": message, "traceback": trail}


@contextlib.contextmanager
def thread_count(count: int) -> Iterator[None]:
    """Set the number of threads of torch and the kernels inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
