"""Measured rows on disk: one JSON file per group, with the machine and the versions."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mmkernels.timing import machine

from bench.groups import pack, unpack
from bench.rows import Row

RESULTS = Path(__file__).with_name("results")


def _finite(value: Any) -> Any:
    """Return the same with None for numbers that JSON does not know, and six digits of the others."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def write(group: str, rows: list[Row], described: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Write the rows of one group and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    when = datetime.now(UTC).isoformat(timespec="minutes")
    content = {"group": group, "when": when, "machine": described, "versions": machine.versions(), "rows": pack(rows)}
    path = folder / f"{group}.json"
    path.write_text(json.dumps(_finite(content), indent=1) + "\n", encoding="utf-8")
    return path


def read(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """Return what every file of a folder holds, by name of the file; "rows" are `Row`."""
    found = []
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        found.append(content | {"rows": unpack(content["rows"])})
    return found
