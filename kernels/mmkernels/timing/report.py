"""Measured results on disk: one JSON file with the time, the machine, the versions and the numbers."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mmkernels.timing import machine


def finite(value: Any, digits: int | None = None) -> Any:
    """Return the value with None for NaN and infinity, which JSON does not have; floats rounded to significant `digits`."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return value if digits is None else float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: finite(item, digits) for key, item in value.items()}
    return [finite(item, digits) for item in value] if isinstance(value, list | tuple) else value


def about(device: str = "cpu", *packages: str) -> dict[str, Any]:
    """Return when and on what something is measured: "when", "machine" and "versions"."""
    when = datetime.now(UTC).isoformat(timespec="minutes")
    return {"when": when, "machine": machine.describe(device), "versions": machine.versions(*packages)}


def text(content: dict[str, Any], digits: int | None = None) -> str:
    """Return a measurement as the text of a JSON file."""
    return json.dumps(finite(content, digits), indent=1) + "\n"


def write(path: Path, content: dict[str, Any], digits: int | None = None) -> Path:
    """Write a measurement as JSON and return the path; folders are created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(content, digits), encoding="utf-8")
    return path
