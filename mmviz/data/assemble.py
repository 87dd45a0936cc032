"""From the raw arrays of the splits to a data set: comparison of the splits, checks of values, padding, training statistics."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.display import Display, display_of
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_names, given_text, one_of, require_known
from mmviz.data.checks import (
    NONFINITE,
    Mask,
    Nonfinite,
    Side,
    as_mask,
    clean,
    mask_from_lengths,
    refuse_swapped_padding,
    report_sentinels,
)
from mmviz.data.dataset import Dataset, Split
from mmviz.data.report import Report
from mmviz.data.spec import Modality, Spec, TaskKind, default_channels
from mmviz.data.split_arrays import RawSplit
from mmviz.data.statistics import MeanStd, example_frames, impute, training_statistics, whole_features
from mmviz.data.targets import OutOfRange, SplitLabels, report_classes, targets_of, within
from mmviz.data.timestamps import checked, frames_of, from_side, longest, measured, on_one_clock, report_time, untimed
from mmviz.data.tokens import tokens_by_frame, tokens_key


def align_features(parts: list[RawSplit]) -> dict[str, int]:
    """Return the longest width of each modality; splits with other modalities or feature sizes are refused.

    Raises
    ------
    DataError
        If a split is missing a modality or adds one, or a feature size differs.
    """
    first = parts[0]
    steps: dict[str, int] = {}
    for part in parts:
        if set(part.inputs) != set(first.inputs):
            odd = sorted(set(part.inputs) ^ set(first.inputs))
            raise DataError(
                f"modality {odd[0]!r} is not in every split: {first.name} has {', '.join(first.inputs)}; "
                f"{part.name} has {', '.join(part.inputs)}"
            )
        for m, x in part.inputs.items():
            expected = first.inputs[m].shape[2]
            if x.shape[2] != expected:
                raise DataError(
                    f"{m}: {expected} features in {first.name} but {x.shape[2]} in {part.name}; "
                    "the splits come from different versions of the features"
                )
            steps[m] = max(steps.get(m, 0), x.shape[1])
    return steps


def leakage(parts: list[RawSplit], report: Report) -> None:
    """Raise DataError for an id that occurs twice; report groups that occur in two splits.

    Parameters
    ----------
    parts
        All splits.
    report
        Receives a "leakage" warning for each pair of splits that share groups (subjects, speakers, videos).

    Raises
    ------
    DataError
        If an id occurs twice in one split or in two splits.
    """
    ids = [Counter(part.ids.tolist()) for part in parts]
    for part, counts in zip(parts, ids, strict=True):
        if len(counts) < len(part.ids):
            twice = sorted(name for name, count in counts.items() if count > 1)
            rows = ", ".join(map(str, _rows(part, twice[0])[:5]))
            raise DataError(
                f"{part.name} ids: {len(twice)} occur more than once (first: {twice[0]!r}, rows {rows}); make ids unique"
            )
    group = [set(part.group.tolist()) - {""} for part in parts]
    for i, a in enumerate(parts):
        for j, b in enumerate(parts[i + 1 :], i + 1):
            if shared := sorted(ids[i].keys() & ids[j].keys()):
                raise DataError(
                    f"leakage: {len(shared)} ids are in both {a.name} and {b.name} (first: {shared[0]!r}, row {_rows(a, shared[0])[0]} "
                    f"in {a.name} and row {_rows(b, shared[0])[0]} in {b.name}); keep each sample in one split, under a unique id"
                )
            groups = sorted(group[i] & group[j])
            first = f"group {groups[0]!r}" if groups else ""
            report.add(
                "warning",
                "leakage",
                f"{a.name}, {b.name}",
                len(groups),
                first=first,
                action="kept; scores may be too high",
            )


def _rows(part: RawSplit, name: str) -> list[int]:
    """Return the rows of an id in the given array."""
    return [int(row) for row in part.rows[part.ids == name]]


@dataclass(frozen=True)
class Description:
    """Properties of a data set that its arrays do not contain; see `mmviz.data.from_arrays`."""

    name: str
    task: TaskKind
    classes: Sequence[str] | None = None
    label_range: tuple[float, float] | None = None  # of a regression
    source: str = ""
    licence: str = ""
    notes: Sequence[str] = ()
    rate_hz: Mapping[str, float | None] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    static: tuple[str, ...] = ()
    looks_ahead: Mapping[str, str] = field(default_factory=dict)
    display: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of(self.task, ("classification", "regression"), "task")
        if self.label_range is not None and not _is_range(self.label_range):
            raise ConfigError(f"label_range={self.label_range!r}; give the lowest value, then the highest, as (-3, 3)")
        if self.classes is None:
            return
        if self.task == "regression":
            raise ConfigError(f"classes={self.classes}: only a classification has them; set task='classification'")
        if isinstance(self.classes, (set, frozenset)):
            raise ConfigError(f"classes={self.classes!r}: a set has no order; give a sequence of names")
        if isinstance(self.classes, Mapping):
            raise ConfigError(
                f"classes={self.classes!r}: a mapping; give a sequence of names in the order of the labels 0, 1, ..."
            )
        one = isinstance(self.classes, str) or not isinstance(self.classes, Iterable)
        object.__setattr__(self, "classes", given_names(self.classes, "classes") if one else tuple(self.classes))


@dataclass(frozen=True)
class Rules:
    """What is done with values that cannot be used as they are; see `mmviz.data.from_arrays`."""

    labels: OutOfRange = "raise"
    nonfinite: Nonfinite = "raise"
    padding: Side = "end"

    def __post_init__(self) -> None:
        one_of(self.labels, ("raise", "clip", "drop"), "labels")
        one_of(self.nonfinite, NONFINITE, "nonfinite")
        one_of(self.padding, ("end", "start"), "padding")


def assemble(parts: list[RawSplit], about: Description, rules: Rules, report: Report) -> Dataset:
    """Return the checked data set of raw splits.

    Parameters
    ----------
    parts
        One per split; the first is the training split if none is called "train".
    about
        Task, names, units, rates, source.
    rules
        What is done with values that cannot be used.
    report
        Findings so far; it becomes the report of the data set.

    Returns
    -------
    Dataset
        Padded to the longest split.

    Raises
    ------
    DataError, ConfigError
        As `from_arrays`.
    """
    training = next((p.name for p in parts if p.name == "train"), parts[0].name)
    parts.sort(key=lambda p: p.name != training)
    steps = align_features(parts)
    leakage(parts, report)
    for part in parts:
        untimed([m for m in part.inputs if m not in about.static], part.times, steps, f"{part.name} ")
    given = {p.name: SplitLabels(p.target, len(p), p.place) for p in parts}
    targets, task = targets_of(given, about.task, about.classes, report)
    names = tuple(parts[0].inputs)
    made = {p.name: _split(p, names, targets[p.name], steps, about, rules, report) for p in parts}
    splits = {name: split for name, (split, _) in made.items()}
    means = impute(splits, {name: missing for name, (_, missing) in made.items()}, training, report)
    splits = on_one_clock(splits, report)
    modalities = tuple(_modality(m, splits, training, about, report, means.get(m)) for m in names)
    _refuse_unknown(about, [m.name for m in modalities])
    report_time(splits, modalities, report)
    report_classes(splits, training, task, report)
    spec = Spec(about.name, modalities, task, about.source, about.licence, tuple(about.notes), longest(splits.values()))
    return Dataset(spec, splits, report)


def _split(
    part: RawSplit,
    names: tuple[str, ...],
    target: NDArray[Any] | None,
    steps: dict[str, int],
    about: Description,
    rules: Rules,
    report: Report,
) -> tuple[Split, dict[str, Mask]]:
    """Return one checked split, its modalities in the order of ``names``, and the cells that are to be imputed."""
    keep = np.ones(len(part), dtype=bool)
    if about.label_range is not None and about.task == "regression" and target is not None:
        target, keep = within(target, about.label_range, part.name, report, labels=rules.labels, place=part.place)
    if not keep.any():
        raise DataError(f"{part.name}: no samples left after labels='drop'; widen label_range={about.label_range}")
    inputs, valid, missing, times, tokens = {}, {}, {}, {}, {}
    for m in names:
        raw, where = part.inputs[m], f"{part.name} {m}"
        real = _real_steps(part, m, raw, where, rules.padding, report)
        if m in part.times:
            seconds = checked(from_side(part.times[m], rules.padding), real, part.sample, where)
            times[m] = _kept(seconds, keep, steps[m], np.nan)
        if m in part.tokens:
            tokens[m] = tokens_by_frame(part.tokens[m], real, part.sample, where)
        x, real, cells = clean(raw, real, part.sample, where, report, nonfinite=rules.nonfinite)
        report_sentinels(x, real, part.sample, where, report)
        absent = ~real.any(axis=1)
        first = part.sample(int(np.argmax(absent))) if absent.any() else ""
        report.add("note", "absent", where, int(absent.sum()), first=first, action="kept, masked")
        inputs[m], valid[m] = _kept(x, keep, steps[m]), _kept(real, keep, steps[m])
        if cells is not None:
            missing[m] = _kept(cells, keep, steps[m])
    extras = {k: v[keep] for k, v in part.extras.items()} | {f"missing cells of {m}": c for m, c in missing.items()}
    extras |= {tokens_key(m): t[keep] for m, t in tokens.items()}
    kept = None if target is None else target[keep]
    return Split(part.name, inputs, valid, kept, part.ids[keep], part.group[keep], extras, times), missing


def _kept(x: NDArray[Any], keep: NDArray[np.bool_], steps: int, fill: float = 0) -> NDArray[Any]:
    """Return the samples to keep, filled up to `steps`; x itself where nothing changes."""
    if keep.all() and x.shape[1] == steps:
        return x
    wider = np.full((int(keep.sum()), steps, *x.shape[2:]), fill, x.dtype)
    wider[:, : x.shape[1]] = x[keep]
    return wider


def _real_steps(part: RawSplit, m: str, raw: NDArray[Any], where: str, side: Side, report: Report) -> NDArray[np.bool_]:
    if m in part.lengths:
        real = mask_from_lengths(part.lengths[m], raw.shape[1], part.sample, where, side=side)
        refuse_swapped_padding(raw, real, where, side=side)
    elif m in part.valid:
        real = as_mask(part.valid[m], raw.shape[:2], where)
    elif m in part.times and np.isnan(part.times[m]).any():
        report.add("note", "lengths", where, len(part), action="none given: a step without a time is padding")
        real = frames_of(from_side(part.times[m], side), part.sample, where)
    else:
        report.add("note", "lengths", where, len(part), action="none given: every step counts as real")
        real = np.ones(raw.shape[:2], dtype=bool)
    if m not in part.masked:
        return real
    gone = real & part.masked[m]
    first = f"{part.sample(int(np.argmax(gone.any(axis=1))))}" if gone.any() else ""
    report.add("note", "masked", where, int(gone.sum()), first=first, action="steps masked as a whole: not valid")
    return real & ~gone


def _modality(
    m: str, splits: dict[str, Split], training: str, about: Description, report: Report, known: MeanStd | None
) -> Modality:
    x, valid = splits[training].inputs[m], splits[training].valid[m]
    features, absent = x.shape[2], not valid.any()
    if absent:
        _absent(m, splits, training, report)
    channels = given_names(about.channels.get(m, default_channels(m, features)), f"channels of {m!r}")
    if len(channels) != features:
        raise ConfigError(f"channels of {m!r}: {len(channels)} names for {features} features; give one per feature")
    rate = about.rate_hz.get(m)
    if rate is not None and not (_is_number(rate) and 0 < rate < float("inf")):
        raise ConfigError(f"rate_hz of {m!r} is {rate!r}; give a positive number, or None where it is not known")
    statistics = training_statistics(x, valid) if known is None and not absent else known
    mean, std = np.zeros((2, features), np.float32) if statistics is None else statistics
    constant = np.flatnonzero(std == 0) if not absent else np.zeros(0, np.intp)
    first = f"channel {channels[constant[0]]!r}: {mean[constant[0]]}" if len(constant) else ""
    report.add("note", "constant", f"{training} {m}", len(constant), first=first, action="std kept as 0")
    unit = given_text(about.units.get(m, ""), f"units of {m!r}")
    text = given_text(about.descriptions.get(m, ""), f"descriptions of {m!r}")
    times = splits[training].times
    spacing, irregular = measured(times[m], rate, f"{training} {m}") if m in times else (None, False)
    static = not absent and _is_static(m, splits, about, report)
    examples, whole = (None, None) if absent else (example_frames(x, valid), whole_features(x))
    display = _display(m, splits, about, features, rate or (1 / spacing if spacing else None))
    known_of = (mean, std, text, spacing, irregular, static, about.looks_ahead.get(m, ""), examples, whole, display)
    return Modality(m, features, x.shape[1], rate, unit, channels, *known_of)


def _display(
    m: str, splits: dict[str, Split], about: Description, features: int, rate_hz: float | None
) -> Display | None:
    """Return the given display, checked; text where tokens are given."""
    if m not in about.display:
        return Display("text") if any(tokens_key(m) in split.extras for split in splits.values()) else None
    display = display_of(about.display[m], f"display of {m!r}")
    display.require_fit(features, rate_hz, f"display of {m!r}")
    return display


def _is_static(m: str, splits: dict[str, Split], about: Description, report: Report) -> bool:
    """Return whether a modality is constant over a recording; report the samples that are averaged by declaration."""
    rows = {s: split.valid[m].sum(axis=1) for s, split in splits.items()}
    if m in about.static:
        for s, count in rows.items():
            first = f"up to {int(count.max(initial=0))} rows in a sample"
            report.add(
                "note", "static", f"{s} {m}", int((count > 1).sum()), first=first, action="averaged, as declared"
            )
    timed = any(m in split.times for split in splits.values())  # one row with a timestamp is an event
    return m in about.static or (not timed and max(int(count.max(initial=0)) for count in rows.values()) <= 1)


def _absent(m: str, splits: dict[str, Split], training: str, report: Report) -> None:
    """Refuse a modality that no training sample has; in new data without a training split it may be absent."""
    somewhere = any(s.valid[other].any() for s in splits.values() for other in s.valid)
    if training == "train" or any(s.valid[m].any() for s in splits.values()) or not somewhere:
        raise DataError(f"{training} {m}: absent for every sample; leave the modality out")
    action = "kept: a model that was trained with it predicts from the others"
    report.add(
        "warning", "absent", m, sum(map(len, splits.values())), first="every sample of every split", action=action
    )


def _refuse_unknown(about: Description, names: list[str]) -> None:
    for option in ("rate_hz", "units", "channels", "descriptions", "static", "looks_ahead", "display"):
        require_known(getattr(about, option), names, option)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _is_range(limits: Any) -> bool:
    """Return whether these are two numbers, the lower one first."""
    two = isinstance(limits, (tuple, list, np.ndarray)) and len(limits) == 2 and all(map(_is_number, limits))
    return two and bool(limits[0] < limits[1])
