"""Cost of a study before it runs: hours from a timed probe of every variant, memory, disk."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm.auto import tqdm

from mmviz.core.errors import CheckpointError
from mmviz.core.options import one_of, whole
from mmviz.data.dataset import Dataset
from mmviz.recording.size_estimate import estimate as trace_size
from mmviz.studies.cell import open_source
from mmviz.studies.store import FINISHED, Store
from mmviz.studies.worker import KEEP, failed_row, results_of, row_of, thread_count, train_cell

if TYPE_CHECKING:
    from mmviz.studies.cell import Cell
    from mmviz.studies.study import Study

_UPDATES = 10
_EPOCHS = 2


@dataclass(frozen=True)
class Variant:
    """Cells of equal cost: they differ only in seed and data options.

    Attributes
    ----------
    label
        Model, strategy, data, modalities.
    cells
        Number of cells to run.
    seconds
        Estimated seconds of one cell; NaN where the probe failed.
    kept
        Bytes of the saved run and Trace of one cell.
    problem
        Error of the probe, or "".
    """

    label: str
    cells: int
    seconds: float
    kept: int
    problem: str


@dataclass(frozen=True)
class Plan:
    """Estimated cost of the missing cells of a study.

    Attributes
    ----------
    study, cells, finished
        Name and number of cells; number of cells that are finished in the store.
    variants
        Of the other cells, one probe each.
    workers
        Number of workers.
    resident
        Bytes: largest resident set of this process during the probes, the memory of a worker. None where the system does not report it.
    row
        Bytes of one row.
    """

    study: str
    cells: int
    finished: int
    variants: tuple[Variant, ...]
    workers: int
    resident: int | None
    row: int

    @property
    def hours(self) -> float:
        """Hours of one worker for all cells whose probe succeeded."""
        return sum(v.cells * v.seconds for v in self.variants if not v.problem) / 3600

    @property
    def disk(self) -> int:
        """Bytes of rows, runs and Traces."""
        return sum(v.cells * (self.row + v.kept) for v in self.variants)

    def __str__(self) -> str:
        lines = [f"{self.study}: {self.cells} cells, {self.finished} of them finished; to run:"]
        for v in self.variants:
            what = (
                f"probe failed: {v.problem}"
                if v.problem
                else f"{v.seconds:.1f} s each, {v.cells * v.seconds / 3600:.2f} h"
            )
            lines.append(f"  {v.cells:4d} x {v.label}: {what}")
        waves = self.hours / self.workers
        lines.append(
            f"time    {self.hours:.2f} worker hours; {waves:.2f} h on {self.workers} worker(s) of this machine's kind"
        )
        resident = "unknown on this system" if self.resident is None else f"{self.resident / 2**20:.0f} MiB"
        lines.append(f"memory  {resident} per worker, the most while probing")
        lines.append(f"disk    {self.disk / 2**20:.1f} MiB, {self.row / 2**10:.0f} KiB of it per row")
        return "\n".join(lines)


def plan(
    study: Study,
    out: str | Path | Store | None = None,
    *,
    workers: int = 1,
    keep: str = "nothing",
    threads: int = 1,
    progress: bool = True,
) -> Plan:
    """Return the estimated cost of running a study; only a temporary folder is written.

    Parameters
    ----------
    study
        Its cells are counted.
    out
        A store; its finished cells are left out.
    workers
        Number of workers, at least 1. The estimate assumes that they do not slow each other down.
    keep, threads
        As in :func:`mmviz.studies.run`.
    progress
        Show a bar.

    Returns
    -------
    Plan
        Prints as text.

    Notes
    -----
    One cell of each variant is trained for two epochs on evenly spaced samples of every split, ten batches of the training split; the second
    epoch, scaled by samples, is the time of an epoch (the first includes the compilation of kernels, which is left out). Early stopping is
    not considered: the estimate is for all epochs.
    """
    whole(workers, "workers", low=1)
    whole(threads, "threads", low=1)
    one_of(keep, KEEP, "keep")
    store = None if out is None else out if isinstance(out, Store) else Store(out)
    todo = [c for c in study.cells if store is None or store.status(c.key) != FINISHED]
    groups: dict[tuple, list[Cell]] = {}
    columns = [_costly(cell) for cell in todo]
    varies = {k for c in columns for k, v in c.items() if any(other.get(k) != v for other in columns)}
    for cell, c in zip(todo, columns, strict=True):
        groups.setdefault(tuple(c.items()), []).append(cell)
    variants, row = [], 0
    with tqdm(total=len(groups), disable=not progress, desc=f"probing {study.name}", unit="variant") as bar:
        for known, cells in groups.items():
            always = ("model", "strategy", "data", "modalities")
            label = ", ".join(f"{k} {v}" for k, v in known if k in always or k in varies)
            variant, size = _probe(label, cells, keep, threads)
            variants.append(variant)
            row = max(row, size)
            bar.update()
    return Plan(study.name, len(study), len(study) - len(todo), tuple(variants), workers, resident(), row)


def resident() -> int | None:
    """Return the largest resident set of this process so far, in bytes; None where the system does not report it."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _costly(cell: Cell) -> dict[str, Any]:
    """Return the columns on which the cost of a cell depends: all but the seed and the data options."""
    return {k: v for k, v in cell.columns().items() if k != "seed" and not k.startswith("data.")}


def _probe(label: str, cells: list[Cell], keep: str, threads: int) -> tuple[Variant, int]:
    """Probe the first of some cells of equal cost; return the estimate and the size of its row."""
    cell = cells[0]
    c = cell.config
    try:
        with thread_count(threads):
            whole_set = open_source(c["data"], None if c["modalities"] is None else tuple(c["modalities"]))
            ds, share = _first_samples(whole_set, c["train"]["train"], _UPDATES * c["train"]["batch_size"])
            start = time.perf_counter()
            run = train_cell(cell, ds, epochs=_EPOCHS, patience=0)
            between = time.perf_counter()
            found = results_of(cell, ds, run)
            end = time.perf_counter()
    except CheckpointError:
        raise
    except Exception as error:  # noqa: BLE001 - the plan lists the variants that fail, with their error
        what = failed_row(error)
        return Variant(label, len(cells), math.nan, 0, f"{what['kind']}: {what['reason']}"), 0
    seconds = [row["seconds"] for row in run.history[1:]]
    epochs = c["train"]["epochs"]
    fixed = between - start - sum(seconds)
    estimate = fixed + epochs * seconds[-1] / share + (end - between) / share
    weights = 4 * sum(p.numel() for p in run.model.parameters()) * (epochs + 1)
    kept = 0 if keep == "nothing" else weights
    if keep == "traces" and "test" in whole_set.splits:
        kept += sum(trace_size(run, whole_set["test"]).values()) * (epochs + 1) // (_EPOCHS + 1)
    row = row_of(cell, {**found, "status": FINISHED, "started": "", "seconds": estimate, "threads": threads})
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        store.prepare()
        store.write(row)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    return Variant(label, len(cells), estimate, kept, ""), size


def _first_samples(ds: Dataset, train: str, most: int) -> tuple[Dataset, float]:
    """Return the data set with the same share of every split, evenly spaced, at most `most` samples of the training split."""
    count = len(ds[train])
    share = min(1.0, most / count)
    if share == 1.0:
        return ds, 1.0
    splits = {}
    for name, split in ds.splits.items():
        some = max(1, math.ceil(share * len(split)))
        splits[name] = split.take(np.unique(np.linspace(0, len(split) - 1, some).astype(int)))
    return Dataset(ds.spec, splits, ds.report), share
