"""Measured rows of the benchmark: in memory, and on disk as one JSON file per group with the machine and the versions."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mmkernels.timing import report

RESULTS = Path(__file__).with_name("results")
MEASURED, NOT_INSTALLED, REFUSED, SKIPPED = "measured", "not installed", "refused", "skipped"
UNAVAILABLE = "unavailable"


@dataclass
class Row:
    """What one contender did on one shape.

    Parameters
    ----------
    group, case
        Which part of the benchmark, and which comparison in it.
    shape
        Sizes by name, as timed.
    step
        "forward", "forward + backward", "inference", "first call" or "memory".
    contender
        Who ran.
    threads
        CPU threads; 0 on a GPU.
    simd
        Vector instructions, see `mmkernels.timing.machine.simd`.
    status
        "measured", "not installed", "refused" (failed its equality test and was not timed), "unavailable" (a backend that cannot
        run here) or "skipped".
    note
        Why it was not measured, or how.
    error
        Largest difference from the float64 reference relative to the largest value, over outputs and gradients.
    error_shape
        Sizes on which the error was taken.
    time
        Milliseconds: median, quartiles (q1, q3), least, process CPU time (cpu); samples, how many were disturbed,
        calls in a sample. See `mmkernels.timing.clock.summary`.
    peak_bytes
        Memory above what was there before.
    values
        Other measured numbers, by name with unit.
    """

    group: str
    case: str
    shape: dict[str, int]
    step: str
    contender: str
    threads: int
    simd: str
    status: str = MEASURED
    note: str = ""
    error: float | None = None
    error_shape: dict[str, int] | None = None
    time: dict[str, float] | None = None
    peak_bytes: int | None = None
    values: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float | None:
        """Return the median in milliseconds, or None."""
        return None if self.time is None else self.time["median"]

    def line(self) -> str:
        """Return the row as one line to read while the benchmark runs."""
        sizes = " ".join(f"{name}={size}" for name, size in self.shape.items())
        parts = [f"{self.case} [{sizes}] {self.step}, {self.threads} thread(s), {self.simd}: {self.contender}"]
        if self.status != MEASURED:
            parts.append(f"{self.status}: {self.note}")
        if self.error is not None:
            parts.append(f"error {self.error:.1e}")
        if self.time is not None:
            disturbed, samples = self.time["disturbed"], self.time["samples"]
            parts.append(f"{self.time['median']:.3f} ms ({samples:.0f} samples, {disturbed:.0f} disturbed)")
        if self.peak_bytes is not None:
            parts.append(f"{self.peak_bytes / 2**20:.1f} MiB")
        parts += [f"{name} {value:.4g}" for name, value in self.values.items()]
        return "  ".join(parts)


def pack(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as JSON."""
    return [asdict(row) for row in rows]


def unpack(stored: list[dict[str, Any]]) -> list[Row]:
    """Return the rows that were stored as JSON; unknown keys are left out."""
    names = {item.name for item in fields(Row)}
    return [Row(**{name: value for name, value in row.items() if name in names}) for row in stored]


def find(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    """Return the measured rows whose attributes (or sizes, by their names) are as wanted."""

    def fits(row: Row) -> bool:
        return all(getattr(row, name, row.shape.get(name)) == value for name, value in wanted.items())

    return [row for row in rows if row.status == MEASURED and fits(row)]


def write(group: str, rows: list[Row], about: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Write the rows of one group, measured on `about` (`mmkernels.timing.report.about`), and return the file."""
    return report.write(folder / f"{group}.json", {"group": group, **about, "rows": pack(rows)}, digits=6)


def read(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """Return the content of every file of a folder, sorted by name; "rows" are `Row`."""
    found = []
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        found.append(content | {"rows": unpack(content["rows"])})
    return found
