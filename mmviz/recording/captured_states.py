"""Groups /states, /operator and /influence of a user's module, from its captured scans, on the time axis of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.models.capture.edits import sample_states
from mmviz.models.ssm.hidden_states import states_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.captured_scans import influence_map, initial_state, norms_of, of_sample
from mmviz.recording.hidden_states import ScanGroups
from mmviz.recording.influence import influence_dataset, steps_per_block
from mmviz.recording.samples import array, coordinates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Int
    from torch import Tensor

    from mmviz.models.base import FusionModel, Observation
    from mmviz.models.batch import Steps
    from mmviz.models.capture import CapturedScan

#: most bytes of the states h of one recorded sample in /operator
STATE_BYTES = 16 << 20


class _Cell(NamedTuple):
    """The streams of one captured scan that are one modality's layer: position of the site, and of the streams."""

    site: int
    streams: list[int]


def layers_of(model: Adapted) -> list[list[_Cell | None]]:
    """Return layer k of every modality: its k-th captured scan whose steps follow the frames; None where it has fewer."""
    held = [
        [_Cell(k, streams) for k, site in enumerate(model.sites) if (streams := site.streams_of(name))]
        for name in model.spec.names
    ]
    return [[cells[k] if k < len(cells) else None for cells in held] for k in range(max(map(len, held)))]


def scan_groups_of(model: FusionModel) -> ScanGroups | CapturedStates:
    """Return what collects ``/states`` and ``/operator`` of a model, epoch by epoch."""
    sites = getattr(model, "sites", ())
    return (
        CapturedStates() if any(site.streams_of(name) for site in sites for name in model.spec.names) else ScanGroups()
    )


def one_to_one(model: Adapted, cell: _Cell) -> bool:
    """Return whether each scan step of these streams is one step of the model."""
    site = model.sites[cell.site]
    modality = model.spec.modality(site.modalities[cell.streams[0]])
    plain = site.steps == model.steps == modality.steps and model.spec.duration_s is None
    return plain and all((site.frames[s].last_frame == np.arange(site.steps)).all() for s in cell.streams)


def equal_shapes(model: Adapted) -> bool:
    """Return whether all modalities have equally many captured scans of one shape, one stream each, whose steps are those of the model."""
    cells = [cell for layer in layers_of(model) for cell in layer]
    return all(cell is not None and len(cell.streams) == 1 and one_to_one(model, cell) for cell in cells) and (
        len({(model.sites[cell.site].channels, model.sites[cell.site].states) for cell in cells if cell is not None})
        == 1
    )


def holds_states(model: Adapted) -> bool:
    """Return whether ``/operator`` has the states h: the shapes agree, and they are not large."""
    layers, channels, states = model.scan_shape
    return equal_shapes(model) and 4 * layers * len(model.spec.names) * model.steps * channels * states <= STATE_BYTES


def scan_step_at(model: Adapted, site: int, stream: int, steps: Steps) -> Int[np.ndarray, "recorded_sample time"]:
    """Return the last scan step whose frames lie in the model's steps 0..t; -1 where there is none."""
    one = model.sites[site]
    last, modality = one.frames[stream].last_frame, one.modalities[stream]
    step = model.frames.step_of_frame(steps)[modality].numpy()  # of each frame; -1 without a frame
    step = np.concatenate(
        [step, np.full((len(step), 1), model.steps)], 1
    )  # a scan step after all frames is never reached
    step = np.maximum.accumulate(step, 1)
    of_scan = np.where(last >= 0, step[:, np.maximum(last, 0)], -1)
    reached = of_scan[:, None, :] <= np.arange(model.steps)[None, :, None]
    return reached.sum(-1) - 1  # ``of_scan`` ascends


