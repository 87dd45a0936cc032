"""Mean, interval and agreement over runs (seeds) of the result of a combined Trace."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.analysis.per_run import BY_RUN, KEEPS_RUN
from mmviz.core.errors import DataError
from mmviz.core.intervals import student_t

if TYPE_CHECKING:
    from collections.abc import Sequence

#: entries of the dimension ``statistic``
STATISTICS = ("mean", "low", "high", "agreement", "count")


def mean_over(values: xr.DataArray, over: str) -> xr.Dataset:
    """Return ``mean``, ``low``, ``high`` and ``count`` over a dimension, with Student's t interval at 95 %.

    NaN is excluded and not counted; with a single value the interval is NaN.
    """
    data = values.astype(np.float64)
    count = data.notnull().sum(over)
    mean = data.mean(over)
    n = count.where(count > 1)
    error = np.sqrt(((data - mean) ** 2).sum(over) / (n - 1) / n)
    half = error * xr.apply_ufunc(student_t, n - 1, dask="parallelized", output_dtypes=[np.float64])
    return xr.Dataset({"mean": mean, "low": mean - half, "high": mean + half, "count": count})


def sign_agreement(values: xr.DataArray, over: str = "run") -> xr.DataArray:
    """Return the share of runs whose value has the sign of the mean over the runs, from 0 to 1; NaN where the mean is 0 or NaN."""
    mean = values.mean(over, skipna=False)
    same = (np.sign(values) == np.sign(mean)).mean(over)
    return same.where((mean != 0) & mean.notnull())


def map_agreement(maps: xr.DataArray, over: Sequence[str]) -> xr.DataArray:
    """Return the mean Spearman correlation between the maps of two runs, over all pairs of runs.

    Parameters
    ----------
    maps
        A map of each run: dimension ``run``, the dimensions of ``over``, and others.
    over
        Dimensions of the map.

    Returns
    -------
    xr.DataArray
        Over the other dimensions: 1 where all runs order the cells of the map in the same way. Cells that are NaN in one of the runs are left out.
        NaN for a single run, fewer than 3 cells, or a constant map.
    """
    rest = [dim for dim in maps.dims if dim not in ("run", *over)]
    stacked = maps.transpose(*rest, "run", *over)
    flat = stacked.values.reshape(*(maps.sizes[dim] for dim in rest), maps.sizes["run"], -1).astype(np.float64)
    out = np.full(flat.shape[:-2], np.nan)
    for place in np.ndindex(out.shape):
        out[place] = _mean_correlation(flat[place])
    return xr.DataArray(out, dims=rest, coords={dim: maps[dim] for dim in rest if dim in maps.indexes})


def _mean_correlation(maps: np.ndarray) -> float:
    known = np.isfinite(maps).all(0)
    if len(maps) < 2 or known.sum() < 3:
        return float("nan")
    from scipy.stats import rankdata  # slow to import, and only maps of several runs need it

    ranks = rankdata(maps[:, known], axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    length = np.sqrt((ranks**2).sum(1))
    if (length == 0).any():
        return float("nan")
    ranks /= length[:, None]
    return float(np.mean([ranks[a] @ ranks[b] for a, b in combinations(range(len(ranks)), 2)]))


def over_runs(found: xr.Dataset) -> xr.Dataset:
    """Return mean, 95 % interval and sign agreement over the runs of a result, along a leading dimension ``statistic``.

    Parameters
    ----------
    found
        Result of an analysis of a combined Trace (`mmviz.trace.combine`), with dimension ``run``.

    Returns
    -------
    xr.Dataset
        The floating point variables over ``run``, with ``statistic`` in place of ``run``: ``mean``; ``low`` and ``high``: 95 % interval of the mean,
        Student's t over the runs; ``agreement``: share of runs with the sign of the mean; ``count``: number of runs with a
        value. Where a run has no value (an epoch that it did not reach, an undefined result), mean and interval are NaN: means of
        different runs are not comparable. One run: the interval is NaN; two runs: it is 12.7 standard errors wide on each side.
        Variables without ``run`` are unchanged; others that differ between the runs are left out. Attributes ``n_runs`` and
        ``interval``. ``over_runs(found).sel(statistic="mean")`` has the form of the result of a single run.

    Raises
    ------
    DataError
        If the result has no dimension ``run``.

    Notes
    -----
    The interval describes the randomness of the training (initial weights, order of the batches, dropout) on fixed data. It does not contain the
    uncertainty of the choice of samples. A variable that is itself an end of an interval over samples, such as ``low`` of
    :func:`mmviz.analysis.coalition_scores`, gets the mean of these ends.
    """
    if not isinstance(found, xr.Dataset) or "run" not in found.dims:
        seen = dict(found.sizes) if isinstance(found, xr.Dataset) else type(found).__name__
        raise DataError(
            f"over_runs: expected a result with dimension 'run', got {seen}; analyse a Trace of mmviz.trace.combine([trace, ...])"
        )
    n = found.sizes["run"]
    out = {}
    for name, values in found.data_vars.items():
        if "run" not in values.dims:
            out[name] = values
        elif values.dtype.kind == "f":
            each = mean_over(values, "run")
            complete = each["count"] == n
            parts = [each[part].where(complete) for part in ("mean", "low", "high")]
            parts += [sign_agreement(values.astype(np.float64)), each["count"].astype(np.float64)]
            stacked = xr.concat(parts, dim="statistic", coords="minimal", compat="override")
            out[name] = stacked.assign_attrs(values.attrs).transpose("statistic", ...)
    result = xr.Dataset(out).assign_coords(statistic=list(STATISTICS))
    differ = found.attrs.get(BY_RUN, [])
    result.attrs = {name: value for name, value in found.attrs.items() if name not in (BY_RUN, KEEPS_RUN, *differ)} | {
        "n_runs": n,
        "runs": [str(name) for name in found["run"].values],
        "interval": f"95 % of the mean over {n} seeds, Student's t (randomness of the training)"
        if n > 1
        else "one seed, so no interval",
    }
    return result
