"""Cells on Dask: a local cluster of processes, or a scheduler given by its address; the only module that needs `distributed`."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import mmviz
from mmviz.core.errors import ConfigError, MissingDependencyError, MmvizError
from mmviz.studies.cell import code_version
from mmviz.studies.worker import failed_row, row_of, run_cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tqdm import tqdm

    from mmviz.studies.cell import Cell

_SECONDS = 10


def versions() -> dict[str, str]:
    """Return the versions that must be equal on client and workers, so that the rows of a study are comparable."""
    return {
        "mmviz code": code_version(),
        "mmviz": mmviz.__version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
    }


def on_cluster(
    todo: list[Cell], options: dict[str, Any], *, workers: int, scheduler: str | None, bar: tqdm
) -> Iterator[tuple[Cell, dict[str, Any]]]:
    """Yield cells with their rows in order of completion.

    Raises
    ------
    MissingDependencyError
        If `distributed` is not installed.
    ConfigError
        If the scheduler cannot be reached, has no workers, or they run another version.
    MmvizError
        If the scheduler goes away; finished cells are in the store.
    """
    distributed = _distributed()
    with _client(distributed, workers, scheduler) as client:
        check_versions(client)
        if not bar.disable:
            bar.set_description(f"{bar.desc.removesuffix(': ')} [{client.dashboard_link or 'no dashboard'}]")
        cells = {c.key: c for c in todo}
        # a new key for every run, as a scheduler may remember an earlier failure
        futures = {
            client.submit(_remote, cell, cell.code, options, key=f"mmviz-{key}-{id(todo)}", pure=False, retries=0): key
            for key, cell in cells.items()
        }
        try:
            for future in distributed.as_completed(futures):
                cell = cells[futures.pop(future)]
                yield cell, _row(distributed, future, cell)
                future.release()
        finally:
            client.cancel(list(futures), force=True)


def check_versions(client: Any) -> None:
    """Compare every worker with this process.

    Raises
    ------
    ConfigError
        If there is no worker, or one differs; names worker, package and both versions.
    """
    mine = versions()
    try:
        client.get_versions(check=True)
        theirs = client.run(versions)
    except ValueError as error:
        raise ConfigError(f"scheduler and workers do not match this process: {error}") from error
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"a worker cannot import this mmviz ({error}); install the same version there") from error
    if not theirs:
        raise ConfigError("the scheduler has no workers; start some (dask worker ADDRESS --nthreads 1)")
    for worker, found in theirs.items():
        for name, version in mine.items():
            if found.get(name) != version:
                raise ConfigError(
                    f"version mismatch: worker {worker} has {name} {found.get(name)}, this process has {version}; "
                    "install the same on both, nothing was run"
                )


def _remote(cell: Cell, code: str, options: dict[str, Any]) -> dict[str, Any]:
    """Run a cell on a worker; the code of a worker that joined later is compared here."""
    if code_version() != code:
        raise ConfigError(f"version mismatch: this worker has mmviz code {code_version()}, the client has {code}")
    return run_cell(cell, **options)


def _row(distributed: ModuleType, future: Any, cell: Cell) -> dict[str, Any]:
    """Return the row of a task that ended; a worker that died gives a failed row."""
    if future.status == "finished":
        return future.result()
    if future.status in ("cancelled", "lost"):
        raise MmvizError("the scheduler went away; finished cells are in the store: run the same command again")
    error = future.exception()
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, MmvizError):
        raise error
    died = isinstance(error, distributed.KilledWorker)
    found = failed_row(error)
    if died:
        found |= {"kind": "worker died", "reason": f"{error} (most often memory: fewer workers, or more for each)"}
    return row_of(cell, found | {"started": "", "seconds": float("nan")})


def _client(distributed: ModuleType, workers: int, scheduler: str | None) -> Any:
    if scheduler is None:
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=_dashboard(),
            env={"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
        )  # fmt: skip
        return _Owned(cluster, distributed.Client(cluster))
    try:
        return _Owned(None, distributed.Client(scheduler, timeout=_SECONDS))
    except (OSError, TimeoutError, ValueError) as error:
        raise ConfigError(
            f"scheduler {scheduler!r} cannot be reached ({type(error).__name__}: {error}); start one (dask scheduler), "
            "check the address and the network between, or leave --scheduler out"
        ) from error


class _Owned:
    """Context of a client; closes the local cluster too, where one was started."""

    def __init__(self, cluster: Any, client: Any) -> None:
        self.cluster, self.client = cluster, client

    def __enter__(self) -> Any:
        return self.client

    def __exit__(self, *error: object) -> None:
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


def _dashboard() -> str | None:
    """Return any free port for the dashboard; None without bokeh."""
    try:
        import bokeh  # noqa: F401
    except ImportError:
        return None
    return ":0"


def _distributed() -> ModuleType:
    try:
        import distributed
    except ImportError as error:
        raise MissingDependencyError(
            'workers and schedulers are Dask\'s, which is not installed; run: pip install "mmviz[scale]", or leave out --workers and '
            "--scheduler: the study then runs in this process"
        ) from error
    return distributed
