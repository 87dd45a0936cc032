"""Raw arrays of one split before the check of values: signals, labels, lengths, masks, ids; from given splits or one whole."""

import itertools
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_mapping, require_known
from mmviz.data.arrays import PlainArray, filled, index_of, plain, refuse_text_columns, without_torch
from mmviz.data.checks import Side, as_signal
from mmviz.data.label_layout import Labels, given_labels, is_missing
from mmviz.data.padding import padded
from mmviz.data.report import Report
from mmviz.data.sequences import Layout, Signal
from mmviz.data.splits import canonical_splits, report_renamed, split_groups, split_samples
from mmviz.data.targets import missing_labels, refuse_partly_labelled
from mmviz.data.timestamps import as_times
from mmviz.data.tokens import checked_tokens


def signal_of(values: Any, where: str) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return a signal with NaN in cells without a value, and the steps (n, steps) that hold none at all."""
    found = plain(values, where)
    if found.columns is not None:
        _refuse_table(found, where)
    if found.missing is None:
        return as_signal(found.values, where), None
    array = as_signal(filled(found, where), where)
    return array, np.asarray(found.missing.reshape(array.shape).all(axis=2), dtype=bool)


def _refuse_table(found: PlainArray, where: str) -> None:
    """Refuse a DataFrame: its columns may be features of one step, or steps of one feature."""
    refuse_text_columns(found, where)
    m = where.split()[-1]
    raise DataError(
        f"{where}: a DataFrame of shape {np.shape(found.values)}; say what its columns are: axes={{{m!r}: 'features'}} (one step, as "
        f"frame.to_numpy()[:, None, :] is; the columns name the channels) or axes={{{m!r}: 'steps'}}; mmviz.data.from_frame reads tables with "
        "targets, ids and times"
    )


def without_missing(values: Any, where: str, ids: NDArray[np.str_]) -> Any:
    """Return lengths or masks of real steps as they are, refusing cells without a value."""
    found = plain(values, where)
    if found.missing is None:
        return found.values
    rows = found.missing.any(axis=tuple(range(1, found.missing.ndim)))
    at = int(np.argmax(rows))
    raise DataError(
        f"{where}: no value for {int(rows.sum())} samples (first: row {at}, id {str(ids[at])!r}); give a length of 0, or False, where "
        "nothing was recorded"
    )


def refuse_other_order(given: Mapping[str, Any], at: str) -> None:
    """Refuse pandas objects whose row index holds the same labels in another order: rows are taken in their order."""
    indices = {k: i for k, v in given.items() if (i := index_of(v)) is not None}
    for (a, first), (b, other) in itertools.combinations(indices.items(), 2):
        if len(first) == len(other) and not np.array_equal(first, other) and set(first.tolist()) == set(other.tolist()):
            row = next(i for i, (x, y) in enumerate(zip(first.tolist(), other.tolist(), strict=True)) if x != y)
            raise DataError(
                f"{at}{a} and {b} have the same row index in different orders (first: row {row}: {first[row]!r} and {other[row]!r}); "
                f"put them in one order, such as {b}.loc[{a}.index]"
            )


def column_of(values: Any, n: int, where: str) -> NDArray[Any]:
    """Return an array as it is, anything else as n objects; None where a masked array or pandas has no value."""
    found = plain(values, where)
    if found.missing is None and isinstance(found.values, np.ndarray):
        return found.values.copy()
    column = np.empty(n, dtype=object)
    column[:] = list(found.values)
    if found.missing is not None and found.missing.shape == column.shape:
        column[found.missing] = None
    elif found.missing is not None:
        raise DataError(f"{where}: a masked array of shape {found.missing.shape}; give one value per sample")
    return column


def text_of(values: Any, where: str) -> NDArray[np.str_]:
    """Return ids or groups as text; a group may be None (unknown), an id may not."""
    if isinstance(values, (Set, Mapping)):
        raise DataError(
            f"{where}: a {type(values).__name__} has no order of rows; give one text per sample in a list or an array"
        )
    values = without_torch(values, where)
    given = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if where.endswith("group"):
        given = ["" if is_missing(v) else v for v in given]
    text = [str(v) for v in given]
    for i, v in enumerate(given):
        if (not isinstance(v, str) and is_missing(v)) or "\0" in text[
            i
        ]:  # NumPy drops trailing NULs, so two ids could become one
            raise DataError(f"{where}: sample {i} is {v!r}; give text without NUL, different for each sample")
    return np.array(text, dtype=np.str_)


@dataclass(eq=False)
class SplitFields:
    """Fields of one split as they are given, one row per sample; see `mmviz.data.from_arrays`."""

    inputs: dict[str, Any]
    target: Any = None  # None: no labels
    ids: Any = None
    group: Any = None
    lengths: Any = field(default_factory=dict)
    valid: Any = field(default_factory=dict)
    extras: Any = field(default_factory=dict)
    times: Any = field(default_factory=dict)
    tokens: Any = field(default_factory=dict)

    def take(self, rows: Any) -> "SplitFields":
        """Return the samples of some rows."""

        def some(values: Any) -> Any:
            if values is None:
                return None
            return values[rows] if isinstance(values, np.ndarray) else [values[i] for i in rows]

        named = (self.lengths, self.valid, self.extras, self.times, self.tokens)
        inputs = {m: x[rows] for m, x in self.inputs.items()}
        parts = ({k: some(v) for k, v in values.items()} for values in named)
        return SplitFields(inputs, some(self.target), some(self.ids), some(self.group), *parts)


@dataclass(frozen=True, eq=False)
class RawSplit:
    """Arrays of one split before the check of values: numeric signals (n, steps, features), sample counts that agree.

    `rows` are rows of the given arrays, also after samples were selected; `channels` are names of the columns of DataFrames; `masked` are steps (n, steps) without any value in a masked array or
    pandas object; cells without a value are NaN.
    """

    name: str
    inputs: dict[str, NDArray[Any]]
    target: Labels | None
    lengths: dict[str, Any]
    valid: dict[str, Any]
    ids: NDArray[np.str_]
    group: NDArray[np.str_]
    rows: NDArray[np.int64]
    extras: dict[str, NDArray[Any]] = field(default_factory=dict)
    times: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    masked: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    channels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tokens: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, i: int) -> str:
        """Return the name of sample i in errors: its row in the given array, and its id."""
        return f"row {int(self.rows[i])}, id {str(self.ids[i])!r}"

    def sample(self, i: int, inside: str = "") -> str:
        """Return the name of sample i in errors about a signal: its id, the position inside it, and its row in the given array."""
        return f"sample {str(self.ids[i])!r}{inside} (row {int(self.rows[i])})"

    def take(self, name: str, rows: NDArray[np.int64]) -> "RawSplit":
        """Return some samples as a new raw split."""
        return RawSplit(
            name,
            {m: x[rows] for m, x in self.inputs.items()},
            None if self.target is None else self.target.take(rows),
            {m: np.asarray(v)[rows] for m, v in self.lengths.items()},
            {m: np.asarray(v)[rows] for m, v in self.valid.items()},
            self.ids[rows],
            self.group[rows],
            self.rows[rows],
            {k: v[rows] for k, v in self.extras.items()},
            {m: t[rows] for m, t in self.times.items()},
            {m: v[rows] for m, v in self.masked.items()},
            self.channels,
            {m: t[rows] for m, t in self.tokens.items()},
        )


def _refuse_name(modality: Any, split: str) -> None:
    """Refuse a modality name that could not become a group of a file or a variable of a figure later."""
    if not isinstance(modality, str) or not modality or modality in (".", "..") or {"/", "\x00"} & set(modality):
        raise ConfigError(
            f"{split or 'inputs'}: modality name {modality!r} cannot be used; give text without '/', not empty, not '.' or '..'"
        )
    if modality.startswith("valid_"):
        raise ConfigError(f"{split or 'inputs'}: modality name {modality!r} cannot start with 'valid_'; rename it")


def raw_split(name: str, given: SplitFields, layout: Layout | None = None) -> RawSplit:
    """Return the arrays of one split; different sample counts and unknown modalities are refused.

    Parameters
    ----------
    name
        Of the split; "" where the samples are still to be assigned to splits.
    given
        As in `from_arrays`, without the outer level.
    layout
        How values of a modality are to be read, where they are not one array (n, steps, features).

    Returns
    -------
    RawSplit
        With default ids and groups filled in.

    Raises
    ------
    DataError
        If there is no modality, no sample, or the counts differ; the message holds all counts.
    ConfigError
        If `lengths` or `valid` name an unknown modality, or both name the same one.
    """
    inputs, target, ids, group = given.inputs, given.target, given.ids, given.group
    for modality in inputs:
        _refuse_name(modality, name)
    at = f"{name} " if name else ""
    lengths = given_mapping(given.lengths, f"{at}lengths", "{'audio': [12, 9, ...]}, one number per sample")
    valid = given_mapping(given.valid, f"{at}valid", "{'audio': booleans (n, steps)}")
    extras = given_mapping(given.extras, f"{at}extras", "{'raw_text': [...]}, one value per sample")
    times = given_mapping(given.times, f"{at}times", "{'audio': seconds (n, steps)}")
    tokens = given_mapping(
        given.tokens, f"{at}tokens", "{'text': [['good', 'film'], ...]}, one list of text per sample"
    )
    if not inputs:
        raise DataError(f"{at}inputs: no modality; give at least one array (n, steps, features)")
    refuse_other_order({**inputs, "target": target, "ids": ids, "group": group}, at)
    layout = layout or Layout()
    read = layout.signals(inputs, at)
    found = {m: signal_of(each.values, f"{at}{m}") for m, each in read.items()}
    signals = {m: x for m, (x, _) in found.items()}
    masked = {m: steps for m, (_, steps) in found.items() if steps is not None}
    for option, named in (("lengths", lengths), ("valid", valid), ("times", times), ("tokens", tokens)):
        require_known(named, signals, option)
    both = sorted(set(lengths) & set(valid))
    if both:
        raise ConfigError(f"{both[0]!r} has both lengths and valid; give one of them")
    lengths, valid = _of_sequences(read, dict(lengths), dict(valid), layout.side, at)
    times = _times(times, layout, signals)
    counts: dict[str, int] = {m: len(x) for m, x in signals.items()}
    if target is not None:
        counts["target"] = _count(target, f"{at}target")
    counts |= {f"lengths of {m}": _count(v, f"{at}lengths of {m}") for m, v in lengths.items()}
    counts |= {f"valid of {m}": _count(v, f"{at}valid of {m}") for m, v in valid.items()}
    counts |= {k: _count(v, at + k) for k, v in (("ids", ids), ("group", group)) if v is not None}
    counts |= {f"extras {k!r}": _count(v, f"{at}extras {k!r}") for k, v in extras.items()}
    tokens = {m: each.tokens for m, each in read.items() if each.tokens is not None} | dict(tokens)
    counts |= {f"tokens of {m}": _count(v, f"{at}tokens of {m}") for m, v in tokens.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{k} {v}" for k, v in counts.items())
        raise DataError(f"{at}sample counts differ: {listed}; every array needs one row per sample")
    n = next(iter(counts.values()))
    if n == 0:
        raise DataError(f"{at}inputs: no samples; leave the split out or give it some")
    prefix = name or "sample"
    names = text_of([f"{prefix}_{i}" for i in range(n)] if ids is None else ids, f"{at}ids")
    groups = text_of([""] * n if group is None else group, f"{at}group")
    more = {k: column_of(v, n, f"{at}extras {k!r}") for k, v in extras.items()}
    count = {m: without_missing(v, f"{at}lengths of {m}", names) for m, v in lengths.items()}
    real = {m: without_missing(v, f"{at}valid of {m}", names) for m, v in valid.items()}
    labels = None if target is None else given_labels(target, f"{name}: target" if name else "target")
    seconds = {m: as_times(t, signals[m].shape[:2], f"{at}{m}") for m, t in times.items()}
    columns = {m: each.channels for m, each in read.items() if each.channels is not None}
    words = {m: checked_tokens(v, f"{at}tokens of {m}") for m, v in tokens.items()}
    return RawSplit(
        name, signals, labels, count, real, names, groups, np.arange(n), more, seconds, masked, columns, words
    )


def _of_sequences(
    read: Mapping[str, Signal], lengths: dict[str, Any], valid: dict[str, Any], side: Side, at: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return lengths and masks with those of the sequences that were padded; given ones may only shorten a sequence."""
    for m, each in read.items():
        if each.lengths is None:
            continue
        if m in valid:
            rows = [np.asarray(v, dtype=bool) for v in valid[m]]
            wrong = [i for i, (v, k) in enumerate(zip(rows, each.lengths, strict=False)) if v.shape != (k,)]
            if wrong or len(rows) != len(each.lengths):
                i = wrong[0] if wrong else min(len(rows), len(each.lengths))
                raise DataError(f"{at}{m}: valid of row {i} does not fit its sequence; give one truth value per step")
            valid[m] = padded([v[:, None] for v in rows], f"{at}{m}: valid", side=side)[0][:, :, 0]
            continue
        given = lengths.get(m)
        shorter = None if given is None else np.asarray(given)
        if shorter is None:
            lengths[m] = each.lengths
        elif shorter.shape == each.lengths.shape and shorter.dtype.kind in "fiu" and (shorter > each.lengths).any():
            i = int(np.argmax(shorter > each.lengths))
            raise DataError(
                f"{at}{m}: lengths of row {i} is {shorter[i]}, its sequence has {each.lengths[i]} steps; leave lengths out"
            )
    return lengths, valid


