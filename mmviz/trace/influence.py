"""Group /influence: how much what each modality said at each step moves every modality at every later step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from mmkernels import coupled_influence

from mmviz.trace.axes import array, coordinates

if TYPE_CHECKING:
    from mmviz.models.coupled_block import ScanInputs
    from mmviz.models.fusion import FusionModel
    from mmviz.models.observation import Observation

#: blocks of time the map is averaged over when a model has more steps
BLOCKS = 100
_DIMS = ("traced", "layer", "modality", "block", "source", "source_block")


def steps_per_block(steps: int) -> int:
    """Return how many steps share one block of the map: 1 up to 100 steps."""
    return math.ceil(steps / BLOCKS)


def influence_of(model: FusionModel, seen: Observation, chosen: np.ndarray) -> xr.Dataset:
    """Return the coupled influence map of every traced sample and layer.

    ``influence`` is |K|: what a unit input would do; ``effect`` is |K·x|: what this sample's input did. Means over the
    channels, and over the pairs of steps of two blocks. See ``mmkernels.coupled_influence``; K belongs to the inputs of the
    operator, with its gates as they were, not to the whole model.
    """
    width = steps_per_block(model.steps)
    maps = {"influence": [], "effect": []}  # type: dict[str, list[np.ndarray]]
    for sample in range(len(chosen)):
        layers = [_maps(scan, sample, width) for scan in seen.scans]
        for name, parts in maps.items():
            parts.append(np.stack([layer[name] for layer in layers]))
    coords = coordinates(model.spec, chosen)
    first = np.arange(0, model.steps, width)
    data = xr.Dataset(
        {name: (_DIMS, np.stack(parts)) for name, parts in maps.items()},
        coords={**coords, "source": coords["modality"], "block": first, "source_block": first},
        attrs={"steps_per_block": width},
    )
    data["influence"].attrs = {"long_name": "mean |K| over channels: what a unit input does", "units": "1"}
    data["effect"].attrs = {"long_name": "mean |K·x| over channels: what this input did", "units": "1"}
    return data


def _maps(scan: ScanInputs, sample: int, width: int) -> dict[str, np.ndarray]:
    mask = None if scan.mask is None else scan.mask[:, sample]
    at = [scan.dt[:, sample], scan.A, scan.B[:, sample], scan.C[:, sample], scan.D, scan.W[sample]]
    read = [tensor.float().contiguous() for tensor in at]
    x = scan.x[:, sample].float().contiguous()
    return {
        "influence": array(coupled_influence(*read, mask=mask, bin_steps=width).of_inputs),
        "effect": array(coupled_influence(*read, x=x, mask=mask, bin_steps=width).of_inputs),
    }
