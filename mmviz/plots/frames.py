"""What every frame needs: required variables of an analysis result, titles from its attributes, and time axes in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy.stats import t as student

from mmviz.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


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


def required_variable(place: str, data: xr.Dataset, name: str, dims: tuple[str, ...], source: str) -> xr.DataArray:
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


def provenance_text(attrs: Mapping[Any, Any], *, epoch: bool = True) -> str:
    """Return "model coupled_mamba, seed 0, epoch 12": whatever of it the attributes hold."""
    said = []
    if attrs.get("model"):
        said.append(f"model {attrs['model']}")
    if attrs.get("seed") is not None:
        said.append(f"seed {attrs['seed']}")
    if epoch and attrs.get("epoch") is not None:
        said.append(f"epoch {attrs['epoch']}")
    return ", ".join(said)


def imputation_text(attrs: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the line of a caption that says what stands for missing modalities; none where the attributes do not hold it."""
    return (str(attrs["imputation"]),) if attrs.get("imputation") else ()


def title_with_source(what: str, attrs: Mapping[Any, Any]) -> str:
    """Return "what — data set, split" with what the attributes hold of it."""
    of = ", ".join(str(attrs[name]) for name in ("dataset", "split") if attrs.get(name))
    return f"{what} — {of}" if of else what


def has_seconds(frame: xr.Dataset) -> bool:
    """Return whether the steps of a frame of one sample have seconds, see :func:`mmviz.analysis.trace_groups.with_clock`."""
    return "begin_s" in frame.coords and "end_s" in frame.coords


def step_times(frame: xr.Dataset, steps: np.ndarray, count: int) -> np.ndarray:
    """Return where steps stand on an axis: the second in the middle of each, or the steps themselves.

    Parameters
    ----------
    frame
        Of one sample.
    steps
        Positions in steps, from 0; fractions are between two steps.
    count
        Steps of the model.
    """
    if not has_seconds(frame):
        return steps
    begin, end = float(frame["begin_s"]), float(frame["end_s"])
    return begin + (steps + 0.5) * (end - begin) / count


def step_durations(frame: xr.Dataset, steps: np.ndarray, count: int) -> np.ndarray:
    """Return so many steps in seconds, or the steps themselves."""
    return steps * float(frame["end_s"] - frame["begin_s"]) / count if has_seconds(frame) else steps
