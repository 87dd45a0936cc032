"""Groups /states and /operator: the coupled states of the traced samples, and what the operator read to make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.trace.axes import array, coordinates
from mmviz.trace.chains import Chains, chains_of, no_chain

if TYPE_CHECKING:
    from mmviz.models.fusion import FusionModel
    from mmviz.models.observation import Observation
    from mmviz.models.steps import Steps

_HEAD = ("traced", "layer", "modality", "time")


class ScanGroups:
    """Norms of the states at every epoch; the states themselves, and what made them, at the best."""

    def __init__(self) -> None:
        self._norms: list[np.ndarray] = []
        self._couplings: list[np.ndarray] = []
        self._valid = np.zeros((0, 0, 0), dtype=bool)
        self._operator = xr.Dataset()

    def add(self, model: FusionModel, steps: Steps, seen: Observation, *, best: bool) -> None:
        """Take in one epoch."""
        chains = chains_of(seen)
        layers, chains = len(chains), chains or [no_chain(steps)]
        norms = torch.stack([chain.h.norm(dim=-1) for chain in chains])[
            :layers
        ]  # layer, modality, traced, time, channel
        self._norms.append(array(norms.permute(2, 0, 1, 3, 4)))
        coupling = array(model.coupling_matrices())
        M = len(steps.mask)
        self._couplings.append(coupling if len(coupling) == layers else np.full((layers, M, M), np.nan, np.float32))
        mask = seen.tokens[0].real if seen.tokens else steps.mask
        self._valid = mask.movedim(1, 0).cpu().numpy()
        if best:
            self._operator = _operator(chains).isel(layer=slice(layers))

    def datasets(self, model: FusionModel, chosen: np.ndarray, epochs: list[int], best: int) -> dict[str, xr.Dataset]:
        """Return the two groups."""
        coords = coordinates(model.spec, chosen, epochs)
        states = xr.Dataset(
            {
                "norm": (("epoch", "traced", "layer", "modality", "time", "channel"), np.stack(self._norms)),
                "coupling": (("epoch", "layer", "modality", "source"), np.stack(self._couplings)),
                "valid": (("traced", "modality", "time"), self._valid),
            },
            coords={**coords, "source": coords["modality"]},
        )
        states["norm"].attrs = {"long_name": "Euclidean norm of a channel's states", "units": "1"}
        states["coupling"].attrs = {
            "long_name": "W: how much a modality hears each source; NaN where one chain serves all tokens",
            "units": "1",
        }
        names = coords["modality"]
        operator = self._operator.assign_coords(traced=chosen, modality=names, source=names)
        operator.attrs = {"epoch": best}
        return {"/states": states, "/operator": operator}


def _operator(chains: list[Chains]) -> xr.Dataset:
    """Return states and what the operator reads, as (traced, layer, modality, ...)."""

    def stacked(name: str) -> np.ndarray:
        return array(torch.stack([getattr(chain, name) for chain in chains]).movedim(2, 0))

    return xr.Dataset(
        {
            "h": ((*_HEAD, "channel", "state"), stacked("h")),
            "dt": ((*_HEAD, "channel"), stacked("dt")),
            "B": ((*_HEAD, "state"), stacked("B")),
            "C": ((*_HEAD, "state"), stacked("C")),
            "A": (("layer", "modality", "channel", "state"), array(torch.stack([chain.A for chain in chains]))),
            "W": (
                ("traced", "layer", "modality", "source"),
                array(torch.stack([chain.W for chain in chains]).movedim(1, 0)),
            ),
        }
    )
