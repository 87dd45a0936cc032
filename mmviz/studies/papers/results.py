"""Results behind the figures: rows of studies and artefacts of single runs, computed once and stored with their checksums."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from mmviz.core.errors import CheckpointError, DataError
from mmviz.core.options import whole
from mmviz.io.atomic import atomic_path, write_bytes_atomic
from mmviz.io.digest import sha256_file
from mmviz.io.files import parse_json, read_regular
from mmviz.studies import Store, run
from mmviz.studies.cell import code_version
from mmviz.studies.store import FINISHED

if TYPE_CHECKING:
    import pandas as pd

    from mmviz.studies import Study

COMMAND = "make figures VENUE=neurips2024"


class MissingResultError(CheckpointError):
    """A result of a figure is missing; the message names the command that computes it."""


@dataclass(frozen=True)
class Budget:
    """Size of the trainings and measurements behind the figures.

    Attributes
    ----------
    seeds
        Trainings of every variant, from seed 0, ≥ 1.
    epochs
        Of every training, ≥ 1.
    width
        Channels of every model, ≥ 8.
    rounds
        Repetitions of every time measurement, ≥ 1.
    """

    seeds: int = 3
    epochs: int = 4
    width: int = 16
    rounds: int = 3

    def __post_init__(self) -> None:
        for name, low in (("seeds", 1), ("epochs", 1), ("width", 8), ("rounds", 1)):
            whole(getattr(self, name), name, low=low)


class PaperResults:
    """Results of the figures in a folder: rows of studies and artefacts; missing ones are computed.

    Parameters
    ----------
    folder
        ``store/`` holds the rows of studies, as :class:`mmviz.studies.Store`; ``artefacts/`` one netCDF file each, and
        ``artefacts.json`` with their sha256, code version and computing time.
    budget
        Size of the trainings; results of another budget are not used.
    compute
        Whether missing results are computed; otherwise they raise an error that names the command.
    log
        Called with a line of text on each computation.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        budget: Budget | None = None,
        compute: bool = True,
        log: Callable[[str], object] = lambda line: None,
    ) -> None:
        self.folder, self.budget, self.compute, self.log = Path(folder), budget or Budget(), compute, log
        self.store = Store(self.folder / "store")
        self._rows: dict[str, pd.DataFrame] = {}

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a study, one per cell, in the order of its cells.

        Parameters
        ----------
        name
            One of :data:`mmviz.studies.papers.training_grids.STUDIES`.

        Raises
        ------
        MissingResultError
            If cells are missing and must not be run, or have failed.
        """
        if name not in self._rows:
            from mmviz.studies.papers.training_grids import STUDIES

            self._rows[name] = self._complete(STUDIES[name](self.budget), name)
        return self._rows[name]

    def artefact(self, name: str) -> xr.DataTree:
        """Return an artefact, from its file if it is of this code and budget, computed otherwise.

        Parameters
        ----------
        name
            One of :data:`mmviz.studies.papers.artefacts.ARTEFACTS`.

        Raises
        ------
        MissingResultError
            If it is missing, or of other code or another budget, and must not be computed.
        DataError
            If its file was changed since it was written.
        """
        from mmviz.studies.papers.artefacts import ARTEFACTS

        entry, path = self._index().get(name), self.folder / "artefacts" / f"{name}.nc"
        mark = {"code": code_version(), "budget": asdict(self.budget)}
        if entry is None or not path.exists() or {k: entry.get(k) for k in mark} != mark:
            if not self.compute:
                raise self._missing(f"artefact {name!r}")
            self._write(name, path, ARTEFACTS[name], mark)
        elif sha256_file(path) != entry["sha256"]:
            raise DataError(
                f"{path} has another sha256 than artefacts.json holds: the file was changed; remove it to compute it again"
            )
        with xr.open_datatree(path, engine="h5netcdf") as opened:
            return opened.load()

    def _complete(self, study: Study, name: str) -> pd.DataFrame:
        missing = [c for c in study.cells if not self.store.has(c.key)]
        if missing and not self.compute:
            raise self._missing(f"{len(missing)} of {len(study)} cells of the study {name!r}")
        if missing:
            self.log(f"study {name}: {len(missing)} of {len(study)} trainings to run")
            outcome = run(study, self.store, progress=False, retry=False)
            if outcome.finished_before + outcome.finished_now < len(study):
                raise MissingResultError(f"study {name!r} is not complete. {outcome}")
        rows = self.store.rows()
        rows = rows[(rows["status"] == FINISHED) & rows["key"].isin([c.key for c in study.cells])]
        return rows.set_index("key").loc[[c.key for c in study.cells]].reset_index()

    def _write(self, name: str, path: Path, maker: Callable[[Budget], xr.DataTree], mark: dict[str, Any]) -> None:
        self.log(f"artefact {name}: computing")
        start = time.perf_counter()
        tree = maker(self.budget)
        seconds = round(time.perf_counter() - start, 1)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                tree.to_netcdf(temporary, engine="h5netcdf")
            made = datetime.now(UTC).isoformat(timespec="seconds")
            index = self._index() | {name: {"sha256": sha256_file(path), "made": made, "seconds": seconds, **mark}}
            write_bytes_atomic(self.folder / "artefacts.json", (json.dumps(index, indent=1) + "\n").encode())
        except OSError as error:
            raise CheckpointError(f"figures: {path} cannot be written ({error}); choose another --cache") from error

    def _index(self) -> dict[str, Any]:
        try:
            found = parse_json(read_regular(self.folder / "artefacts.json", max_bytes=1 << 26), where="artefacts.json")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise DataError(
                f"{self.folder / 'artefacts.json'} cannot be read ({error}); remove the folder artefacts"
            ) from error
        return found if isinstance(found, dict) else {}

    def _missing(self, what: str) -> MissingResultError:
        return MissingResultError(
            f"{what} is not in {self.folder}, computed by this code with seeds={self.budget.seeds}, epochs={self.budget.epochs}, "
            f"width={self.budget.width}; compute it: {COMMAND} (without --cached)"
        )
