"""Rows of the study as an xarray Dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from mmkernels.timing.machine import describe

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.studies.efficiency.sweep import Row

_COMMON = ("mode", "width", "layers", "batch", "device")


def as_dataset(rows: Sequence[Row]) -> xr.Dataset:
    """Return what a study measured on this machine, by model and length.

    Parameters
    ----------
    rows
        From :func:`mmviz.studies.efficiency.study`, of one mode, width, number of layers, batch, device and number of threads. Rows of several calls may be put together.

    Returns
    -------
    xr.Dataset
        (model, length), models in the order in which they first come, lengths ascending: ``milliseconds`` (median of the wall-clock time), ``low`` and ``high`` (its
        quartiles), ``cpu`` (least processor time, ms), ``mebibytes`` (peak memory), ``error`` (of the equality test). NaN where nothing was measured, or the
        system does not tell. What all rows have in common, and the machine, in ``attrs``.

    Raises
    ------
    ConfigError
        No rows, rows that differ in more than model and length, or two rows of the same model and length.
    """
    if not rows:
        raise ConfigError("as_dataset: no rows; give what mmviz.studies.efficiency.study returned")
    common = {name: {getattr(row.case, name) for row in rows} for name in _COMMON} | {
        "threads": {row.threads for row in rows}
    }
    for name, values in common.items():
        if len(values) > 1:
            raise ConfigError(
                f"as_dataset: rows differ in {name} ({', '.join(map(str, sorted(values)))}); give those of one"
            )
    models = list(dict.fromkeys(row.case.contender for row in rows))
    lengths = sorted({row.case.length for row in rows})
    found = {(row.case.contender, row.case.length): row for row in rows}
    if len(found) < len(rows):
        raise ConfigError("as_dataset: two rows of the same model and length; give each once")
    cells = [[_figures(found.get((model, length))) for length in lengths] for model in models]
    table = {name: [[cell[name] for cell in line] for line in cells] for name in cells[0][0]}
    device = rows[0].case.device
    machine = describe(device)
    return xr.Dataset(
        {name: (("model", "length"), np.array(values, dtype=np.float64)) for name, values in table.items()},
        coords={"model": models, "length": lengths},
        attrs={name: values.pop() for name, values in common.items()}
        | {"machine": machine["processor" if device == "cpu" else "gpu"]},
    )


def _figures(row: Row | None) -> dict[str, float]:
    """Return the figures of one row; NaN for what it has not."""
    time = {} if row is None or row.time_ms is None else row.time_ms
    peak, error = (None, None) if row is None else (row.peak_bytes, row.error)
    return {
        "milliseconds": time.get("median", np.nan),
        "low": time.get("q1", np.nan),
        "high": time.get("q3", np.nan),
        "cpu": time.get("cpu", np.nan),
        "mebibytes": np.nan if peak is None else peak / 2**20,
        "error": np.nan if error is None else error,
    }
