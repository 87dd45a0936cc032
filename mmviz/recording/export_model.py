"""Export of a trained model for a page: graph of operators, weights, and the frames of a split; with the error of each storage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of, takes
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.data.matching import matched
from mmviz.data.tokens import frame_tokens
from mmviz.io.page_model import PageModel, PageSplit
from mmviz.io.stored_floats import FLOATS, LEVELS, STORES, packed, to_levels
from mmviz.io.stored_frames import KINDS, StoredFrames
from mmviz.models.batch import batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.coalitions import recorded_predictions
from mmviz.recording.export_gradient import exported_gradient
from mmviz.recording.export_rounding import SMALL, adapted, level_bits, round_weights, with_frames
from mmviz.recording.exported_graph import RowPredictions, exported_graph
from mmviz.recording.samples import chosen_samples
from mmviz.recording.what_if_interventions import possible_interventions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.recording.exported_graph import ExportedGraph
    from mmviz.train.run import Run

#: storage -> that of the weights and that of the frames
STORAGES = {
    "exact": ("float32", "float32"),
    "compact": ("adaptive", "adaptive"),
    "small": ("float16", "uint14"),
}
#: bytes of weights and frames in float32 up to which the storage "auto" is exact
MAX_EXACT_BYTES = 1 << 20
#: bytes of stored frames up to which all samples are carried by default
MAX_FRAME_BYTES = 8 << 20
#: characters of the words of all stored samples up to which they are carried
MAX_WORD_CHARACTERS = 1 << 18
_BATCH = 32
_LEFT_OUT = "The model was exported with attribution=False."


@takes(run="run")
def export_model(
    run: Run,
    part: Split,
    *,
    epoch: int | None = None,
    storage: str = "auto",
    weights: str | None = None,
    inputs: str | None = None,
    samples: int | Sequence[int] | None = None,
    attribution: bool = True,
) -> PageModel:
    """Return a trained model that runs in a page, with the frames of a split, for ``Explorer(trace, model=...)``.

    The page computes predictions, hidden-state magnitudes and Shapley values of any edited sample without a kernel.

    Parameters
    ----------
    run
        A training.
    part
        The split whose samples can be opened, for example ``ds["test"]``.
    epoch
        An epoch with stored weights; None for the best one.
    storage
        ``exact``: no value is rounded. ``compact``: weights and frames as ``adaptive``. ``small``: weights as ``float16`` and frames
        as ``uint14``. ``auto``: exact as long as weights and frames take at most 1 MiB as float32, else compact. ``about`` and the page state the
        measured error. ``weights`` and ``inputs`` take precedence.
    weights
        ``float32``, exact; ``float24``, three bytes per weight; ``float16``, two; or ``adaptive``, levels of equal distance in each array, of as few
        bits, from 10 to 16, as keep the predictions of up to 96 samples within 1e-4, 16 within 3e-4 (``about["weight_bits"]``), else float24.
    inputs
        Storage of the frames: ``float32``, exact; ``adaptive``, levels of as few bits as keep each prediction of a sample within 3e-4; ``float16``; ``uint16``, ``uint14``, ``uint12`` or ``uint8``, equidistant levels of so many bits
        between the smallest and the largest value of each feature in the split.
    samples
        Number of samples, spread evenly over the sorted targets, or their positions in the split; None for all, as long as the frames take at
        most 8 MiB, else as many as fit.

    attribution
        Also export the backward pass, with which the page computes the end-to-end attribution of an edited sample (rule ``frozen``); it takes about
        5 kB of a saved page and a second here. Where a fusion has none, ``about["no_attribution"]`` says why.

    Returns
    -------
    PageModel
        ``about`` contains the largest absolute change of a prediction (probability or value) over all stored samples, subsets and steps: by
        the storage of the weights (``weights_error``), of the frames (``inputs_error``), and of both (``error``).

    Raises
    ------
    ConfigError
        Unknown option, an epoch that is not stored, or more than 12 modalities.
    ExportError
        The model cannot be traced, or uses an operator that the page does not have; names it. The kernel's
        ``Explorer(trace, what_if=what_if(run, part))`` then predicts.

    Notes
    -----
    The graph is ``torch.export`` of: frames of one sample and a subset of modalities per row in, predictions of every row at every step out.
    Temporal alignment is part of it. Operators of mmkernels are single nodes.
    """
    one_of(storage, ("auto", *STORAGES), "export_model: storage")
    for given, known, name in ((weights, (*FLOATS, "adaptive"), "weights"), (inputs, KINDS, "inputs")):
        if given is not None:
            one_of(given, known, f"export_model: {name}")
    spec = run.model.spec
    if len(spec.names) > MAX_EXACT_PLAYERS:
        raise ConfigError(
            f"export_model: {len(spec.names)} modalities mean 2^{len(spec.names)} subsets, more than 2^{MAX_EXACT_PLAYERS}"
        )
    matching = matched(spec, part, "export_model")
    epoch = run.best_epoch if epoch is None else epoch
    usual = STORAGES[_automatic(run.model, part, matching, samples) if storage == "auto" else storage]
    weights, inputs = weights or usual[0], inputs or usual[1]
    rows, note = _chosen(part, matching, samples, inputs)
    split = _split(part, matching, rows, inputs, run.model)
    with run.at_epoch(epoch) as model:
        if inputs == "adaptive":
            split = adapted(split, model, part, matching, rows)
        net, example = _traceable(model, part, matching, rows)
        exported = exported_graph(net, example)
        gradient, no_attribution = exported_gradient(net, example) if attribution else (None, _LEFT_OUT)
    bits = 0
    if weights == "adaptive":
        bits = level_bits(run, epoch, _names(exported), part, matching, split)
        weights = weights if bits else "float24"
    storage_of_weights = (weights, bits)
    graph, blob = _with_weights(exported, storage_of_weights)
    if gradient is not None:
        places = {name: graph["nodes"][place] for place, name in exported.parameters.items()}
        graph["gradient"], more = _with_weights(gradient, storage_of_weights, places, len(blob))
        blob += more
    about = {
        "model": run.info["model"]["name"],
        "epoch": int(epoch),
        "parameters": int(sum(p.numel() for p in run.model.parameters())),
        "weights": weights,
        **({"weight_bits": bits} if bits else {}),
        "inputs": inputs,
        "samples": len(rows),
        "split_samples": len(part),
        "dataset": matching.spec.name,
        "split": part.name,
        "task": spec.task.kind,
        "classes": list(matching.spec.task.classes),
        **_of_modalities(run.model, matching),
        **_words(part, matching, rows),
        "every_step": bool(run.model.causal),
        "no_attribution": no_attribution,
        "notes": [*note, *(f"the page does not compute the {left_out}" for left_out in exported.left_out)],
        **_errors(run, epoch, part, matching, rows, split, exported, storage_of_weights),
        "frame_error": {
            name: _frame_error(part, matching, rows, name, frames) for name, frames in split.frames.items()
        },
    }
    return PageModel(graph, blob, split, about)


def _of_modalities(model: FusionModel, matching: Matching) -> dict[str, list[Any]]:
    """Return what edits depend on, one entry per modality in the order of the model."""
    tokens = model.config.tokens if isinstance(model, Adapted) else ()
    found = [matching.spec.modality(name) for name in model.spec.names]
    return {
        "modalities": [m.name for m in found],
        "channels": [list(m.channels) for m in found],
        "std": [np.asarray(m.std, np.float64).tolist() for m in found],
        "tokens": [m.name in tokens for m in found],
        "static": [bool(m.static) for m in found],
        "interventions": [list(possible_interventions(model, m.name)) for m in found],
    }


def _words(part: Split, matching: Matching, rows: np.ndarray) -> dict[str, Any]:
    """Return the words of the stored samples, ``{"words": {modality: one list per sample, one text per frame}}``, as long as they are small."""
    found = {m.name: frame_tokens(part.extras, m.name, rows, m.steps) for m in matching.spec.modalities}
    words = {name: [row[: _last(row)].tolist() for row in table] for name, table in found.items() if table is not None}
    size = sum(len(word) for table in words.values() for row in table for word in row)
    return {"words": words} if words and size <= MAX_WORD_CHARACTERS else {}


def _last(row: np.ndarray) -> int:
    """Return the number of frames up to the last one with a word."""
    return int(np.flatnonzero(row != "").max(initial=-1)) + 1


def _automatic(model: FusionModel, part: Split, matching: Matching, samples: Any) -> str:
    """Return "exact" where weights and frames are small, else "compact"."""
    rows, _ = _chosen(part, matching, samples, "float32")
    frames = sum(m.features * part.valid[m.name].shape[1] for m in matching.spec.modalities if m.name in part.inputs)
    size = 4 * (sum(p.numel() for p in model.parameters()) + len(rows) * frames)
    return "exact" if size <= MAX_EXACT_BYTES else "compact"


def _chosen(part: Split, matching: Matching, samples: Any, inputs: str) -> tuple[np.ndarray, list[str]]:
    """Return the positions of the stored samples, and a note where they are not all."""
    each = sum(m.features * part.valid[m.name].shape[1] for m in matching.spec.modalities if m.name in part.inputs)
    fits = max(1, MAX_FRAME_BYTES // max(1, each * np.dtype(KINDS[inputs]).itemsize))
    if samples is None and fits >= len(part):
        return np.arange(len(part)), []
    rows = chosen_samples(part, fits if samples is None else samples)
    if len(rows) == len(part):
        return rows, []
    reason = f"all would take more than {MAX_FRAME_BYTES >> 20} MiB" if samples is None else "as requested"
    return rows, [f"{len(rows)} of {len(part)} samples of {part.name!r} are stored: {reason}"]


def _batch(part: Split, matching: Matching, rows: np.ndarray, model: FusionModel) -> Batch:
    """Return samples with the features in the order of the data and the modalities in that of the model."""
    whole = matching.completed(part)
    return batch_of(whole, rows).ordered(model.spec.names)


def _split(part: Split, matching: Matching, rows: np.ndarray, inputs: str, model: FusionModel) -> PageSplit:
    frames, valid, share, clock = {}, {}, {}, None
    tokens = model.config.tokens if isinstance(model, Adapted) else ()
    for modality in matching.model.modalities:
        values, there = matching.recorded(part, modality.name, rows)
        kind = "float32" if inputs == "adaptive" and modality.name in tokens else inputs
        frames[modality.name], valid[modality.name] = StoredFrames.of(values, there, kind), there
    if model.timed:
        batch = _batch(part, matching, rows, model)
        share, clock = {n: s.numpy() for n, s in _shares(model, batch).items()}, np.asarray(batch.clock)
    target = None if part.target is None else np.asarray(part.target)[rows]
    return PageSplit(part.name, tuple(map(str, part.ids[rows])), rows, target, frames, valid, share, clock)


def _shares(model: FusionModel, batch: Batch) -> dict[str, Tensor]:
    """Return the interval of every frame as a fraction of the interval that all steps cover."""
    return {} if isinstance(model, Adapted) else model.encoders.shares(batch)


def _traceable(
    model: FusionModel, part: Split, matching: Matching, rows: np.ndarray
) -> tuple[RowPredictions, tuple[list[Tensor], list[Tensor], list[Tensor]]]:
    """Return what is traced, and the values, masks and clock fractions of an example."""
    batch, names = _batch(part, matching, rows[:1], model), model.spec.names
    order = {name: torch.from_numpy(np.asarray(index)) for name, index in matching.order.items()}
    net = RowPredictions(model, order, matching.columns)
    shares = _shares(model, batch) if model.timed else {}
    return net, (
        [batch.values[n] for n in names],
        [batch.valid[n] for n in names],
        [shares[n] for n in names if n in shares],
    )


def _with_weights(
    exported: ExportedGraph, storage: tuple[str, int], known: Mapping[str, dict[str, Any]] | None = None, at: int = 0
) -> tuple[dict[str, Any], bytes]:
    """Return the graph with the places of its constants, and their bytes from ``at`` on, without those of parameters with a known place.

    ``storage``: that of the weights, and the bits of a level.
    """
    nodes, parts = list(exported.graph["nodes"]), []
    weights, bits = storage
    for place, tensor in exported.constants.items():
        found = (known or {}).get(exported.parameters.get(place, ""))
        if found is not None:
            nodes[place] = nodes[place] | {key: found[key] for key in ("at", "store", "step", "zero") if key in found}
            continue
        array, store, scale = tensor.cpu().numpy(), "f4", None
        if array.dtype == np.float32:
            kind = weights if array.size > SMALL and place in exported.parameters else "float32"
            levels, scale = to_levels(array, bits) if kind == "adaptive" else (None, None)
            if levels is not None:
                raw, store = levels.tobytes(), LEVELS
            else:
                kind = "float32" if kind == "adaptive" else kind
                raw, store = packed(array, kind), STORES[kind]
        elif array.dtype == bool:
            raw, store = array.astype(np.uint8).tobytes(), "u1"
        elif array.dtype.kind in "iu":
            raw, store = array.astype("<i8").tobytes(), "i8"
        else:
            raw, store = array.astype("<f8").tobytes(), "f8"
        nodes[place] = {**nodes[place], "at": at, "store": store, **(scale or {})}
        parts.append(raw + b"\0" * (-len(raw) % 8))
        at += len(parts[-1])
    return {**exported.graph, "nodes": nodes}, b"".join(parts)


def _names(exported: ExportedGraph) -> list[str]:
    """Return the names of the stored parameters in the model's state."""
    return [name.removeprefix("model.") for name in exported.parameters.values()]


