"""From a frame to what travels to the browser: one JSON header and one stream of arrays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.plots.escape import visible
from mmviz.plots.theme import MODALITY_COLOURS
from mmviz.widgets.contract import FRAME, GROUPS, groups_of
from mmviz.widgets.duration import clock_s
from mmviz.widgets.naming import names_of
from mmviz.widgets.views import registered
from mmviz.widgets.wire import encode
from mmviz.widgets.words import digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

_COUNTED = {"sample": "traced", "epoch": "epoch", "layer": "layer", "channel": "channel", "time": "time"}


def pack_runs(frame: xr.Dataset, other: xr.Dataset | None) -> dict[str, str | bytes]:
    """Return :func:`pack` of one frame, or of two with names that tell them apart; the second under ``meta_b`` and ``body_b``."""
    if other is None:
        return pack(frame)
    names = names_of(frame, other)
    return pack(frame, name=names[0]) | {f"{key}_b": value for key, value in pack(other, name=names[1]).items()}


def pack(frame: xr.Dataset, *, name: str = "") -> dict[str, str | bytes]:
    """Return ``{"meta": JSON, "body": bytes}`` for a checked frame; ``name`` is what tells its run from another beside it.

    The body holds every array with its values unchanged (see :mod:`mmviz.widgets.wire`). Signals are named
    ``signal_0``, ``signal_valid_0``, ... by the position of their modality, so no foreign text becomes a key.
    All text is made visible (see :func:`mmviz.plots.escape.visible`) and the header is pure ASCII.
    """
    arrays = {name: frame[name] for name in FRAME}
    for group in groups_of(frame):
        arrays |= {name: frame[name] for name in GROUPS[group]}
    for m, modality in enumerate(map(str, frame["modality"].values)):
        arrays[f"signal_{m}"] = frame[f"signal_{modality}"]
        arrays[f"signal_valid_{m}"] = frame[f"signal_valid_{modality}"]
        arrays |= _places(frame, m, modality)
    arrays |= {name: frame[name] for view in registered() for name in view.variables if name in frame}
    described, body = encode(arrays)
    meta = json.dumps({"arrays": described, "name": name, **header(frame)}, allow_nan=False)
    return {"meta": meta, "body": body}


def pack_edited(edited: xr.Dataset) -> dict[str, Any]:
    """Return ``{"meta": JSON, "body": bytes}`` for :func:`mmviz.plots.edited_frame`.

    ``leads`` in the header: how many of epoch and sample an array begins with. Nothing is compressed: that would take longer than
    the way to the browser, and a small message waits there for a full one.
    """
    arrays = {
        str(name): edited[name] for name in edited.data_vars if not str(name).startswith("signal_") and name != "clock"
    }
    for m, name in enumerate(map(str, edited["modality"].values)):
        arrays[f"signal_{m}"] = edited[f"signal_{name}"]
        arrays[f"signal_valid_{m}"] = edited[f"signal_valid_{name}"]
        arrays |= _places(edited, m, name)
    described, body = encode(arrays, level=0)
    leads = {name: 2 if array.dims[0] == "epoch" else 1 for name, array in arrays.items()}
    meta = {"arrays": described, "leads": leads, **_clock_of(edited, 0)}
    return {"meta": json.dumps(meta, allow_nan=False), "body": body}


def sizes(frame: xr.Dataset) -> dict[str, int]:
    """Return how many samples, epochs, layers, channels and time steps there are to choose from (at least one of each)."""
    return {key: int(frame.sizes.get(dim, 1)) for key, dim in _COUNTED.items()}


def header(frame: xr.Dataset) -> dict[str, Any]:
    """Return everything about a frame that is not an array: texts, names, units, sizes."""
    attrs = frame.attrs
    names = list(map(str, frame["modality"].values))
    clocks = [_clock_of(frame, k) for k in range(frame.sizes["traced"])]
    told = [attrs.get("dataset"), attrs.get("split") and f"{attrs['split']} split", attrs.get("model")]
    if attrs.get("trained_on") and attrs["trained_on"] != attrs.get("dataset"):
        told.append(f"trained on {attrs['trained_on']}")
    about = [visible(text) for text in told if text]
    return {
        "title": visible(attrs.get("title") or "Coupled states"),
        "about": about,
        "subtitle": " · ".join(about),
        "task": attrs["task"],
        "target_name": visible(attrs.get("target_name") or "the answer"),
        "notes": [visible(note, longest=1000) for note in [*_list(attrs.get("notes")), *_prefix_note(attrs)]],
        "imputation": visible(str(attrs.get("imputation", "")), longest=1000),
        "align": str(attrs.get("align", "")),
        "prefix": {
            "label": visible(attrs.get("prefix") or ""),
            "says": visible(attrs.get("prefix_says") or "", longest=1000),
        },
        "sizes": sizes(frame),
        "samples": [visible(i) or f"sample {k}" for k, i in enumerate(frame["sample_id"].values)],
        "labelled": bool(attrs.get("labelled", 1)),
        "targets": [_finite(value) for value in frame["target"].values],
        "epochs": [int(value) for value in frame["epoch"].values],
        "best_epoch": None if attrs.get("best_epoch") is None else int(attrs["best_epoch"]),
        "layers": [visible(value) for value in frame["layer"].values] if "layer" in frame.coords else ["1"],
        "outputs": [visible(value) for value in frame["output"].values],
        "modalities": [_modality(frame, name) for name in names],
        "colours": [MODALITY_COLOURS[m % len(MODALITY_COLOURS)] for m in range(min(7, len(names)))],
        **{key: [one[key] for one in clocks] for key in ("start_s", "duration_s")},
        "digits": digits(frame),
        **_of_groups(frame, names),
    }


def _clock_of(frame: xr.Dataset, traced: int) -> dict[str, float | None]:
    """Return start and length of the time axis in seconds; 0 and None where it counts steps."""
    clock = clock_s(frame, traced)
    return (
        {"start_s": 0.0, "duration_s": None}
        if clock is None
        else {"start_s": clock[0], "duration_s": clock[1] - clock[0]}
    )


def _places(frame: xr.Dataset, m: int, name: str) -> dict[str, xr.DataArray]:
    """Return where each frame of a signal begins and ends, as shares of the time axis; nothing without timestamps."""
    if "clock" not in frame or f"signal_time_{name}" not in frame:
        return {}
    begin = frame["clock"].isel(edge=0)
    length = frame["clock"].isel(edge=1) - begin
    seconds = {"at": frame[f"signal_time_{name}"], "until": frame[f"signal_end_{name}"]}
    return {f"signal_{key}_{m}": (value - begin) / length for key, value in seconds.items()}


def _prefix_note(attrs: Mapping[str, Any]) -> list[str]:
    says = str(attrs.get("prefix_says") or "")
    return [f"Predictions along time. {says}"] if says else []


def _of_groups(frame: xr.Dataset, names: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    held = groups_of(frame)
    if "states" in held:
        state = frame["state"].attrs
        out |= {
            "scale": _scale(frame, "state", "layer"),
            "state_name": visible(state.get("long_name", "state")),
            "state_unit": visible(state.get("unit", "")),
        }
    if "overall" in held:
        out["overall"] = {"samples": int(frame["phi_mean"].attrs.get("n_samples", 0))}
    if "training" in held:
        curves = zip(*(frame[key].values for key in ("curve", "chart", "curve_modality")), strict=True)
        out["curves"] = [{"name": visible(n), "chart": visible(c), "modality": _place(names, m)} for n, c, m in curves]
        out["history_epochs"] = [int(epoch) for epoch in frame["history_epoch"].values]
    if "samples" in held:
        out["listed"] = {
            "id": [visible(i) or f"sample {k}" for k, i in enumerate(frame["listed_id"].values)],
            "target": [visible(i) for i in frame["listed_target"].values],
            "said": [visible(i) for i in frame["listed_said"].values],
            "total": int(frame["listed_phi"].attrs.get("total", frame.sizes["listed"])),
        }
    if "influence" in held:
        out["influence"] = {
            "block": [int(b) for b in frame["block"].values],
            "scale": _scale(frame, "influence", "layer"),
        }
    if "routing" in held:
        owner = [names.index(str(o)) if str(o) in names else -1 for o in frame["owner"].values]
        out["experts"] = [{"name": visible(n), "owner": o} for n, o in zip(frame["expert"].values, owner, strict=True)]
    if "transport" in held:
        ends = zip(frame["pair_source"].values, frame["pair_anchor"].values, strict=True)
        out["pairs"] = [{"source": visible(a), "anchor": visible(b)} for a, b in ends]
        out["transport_scale"] = {name: _scale(frame, name, "pair") for name in ("plan", "cost")}
    return out


def _place(names: list[str], name: object) -> int:
    return names.index(str(name)) if str(name) in names else -1


def _modality(frame: xr.Dataset, name: str) -> dict[str, Any]:
    signal = frame[f"signal_{name}"]
    dim = f"feature_{name}"
    features = frame[dim].values if dim in frame.coords else range(signal.sizes[dim])
    rate, spacing = _finite(signal.attrs.get("rate_hz")), _finite(signal.attrs.get("spacing_s"))
    rate = rate or (1 / spacing if spacing else None)
    return {
        "name": visible(name),
        "unit": visible(signal.attrs.get("unit", "")),
        "rate_hz": rate,
        "irregular": bool(signal.attrs.get("irregular", False)),
        "static": bool(signal.attrs.get("static", False)),
        "step_s": spacing or (1 / rate if rate else None),
        "features": [visible(f) for f in features],
    }


def _list(value: object) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) and value else value
    return list(found) if isinstance(found, (list, tuple, np.ndarray)) else []


def _scale(frame: xr.Dataset, name: str, dim: str) -> list[float]:
    found = [float(s) for s in _list(frame[name].attrs.get("scale"))]
    return found if len(found) == frame.sizes[dim] else [1.0] * frame.sizes[dim]


def _finite(value: Any) -> int | float | None:
    number = value.item() if isinstance(value, np.generic) else value
    return number if isinstance(number, (int, float)) and np.isfinite(number) else None
