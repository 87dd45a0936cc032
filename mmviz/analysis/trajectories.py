"""The states of all chains in one common plane: where each modality's chain goes, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.linalg import eigh

from mmviz.analysis.blockwise import blockwise, pieces
from mmviz.arguments import takes
from mmviz.errors import ConfigError, DataError

if TYPE_CHECKING:
    from collections.abc import Iterator


def require_scan(trace: xr.DataTree, place: str) -> None:
    """Raise where the model has no scan, and so no states to speak of.

    Raises
    ------
    DataError
        Says which model it is, and which have states.
    """
    if trace["states"].sizes["layer"] == 0:
        raise DataError(
            f"{place}: model {trace.attrs['model']['name']!r} has no scan, so the Trace holds no states (/states has 0 layers); "
            "record a model with states, such as coupled_mamba or late"
        )


@takes(trace="trace")
def trajectories(trace: xr.DataTree, *, layer: int = 0) -> xr.Dataset:
    """Project the states of all modalities and traced samples on their two strongest common directions.

    Parameters
    ----------
    trace
        Of a model with a scan.
    layer
        Position of the layer.

    Returns
    -------
    xr.Dataset
        ``position`` (traced, modality, time, axis): principal components of the states (all channels and states of one step
        of one modality as one vector, mean taken away), NaN where a step carries no data; ``explained`` (axis): share of the
        variance; ``coupling`` (traced, modality, source): W of that layer. Best epoch. Signs are fixed: the entry of a
        direction that is largest in size is positive. Of a Trace opened with ``chunks``, positions stay lazy.

    Raises
    ------
    DataError
        If the model has no scan, or there are fewer than three finite steps.
    ConfigError
        If the layer does not exist.
    """
    require_scan(trace, "trajectories")
    operator = trace["operator"].to_dataset()
    if type(layer) is not int or not 0 <= layer < operator.sizes["layer"]:
        raise ConfigError(f"trajectories: layer={layer!r}, expected a position from 0 to {operator.sizes['layer'] - 1}")
    valid = trace["states"].to_dataset()["valid"].transpose("traced", "modality", "time")
    h = operator["h"].isel(layer=layer).transpose("traced", "modality", "time", "channel", "state")
    count, mean = _count_and_mean(h, valid)
    if count < 3:
        raise DataError(f"trajectories: {count} steps with finite states in layer {layer}; at least 3 are needed")
    variance, directions, whole = _strongest(h, valid, count, mean)
    largest = np.take_along_axis(directions, np.abs(directions).argmax(1)[:, None], 1)
    directions = directions * np.where(largest < 0, -1, 1)
    four = ["modality", "time", "channel", "state"]
    position = blockwise(
        _positions,
        h,
        valid,
        core=[four, four[:2]],
        to=["modality", "time", "axis"],
        sizes={"axis": 2},
        mean=mean,
        directions=directions,
    )
    out = xr.Dataset(
        {
            "position": (("traced", "modality", "time", "axis"), position.data),
            "explained": ("axis", variance / (whole or np.nan)),
            "coupling": operator["W"].isel(layer=layer).transpose("traced", "modality", "source"),
        },
        coords={"axis": [1, 2]},
    ).drop_vars("layer", errors="ignore")
    out.attrs = {
        "layer": layer,
        "epoch": trace.attrs["best_epoch"],
        **{name: trace.attrs[name] for name in ("dataset", "split", "backend")},
        "model": trace.attrs["model"]["name"],
        "seed": trace.attrs["train"]["seed"],
    }
    return out


def _flat(h: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (traced, modality, time, entry), and which steps carry data and are finite."""
    flat = h.reshape(*h.shape[:3], -1).astype(np.float64)
    return flat, valid & np.isfinite(flat).all(-1)


def _positions(h: np.ndarray, valid: np.ndarray, mean: np.ndarray, directions: np.ndarray) -> np.ndarray:
    flat, known = _flat(h, valid)
    position = np.full((*known.shape, 2), np.nan)
    position[known] = (flat[known] - mean) @ directions.T
    return position


def _rows(h: xr.DataArray, valid: xr.DataArray) -> Iterator[np.ndarray]:
    """Yield (row, entry), block by block of samples: the finite steps with data."""
    for part, there in pieces(h, valid, dim="traced"):
        flat, known = _flat(part.values, there.values)
        yield flat[known]


def _count_and_mean(h: xr.DataArray, valid: xr.DataArray) -> tuple[int, np.ndarray]:
    parts = [(len(rows), rows.sum(0)) for rows in _rows(h, valid)]
    count = sum(n for n, _ in parts)
    return count, np.sum([total for _, total in parts], axis=0) / max(count, 1)


def _strongest(
    h: xr.DataArray, valid: xr.DataArray, count: int, mean: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the two largest squared singular values of the centred rows, their right vectors, and the sum of all squares.

    By the smaller of the two squares; where steps outnumber the entries of a state, a block of them is in memory at a time.
    """
    columns = len(mean)
    small = min(count, columns)
    centred = np.zeros((0, columns))
    if columns == small:
        square = sum((rows - mean).T @ (rows - mean) for rows in _rows(h, valid))
    else:
        centred = np.concatenate([rows - mean for rows in _rows(h, valid)])
        square = centred @ centred.T
    values, vectors = eigh(square, subset_by_index=[max(small - 2, 0), small - 1])
    values, vectors = values[::-1].clip(0), vectors[:, ::-1].T
    if columns > small:
        vectors = vectors @ centred
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return values, vectors / np.where(length > 0, length, 1), float(np.trace(square))
