"""Store of the results of studies: one Parquet file per cell, written atomically; read as one tidy table."""

from __future__ import annotations

import errno
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mmviz.core.errors import CheckpointError, MissingDependencyError
from mmviz.io.atomic import atomic_path
from mmviz.io.files import checked_path, open_regular

if TYPE_CHECKING:
    from types import ModuleType

FINISHED, FAILED = "finished", "failed"


class Store:
    """A folder of rows: ``finished/KEY.parquet`` and ``failed/KEY.parquet``, one row each; ``runs/KEY`` where weights are kept.

    A row appears in one atomic step, so that any number of processes may write at once, and a writer that dies leaves no partial row. A
    file that is cut short or changed is skipped and listed in :attr:`damaged`. A finished row takes precedence over a failed one.

    Parameters
    ----------
    path
        The folder; made when first written to.

    Raises
    ------
    CheckpointError
        If the path is empty, contains NUL or is too long.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = checked_path(path, "Store: path", CheckpointError)
        self.damaged: tuple[Path, ...] = ()

    @property
    def runs(self) -> Path:
        """Folder of the runs and Traces."""
        return self.path / "runs"

    def prepare(self) -> None:
        """Make the folders and write a trial file, so that a store that cannot be written is reported before any cell runs.

        Raises
        ------
        CheckpointError
            If the store is read-only, full, or not a folder; nothing was changed.
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
            If it cannot be written; all other rows are intact.
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
        """Whether a valid finished row of this key exists."""
        return self.status(key) == FINISHED

    def status(self, key: str) -> str:
        """Return "finished", "failed", or "" where no valid row of this key exists."""
        for status in (FINISHED, FAILED):
            path = self.path / status / f"{key}.parquet"
            if path.exists() and self._read(path) is not None:
                return status
        return ""

    def row(self, key: str) -> dict[str, Any] | None:
        """Return the valid row of this key, a finished one before a failed one; None where there is none."""
        status = self.status(key)
        return self._read(self.path / status / f"{key}.parquet") if status else None

    def rows(self) -> pd.DataFrame:
        """Return every valid row, finished ones first, by time of start; missing columns of a row are missing values.

        Raises
        ------
        CheckpointError
            If the path holds no store.
        """
        if not (self.path / FINISHED).is_dir():
            raise CheckpointError(f"{self.path}: holds no store of studies; give the --out of an experiment")
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
        """Return the row of a file, or None where the file holds no valid row."""
        parquet, arrow = _pyarrow()
        try:
            # opened here, as Arrow may take a path for a dataset or a partition
            with open_regular(path) as file:
                rows = parquet.ParquetFile(file, page_checksum_verification=True).read().to_pylist()
        except (OSError, ValueError, arrow.ArrowException):
            return None
        valid = len(rows) == 1 and rows[0].get("key") == path.stem and rows[0].get("status") == path.parent.name
        return rows[0] if valid else None

    def _unwritable(self, error: OSError) -> CheckpointError:
        remedy = {
            errno.ENOSPC: "the disk is full: make room",
            errno.EROFS: "it is read-only: choose another --out",
            errno.EACCES: "no permission: choose another --out",
        }.get(error.errno or 0, "choose another --out")
        return CheckpointError(
            f"store {self.path} cannot be written ({error}); {remedy}. Rows that were written are intact; run the same command again to continue"
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
