"""Group /transport: where the steps of each modality are carried among those of the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.trace.axes import array

if TYPE_CHECKING:
    from mmviz.models.observation import Observation


class TransportGroup:
    """Distances at every epoch, plans and costs at the best; empty for a model that aligns nothing."""

    def __init__(self) -> None:
        self._distances: list[np.ndarray] = []
        self._data = xr.Dataset()

    def add(self, seen: Observation, *, best: bool) -> None:
        """Take in one epoch."""
        if not seen.plans:
            return
        self._distances.append(np.stack([array(pair.distance) for pair in seen.plans], 1))
        if best:
            dims = ("traced", "pair", "time", "anchor_time")
            self._data = xr.Dataset(
                {
                    "plan": (dims, np.stack([array(pair.plan) for pair in seen.plans], 1)),
                    "cost": (dims, np.stack([array(pair.cost) for pair in seen.plans], 1)),
                },
                coords={
                    "source": ("pair", [pair.source for pair in seen.plans]),
                    "anchor": ("pair", [pair.anchor for pair in seen.plans]),
                },
            )
            self._data["plan"].attrs = {"long_name": "mass carried from a step to a step of the anchor", "units": "1"}
            self._data["cost"].attrs = {"long_name": "cost of carrying a unit of mass", "units": "1"}

    def datasets(self, chosen: np.ndarray, epochs: list[int]) -> dict[str, xr.Dataset]:
        """Return the group, or none."""
        if not self._distances:
            return {}
        data = self._data.assign(distance=(("epoch", "traced", "pair"), np.stack(self._distances)))
        data["distance"].attrs = {"long_name": "transport distance", "units": "1"}
        return {"/transport": data.assign_coords(epoch=epochs, traced=chosen)}
