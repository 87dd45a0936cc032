"""Means over seeds or samples, with their 95 % intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.stats import t as student

from mmviz.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Hashable


def over_seeds(values: xr.DataArray, over: str) -> xr.Dataset:
    """Return ``mean``, ``low``, ``high`` and ``count`` over a dimension: Student's t interval, right for few seeds.

    NaN is left out and not counted; with one value the interval is NaN.
    """
    data = values.astype(np.float64)
    count = data.notnull().sum(over)
    mean = data.mean(over)
    n = count.where(count > 1)
    error = np.sqrt(((data - mean) ** 2).sum(over) / (n - 1) / n)
    reach = error * xr.apply_ufunc(lambda k: student.ppf(0.975, k), n - 1)
    return xr.Dataset({"mean": mean, "low": mean - reach, "high": mean + reach, "count": count})


def require(place: str, data: xr.Dataset, name: str, dims: tuple[str, ...], source: str) -> xr.DataArray:
    """Return a variable with exactly these dimensions, in this order.

    Raises
    ------
    DataError
        If it is not there or has other dimensions; ``source`` says where to get it.
    """
    seen: dict[Hashable, tuple[Hashable, ...]] = (
        {n: v.dims for n, v in data.data_vars.items()} if isinstance(data, xr.Dataset) else {}
    )
    if set(seen.get(name, ("",))) != set(dims):
        held = ", ".join(f"{n} {d}" for n, d in seen.items()) or type(data).__name__
        raise DataError(f"{place}: expected {name} {dims} from {source}, got {held}")
    return data[name].transpose(*dims)
