"""A data set from a Hugging Face ``datasets.Dataset`` or ``DatasetDict``, with the types and classes of its features; no network."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_mapping, nearest
from mmviz.data.dataset import Dataset
from mmviz.data.encoders.patches import ImagePatches, as_pixels
from mmviz.data.sample_columns import Column, dataset_of, roles

_TABLE = "\0columns"


def from_huggingface(
    data: Any,
    modalities: Mapping[str, Any],
    target: str | None = None,
    *,
    ids: str | None = None,
    group: str | None = None,
    extras: Any = None,
    lengths: Mapping[str, Any] | None = None,
    times: Mapping[str, Any] | None = None,
    split: Mapping[str, float] | None = None,
    **options: Any,
) -> Dataset:
    """Return a data set of the columns of a Hugging Face ``Dataset`` or ``DatasetDict``; nothing is downloaded.

    Parameters
    ----------
    data
        A ``datasets.Dataset``, or a mapping from split to one, such as a ``DatasetDict``: "validation" becomes "valid". Splits without a
        label (-1) can be predicted.
    modalities
        Modality to a column, to a list of columns of numbers (a table: one step, the columns name the channels), or to a tuple that leads
        into nested features. ``List`` of ``List`` and ``Array2D`` are (steps, features); a ``List`` of numbers needs ``axes``; text,
        ``Image`` and ``Audio`` need ``encoders``. A cell None is absent.
    target, ids, group
        Columns. The names of a ``ClassLabel`` become the classes, or the groups.
    extras
        Columns, in a list or as a mapping from name to column; see `from_arrays`.
    lengths, times
        Modality to a column.
    split
        Fractions of the splits, for a single ``Dataset``.
    **options
        Further arguments of `from_arrays`, such as ``task``, ``axes``, ``encoders``, ``nonfinite``, ``units``. ``tokens``: modality to the
        column with its words, one list of text per row.

    Returns
    -------
    Dataset
        Images (PNG, JPEG) and sound (WAV) are decoded by `mmviz.io.media`, not by the library's decoders.

    Raises
    ------
    DataError
        If a cell cannot be decoded, or as `from_arrays`; the message names split and row.
    ConfigError
        If a column does not exist, needs an encoder, or an option is unknown.
    """
    parts = dict(data) if isinstance(data, Mapping) else {"": data}
    encoders = given_mapping(options.get("encoders"), "encoders", "{'text': mmviz.data.encoders.minilm()}")
    if not parts:
        raise DataError("from_huggingface: no split; give a Dataset, a DatasetDict, or a mapping from split to Dataset")
    given_mapping(modalities, "modalities", "{'text': 'sentence', 'photo': 'image'}")
    for name, part in parts.items():
        _refuse_other(part, name or "from_huggingface")
    tables = {m: tuple(place) for m, place in modalities.items() if isinstance(place, list)}
    places = {m: (_TABLE, *tables[m]) if m in tables else place for m, place in modalities.items()}
    known = roles(places, target=target, ids=ids, group=group, extras=extras, lengths=lengths, times=times)
    columns: dict[str, Column] = {name: _Columns(part, name, encoders).column for name, part in parts.items()}
    axes = dict.fromkeys(tables, "features") | dict(given_mapping(options.get("axes"), "axes", "{'table': 'features'}"))
    named = {m: list(map(str, names)) for m, names in tables.items()}
    channels = {**named, **given_mapping(options.get("channels"), "channels", "{'audio': ['left', 'right']}")}
    options = {**options, "axes": axes, "channels": channels}
    classes = _classes(parts, target)
    if classes is not None and options.get("task", "classification") == "classification":
        options.setdefault("classes", classes)
    return dataset_of(columns, known, split=split, default_ids={}, options=options)


def _refuse_other(data: Any, where: str) -> None:
    if type(data).__name__ == "IterableDataset" and hasattr(data, "take"):
        raise DataError(
            f"{where}: a streamed data set; load it without streaming=True, or keep some samples: Dataset.from_list(list(data.take(1000)))"
        )
    if not (hasattr(data, "features") and hasattr(data, "column_names") and hasattr(data, "with_format")):
        raise DataError(
            f"{where}: a {type(data).__name__}; give a datasets.Dataset, a DatasetDict, or a mapping from split to Dataset"
        )
    if data.format["type"] == "custom":
        raise DataError(
            f"{where}: the data set has a transform (set_transform), which would not be applied; apply it with .map first"
        )


def _classes(parts: Mapping[str, Any], target: str | None) -> list[str] | None:
    """Return the names of the classes of a ClassLabel; they have to be the same in every split."""
    found = {name: getattr(part.features.get(target), "names", None) for name, part in parts.items()}
    first = next(iter(found.values()))
    for name, names in found.items():
        if names != first:
            raise DataError(
                f"{name}: the classes of {target!r} are {names}, another split has {first}; cast them to one ClassLabel"
            )
    return None if first is None else list(first)


class _Columns:
    """Values of the columns of one split, by the types of their features."""

    def __init__(self, data: Any, split: str, encoders: Mapping[str, Any]) -> None:
        self.data, self.at, self.encoders = data.with_format(None), f"{split} " if split else "", encoders

    def column(self, place: Any, option: str) -> Any:
        """Return the values of a place, one per row."""
        if isinstance(place, tuple) and place and place[0] == _TABLE:
            return np.stack([self._numbers(name, option) for name in place[1:]], axis=1)
        path = place if isinstance(place, tuple) else (place,)
        feature = self._feature(path, option)
        cells = self._cells(path, feature)
        names = getattr(feature, "names", None)
        if names is not None:
            cells = [None if c is None or c == -1 else c for c in cells]
            return [None if c is None else names[c] for c in cells] if option in ("group", "ids") else cells
        if option.startswith("modalities"):
            return self._modality(cells, feature, option[len("modalities['") : -len("']")])
        return cells

    def _feature(self, path: tuple[Any, ...], option: str) -> Any:
        feature: Any = self.data.features
        for key in path:
            if not isinstance(feature, Mapping) or key not in feature:
                there = list(feature) if isinstance(feature, Mapping) else []
                listed = ", ".join(map(repr, there)) or f"no columns inside {type(feature).__name__}"
                raise ConfigError(f"{self.at}{option}: no column {key!r}{nearest(key, there)}; there is {listed}")
            feature = feature[key]
        return feature

    def _cells(self, path: tuple[Any, ...], feature: Any) -> list[Any]:
        data = self.data.select_columns([path[0]])
        if _is(feature, "Image", "Audio") and len(path) == 1:
            data = data.cast_column(path[0], type(feature)(decode=False))
        cells = list(data[:][path[0]])
        for key in path[1:]:
            cells = [None if cell is None else cell[key] for cell in cells]
        return cells

    def _numbers(self, name: Any, option: str) -> Any:
        feature = self._feature((name,), option)
        dtype = str(getattr(feature, "dtype", ""))
        if not _is(feature, "Value") or not dtype.startswith(("int", "uint", "float", "bool")):
            raise ConfigError(f"{self.at}{option}: column {name!r} is {feature!r:.80}; a table has columns of numbers")
        return np.array([np.nan if v is None else v for v in self._cells((name,), feature)], np.float64)

    def _modality(self, cells: list[Any], feature: Any, m: str) -> list[Any]:
        where = f"{self.at}{m}"
        text = _is(feature, "Value") and str(feature.dtype) in ("string", "large_string")
        if m not in self.encoders and (text or _is(feature, "Image", "Audio")):
            what, encoder = {
                "Image": ("images", "image_patches(8)"),
                "Audio": ("sound", f"log_mel_frames({getattr(feature, 'sampling_rate', None) or 16000})"),
            }.get(type(feature).__name__, ("raw text", "minilm()"))
            raise ConfigError(f"{where}: {what}; pass encoders={{{m!r}: mmviz.data.encoders.{encoder}}}")
        if _is(feature, "Audio", "Image"):
            cells = [_content(cell, f"{where}, row {i}") for i, cell in enumerate(cells)]
        if _is(feature, "Image") and not isinstance(self.encoders.get(m), ImagePatches):  # which reads files itself
            return [None if c is None else as_pixels(c, f"{where}, row {i}") for i, c in enumerate(cells)]
        return cells


def _is(feature: Any, *names: str) -> bool:
    return type(feature).__name__ in names


def _content(cell: Any, where: str) -> Any:
    """Return the bytes of an encoded image or recording, or the path of its file on this machine."""
    if cell is None or cell.get("bytes") is not None:
        return None if cell is None else cell["bytes"]
    path = cell.get("path")
    if not path or "://" in path:
        raise DataError(
            f"{where}: {path!r} is no file on this machine; download the data set first, nothing is fetched here"
        )
    return path
