"""The trained model inside the page: check that it belongs to the frame, the samples that it carries, and what is sent to the page."""

from __future__ import annotations

import json
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.io.page_blob import compressed
from mmviz.io.page_model import PageModel
from mmviz.widgets.readout import sample_names, time_axis_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BUNDLE = Path(__file__).parent / "bundle"
#: recorded samples whose frames are compared with those of the model
_COMPARED = 3
_REMEDY = "export it from the run and the split that were recorded: mmviz.recording.export_model(run, part)"


def check_page_model(frame: xr.Dataset, model: object) -> PageModel:
    """Return the model if it belongs to the frame: data set, split, model, epoch, modalities, steps, and the frames of common samples.

    Raises
    ------
    ConfigError
        Not a :class:`mmviz.io.page_model.PageModel`, or the first thing that differs.
    """
    if not isinstance(model, PageModel):
        raise ConfigError(
            f"Explorer: model is a {type(model).__name__}; give the PageModel that mmviz.recording.export_model(run, part) returns"
        )
    names = [str(name) for name in frame["modality"].values]
    epochs = [int(epoch) for epoch in frame["epoch"].values]
    pairs = {
        "data set": (model.about.get("dataset"), frame.attrs.get("dataset")),
        "split": (model.split.name, frame.attrs.get("split")),
        "model": (model.about.get("model"), frame.attrs.get("model")),
        "modalities": (", ".join(model.modalities), ", ".join(names)),
        "steps": (model.graph["steps"], frame.sizes["time"]),
        "classes": (model.about.get("classes") or None, [str(name) for name in frame["output"].values]),
    }
    for what, (ours, theirs) in pairs.items():
        if ours is not None and theirs is not None and ours != theirs:
            raise ConfigError(f"Explorer: model has {what} {ours!r:.80}, the Trace {theirs!r:.80}; {_REMEDY}")
    if model.about["epoch"] not in epochs:
        raise ConfigError(
            f"Explorer: model has the weights of epoch {model.about['epoch']}, the Trace was recorded at {', '.join(map(str, epochs))}; "
            "export one of these epochs"
        )
    for name in names:
        shape = (frame.sizes[f"frame_{name}"], frame.sizes[f"feature_{name}"])
        if (ours := model.split.frames[name].stored.shape[1:]) != shape:
            raise ConfigError(
                f"Explorer: model carries {name!r:.80} with (frames, features) = {ours}, the Trace has {shape}; {_REMEDY}"
            )
    _compare_frames(frame, model, names)
    return model


def _compare_frames(frame: xr.Dataset, model: PageModel, names: Sequence[str]) -> None:
    """Raise ConfigError if a recorded sample has other frames than the model's sample of the same id."""
    rows = {sample: row for row, sample in enumerate(model.split.ids)}
    common = [(k, rows[str(i)]) for k, i in enumerate(frame["sample_id"].values) if str(i) in rows][:_COMPARED]
    for k, row in common:
        for name in names:
            there = np.asarray(frame[f"signal_valid_{name}"].values[k], bool)
            same = np.array_equal(there, model.split.valid[name][row])
            recorded = frame[f"signal_{name}"].values[k][there].astype(np.float64)
            if same and recorded.size:
                kept = model.split.frames[name].rows(slice(row, row + 1))
                stored = kept.values[0][there]
                allowed = 1.01 * kept.rounding + 1e-6 * np.nanmax(np.abs(recorded), initial=0)
                off = np.abs(stored - recorded) > allowed
                same = not (off & np.isfinite(recorded)).any()
            if not same:
                raise ConfigError(
                    f"Explorer: model carries other frames of {name!r:.80} for sample {str(frame['sample_id'].values[k])!r:.80} than the Trace; "
                    f"{_REMEDY}"
                )


def unrecorded_rows(frame: xr.Dataset, model: PageModel) -> list[int]:
    """Return the positions among the model's samples of those that were not recorded, in its order."""
    recorded = {str(i) for i in frame["sample_id"].values}
    return [row for row, sample in enumerate(model.split.ids) if sample not in recorded]


