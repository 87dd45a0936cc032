"""Serialization of a frame for the browser: one JSON header and one compressed stream of arrays; no value changes."""

from __future__ import annotations

import gzip
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.io.byte_planes import from_planes, to_planes
from mmviz.plots.explorer_groups import RETRAINING_TEXTS
from mmviz.plots.explorer_scans import site_count
from mmviz.plots.figure_lines import VIEW_LINES
from mmviz.plots.theme import MODALITY_COLOURS
from mmviz.plots.trust import PAGE, ROWS
from mmviz.widgets.compare import corresponding_indices, distinguishing_names
from mmviz.widgets.frame import FRAME, GROUPS, groups_of, scan_variables
from mmviz.widgets.readout import digits, phrases, sample_names, time_axis_s
from mmviz.widgets.sample_colours import sample_colours, scatter_axes
from mmviz.widgets.selection import MAX_LASSO_POINTS, MAX_LASSOS
from mmviz.widgets.views import registered

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr


#: dimensions along which neighbours differ little
_SMOOTH = ("epoch", "time", "target_block", "attribution_target_block")


def encode(arrays: Mapping[str, xr.DataArray], *, level: int = 9) -> tuple[dict[str, dict[str, Any]], bytes]:
    """Return ``{name: {shape, dtype, at, lags}}`` and the stream; equal arrays give equal bytes.

    bool and uint8 are sent as uint8, all else as little-endian float32, in C order. They are treated as whole numbers of 8 or 32
    bits; for each lag in turn x[i] is replaced by x[i] - x[i - lag] (modulo 2^8 or 2^32); and a float32 array is stored as
    four planes of bytes, the least significant first. ``at`` is where the array starts in the unzipped stream. ``level`` is gzip's, 0 to 9.
    """
    described: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        values = _plain(array.values)
        lags = _lags(array)
        raw = to_planes(values.reshape(-1).view(np.uint8), values.itemsize, lags)
        described[name] = {
            "shape": list(values.shape),
            "dtype": str(values.dtype),
            "at": at,
            "lags": lags,
            "dims": [visible(dim) for dim in array.dims],
        }
        parts.append(raw)
        at += len(raw)
    return described, gzip.compress(b"".join(parts), level, mtime=0)


def decode(described: Mapping[str, Mapping[str, Any]], stream: bytes) -> dict[str, np.ndarray]:
    """Return the arrays that :func:`encode` wrote."""
    body = gzip.decompress(stream)
    out = {}
    for name, one in described.items():
        dtype = np.dtype(one["dtype"]).newbyteorder("<")
        count = math.prod(one["shape"])
        raw = np.frombuffer(body, np.uint8, count * dtype.itemsize, one["at"])
        out[name] = from_planes(raw, dtype.itemsize, one["lags"]).view(dtype).reshape(one["shape"])
    return out


def _plain(values: np.ndarray) -> np.ndarray:
    kind = np.dtype("u1") if values.dtype.kind == "b" or values.dtype == np.uint8 else np.dtype("<f4")
    return np.ascontiguousarray(values, dtype=kind)


def _lags(array: xr.DataArray) -> list[int]:
    """Return how many elements lie between neighbours along each smooth dimension, where there are two."""
    smooth = [i for i, dim in enumerate(array.dims) if dim in _SMOOTH or str(dim).startswith("frame_")]
    return [math.prod(array.shape[i + 1 :]) for i in smooth if array.shape[i] > 1]


_COUNTED = {"sample": "recorded_sample", "epoch": "epoch", "layer": "layer", "channel": "channel", "time": "time"}


