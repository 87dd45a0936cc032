"""Comparison table of a study: mean and interval of each variant over its replicates, and the paired difference to a reference."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import spreadsheet
from mmviz.core.options import nearest, number
from mmviz.io.atomic import write_bytes_atomic
from mmviz.studies.significance import holm, paired, summary
from mmviz.studies.store import FINISHED, Store

if TYPE_CHECKING:
    from mmviz.studies.study import Study


_REPLICATES = ("seed", "data.fold")


@dataclass(frozen=True)
class Table:
    """One row per variant.

    Attributes
    ----------
    frame
        The `by` columns, ``n``, ``mean``, ``std``, ``low``, ``high``, ``failed``; with a reference also ``pairs``, ``difference``,
        ``difference_low``, ``difference_high``, ``p_t``, ``p_wilcoxon``, ``p_holm``.
    note
        Meaning of the numbers, in words.
    """

    frame: pd.DataFrame
    note: str

    def __str__(self) -> str:
        return f"{self.text()}\n\n{self.note}"

    def text(self) -> str:
        """Return the rows as aligned text, numbers with four digits."""
        cells = [list(map(str, self.frame.columns))]
        cells += [[_shown(v) for v in row] for row in self.frame.itertuples(index=False)]
        width = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join("  ".join(v.ljust(w) for v, w in zip(row, width, strict=True)).rstrip() for row in cells)

    def csv(self, path: str | Path | None = None) -> str:
        """Return the rows as CSV, numbers in full; text that a spreadsheet evaluates as a formula is prefixed by an apostrophe.

        Parameters
        ----------
        path
            Also write the text to this file, atomically.

        Raises
        ------
        OSError
            If the file cannot be written; an older file is intact.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([_escape_formula(c) for c in self.frame.columns])
        for row in self.frame.itertuples(index=False):
            writer.writerow([_escape_formula(v) for v in row])
        if path is not None:
            write_bytes_atomic(path, out.getvalue().encode())
        return out.getvalue()