class _Variant(NamedTuple):
    model: FusionModel
    stored: bool


def _errors(
    run: Run,
    epoch: int,
    part: Split,
    matching: Matching,
    rows: np.ndarray,
    split: PageSplit,
    exported: ExportedGraph,
    storage: tuple[str, int],
) -> dict[str, float]:
    """Return the largest change of a prediction by the storage of weights, of frames, and of both; all samples, subsets and steps."""
    found = {"weights_error": 0.0, "inputs_error": 0.0, "error": 0.0}
    other = any(frames.kind != "float32" for frames in split.frames.values())
    weights, bits = storage
    if weights == "float32" and not other:
        return found
    with run.at_epoch(epoch) as exact, run.at_epoch(epoch) as changed:
        round_weights(changed, _names(exported), weights, bits)
        variants = {"weights_error": _Variant(changed, stored=False), "inputs_error": _Variant(exact, stored=True)}
        variants["error"] = _Variant(changed, stored=True)
        if weights == "float32":
            variants = {"inputs_error": variants["inputs_error"]}
        elif not other:
            variants = {"weights_error": variants["weights_error"]}
        members = membership(len(exact.spec.names))
        for start in range(0, len(rows), _BATCH):
            batch = batch_of(part, rows[start : start + _BATCH], matching)
            piece = slice(start, start + _BATCH)
            kept = {name: frames.rows(piece) for name, frames in split.frames.items()}
            stored = with_frames(batch, replace(split, frames=kept), matching)
            true = recorded_predictions(exact, batch, members, every_step=exact.causal)
            for name, (model, from_store) in variants.items():
                seen = recorded_predictions(model, stored if from_store else batch, members, every_step=exact.causal)
                found[name] = max(found[name], float(np.nanmax(np.abs(seen - true), initial=0.0)))
        if len(variants) == 1:
            found["error"] = max(found.values())
    return found


def _frame_error(part: Split, matching: Matching, rows: np.ndarray, name: str, frames: StoredFrames) -> float:
    """Return the largest error of a stored value, in training standard deviations of its feature."""
    if frames.kind == "float32":
        return 0.0
    values, there = matching.recorded(part, name, rows)
    if not there.any():
        return 0.0
    sd = np.asarray(matching.spec.modality(name).std, np.float64)
    error = np.abs(frames.values[there].astype(np.float64) - values[there])
    return float(np.max(error / np.where(sd > 0, sd, np.inf), initial=0.0))