def _times(times: Mapping[str, Any], layout: Layout, signals: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the times with None as a sequence without frames, and with those that encoders state where any are given."""
    listed = {
        m: [[] if v is None else v for v in t] if isinstance(t, (list, tuple)) and any(v is None for v in t) else t
        for m, t in times.items()
    }
    if listed:
        stated = {m: layout.frame_times(m, x.shape[1]) for m, x in signals.items() if m not in listed}
        listed |= {m: t for m, t in stated.items() if t is not None}
    return listed


def raw_splits_from_mapping(given: SplitFields, report: Report, layout: Layout | None = None) -> list[RawSplit]:
    """Return given splits: every argument is a mapping from split to content.

    Returns
    -------
    list of RawSplit
        In the order of `inputs`, under the names of `mmviz.data.splits`; renamed ones are reported.

    Raises
    ------
    DataError
        As `raw_split`.
    ConfigError
        If another argument is not a mapping, is missing a split, or names an unknown one.
    """
    inputs = given.inputs
    named = canonical_splits(inputs, "inputs")
    per: dict[str, dict[Any, Any]] = {f.name: {} for f in fields(given) if f.name != "inputs"}
    for option in per:
        value = getattr(given, option)
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise ConfigError(
                f"{option}: a {type(value).__name__}; inputs are given per split, so give one per split too"
            )
        called = canonical_splits(value, option)
        per[option] = {called[s]: content for s, content in value.items()}
        wrong = [s for s in value if called[s] not in named.values()]
        wrong += [s for s in inputs if option == "target" and named[s] not in per[option]]
        if wrong:
            listed = ", ".join(map(str, inputs))
            raise ConfigError(
                f"{option}: split {wrong[0]!r} is not in both {option} and inputs ({listed}); a split without labels has the target None"
            )
    parts = [
        raw_split(
            split, SplitFields(inputs[s], **{option: content.get(split) for option, content in per.items()}), layout
        )
        for s, split in named.items()
    ]
    report_renamed(named, dict(zip(named, map(len, parts), strict=True)), report, "inputs")
    return parts


def split_raw(whole: RawSplit, fractions: Mapping[str, float], *, by: str, seed: int) -> list[RawSplit]:
    """Assign the samples of one raw split to splits.

    Returns
    -------
    list of RawSplit
        In the order of `fractions`.

    Raises
    ------
    DataError, ConfigError
        As `split_samples` and `split_groups`.
    """
    refuse_partly_labelled(whole.target, whole.place, f"{whole.name}: target" if whole.name else "target")
    named = canonical_splits(fractions, "split")
    shares = {named[s]: share for s, share in fractions.items()}
    if by == "group" and (whole.group == "").any():
        raise DataError(
            f"split_by='group': {whole.place(int(np.argmax(whole.group == '')))} has no group; "
            "give a group for every sample or use split_by='sample'"
        )
    rows = split_groups(whole.group, shares, seed) if by == "group" else split_samples(len(whole), shares, seed)
    return [whole.take(name, r) for name, r in rows.items()]


def without_unlabelled(part: RawSplit, report: Report) -> RawSplit:
    """Return a raw split without the samples that have no label, where others have one; report their number."""
    missing = missing_labels(part.target)
    if missing is None:
        return part
    first = part.place(int(np.argmax(missing)))
    where = part.name or "target"
    report.add("repair", "label", where, int(missing.sum()), first=first, action="no label: samples dropped")
    return part.take(part.name, np.flatnonzero(~missing))


def _count(values: Any, where: str) -> int:
    try:
        return len(values)
    except TypeError:
        raise DataError(
            f"{where}: a {type(values).__name__} ({values!r:.40}) where one row per sample is needed"
        ) from None
