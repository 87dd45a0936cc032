"""Order of the tokens of all modalities in one sequence: interleaved by time, or concatenated by modality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.options import one_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Int, Shaped
    from torch import Tensor

ORDERS = ("interleaved", "concatenated")


@dataclass(frozen=True)
class TokenOrder:
    """Order of the tokens (modality, step) of a sample.

    Attributes
    ----------
    modalities
        Indices of the modalities in their order within the sequence; the anchor is last.
    kind
        ``interleaved``: by time, at each step one token of every modality. ``concatenated``: modality after modality.

    Notes
    -----
    Interleaving is equation 11 of AlignMamba (arXiv 2412.00833): video, audio, language at each step. The token order of
    AlignMamba-2 (arXiv 2603.18462) is not public; both kinds are our interpretation.
    """

    modalities: tuple[int, ...]
    kind: str = "interleaved"

    def __post_init__(self) -> None:
        one_of(self.kind, ORDERS, "order")

    @classmethod
    def with_anchor_last(cls, count: int, anchor: int, kind: str = "interleaved") -> TokenOrder:
        """Return the order with the anchor last and the other modalities before it in reverse: text, audio, video give v, a, t."""
        others = [m for m in reversed(range(count)) if m != anchor]
        return cls((*others, anchor), kind)

    def flatten(self, x: Shaped[Tensor, "modality batch time *rest"]) -> Shaped[Tensor, "batch token *rest"]:
        """Return all tokens as one sequence, invalid ones included."""
        ordered = [x[m] for m in self.modalities]
        if self.kind == "interleaved":
            return torch.stack(ordered, 2).flatten(1, 2)
        return torch.cat(ordered, 1)

    def unflatten(self, sequence: Shaped[Tensor, "batch token *rest"]) -> Shaped[Tensor, "modality batch time *rest"]:
        """Return the tokens by modality and step: the inverse of ``flatten``."""
        M = len(self.modalities)
        rank = [self.modalities.index(m) for m in range(M)]
        if self.kind == "interleaved":
            return torch.stack([sequence[:, k::M] for k in rank])
        chunks = sequence.chunk(M, 1)
        return torch.stack([chunks[k] for k in rank])

    def arrange(self, mask: Bool[Tensor, "modality batch time"] | None, *, backward: bool = False) -> Arrangement:
        """Return the sequence of the valid tokens (all, without a mask), from the first or, if ``backward``, from the last."""
        if mask is None:
            return Arrangement(self, backward)
        valid = self.flatten(mask)
        count = valid.cumsum(1)
        if backward:
            source = valid.shape[1] - 1 - torch.argsort(~valid.flip(1), dim=1, stable=True)
            position = count[:, -1:] - count + valid - 1
        else:
            source, position = torch.argsort(~valid, dim=1, stable=True), count - 1
        return Arrangement(self, backward, source, position)


@dataclass(frozen=True)
class Arrangement:
    """The token sequence of one batch: valid tokens first, without gaps, padding after them.

    A causal convolution and a scan along it process valid tokens only, so their outputs do not depend on the number
    of invalid tokens between them.

    Attributes
    ----------
    source, position
        Index of each element of the sequence among all tokens, and the inverse. An invalid token has the position of
        the last valid one before it (whose state it keeps), -1 where there is none. None if every token is valid.
    """

    order: TokenOrder
    backward: bool = False
    source: Int[Tensor, "batch token"] | None = None
    position: Int[Tensor, "batch token"] | None = None

    def sequence(self, x: Shaped[Tensor, "modality batch time channel"]) -> Shaped[Tensor, "batch token channel"]:
        """Return the tokens in sequence."""
        flat = self.order.flatten(x)
        if self.source is None:
            return flat.flip(1) if self.backward else flat
        return flat.gather(1, self.source[..., None].expand_as(flat))

    def tokens(self, sequence: Shaped[Tensor, "batch token *rest"]) -> Shaped[Tensor, "modality batch time *rest"]:
        """Return the sequence element at the position of each token; the first element for a token at position -1."""
        if self.position is None:
            return self.order.unflatten(sequence.flip(1) if self.backward else sequence)
        position = self.position.clamp(min=0).view(*self.position.shape, *(1,) * (sequence.ndim - 2))
        return self.order.unflatten(sequence.gather(1, position.expand_as(sequence)))

    def positions(self, batch: int, tokens: int, device: torch.device) -> Int[Tensor, "modality batch time"]:
        """Return the position of every token in a sequence of length ``tokens``."""
        if self.position is not None:
            return self.order.unflatten(self.position)
        position = torch.arange(tokens, device=device).expand(batch, -1)
        return self.order.unflatten(position.flip(1) if self.backward else position)

    def valid(self, batch: int, tokens: int, device: torch.device) -> Bool[Tensor, "modality batch time"]:
        """Return which tokens of a sequence of length ``tokens`` are valid."""
        if self.source is None or self.position is None:
            return self.order.unflatten(torch.ones(batch, tokens, dtype=torch.bool, device=device))
        token = self.source.gather(1, self.position.clamp(min=0))
        return self.order.unflatten((token == torch.arange(tokens, device=device)) & (self.position >= 0))
