"""What a frame must hold to be shown: variables, dimensions, types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.errors import DataError

if TYPE_CHECKING:
    import xarray as xr

#: variable -> (dimensions, numpy dtype kinds)
FRAME: dict[str, tuple[tuple[str, ...], str]] = {
    "state": (("epoch", "traced", "layer", "modality", "time", "channel"), "u"),
    "state_valid": (("traced", "modality", "time"), "bu"),
    "prediction": (("epoch", "traced", "time", "output"), "f"),
    "contribution": (("epoch", "traced", "time", "modality"), "f"),
    "baseline": (("epoch", "traced", "time"), "f"),
    "coupling": (("epoch", "layer", "modality", "source"), "f"),
}
_COORDINATES = ("epoch", "layer", "modality", "output", "sample_id", "target")
_TASKS = ("classification", "regression")


def check_frame(frame: xr.Dataset) -> None:
    """Check that a Dataset is a frame of the live view, see :func:`mmviz.plots.explorer_frame`.

    Raises
    ------
    DataError
        The first variable, dimension, type or attribute that is not as it must be.
    """
    for name, (dims, kinds) in FRAME.items():
        _check_variable(frame, name, dims, kinds)
    for name in _COORDINATES:
        if name not in frame.coords:
            raise DataError(
                f"frame: coordinate {name!r} is missing; it has {_listed(frame.coords)}; add it with assign_coords"
            )
    for name in map(str, frame["modality"].values):
        _check_variable(frame, f"signal_{name}", ("traced", f"frame_{name}", f"feature_{name}"), "f")
        _check_variable(frame, f"signal_valid_{name}", ("traced", f"frame_{name}"), "bu")
    empty = [str(dim) for dim, size in frame.sizes.items() if size == 0]
    if empty:
        raise DataError(f"frame: dimension {empty[0]!r} has size 0; every dimension needs at least one entry")
    if frame["state"].dtype != np.uint8:
        raise DataError(f"frame: 'state' has type {frame['state'].dtype}, expected uint8, 255 = the layer's scale")
    _check_task(frame)


def _check_variable(frame: xr.Dataset, name: str, dims: tuple[str, ...], kinds: str) -> None:
    if name not in frame.data_vars:
        raise DataError(
            f"frame: variable {name!r} is missing; it holds {_listed(frame.data_vars)}; "
            "make frames with mmviz.plots.explorer_frame"
        )
    seen = frame[name]
    if seen.dims != dims:
        raise DataError(f"frame: {name!r} has dimensions {seen.dims}, expected {dims}; transpose or rename them")
    if seen.dtype.kind not in kinds:
        raise DataError(f"frame: {name!r} has type {seen.dtype}, expected a numpy kind of {kinds!r}; cast it")


def _check_task(frame: xr.Dataset) -> None:
    task = frame.attrs.get("task")
    if task not in _TASKS:
        raise DataError(f"frame: attribute 'task' is {task!r}, expected one of {', '.join(_TASKS)}")
    if task == "regression":
        return
    target = frame["target"].values
    known = target.dtype.kind in "iu" and target.min() >= 0 and target.max() < frame.sizes["output"]
    if not known:
        raise DataError(
            f"frame: coordinate 'target' is {target.tolist()!r:.200}, expected class indices from 0 to "
            f"{frame.sizes['output'] - 1}, one per traced sample"
        )


def _listed(names: object) -> str:
    return ", ".join(map(str, names)) or "none"  # type: ignore[call-overload]
