"""Access to the groups of a Trace: clock of a sample, in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


def with_clock(found: xr.Dataset, trace: xr.DataTree) -> xr.Dataset:
    """Return a result with the coordinates ``begin_s`` and ``end_s`` (recorded_sample): what all steps cover together, in seconds.

    Without timestamps in the Trace the result is returned as it is: its steps have no seconds.
    """
    if "clock" not in trace.children:
        return found
    clock = trace["clock"].to_dataset()
    edges = {"begin_s": clock["start"].isel(time=0), "end_s": clock["stop"].isel(time=-1)}
    return found.assign_coords({name: ("recorded_sample", edge.values, {"units": "s"}) for name, edge in edges.items()})
