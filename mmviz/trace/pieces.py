"""Record a Trace that need not fit in memory: a piece of its samples at a time, written before the next is run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from tqdm.auto import tqdm

from mmviz.errors import DataError
from mmviz.io.atomic import atomic_path
from mmviz.trace.growing import GrowingFile
from mmviz.trace.patient_file import PatientFile
from mmviz.trace.schema import validate
from mmviz.trace.size import refuse_large

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmviz.trace.recording import Recording
    from mmviz.trace.size import Sizes

#: bytes of the Trace that one piece holds, where nobody says how many samples it has
PIECE_BYTES = 64 << 20
_MOST_ANSWERS = 4096  # so that the progress bar moves


def write_in_pieces(
    recording: Recording,
    chosen: np.ndarray,
    path: str | Path,
    sizes: Sizes,
    chunk: int | None,
    limit_bytes: int,
    progress: bool,
) -> Path:
    """Record and write, ``chunk`` samples at a time; the file appears under its name when the last piece is in it.

    Raises
    ------
    MmvizError
        If one piece would take more than ``limit_bytes``.
    DataError
        If the disk has less room than the Trace may take, or the file cannot be written.
    """
    target = Path(path)
    per_sample = sum(sizes.each.values())
    size = chunk or _fitting(PIECE_BYTES, per_sample, len(chosen))
    refuse_large(
        {name: one * min(size, len(chosen)) for name, one in sizes.each.items()},
        limit_bytes,
        what=f"a piece of {min(size, len(chosen))} samples",
        other="a smaller chunk " if size > 1 else "",
    )
    answers = chunk or min(_MOST_ANSWERS, _fitting(PIECE_BYTES // 8, sizes.sample, len(recording.split)))
    try:
        with atomic_path(target) as temporary:
            temporary.touch()  # a folder that cannot be written says so before the model runs
            _refuse_full(target, sum(sizes.groups.values()))
            count = _pieces(recording, chosen, size, answers)
            with tqdm(total=count, disable=not progress, desc="recording") as bar, PatientFile(temporary) as file:
                _write(recording, chosen, file, size, answers, bar)
    except OSError as error:
        raise DataError(
            f"record: {target} cannot be written ({error}); no part of it is left, and an older file of that name is intact. "
            "Choose a folder that can be written and has room"
        ) from error
    return target


def _write(recording: Recording, chosen: np.ndarray, disk: PatientFile, size: int, answers: int, bar: tqdm) -> None:
    rows = np.arange(len(recording.split))
    first = recording.around() | recording.traced(chosen[:size]) | recording.coalitions(rows[:answers])
    tree = xr.DataTree.from_dict(first)
    tree.attrs = recording.attrs()
    validate(tree)
    bar.update(2 if recording.members is not None else 1)
    grown = {"traced": len(chosen), "sample": len(rows)}
    with GrowingFile(disk, tree, grown, {"traced": size, "sample": answers}) as file:
        del first, tree
        for start in _starts(len(chosen), size):
            file.write(recording.traced(chosen[start : start + size]), "traced", start)
            bar.update()
        if recording.members is not None:
            for start in _starts(len(rows), answers):
                file.write(recording.coalitions(rows[start : start + answers]), "sample", start)
                bar.update()


def _starts(count: int, size: int) -> Iterator[int]:
    """Yield where the pieces after the first begin."""
    yield from range(size, count, size)


def _pieces(recording: Recording, chosen: np.ndarray, size: int, answers: int) -> int:
    return -(-len(chosen) // size) + (0 if recording.members is None else -(-len(recording.split) // answers))


def _fitting(room: int, each: int, most: int) -> int:
    """Return the largest power of two of samples that fit, at least 1."""
    return 1 << (max(1, min(room // max(each, 1), most)).bit_length() - 1)


def _refuse_full(target: Path, wanted: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if wanted > free:
        raise DataError(
            f"record: the Trace may take {wanted / 2**20:.0f} MiB, and the disk of {target.parent} has {free / 2**20:.0f} MiB free; "
            "make room, choose another folder, or give fewer traced samples or epochs"
        )
