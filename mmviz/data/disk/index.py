"""The index of a folder, ``dataset.json``: spec, report, splits, and every file with its size and sha256."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from mmviz.data.report import Finding, Report
from mmviz.errors import DataError
from mmviz.io.json_text import parse_json
from mmviz.io.regular_file import read_regular

NAME = "dataset.json"
FORMAT = 1
_LARGEST = 1 << 30


def is_set(folder: str | Path) -> bool:
    """Whether a folder is one of `to_disk`: it holds ``dataset.json``. Whether that is sound, `read_index` says."""
    try:
        return (Path(folder) / NAME).is_file()
    except (OSError, ValueError):  # too long, or a NUL inside
        return False


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index.

    Raises
    ------
    DataError
        If it is not there, not JSON, larger than 1 GiB, or of another format.
    """
    path = folder / NAME
    try:
        index = parse_json(read_regular(path, max_bytes=_LARGEST), where=str(path))
    except FileNotFoundError:
        raise DataError(f"{path} is not there; give a folder that mmviz.data.to_disk wrote") from None
    except (OSError, DataError) as error:
        raise DataError(f"{path} cannot be read ({error})") from error
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        seen = index.get("format") if isinstance(index, dict) else type(index).__name__
        raise DataError(f"{path} has format {seen!r}, this mmviz reads {FORMAT}; write the set again")
    return index


def report_to_json(report: Report) -> dict[str, Any]:
    """Return a report as plain values."""
    return {"name": report.name, "findings": [asdict(f) for f in report]}


def report_from_json(plain: dict[str, Any]) -> Report:
    """Return the report that `report_to_json` wrote."""
    return Report(plain["name"], [Finding(**f) for f in plain["findings"]])
