"""Predictions of a model for every coalition of modalities, or of time windows within them, from one pass of the encoders."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.models.batch import Steps
from mmviz.models.fusions.late import Late
from mmviz.models.fusions.pooled import PooledFusion
from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.models.base import FusionModel


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


if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.models.base import FusionModel

    Asked = Callable[[Tensor, Tensor], Tensor]

MOST = 12
#: Encoded steps of one pass; a fusion touches several times as much. The time per row of Coupled Mamba and of the
#: Transformer is flat around it, and grows where a pass leaves the cache: ``python tests/bars/shapley_speed.py --chunks``.
CHUNK_BYTES = 1 << 20
#: Models whose streams do not hear each other: what a modality says is pooled once, whoever else is heard.
_APART = (PooledFusion, Late)
#: A module from elsewhere is asked about so many rows at once, however wide: its frames are not what it multiplies.
_ROWS = 32
_FAILURES = (RuntimeError, ValueError, TypeError, IndexError, KeyError, ArithmeticError)


def members_of(players: int) -> Bool[Tensor, "coalition player"]:
    """Return who is in each of the 2^n subsets: row k holds player i where bit i of k is set."""
    return (torch.arange(2**players)[:, None] >> torch.arange(players)) % 2 == 1


def coalition_answers(
    model: FusionModel,
    steps: Steps,
    members: Bool[Tensor, "coalition player"] | None = None,
    *,
    players: Players | None = None,
    every_step: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> Float[Tensor, "batch coalition *time output"]:
    """Return logits or values as each coalition of players hears each sample; the rest is masked after the encoders.

    Whoever has no data in a sample never enters: coalitions that differ only by such a player are one row and one answer, to
    the last bit, so that its Shapley value is exactly 0. The answer to nothing is one for all samples. Where the
    streams of a model do not hear each other, they run once per sample, too.

    Parameters
    ----------
    model
        Any model of :mod:`mmviz.models`.
    steps
        What ``model.encode`` gave: the encoders are not run again.
    members
        Which players each coalition has; all 2^n subsets when None, see :func:`members_of`.
    players
        Who plays; the modalities when None.
    every_step
        Answer from the steps 0..t, for every t: (batch, coalition, time, output).
    chunk_bytes
        How much of the encoded steps one pass takes; it has no influence on the result but on the last digits.

    Raises
    ------
    ConfigError
        More than 12 players without ``members``; members of another shape; or a subset that the model cannot run (it is named).
    """
    players = whole_modalities(model) if players is None else players
    n = len(players.names)
    if members is None:
        if n > MOST:
            raise ConfigError(
                f"coalition_answers: {n} players have 2^{n} = {2**n} subsets, more than 2^{MOST}; estimate with a budget instead"
            )
        members = members_of(n)
    if members.ndim != 2 or members.shape[1] != n or members.dtype != torch.bool:
        raise ConfigError(
            f"coalition_answers: members is {members.dtype} of shape {tuple(members.shape)}, expected bool (coalition, {n}), one "
            f"column for each of {', '.join(players.names)}"
        )
    rows, sample, place = _distinct(members.cpu().numpy(), players.present(steps.mask))
    way = _pooled_once if isinstance(model, _APART) and players.are_modalities_of(model) else _masked
    answer, row_bytes = way(model, steps, players, every_step, chunk_bytes)
    least = _ROWS if isinstance(model, Adapted) else 1
    size, device = max(least, chunk_bytes // max(row_bytes, 1)), steps.mask.device
    parts = []
    for held, who in zip(torch.from_numpy(rows).split(size), torch.from_numpy(sample).split(size), strict=True):
        try:
            parts.append(answer(held.to(device), who.to(device)))
        except _FAILURES as error:
            culprit = _culprit(model, answer, held.to(device), who.to(device), players)
            raise ConfigError(f"coalition_answers: {culprit} ({error})") from error
    return torch.cat(parts)[torch.from_numpy(place).to(device)]


def _distinct(
    members: Bool[np.ndarray, "coalition player"], present: Bool[np.ndarray, "batch player"]
) -> tuple[Bool[np.ndarray, "row player"], Int[np.ndarray, " row"], Int[np.ndarray, "batch coalition"]]:
    """Return the rows that differ, coalition by coalition; the sample of each; and where each answer is found."""
    held = members[None] & present[:, None]
    sample = np.where(held.any(-1), np.arange(len(present))[:, None], 0)
    digits = sample.astype(">i8")[..., None].view(np.uint8)
    keys = np.concatenate([np.packbits(held, axis=-1), digits], -1)
    flat = np.ascontiguousarray(keys.reshape(-1, keys.shape[-1]))
    _, first, place = np.unique(flat.view(f"V{flat.shape[1]}")[:, 0], return_index=True, return_inverse=True)
    return held.reshape(-1, held.shape[-1])[first], sample.reshape(-1)[first], place.reshape(sample.shape)


def _masked(model: FusionModel, steps: Steps, players: Players, every_step: bool, _: int) -> tuple[Asked, int]:
    """Mask the encoded steps of each row, then fuse them. Second: bytes of a row."""
    M, _, T = steps.mask.shape
    cells = players.cells(M, T).to(steps.mask.device).flatten(1).float()

    def answer(held: Tensor, sample: Tensor) -> Tensor:
        keep = (held.float() @ cells).unflatten(1, (M, T)).movedim(1, 0) > 0
        heard = steps.rows(sample).kept(keep)
        return model.fuse_prefixes(heard) if every_step else model.fuse(heard)

    return answer, steps.x[:, :1].numel() * steps.x.element_size()


def _pooled_once(
    model: FusionModel, steps: Steps, players: Players, every_step: bool, chunk_bytes: int
) -> tuple[Asked, int]:
    """Pool every modality once, some samples at a time, then choose among the pooled. Second: bytes of a row."""
    sample_bytes = max(1, steps.x[:, :1].numel() * steps.x.element_size())
    size = max(1, chunk_bytes // sample_bytes)
    pieces = [Steps(x, mask) for x, mask in zip(steps.x.split(size, 1), steps.mask.split(size, 1), strict=True)]
    if every_step:
        pooled = torch.cat([model.pool(model.streams(piece), piece.mask) for piece in pieces], 1)
        present = steps.mask.cumsum(-1) > 0
    else:
        pooled, present = (
            torch.cat(parts, 1) for parts in zip(*(model.pooled(piece) for piece in pieces), strict=True)
        )

    def answer(held: Tensor, sample: Tensor) -> Tensor:
        keep = present.index_select(1, sample) & held.t()[..., None]
        chosen = pooled.index_select(1, sample)
        output = model.answer(torch.where(keep[..., None], chosen, torch.zeros_like(chosen)), keep)
        return output if every_step else output[:, 0]

    return answer, pooled[:, :1].numel() * pooled.element_size()


def _culprit(model: FusionModel, answer: Asked, held: Tensor, sample: Tensor, players: Players) -> str:
    """Say which subset fails, by running each alone."""
    for row in range(len(held)):
        try:
            answer(held[row : row + 1], sample[row : row + 1])
        except _FAILURES:
            who = (
                " + ".join(n for n, there in zip(players.names, held[row].tolist(), strict=True) if there) or "nothing"
            )
            return (
                f"{type(model).__name__} cannot answer sample {int(sample[row])} from {who} alone; every subset is needed for "
                "contributions"
            )
    return f"{type(model).__name__} answers each subset alone, but not all in one pass; give a smaller chunk_bytes"
