"""How large a Trace will be, known before anything is run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mmviz.errors import MmvizError
from mmviz.trace.choice import chosen_epochs, chosen_samples
from mmviz.trace.influence import steps_per_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run


def estimate(
    run: Run,
    split: Split,
    *,
    traced: int | Sequence[int] | np.ndarray = 6,
    epochs: Sequence[int] | None = None,
    coalitions: bool = True,
    influence: bool = True,
) -> dict[str, int]:
    """Return the bytes each group of the Trace will take in memory, before anything is run."""
    spec = run.model.spec
    Y, channels, N = run.model.scan_shape
    S, E = len(chosen_samples(split, traced)), len(chosen_epochs(run, epochs))
    M, T = len(spec.modalities), run.model.steps
    K = spec.task.outputs
    cells = S * Y * M * T
    sizes = {
        "inputs": sum(S * m.steps * (4 * m.features + 1) for m in spec.modalities),
        "states": 4 * E * (cells * channels + Y * M * M) + S * M * T,
        "operator": 4 * (cells * (channels * (N + 1) + 2 * N) + Y * M * channels * N + S * Y * M * M),
    }
    if influence and Y:
        blocks = math.ceil(T / steps_per_block(T))
        sizes["influence"] = 2 * 4 * S * Y * (M * blocks) ** 2
    if coalitions:
        sizes["coalitions"] = 2**M * (4 * len(split) * K + M)
        sizes["prefixes"] = 4 * E * S * 2**M * T * K
    return sizes


def refuse_large(sizes: dict[str, int], limit: int) -> None:
    """Raise MmvizError where the groups together are larger than the limit; say how large each is."""
    total = sum(sizes.values())
    if total > limit:
        listed = ", ".join(f"{name} {size / 2**20:.0f} MiB" for name, size in sizes.items())
        raise MmvizError(
            f"record: the Trace would take {total / 2**20:.0f} MiB ({listed}), more than limit_bytes = {limit / 2**20:.0f} MiB; "
            "give fewer traced samples or epochs, or a larger limit_bytes"
        )
