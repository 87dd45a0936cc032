"""What every frame needs: required variables of an analysis result, titles from its attributes, and time axes in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis.over_runs import mean_over
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.intervals import clustered_interval, group_count

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


def over_samples(values: xr.DataArray, over: str, group: np.ndarray | None) -> xr.Dataset:
    """Return ``mean``, ``low``, ``high`` and ``count`` over samples, with the 95 % interval clustered by group where groups are known.

    NaN is excluded and not counted; without any group name this is :func:`mmviz.analysis.over_runs.mean_over`.
    """
    data = values.astype(np.float64).transpose(over, ...)
    if not group_count(group, data.sizes[over]):
        return mean_over(data, over)
    cells = data.values.reshape(data.sizes[over], -1)
    kept = np.isfinite(cells)
    found = [clustered_interval(cells[rows, k], np.asarray(group)[rows]) for k, rows in enumerate(kept.T)]
    parts = dict(zip(("mean", "low", "high"), np.reshape(found, (-1, 3)).T, strict=True)) | {"count": kept.sum(0)}
    first = data.isel({over: 0}, drop=True)
    return xr.Dataset({name: first.copy(data=part.reshape(first.shape)) for name, part in parts.items()})


def required_variable(place: str, data: xr.Dataset, name: str, dims: tuple[str, ...], source: str) -> xr.DataArray:
    """Return a variable of an analysis result with exactly these dimensions, in this order.

    Raises
    ------
    DataError
        If it is missing or has other dimensions; the message names ``source``, the function that returns it.
    """
    found: dict[Hashable, tuple[Hashable, ...]] = (
        {n: v.dims for n, v in data.data_vars.items()} if isinstance(data, xr.Dataset) else {}
    )
    if set(found.get(name, ("",))) != set(dims):
        got = ", ".join(f"{n} {d}" for n, d in found.items()) or type(data).__name__
        raise DataError(f"{place}: expected {name} {dims} from {source}, got {got}")
    return data[name].transpose(*dims)


def check_states(place: str, summary: xr.Dataset) -> None:
    """Raise DataError if the summary is of a model without a scan, which has no hidden states."""
    if summary.sizes.get("layer") == 0:
        raise DataError(
            f"{place}: the Trace holds no states (0 layers), because its model has no scan; record a model with states, such "
            "as coupled_mamba or late"
        )


def check_position(place: str, name: str, value: int, size: int) -> None:
    """Raise ConfigError if an index is outside a dimension of that size."""
    if type(value) is not int or not 0 <= value < size:
        raise ConfigError(f"{place}: {name}={value!r}, expected an index from 0 to {size - 1}")


def selected_epoch(place: str, found: xr.Dataset, epoch: int | None) -> int:
    """Return the epoch to draw: ``epoch``, or the selected epoch of the training when None.

    Raises
    ------
    ConfigError
        If it was not recorded.
    """
    chosen = found.attrs["best_epoch"] if epoch is None else epoch
    if chosen not in found["epoch"].values:
        raise ConfigError(f"{place}: epoch={epoch!r} was not recorded; use one of {found['epoch'].values.tolist()}")
    return int(chosen)


def sample_index(found: xr.Dataset, sample: int) -> int:
    """Return the index in the split of a recorded sample, or ``sample`` where the result has no such coordinate."""
    return int(found["recorded_sample"].values[sample]) if "recorded_sample" in found.coords else sample


def provenance_text(attrs: Mapping[Any, Any], *, epoch: bool = True) -> str:
    """Return model, seed and epoch as far as the attributes hold them, such as "model coupled_mamba, seed 0, epoch 12"."""
    known = []
    if attrs.get("model"):
        known.append(f"model {attrs['model']}")
    if attrs.get("seed") is not None:
        known.append(f"seed {attrs['seed']}")
    if epoch and attrs.get("epoch") is not None:
        known.append(f"epoch {attrs['epoch']}")
    return ", ".join(known)


def recorded_line(attrs: Mapping[Any, Any], prefix: str = "mean over") -> tuple[str, ...]:
    """Return a line for the subtitle: the recorded samples that a mean covers and the rule that chose them; nothing where this is unknown."""
    return (f"{prefix} {attrs['recorded']}",) if attrs.get("recorded") else ()


def imputation_text(attrs: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the subtitle lines on the values v(S): the imputation of missing modalities, and subsets that training did not contain.

    Empty where the attributes state neither.
    """
    return tuple(str(attrs[key]) for key in ("imputation", "untrained") if attrs.get(key))


def history_label(key: str) -> str:
    """Return the label of an entry of the training history: ``valid_loss`` gives "validation loss"."""
    first, *rest = key.split("_")
    full = {"valid": "validation", "train": "training"}.get(first, first)
    return "clipped gradient steps" if key == "clipped_steps" else " ".join([full, *rest])


def title_with_source(what: str, attrs: Mapping[Any, Any]) -> str:
    """Return a title with data set and split, as far as the attributes hold them: "what — data set, split"."""
    of = ", ".join(str(attrs[name]) for name in ("dataset", "split") if attrs.get(name))
    return f"{what} — {of}" if of else what


def has_seconds(frame: xr.Dataset) -> bool:
    """Return whether the time axis of a frame of one sample is in seconds: its coordinates ``begin_s`` and ``end_s``."""
    return "begin_s" in frame.coords and "end_s" in frame.coords


def step_times(frame: xr.Dataset, steps: np.ndarray, count: int) -> np.ndarray:
    """Return the centres of steps in seconds, or the steps themselves where the data have no timestamps.

    Parameters
    ----------
    frame
        Of one sample.
    steps
        Step indices from 0; may be fractional.
    count
        Number of steps of the model.
    """
    if not has_seconds(frame):
        return steps
    begin, end = float(frame["begin_s"]), float(frame["end_s"])
    return begin + (steps + 0.5) * (end - begin) / count


def step_durations(frame: xr.Dataset, steps: np.ndarray, count: int) -> np.ndarray:
    """Return durations given in steps in seconds, or in steps where the data have no timestamps."""
    return steps * float(frame["end_s"] - frame["begin_s"]) / count if has_seconds(frame) else steps
