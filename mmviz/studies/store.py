"""The results of studies: one Parquet file per cell, published whole; read together as one tidy table."""

from __future__ import annotations

import errno
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mmviz.core.errors import CheckpointError, MissingDependencyError
from mmviz.io.atomic import atomic_path

if TYPE_CHECKING:
    from types import ModuleType

FINISHED, FAILED = "finished", "failed"


class Store:
    """A folder of rows: ``finished/KEY.parquet`` and ``failed/KEY.parquet``, one row each; ``runs/KEY`` where weights are kept.

    A row appears in one atomic step, so any number of processes may write at once, and a writer that dies leaves nothing that
    counts. A file that is cut short or changed is passed over, and named in :attr:`damaged`. A finished row wins over a failed one.

    Parameters
    ----------
    path
        The folder; made when first written to.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.damaged: tuple[Path, ...] = ()

    @property
    def runs(self) -> Path:
        """Where runs and Traces are kept."""
        return self.path / "runs"

    def prepare(self) -> None:
        """Make the folders and write a trial file, so that a store that cannot be written is known before anything runs.

        Raises
        ------
        CheckpointError
            If the store is read-only, full, or no folder; nothing was changed.
        """
        try:
            for name in (FINISHED, FAILED):
                (self.path / name).mkdir(parents=True, exist_ok=True)
                trial = self.path / name / f".{secrets.token_hex(8)}.trial"
                try:
                    trial.write_bytes(bytes(4096))
                finally:
                    trial.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, row: dict[str, Any]) -> None:
        """Publish a row under its key and status; a failed row never replaces a finished one.

        Raises
        ------
        CheckpointError
            If the disk refuses; all other rows are intact.
        """
        parquet, arrow = _pyarrow()
        status, name = row["status"], f"{row['key']}.parquet"
        if status == FAILED and self.has(row["key"]):
            return
        table = arrow.Table.from_pylist([row])
        try:
            with atomic_path(self.path / status / name) as temporary:
                parquet.write_table(table, temporary, write_page_checksum=True)
            if status == FINISHED:
                (self.path / FAILED / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def has(self, key: str) -> bool:
        """Whether a sound finished row of this key is there."""
        return self.status(key) == FINISHED

    def status(self, key: str) -> str:
        """Return "finished", "failed", or "" where no sound row of this key is there."""
        for status in (FINISHED, FAILED):
            path = self.path / status / f"{key}.parquet"
            if path.exists() and self._read(path) is not None:
                return status
        return ""

    def rows(self) -> pd.DataFrame:
        """Return every sound row, finished ones first, by time of start; columns that a row lacks are missing values.

        Raises
        ------
        CheckpointError
            If there is no store at the path.
        """
        if not (self.path / FINISHED).is_dir():
            raise CheckpointError(f"{self.path}: no store of studies is there; give the --out of an experiment")
        found, damaged, keys = [], [], set()
        for status in (FINISHED, FAILED):
            for path in sorted((self.path / status).glob("[!.]*.parquet")):
                row = self._read(path)
                if row is None:
                    damaged.append(path)
                elif row["key"] not in keys:
                    keys.add(row["key"])
                    found.append(row)
        self.damaged = tuple(damaged)
        found.sort(key=lambda row: (row["status"] != FINISHED, row["started"], row["key"]))
        return pd.DataFrame.from_records(found, columns=list(dict.fromkeys(name for row in found for name in row)))

    def _read(self, path: Path) -> dict[str, Any] | None:
        """Return the row of a file, or None where the file holds none that can be trusted."""
        parquet, arrow = _pyarrow()
        try:
            # opened here, not by Arrow: a path is a path, and never a dataset or a partition
            with path.open("rb") as file:
                rows = parquet.ParquetFile(file, page_checksum_verification=True).read().to_pylist()
        except (OSError, ValueError, arrow.ArrowException):
            return None
        sound = len(rows) == 1 and rows[0].get("key") == path.stem and rows[0].get("status") == path.parent.name
        return rows[0] if sound else None

    def _unwritable(self, error: OSError) -> CheckpointError:
        remedy = {
            errno.ENOSPC: "the disk is full: make room",
            errno.EROFS: "it is read-only: choose another --out",
            errno.EACCES: "no permission: choose another --out",
        }.get(error.errno or 0, "choose another --out")
        return CheckpointError(
            f"store {self.path} cannot be written ({error}); {remedy}. Rows that are there are intact; the same command goes on later"
        )


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingDependencyError(
            "the store of studies is in Parquet, which needs pyarrow; run: pip install pyarrow"
        ) from error
    return pyarrow.parquet, pyarrow
