"""A long table, in which a row is a frame of a sample: rows by sample, sorted by time, and values that are the same in a sample."""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError
from mmviz.data.arrays import is_absent
from mmviz.data.sequences import numbers_of
from mmviz.data.timestamps import as_times

_SHOWN = 60


class LongTable:
    """The rows of a long table by sample.

    Parameters
    ----------
    table
        `mmviz.data.from_frame.Table`.
    sample
        Columns that identify the sample of a row.
    time, modality
        Column of the time and of the name of the modality of a row, or None.
    strict
        Whether a cell that is not finite is refused here, with its column and row index.

    Raises
    ------
    DataError
        If a row has no sample or no time.
    """

    def __init__(
        self, table: Any, *, sample: Sequence[Hashable], time: Hashable | None, modality: Hashable | None, strict: bool
    ) -> None:
        self.table, self.at, self.strict = table, table.at, strict
        self.index = table.frame.index
        if not len(table.frame):
            raise DataError(f"{self.at or 'from_frame: '}no rows; leave the split out or give it some")
        keys = [self._present(table.series(name, "sample"), "sample", name) for name in sample]
        named = list(zip(*(k.tolist() for k in keys), strict=True))
        order = {key: i for i, key in enumerate(dict.fromkeys(named))}
        self.ids = ["/".join(map(str, key)) for key in order]
        self.code = np.array([order[key] for key in named])
        self.time_name = time
        self.seconds: NDArray[np.float64] | None = None if time is None else self._seconds(table.series(time, "time"))
        self.kind = None if modality is None else np.asarray(table.series(modality, "modality"), dtype=object)
        within = np.arange(len(self.code)) if self.seconds is None else self.seconds
        self.order = np.lexsort((within, self.code))
        self._rows: dict[str, NDArray[np.int64]] = {}

    def column(self, place: Any, option: str) -> Any:
        """Return the values of a place, one per sample: sequences of a modality, its times, or the value of a column."""
        if isinstance(place, tuple) and len(place) == 2 and place[0] == "time of" and self.seconds is not None:
            rows = self._rows[place[1]]
            return self._by_sample(self.seconds[rows], rows)
        if option.startswith("modalities"):
            return self._sequences(place, option[len("modalities['") : -len("']")])
        return self._constant(self.table.series(place, option), option, place)

    def _sequences(self, place: Any, m: str) -> list[Any]:
        names = getattr(place, "names", None)
        if names is None:
            raise DataError(
                f"{self.at}{m}: column {place!r} holds no numbers; in the long form a modality has columns of numbers"
            )
        found = numbers_of(self.table.features(names, m), f"{self.at}{m}")
        values = np.asarray(found.values)
        missing = np.zeros(values.shape, bool) if found.missing is None else found.missing
        missing = missing | np.isnan(values) if values.dtype.kind == "f" else missing
        here: NDArray[np.bool_] = (
            np.ones(len(values), bool) if self.kind is None else np.array([k == m for k in self.kind])
        )
        if not here.any():
            seen = ", ".join(repr(k) for k in dict.fromkeys(self.kind.tolist())) if self.kind is not None else ""
            raise DataError(f"{self.at}{m}: no row of this modality; there is {seen}")
        empty = np.asarray(missing.all(axis=1), dtype=bool)
        dropped = self.seconds is not None and self.kind is None
        kept = np.asarray(here & ~empty if dropped else here, dtype=bool)
        rows = self.order[kept[self.order]]
        if self.strict:
            self._refuse_nonfinite(values, missing & ~empty[:, None], rows, names, m)
        self._refuse_ties(rows, m)
        self._rows[m] = rows
        cells: Any = np.ma.masked_array(values, mask=missing) if missing[rows].any() else values
        return self._by_sample(cells[rows], rows)

    def _by_sample(self, values: Any, rows: NDArray[np.int64]) -> list[Any]:
        """Return the values of each sample in a list; None for a sample without rows."""
        edges = np.searchsorted(self.code[rows], np.arange(len(self.ids) + 1))
        return [values[a:b] if b > a else None for a, b in pairwise(edges.tolist())]

    def _constant(self, series: Any, option: str, name: Hashable) -> Any:
        """Return the value of each sample, as a Series of the same type; missing cells are filled from the other rows of the sample."""
        values = series.tolist()
        first = np.full(len(self.ids), -1)
        for row, (code, value) in enumerate(zip(self.code.tolist(), values, strict=True)):
            if is_absent(value):
                continue
            if first[code] < 0:
                first[code] = row
            elif isinstance(value, (np.ndarray, list)):
                raise DataError(
                    f"{self.at}{option}: column {name!r} holds a {type(value).__name__} at index {self._label(row)}; give one number or text"
                )
            elif value != values[first[code]]:
                raise DataError(
                    f"{self.at}{option}: column {name!r} differs inside sample {self.ids[code]!r} (index {self._label(first[code])}: "
                    f"{values[first[code]]!r:.{_SHOWN}}, index {self._label(row)}: {value!r:.{_SHOWN}}); give one value per sample"
                )
        any_row = np.zeros(len(self.ids), np.int64)
        any_row[self.code[::-1]] = np.arange(len(self.code))[::-1]
        return series.iloc[np.where(first < 0, any_row, first)].reset_index(drop=True)

    def _present(self, series: Any, option: str, name: Hashable) -> Any:
        missing = np.asarray(series.isna())
        if missing.any():
            at = int(np.argmax(missing))
            raise DataError(
                f"{self.at}{option}: column {name!r} has no value in {int(missing.sum())} rows (first: index {self._label(at)}); fill or drop "
                "them"
            )
        return series

    def _seconds(self, series: Any) -> NDArray[np.float64]:
        import pandas as pd

        self._present(series, "time", self.time_name or "")
        if isinstance(series.dtype, pd.DatetimeTZDtype):
            series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        if pd.api.types.is_numeric_dtype(series.dtype):
            series = series.astype(np.float64)
        return as_times(series.to_numpy(), (1, len(series)), f"{self.at}time")[0]

    def _refuse_nonfinite(
        self,
        values: NDArray[Any],
        missing: NDArray[np.bool_],
        rows: NDArray[np.int64],
        names: Sequence[Hashable],
        m: str,
    ) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            bad = missing[rows] | (
                ~np.isfinite(values[rows].astype(np.float32)) & ~np.isnan(values[rows].astype(np.float64))
            )
        if bad.any():
            i, f = (int(k) for k in np.argwhere(bad)[0])
            row = int(rows[i])
            raise DataError(
                f"{self.at}{m}: {int(bad.sum())} cells without a finite value (first: column {names[f]!r}, index {self._label(row)}, sample "
                f"{self.ids[self.code[row]]!r}: {values[row, f]}); pass nonfinite='mask' to remove those rows, 'mean' for the training mean "
                "of the column, or 'zero'"
            )

    def _refuse_ties(self, rows: NDArray[np.int64], m: str) -> None:
        if self.seconds is None or len(rows) < 2:
            return
        same = (np.diff(self.seconds[rows]) == 0) & (np.diff(self.code[rows]) == 0)
        if same.any():
            i = int(np.argmax(same))
            raise DataError(
                f"{self.at}{m}: {int(same.sum())} rows of a sample have the time of another one (first: sample "
                f"{self.ids[self.code[rows[i]]]!r}, column {self.time_name!r}, index {self._label(rows[i])} and {self._label(rows[i + 1])}); "
                "merge them"
            )

    def _label(self, row: Any) -> str:
        return repr(self.index[int(row)])[:_SHOWN]
