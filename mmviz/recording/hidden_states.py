"""Groups /states and /operator: hidden states of the SSM streams and the operator's inputs, per modality and step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import xarray as xr

from mmviz.models.ssm.hidden_states import states_of
from mmviz.recording.samples import array, coordinates

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

    from mmviz.models.base import FusionModel, Observation, ScanInputs, TokenScan
    from mmviz.models.batch import Steps


class StreamStates(NamedTuple):
    """Hidden states after every step of every modality, and the operator's inputs there, float32."""

    h: Float[Tensor, "modality batch time channel state"]
    dt: Float[Tensor, "modality batch time channel"]
    A: Float[Tensor, "modality channel state"]
    B: Float[Tensor, "modality batch time state"]
    C: Float[Tensor, "modality batch time state"]
    W: Float[Tensor, "batch target source"]


def stream_states(seen: Observation) -> list[StreamStates]:
    """Return the hidden states and operator inputs of each layer's scan; an empty list for a model without a scan.

    For a bidirectional layer: the forward scan. Where all modalities share one SSM stream W is NaN: every token receives the state
    after the previous token.
    """
    if seen.tokens:
        return [_from_tokens(tokens) for tokens in seen.tokens if not tokens.backward]
    return [_from_scan(scan) for scan in seen.scans]


def no_stream(steps: Steps) -> StreamStates:
    """Return empty arrays with the shapes of a scan without channels and states."""
    M, batch, _ = steps.mask.shape
    nothing = torch.zeros(*steps.mask.shape, 0)
    return StreamStates(
        torch.zeros(*steps.mask.shape, 0, 0), nothing, torch.zeros(M, 0, 0), nothing, nothing, torch.zeros(batch, M, M)
    )


def whole(scan: ScanInputs) -> ScanInputs:
    """Return the scan in float32: under mixed precision the projections have half precision."""
    return scan._replace(**{name: tensor.float() for name, tensor in scan._asdict().items() if name != "mask"})


def _from_scan(scan: ScanInputs) -> StreamStates:
    scan = whole(scan)
    return StreamStates(states_of(scan), scan.dt, scan.A, scan.B, scan.C, scan.W)


def _from_tokens(tokens: TokenScan) -> StreamStates:
    scan, places = whole(tokens.scan), tokens.position
    M, batch, _ = places.shape
    dt, B, C = (_at(part[0], places) for part in (scan.dt, scan.B, scan.C))
    uncoupled = scan.dt.new_full((batch, M, M), torch.nan)
    return StreamStates(_at(states_of(scan)[0], places), dt, scan.A.expand(M, -1, -1), B, C, uncoupled)


def _at(
    x: Float[Tensor, "batch token *rest"], places: Int[Tensor, "modality batch time"]
) -> Float[Tensor, "modality batch time *rest"]:
    """Return x[b, places[m, b, t]], zeros where the place is -1."""
    rows = torch.arange(len(x), device=x.device)[None, :, None]
    real = (places >= 0).view(*places.shape, *(1,) * (x.ndim - 2))
    return torch.where(real, x[rows, places.clamp(min=0)], 0.0)


_HEAD = ("recorded_sample", "layer", "modality", "time")


class ScanGroups:
    """Hidden-state magnitudes and coupling at every epoch; hidden states and operator inputs at the best."""

    def __init__(self) -> None:
        self._norms: list[np.ndarray] = []
        self._couplings: list[np.ndarray] = []
        self._valid = np.zeros((0, 0, 0), dtype=bool)
        self._operator = xr.Dataset()

    def add(
        self,
        model: FusionModel,
        steps: Steps,
        seen: Observation,
        *,
        best: bool,
        states: list[Float[Tensor, "modality batch time channel state"]] | None = None,
    ) -> None:
        """Add one epoch; ``states``: the hidden states of every layer, where they do not follow from the scan's inputs."""
        streams = stream_states(seen)
        if states is not None:
            streams = [stream._replace(h=h.float()) for stream, h in zip(streams, states, strict=True)]
        layers, streams = len(streams), streams or [no_stream(steps)]
        norms = torch.stack([stream.h.norm(dim=-1) for stream in streams])[
            :layers
        ]  # layer, modality, recorded_sample, time, channel
        self._norms.append(array(norms.permute(2, 0, 1, 3, 4)))
        coupling = array(model.coupling_matrices())
        M = len(steps.mask)
        self._couplings.append(coupling if len(coupling) == layers else np.full((layers, M, M), np.nan, np.float32))
        mask = seen.tokens[0].valid if seen.tokens else steps.mask
        self._valid = mask.movedim(1, 0).cpu().numpy()
        if best:
            self._operator = _operator(streams).isel(layer=slice(layers))

    def datasets(self, model: FusionModel, chosen: np.ndarray, epochs: list[int], best: int) -> dict[str, xr.Dataset]:
        """Return the two groups."""
        coords = coordinates(model.spec, chosen, epochs)
        states = xr.Dataset(
            {
                "norm": (("epoch", "recorded_sample", "layer", "modality", "time", "channel"), np.stack(self._norms)),
                "coupling": (("epoch", "layer", "target_modality", "source_modality"), np.stack(self._couplings)),
                "valid": (("recorded_sample", "modality", "time"), self._valid),
            },
            coords={**coords, "target_modality": coords["modality"], "source_modality": coords["modality"]},
        )
        states["norm"].attrs = {"long_name": "hidden-state magnitude ‖h‖₂ of a channel", "units": "1"}
        states["coupling"].attrs = {
            "long_name": "coupling weight W (row = target, column = source); NaN where one SSM stream serves all tokens",
            "units": "1",
        }
        names = coords["modality"]
        operator = self._operator.assign_coords(
            recorded_sample=chosen, modality=names, target_modality=names, source_modality=names
        )
        operator.attrs = {"epoch": best}
        return {"/states": states, "/operator": operator}


def _operator(streams: list[StreamStates]) -> xr.Dataset:
    """Return hidden states and operator inputs, as (recorded_sample, layer, modality, ...)."""

    def stacked(name: str) -> np.ndarray:
        return array(torch.stack([getattr(stream, name) for stream in streams]).movedim(2, 0))

    return xr.Dataset(
        {
            "h": ((*_HEAD, "channel", "state"), stacked("h")),
            "dt": ((*_HEAD, "channel"), stacked("dt")),
            "B": ((*_HEAD, "state"), stacked("B")),
            "C": ((*_HEAD, "state"), stacked("C")),
            "A": (("layer", "modality", "channel", "state"), array(torch.stack([stream.A for stream in streams]))),
            "W": (
                ("recorded_sample", "layer", "target_modality", "source_modality"),
                array(torch.stack([stream.W for stream in streams]).movedim(1, 0)),
            ),
        }
    )