class CapturedStates:
    """Collects ``/states`` over epochs, and ``/operator`` at the best one, of a user's module."""

    def __init__(self) -> None:
        self._norms: list[np.ndarray] = []
        self._couplings: list[np.ndarray] = []
        self._operator = xr.Dataset()
        self._valid = np.zeros((0, 0, 0), bool)

    def add(
        self, model: FusionModel, steps: Steps, seen: Observation, *, best: bool, states: Sequence[Tensor] | None = None
    ) -> None:
        """Add one epoch of a user's module. ``states`` is that of :class:`mmviz.recording.hidden_states.ScanGroups` and not used."""
        if not isinstance(model, Adapted):
            raise ConfigError(f"captured states: {type(model).__name__} is no user's module; use ScanGroups")
        layers = layers_of(model)
        Y, M, T = len(layers), len(model.spec.names), model.steps
        B, (_, E, N) = steps.mask.shape[1], model.scan_shape
        norm = np.full((B, Y, M, T, E), np.nan, np.float32)
        W = np.stack([_coupling(seen.captured, layer, B) for layer in layers], 1)
        with_h = best and holds_states(model)
        parts = {"dt": np.full((B, Y, M, T, E), np.nan, np.float32), "A": np.full((Y, M, E, N), np.nan, np.float32)}
        if with_h:
            parts |= {"h": np.zeros((B, Y, M, T, E, N), np.float32)}
            parts |= {name: np.zeros((B, Y, M, T, N), np.float32) for name in "BC"}
        for y, layer in enumerate(layers):
            for k in sorted({cell.site for cell in layer if cell is not None}):
                places = [(m, cell.streams) for m, cell in enumerate(layer) if cell is not None and cell.site == k]
                self._fill(model, seen.captured[k], k, steps, places, (y, norm, parts if best else {}))
        self._norms.append(norm)
        with_all = steps.mask.any(2).all(0).cpu().numpy()
        complete = W[with_all]
        equal = len(complete) and np.array_equal(
            complete, np.broadcast_to(complete[:1], complete.shape), equal_nan=True
        )
        nothing = np.full(W.shape[1:], np.nan, np.float32)
        self._couplings.append(complete[0] if equal else complete.mean(0) if len(complete) else nothing)
        self._valid = steps.mask.movedim(1, 0).cpu().numpy()
        if best:
            self._operator = _operator(parts, W)

    def _fill(
        self,
        model: Adapted,
        captured: CapturedScan,
        k: int,
        steps: Steps,
        places: list[tuple[int, list[int]]],
        into: tuple[int, np.ndarray, dict[str, np.ndarray]],
    ) -> None:
        """Write the norms of one captured scan at the ends of the model's steps, and the operator where steps agree."""
        y, norm, parts = into
        at = {s: scan_step_at(model, k, s, steps) for _, streams in places for s in streams}
        E, N = model.sites[k].channels, model.sites[k].states
        direct = {m: one_to_one(model, _Cell(k, streams)) for m, streams in places}
        for b in range(norm.shape[0]):
            scan, h0 = of_sample(captured.inputs, b), initial_state(captured, b)
            h = states_of(scan, h0)[:, 0] if "h" in parts else None
            if captured.edits:
                size = sample_states(captured, b).float().cpu().norm(dim=-1)
            else:
                size = h.norm(dim=-1) if h is not None else norms_of(scan, h0)[:, 0]
            start = scan.x.new_zeros(len(scan.x), 1, E) if h0 is None else h0.norm(dim=-1)
            size = array(torch.cat([start, size], 1))  # stream, step, channel; first the initial state
            for m, streams in places:
                for i, s in enumerate(streams):
                    channels = slice(i * E, (i + 1) * E)
                    norm[b, y, m, :, channels] = size[s, at[s][b] + 1]
                    if parts and direct[m]:
                        parts["dt"][b, y, m, :, channels] = array(scan.dt[s, 0])
                        parts["A"][y, m, channels, :N] = array(scan.A[s])
                    if h is not None:
                        parts["h"][b, y, m], parts["B"][b, y, m] = array(h[s]), array(scan.B[s, 0])
                        parts["C"][b, y, m] = array(scan.C[s, 0])

    def datasets(self, model: FusionModel, chosen: np.ndarray, epochs: list[int], best: int) -> dict[str, xr.Dataset]:
        """Return the two groups."""
        coords = coordinates(model.spec, chosen, epochs)
        names = coords["modality"]
        states = xr.Dataset(
            {
                "norm": (("epoch", "recorded_sample", "layer", "modality", "time", "channel"), np.stack(self._norms)),
                "coupling": (("epoch", "layer", "target_modality", "source_modality"), np.stack(self._couplings)),
                "valid": (("recorded_sample", "modality", "time"), self._valid),
            },
            coords={**coords, "target_modality": names, "source_modality": names},
            attrs={
                "description": "Layer k is the k-th captured scan of each modality; the state after the last scan step whose frames lie in steps 0..t. NaN: a "
                "channel or layer that the modality does not have. See /scans for all captured scans at full resolution."
            },
        )
        states["norm"].attrs = {"long_name": "hidden-state magnitude ‖h‖₂ of a channel", "units": "1"}
        states["coupling"].attrs = {
            "long_name": "coupling weight W (row = target, column = source), mean over samples with all modalities; the identity for separate scans",
            "units": "1",
        }
        operator = self._operator.assign_coords(
            recorded_sample=chosen, modality=names, target_modality=names, source_modality=names
        )
        operator.attrs = {"epoch": best}
        return {"/states": states, "/operator": operator}