def table(
    store: Store | str | Path | pd.DataFrame,
    *,
    by: str | Sequence[str] = "model",
    metric: str = "test.accuracy",
    reference: Mapping[str, Any] | str | None = None,
    over: str | Sequence[str] | None = None,
    of: Study | None = None,
    code: str | None = None,
    level: float = 0.95,
) -> Table:
    """Return the comparison of variants: mean, interval, and paired difference to a reference.

    Parameters
    ----------
    store
        A store, its folder, or rows from :meth:`Store.rows`, which may be filtered.
    by
        Columns that distinguish variants, such as "model" or ("strategy", "data").
    metric
        A column of numbers, such as "test.accuracy", "test.E1", "run.train_seconds".
    reference
        The variant that the others are compared to: column to value, or the value of the first `by` column. Exactly one variant.
    over
        Columns whose combinations are the replicates. None: "seed" where there are several, otherwise "data.fold". Other columns that vary are averaged
        within a replicate; incomplete replicates are left out and counted in the note.
    of
        Only cells of this study.
    code
        Rows of this version of the code; None takes the newest version with finished rows. Versions are never mixed.
    level
        Of the intervals.

    Returns
    -------
    Table
        Intervals are Student's t over replicates; tests are two-sided and paired by the replicates that both variants have.
        ``p_holm`` is ``p_t`` corrected by Holm's method for the number of rows besides the reference, those without a p-value included.

    Raises
    ------
    ConfigError
        An unknown column (with the nearest), no such reference or several.
    DataError
        No finished rows, or two contents of one data set.

    Notes
    -----
    Seeds vary the training, not the subjects: an interval over seeds is one of the mean *on these data*. With subject folds,
    ``over="data.fold"`` takes folds as replicates; as their training sets overlap, the interval is too narrow.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    level = number(level, "level", low=0.0, high=1.0, above=True)
    rows = store if isinstance(store, pd.DataFrame) else (store if isinstance(store, Store) else Store(store)).rows()
    rows, left_out, code = _chosen(rows, of, code)
    for name in (*by, metric, *([over] if isinstance(over, str) else over or ())):
        if name not in rows.columns:
            known = list(rows.columns)
            raise ConfigError(f"table: no column {name!r}{nearest(name, known)}; there is {', '.join(known)}")
    if not pd.api.types.is_numeric_dtype(rows[metric]):
        raise ConfigError(f"table: metric={metric!r} holds no numbers; choose a score such as test.accuracy")
    over = _over(rows, over, by)
    good = rows[rows["status"] == FINISHED]
    averaged = {key: _replicates(part, metric, by, over) for key, part in _grouped(good, by)}
    groups, partial = {key: v for key, (v, _) in averaged.items()}, sum(n for _, n in averaged.values())
    bad = {key: int((part["status"] != FINISHED).sum()) for key, part in _grouped(rows, by)}
    chosen = None if reference is None else _reference(list(groups), by, reference)
    records = []
    for key in bad:
        values = groups.get(key, pd.Series(dtype=float))
        known = values[np.isfinite(values)]
        record = dict(zip(by, key, strict=True)) | summary(known.to_numpy(), level) | {"failed": bad[key]}
        if chosen is not None:
            both = known.index.intersection(groups[chosen][np.isfinite(groups[chosen])].index)
            differences = (known[both] - groups[chosen][both]).to_numpy() if key != chosen else np.zeros(0)
            record |= paired(differences, level)
        records.append(record)
    frame = pd.DataFrame.from_records(records)
    if chosen is not None:
        compared = np.array([key != chosen for key in bad])
        frame["p_holm"] = np.nan
        frame.loc[compared, "p_holm"] = holm(frame["p_t"].to_numpy(dtype=float)[compared])
    return Table(frame, _note(metric, by, over, good, level, chosen, code, left_out, partial))


def _chosen(rows: pd.DataFrame, of: Study | None, code: str | None) -> tuple[pd.DataFrame, int, str]:
    """Return the rows of one study and one version of the code, how many others there were, and which version."""
    everything = len(rows)
    if of is not None:
        place = {c.key: i for i, c in enumerate(of.cells)}
        rows = rows[rows["key"].isin(place)].sort_values("key", key=lambda k: k.map(place)) if everything else rows
    if not len(rows) or not (rows["status"] == FINISHED).any():
        raise DataError(
            f"table: no finished rows{' of this study' if of is not None else ''}; run the experiment first"
        )
    if code is None:
        done = rows[rows["status"] == FINISHED]
        code = str(done.loc[done["started"].astype(str).idxmax(), "code"])
    elif code not in set(rows["code"]):
        raise ConfigError(f"table: no rows of code={code!r}; there is {', '.join(sorted(set(rows['code'])))}")
    rows = rows[rows["code"] == code]
    named = ["data", *(c for c in rows.columns if c.startswith("data."))]
    for where, part in rows.groupby(named, dropna=False, sort=False):
        if part["data_digest"].nunique() > 1:
            raise DataError(
                f"table: {where[0]!r} had different contents when these rows were made (data_digest {', '.join(part['data_digest'].unique())}); "
                "pass rows of one of them: table(rows[rows.data_digest == ...])"
            )
    return rows, everything - len(rows), code


def _over(rows: pd.DataFrame, over: str | Sequence[str] | None, by: tuple[str, ...]) -> tuple[str, ...]:
    if over is not None:
        return (over,) if isinstance(over, str) else tuple(over)
    free = [c for c in _REPLICATES if c in rows.columns and c not in by]
    several = [c for c in free if rows[c].nunique() > 1]
    return tuple([*several, *free, "seed"][:1])


def _grouped(rows: pd.DataFrame, columns: tuple[str, ...]) -> list[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Return the groups in order of first appearance; a missing value is a group value."""
    parts = rows.groupby(list(columns), dropna=False, sort=False)
    return [(tuple(None if v is pd.NA or v != v else v for v in key), part) for key, part in parts]


