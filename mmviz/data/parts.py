"""The raw arrays of one split, before any check of values; made from splits given, or dealt out from the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.data.checks import as_signal
from mmviz.data.choice import nearest
from mmviz.data.splitting import split_groups, split_samples
from mmviz.data.times import as_times, untimed
from mmviz.errors import ConfigError, DataError


@dataclass(frozen=True, eq=False)
class Part:
    """What the user gave for one split; signals are numeric (n, steps, features), counts agree, values are unchecked."""

    name: str
    inputs: dict[str, NDArray[Any]]
    target: Any
    lengths: dict[str, Any]
    valid: dict[str, Any]
    ids: NDArray[np.str_]
    group: NDArray[np.str_]
    extras: dict[str, NDArray[Any]] = field(default_factory=dict)
    times: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, name: str, rows: NDArray[np.int64]) -> "Part":
        """Copy some samples into a new part."""
        return Part(
            name,
            {m: x[rows] for m, x in self.inputs.items()},
            np.asarray(self.target)[rows],
            {m: np.asarray(v)[rows] for m, v in self.lengths.items()},
            {m: np.asarray(v)[rows] for m, v in self.valid.items()},
            self.ids[rows],
            self.group[rows],
            {k: v[rows] for k, v in self.extras.items()},
            {m: t[rows] for m, t in self.times.items()},
        )


def _refuse_name(modality: Any, split: str) -> None:
    """Refuse a modality name that could not become a group of a file or a variable of a figure later."""
    if not isinstance(modality, str) or not modality or modality in (".", "..") or {"/", "\x00"} & set(modality):
        raise ConfigError(
            f"{split or 'inputs'}: modality name {modality!r} cannot be used; give text without '/', not empty, not '.' or '..'"
        )
    if modality.startswith("valid_"):
        raise ConfigError(f"{split or 'inputs'}: modality name {modality!r} cannot start with 'valid_'; rename it")


def make_part(
    name: str,
    inputs: Mapping[str, Any],
    target: Any,
    lengths: Mapping[str, Any],
    valid: Mapping[str, Any],
    ids: Any,
    group: Any,
    extras: Mapping[str, Any] | None = None,
    times: Mapping[str, Any] | None = None,
) -> Part:
    """Take the arrays of one split, refusing different sample counts and names that belong to no modality.

    Parameters
    ----------
    name
        Of the split; "" where the whole is still to be dealt out.
    inputs, target, lengths, valid, ids, group, extras, times
        As in `from_arrays`, without the outer level.

    Returns
    -------
    Part
        With default ids and groups filled in.

    Raises
    ------
    DataError
        If there is no modality, no sample, or the counts differ; the message holds all counts.
    ConfigError
        If `lengths` or `valid` name an unknown modality, or both name the same one.
    """
    for modality in inputs:
        _refuse_name(modality, name)
    at = f"{name} " if name else ""
    if not inputs:
        raise DataError(f"{at}inputs: no modality; give at least one array (n, steps, features)")
    signals = {m: as_signal(x, f"{at}{m}") for m, x in inputs.items()}
    for option, given in (("lengths", lengths), ("valid", valid), ("times", times or {})):
        if not isinstance(given, Mapping):
            raise ConfigError(
                f"{at}{option}: a {type(given).__name__}; give a mapping from modality to one row per sample"
            )
        for m in given:
            if m not in signals:
                known = ", ".join(map(repr, signals))
                raise ConfigError(f"{option}: no modality {m!r}{nearest(m, signals)}; there is {known}")
    both = sorted(set(lengths) & set(valid))
    if both:
        raise ConfigError(f"{both[0]!r} has both lengths and valid; give one of them")
    counts: dict[str, int] = {m: len(x) for m, x in signals.items()}
    counts["target"] = _count(target, f"{at}target")
    counts |= {f"lengths of {m}": _count(v, f"{at}lengths of {m}") for m, v in lengths.items()}
    counts |= {f"valid of {m}": _count(v, f"{at}valid of {m}") for m, v in valid.items()}
    counts |= {k: _count(v, at + k) for k, v in (("ids", ids), ("group", group)) if v is not None}
    counts |= {f"extras {k!r}": _count(v, f"{at}extras {k!r}") for k, v in (extras or {}).items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{k} {v}" for k, v in counts.items())
        raise DataError(f"{at}sample counts differ: {listed}; every array needs one row per sample")
    n = counts["target"]
    if n == 0:
        raise DataError(f"{at}inputs: no samples; leave the split out or give it some")
    prefix = name or "sample"
    names = _text([f"{prefix}_{i}" for i in range(n)] if ids is None else ids, f"{at}ids")
    groups = _text([""] * n if group is None else group, f"{at}group")
    more = {k: _column(v, n) for k, v in (extras or {}).items()}
    seconds = {m: as_times(t, signals[m].shape[:2], f"{at}{m}") for m, t in (times or {}).items()}
    untimed(signals, seconds, {m: x.shape[1] for m, x in signals.items()}, at)
    return Part(name, signals, target, dict(lengths), dict(valid), names, groups, more, seconds)


def parts_from_splits(
    inputs: Mapping[str, Any],
    target: Any,
    lengths: Mapping[str, Any] | None,
    valid: Mapping[str, Any] | None,
    ids: Any,
    group: Any,
    extras: Any = None,
    times: Mapping[str, Any] | None = None,
) -> list[Part]:
    """Take splits that the user made: every argument is a mapping from split to content.

    Returns
    -------
    list of Part
        In the order of `inputs`.

    Raises
    ------
    DataError
        As `make_part`.
    ConfigError
        If another argument is no mapping, lacks a split, or names an unknown one.
    """
    given = {"target": target, "lengths": lengths, "valid": valid, "ids": ids, "group": group, "extras": extras}
    given["times"] = times
    for option, value in given.items():
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise ConfigError(
                f"{option}: a {type(value).__name__}; inputs are given per split, so give one per split too"
            )
        wrong = [s for s in value if s not in inputs] or [s for s in inputs if option == "target" and s not in value]
        if wrong:
            raise ConfigError(f"{option}: split {wrong[0]!r} is not in both {option} and inputs ({', '.join(inputs)})")
    return [
        make_part(
            split,
            inputs[split],
            target[split],
            (lengths or {}).get(split, {}),
            (valid or {}).get(split, {}),
            (ids or {}).get(split),
            (group or {}).get(split),
            (extras or {}).get(split),
            (times or {}).get(split),
        )
        for split in inputs
    ]


def parts_from_whole(whole: Part, fractions: Mapping[str, float], *, by: str, seed: int) -> list[Part]:
    """Deal the samples of one part out into splits.

    Returns
    -------
    list of Part
        In the order of `fractions`.

    Raises
    ------
    DataError, ConfigError
        As `split_samples` and `split_groups`.
    """
    rows = split_groups(whole.group, fractions, seed) if by == "group" else split_samples(len(whole), fractions, seed)
    return [whole.take(name, r) for name, r in rows.items()]


def _count(values: Any, where: str) -> int:
    try:
        return len(values)
    except TypeError:
        raise DataError(
            f"{where}: a {type(values).__name__} ({values!r:.40}) where one row per sample is needed"
        ) from None


def _column(values: Any, n: int) -> NDArray[Any]:
    """Take an array as it is, anything else as n objects."""
    if isinstance(values, np.ndarray):
        return values.copy()
    column = np.empty(n, dtype=object)
    column[:] = list(values)
    return column


def _text(values: Any, where: str) -> NDArray[np.str_]:
    """Take ids or groups as text; a group may be None, which is unknown, an id may not."""
    given = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if where.endswith("group"):
        given = ["" if v is None else v for v in given]
    text = [str(v) for v in given]
    for i, v in enumerate(given):
        if v is None or "\0" in text[i]:  # NumPy drops trailing NULs, so two ids could become one
            raise DataError(f"{where}: sample {i} is {v!r}; give text without NUL, different for each sample")
    return np.array(text, dtype=np.str_)
