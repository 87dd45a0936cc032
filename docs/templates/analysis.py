"""An analysis to copy: the mean decay factor of the hidden states, by layer and modality.

In the package: `mmviz/analysis/NAME.py` and its name in `mmviz/analysis/__init__.py`. A Trace in, an `xr.Dataset` with units and provenance out;
no torch, no model. `per_run` analyses every run of a combined Trace (several seeds). Test it by axioms or closed forms, to rounding error.
"""

import numpy as np
import xarray as xr

from mmviz.analysis.per_run import per_run
from mmviz.core.errors import DataError
from mmviz.core.options import takes


@takes(trace="trace")
@per_run
def decay(trace: xr.DataTree) -> xr.Dataset:
    """Return the mean decay factor exp(Δ A) of one step, by layer and modality.

    Parameters
    ----------
    trace
        Of a model with a scan.

    Returns
    -------
    xr.Dataset
        ``decay`` (layer, modality), between 0 and 1; mean over recorded samples, steps, channels and states.

    Raises
    ------
    DataError
        The model has no scan.
    """
    operator = trace["operator"].to_dataset()
    if not operator.sizes["layer"]:
        raise DataError("decay: the Trace has no layer with a scan; record a model such as coupled_mamba")
    factor = np.exp(operator["dt"] * operator["A"])
    mean = factor.mean([name for name in factor.dims if name not in ("layer", "modality")])
    mean.attrs = {"long_name": "mean decay factor per step", "units": "1"}
    return xr.Dataset({"decay": mean}, attrs={"dataset": trace.attrs["dataset"], "split": trace.attrs["split"]})
