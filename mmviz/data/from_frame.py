"""A data set from a pandas DataFrame: wide (a row is a sample) or long (a row is a frame of a sample)."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_mapping, nearest
from mmviz.data.dataset import Dataset
from mmviz.data.frames_of_samples import LongTable
from mmviz.data.sample_columns import Column, dataset_of, roles


def from_frame(
    frame: Any,
    modalities: Mapping[str, Any],
    target: Hashable | None = None,
    *,
    sample: Any = None,
    time: Hashable | None = None,
    modality: Hashable | None = None,
    ids: Hashable | None = None,
    group: Hashable | None = None,
    extras: Any = None,
    lengths: Mapping[str, Any] | None = None,
    times: Mapping[str, Any] | None = None,
    split: Any = None,
    **options: Any,
) -> Dataset:
    """Return a data set of the columns of a pandas DataFrame.

    *Wide*: a row is a sample. A modality is several columns of numbers (one step; the columns name the channels), or one column whose cells
    are arrays (steps, features), or raw items for an encoder. *Long*, with `sample`: a row is a frame, and the rows of a sample are its
    sequence. With `time`, or with `modality`, a modality has the rows in which one of its columns has a value; without both, all modalities
    have the same rows, and a row without a value is masked.

    Parameters
    ----------
    frame
        A DataFrame, or a mapping from split to DataFrame. Named levels of the row index count as columns.
    modalities
        Modality to a column or a list of columns; of a DataFrame with two levels of column names, a name of the upper level.
    target, ids, group
        Columns. In the long form their value is the same in all rows of a sample, or missing in some. Default of ids: the row index, or
        `sample`.
    sample
        Long: the column, or columns, that identify the sample of a row.
    time
        Long: the column with the time of each row: seconds, dates or durations. Rows are sorted by it.
    modality
        Long: the column with the name of the modality of each row.
    extras
        Columns, in a list or as a mapping from name to column; see `from_arrays`.
    lengths, times
        Wide: modality to a column; the cells of times are sequences.
    split
        A column with the split of each row, or fractions of the splits as in `from_arrays`.
    **options
        Further arguments of `from_arrays`, such as ``task``, ``axes``, ``encoders``, ``nonfinite``, ``units``.

    Returns
    -------
    Dataset
        Nullable types, categories and dates are read as pandas means them; a missing cell is treated as `nonfinite` states.

    Raises
    ------
    DataError
        If values are invalid, as `from_arrays`; for the long form the message names column and row index.
    ConfigError
        If a column does not exist, occurs twice, or an option contradicts another.
    """
    import pandas as pd

    frames = dict(frame) if isinstance(frame, Mapping) else {"": frame}
    if not frames:
        raise DataError("from_frame: no split; give a DataFrame, or a mapping such as {'train': ..., 'test': ...}")
    for name, part in frames.items():
        if not isinstance(part, pd.DataFrame):
            hint = "; convert it with .to_pandas()" if hasattr(part, "to_pandas") else "; give a pandas DataFrame"
            raise DataError(f"{name or 'from_frame'}: a {type(part).__module__}.{type(part).__name__}{hint}")
    given_mapping(modalities, "modalities", "{'table': ['age', 'height'], 'audio': 'sound'}")
    if sample is None and (time is not None or modality is not None):
        raise ConfigError(
            "sample: none given, but time or modality, which belong to the long form; name the column of the samples"
        )
    if isinstance(split, (str, tuple)):
        frames = _by_split(frames, split)
        split = None
    tables = {name: Table(part, f"{name} " if name else "") for name, part in frames.items()}
    known = roles(
        {m: tables[next(iter(tables))].modality(place) for m, place in modalities.items()},
        target=target, ids=ids, group=group, extras=extras, lengths=lengths, times=times,
    )  # fmt: skip
    if sample is not None:
        if ids is not None or lengths or times:
            raise ConfigError("ids, lengths and times belong to the wide form; the long form has sample and time")
        known = roles(
            {**known.modalities}, target=target, ids=None, group=group, extras=extras, lengths=None, times=None
        )
        nonfinite = options.get("nonfinite", "raise")
        long = {
            name: LongTable(table, sample=_names(sample), time=time, modality=modality, strict=nonfinite == "raise")
            for name, table in tables.items()
        }
        return dataset_of(
            {name: each.column for name, each in long.items()},
            _with_times(known, time),
            split=split,
            default_ids={name: each.ids for name, each in long.items()},
            options=_named_channels(known.modalities, options),
        )
    axes = dict(given_mapping(options.get("axes"), "axes", "{'table': 'features'}"))
    for m, place in known.modalities.items():
        if isinstance(place, Columns):
            axes.setdefault(m, "features")
    columns: dict[str, Column] = {name: table.column for name, table in tables.items()}
    return dataset_of(columns, known, split=split, default_ids=_index_ids(frames), options={**options, "axes": axes})


@dataclass(frozen=True)
class Columns:
    """Several columns of a table that are the features of one modality."""

    names: tuple[Hashable, ...]


class Table:
    """Columns of a DataFrame and the named levels of its row index.

    Parameters
    ----------
    frame
        The DataFrame.
    at
        The split and a space, or "", for errors.
    """

    def __init__(self, frame: Any, at: str) -> None:
        self.frame, self.at = frame, at

    def series(self, name: Hashable, option: str) -> Any:
        """Return one column as a Series; ConfigError where it does not exist or occurs twice."""
        import pandas as pd

        if name in self.frame.columns:
            found = self.frame[name]
            if isinstance(found, pd.DataFrame):
                raise ConfigError(
                    f"{self.at}{option}: {found.shape[1]} columns are called {name!r}; rename them, or name one"
                )
            return found
        if name in self.frame.index.names:
            return pd.Series(self.frame.index.get_level_values(name), index=self.frame.index)
        listed = [*self.frame.columns, *(n for n in self.frame.index.names if n is not None)]
        shown = ", ".join(map(repr, listed[:20])) + (", ..." if len(listed) > 20 else "")
        raise ConfigError(f"{self.at}{option}: no column {name!r}{nearest(name, listed)}; there is {shown}")

    def modality(self, place: Any) -> Any:
        """Return the place of a modality: `Columns` where it is one step of numbers, otherwise the name of a column of sequences or items."""
        import pandas as pd

        if not isinstance(place, (list, Hashable)):
            raise ConfigError(
                f"modalities: {place!r:.80}, a {type(place).__name__}; give a column or a list of columns"
            )
        if isinstance(place, list) or (isinstance(place, tuple) and place not in self.frame.columns):
            if not place:
                raise ConfigError("modalities: an empty list of columns; name at least one")
            return Columns(tuple(place))
        if self.frame.columns.nlevels > 1 and place in self.frame.columns:
            found = self.frame[place]
            if isinstance(found, pd.DataFrame):
                return Columns(tuple((place, *_names(name)) for name in found.columns))
        numeric = pd.api.types.is_numeric_dtype(self.series(place, "modalities").dtype)
        return Columns((place,)) if numeric else place

    def features(self, names: Iterable[Hashable], option: str) -> Any:
        """Return columns as a DataFrame, whose columns are named by their last level."""
        import pandas as pd

        listed = list(names)
        found = [self.series(name, option) for name in listed]
        labels = [name[-1] if isinstance(name, tuple) else name for name in listed]
        return pd.DataFrame(dict(enumerate(found))).set_axis(labels, axis=1)

    def column(self, place: Any, option: str) -> Any:
        """Return the values of a place, one per row."""
        if isinstance(place, Columns):
            return self.features(place.names, option)
        series = self.series(place, option)
        cells = option.startswith(("modalities", "times"))
        return list(series) if cells else series


def _names(place: Any) -> tuple[Hashable, ...]:
    return tuple(place) if isinstance(place, (list, tuple)) else (place,)


def _with_times(known: Any, time: Hashable | None) -> Any:
    return known if time is None else replace(known, times={m: ("time of", m) for m in known.modalities})


def _named_channels(modalities: Mapping[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with the columns as names of the channels, where none are given."""
    given = given_mapping(options.get("channels"), "channels", "{'audio': ['left', 'right']}")
    own = {
        m: [str(n[-1] if isinstance(n, tuple) else n) for n in place.names]
        for m, place in modalities.items()
        if isinstance(place, Columns)
    }
    return {**options, "channels": {**own, **given}}


