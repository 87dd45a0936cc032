"""Compression of weights and frames of a page's model, without a change of a value."""

from __future__ import annotations

import gzip
import math
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import DataError
from mmviz.io.byte_planes import from_planes, to_planes
from mmviz.io.page_graph import STORED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmviz.io.page_model import PageModel

#: bytes with which the order of the differences is chosen
_TRIAL = 1 << 17


def compressed(model: PageModel) -> tuple[dict[str, Any], bytes]:
    """Return the description and the gzip stream of ``model.blob()``; equal models give equal bytes.

    The description lists groups of numbers of equal width in the order of the stream: ``width``, ``lags`` and ``folded`` of
    :func:`mmviz.io.byte_planes.to_planes`, and ``places``, [first byte in the blob, numbers] of each stretch. Weights of one storage are one
    group. Frames are stored as differences along time, of the order from 0 to 2 that takes the fewest bytes. ``bytes`` is the length of the
    unzipped stream.
    """
    blob = np.frombuffer(model.blob(), np.uint8)
    groups, parts = [], []
    for group in _groups(model):
        places, width = group["places"], group["width"]
        raw = np.concatenate([blob[at : at + width * count] for at, count in places])
        if step := group.pop("step", 0):
            group |= _differences(raw, width, step)
        groups.append(group)
        parts.append(to_planes(raw, width, group["lags"], folded=group["folded"]))
    whole = b"".join(parts)
    return {"bytes": len(whole), "groups": groups}, gzip.compress(whole, 9, mtime=0)


def expanded(description: Mapping[str, Any], stream: bytes, size: int) -> bytes:
    """Return the ``size`` bytes of the blob that :func:`compressed` was given.

    Raises
    ------
    DataError
        The stream has another length than described.
    """
    raw = np.frombuffer(gzip.decompress(stream), np.uint8)
    if len(raw) != description["bytes"]:
        raise DataError(f"the stream has {len(raw)} bytes, expected {description['bytes']}")
    blob, first = np.zeros(size, np.uint8), 0
    for group in description["groups"]:
        width, total = group["width"], sum(count for _, count in group["places"])
        values = from_planes(raw[first : first + width * total], width, group["lags"], folded=group["folded"])
        first, start = first + width * total, 0
        for at, count in group["places"]:
            blob[at : at + width * count] = values[start : start + width * count]
            start += width * count
    return blob.tobytes()


def _groups(model: PageModel) -> list[dict[str, Any]]:
    """Return the groups; ``step``: numbers between neighbours in time."""
    by_store: dict[str, list[list[int]]] = {}
    for node in model.graph["nodes"]:
        if node["op"] == "constant":
            by_store.setdefault(node["store"], []).append([node["at"], math.prod(node["shape"])])
    plain: dict[str, Any] = {"lags": [], "folded": False}
    groups = [{"width": STORED[store], **plain, "places": places} for store, places in sorted(by_store.items())]
    header = model.header()["split"]["modalities"]
    count = len(model.split)
    for entry in header:
        stored = model.split.frames[entry["name"]].stored
        place = {"width": stored.itemsize, **plain, "places": [[entry["at"], stored.size]]}
        groups.append(place | ({"step": entry["features"]} if stored.size > entry["features"] else {}))
    for entry in header:
        groups.append({"width": 1, **plain, "places": [[entry["valid_at"], -(-count * entry["frames"] // 8)]]})
        if "share_at" in entry:
            groups.append({"width": 8, **plain, "places": [[entry["share_at"], count * entry["share_frames"] * 2]]})
    return groups


def _differences(raw: np.ndarray, width: int, step: int) -> dict[str, Any]:
    """Return the lags with which the first bytes compress best."""
    trial = raw[: _TRIAL // width * width]
    ways: list[Sequence[int]] = [[step] * order for order in range(3) if step * width < len(trial) or not order]
    sizes = [len(zlib.compress(to_planes(trial, width, lags, folded=bool(lags)), 6)) for lags in ways]
    best = ways[int(np.argmin(sizes))]
    return {"lags": list(best), "folded": bool(best)}
