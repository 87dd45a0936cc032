"""Writing of a data set to a folder: sequences without padding, one file per split and modality, then the index."""

import contextlib
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError, InUseError
from mmviz.core.options import takes
from mmviz.data.dataset import Dataset, Split
from mmviz.data.disk.storage import FORMAT, NAME, one_chunk, read_index, report_to_json, storable, write_tensors
from mmviz.data.report import Report
from mmviz.data.spec import spec_to_json
from mmviz.io.atomic import remove_temporary_files, write_bytes_atomic
from mmviz.io.files import checked_path
from mmviz.io.folder_lock import locked

_CHUNK = 32 << 20  # bytes of padded values held at a time


@takes(ds="dataset", folder="path")
def to_disk(ds: Dataset, folder: str | Path, *, overwrite: bool = False) -> Path:
    """Write a data set to a folder, from which it is trained on without being in memory.

    Each modality of each split becomes a safetensors file: the steps from the first real one to the last, end to end, with
    offsets; padding is not stored. At most 32 MiB of values are held at a time, so `ds` may itself lie on disk (a `from_disk`
    set, or splits over memory-mapped arrays) and be larger than memory.

    Parameters
    ----------
    ds
        Not changed.
    folder
        Made if it is not there.
    overwrite
        Replace a data set that is there. The old one stays whole until the new one is complete.

    Returns
    -------
    Path
        The folder, for `from_disk`.

    Raises
    ------
    ConfigError
        If the folder holds a data set and `overwrite` is False.
    DataError
        If a value outside the real steps is not 0 (a `Split` promises that), another process writes to the folder at this
        moment (the message names it), the path is not valid, or the disk refuses.

    Notes
    -----
    Not stored: the truth of synthetic data, and extras that are neither numbers, text nor plain JSON values (counted in the
    stored report as "extras").
    """
    folder = checked_path(folder, "to_disk: folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            _write(ds, folder, overwrite=overwrite)
    except InUseError as error:
        raise DataError(f"to_disk: {error}") from None
    except OSError as error:
        raise DataError(f"{folder} cannot be written ({error}); what was there before is intact") from error
    return folder


def _write(ds: Dataset, folder: Path, *, overwrite: bool) -> None:
    """Write the set; for the holder of the folder's lock."""
    if (folder / NAME).exists() and not overwrite:
        raise ConfigError(f"{folder} already holds a data set ({NAME}); choose another folder or pass overwrite=True")
    remove_temporary_files(folder)
    old = _files_of(folder)
    report = Report(ds.report.name, list(ds.report.findings))
    mark = secrets.token_hex(4)
    splits = [_split(folder, f"{mark}-{i}", split, name, report) for i, (name, split) in enumerate(ds.splits.items())]
    index = {"format": FORMAT, "spec": spec_to_json(ds.spec), "report": report_to_json(report), "splits": splits}
    write_bytes_atomic(folder / NAME, json.dumps(index, indent=1, allow_nan=False).encode())
    for name in old:
        with contextlib.suppress(OSError):  # still mapped by a reader on Windows
            (folder / name).unlink()


def _split(folder: Path, mark: str, split: Split, name: str, report: Report) -> dict[str, Any]:
    modalities: dict[str, Any] = {}
    for m in split.inputs:
        slug = re.sub(r"[^A-Za-z0-9]+", "_", m)[:40]
        file = folder / f"{mark}-{len(modalities)}-{slug}.safetensors"
        modalities[m] = _sequences(file, split, m) | {"steps": int(split.inputs[m].shape[1])}
    tensors = {} if split.target is None else {"target": one_chunk(split.target)}
    text = {}
    tensors |= {f"times {m}": one_chunk(t) for m, t in split.times.items()}
    for k, column in split.extras.items():
        if storable(column):
            tensors[f"extra {k}"] = one_chunk(column)
        elif (plain := _plain(column)) is not None:
            text[k] = {"dtype": column.dtype.str, "values": plain}
        else:
            report.add(
                "note", "extras", f"{name} {k}", len(column), action="not stored: neither numbers, text nor JSON"
            )
    return {
        "name": name,
        "count": len(split),
        "labelled": split.target is not None,
        "modalities": modalities,
        "arrays": write_tensors(folder / f"{mark}.safetensors", tensors),
        "text": text,
        **{k: {"dtype": getattr(split, k).dtype.str, "values": getattr(split, k).tolist()} for k in ("ids", "group")},
    }


def _sequences(path: Path, split: Split, m: str) -> dict[str, Any]:
    valid = split.valid[m]
    steps = valid.shape[1]
    some = valid.any(axis=1)
    start = np.where(some, valid.argmax(axis=1), 0)
    stop = np.where(some, steps - valid[:, ::-1].argmax(axis=1), 0)
    offsets = np.concatenate([[0], np.cumsum(stop - start)]).astype(np.int64)
    features, total = int(split.inputs[m].shape[2]), int(offsets[-1])
    tensors = {
        "offsets": one_chunk(offsets),
        "start": one_chunk(start.astype(np.int64)),
        "values": (np.dtype(np.float32), (total, features), _chunks(split, m, start, stop)),
    }
    if int(valid.sum()) < total:  # steps inside a sequence that are not real
        inside = (np.arange(steps) >= start[:, None]) & (np.arange(steps) < stop[:, None])
        tensors["real"] = one_chunk(valid[inside])
    return write_tensors(path, tensors)


def _chunks(split: Split, m: str, start: NDArray[Any], stop: NDArray[Any]) -> Iterator[NDArray[np.float32]]:
    n, steps, features = split.inputs[m].shape
    step, rows = np.arange(steps), max(1, _CHUNK // (4 * steps * features))
    for a in range(0, n, rows):
        x = np.asarray(split.inputs[m][a : a + rows])
        odd = (x != 0).any(axis=2) & ~split.valid[m][a : a + rows]
        if odd.any():
            i, t = (int(k) for k in np.argwhere(odd)[0])
            raise DataError(
                f"{split.name} {m}: sample {str(split.ids[a + i])!r}, step {t} is not real and holds values; "
                "set to 0 what is not real, as mmviz.data.from_arrays does"
            )
        yield x[(step >= start[a : a + rows, None]) & (step < stop[a : a + rows, None])]


def _plain(column: NDArray[Any]) -> list[Any] | None:
    values = column.tolist()
    try:
        same = json.loads(json.dumps(values, allow_nan=False)) == values
    except (TypeError, ValueError, RecursionError):
        return None
    return values if same and column.ndim == 1 else None


def _files_of(folder: Path) -> list[str]:
    """Return the names of the files of the existing data set; [] where none can be read."""
    if not (folder / NAME).exists():
        return []
    try:
        splits = read_index(folder)["splits"]
        listed = [e["file"] for s in splits for e in (*s["modalities"].values(), s["arrays"])]
    except (DataError, KeyError, TypeError, AttributeError):
        return []
    return [f for f in listed if isinstance(f, str) and Path(f).name == f and f.endswith(".safetensors")]
