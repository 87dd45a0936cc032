"""Group /routing: expert weights of every token, at every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.recording.samples import array, coordinates

if TYPE_CHECKING:
    from mmviz.models.base import FusionModel, Observation


class RoutingGroup:
    """Weights of the experts of every layer; empty for a model without experts."""

    def __init__(self) -> None:
        self._weights: list[np.ndarray] = []
        self._owners: tuple[str, ...] = ()

    def add(self, seen: Observation) -> None:
        """Add the expert weights of one epoch."""
        if seen.routing:
            self._owners = seen.routing[0].expert_modality
            layers = np.stack(
                [array(layer.weight) for layer in seen.routing]
            )  # layer, modality, recorded_sample, time, expert
            self._weights.append(layers.transpose(2, 0, 1, 3, 4))

    def datasets(self, model: FusionModel, chosen: np.ndarray, epochs: list[int]) -> dict[str, xr.Dataset]:
        """Return the group, or none."""
        if not self._weights:
            return {}
        counts = [self._owners[:k].count(owner) for k, owner in enumerate(self._owners)]
        names = [f"{owner or 'shared'} {n + 1}" for owner, n in zip(self._owners, counts, strict=True)]
        data = xr.Dataset(
            {"weight": (("epoch", "recorded_sample", "layer", "modality", "time", "expert"), np.stack(self._weights))},
            coords={
                **coordinates(model.spec, chosen, epochs),
                "expert": names,
                "expert_modality": ("expert", list(self._owners)),
            },
        )
        data["weight"].attrs = {"long_name": "weight of an expert for a token; 0 without a token", "units": "1"}
        return {"/routing": data}