def _coupling(captured: Sequence[CapturedScan], layer: list[_Cell | None], batch: int) -> np.ndarray:
    """Return W (recorded_sample, target, source) of one layer: between the streams of one scan its W, the identity between separate scans."""
    W = np.zeros((batch, len(layer), len(layer)), np.float32)
    for m, target in enumerate(layer):
        if target is None:
            W[:, m] = np.nan
            continue
        W[:, m, m] = 1
        for n, source in enumerate(layer):
            if source is not None and source.site == target.site and len(target.streams) == len(source.streams) == 1:
                W[:, m, n] = array(captured[target.site].inputs.W[:, target.streams[0], source.streams[0]])
    return W


def _operator(parts: dict[str, np.ndarray], W: np.ndarray) -> xr.Dataset:
    head = ("recorded_sample", "layer", "modality", "time")
    dims = {
        "h": (*head, "channel", "state"),
        "dt": (*head, "channel"),
        "B": (*head, "state"),
        "C": (*head, "state"),
        "A": ("layer", "modality", "channel", "state"),
    }
    found = {name: (dims[name], parts[name]) for name in dims if name in parts}
    return xr.Dataset({**found, "W": (("recorded_sample", "layer", "target_modality", "source_modality"), W)})


def captured_influence(model: Adapted, seen: Observation, chosen: np.ndarray) -> dict[str, xr.Dataset]:
    """Return ``/influence`` of a user's module, where the captured scans of all modalities have one shape; else nothing.

    Separate scans have no influence on each other; the maps of one scan are those of :func:`mmviz.recording.influence.influence_of`.
    """
    layers = layers_of(model)
    if not equal_shapes(model):
        return {}
    width, M = steps_per_block(model.steps), len(model.spec.names)
    blocks = -(-model.steps // width)
    maps = {
        name: np.zeros((len(chosen), len(layers), M, blocks, M, blocks), np.float32) for name in ("influence", "effect")
    }
    for y, layer in enumerate(layers):
        cells = [cell for cell in layer if cell is not None]
        for k in {cell.site for cell in cells}:
            places = [(m, cell.streams[0]) for m, cell in enumerate(cells) if cell.site == k]
            for b in range(len(chosen)):
                scan = of_sample(seen.captured[k].inputs, b)
                for name, x in {"influence": None, "effect": scan.x}.items():
                    found = influence_map(scan, width, x=x)
                    for m, s in places:
                        for n, r in places:
                            maps[name][b, y, m, :, n] = found[s, :, r]
    return {"/influence": influence_dataset(model, maps, chosen, width)}
