"""From rows of a study to what figures show: values over seeds by variant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.experiments.statistics import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd


def over_seeds(rows: pd.DataFrame, metric: str, variants: Mapping[str, pd.Series]) -> xr.Dataset:
    """Return ``score`` (variant, seed), as :func:`mmviz.plots.plot_ablation` takes it.

    Parameters
    ----------
    rows
        Of a study.
    metric
        A column.
    variants
        Name to which rows are of it (bool); one per seed.
    """
    seeds = sorted(set(map(int, rows["seed"])))
    table = np.full((len(variants), len(seeds)), np.nan)
    for i, chosen in enumerate(variants.values()):
        for seed, value in zip(rows["seed"][chosen], rows[metric][chosen], strict=True):
            table[i, seeds.index(int(seed))] = value
    return xr.Dataset({"score": (("variant", "seed"), table)}, coords={"variant": list(variants), "seed": seeds})


def cell_of(rows: pd.DataFrame, metric: str, *, factor: float = 1.0) -> tuple[float, float]:
    """Return mean and standard deviation (n - 1) over seeds, as a cell of a table; the latter is NaN with one seed."""
    found = summary(rows[metric].to_numpy(dtype=float) * factor, 0.95)
    return float(found["mean"]), float(found["std"])


def histories(
    rows: pd.DataFrame, value: Callable[[Mapping[str, float]], Sequence[float]], names: Sequence[str]
) -> xr.Dataset:
    """Return ``mean``, ``low``, ``high`` (epoch, name) of a quantity that was noted at every epoch; low and high are the least and the largest of the seeds.

    Parameters
    ----------
    rows
        Of one variant, one per seed.
    value
        From an epoch's entry to as many numbers as there are names.
    names
        What the numbers are of.
    """
    parsed = [json.loads(text) for text in rows["history"]]
    epochs = [int(entry["epoch"]) for entry in parsed[0]]
    table = np.array([[value(entry) for entry in each] for each in parsed], dtype=float)
    dims = ("epoch", "name")
    return xr.Dataset(
        {"mean": (dims, table.mean(0)), "low": (dims, table.min(0)), "high": (dims, table.max(0))},
        coords={"epoch": epochs, "name": list(names)},
    )


def seeds_of(rows: pd.DataFrame) -> tuple[int, ...]:
    """Return the seeds of the rows, each once."""
    return tuple(sorted(set(map(int, rows["seed"]))))
