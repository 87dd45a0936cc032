"""Data sets from the fields of a file: errors are refused, or repaired by an explicit option and counted."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description, Rules, assemble
from mmviz.data.checks import Nonfinite, Place, mask_from_lengths, refuse_swapped_padding
from mmviz.data.dataset import Dataset
from mmviz.data.padding import padded_side, real_steps, side_and_real_steps
from mmviz.data.report import Report
from mmviz.data.split_arrays import RawSplit, SplitFields, raw_split, split_raw, without_unlabelled
from mmviz.data.splits import canonical_splits, report_renamed
from mmviz.data.targets import OutOfRange
from mmviz.data.timestamps import frames_of

Padding = Literal["auto", "end", "start"]
_RANK = {"test": 0, "valid": 1}  # who keeps a sample that is in several splits


@dataclass(frozen=True)
class Repairs:
    """Repairs that are allowed; everything else is refused.

    Attributes
    ----------
    nonfinite
        NaN, ±inf and numbers beyond float32: "raise", "mask" (remove the step), "zero" (the value), "mean" (the training mean of
        the feature; see `mmviz.data.from_arrays`).
    labels
        Values beyond the range, and missing ones: "raise", "clip" (the range only), "drop" (the samples).
    label_range
        Lowest and highest value; None for that of the format, ``(-inf, inf)`` for no limit.
    duplicates
        An id that occurs twice: "raise", "drop" (kept where it is first; of several splits test keeps it, then valid).
    lengths
        Lengths of the file that cannot be: "raise", "clip" (into 0..steps), "derive" (all are derived from all-zero
        steps).
    padding
        Side of the padding: "auto" (that of the all-zero steps), "end", "start".
    """

    nonfinite: Nonfinite = "raise"
    labels: OutOfRange = "raise"
    label_range: tuple[float, float] | None = None
    duplicates: Literal["raise", "drop"] = "raise"
    lengths: Literal["raise", "clip", "derive"] = "raise"
    padding: Padding = "auto"

    def __post_init__(self) -> None:
        Rules(self.labels, self.nonfinite)  # checks both
        one_of(self.duplicates, ("raise", "drop"), "duplicates")
        one_of(self.lengths, ("raise", "clip", "derive"), "lengths")
        one_of(self.padding, ("auto", "end", "start"), "padding")


def build_dataset(
    raws: Mapping[str, SplitFields],
    description: Description,
    repairs: Repairs,
    report: Report,
    *,
    split: Mapping[str, float] | None = None,
    by: Literal["sample", "group"] = "group",
    seed: int = 0,
) -> Dataset:
    """Return the checked and repaired data set of a file's splits.

    Parameters
    ----------
    raws
        Split name to raw arrays, under the name of the file; `mmviz.data.splits` gives "train", "valid", "test". With `split`, one entry named "": all samples, to be assigned.
    description
        Properties of the data set; a range of labels counts for a regression only.
    repairs
        Allowed repairs.
    report
        Findings of the reader; they come first.
    split, by, seed
        Fractions of the splits, by sample or whole groups, and the seed.

    Returns
    -------
    Dataset
        With every finding in its report.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    if not raws:
        raise DataError(f"{report.name}: no split with a modality; the file is another one or damaged")
    named = canonical_splits(raws, report.name)
    parts = [raw_split(named[name], fields) for name, fields in raws.items()]
    report_renamed(named, dict(zip(raws, map(len, parts), strict=True)), report, report.name)
    for part in parts:
        _real_steps(part, repairs, report)
    if repairs.labels == "drop":
        parts = [without_unlabelled(part, report) for part in parts]
    if repairs.duplicates == "drop":
        parts = _once(parts, report)
    if split is not None:
        parts = split_raw(parts[0], split, by=by, seed=seed)
    _same_content(parts, report)
    about = replace(description, label_range=repairs.label_range or description.label_range)
    report.name = about.name
    return assemble(parts, about, Rules(repairs.labels, repairs.nonfinite), report)


