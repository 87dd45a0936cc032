"""Groups of the Explorer's frame: end-to-end attribution, its shares along time and on the SSM streams, its faithfulness in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis import end_to_end, faithfulness
from mmviz.plots.end_to_end import explained_quantity, explains_class, rule_words

if TYPE_CHECKING:
    from collections.abc import Sequence

#: level of 0 in a signed uint8 map; 1 and 255 are minus and plus the limit
ZERO, STEPS = 128, 127
_BLOCKS = {"source_block": "attribution_block", "target_block": "attribution_target_block"}


def attribution_group(trace: xr.DataTree) -> xr.Dataset:
    """Return the end-to-end attribution of the recorded samples at the selected epoch, or nothing.

    ``attribution`` float32 (recorded_sample, modality, time): the signed shares of :func:`mmviz.analysis.end_to_end`; ``attribution_bias``,
    ``attribution_total``, ``attribution_error`` (recorded_sample). Of a causal model: ``attribution_prefix`` uint8 (recorded_sample, time,
    source_modality, attribution_block), see :func:`signed_levels`, with its limit ``attribution_prefix_limit`` (recorded_sample, time), and
    ``attribution_prefix_bias``, ``attribution_prefix_total`` (recorded_sample, time). Of a model with
    frozen gates: ``attribution_stream`` uint8 (recorded_sample, target_modality, attribution_target_block, source_modality,
    attribution_block): (byte / 255)² · ``attribution_stream_limit`` (recorded_sample). Coordinates ``attribution_block``: first step of each
    block; ``attribution_explained`` (recorded_sample): the class or quantity.
    """
    if "attribution" not in trace.children:
        return xr.Dataset()
    found = end_to_end(trace)
    part = xr.Dataset(
        {
            "attribution": found["share"].transpose("recorded_sample", "modality", "time"),
            **{f"attribution_{key}": found[key] for key in ("bias", "total")},
            "attribution_error": found["conservation_error"],
        }
    ).astype(np.float32)
    words = rule_words(found.attrs)
    part["attribution"].attrs = {
        "quantity": explained_quantity(found.attrs),
        "rule": str(found.attrs["rule"]),
        **{key: getattr(words, key) for key in ("name", "error", "row")},
    }
    sources = int(found.sizes.get("source_block", 1))
    if "prefix" in found:
        values = found["prefix"].transpose("recorded_sample", "time", "source_modality", "source_block")
        level, limit = signed_levels(values, per=("recorded_sample", "time"))
        sums = {
            f"attribution_{key}": found[key].transpose("recorded_sample", "time").astype(np.float32)
            for key in ("prefix_bias", "prefix_total")
        }
        levels = {"attribution_prefix": level.rename(_of(level)), "attribution_prefix_limit": limit}
        part = part.assign({**levels, **sums})
    if "stream" in found:
        values = found["stream"].transpose(
            "recorded_sample", "target_modality", "target_block", "source_modality", "source_block"
        )
        level, limit = signed_levels(values, signed=False)
        part = part.assign(attribution_stream=level.rename(_of(level)), attribution_stream_limit=limit)
    classes = explains_class(found.attrs)
    explained = [str(name) if classes else "" for name in found["target"].values]
    return part.drop_vars([str(name) for name in part.coords]).assign_coords(
        attribution_block=np.arange(sources) * int(found.attrs.get("steps_per_block", 1)),
        attribution_explained=("recorded_sample", explained),
    )


def _of(level: xr.DataArray) -> dict[str, str]:
    return {old: new for old, new in _BLOCKS.items() if old in level.dims}


def signed_levels(
    values: xr.DataArray, *, per: Sequence[str] = ("recorded_sample",), signed: bool = True
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return values as uint8 and, for each entry of the dimensions ``per``, their largest magnitude.

    Levels grow with the square root, so that small values keep their sign and their place. Signed: level k is ±((k − 128) / 127)² · limit;
    otherwise (k / 255)² · limit. Values that are not finite become 0.
    """
    known = values.astype(np.float64).drop_vars(list(values.coords), errors="ignore")
    known = known.where(np.isfinite(known), 0.0)
    limit = abs(known).max([d for d in known.dims if d not in per])
    limit = limit.where(limit > 0, 1.0)
    root: xr.DataArray = (abs(known) / limit) ** 0.5
    level: xr.DataArray = root * np.sign(known) * STEPS + ZERO if signed else root * 255
    return level.round().astype(np.uint8).transpose(*values.dims), limit.astype(np.float32)


def faithfulness_text(trace: xr.DataTree) -> str:
    """Return the measured faithfulness of the attribution in one sentence, "" where it was not recorded.

    The output after deleting the 20 % of cells (modality, step) with the largest shares, beside deletion in random order and the uncut
    output, with intervals over the recorded samples; see :func:`mmviz.analysis.faithfulness`.
    """
    if "faithfulness" not in trace.children:
        return ""
    found = faithfulness(trace)
    methods = [str(name) for name in found["explanation"].values]
    rule = trace["attribution"].attrs if "attribution" in trace.children else {}
    own = rule_words(rule).name
    if own not in methods or "random" not in methods:
        return ""
    units = str(found.attrs["units"])
    bounded = units.startswith("p(")
    ours, random = (
        [float(found[f"after_{end}"].values[methods.index(name)]) for end in ("mean", "low", "high")]
        for name in (own, "random")
    )
    uncut = [float(found[f"uncut_{end}"]) for end in ("mean", "low", "high")]
    numbers = [_with_interval(*three, bounded=bounded) for three in (ours, random, uncut)]
    # a probability whose interval covers 0 to 1, as with two groups, is not known better than before
    known = all("[" in text for text in numbers)
    numbers = numbers if known else [text.split(" [")[0] for text in numbers]
    over = str(found.attrs["recorded"]) + (f" in {found.attrs['n_groups']} groups" if found.attrs["n_groups"] else "")
    spread = f"95 % interval over {over}" if known else f"mean of {over}, too few for an interval"
    return f"{units} after deleting the top 20 % of cells: {numbers[0]}; in random order: {numbers[1]}; uncut: {numbers[2]} ({spread})"


def _with_interval(mean: float, low: float, high: float, *, bounded: bool) -> str:
    """Return a number with its interval, of a probability within 0 and 1; without an interval that covers all values."""
    if bounded:
        low, high = max(low, 0.0), min(high, 1.0)
    informative = np.isfinite([low, high]).all() and not (bounded and low == 0 and high == 1)
    return (f"{mean:.2f} [{low:.2f}, {high:.2f}]" if informative else f"{mean:.2f}").replace("-", "−")
