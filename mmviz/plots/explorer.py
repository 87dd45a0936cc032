"""The Explorer's frame: everything its page shows, as named arrays; and the same frame with fewer recorded samples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis import prefix_shapley, states
from mmviz.analysis.game import explained_target, is_labelled
from mmviz.analysis.recorded_selection import recorded_text
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, takes
from mmviz.core.subsets import MAX_EXACT_PLAYERS
from mmviz.plots import theme
from mmviz.plots.end_to_end import rule_words
from mmviz.plots.explorer_attribution import attribution_group, faithfulness_text
from mmviz.plots.explorer_groups import (
    influence_group,
    overall_shapley_group,
    retraining_group,
    routing_group,
    sample_list_group,
    training_curve_group,
    trajectory_group,
    transport_group,
)
from mmviz.plots.explorer_overview import overview_group
from mmviz.plots.explorer_scans import missing_scans, scan_group
from mmviz.plots.explorer_seeds import seed_groups, shown_run
from mmviz.trace.schema import is_combined

if TYPE_CHECKING:
    from collections.abc import Sequence

#: fusion -> its name in papers; other names are shown as they are
MODEL_WORDS = {
    "alignmamba": "AlignMamba",
    "alignmamba2": "AlignMamba-2",
    "coupled_mamba": "Coupled Mamba",
    "cross_attention": "Cross-attention",
    "transformer": "Transformer",
    "lmf": "Low-rank fusion (LMF)",
    "tfn": "Tensor fusion (TFN)",
    **{name: f"{name.capitalize()} fusion" for name in ("early", "late", "average", "concat", "gated")},
}
_NOT_FOR_MEANS = "Scores, Shapley values and the list of samples are of the whole split."
#: exponent of the levels of hidden-state magnitudes: level k of 255 is (k / 255)^2 of the scale
STATE_POWER = 2


def model_words(name: str) -> str:
    """Return the name of a registered fusion as papers write it, of any other model its own name."""
    return MODEL_WORDS.get(name, name)


def only_recorded(frame: xr.Dataset, recorded_samples: int | Sequence[str]) -> xr.Dataset:
    """Return the frame with a subset of its recorded samples; everything else, including every scale, is unchanged.

    Parameters
    ----------
    frame
        From :func:`mmviz.plots.explorer_frame`.
    recorded_samples
        Number of samples (evenly spaced), or ids of samples in the order of display.

    Raises
    ------
    ConfigError
        No sample, a number below 1, an id that was not recorded, or a repeated id.
    """
    kept = (
        _evenly_spaced(recorded_samples, frame.sizes["recorded_sample"])
        if isinstance(recorded_samples, int)
        else _with_ids(recorded_samples, frame)
    )
    # the last entry is for listed samples that were not recorded
    index = np.full(frame.sizes["recorded_sample"] + 1, -1)
    index[kept] = np.arange(len(kept))
    before = frame["listed_recorded"]
    after = index[before.values.astype(int)].astype(before.dtype)
    return frame.isel(recorded_sample=kept).assign(listed_recorded=before.copy(data=after))


def _evenly_spaced(most: int, count: int) -> list[int]:
    if isinstance(most, bool) or most < 1:
        raise ConfigError(f"recorded_samples: {most!r}; give a positive number of samples, or their ids")
    chosen = np.linspace(0, count - 1, min(most, count)).round()
    return [int(i) for i in chosen]


def _with_ids(ids: Sequence[str], frame: xr.Dataset) -> list[int]:
    known = [str(name) for name in frame["sample_id"].values]
    if isinstance(ids, str) or not len(ids):
        raise ConfigError(
            f"recorded_samples: {ids!r}; give a list of ids, such as [{known[0]!r}], or a number of samples"
        )
    if len(set(ids)) < len(ids):
        twice = next(name for i, name in enumerate(ids) if name in list(ids)[:i])
        raise ConfigError(f"recorded_samples: {twice!r} is repeated; give each id once")
    for name in ids:
        if name not in known:
            raise ConfigError(
                f"recorded_samples: {name!r} was not recorded{nearest(name, known)}; use ids among the {len(known)} recorded samples, such as "
                f"{known[0]!r}"
            )
    return [known.index(name) for name in ids]


@takes(trace="trace")
def explorer_frame(
    trace: xr.DataTree,
    *,
    channels: int = 32,
    samples: int = 5000,
    recorded_samples: int | Sequence[str] | None = None,
    run: str | None = None,
) -> xr.Dataset:
    """Return the arrays that :class:`mmviz.widgets.Explorer` shows, as far as the Trace holds their groups.

    Predictions and Shapley values are rounded to 16 significant bits. Always: ``state_valid``; ``prediction`` (epoch, recorded_sample, time,
    output), from the prefix that ends at this step (attributes ``prefix`` and ``prefix_says``); ``phi`` and ``baseline``
    (…, modality), exact Shapley values of that prediction; ``game`` (…, coalition), the value v of every subset of modalities; ``phi_mean``, ``phi_low``, ``phi_high`` (modality): over all samples;
    with ``/retrained`` ``retrained``, ``masked`` (statistic, coalition) and ``gap`` (statistic, modality);
    ``history`` (history_epoch, curve); ``listed_*`` (listed): the list of samples;
    ``overview_*``, ``class_score``, ``mask_cost``, ``confusion``: see :func:`mmviz.plots.explorer_overview.overview_group`; per modality ``signal_<name>`` (attribute ``display``, how it is drawn) and
    ``signal_valid_<name>``, of text ``signal_token_<name>``, the words; with timestamps ``signal_time_<name>`` and ``signal_end_<name>`` (begin and end of an
    input frame) and ``clock`` (recorded_sample, edge), begin and end of the time axis, all in seconds. For a model with a scan: ``state`` uint8 (epoch, recorded_sample, layer, modality, channel, time): (byte / 255)² ·
    ``scale`` of its layer, so that small norms are resolved; largest rounding error 0.4 % of the scale; ``coupling``; ``half_life`` (layer, modality, channel), median over the states, in steps;
    ``path`` (recorded_sample, layer, modality, time, axis): hidden states in one plane per layer. ``influence``, ``routing``, ``plan`` and ``cost``
    are uint8 maps with their ``scale``; ``estimated_lag`` (recorded_sample, pair) is that of :func:`mmviz.analysis.transport`.
    ``attribution…``: see :func:`mmviz.plots.explorer_attribution.attribution_group`; ``scan_…``: captured scans of a user's module, see
    :func:`mmviz.plots.explorer_scans.scan_group`. ``channel_index`` is -1 in rows of a (layer, modality) with fewer channels than others.
    Of a combined Trace: the frame of one run, and how far its seeds agree, see
    :func:`mmviz.plots.explorer_seeds.seed_groups`; attribute ``shown_run``.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    channels
        Channels shown per layer and modality, see :func:`mmviz.analysis.states`.
    samples
        Largest number of samples of the list and the overview; beyond it, a stratified subset and all recorded ones.
    recorded_samples
        Subset of the recorded samples, for a smaller page: a number (evenly spaced), or ids. All when None.
    run
        Of a combined Trace: the name of the run that is shown; the first one when None.

    Raises
    ------
    DataError
        If the Trace holds no coalitions.
    ConfigError
        ``recorded_samples`` holds an id that was not recorded, or the Trace has no run of that name.
    """
    if is_combined(trace) or run is not None:
        shown, member = shown_run(trace, run)
        frame = explorer_frame(member, channels=channels, samples=samples)
        frame = frame.merge(seed_groups(trace, shown), combine_attrs="override").assign_attrs(shown_run=shown)
        return frame if recorded_samples is None else only_recorded(frame, recorded_samples)
    if "prefixes" not in trace.children:
        raise DataError(f"Explorer: the Trace holds no predictions of subsets of modalities; {_remedy(trace)}")
    prefixes = trace["prefixes"].to_dataset()
    phi = prefix_shapley(trace)
    samples_of_frame = trace["samples"].to_dataset().isel(sample=prefixes["recorded_sample"].values)
    explained = explained_target(trace).isel(sample=prefixes["recorded_sample"].values)
    frame = xr.Dataset(
        {
            "state_valid": trace["states"].to_dataset()["valid"].transpose("recorded_sample", "modality", "time"),
            "prediction": rounded_float32(prefixes["prediction"].isel(coalition=-1)),
            "phi": rounded_float32(phi["phi"]),
            "baseline": rounded_float32(phi["baseline"]),
            "game": rounded_float32(_game(prefixes["prediction"], explained)),
            **_signals(trace),
        },
    )
    if "clock" in trace.children:
        frame["clock"] = time_axis_ends(trace["clock"].to_dataset())
    frame = frame.drop_vars("layer", errors="ignore").assign_coords(
        sample_id=("recorded_sample", samples_of_frame["id"].values), target=("recorded_sample", explained.values)
    )
    parts = [
        overall_shapley_group(trace),
        retraining_group(trace),
        training_curve_group(trace),
        sample_list_group(trace, most=samples),
        overview_group(trace, most=samples),
    ]
    if trace["states"].sizes["layer"]:
        parts += [_states(trace, channels), trajectory_group(trace)]
    parts += [influence_group(trace), attribution_group(trace), routing_group(trace), transport_group(trace)]
    parts += [scan_group(trace)]
    for part in parts:
        frame = frame.assign({str(name): array for name, array in part.data_vars.items()}).assign_coords(part.coords)
    if "layer" in frame.sizes:
        frame = frame.assign_coords(layer=np.arange(1, frame.sizes["layer"] + 1))
    frame.attrs = _attrs(trace, phi)
    return frame if recorded_samples is None else only_recorded(frame, recorded_samples)


def _states(trace: xr.DataTree, channels: int) -> xr.Dataset:
    summary = states(trace, channels=channels)
    state, scale = _quantized_norm(summary["norm"], summary["valid"])
    typical = summary["half_life"].median("state").isel(channel_all=summary["channel"])
    part = xr.Dataset(
        {
            "state": state,
            "coupling": summary["coupling"].astype(np.float32),
            "half_life": typical.rename(rank="channel").drop_vars("channel_all", errors="ignore").astype(np.float32),
        }
    )
    part["state"].attrs = {"scale": json.dumps(scale), "power": STATE_POWER, "long_name": "‖h‖₂", "unit": "1"}
    absent = absent_channels(summary["norm"].rename(rank="channel"))
    if absent.any():
        part["state"] = part["state"].where(~absent, 0).astype(np.uint8).assign_attrs(part["state"].attrs)
    return part.assign_coords(
        channel=np.arange(part.sizes["channel"]),
        channel_index=(("layer", "modality", "channel"), np.where(absent.values, -1, summary["channel"].values)),
    )


def absent_channels(norm: xr.DataArray) -> xr.DataArray:
    """Return (layer, modality, channel): True for channels that pad a narrower (layer, modality): NaN at every epoch, sample and step."""
    return norm.isnull().all(["epoch", "recorded_sample", "time"]).transpose("layer", "modality", "channel")


def _quantized_norm(norm: xr.DataArray, valid: xr.DataArray) -> tuple[xr.DataArray, list[float]]:
    """Return the norms as uint8 on one scale per layer (:func:`mmviz.plots.theme.colour_limit` of the valid steps); not finite: 255.

    Level k is (k / 255)^:data:`STATE_POWER` times the scale: nine of ten norms lie in the lowest fifth of the scale, which has 114 of the 256 levels.
    """
    norm = norm.astype(np.float64)
    scale = [theme.colour_limit(norm.isel(layer=i).where(valid).values) for i in range(norm.sizes["layer"])]
    share = (norm / xr.DataArray(scale, dims="layer")).fillna(1).clip(0, 1)
    level = share ** (1 / STATE_POWER) * 255
    return level.round().astype(np.uint8).rename(rank="channel").transpose(..., "channel", "time"), scale


def _game(prediction: xr.DataArray, target: xr.DataArray) -> xr.DataArray:
    """Return v of every subset at every step: the probability of the true class, or the predicted value."""
    if prediction.sizes["output"] == 1:
        value = prediction.isel(output=0, drop=True)
    else:
        value = prediction.isel(output=xr.DataArray(target.values, dims="recorded_sample"), drop=True)
    return value.drop_vars("output", errors="ignore").transpose("epoch", "recorded_sample", "time", "coalition")


def rounded_float32(values: xr.DataArray) -> xr.DataArray:
    """Return float32 rounded to 16 significant bits (relative error below 8e-6): a page of 40 epochs stays small."""
    bits = np.ascontiguousarray(values.values, np.float32).view(np.uint32).astype(np.uint64)
    kept = ((bits + 0x80) & 0xFFFFFF00).astype(np.uint32).view(np.float32)
    return values.astype(np.float32).copy(data=kept.reshape(values.shape))


def _signals(trace: xr.DataTree) -> dict[str, xr.DataArray]:
    out: dict[str, xr.DataArray] = {}
    for name in trace.attrs["modalities"]:
        data = trace["inputs"][name].to_dataset()
        renamed = data.rename(frame=f"frame_{name}", feature=f"feature_{name}")
        signal = renamed["value"].astype(np.float32).where(renamed["valid"], np.float32(0))
        signal.attrs = {"unit": data["value"].attrs.get("units", ""), "rate_hz": data.attrs["rate_hz"] or ""}
        signal.attrs |= {
            "spacing_s": data.attrs.get("spacing_s") or "",
            "irregular": int(data.attrs.get("irregular", False)),
            "static": int(data.attrs.get("static", False)),
            "display": json.dumps(data.attrs.get("display") or {"kind": "lines"}),
        }
        out[f"signal_{name}"] = signal
        out[f"signal_valid_{name}"] = renamed["valid"]
        if "token" in renamed:
            out[f"signal_token_{name}"] = renamed["token"]
        if "time" in renamed:
            out |= {f"signal_time_{name}": renamed["time"], f"signal_end_{name}": renamed["end"]}
    return out


def time_axis_ends(clock: xr.Dataset) -> xr.DataArray:
    """Return begin and end of the time axis of each recorded sample in seconds, (recorded_sample, edge)."""
    edges = np.stack([clock["start"].values[:, 0], clock["stop"].values[:, -1]], axis=1)
    return xr.DataArray(edges, dims=("recorded_sample", "edge"))


def _attribution_row(trace: xr.DataTree) -> str:
    """Return the id of the row on trust of the Trace's attribution."""
    return rule_words(trace["attribution"].attrs if "attribution" in trace.children else {}).row


