"""Predictions of a model for every coalition of modalities, or of time windows within them, from one pass of the encoders."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import whole
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership, subset_label
from mmviz.models.batch import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.models.base import FusionModel

    Predict = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Players:
    """Players of a cooperative game: each is an interval of steps of one modality.

    Attributes
    ----------
    names
        One per player, for messages.
    modality
        (player,) int: index of its modality in the spec.
    start, stop
        (player,) int: it consists of the steps start..stop-1.
    """

    names: tuple[str, ...]
    modality: Int[np.ndarray, " player"]
    start: Int[np.ndarray, " player"]
    stop: Int[np.ndarray, " player"]

    def cells(self, modalities: int, steps: int) -> Bool[Tensor, "player modality time"]:
        """Return which (modality, time) cells belong to each player."""
        time = np.arange(steps)
        held = (self.start[:, None] <= time) & (time < self.stop[:, None])
        owner = self.modality[:, None] == np.arange(modalities)
        return torch.from_numpy(owner[..., None] & held[:, None])

    def present(self, mask: Bool[Tensor, "modality batch time"]) -> Bool[np.ndarray, "batch player"]:
        """Return which players have data in which sample."""
        pairs = zip(self.modality, self.start, self.stop, strict=True)
        return np.stack([mask[m, :, a:b].any(-1).cpu().numpy() for m, a, b in pairs], 1)

    def are_modalities_of(self, model: FusionModel) -> bool:
        """Return whether the players are the whole modalities of the model, in its order."""
        whole = (self.start == 0).all() and (self.stop == model.steps).all()
        return bool(whole) and np.array_equal(self.modality, np.arange(len(model.spec.modalities)))


def whole_modalities(model: FusionModel) -> Players:
    """Return one player per modality of the model."""
    count = len(model.spec.modalities)
    return Players(model.spec.names, np.arange(count), np.zeros(count, int), np.full(count, model.steps))


def windows_of(model: FusionModel, windows: int) -> Players:
    """Return ``windows`` players per modality, modality by modality: time windows whose lengths differ by at most one step.

    A static modality is repeated at every step, so each of its windows contains a copy of it.

    Raises
    ------
    ConfigError
        If ``windows`` is not an integer from 1 to the model's steps.
    """
    whole(windows, "windows (at most the model's steps)", low=1, high=model.steps)
    edges = np.linspace(0, model.steps, windows + 1).round().astype(int)
    names = model.spec.names
    return Players(
        tuple(f"{name} steps {a} to {b - 1}" for name in names for a, b in pairwise(edges.tolist())),
        np.repeat(np.arange(len(names)), windows),
        np.tile(edges[:-1], len(names)),
        np.tile(edges[1:], len(names)),
    )


#: Bytes of encoded steps per forward pass; activations take several times as much. The time per row of Coupled Mamba and of the
#: Transformer is flat around this value, and grows for passes larger than the cache: ``python tests/bars/shapley_speed.py --chunks``.
CHUNK_BYTES = 1 << 20
_FAILURES = (RuntimeError, ValueError, TypeError, IndexError, KeyError, ArithmeticError)


def coalition_predictions(
    model: FusionModel,
    steps: Steps,
    members: Bool[Tensor, "coalition player"] | None = None,
    *,
    players: Players | None = None,
    every_step: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> Float[Tensor, "batch coalition *time output"]:
    """Return logits or values of every sample for every coalition of players; the other players are masked after the encoders.

    A player without data in a sample has no influence: coalitions that differ only by such a player share one prediction, to
    the last bit, so that its Shapley value is exactly 0. The empty coalition has one prediction for all samples. If
    the streams of a model are independent, they run once per sample.

    Parameters
    ----------
    model
        Any model of :mod:`mmviz.models`.
    steps
        Result of ``model.encode``: the encoders are not run again.
    members
        Which players are in each coalition; None for all 2^n subsets, see :func:`mmviz.core.subsets.membership`.
    players
        The players; None for the modalities.
    every_step
        Predict from the steps 0..t, for every t: (batch, coalition, time, output).
    chunk_bytes
        Bytes of encoded steps per forward pass; influences the result only within rounding.

    Raises
    ------
    ConfigError
        More than 12 players without ``members``; ``members`` of another shape; or a subset for which the model fails (it is named).
    """
    players = whole_modalities(model) if players is None else players
    n = len(players.names)
    if members is None:
        if n > MAX_EXACT_PLAYERS:
            raise ConfigError(
                f"coalition_predictions: {n} players have 2^{n} = {2**n} subsets, more than 2^{MAX_EXACT_PLAYERS}; estimate with a budget: mmviz.recording.record_sampled_coalitions"
            )
        members = torch.from_numpy(membership(n))
    if members.ndim != 2 or members.shape[1] != n or members.dtype != torch.bool:
        raise ConfigError(
            f"coalition_predictions: members is {members.dtype} of shape {tuple(members.shape)}, expected bool (coalition, {n}), one "
            f"column for each of {', '.join(players.names)}"
        )
    rows, sample, place = _distinct(members.cpu().numpy(), players.present(steps.mask))
    once = model.independent_streams and players.are_modalities_of(model)
    predict, row_bytes = (_pooled_once if once else _masked)(model, steps, players, every_step, chunk_bytes)
    size, device = max(model.rows_per_pass, chunk_bytes // max(row_bytes, 1)), steps.mask.device
    parts = []
    for held, who in zip(torch.from_numpy(rows).split(size), torch.from_numpy(sample).split(size), strict=True):
        try:
            parts.append(predict(held.to(device), who.to(device)))
        except _FAILURES as error:
            failure = _failing_subset(model, predict, held.to(device), who.to(device), players)
            raise ConfigError(f"coalition_predictions: {failure} ({error})") from error
    return torch.cat(parts)[torch.from_numpy(place).to(device)]


def _distinct(
    members: Bool[np.ndarray, "coalition player"], present: Bool[np.ndarray, "batch player"]
) -> tuple[Bool[np.ndarray, "row player"], Int[np.ndarray, " row"], Int[np.ndarray, "batch coalition"]]:
    """Return the distinct (coalition, sample) rows, the sample of each, and the row of every sample and coalition."""
    held = members[None] & present[:, None]
    sample = np.where(held.any(-1), np.arange(len(present))[:, None], 0)
    digits = sample.astype(">i8")[..., None].view(np.uint8)
    keys = np.concatenate([np.packbits(held, axis=-1), digits], -1)
    flat = np.ascontiguousarray(keys.reshape(-1, keys.shape[-1]))
    _, first, place = np.unique(flat.view(f"V{flat.shape[1]}")[:, 0], return_index=True, return_inverse=True)
    return held.reshape(-1, held.shape[-1])[first], sample.reshape(-1)[first], place.reshape(sample.shape)


def _masked(model: FusionModel, steps: Steps, players: Players, every_step: bool, _: int) -> tuple[Predict, int]:
    """Return a function that masks the encoded steps of each row and fuses them, and the bytes of a row."""
    M, _, T = steps.mask.shape
    cells = players.cells(M, T).to(steps.mask.device).flatten(1).float()

    def predict(held: Tensor, sample: Tensor) -> Tensor:
        keep = (held.float() @ cells).unflatten(1, (M, T)).movedim(1, 0) > 0
        masked = steps.samples(sample).where(keep)
        return model.fuse_prefixes(masked) if every_step else model.fuse(masked)

    return predict, steps.x[:, :1].numel() * steps.x.element_size()


def _pooled_once(
    model: FusionModel, steps: Steps, players: Players, every_step: bool, chunk_bytes: int
) -> tuple[Predict, int]:
    """Return a function that masks features which were pooled once per sample, and the bytes of a row."""
    sample_bytes = max(1, steps.x[:, :1].numel() * steps.x.element_size())
    size = max(1, chunk_bytes // sample_bytes)
    chunks = [Steps(x, mask) for x, mask in zip(steps.x.split(size, 1), steps.mask.split(size, 1), strict=True)]
    if every_step:
        pooled = torch.cat([model.pool(model.streams(chunk), chunk.mask) for chunk in chunks], 1)
        present = steps.mask.cumsum(-1) > 0
    else:
        pooled, present = (
            torch.cat(parts, 1) for parts in zip(*(model.pooled(chunk) for chunk in chunks), strict=True)
        )

    def predict(held: Tensor, sample: Tensor) -> Tensor:
        keep = present.index_select(1, sample) & held.t()[..., None]
        chosen = pooled.index_select(1, sample)
        output = model.fuse_pooled(torch.where(keep[..., None], chosen, torch.zeros_like(chosen)), keep)
        return output if every_step else output[:, 0]

    return predict, pooled[:, :1].numel() * pooled.element_size()


def _failing_subset(model: FusionModel, predict: Predict, held: Tensor, sample: Tensor, players: Players) -> str:
    """Return a description of the first subset that fails when each is run separately."""
    for row in range(len(held)):
        try:
            predict(held[row : row + 1], sample[row : row + 1])
        except _FAILURES:
            subset = subset_label(players.names, held[row].tolist(), empty="no player")
            return (
                f"{type(model).__name__} fails for sample {int(sample[row])} with {subset} only; Shapley values need the prediction for "
                "every subset"
            )
    return f"{type(model).__name__} runs each subset separately, but not all in one pass; give a smaller chunk_bytes"
