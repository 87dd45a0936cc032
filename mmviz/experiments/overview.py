"""Several metrics of one study, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mmviz.errors import ConfigError
from mmviz.experiments.table import Table, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.experiments.store import Store


def overview(store: Store, metrics: Sequence[str], **options: Any) -> Table:
    """Return :func:`mmviz.experiments.table` of several metrics, a row per metric and variant.

    Parameters
    ----------
    store, options
        As for :func:`mmviz.experiments.table`, but for ``metric``.
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
        No metric, or as :func:`mmviz.experiments.table`.
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