def _replicates(part: pd.DataFrame, metric: str, by: tuple[str, ...], over: tuple[str, ...]) -> tuple[pd.Series, int]:
    """Return one value per replicate, the mean over other columns, and the number of incomplete replicates."""
    inner = [
        c
        for c in part.columns
        if (c.split(".")[0] in ("data", "model", "train") or c in ("modalities", "strategy", "seed"))
        and c not in {*by, *over, "data_digest"}
        and part[c].nunique(dropna=False) > 1
    ]
    grouped = part.groupby(list(over), dropna=False, sort=True)
    if not inner:
        return grouped[metric].mean(), 0
    have = {name: frozenset(map(tuple, p[inner].astype(str).to_numpy().tolist())) for name, p in grouped}
    most = frozenset().union(*have.values())
    whole = [name for name, seen in have.items() if seen == most]
    values = part.groupby(list(over), dropna=False, sort=True)[metric].mean()
    return values[[name[0] if len(over) == 1 else name for name in whole]], len(have) - len(whole)


def _reference(keys: list[tuple[Any, ...]], by: tuple[str, ...], reference: Mapping[str, Any] | str) -> tuple[Any, ...]:
    wanted = {by[0]: reference} if isinstance(reference, str) else dict(reference)
    for name in wanted:
        if name not in by:
            raise ConfigError(f"table: reference names {name!r}, which is not in by=({', '.join(by)})")
    found = [key for key in keys if all(dict(zip(by, key, strict=True))[c] == v for c, v in wanted.items())]
    if len(found) != 1:
        listed = "; ".join(", ".join(map(str, key)) for key in (found or keys))
        raise ConfigError(f"table: reference={wanted} is {len(found)} variants, give one of: {listed}")
    return found[0]


def _note(
    metric: str,
    by: tuple[str, ...],
    over: tuple[str, ...],
    good: pd.DataFrame,
    level: float,
    chosen: Any,
    code: str,
    left: int,
    partial: int,
) -> str:
    fixed = {*by, *over}
    inner = [c for c in _REPLICATES if c in good.columns and c not in fixed and good[c].nunique() > 1]
    within = f", each the mean over {', '.join(inner)}" if inner else ""
    lines = [
        f"{metric}: mean over {', '.join(over)}{within}; low..high is Student's {level:.0%} interval of that mean."
    ]
    if chosen is not None:
        lines.append(
            f"difference: to {', '.join(map(str, chosen))}, paired by {', '.join(over)}; p_t paired t test, p_wilcoxon signed ranks, "
            "both two-sided; p_holm is p_t corrected for the number of rows beside the reference. Where all differences of a row are "
            "equal, a t test is undefined: p_t is that of the exact sign-flip test, 2^(1 - pairs), without an interval."
        )
    if partial:
        lines.append(f"{partial} replicates are incomplete and left out.")
    lines.append(f"code {code}" + (f"; {left} rows of other studies or versions left out" if left else ""))
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4f}"
    return "" if value is None else str(value)


def _escape_formula(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return ""
    return spreadsheet(value) if isinstance(value, str) else value


def overview(store: Store, metrics: Sequence[str], **options: Any) -> Table:
    """Return :func:`mmviz.studies.table` of several metrics, a row per metric and variant.

    Parameters
    ----------
    store, options
        As for :func:`mmviz.studies.table`, but for ``metric``.
    metrics
        Columns of numbers.

    Returns
    -------
    Table
        ``metric``, the `by` columns, ``n``, ``mean``, ``low``, ``high``; with a reference ``difference`` and ``p_holm``, which is
        corrected for the rows of one metric, not for the number of metrics.

    Raises
    ------
    ConfigError
        No metric, or as :func:`mmviz.studies.table`.
    """
    if not metrics:
        raise ConfigError("overview: no metrics; name at least one column of numbers")
    tables = [table(store, metric=metric, **options) for metric in metrics]
    by = options.get("by", "model")
    kept = [*([by] if isinstance(by, str) else by), "n", "mean", "low", "high", "difference", "p_holm"]
    frames = [one.frame[[c for c in kept if c in one.frame]] for one in tables]
    for metric, frame in zip(metrics, frames, strict=True):
        frame.insert(0, "metric", metric)
    note = tables[0].note.removeprefix(f"{metrics[0]}: ")
    return Table(pd.concat(frames, ignore_index=True), f"Each metric: {note}")
