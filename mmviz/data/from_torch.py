"""A data set from a torch ``Dataset`` or ``DataLoader``: every sample is read once, in the order of its index."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import whole
from mmviz.data.arrays import as_array, is_absent, unpacked
from mmviz.data.dataset import Dataset
from mmviz.data.sample_columns import Column, Roles, dataset_of, roles

_MISSING = object()


def from_torch(
    data: Any,
    modalities: Mapping[str, Any] | None = None,
    target: Any = None,
    *,
    ids: Any = None,
    group: Any = None,
    extras: Any = None,
    lengths: Mapping[str, Any] | None = None,
    times: Mapping[str, Any] | None = None,
    split: Mapping[str, float] | None = None,
    limit: int | None = None,
    **options: Any,
) -> Dataset:
    """Return a data set of the samples of a torch ``Dataset`` or ``DataLoader``.

    Every sample is read once, in this process, in the order of its index: shuffling, batch size, ``drop_last`` and workers do not matter.
    A loader's sampler decides which samples belong to it (a ``DistributedSampler`` stands for all of them). A loader's own ``collate_fn`` is called with one sample at a time, so that nothing
    is padded to its neighbours; places are then those in its batches.

    Parameters
    ----------
    data
        Any object with ``len()`` and an index, such as ``torch.utils.data.Dataset`` or ``Subset``; an ``IterableDataset`` with `limit`; a
        ``DataLoader``; or a mapping from split to one of these.
    modalities
        Modality to its place in a sample: a key, a position, a name of an attribute, or a tuple of these, such as ``{"audio": (0, "mfcc")}``.
        Default: for samples ``({modality: values}, target)`` the modalities of the first part; for mappings, if `target` is given, all keys
        that have no other role.
    target, ids, group
        Places. Default of ids: the index, which finds a sample that two splits (``Subset`` of one data set) share.
    extras
        Places, in a list or as a mapping from name to place; see `from_arrays`.
    lengths, times
        Modality to place, for samples that are padded already, and for timestamps of frames.
    split
        Fractions of the splits, where `data` is no mapping from split.
    limit
        The most samples to read of each split. An ``IterableDataset`` needs one.
    **options
        Further arguments of `from_arrays`, such as ``task``, ``axes``, ``encoders``, ``nonfinite``, ``units``.

    Returns
    -------
    Dataset
        Tensors may be on any device and require gradients. A value None is absent.

    Raises
    ------
    DataError
        If a sample does not have a place that the first one has, or as `from_arrays`; the message names split and index.
    ConfigError
        If the places cannot be derived from the first sample, or an option is unknown.
    """
    if limit is not None:
        whole(limit, "limit", low=1)
    parts = dict(data) if isinstance(data, Mapping) else {"": data}
    if not parts:
        raise DataError("from_torch: no split; give a data set, or a mapping such as {'train': ..., 'test': ...}")
    given = {"target": target, "ids": ids, "group": group, "extras": extras, "lengths": lengths, "times": times}
    sources = {name: _source(part, limit, _at(name)) for name, part in parts.items()}
    columns: dict[str, Column] = {}
    found: Roles | None = None
    for name, source in sources.items():
        stream = iter(source)
        first = next(stream, _MISSING)
        if first is _MISSING:
            raise DataError(f"{_at(name)}: no samples; leave the split out or give it some")
        found = found or _roles(first, modalities, given)
        columns[name] = _read(first, stream, found, source)
    if found is None:
        raise DataError("from_torch: no samples")
    cut = [source.where for source in sources.values() if source.cut]
    notes = tuple(options.pop("notes", ())) + tuple(f"{where}: the first {limit} samples." for where in cut)
    return dataset_of(
        columns, found, split=split, default_ids=_default_ids(sources), options={**options, "notes": notes}
    )


def _at(split: str) -> str:
    return split or "from_torch"


@dataclass(eq=False)
class _Source:
    """Samples of one split in a fixed order: `rows` are indices of `data`, or None for an iterable."""

    data: Any
    rows: list[Any] | None
    collate: Any
    where: str
    limit: int | None = None
    cut: bool = False

    def __iter__(self) -> Iterator[Any]:
        items: Iterable[Any] = self.data if self.rows is None else (self._item(row) for row in self.rows)
        for i, item in enumerate(items if self.rows is not None else self._limited(items)):
            yield item if self.collate is None else self._collated(item, i)

    def _collated(self, item: Any, i: int) -> Any:
        try:
            return self.collate([item])
        except Exception as error:
            raise DataError(
                f"{self.name(i)}: the loader's collate_fn failed on a single sample ({type(error).__name__}: {error!s:.200}); give the "
                "loader's dataset instead of the loader"
            ) from error

    def _item(self, row: Any) -> Any:
        try:
            return self.data[row]
        except DataError:
            raise
        except Exception as error:
            raise DataError(
                f"{self.where}: sample {row!r} cannot be read ({type(error).__name__}: {error!s:.200}); repair the data set, or leave it out "
                "with torch.utils.data.Subset"
            ) from error

    def _limited(self, items: Iterable[Any]) -> Iterator[Any]:
        for i, item in enumerate(islice(items, self.limit)):
            self.cut = i + 1 == self.limit
            yield item

    def name(self, i: int) -> str:
        """Return the name of the i-th sample in errors."""
        return f"{self.where}, sample {i if self.rows is None else self.rows[i]!r}"


def _source(data: Any, limit: int | None, where: str) -> _Source:
    from torch.utils.data import DataLoader, IterableDataset, default_collate, default_convert

    collate = None
    rows: list[Any] | None = None
    if isinstance(data, DataLoader):
        collate = data.collate_fn if data.collate_fn not in (default_collate, default_convert) else None
        if not isinstance(data.dataset, IterableDataset):
            rows = _rows_of(data)
        data = data.dataset
    if isinstance(data, IterableDataset):
        if limit is None:
            raise ConfigError(f"{where}: a {type(data).__name__} may never end; pass limit=, the most samples to read")
        return _Source(data, None, collate, where, limit)
    if hasattr(data, "features") and hasattr(data, "column_names"):
        raise ConfigError(
            f"{where}: a Hugging Face data set; mmviz.data.from_huggingface reads it with its classes and types"
        )
    if isinstance(data, (str, bytes)) or not (hasattr(data, "__len__") and hasattr(data, "__getitem__")):
        raise DataError(
            f"{where}: a {type(data).__name__}; give a torch Dataset or DataLoader, or a mapping from split to one"
        )
    rows = list(range(len(data))) if rows is None else rows
    return _Source(data, rows[:limit], collate, where, limit, limit is not None and len(rows) > limit)


def _rows_of(loader: Any) -> list[Any]:
    """Return the indices that belong to a loader, each once and sorted; the global random state is left as it was."""
    import torch
    from torch.utils.data import (
        BatchSampler,
        DistributedSampler,
        RandomSampler,
        SequentialSampler,
        SubsetRandomSampler,
        WeightedRandomSampler,
    )

    batches = loader.batch_sampler
    sampler = batches.sampler if type(batches) is BatchSampler else loader.sampler if batches is None else batches
    whole_set = (SequentialSampler, RandomSampler, WeightedRandomSampler, DistributedSampler)
    if isinstance(sampler, whole_set) and getattr(sampler, "data_source", loader.dataset) is loader.dataset:
        return list(range(len(loader.dataset)))
    if isinstance(sampler, SubsetRandomSampler):
        indices = list(sampler.indices)
    else:
        with torch.random.fork_rng(devices=[]):
            drawn = list(sampler)
        indices = [i for each in drawn for i in (each if isinstance(each, (list, tuple)) else [each])]
    indices = list(dict.fromkeys(int(i) if hasattr(i, "__index__") else i for i in indices))
    return sorted(indices) if all(isinstance(i, int) for i in indices) else indices


def _roles(first: Any, modalities: Mapping[str, Any] | None, given: dict[str, Any]) -> Roles:
    """Return the places, derived from the first sample where no modalities are named."""
    if modalities is not None:
        return roles(modalities, **given)
    pair = isinstance(first, (tuple, list)) and len(first) == 2 and isinstance(first[0], Mapping)
    if pair and given["target"] is None:
        known = roles({str(k): (0, k) for k in first[0]}, **{**given, "lengths": None, "times": None})
        return replace(known, target=1, lengths=given["lengths"] or {}, times=given["times"] or {})
    if isinstance(first, Mapping) and given["target"] is not None:
        used = roles({}, **{**given, "lengths": None, "times": None}).places()
        used += [p for named in (given["lengths"], given["times"]) for p in (named or {}).values()]
        return roles({str(k): k for k in first if k not in used}, **given)
    if isinstance(first, Mapping):
        raise ConfigError(
            f"from_torch: samples have the keys {', '.join(map(repr, first))}; name the target, such as target={list(first)[-1]!r}, and the "
            "modalities"
        )
    seen = f"{len(first)} parts" if isinstance(first, (tuple, list)) else f"type {type(first).__name__}"
    raise ConfigError(
        f"from_torch: samples have {seen}; name the modalities by their places, such as modalities={{'audio': 0, 'image': 1}}, target=2"
    )


def _read(first: Any, rest: Iterator[Any], found: Roles, source: _Source) -> Column:
    """Return a function from place to the values of all samples; each sample is read once."""
    values: dict[Any, list[Any]] = {place: [] for place in found.places()}

    def add(item: Any, i: int) -> None:
        for place, cells in values.items():
            value = _value_at(item, place, source.name(i))
            value = _only(value, place, source.name(i)) if source.collate is not None else value
            cells.append(_detached(value, source.name(i)))

    add(first, 0)
    for i, item in enumerate(rest, 1):
        add(item, i)
    return lambda place, _: values[place]


def _value_at(item: Any, place: Any, where: str) -> Any:
    for key in place if isinstance(place, tuple) else (place,):
        if isinstance(item, Mapping):
            there = key in item
            value = item[key] if there else None
        elif isinstance(key, int) and not isinstance(key, bool) and hasattr(item, "__getitem__"):
            there = -len(item) <= key < len(item)
            value = item[key] if there else None
        else:
            there = isinstance(key, str) and hasattr(item, key)
            value = getattr(item, key) if there else None
        if not there:
            listed = ", ".join(map(repr, item)) if isinstance(item, Mapping) else f"{type(item).__name__}"
            seen = f"it has {listed}" if isinstance(item, Mapping) else f"it is a {listed}"
            size = f" of {len(item)}" if isinstance(item, (tuple, list)) else ""
            raise DataError(
                f"{where}: nothing at {place!r} ({seen}{size}); give every sample the same places, and None where a modality was not recorded"
            )
        item = value
    return item


def _only(value: Any, place: Any, where: str) -> Any:
    """Return the entry of a batch of one sample."""
    value = unpacked(value)
    size = (
        value.shape[0]
        if hasattr(value, "shape") and len(value.shape)
        else len(value)
        if isinstance(value, (list, tuple))
        else 0
    )
    if size != 1:
        raise DataError(
            f"{where}: the loader's collate_fn returned {_kind(value)} at {place!r} for a single sample; it has to return the batch axis first"
        )
    return value[0]


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}" + (f" of shape {tuple(value.shape)}" if hasattr(value, "shape") else "")


def _detached(value: Any, where: str) -> Any:
    """Return tensors as arrays, those of one number as a number; a copy, since a data set may reuse its buffers."""
    value = unpacked(value)
    if is_absent(value) or not hasattr(value, "detach"):
        return value.copy() if isinstance(value, np.ndarray) else value
    array = as_array(value, where)
    return array[()] if array.ndim == 0 else array.copy()


def _default_ids(sources: Mapping[str, _Source]) -> dict[str, list[str]]:
    """Return ids from the indices in the underlying data set, where all splits are parts of one; otherwise none."""
    from torch.utils.data import Subset

    found, bases = {}, []
    for name, source in sources.items():
        if source.rows is None:
            return {}
        data, rows = source.data, source.rows
        while isinstance(data, Subset):
            rows, data = [data.indices[r] for r in rows], data.dataset
        bases.append(data)
        found[name] = [f"sample_{int(r) if hasattr(r, '__index__') else r}" for r in rows]
    return found if all(base is bases[0] for base in bases) else {}