def pack_runs(
    frame: xr.Dataset, other: xr.Dataset | None, *, more: Mapping[str, Any] | None = None
) -> dict[str, str | bytes]:
    """Return :func:`pack` of one frame, or of two with names that distinguish them; the second under ``meta_b`` and ``body_b``.

    ``more`` is added to the header of a single frame.
    """
    if other is None:
        return pack(frame, more=more)
    names = distinguishing_names(frame, other)
    tables = {"from_a": corresponding_indices(frame, other), "to_a": corresponding_indices(other, frame)}
    second = pack(other, name=names[1], more=tables)
    return pack(frame, name=names[0]) | {f"{key}_b": value for key, value in second.items()}


def pack(frame: xr.Dataset, *, name: str = "", more: Mapping[str, Any] | None = None) -> dict[str, str | bytes]:
    """Return ``{"meta": JSON, "body": bytes}`` for a checked frame; ``name`` distinguishes its run from another, ``more`` is added to the header.

    The body holds every array with its values unchanged (see :mod:`mmviz.widgets.serialize`). Signals are named
    ``signal_0``, ``signal_valid_0``, ... by the position of their modality, so no foreign text becomes a key.
    All text is escaped (see :func:`mmviz.core.escape.visible`) and the header is pure ASCII.
    """
    arrays = {name: frame[name] for name in FRAME}
    for group in groups_of(frame):
        arrays |= {name: frame[name] for name in GROUPS[group]}
    arrays |= {name: frame[name] for name in scan_variables(frame)}
    arrays |= _signals(frame)
    arrays |= {name: frame[name] for view in registered() for name in view.variables if name in frame}
    described, body = encode(arrays)
    axes = {
        key: array.dims.index("recorded_sample") for key, array in arrays.items() if "recorded_sample" in array.dims
    }
    meta = json.dumps(
        {"arrays": described, "sample_axis": axes, "name": name, **header(frame), **(more or {})}, allow_nan=False
    )
    return {"meta": meta, "body": body}


def pack_edited(edited: xr.Dataset) -> dict[str, Any]:
    """Return ``{"meta": JSON, "body": bytes}`` for :func:`mmviz.plots.what_if_frame`.

    ``leads`` in the header: the number of leading dimensions among epoch and sample, 1 or 2. Nothing is compressed: compression takes
    longer than the transfer. ``words``: of each modality the word of each frame, or null.
    """
    arrays = {
        str(name): edited[name] for name in edited.data_vars if not str(name).startswith("signal_") and name != "clock"
    }
    arrays |= _signals(edited)
    described, body = encode(arrays, level=0)
    leads = {name: 2 if array.dims[0] == "epoch" else 1 for name, array in arrays.items()}
    words = [_tokens(edited, str(name)) for name in edited["modality"].values]
    meta = {"arrays": described, "leads": leads, "words": [row and row[0] for row in words], **_time_axis(edited, 0)}
    return {"meta": json.dumps(meta, allow_nan=False), "body": body}


def sizes(frame: xr.Dataset) -> dict[str, int]:
    """Return the numbers of samples, epochs, layers, channels and time steps that can be selected, each at least 1."""
    return {key: int(frame.sizes.get(dim, 1)) for key, dim in _COUNTED.items()}