def all_ids(frame: xr.Dataset, model: PageModel | None) -> list[str]:
    """Return the ids of all samples that can be shown: recorded ones in the order of the frame, then those that only the model carries."""
    ids = [str(i) for i in frame["sample_id"].values]
    return ids if model is None else [*ids, *(model.split.ids[row] for row in unrecorded_rows(frame, model))]


def all_names(frame: xr.Dataset, model: PageModel | None) -> list[str]:
    """Return :func:`all_ids` as the page shows them; an empty id becomes "sample k"."""
    names = sample_names(frame)
    return names + [visible(i) or f"sample {k}" for k, i in enumerate(all_ids(frame, model)) if k >= len(names)]


def unrecorded_frame(frame: xr.Dataset, model: PageModel, rows: Sequence[int]) -> xr.Dataset:
    """Return the variables of a frame that determine the time axis, for samples of the model."""
    data: dict[str, Any] = {}
    for name in map(str, frame["modality"].values):
        signal, dims = frame[f"signal_{name}"], ("recorded_sample", f"frame_{name}")
        shape = (len(rows), frame.sizes[f"frame_{name}"])
        data[f"signal_valid_{name}"] = (dims, model.split.valid[name][list(rows)].reshape(shape))
        data[f"signal_{name}"] = (dims, np.zeros(shape, np.float32), dict(signal.attrs))
    if "clock" in frame and model.split.clock is not None:
        data["clock"] = (("recorded_sample", "edge"), model.split.clock[list(rows)].reshape(len(rows), 2))
    steps = {"time": np.arange(frame.sizes["time"])}
    return xr.Dataset(data, coords={"modality": frame["modality"].values, **steps}, attrs=dict(frame.attrs))


