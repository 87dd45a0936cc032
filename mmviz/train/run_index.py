"""Validation of the index ``run.json`` of a run folder, and the files of the folder that it does not list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import CheckpointError
from mmviz.io.atomic import is_temporary

if TYPE_CHECKING:
    from pathlib import Path

#: names of the files that a training writes to ``weights``
WRITTEN = re.compile(r"(epoch|state)-(\d{4,})\.safetensors")
_EPOCH = re.compile(r"\d{1,9}", re.ASCII)
_SHOWN = 5
#: entry of ``run.json`` -> its type; behind a dot, an entry of an entry
_TYPES: dict[str, type] = {
    "status": str,
    "best_epoch": int,
    "weights": dict,
    "history": list,
    "spec": dict,
    "info": dict,
    "info.dataset": str,
    "info.backend": str,
    "info.train": dict,
    "info.model": dict,
    "info.model.name": str,
    "info.model.options": dict,
}
_MAX_STEPS = 1 << 20  # of a model: no tensor of its weights has this size


def check_index(index: dict[str, Any], where: str) -> None:
    """Raise CheckpointError at the first entry of ``run.json`` that is missing or has another type.

    Parameters
    ----------
    index
        Values of ``run.json``.
    where
        Its path, for errors.
    """
    for place, kind in _TYPES.items():
        found: Any = index
        for key in place.split("."):
            found = found.get(key)
        if type(found) is not kind:
            raise CheckpointError(f"{where} has {found!r:.60} as {place}, expected a {kind.__name__}; it was changed")
    steps = index["info"]["model"]["options"].get("steps", 0)
    if type(steps) is not int or not 0 <= steps <= _MAX_STEPS:
        raise CheckpointError(f"{where} describes a model of {steps!r:.60} steps; it was changed")
    odd = [epoch for epoch in index["weights"] if not _EPOCH.fullmatch(epoch)]
    if odd:
        raise CheckpointError(f"{where} lists weights of the epoch {odd[0]!r:.60}, not a whole number; it was changed")


def unlisted_files(folder: Path, index: dict[str, Any]) -> str:
    """Return which files among the weights, and which temporary files, ``run.json`` does not list, as a sentence; "" without one.

    Parameters
    ----------
    folder
        Of the run.
    index
        Values of its ``run.json``, checked.
    """
    entries = [*index["weights"].values(), index.get("state")]
    listed = {str(entry.get("file")) for entry in entries if isinstance(entry, dict)}
    try:
        names = {f"weights/{path.name}" for path in (folder / "weights").iterdir()}
        names |= {path.name for path in folder.iterdir() if is_temporary(path)}
    except OSError:
        return ""
    found = sorted(names - listed)
    if not found:
        return ""
    count = f"{len(found)} files" if len(found) > 1 else "a file"
    return (
        f"{folder} contains {count} that run.json does not list, not read: {_some(found)}. What a killed training left incomplete is "
        "removed when it is resumed, fit(..., resume=True); remove other files yourself"
    )


def refuse_lost_index(folder: Path, *, overwrite: bool) -> None:
    """Raise CheckpointError for a folder with whole epochs of a training whose ``run.json`` was lost, unless they are to be overwritten.

    A training that was killed before its first whole epoch has left none.
    """
    try:
        names = sorted(path.name for path in (folder / "weights").iterdir())
    except OSError:
        return
    if not overwrite and any((match := WRITTEN.fullmatch(name)) and int(match[2]) for name in names):
        raise CheckpointError(
            f"{folder} contains epochs of a training whose run.json was lost: {_some(names)}; keep them elsewhere, choose another out=, or pass "
            "overwrite=True, which removes them"
        )


def without_index(folder: Path) -> str:
    """Return what a folder without ``run.json`` contains instead and what to do, as text for an error."""
    advice = "give the out= folder of a training"
    try:
        names = sorted(path.name for path in folder.iterdir())
        weights = sorted(path.name for path in (folder / "weights").iterdir()) if "weights" in names else []
    except OSError:
        return advice
    if written := [f"weights/{name}" for name in weights if WRITTEN.fullmatch(name)]:
        return (
            f"the folder contains {_some(written)}: its training was killed before its first epoch was complete, or run.json was "
            "removed. Train again with this out= and overwrite=True"
        )
    return f"the folder contains {_some(list(map(repr, names))) or 'nothing'}; {advice}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