def header(frame: xr.Dataset) -> dict[str, Any]:
    """Return everything about a frame that is not an array: texts, names, units, sizes, phrases."""
    attrs = frame.attrs
    names = list(map(str, frame["modality"].values))
    axes = [_time_axis(frame, k) for k in range(frame.sizes["recorded_sample"])]
    texts = [attrs.get("dataset"), attrs.get("split") and f"{attrs['split']} split", attrs.get("model")]
    if attrs.get("trained_on") and attrs["trained_on"] != attrs.get("dataset"):
        texts.append(f"trained on {attrs['trained_on']}")
    about = [visible(text) for text in texts if text]
    colours = sample_colours(frame)
    return {
        "title": visible(
            attrs.get("title")
            or " on ".join(str(attrs[k]) for k in ("model", "dataset") if attrs.get(k))
            or "Explorer",
            longest=200,
        ),
        "about": about,
        "subtitle": " · ".join(about),
        "task": attrs["task"],
        "target_name": visible(attrs.get("target_name") or "the prediction"),
        "notes": [visible(note, longest=1000) for note in [*_list(attrs.get("notes")), *_prefix_note(attrs)]],
        "imputation": visible(str(attrs.get("imputation", "")), longest=1000),
        "align": str(attrs.get("align", "")),
        "prefix": {
            "label": visible(attrs.get("prefix") or ""),
            "meaning": visible(attrs.get("prefix_says") or "", longest=1000),
        },
        "sizes": sizes(frame),
        "samples": sample_names(frame),
        "recorded_samples": frame.sizes["recorded_sample"],
        "recorded_text": visible(str(attrs.get("recorded", "")), longest=1000),
        "labelled": bool(attrs.get("labelled", 1)),
        "sample_colours": colours,
        "scatter_axes": scatter_axes(colours),
        "scatter_limits": {"lassos": MAX_LASSOS, "points": MAX_LASSO_POINTS},
        "targets": [_finite(value) for value in frame["target"].values],
        "epochs": [int(value) for value in frame["epoch"].values],
        "best_epoch": None if attrs.get("best_epoch") is None else int(attrs["best_epoch"]),
        "layers": [visible(value) for value in frame["layer"].values] if "layer" in frame.coords else ["1"],
        "outputs": [visible(value) for value in frame["output"].values],
        "modalities": [_modality(frame, name) for name in names],
        "colours": [MODALITY_COLOURS[m % len(MODALITY_COLOURS)] for m in range(min(7, len(names)))],
        **{key: [one[key] for one in axes] for key in ("start_s", "duration_s")},
        "digits": digits(frame),
        "untrained": visible(str(attrs.get("untrained", "")), longest=1000),
        "trained": [bool(known) for known in _list(attrs.get("trained"))] or None,
        "python": VIEW_LINES,
        "trust": _trust(attrs, frame["attribution"].attrs.get("row", "") if "attribution" in frame else ""),
        "phrases": phrases(frame),
        "scans": [_scan(frame, k) for k in range(site_count(frame))],
        "missing_scans": visible(str(attrs.get("missing_scans", "")), longest=1000),
        **_group_header(frame, names),
    }


def _trust(attrs: Mapping[str, Any], attribution: str) -> dict[str, Any]:
    """Return the rows of the page "How far can you trust this picture?" and the row of each view.

    ``attribution`` is the row of the view "end-to-end attribution" where it is not the usual one: of another rule.
    """
    of_views = {view: key for key, row in ROWS.items() for view in row.views}
    if attribution in ROWS:
        of_views |= dict.fromkeys(ROWS["end-to-end"].views, attribution)
    measured = {
        key: visible(str(text), longest=1000) for key, text in json.loads(attrs.get("faithfulness") or "{}").items()
    }
    rows = {
        key: {"question": row.question, "can": row.can, "cannot": row.cannot, "measured": measured.get(key, "")}
        for key, row in ROWS.items()
        if key in of_views.values()
    }
    return {"page": PAGE, "rows": rows, "views": of_views}


def _time_axis(frame: xr.Dataset, recorded_sample: int) -> dict[str, float | None]:
    """Return start and length of the time axis in seconds; 0 and None where it counts steps."""
    axis = time_axis_s(frame, recorded_sample)
    return (
        {"start_s": 0.0, "duration_s": None} if axis is None else {"start_s": axis[0], "duration_s": axis[1] - axis[0]}
    )


def _signals(frame: xr.Dataset) -> dict[str, xr.DataArray]:
    """Return values, validity and times of every signal, named by the position of its modality."""
    out: dict[str, xr.DataArray] = {}
    for m, name in enumerate(map(str, frame["modality"].values)):
        out |= {f"signal_{m}": frame[f"signal_{name}"], f"signal_valid_{m}": frame[f"signal_valid_{name}"]}
        out |= _frame_times(frame, m, name)
    return out


