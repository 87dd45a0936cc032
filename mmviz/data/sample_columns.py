"""Columns with one value per sample, of a table, a torch data set or a Hugging Face data set, as arguments of `from_arrays`."""

import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.options import given_mapping, nearest, require_known
from mmviz.data.arrays import as_array, is_absent
from mmviz.data.dataset import Dataset
from mmviz.data.from_arrays import from_arrays

Column = Callable[[Any, str], Sequence[Any]]  # place and argument to n values


@dataclass(frozen=True, eq=False)
class Roles:
    """Where each argument of `from_arrays` lies in a sample: the name of a column, a key, or a position.

    Attributes
    ----------
    modalities
        Modality to its place.
    target, ids, group
        A place, or None.
    extras
        Name to place.
    lengths, times
        Modality to place.
    """

    modalities: Mapping[str, Any]
    target: Any = None
    ids: Any = None
    group: Any = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    lengths: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for option in ("modalities", "extras", "lengths", "times"):
            for name, place in getattr(self, option).items():
                _refuse_unhashable(place, f"{option}[{name!r}]")
        for option in ("target", "ids", "group"):
            _refuse_unhashable(getattr(self, option), option)
        require_known(self.lengths, self.modalities, "lengths")
        require_known(self.times, self.modalities, "times")

    def places(self) -> list[Any]:
        """Return every place, once."""
        named = (self.modalities, self.extras, self.lengths, self.times)
        single = [p for p in (self.target, self.ids, self.group) if p is not None]
        return list(dict.fromkeys([p for mapping in named for p in mapping.values()] + single))


def roles(
    modalities: Mapping[str, Any], *, target: Any, ids: Any, group: Any, extras: Any, lengths: Any, times: Any
) -> Roles:
    """Return the roles of given arguments; ConfigError for one of the wrong type. `extras` may be a sequence of places."""
    more = extras if isinstance(extras, Mapping) or extras is None else {str(place): place for place in _listed(extras)}
    return Roles(
        given_mapping(modalities, "modalities", "{'audio': 'sound', 'text': 'words'}"),
        target,
        ids,
        group,
        given_mapping(more, "extras", "{'raw_text': 'words'}"),
        given_mapping(lengths, "lengths", "{'audio': 'audio_length'}"),
        given_mapping(times, "times", "{'audio': 'audio_seconds'}"),
    )


def dataset_of(
    columns: Mapping[str, Column], where: Roles, *, split: Any, default_ids: Mapping[str, Any], options: dict[str, Any]
) -> Dataset:
    """Return the data set of the columns of each split.

    Parameters
    ----------
    columns
        Split to a function that returns the values of a place; one entry named "" where `split` assigns the samples.
    where
        Place of each argument.
    split
        Fractions of the splits, or None.
    default_ids
        Split to ids, used where no place of ids is given; may be empty.
    options
        Further arguments of `from_arrays`.

    Raises
    ------
    ConfigError
        If an option is unknown.
    DataError, ConfigError
        As `from_arrays`.
    """
    known = inspect.signature(from_arrays).parameters
    taken = {"inputs", "target", "ids", "group", "extras", "lengths", "times", "split"}
    for name in options:
        if name not in known or name in taken:
            raise ConfigError(f"{name}: no such option{nearest(name, set(known) - taken)}; see mmviz.data.from_arrays")
    axes = dict(given_mapping(options.get("axes"), "axes", "{'table': 'features'}"))
    encoders = given_mapping(options.get("encoders"), "encoders", "{'text': mmviz.data.encoders.minilm()}")
    words = given_mapping(options.get("tokens"), "tokens", "{'text': 'words'}")
    require_known(words, where.modalities, "tokens")
    given: dict[str, dict[str, Any]] = {name: {} for name in (*taken, "tokens")}
    for name, column in columns.items():
        inputs = {}
        for m, place in where.modalities.items():
            cells = column(place, f"modalities[{m!r}]")
            if m not in encoders and _scalars(cells):
                axes.setdefault(m, "features")
                cells = _numbers(cells)
            inputs[m] = cells
        given["inputs"][name] = inputs
        for option in ("target", "ids", "group"):
            place = getattr(where, option)
            values = default_ids.get(name) if option == "ids" and place is None else None
            given[option][name] = values if place is None else _plain_values(column(place, option))
        for option in ("extras", "lengths"):
            named = getattr(where, option)
            given[option][name] = {k: _plain_values(column(p, f"{option}[{k!r}]")) for k, p in named.items()}
        given["tokens"][name] = {m: list(column(place, f"tokens[{m!r}]")) for m, place in words.items()}
        given["times"][name] = {m: column(place, f"times[{m!r}]") for m, place in where.times.items()}
    given.pop("split")
    more: dict[str, Any] = {**options, "axes": axes}
    if set(columns) == {""}:
        more |= {name: values[""] for name, values in given.items()}
        return from_arrays(split=split, **more)
    if split is not None:
        raise ConfigError(f"split={split!r}: the splits are given already ({', '.join(columns)}); leave split out")
    if where.ids is None and not default_ids:
        given["ids"] = {}
    return from_arrays(**{**more, **given})


def _refuse_unhashable(place: Any, option: str) -> None:
    if not isinstance(place, Hashable):
        raise ConfigError(
            f"{option}: {place!r:.80}, a {type(place).__name__}; name one place: a column, a key or a position"
        )


def _listed(extras: Any) -> Sequence[Any]:
    if isinstance(extras, (str, bytes)) or not isinstance(extras, Sequence):
        raise ConfigError(
            f"extras={extras!r:.80}: a {type(extras).__name__}; give names in a list, or a mapping from name to place"
        )
    return extras


def _scalars(cells: Any) -> bool:
    """Return whether every cell is a number or absent, and one is a number."""
    if isinstance(cells, np.ndarray) or not isinstance(cells, list):
        return False
    there = [c for c in cells if not is_absent(c)]
    return bool(there) and all(
        isinstance(c, (bool, int, float, np.number, np.bool_)) or (hasattr(c, "detach") and c.ndim == 0) for c in there
    )


def _numbers(cells: Sequence[Any]) -> Any:
    """Return one number per sample, NaN where there is none."""
    return np.array([np.nan if is_absent(c) else float(c) for c in cells], np.float64)


def _plain_values(cells: Any) -> Any:
    """Return a list with tensors as arrays or numbers; anything but a list as it is."""
    if not isinstance(cells, list):
        return cells
    return [as_array(c, "a value")[()] if hasattr(c, "detach") else c for c in cells]
