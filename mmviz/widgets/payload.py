"""From a frame to what travels to the browser: one JSON header and one binary buffer per array."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.plots.escape import visible
from mmviz.plots.theme import MODALITY_COLOURS
from mmviz.widgets.duration import duration_s
from mmviz.widgets.words import digits

if TYPE_CHECKING:
    import xarray as xr

_SHARED = ("state", "state_valid", "prediction", "contribution", "baseline", "coupling")
_COUNTED = {"sample": "traced", "epoch": "epoch", "layer": "layer", "time": "time"}


def pack(frame: xr.Dataset) -> dict[str, str | bytes]:
    """Return ``{"meta": JSON, name: bytes, ...}`` for a checked frame.

    Arrays keep their values: bool and uint8 travel as uint8, floats as little-endian float32, in C order. Signals are named
    ``signal_0``, ``signal_valid_0``, ... by the position of their modality, so no foreign text becomes a key.
    All text is made visible (see :func:`mmviz.plots.escape.visible`) and the header is pure ASCII.
    """
    arrays = {name: frame[name].values for name in _SHARED}
    for m, name in enumerate(map(str, frame["modality"].values)):
        arrays[f"signal_{m}"] = frame[f"signal_{name}"].values
        arrays[f"signal_valid_{m}"] = frame[f"signal_valid_{name}"].values
    wire = {name: _wire(values) for name, values in arrays.items()}
    described = {name: {"shape": a.shape, "dtype": str(a.dtype)} for name, a in wire.items()}
    meta = json.dumps({"arrays": described, **header(frame)}, allow_nan=False)
    return {"meta": meta, **{name: a.tobytes() for name, a in wire.items()}}


def sizes(frame: xr.Dataset) -> dict[str, int]:
    """Return how many samples, epochs, layers and time steps there are to choose from."""
    return {key: int(frame.sizes[dim]) for key, dim in _COUNTED.items()}


def header(frame: xr.Dataset) -> dict[str, Any]:
    """Return everything about a frame that is not an array: texts, names, units, sizes."""
    attrs = frame.attrs
    names = list(map(str, frame["modality"].values))
    about = [attrs.get("dataset"), attrs.get("split") and f"{attrs['split']} split", attrs.get("model")]
    return {
        "title": visible(attrs.get("title") or "Coupled states"),
        "subtitle": " · ".join(visible(text) for text in about if text),
        "task": attrs["task"],
        "target_name": visible(attrs.get("target_name") or "the answer"),
        "notes": [visible(note, longest=1000) for note in _list(attrs.get("notes"))],
        "align": str(attrs.get("align", "")),
        "sizes": sizes(frame),
        "extents": {"time": int(frame.sizes["time"]), "channel": int(frame.sizes["channel"])},
        "samples": [visible(i) or f"sample {k}" for k, i in enumerate(frame["sample_id"].values)],
        "targets": [_finite(value) for value in frame["target"].values],
        "epochs": [int(value) for value in frame["epoch"].values],
        "layers": [visible(value) for value in frame["layer"].values],
        "outputs": [visible(value) for value in frame["output"].values],
        "modalities": [_modality(frame, name) for name in names],
        "colours": [MODALITY_COLOURS[m % len(MODALITY_COLOURS)] for m in range(min(7, len(names)))],
        "duration_s": [duration_s(frame, k) for k in range(frame.sizes["traced"])],
        "digits": digits(frame),
        "scale": _scale(frame),
        "state_name": visible(frame["state"].attrs.get("long_name", "state")),
        "state_unit": visible(frame["state"].attrs.get("unit", "")),
    }


def _modality(frame: xr.Dataset, name: str) -> dict[str, Any]:
    signal = frame[f"signal_{name}"]
    dim = f"feature_{name}"
    features = frame[dim].values if dim in frame.coords else range(signal.sizes[dim])
    return {
        "name": visible(name),
        "unit": visible(signal.attrs.get("unit", "")),
        "features": [visible(f) for f in features],
    }


def _wire(values: np.ndarray) -> np.ndarray:
    kind = np.dtype("u1") if values.dtype.kind in "bu" else np.dtype("<f4")
    return np.ascontiguousarray(values, dtype=kind)


def _list(value: object) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) and value else value
    return list(found) if isinstance(found, (list, tuple, np.ndarray)) else []


def _scale(frame: xr.Dataset) -> list[float]:
    found = [float(s) for s in _list(frame["state"].attrs.get("scale"))]
    return found if len(found) == frame.sizes["layer"] else [1.0] * frame.sizes["layer"]


def _finite(value: np.generic) -> int | float | None:
    number = value.item()
    return number if np.isfinite(number) else None
