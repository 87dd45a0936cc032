"""Groups /states and /operator: the coupled states of the traced samples, and what the operator read to make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.models.coupled_block import ScanInputs
from mmviz.trace.axes import array, coordinates
from mmviz.trace.states import states_of

if TYPE_CHECKING:
    from torch import Tensor

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
        scans = [_whole(scan) for scan in seen.scans] or [_no_scan(steps.mask)]
        layers = len(seen.scans)
        hidden = [states_of(scan) for scan in scans]
        norms = torch.stack([h.norm(dim=-1) for h in hidden])[:layers]  # layer, modality, traced, time, channel
        self._norms.append(array(norms.permute(2, 0, 1, 3, 4)))
        self._couplings.append(array(model.coupling_matrices()))
        self._valid = steps.mask.movedim(1, 0).cpu().numpy()
        if best:
            self._operator = _operator(scans, hidden).isel(layer=slice(layers))

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
        states["coupling"].attrs = {"long_name": "W: how much a modality hears each source", "units": "1"}
        names = coords["modality"]
        operator = self._operator.assign_coords(traced=chosen, modality=names, source=names)
        operator.attrs = {"epoch": best}
        return {"/states": states, "/operator": operator}


def _whole(scan: ScanInputs) -> ScanInputs:
    """Return the scan in float32: under mixed precision the projections come in half."""
    x, dt, A, B, C, D, W, mask = scan
    return ScanInputs(x.float(), dt.float(), A.float(), B.float(), C.float(), D.float(), W.float(), mask)


def _no_scan(mask: Tensor) -> ScanInputs:
    """Return the shapes of a scan without channels and states, for a model that has no scan."""
    M, batch, _ = mask.shape
    nothing = torch.zeros(*mask.shape, 0)
    vector = torch.zeros(M, 0)
    return ScanInputs(nothing, nothing, torch.zeros(M, 0, 0), nothing, nothing, vector, torch.zeros(batch, M, M), mask)


def _operator(scans: list[ScanInputs], hidden: list[Tensor]) -> xr.Dataset:
    """Return states and what the operator reads, as (traced, layer, modality, ...)."""

    def stacked(name: str) -> np.ndarray:
        return array(torch.stack([getattr(scan, name) for scan in scans]).movedim(2, 0))

    return xr.Dataset(
        {
            "h": ((*_HEAD, "channel", "state"), array(torch.stack(hidden).movedim(2, 0))),
            "dt": ((*_HEAD, "channel"), stacked("dt")),
            "B": ((*_HEAD, "state"), stacked("B")),
            "C": ((*_HEAD, "state"), stacked("C")),
            "A": (("layer", "modality", "channel", "state"), array(torch.stack([s.A for s in scans]))),
            "W": (
                ("traced", "layer", "modality", "source"),
                array(torch.stack([s.W for s in scans]).movedim(1, 0)),
            ),
        }
    )
