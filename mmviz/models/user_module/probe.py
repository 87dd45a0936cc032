"""Two samples made of the frames in a spec, on which a user's module is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.models.batch import Batch

if TYPE_CHECKING:
    from mmviz.data.spec import Spec


def probe_batch(spec: Spec) -> Batch:
    """Return two samples of different training frames, or of the mean and the mean plus one standard deviation without frames."""
    values, valid = {}, {}
    for m in spec.modalities:
        if m.examples is None:
            mean, std = (np.asarray(part, dtype=np.float32) for part in (m.mean, m.std))
            rows = np.stack([mean, mean + std])[:, None].repeat(m.steps, 1)
        else:
            frames, step = np.asarray(m.examples, dtype=np.float32), np.arange(m.steps)
            half = step % -(-len(frames) // 2)
            rows = np.stack([frames[half], frames[-1 - half]])
        values[m.name] = torch.from_numpy(rows)
        valid[m.name] = torch.ones(2, m.steps, dtype=torch.bool)
    duration = spec.duration_s
    if duration is None:
        return Batch(values, valid)
    edges = {m.name: torch.linspace(0, duration, m.steps + 1).double() for m in spec.modalities if not m.static}
    times = {name: torch.stack([edge[:-1], edge[1:]], -1).expand(2, -1, -1) for name, edge in edges.items()}
    return Batch(values, valid, times=times, clock=torch.tensor([[0.0, duration]] * 2, dtype=torch.float64))
