"""Runs the missing cells of a study, in this process or on a Dask cluster; each row is stored as soon as its cell ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of, whole
from mmviz.studies.store import FAILED, FINISHED, Store
from mmviz.studies.worker import KEEP, run_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmviz.studies.cell import Cell
    from mmviz.studies.study import Study


@dataclass(frozen=True)
class Outcome:
    """Result of running a study.

    Attributes
    ----------
    study, store
        The study, and the store of its rows.
    finished_before, finished_now, failed
        Cells that were finished before, that finished now, that failed now.
    failed_before
        Cells that failed in an earlier run and were not repeated; repeat them with ``retry=True``.
    not_run
        Cells that did not run: interrupted, or left out by ``retry=True``.
    interrupted
        Whether Ctrl-C ended it.
    """

    study: Study
    store: Store
    finished_before: int
    finished_now: int
    failed: tuple[str, ...]
    failed_before: int
    not_run: int
    interrupted: bool

    def __str__(self) -> str:
        parts = [
            f"{self.finished_before} finished before",
            f"{self.finished_now} finished now",
            f"{len(self.failed)} failed now",
        ]
        if self.failed_before:
            parts.append(f"{self.failed_before} failed earlier (repeat them with --retry)")
        if self.not_run:
            parts.append(f"{self.not_run} not run{' (interrupted)' if self.interrupted else ''}")
        lines = [
            f"{self.study.name}: {len(self.study)} cells: {', '.join(parts)}",
            *(f"  failed: {f}" for f in self.failed),
        ]
        return "\n".join(lines)


def run(
    study: Study,
    out: str | Path | Store,
    *,
    workers: int = 0,
    scheduler: str | None = None,
    retry: bool = False,
    keep: str = "nothing",
    threads: int = 1,
    progress: bool = True,
) -> Outcome:
    """Train the missing cells of a study.

    Parameters
    ----------
    study
        Its cells are trained.
    out
        The store, or its folder; several studies may share one.
    workers
        0 runs the cells one after the other in this process, without Dask; n ≥ 1 starts a Dask cluster of n processes here.
    scheduler
        Address of a running Dask scheduler, such as "tcp://node7:8786"; see docs/scale.md.
    retry
        Repeat the cells that failed, and only those.
    keep
        "nothing" besides the row; "runs": weights and history of every run under ``OUT/runs/KEY``; "traces": the Trace of the test split too.
    threads
        Of torch and the kernels, per cell. More workers use more cores better than more threads.
    progress
        Show a bar.

    Returns
    -------
    Outcome
        Ctrl-C ends the current cell without a row and returns the result so far.

    Raises
    ------
    ConfigError
        Contradictory arguments, a scheduler that cannot be reached, workers of another version.
    CheckpointError
        If the store cannot be written.

    Notes
    -----
    A finished cell never runs again: its key covers configuration, data and code (:attr:`Cell.key`). A process that is killed loses only the
    cells that it was running.
    """
    one_of(keep, KEEP, "keep")
    whole(workers, "workers", low=0)
    whole(threads, "threads", low=1)
    if workers and scheduler is not None:
        raise ConfigError(f"workers={workers} and scheduler={scheduler!r}: give one of them")
    store = out if isinstance(out, Store) else Store(out)
    store.prepare()
    status = {c.key: store.status(c.key) for c in study.cells}
    done = {key for key, word in status.items() if word == FINISHED}
    broken = {key for key, word in status.items() if word == FAILED}
    todo = [c for c in study.cells if c.key not in done and (c.key in broken) == retry]
    ran, failed, interrupted = 0, [], False
    options = {"folder": store.runs.resolve(), "keep": keep, "threads": threads}
    bar = tqdm(total=len(study), initial=len(done), disable=not progress, desc=study.name, unit="cell")
    with bar:
        rows = _rows(todo, store, options, workers, scheduler, bar)
        try:
            for cell, row in rows:
                if row is not None:
                    store.write(row)
                    if row["status"] == FAILED:
                        failed.append(f"{cell!r}: {row['kind']}: {row['reason']}")
                ran += row is None or row["status"] != FAILED
                bar.set_postfix(failed=len(failed), refresh=False)
                bar.update()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            rows.close()
    not_repeated = 0 if retry else len(broken)
    not_run = len(study) - len(done) - ran - len(failed) - not_repeated
    return Outcome(study, store, len(done), ran, tuple(failed), not_repeated, not_run, interrupted)


def _rows(
    todo: list[Cell], store: Store, options: dict[str, Any], workers: int, scheduler: str | None, bar: tqdm
) -> Any:
    """Return the rows of the cells, run here or on a cluster; no cluster is started without cells."""
    if not todo or (not workers and scheduler is None):
        return _here(todo, store, options)
    from mmviz.studies.dask_cluster import on_cluster

    return on_cluster(todo, options, workers=workers, scheduler=scheduler, bar=bar)


def _here(todo: list[Cell], store: Store, options: dict[str, Any]) -> Iterator[tuple[Cell, dict[str, Any] | None]]:
    """Yield each cell with its row; None where another process has finished it meanwhile."""
    for cell in todo:
        yield cell, None if store.has(cell.key) else run_cell(cell, **options)