def _real_steps(part: RawSplit, repairs: Repairs, report: Report) -> None:
    """Set ``part.valid`` of every modality, from lengths or else from all-zero steps."""
    for m, x in part.inputs.items():
        where = f"{part.name} {m}".strip()
        if m in part.valid:
            continue
        given = part.lengths.pop(m, None)
        if given is None and m in part.times and np.isnan(part.times[m]).any():
            part.valid[m] = frames_of(part.times[m], part.sample, where)
            report.add("note", "lengths", where, len(part), action="none given: a step without a time is padding")
            continue
        if given is None or repairs.lengths == "derive":
            side, real = (
                side_and_real_steps(x)
                if repairs.padding == "auto"
                else (repairs.padding, real_steps(x, repairs.padding))
            )
            action = f"none given: all-zero steps at the {side} are padding"
            report.add("note", "lengths", where, len(part), action=action)
        else:
            given = _possible(given, x.shape[1], where, repairs, report, part.sample)
            side = padded_side(x) if repairs.padding == "auto" else repairs.padding
            real = mask_from_lengths(given, x.shape[1], part.sample, where, side=side)
            if repairs.padding != "auto":
                refuse_swapped_padding(x, real, where, side=side)
            elif side == "start":
                report.add("note", "padding", where, int((~real).sum()), action="found at the start")
        part.valid[m] = real
    for m, tokens in part.tokens.items():  # lengths that were derived or clipped may not be those of the words
        for i, count in enumerate(part.valid[m].sum(axis=1)):
            if tokens[i] is not None and len(tokens[i]) != count:
                tokens[i] = None


def _possible(given: Any, steps: int, where: str, repairs: Repairs, report: Report, place: Place) -> Any:
    """Return lengths, clipped to 0..steps and counted with lengths="clip"; otherwise unchanged, for the later check."""
    length = np.asarray(given)
    if repairs.lengths != "clip" or length.dtype.kind not in "fiu" or length.ndim != 1:
        return given
    bad = np.isfinite(length) & ((length < 0) | (length > steps))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        report.add("repair", "lengths", where, int(bad.sum()), first=f"{place(at)}: {length[at]}", action="clipped")
    return np.where(bad, np.clip(np.nan_to_num(length), 0, steps), length)


def _once(parts: list[RawSplit], report: Report) -> list[RawSplit]:
    """Return each id once: the first in a split; of several splits test keeps it, then valid."""
    seen: set[str] = set()
    kept: dict[str, RawSplit] = {}
    for part in sorted(parts, key=lambda p: _RANK.get(p.name, 2)):
        rows: list[int] = []
        dropped: list[int] = []
        for i, name in enumerate(part.ids.tolist()):
            (dropped if name in seen else rows).append(i)
            seen.add(name)
        first = part.place(dropped[0]) if dropped else ""
        report.add("repair", "duplicate", part.name, len(dropped), first=first, action="dropped")
        kept[part.name] = part.take(part.name, np.array(rows, dtype=np.int64)) if dropped else part
    return [kept[p.name] for p in parts]


def _same_content(parts: list[RawSplit], report: Report) -> None:
    """Report samples that equal an earlier one in every modality, within a split and between splits."""
    seen: dict[bytes, tuple[str, str]] = {}
    counts: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        for i in range(len(part)):
            key = _digest({m: x[i] for m, x in part.inputs.items()})
            here = (part.name, str(part.ids[i]))
            if key in seen:
                counts.setdefault((seen[key][0], part.name), []).append(f"{seen[key][1]!r} = {here[1]!r}")
            else:
                seen[key] = here
    for (a, b), pairs in counts.items():
        where = f"{a}, {b}" if a != b else a
        report.add("warning", "duplicate", where, len(pairs), first=pairs[0], action="same content, kept")


def _digest(rows: Mapping[str, NDArray[Any]]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for m, x in rows.items():
        digest.update(f"{m} {x.shape}\n".encode("utf-8", "surrogatepass"))
        digest.update(np.ascontiguousarray(x).tobytes())
    return digest.digest()
