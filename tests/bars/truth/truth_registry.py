"""Registry of the measurements of ``make truth``; results per cell are kept in a folder, so that a run can be continued.

One file per subject in this folder. A measurement is a function with ``@measurement(...)``. Without ``cells`` it takes nothing and returns
rows. With ``cells`` it takes a cell and the folder of trainings and returns numbers by name, and ``rows`` turns {cell: numbers} into rows.
"""

import hashlib
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mmviz.core.intervals import mean_interval
from mmviz.io.digest import version_of

#: files of mmviz on which the measured values depend, beside those of the trainings
MEASURED_BY = (
    "models/frozen_gates.py", "models/coalitions.py", "recording/explanations.py", "recording/faithfulness.py", "recording/explanation_checks.py",
    "recording/end_to_end.py", "recording/influence.py", "analysis/faithfulness.py", "analysis/end_to_end.py",
)  # fmt: skip
#: packages of mmviz whose sources the other measurements depend on
PACKAGES = ("core", "io", "data", "models", "train", "metrics", "recording", "analysis")
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One measured value.

    Attributes
    ----------
    id
        Row of the page that it belongs to, a key of ``mmviz.plots.trust.ROWS``.
    case
        Data and model; "" where there is one case only. Rows with the same ``what`` and different cases form a table.
    what
        What is measured: a phrase.
    value, low, high
        Mean and its 95 % interval over seeds; None where there is none.
    n
        Number of seeds or cases.
    bar
        The promise, as text; "" for information.
    holds
        Whether it holds; None without a bar.
    """

    id: str
    case: str
    what: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 1
    bar: str = ""
    holds: bool | None = None


@dataclass(frozen=True)
class Measurement:
    """A registered measurement."""

    name: str
    measure: Callable[..., Any]
    cells: Callable[[int], list] | None = None
    rows: Callable[[dict], list[Row]] | None = None
    files: tuple[str, ...] = field(default_factory=tuple)

    def digest(self, cell=None) -> str:
        """Return a digest of the sources that the result of a cell depends on, this measurement's file included."""
        places = PACKAGES if cell is None else MEASURED_BY
        sha256 = hashlib.sha256(f"{version_of(places)} {'' if cell is None else cell.digest()}".encode())
        for name in self.files:
            sha256.update((FOLDER / name).read_bytes())
        return sha256.hexdigest()[:12]


MEASUREMENTS: dict[str, Measurement] = {}


def measurement(name, *, cells=None, rows=None):
    """Return a decorator that registers a measurement; see the module."""

    def decorate(function):
        own = Path(inspect.getsourcefile(function)).name
        MEASUREMENTS[name] = Measurement(name, function, cells, rows, (own,))
        return function

    return decorate


def over_seeds(key, case, what, values: Iterable[float], bar="", holds=None):
    """Return a row: the mean of values of seeds with Student's interval. ``holds`` takes the mean."""
    each = np.array([v for v in values if v is not None], dtype=float)
    mean, low, high = (float(v) for v in mean_interval(each))
    return Row(key, case, what, mean, low, high, len(each), bar, None if holds is None else bool(holds(mean)))


def load_all():
    """Import every file of this folder, so that its measurements are registered."""
    sys.path.insert(0, str(FOLDER))
    for path in sorted(FOLDER.glob("*.py")):
        importlib.import_module(path.stem)


def stored_result(one: Measurement, cell, results: Path):
    """Return the path and the digest of the result of a cell, and the result where the same code made it, otherwise None."""
    path = results / f"{one.name}-{cell.key if cell else 'all'}.json".replace(", ", "-").replace(" ", "_")
    digest = one.digest(cell)
    kept = json.loads(path.read_text()) if path.exists() else {"digest": ""}
    return path, digest, kept["found"] if kept["digest"] == digest else None


def measured(one: Measurement, cell, folder: Path, results: Path):
    """Return the result of one cell, from the folder of results where it was made by the same code."""
    path, digest, found = stored_result(one, cell, results)
    if found is None:
        found = one.measure(cell, folder) if one.cells else [asdict(row) for row in one.measure()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"digest": digest, "found": found}))
    return found
