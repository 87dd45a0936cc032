"""Tidy tables of analysis results: one row per sample, modality, epoch, ..., with ids, groups and units; pandas and CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    import xarray as xr


def tidy_table(found: xr.Dataset, variable: str | None = None) -> pd.DataFrame:
    """Return a tidy table; see :meth:`mmviz.analysis.accessor.ResultAccessor.to_pandas`."""
    names = [str(name) for name in found.data_vars]
    if not names:
        raise DataError("to_pandas: the Dataset holds no variables; pass the result of an analysis of mmviz.analysis")
    if variable is None:
        variable = names[0]
    if variable not in found.data_vars:
        raise ConfigError(
            f"to_pandas: variable={variable!r}{nearest(variable, names)} is not in the result; it has {', '.join(names)}"
        )
    main = found[variable]
    dims = [str(d) for d in main.dims]
    beside = [name for name in names if name != variable and set(found[name].dims) <= set(main.dims)]
    columns = [str(name) for name in found.coords if str(name) not in dims and set(found[name].dims) <= set(dims)]
    chosen = found[[variable, *beside]].reset_coords([c for c in columns if c in found.coords])
    if dims:
        table = chosen.to_dataframe(dim_order=dims).reset_index()
    else:
        table = pd.DataFrame({name: [chosen[name].values.item()] for name in chosen.data_vars})
    table = table[[*dims, *columns, variable, *beside]]
    units = main.attrs.get("units", found.attrs.get("units"))
    if isinstance(units, str) and units:
        table["units"] = pd.Categorical([units] * len(table))
    table.attrs = {str(k): v for k, v in found.attrs.items()}
    table.attrs["left_out"] = [name for name in names if name != variable and name not in beside]
    return table


def write_csv(found: xr.Dataset, path: str | Path, variable: str | None = None) -> Path:
    """Write the tidy table as CSV and return the path; see :meth:`mmviz.analysis.accessor.ResultAccessor.to_csv`."""
    target = Path(path)
    text = tidy_table(found, variable).to_csv(index=False, lineterminator="\n")
    try:
        write_bytes_atomic(target, text.encode())
    except OSError as error:
        raise DataError(
            f"to_csv: {target} cannot be written ({error}); an older file of that name is intact"
        ) from error
    return target