def header_of_all(frame: xr.Dataset, model: PageModel, header: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of a frame's header that run over all samples; see :func:`mmviz.widgets.serialize.header`."""
    rows = unrecorded_rows(frame, model)
    others = unrecorded_frame(frame, model, rows)
    axes = [time_axis_s(others, k) for k in range(len(rows))]
    labelled = model.split.targets is not None and header["labelled"]
    targets = [model.split.targets[row].item() if labelled else None for row in rows]  # type: ignore[index]
    places = {} if "listed" not in header else {"listed": {**header["listed"], "sample": _listed_places(frame, model)}}
    return {
        **places,
        "modalities": _with_words(header["modalities"], frame, model, rows),
        "samples": all_names(frame, model),
        "model_epoch": [int(epoch) for epoch in frame["epoch"].values].index(model.about["epoch"]),
        "sizes": {**header["sizes"], "sample": header["sizes"]["sample"] + len(rows)},
        "targets": [*header["targets"], *targets],
        "start_s": [*header["start_s"], *(0.0 if axis is None else axis[0] for axis in axes)],
        "duration_s": [*header["duration_s"], *(None if axis is None else axis[1] - axis[0] for axis in axes)],
    }


def _with_words(
    modalities: Sequence[Mapping[str, Any]], frame: xr.Dataset, model: PageModel, rows: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the entries of the modalities with the words of samples that were not recorded; None for a sample whose words the model does not carry."""
    names, out = [str(name) for name in frame["modality"].values], []
    for name, entry in zip(names, modalities, strict=True):
        held = model.about.get("words")
        table = held.get(name) if isinstance(held, dict) else None
        known = isinstance(table, list) and len(table) == len(model.split.ids)
        recorded = entry["tokens"] or [None] * frame.sizes["recorded_sample"]
        words = [*recorded, *(_words_of(table[row]) if known else None for row in rows)]  # type: ignore[index]
        out.append({**entry, "tokens": words if entry["tokens"] is not None or known else None})
    return out


def _words_of(row: object) -> list[str] | None:
    """Return the words of one sample as they may be shown; None for anything but a list of text."""
    if not isinstance(row, list) or not all(isinstance(word, str) for word in row):
        return None
    return [visible(word) if word else "" for word in row]


def _listed_places(frame: xr.Dataset, model: PageModel) -> list[int]:
    """Return the index of each listed sample among those that can be opened, or -1; an id that the split repeats counts only where it was recorded."""
    ids = [str(i) for i in frame["listed_id"].values]
    recorded = frame["listed_recorded"].values.astype(int)
    shown = all_ids(frame, model)
    several = {name for counts in (Counter(shown), Counter(ids)) for name, count in counts.items() if count > 1}
    once = {name: k for k, name in enumerate(shown) if name not in several}
    return [int(k) if k >= 0 else once.get(name, -1) for name, k in zip(ids, recorded, strict=True)]


def page_offers(frame: xr.Dataset, model: PageModel) -> dict[str, tuple[str, ...]]:
    """Return the edits of each modality that the page computes.

    With timestamps neither a delay, nor a swap, nor masked frames: they change the time that a frame covers. Noise needs the training standard
    deviation in the exported model.
    """
    timed, known = bool(model.split.share), model.about
    offers: dict[str, tuple[str, ...]] = {}
    for m, name in enumerate(map(str, frame["modality"].values)):
        tokens = bool(known["tokens"][m]) if "tokens" in known else False
        streams = known["interventions"][m] if "interventions" in known and model.graph.get("scans") else ()
        static = bool(frame[f"signal_{name}"].attrs.get("static"))
        kinds = ["mask"] if "game" in frame else []
        kinds += [] if static or timed else ["delay", "window"]
        kinds += [] if tokens else ["amplitude"]
        kinds += ["noise", "seed"] if not tokens and "std" in known else []
        kinds += [] if timed else ["swap"]
        kinds += [kind for kind in ("state", "cut", "step") if kind in streams]
        offers[name] = tuple(kinds)
    return offers


def packed(frame: xr.Dataset, model: PageModel) -> dict[str, str | bytes]:
    """Return what the page needs to run the model: ``meta`` (JSON), ``blob``, ``wasm`` and ``script``.

    ``blob`` is the stream of :func:`mmviz.io.page_blob.compressed`.
    ``meta`` holds ``PageModel.header()``, for each sample of the page its position among the model's samples (-1: not stored), and per
    modality the training standard deviations and the frame rate where it determines the time axis.
    """
    rows = {sample: row for row, sample in enumerate(model.split.ids)}
    names = [str(name) for name in frame["modality"].values]
    signals = [frame[f"signal_{name}"].attrs for name in names]
    header = model.header()
    about = {key: value for key, value in header["about"].items() if key != "words"}  # they are in the frame's header
    header["about"] = json.loads(json.dumps(about), parse_constant=lambda _: None)
    stored, blob = compressed(model)
    meta = {
        "model": header,
        "stored": stored,
        "rows": [rows.get(sample, -1) for sample in all_ids(frame, model)],
        "epoch": [int(epoch) for epoch in frame["epoch"].values].index(model.about["epoch"]),
        "std": model.about.get("std", [[] for _ in names]),
        "rates": [None if one.get("spacing_s") or not one.get("rate_hz") else float(one["rate_hz"]) for one in signals],
        "offers": [list(kinds) for kinds in page_offers(frame, model).values()],
        "notes": [visible(str(note), longest=400) for note in model.about.get("notes", [])],
    }
    return {
        "meta": json.dumps(meta, allow_nan=False),
        "blob": blob,
        "wasm": _kernels(),
        "script": (_BUNDLE / "engine.js").read_text(encoding="utf-8"),
    }


def _kernels() -> bytes:
    """Return the WebAssembly kernels, without importing mmkernels; b"" where the file is missing: the page then uses JavaScript."""
    found = find_spec("mmkernels")
    folders = list(found.submodule_search_locations or ()) if found else []
    paths = [path for folder in folders if (path := Path(folder) / "wasm" / "kernels.wasm").is_file()]
    return paths[0].read_bytes() if paths else b""