def _by_split(frames: Mapping[str, Any], split: Hashable) -> dict[str, Any]:
    """Return the rows of each value of a column, in the order of appearance."""
    if set(frames) != {""}:
        raise ConfigError(f"split={split!r}: the splits are given already ({', '.join(frames)}); leave split out")
    series = Table(frames[""], "").series(split, "split")
    missing = np.asarray(series.isna())
    if missing.any():
        at = int(np.argmax(missing))
        raise DataError(
            f"split: column {split!r} has no value in {int(missing.sum())} rows (first: index {series.index[at]!r}); fill them"
        )
    names = np.array([str(v) for v in series], dtype=object)
    return {name: frames[""][names == name] for name in dict.fromkeys(names)}


def _index_ids(frames: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the labels of the row index as ids; none where labels occur twice, or where several splits count their rows from 0."""
    import pandas as pd

    indices = [frame.index for frame in frames.values()]
    counted = [isinstance(i, pd.RangeIndex) and i.start == 0 and i.step == 1 for i in indices]
    if not all(i.is_unique for i in indices) or (len(indices) > 1 and all(counted)):
        return {}
    return {name: [_text_of_label(label) for label in frame.index] for name, frame in frames.items()}


def _text_of_label(label: Any) -> str:
    """Return a label of an index as text; the levels of a MultiIndex are joined by "/"."""
    return "/".join(map(str, label)) if isinstance(label, tuple) else str(label)