def _attrs(trace: xr.DataTree, phi: xr.Dataset) -> dict[str, Any]:
    trained = trace["coalitions"].to_dataset().get("trained")
    measured = faithfulness_text(trace)
    return {
        "title": f"{model_words(trace.attrs['model']['name'])} on {trace.attrs['dataset']}",
        "dataset": trace.attrs["dataset"],
        "trained_on": str(trace.attrs.get("trained_on", "")),
        "imputation": phi.attrs["imputation"],
        "untrained": phi.attrs.get("untrained", ""),
        "faithfulness": json.dumps({_attribution_row(trace): measured} if measured else {}),
        **({"trained": json.dumps(trained.values.tolist())} if trained is not None else {}),
        "split": trace.attrs["split"],
        "model": trace.attrs["model"]["name"],
        "run": trace.attrs.get("run", ""),
        "settings": json.dumps({"model": trace.attrs["model"].get("options", {}), "train": trace.attrs["train"]}),
        "task": trace.attrs["task"]["kind"],
        "target_name": phi.attrs["units"],
        "labelled": int(is_labelled(trace["samples"]["target"])),
        "best_epoch": trace.attrs["best_epoch"],
        "align": trace.attrs["steps"]["align"],
        "prefix": trace["prefixes"].attrs.get("label", ""),
        "prefix_says": trace["prefixes"].attrs.get("description", ""),
        "recorded": recorded_text(trace),
        "notes": json.dumps(
            [*trace.attrs["notes"], f"Hidden states and other maps: {recorded_text(trace)}. {_NOT_FOR_MEANS}"]
        ),
        "missing_scans": missing_scans(trace),
    }


def _remedy(trace: xr.DataTree) -> str:
    """Return what to do with a Trace that was recorded without subsets."""
    if (count := len(trace.attrs["modalities"])) <= MAX_EXACT_PLAYERS:
        return "record it again with coalitions=True"
    return (
        f"it has {count}, and the Explorer needs all subsets, at most {MAX_EXACT_PLAYERS} modalities. Estimate Shapley values with "
        "mmviz.recording.record_sampled_coalitions and draw them with mmviz.plots.plot_shapley; the figures of states work as usual"
    )