def _frame_times(frame: xr.Dataset, m: int, name: str) -> dict[str, xr.DataArray]:
    """Return start and end of each frame of a signal, as fractions of the time axis; {} without timestamps."""
    if "clock" not in frame or f"signal_time_{name}" not in frame:
        return {}
    begin = frame["clock"].isel(edge=0)
    length = frame["clock"].isel(edge=1) - begin
    seconds = {"at": frame[f"signal_time_{name}"], "until": frame[f"signal_end_{name}"]}
    return {f"signal_{key}_{m}": (value - begin) / length for key, value in seconds.items()}


def _prefix_note(attrs: Mapping[str, Any]) -> list[str]:
    meaning = str(attrs.get("prefix_says") or "")
    return [f"Predictions along time. {meaning}"] if meaning else []


def _group_header(frame: xr.Dataset, names: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    held = groups_of(frame)
    if "states" in held:
        state = frame["state"].attrs
        out |= {
            "scale": _scale(frame, "state", "layer"),
            "state_power": _finite(state.get("power")) or 1,
            "state_name": visible(state.get("long_name", "state")),
            "state_unit": visible(state.get("unit", "")),
        }
    if "overall" in held:
        overall = frame["phi_mean"].attrs
        out["overall"] = {"interval": visible(overall.get("interval", f"{int(overall.get('n_samples', 0))} samples"))}
    if "retraining" in held:
        about = frame["retrained"].attrs
        out["retraining"] = {key: visible(about[key], longest=1000) for key in RETRAINING_TEXTS}
        out["retraining"] |= {
            "best": int(about["best"]),
            "caution": visible(about.get("caution", ""), longest=1000),
            "cut": visible(about.get("cut", ""), longest=1000),
            "bounds": [_finite(end) for end in np.ravel(about.get("bounds", (np.nan, np.nan)))],
        }
        out["retraining"] |= {
            f"{key}s": [visible(str(text), longest=2000) for text in frame[key].values]
            for key in ("verdict", "explanation")
        }
    if "seeds" in held:
        names_of_seeds = [visible(name) for name in frame["seed"].values]
        out["seeds"] = {"names": names_of_seeds, "shown": visible(frame.attrs.get("shown_run") or names_of_seeds[0])}
    if "training" in held:
        curves = zip(*(frame[key].values for key in ("curve", "chart", "curve_modality")), strict=True)
        out["curves"] = [
            {"name": visible(n), "chart": visible(c), "modality": _index_of(names, m)} for n, c, m in curves
        ]
        out["history_epochs"] = [int(epoch) for epoch in frame["history_epoch"].values]
    if "samples" in held:
        out["listed"] = {
            "id": [visible(i) or f"sample {k}" for k, i in enumerate(frame["listed_id"].values)],
            "target": [visible(i) for i in frame["listed_target"].values],
            "predicted": [visible(i) for i in frame["listed_predicted"].values],
            "sample": [int(i) for i in frame["listed_recorded"].values],
            "total": int(frame["listed_phi"].attrs.get("total", frame.sizes["listed"])),
        }
    if "overview" in held:
        out["overview"] = _overview(frame)
    if "influence" in held:
        out["influence"] = {
            "block": [int(b) for b in frame["target_block"].values],
            "scale": _scale(frame, "influence", "layer"),
        }
    if "attribution" in held:
        about = frame["attribution"].attrs
        out["attribution"] = {
            "quantity": visible(about.get("quantity", "")),
            "rule": visible(about.get("rule", "")),
            "name": visible(about.get("name", "end-to-end attribution")),
            "error": visible(about.get("error", "conservation error")),
            "explained": [visible(name) for name in frame["attribution_explained"].values],
            "block": [int(b) for b in frame["attribution_block"].values],
        }
    if "routing" in held:
        owner = [_index_of(names, o) for o in frame["expert_modality"].values]
        out["experts"] = [{"name": visible(n), "owner": o} for n, o in zip(frame["expert"].values, owner, strict=True)]
    if "transport" in held:
        ends = zip(frame["pair_source"].values, frame["pair_anchor"].values, strict=True)
        out["pairs"] = [{"source": visible(a), "anchor": visible(b)} for a, b in ends]
        out["transport_scale"] = {name: _scale(frame, name, "pair") for name in ("plan", "cost")}
    return out


def _overview(frame: xr.Dataset) -> dict[str, Any]:
    """Return texts and numbers of the section on all samples; ``row``, ``metric``, ``interval`` and ``left_out`` where it has scores."""
    about = frame["overview_value"].attrs
    out = {
        "sentence": visible(str(about.get("sentence", "")), longest=2000),
        "groups": [visible(name) for name in _list(about.get("groups"))],
        "subset": [int(number) for number in frame["overview_subset"].values],
        "total": int(about.get("total", frame.sizes["listed"])),
        "error": float(about.get("error", 0.0)),
    }
    if "class_score" in frame:
        score = frame["class_score"].attrs
        out |= {"row": [visible(name) for name in frame["overview_row"].values]}
        out |= {key: visible(str(score.get(key, "")), longest=1000) for key in ("metric", "interval")}
        out |= {
            "left_out": int(score.get("left_out", 0)),
            "control": visible(str(about.get("control", "")), longest=1000),
        }
    return out


def _scan(frame: xr.Dataset, k: int) -> dict[str, Any]:
    """Return texts and numbers of one captured scan."""
    about = frame[f"scan_norm_{k}"].attrs
    texts = ("site", "function", "modality", "description", "alignment", "no_influence")
    streams = frame.sizes[f"scan_stream_{k}"]
    names = [visible(name) for name in _list(about.get("streams"))]
    influence = frame[f"scan_influence_{k}"].attrs if f"scan_influence_{k}" in frame else {}
    return {
        **{key: visible(str(about.get(key, "")), longest=1000) for key in texts},
        "streams": names if len(names) == streams else [str(m + 1) for m in range(streams)],
        **{key: int(about[key]) for key in ("steps", "channels", "states", "pooled")},
        **{key: _finite(about.get(key)) for key in ("replay_error", "scale")},
        "influence": {key: _finite(influence[key]) for key in ("scale", "width")} if influence else None,
    }


def _index_of(names: list[str], name: object) -> int:
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
        "display": _display(signal),
        "tokens": _tokens(frame, name),
    }


