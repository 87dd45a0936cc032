"""Group /influence: coupled influence map, the effect of x[n, s] on y[m, t] for every pair of modalities and steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr
from mmkernels import coupled_influence

from mmviz.recording.hidden_states import whole
from mmviz.recording.samples import array

if TYPE_CHECKING:
    from mmviz.models.base import FusionModel, Observation, ScanInputs

#: largest number of time blocks of the map; a model with more steps is averaged within blocks
BLOCKS = 100
_DIMS = ("recorded_sample", "layer", "target_modality", "target_block", "source_modality", "source_block")


def steps_per_block(steps: int) -> int:
    """Return how many steps share one block of the map: 1 up to 100 steps."""
    return math.ceil(steps / BLOCKS)


def influence_of(model: FusionModel, seen: Observation, chosen: np.ndarray) -> xr.Dataset:
    """Return the operator map of every recorded sample: layer ℓ, SSM stream m (mixed above layer 1).

    Above layer 1 a stream no longer belongs to its modality alone, so the map attributes nothing to modalities there; the group ``/attribution`` does.
    ``influence`` is |K|, the effect of a unit input; ``effect`` is |K·x|, the effect of this sample's input. Means over the
    channels and over the pairs of steps of two blocks. Only the path through the hidden states counts: the direct path D of a step to its own
    output is left out. See ``mmkernels.coupled_influence``; K refers to the inputs of the operator with its gates held fixed, not to
    the whole model. Where one SSM stream serves the tokens of all modalities, K is that of the tokens; a bidirectional layer also
    has influence on earlier steps.
    """
    width = steps_per_block(model.steps)
    maps: dict[str, list[np.ndarray]] = {"influence": [], "effect": []}
    for sample in range(len(chosen)):
        layers = [_maps(scan, sample, width) for scan in seen.scans] or _token_maps(seen, sample, width)
        for name, parts in maps.items():
            parts.append(np.stack([layer[name] for layer in layers]))
    return influence_dataset(model, {name: np.stack(parts) for name, parts in maps.items()}, chosen, width)


def influence_dataset(model: FusionModel, maps: dict[str, np.ndarray], chosen: np.ndarray, width: int) -> xr.Dataset:
    """Return the group of maps ``influence`` and ``effect`` (recorded_sample, layer, target, block, source, block) of ``width`` steps per block."""
    names = list(model.spec.names)
    first = np.arange(0, model.steps, width)
    data = xr.Dataset(
        {name: (_DIMS, values) for name, values in maps.items()},
        coords={
            "recorded_sample": chosen,
            "target_modality": names,
            "source_modality": names,
            "target_block": first,
            "source_block": first,
        },
        attrs={"steps_per_block": width},
    )
    data["influence"].attrs = {
        "long_name": "mean |K| over channels: effect of a unit input of layer ℓ, SSM stream n (mixed above layer 1)",
        "units": "1",
    }
    data["effect"].attrs = {
        "long_name": "mean |K·x| over channels: effect of this sample's input of layer ℓ, SSM stream n (mixed above layer 1)",
        "units": "1",
    }
    return data


def _maps(scan: ScanInputs, sample: int, width: int) -> dict[str, np.ndarray]:
    put, dt, A, B, C, _, W, mask = whole(scan)
    step, decay, write, read = (part.contiguous() for part in (dt[:, sample], A, B[:, sample], C[:, sample]))
    coupling = W[sample].contiguous()
    held = None if mask is None else mask[:, sample]
    inputs = {"influence": None, "effect": put[:, sample].contiguous()}
    return {
        name: array(coupled_influence(step, decay, write, read, W=coupling, x=x, mask=held, bin_steps=width).of_inputs)
        for name, x in inputs.items()
    }


def _token_maps(seen: Observation, sample: int, width: int) -> list[dict[str, np.ndarray]]:
    """Return the maps of each layer with one SSM stream for all tokens; both directions are added."""
    layers: list[dict[str, np.ndarray]] = []
    for tokens in seen.tokens:
        scan = whole(tokens.scan)
        (M, _, T), length = tokens.valid.shape, scan.x.shape[2]
        places = torch.where(tokens.valid[:, sample], tokens.position[:, sample], length).flatten()
        found = {}
        for name, part in _maps(scan, sample, 1).items():
            around = np.pad(part[0, :, 0], ((0, 1), (0, 1)))  # a row and a column of zeros for steps without a token
            map_ = around[places][:, places].reshape(M, T, M, T)
            found[name] = in_blocks(in_blocks(map_, 1, width), 3, width)
        if tokens.backward:
            layers[-1] = {name: part + found[name] for name, part in layers[-1].items()}
        else:
            layers.append(found)
    return layers


def in_blocks(x: np.ndarray, axis: int, width: int) -> np.ndarray:
    """Return means over blocks of ``width`` steps; the last may be shorter."""
    first = np.arange(0, x.shape[axis], width)
    count = np.diff(np.append(first, x.shape[axis])).reshape([-1 if k == axis else 1 for k in range(x.ndim)])
    return np.add.reduceat(x, first, axis) / count.astype(x.dtype)
