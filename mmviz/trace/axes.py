"""Coordinates that several groups of a Trace share, and the way from a tensor to an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from mmviz.data.spec import Spec


def coordinates(spec: Spec, chosen: np.ndarray, epochs: list[int] | None = None) -> dict[str, Any]:
    """Return the coordinates traced and modality, and epoch where epochs are given."""
    coords: dict[str, Any] = {} if epochs is None else {"epoch": epochs}
    return coords | {"traced": chosen, "modality": list(spec.names)}


def outputs(spec: Spec) -> list[str]:
    """Return the coordinate of what a model answers."""
    return list(spec.task.classes) if spec.task.kind == "classification" else ["value"]


def array(tensor: Tensor) -> np.ndarray:
    """Return a float32 array."""
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())
