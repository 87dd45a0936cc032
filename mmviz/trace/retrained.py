"""Adds the value by retraining of the modality subsets to a Trace, as its optional group /retrained."""

from __future__ import annotations

import xarray as xr

from mmviz.core.errors import DataError
from mmviz.core.options import takes
from mmviz.trace.schema import SCHEMA, is_combined, validate


@takes(trace="trace")
def with_retrained(trace: xr.DataTree, found: xr.Dataset) -> xr.DataTree:
    """Return the Trace with a group ``/retrained``: v_retrained(S), v_masked(S), gaps, probes and harm of the same data and modalities.

    Parameters
    ----------
    trace
        Of a model on the same data set; it is not changed.
    found
        From :func:`mmviz.studies.subsets`. It holds values of its own trainings: of several seeds, and not of the recorded run.

    Raises
    ------
    DataError
        If ``found`` is something else, or is of another data set, task or modalities.
    """
    if is_combined(trace):
        raise DataError(
            "with_retrained: this is a combined Trace; add the result to each of its runs, then combine them: mmviz.trace.combine"
        )
    variables = SCHEMA["retrained"]
    absent = [name for name in variables if not isinstance(found, xr.Dataset) or name not in found]
    if absent:
        raise DataError(f"with_retrained: variable {absent[0]!r} is missing; give the result of mmviz.studies.subsets")
    seen = {
        "dataset": found.attrs.get("dataset"),
        "task": found.attrs.get("task"),
        "modalities": sorted(map(str, found["modality"].values)),
    }
    own = {
        "dataset": trace.attrs["dataset"],
        "task": trace.attrs["task"]["kind"],
        "modalities": sorted(trace.attrs["modalities"]),
    }
    for name, value in own.items():
        if seen[name] != value:
            raise DataError(
                f"with_retrained: the result has {name} {seen[name]!r:.200}, the Trace {value!r:.200}; train the subsets on the data of the Trace"
            )
    if [str(name) for name in found["modality"].values] != trace.attrs["modalities"]:
        raise DataError(
            f"with_retrained: the result has the modalities in the order {', '.join(map(str, found['modality'].values))}, the Trace in "
            f"{', '.join(trace.attrs['modalities'])}; rows of subsets depend on the order, so train the subsets on the data of the Trace"
        )
    group = xr.Dataset({name: found[name].transpose(*dims) for name, (dims, _) in variables.items()})
    group.attrs = dict(found.attrs)
    out = trace.copy()
    out["retrained"] = xr.DataTree(group)
    validate(out)
    return out
