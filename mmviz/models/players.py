"""Who plays in a game about a model's answer: whole modalities, or time windows within them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Int
    from torch import Tensor

    from mmviz.models.fusion import FusionModel


@dataclass(frozen=True)
class Players:
    """Each player is a stretch of steps of one modality.

    Attributes
    ----------
    names
        One per player, for messages.
    modality
        (player,) int: position of its modality in the spec.
    start, stop
        (player,) int: it holds the steps start..stop-1.
    """

    names: tuple[str, ...]
    modality: Int[np.ndarray, " player"]
    start: Int[np.ndarray, " player"]
    stop: Int[np.ndarray, " player"]

    def cells(self, modalities: int, steps: int) -> Bool[Tensor, "player modality time"]:
        """Return which cells of modality and time each player holds."""
        time = np.arange(steps)
        held = (self.start[:, None] <= time) & (time < self.stop[:, None])
        owner = self.modality[:, None] == np.arange(modalities)
        return torch.from_numpy(owner[..., None] & held[:, None])

    def present(self, mask: Bool[Tensor, "modality batch time"]) -> Bool[np.ndarray, "batch player"]:
        """Return which players have data in which sample."""
        pairs = zip(self.modality, self.start, self.stop, strict=True)
        return np.stack([mask[m, :, a:b].any(-1).cpu().numpy() for m, a, b in pairs], 1)

    def are_modalities_of(self, model: FusionModel) -> bool:
        """Return whether they are the modalities of the model, whole and in its order."""
        whole = (self.start == 0).all() and (self.stop == model.steps).all()
        return bool(whole) and np.array_equal(self.modality, np.arange(len(model.spec.modalities)))


def whole_modalities(model: FusionModel) -> Players:
    """Return the modalities of a model."""
    count = len(model.spec.modalities)
    return Players(model.spec.names, np.arange(count), np.zeros(count, int), np.full(count, model.steps))


def windows_of(model: FusionModel, windows: int) -> Players:
    """Return so many windows of each modality, modality by modality, equally long to one step.

    A static modality is repeated at every step, so that each of its windows holds a copy of it.

    Raises
    ------
    ConfigError
        If ``windows`` is not an integer from 1 to the model's steps.
    """
    if type(windows) is not int or not 1 <= windows <= model.steps:
        raise ConfigError(f"windows={windows!r}, expected an integer from 1 to the model's {model.steps} steps")
    edges = np.linspace(0, model.steps, windows + 1).round().astype(int)
    names = model.spec.names
    return Players(
        tuple(f"{name} steps {a} to {b - 1}" for name in names for a, b in pairwise(edges.tolist())),
        np.repeat(np.arange(len(names)), windows),
        np.tile(edges[:-1], len(names)),
        np.tile(edges[1:], len(names)),
    )
