"""Schema of a Trace: groups, variables, dimensions and types, and the validation of a tree against it.

Dimensions:

=============== ====================================================================================
sample          samples of the split that was recorded
recorded_sample those whose hidden states were recorded; coordinate = position in ``sample``
epoch           recorded epochs; coordinate = epoch number, 0 is the untrained model
layer           coupled layers, or layers with experts
modality        modalities (names)
target_modality modality that receives an influence or a coupling weight; ``source_modality`` the one that it comes from
time            steps of the model, after alignment
channel         inner channels of the scan
state           states per channel
coalition       subsets of modalities; row k contains modality i if bit i of k is set; 0 is the empty set, the last row all
output          class probabilities, or the value of a regression
target_block    blocks of time steps of the influence and attribution maps; coordinate = first step; ``source_block`` the same, of the source
expert          experts of a layer; coordinate ``expert_modality`` = the modality of a modality-specific expert, "" for a shared one
pair            a modality and its anchor; coordinates ``source`` and ``anchor``
anchor_time     steps of the anchor
seed            of the trainings of a study of subsets (``/retrained``)
statistic       mean, and low and high end of its interval
representation  what a linear probe reads: the encoder's output, or the input of the head
weights         whose representation is probed: the full model, its untrained copy, or a model of the modality alone
explanation     methods whose scores order the cells (modality, step); ``fraction`` the share of the cells that is removed or kept
frame, feature  of one modality's recorded input; their sizes differ between modalities
measured_sample samples of a recording for measures (:data:`MEASURES`); coordinate = position in ``sample``
cell            combinations of the modalities of N measured samples, in C order (``/product_grid``)
draw            permutations of the measured samples; ``partner`` is the measured sample that the modality comes from
player          time windows of the modalities (``/window_game``)
scan_stream     SSM streams of one captured scan (``/scans/0``, ``/scans/1``, ...); ``scan_source`` the same, as the source
scan_step       steps of that scan; ``scan_channel`` its channels, ``scan_state`` states per channel; sizes differ between scans
target_step_block blocks of scan steps of its influence map; coordinate = first step; ``source_step_block`` the same, of the source
=============== ====================================================================================

``/attribution``: contributions to the raw outputs (logits or the value), see :func:`mmviz.record`; logit = ``bias`` + Σ ``share``. Attribute ``rule``: with
frozen gates (``frozen``, ``half``), or ``integrated gradients``, which has no ``stream``, ``prefix`` or ``share_of_mean``.
``/attribution_frames/NAME``: the same for the recorded frames, for a modality whose steps are averages of frames.

``/scans/K``: a scan that a user's module calls, at the best epoch and its own resolution, see :func:`mmviz.models.adapt` (``scans=``). Its attributes
(:data:`SCAN_ATTRS`) state the site, the modality of each stream ("" none or several), and how scan steps correspond to frames. ``/states`` contains
those whose steps follow the frames of one modality; there ``/operator`` may lack h, B and C, and is NaN where scan steps are not steps of the model.

``/faithfulness``: the output (p of the predicted class, or the value) when the cells with the largest scores are removed (``deletion``) or kept
(``insertion``) after the encoders, see :func:`mmviz.recording.record_faithfulness`.

Seconds, where the data have timestamps: ``/inputs/NAME/time`` and ``end``, start and end of each frame (NaN without a
frame; the time from the end of a frame to the start of the next one is a gap), and ``/clock/start`` and
``stop``, the time range of each step of the model. All times of a sample are on one clock. Without timestamps these groups are absent.

``/inputs/NAME`` may have the attribute ``display``, the fields of `mmviz.data.Display`: how a page draws the input. Without it: lines.
``token`` (recorded_sample, frame), for text: the word or token of each frame, "" without one.

A combined Trace (`mmviz.trace.combine`) holds several Traces of one model and data, trained with different seeds: its children
``/runs/0``, ``/runs/1``, ... are complete Traces. :data:`COMBINED_ATTRS` are the attributes of its root. Each run keeps its epochs and
its best epoch; samples and recorded samples are the same in all runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

SCHEMA_VERSION = 3

#: group -> variable -> (dimensions, numpy dtype kind)
SCHEMA: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "samples": {
        "id": (("sample",), "UOT"),
        "group": (("sample",), "UOT"),
        "target": (("sample",), "if"),
    },
    "clock": {
        "start": (("recorded_sample", "time"), "f"),
        "stop": (("recorded_sample", "time"), "f"),
    },
    "coalitions": {
        "members": (("coalition", "modality"), "b"),
        "prediction": (("sample", "coalition", "output"), "f"),
        "trained": (("coalition",), "b"),
    },
    "prefixes": {
        "prediction": (("epoch", "recorded_sample", "coalition", "time", "output"), "f"),
    },
    "states": {
        "norm": (("epoch", "recorded_sample", "layer", "modality", "time", "channel"), "f"),
        "coupling": (("epoch", "layer", "target_modality", "source_modality"), "f"),
        "valid": (("recorded_sample", "modality", "time"), "b"),
    },
    "operator": {
        "h": (("recorded_sample", "layer", "modality", "time", "channel", "state"), "f"),
        "dt": (("recorded_sample", "layer", "modality", "time", "channel"), "f"),
        "B": (("recorded_sample", "layer", "modality", "time", "state"), "f"),
        "C": (("recorded_sample", "layer", "modality", "time", "state"), "f"),
        "A": (("layer", "modality", "channel", "state"), "f"),
        "W": (("recorded_sample", "layer", "target_modality", "source_modality"), "f"),
    },
    "influence": {
        "influence": (
            ("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block"),
            "f",
        ),
        "effect": (
            ("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block"),
            "f",
        ),
    },
    "attribution": {
        "share": (("recorded_sample", "output", "modality", "time"), "f"),
        "share_of_mean": (("recorded_sample", "output", "modality", "time"), "f"),
        "bias": (("recorded_sample", "output"), "f"),
        "logit": (("recorded_sample", "output"), "f"),
        "conservation_error": (("recorded_sample", "output"), "f"),
        "stream": (
            ("recorded_sample", "target_modality", "target_block", "source_modality", "source_block"),
            "f",
        ),
        "prefix": (("recorded_sample", "output", "time", "source_modality", "source_block"), "f"),
        "prefix_bias": (("recorded_sample", "output", "time"), "f"),
    },
    "faithfulness": {
        "deletion": (("recorded_sample", "explanation", "fraction"), "f"),
        "insertion": (("recorded_sample", "explanation", "fraction"), "f"),
        "cells": (("recorded_sample",), "iu"),
    },
    "routing": {
        "weight": (("epoch", "recorded_sample", "layer", "modality", "time", "expert"), "f"),
        "expert_modality": (("expert",), "UOT"),
    },
    "transport": {
        "plan": (("recorded_sample", "pair", "time", "anchor_time"), "f"),
        "cost": (("recorded_sample", "pair", "time", "anchor_time"), "f"),
        "distance": (("epoch", "recorded_sample", "pair"), "f"),
    },
    "alignment": {
        "ot": (("epoch", "pair"), "f"),
        "mmd": (("epoch", "pair"), "f"),
        "a_distance": (("epoch", "pair"), "f"),
    },
    "retrained": {
        "members": (("coalition", "modality"), "b"),
        "retrained": (("statistic", "coalition"), "f"),
        "masked": (("statistic", "coalition"), "f"),
        "excess": (("statistic", "coalition"), "f"),
        "above_constant": (("statistic", "modality"), "f"),
        "gap": (("statistic", "modality"), "f"),
        "head": (("statistic", "modality"), "f"),
        "representation_loss": (("statistic", "modality"), "f"),
        "training_gain": (("statistic", "modality"), "f"),
        "alone_head": (("statistic", "modality"), "f"),
        "probe": (("statistic", "representation", "weights", "modality"), "f"),
        "value_retrained": (("seed", "coalition"), "f"),
        "value_masked": (("seed", "coalition"), "f"),
        "validation": (("seed", "coalition"), "f"),
        "probe_score": (("seed", "representation", "weights", "modality"), "f"),
        "failed": (("seed", "coalition"), "b"),
        "verdict": (("modality",), "UOT"),
        "explanation": (("modality",), "UOT"),
    },
    "history": {},
    "product_grid": {"logit": (("cell", "output"), "f")},
    "permutations": {
        "prediction": (("modality", "draw", "measured_sample", "output"), "f"),
        "full": (("measured_sample", "output"), "f"),
        "partner": (("draw", "measured_sample"), "i"),
    },
    "window_game": {
        "prediction": (("measured_sample", "coalition", "output"), "f"),
        "members": (("coalition", "player"), "b"),
        "present": (("measured_sample", "player"), "b"),
        "target": (("measured_sample",), "if"),
    },
    "features": {
        "encoder": (("modality", "measured_sample", "encoder_feature"), "f"),
        "pooled": (("modality", "measured_sample", "pooled_feature"), "f"),
        "present": (("modality", "measured_sample"), "b"),
    },
    "utilisation": {
        "full": (("epoch", "measured_sample"), "f"),
        "cut": (("epoch", "modality", "measured_sample"), "f"),
    },
}
#: groups that :func:`mmviz.trace.with_measures` adds; each has the coordinate ``measured_sample``, positions in ``sample``
MEASURES = ("product_grid", "permutations", "window_game", "features", "utilisation")
#: every child of ``inputs`` is one modality
INPUT: dict[str, tuple[tuple[str, ...], str]] = {
    "value": (("recorded_sample", "frame", "feature"), "f"),
    "valid": (("recorded_sample", "frame"), "b"),
}
#: additional variable of a modality of text: the word or token of each frame, "" without one
TOKENS: dict[str, tuple[tuple[str, ...], str]] = {"token": (("recorded_sample", "frame"), "UOT")}
#: every child of ``scans`` is one captured scan
SCAN: dict[str, tuple[tuple[str, ...], str]] = {
    "norm": (("recorded_sample", "scan_stream", "scan_step", "scan_channel"), "f"),
    "dt": (("recorded_sample", "scan_stream", "scan_step", "scan_channel"), "f"),
    "half_life": (("recorded_sample", "scan_stream", "scan_channel"), "f"),
    "A": (("scan_stream", "scan_channel", "scan_state"), "f"),
    "W": (("recorded_sample", "scan_stream", "scan_source"), "f"),
    "valid": (("recorded_sample", "scan_stream", "scan_step"), "b"),
    "frame": (("scan_stream", "scan_step"), "i"),
    "influence": (
        ("recorded_sample", "scan_stream", "target_step_block", "scan_source", "source_step_block"),
        "f",
    ),
}
#: attribute of a captured scan -> its type
SCAN_ATTRS: dict[str, type] = {
    "site": str,
    "function": str,
    "label": str,
    "modality": str,
    "modalities": list,
    "depends_on": list,
    "alignment": list,
    "replay_error": float,
    "in_states": bool,
    "steps_per_block": int,
}
#: every child of ``attribution_frames`` is one modality whose steps are averages of frames
ATTRIBUTION_FRAMES: dict[str, tuple[tuple[str, ...], str]] = {"share": (("recorded_sample", "output", "frame"), "f")}
#: group -> variables that it may lack: those of causal fusions or frozen gates, whether training met a coalition, and states of scans of different shapes
OPTIONAL_VARIABLES = {
    "attribution": ("prefix", "prefix_bias", "share_of_mean", "stream"),
    "coalitions": ("trained",),
    "operator": ("h", "B", "C"),
}
#: additional variables of a modality with timestamps, seconds
TIMED: dict[str, tuple[tuple[str, ...], str]] = {
    "time": (("recorded_sample", "frame"), "f"),
    "end": (("recorded_sample", "frame"), "f"),
}
#: attribute of the root -> its type
ROOT_ATTRS: dict[str, type] = {
    "schema": int,
    "mmviz": str,
    "dataset": str,
    "split": str,
    "model": dict,
    "train": dict,
    "backend": str,
    "task": dict,
    "modalities": list,
    "best_epoch": int,
}
#: attribute of the root of a combined Trace -> its type; ``runs``: names, ``seed`` and ``best_epoch``: one per run
COMBINED_ATTRS: dict[str, type] = {
    "schema": int,
    "dataset": str,
    "split": str,
    "model": dict,
    "task": dict,
    "modalities": list,
    "runs": list,
    "seed": list,
    "best_epoch": list,
}
#: optional groups: excluded on request, or not applicable to the model
OPTIONAL = (
    "clock",
    "coalitions",
    "prefixes",
    "influence",
    "attribution",
    "faithfulness",
    "routing",
    "transport",
    "alignment",
    "retrained",
    "scans",
    *MEASURES,
)


@takes(trace="trace")
def validate(trace: xr.DataTree) -> None:
    """Check that a tree is a Trace of this schema version, or a combined Trace of such Traces.

    Raises
    ------
    DataError
        Another schema version (both are named), or the first group, variable, dimension or type that
        violates :data:`SCHEMA`.
    """
    version = trace.attrs.get("schema")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"Trace: schema version {version!r}, expected {SCHEMA_VERSION}; load a file of version 2 with mmviz.trace.load, which converts it; "
            "otherwise record the Trace again, or use the mmviz version named in its attribute 'mmviz'"
        )
    if is_combined(trace):
        _check_combined(trace)
        return
    _check_attributes(trace.attrs, ROOT_ATTRS)
    for group, variables in SCHEMA.items():
        if group in trace.children:
            data = trace[group].to_dataset()
            left_out = [v for v in OPTIONAL_VARIABLES.get(group, ()) if v not in data]
            _check_group(f"/{group}", data, {v: rule for v, rule in variables.items() if v not in left_out})
        elif group not in OPTIONAL:
            raise DataError(
                f"Trace: group /{group} is missing (schema {SCHEMA_VERSION}); it contains {', '.join(trace.children)}"
            )
    for name, column in trace["history"].data_vars.items():
        if column.dims not in (("epoch",), ("epoch", "modality")):
            raise DataError(
                f"Trace: /history/{name} has dimensions {column.dims}, the schema requires epoch (and modality)"
            )
    if "inputs" not in trace.children:
        raise DataError(
            f"Trace: group /inputs is missing (schema {SCHEMA_VERSION}); it contains {', '.join(trace.children)}"
        )
    for name in trace.attrs["modalities"]:
        if name not in trace["inputs"].children:
            raise DataError(
                f"Trace: group /inputs/{name} is missing; /inputs contains {', '.join(trace['inputs'].children)}"
            )
        recorded = trace["inputs"][name].to_dataset()
        timed = TIMED if set(TIMED) & set(recorded.data_vars) else {}
        _check_group(f"/inputs/{name}", recorded, INPUT | timed | (TOKENS if "token" in recorded else {}))
        _check_display(name, recorded)
    if "attribution_frames" in trace.children:
        for name, child in trace["attribution_frames"].children.items():
            if name not in trace.attrs["modalities"]:
                raise DataError(
                    f"Trace: group /attribution_frames/{name} is of no modality of the Trace; it has {', '.join(trace.attrs['modalities'])}"
                )
            _check_group(f"/attribution_frames/{name}", child.to_dataset(), ATTRIBUTION_FRAMES)
    if "scans" in trace.children:
        _check_scans(trace)


def _check_display(name: str, recorded: xr.Dataset) -> None:
    """Raise DataError where the attribute ``display`` of an input is not that of a `mmviz.core.display.Display`."""
    display = recorded.attrs.get("display")
    if display is None:
        return
    place = f"attribute 'display' of /inputs/{name}"
    try:
        known = recorded.attrs.get("rate_hz") or recorded.attrs.get("spacing_s")
        Display(**display).require_fit(recorded.sizes["feature"], known, place)
    except (ConfigError, TypeError) as error:
        raise DataError(f"Trace: {place} is {display!r:.100}, which is not valid ({error})") from error


def _check_scans(trace: xr.DataTree) -> None:
    """Raise DataError where ``/scans`` is not numbered, or a variable or an attribute of a captured scan is missing."""
    held, names = list(trace["scans"].children), ["", *trace.attrs["modalities"]]
    if held != [str(k) for k in range(len(held))]:
        raise DataError(
            f"Trace: /scans contains {', '.join(held)}; the schema requires one group 0, 1, ... for each captured scan"
        )
    for name, child in trace["scans"].children.items():
        place, data = f"/scans/{name}", child.to_dataset()
        _check_group(place, data, {v: rule for v, rule in SCAN.items() if v != "influence" or v in data})
        for key, kind in SCAN_ATTRS.items():
            if type(data.attrs.get(key)) is not kind:
                raise DataError(
                    f"Trace: attribute {key!r} of {place} is {data.attrs.get(key)!r:.80}, the schema requires a {kind.__name__}"
                )
        streams = data.attrs["modalities"]
        if len(streams) != data.sizes["scan_stream"] or not {*streams, data.attrs["modality"]} <= set(names):
            raise DataError(
                f"Trace: attributes 'modality' and 'modalities' of {place} are {data.attrs['modality']!r:.40} and {streams!r:.80}; the schema requires a "
                f"modality of the Trace, or '', for each of the {data.sizes['scan_stream']} streams"
            )


def is_combined(trace: xr.DataTree) -> bool:
    """Return whether a tree is a combined Trace: several runs, each a Trace of its own."""
    return "runs" in trace.children


def _check_combined(trace: xr.DataTree) -> None:
    _check_attributes(trace.attrs, COMBINED_ATTRS)
    names, held = trace.attrs["runs"], list(trace["runs"].children)
    if not names or held != [str(k) for k in range(len(names))] or len(set(map(str, names))) < len(names):
        raise DataError(
            f"Trace: attribute 'runs' is {names!r:.80} and /runs contains {', '.join(held) or 'nothing'}; the schema requires different "
            "names, and one group 0, 1, ... for each; combine the Traces again with mmviz.trace.combine"
        )
    for name in ("seed", "best_epoch"):
        if len(trace.attrs[name]) != len(names):
            raise DataError(f"Trace: attribute {name!r} has {len(trace.attrs[name])} entries for {len(names)} runs")
    for name, member in zip(names, trace["runs"].children.values(), strict=True):
        if is_combined(member):
            raise DataError(f"Trace: run {name!r} is a combined Trace itself; combine the Traces of single runs")
        try:
            validate(member)
        except DataError as error:
            raise DataError(f"run {name!r}: {error}") from error


def _check_attributes(attrs: Mapping[Any, Any], required: Mapping[str, type]) -> None:
    missing = [name for name in required if name not in attrs]
    if missing:
        raise DataError(
            f"Trace: attribute {missing[0]!r} is missing at the root; it contains {', '.join(map(str, attrs))}"
        )
    for name, kind in required.items():
        if type(attrs[name]) is not kind:
            raise DataError(f"Trace: attribute {name!r} is {attrs[name]!r:.80}, the schema requires a {kind.__name__}")
    names, task = attrs["modalities"], attrs["task"]
    if not names or not all(type(name) is str for name in names) or len(set(names)) < len(names):
        raise DataError(
            f"Trace: attribute 'modalities' is {names!r:.80}, the schema requires a list of different names"
        )
    classes = task.get("classes")
    if type(task.get("kind")) is not str or type(classes) is not list or not all(type(c) is str for c in classes):
        raise DataError(f"Trace: attribute 'task' is {task!r:.80}, the schema requires a kind and a list of classes")


def _check_group(place: str, group: xr.Dataset, variables: dict[str, tuple[tuple[str, ...], str]]) -> None:
    for name, (dims, kinds) in variables.items():
        if name not in group:
            raise DataError(
                f"Trace: variable {place}/{name} is missing; the group contains {', '.join(map(str, group.variables))}"
            )
        seen = group[name]
        if seen.dims != dims:
            raise DataError(f"Trace: {place}/{name} has dimensions {seen.dims}, the schema requires {dims}")
        if seen.dtype.kind not in kinds:
            raise DataError(f"Trace: {place}/{name} has type {seen.dtype}, the schema requires kind {kinds!r}")
