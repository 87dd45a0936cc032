"""Opening of a data set on disk: everything is checked at once, values are read on access."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from mmviz.core.errors import DataError
from mmviz.core.options import takes
from mmviz.data.dataset import Dataset, Split
from mmviz.data.disk.ragged import Ragged
from mmviz.data.disk.storage import StoredFile, read_index, report_from_json
from mmviz.data.spec import spec_from_json

_LONGEST = 1 << 20  # characters of one text in a column of fixed width
_FREE = 256 << 20
_MAX_RATIO = 200  # bytes in memory for one byte on disk, beyond 256 MiB
_DTYPE = re.compile(r"[<>=|]?[A-Za-z]\d{0,9}", re.ASCII)
_RETRIES = 20  # of an opening during which the set was replaced


@takes(folder="path")
def from_disk(folder: str | Path, *, verify: bool = True) -> Dataset:
    """Return a data set written by `to_disk`; its values stay on disk.

    Parameters
    ----------
    folder
        What `to_disk` returned.
    verify
        Compare the sha256 of every file, which reads everything once. False compares sizes and structure only, which
        is reported.

    Returns
    -------
    Dataset
        Equal to the one that was written, bit for bit; ``split.inputs`` holds `Ragged` in place of arrays: rows are read
        when they are indexed. Masks, times, targets, ids and extras are in memory.

    Raises
    ------
    DataError
        If the folder holds no data set, or anything in it is missing, changed or contradictory.
    """
    folder = Path(folder)
    index = read_index(folder)
    for _ in range(_RETRIES):
        try:
            return _opened(folder, index, verify)
        except DataError:
            newer = read_index(folder)
            if newer == index:
                raise
            index = newer  # the set was replaced while it was opened
    raise DataError(f"{folder} changes faster than it can be read; open it when it is complete")


def _opened(folder: Path, index: dict[str, Any], verify: bool) -> Dataset:
    try:
        spec, report = spec_from_json(index["spec"]), report_from_json(index["report"])
        names = [entry["name"] for entry in index["splits"]]
        if len(set(names)) < len(names):
            raise DataError(f"{folder}: two splits have one name ({', '.join(map(str, names))}); write the set again")
        files = [e["file"] for s in index["splits"] for e in (*s["modalities"].values(), s["arrays"])]
        if len(set(files)) < len(files):
            raise DataError(f"{folder}: the index names one file twice; write the set again")
        splits = {entry["name"]: _split(folder, entry, spec.names, verify) for entry in index["splits"]}
    except (OSError, SafetensorError) as error:
        raise DataError(f"{folder}: a file cannot be read ({error}); the folder is incomplete") from error
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{folder}: its index is not one of a data set ({error!r:.300}); write the set again"
        ) from error
    if not verify:
        report.add("note", "checksums", str(folder.name), len(splits), action="not compared: verify=False")
    return Dataset(spec, splits, report)


def _split(folder: Path, entry: dict[str, Any], names: tuple[str, ...], verify: bool) -> Split:
    n = entry["count"]
    inputs, valid = {}, {}
    for m in names:
        if m not in entry["modalities"]:
            raise DataError(f"{folder}: split {entry['name']!r} has no modality {m!r}; write the set again")
        listed = entry["modalities"][m]
        inputs[m], valid[m] = _sequences(StoredFile(folder, listed, verify=verify), n, int(listed["steps"]))
    arrays = StoredFile(folder, entry["arrays"], verify=verify)
    extras = {k.removeprefix("extra "): arrays.any(k) for k in arrays.names if k.startswith("extra ")}
    extras |= {k: _text(v, n, f"{folder}: {k}") for k, v in entry["text"].items()}
    target = arrays.any("target") if "target" in arrays.names else None
    labelled = entry.get("labelled", True)
    if labelled is not (target is not None):
        raise DataError(f"{arrays.path}: the index has labelled={labelled!r}, the file disagrees; write the set again")
    if target is not None and target.shape != (n,):
        raise DataError(f"{arrays.path}: target has shape {target.shape}, expected ({n},); write the set again")
    times = {m: arrays.read(f"times {m}", np.float64, valid[m].shape) for m in names if f"times {m}" in arrays.names}
    ids, group = (_text(entry[k], n, f"{folder}: {k}") for k in ("ids", "group"))
    return Split(entry["name"], inputs, valid, target, ids, group, extras, times)


def _text(column: dict[str, Any], n: int, where: str) -> NDArray[Any]:
    if len(column["values"]) != n:
        raise DataError(f"{where}: {len(column['values'])} values for {n} samples; write the set again")
    if type(column["dtype"]) is not str or not _DTYPE.fullmatch(column["dtype"]):
        raise DataError(
            f"{where}: dtype {column['dtype']!r:.80}, expected one of text such as '<U8'; write the set again"
        )
    dtype = np.dtype(column["dtype"])
    if dtype.kind not in "UO" or (dtype.kind == "U" and dtype.itemsize > 4 * _LONGEST):
        raise DataError(f"{where}: dtype {column['dtype']!r}, expected text of at most {_LONGEST} characters")
    if dtype.kind == "U":
        needed = n * dtype.itemsize
        if needed > _FREE and needed > _MAX_RATIO * sum(map(len, column["values"])):
            raise DataError(
                f"{where}: dtype {column['dtype']!r} needs {needed} bytes for {n} short texts; the index is damaged"
            )
        return np.array(column["values"], dtype=dtype)
    out = np.empty(n, dtype=object)
    out[:] = column["values"]
    return out


def _sequences(stored: StoredFile, n: int, steps: int) -> tuple[Any, NDArray[np.bool_]]:
    offsets = stored.read("offsets", np.int64, (n + 1,))
    start = stored.read("start", np.int64, (n,))
    needed = n * steps  # bytes of the mask
    if needed > _FREE and needed > _MAX_RATIO * stored.bytes:
        raise DataError(
            f"{stored.path}: {n} samples of {steps} steps need {needed} bytes for their mask, for a file of {stored.bytes} bytes; "
            "the index is damaged or crafted"
        )
    length = np.diff(offsets)
    if offsets[0] != 0 or (length < 0).any() or (start < 0).any() or (start + length > steps).any():
        raise DataError(f"{stored.path}: offsets and starts do not fit {steps} steps; write the set again")
    total = int(offsets[-1])
    at = stored.require("values", np.float32, (total, -1))
    features = stored.shape("values")[1]
    step = np.arange(steps)
    valid = (step >= start[:, None]) & (step < (start + length)[:, None])
    if "real" in stored.names:
        valid[valid] = stored.read("real", np.bool_, (total,))
    return Ragged(stored.path, at, offsets, start, (n, steps, features)), valid