def _display(signal: xr.DataArray) -> dict[str, Any]:
    """Return how the input is drawn; as lines where the frame contains no valid display."""
    rate, spacing = _finite(signal.attrs.get("rate_hz")), _finite(signal.attrs.get("spacing_s"))
    try:
        display = Display(**json.loads(signal.attrs.get("display") or '{"kind": "lines"}'))
        display.require_fit(signal.shape[2], rate or spacing, "display")
    except (ConfigError, TypeError, ValueError):
        display = Display("lines")
    return display.plain()


def _tokens(frame: xr.Dataset, name: str) -> list[list[str]] | None:
    """Return the words of each recorded sample, one per frame, "" without one; None where the frame contains none."""
    held = frame.get(f"signal_token_{name}")
    return None if held is None else [[visible(token) if token else "" for token in row] for row in held.values]


def _list(value: object) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) and value else value
    return list(found) if isinstance(found, (list, tuple, np.ndarray)) else []


def _scale(frame: xr.Dataset, name: str, dim: str) -> list[float]:
    found = [float(s) for s in _list(frame[name].attrs.get("scale"))]
    return found if len(found) == frame.sizes[dim] else [1.0] * frame.sizes[dim]


def _finite(value: Any) -> int | float | None:
    number = value.item() if isinstance(value, np.generic) else value
    return number if isinstance(number, (int, float)) and np.isfinite(number) else None
