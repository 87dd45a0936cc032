"""Order of the tokens of all modalities in one sequence: interleaved by time, or concatenated by modality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Int, Shaped
    from torch import Tensor

ORDERS = ("interleaved", "concatenated")


@dataclass(frozen=True)
class TokenOrder:
    """How the tokens (modality, step) of a sample follow each other.

    Attributes
    ----------
    modalities
        Positions of the modalities in the order in which they speak; the anchor's is the last.
    kind
        ``interleaved``: by time, at each step one token of every modality. ``concatenated``: modality after modality.

    Notes
    -----
    Interleaving is equation 11 of AlignMamba (arXiv 2412.00833): video, audio, language at each step. How AlignMamba-2
    (arXiv 2603.18462) orders its tokens is not public; ``interleaved`` is a reading, and so is ``concatenated``.
    """

    modalities: tuple[int, ...]
    kind: str = "interleaved"

    def __post_init__(self) -> None:
        if self.kind not in ORDERS:
            raise ConfigError(f"order={self.kind!r} is unknown; choose {' or '.join(ORDERS)}")

    @classmethod
    def with_anchor_last(cls, count: int, anchor: int, kind: str = "interleaved") -> TokenOrder:
        """Return the order that ends with the anchor, the others before it, last first: text, audio, video give v, a, l."""
        others = [m for m in reversed(range(count)) if m != anchor]
        return cls((*others, anchor), kind)

    def line(self, x: Shaped[Tensor, "modality batch time *rest"]) -> Shaped[Tensor, "batch token *rest"]:
        """Return all tokens in one row, those without data included."""
        speaking = [x[m] for m in self.modalities]
        if self.kind == "interleaved":
            return torch.stack(speaking, 2).flatten(1, 2)
        return torch.cat(speaking, 1)

    def unline(self, row: Shaped[Tensor, "batch token *rest"]) -> Shaped[Tensor, "modality batch time *rest"]:
        """Undo ``line``."""
        M = len(self.modalities)
        home = [self.modalities.index(m) for m in range(M)]
        if self.kind == "interleaved":
            return torch.stack([row[:, k::M] for k in home])
        spoken = row.chunk(M, 1)
        return torch.stack([spoken[k] for k in home])

    def arrange(self, mask: Bool[Tensor, "modality batch time"] | None, *, backward: bool = False) -> Arrangement:
        """Return where the tokens with data stand (all, without a mask), counted from either end."""
        if mask is None:
            return Arrangement(self, backward)
        real = self.line(mask)
        seen = real.cumsum(1)
        if backward:
            source = real.shape[1] - 1 - torch.argsort(~real.flip(1), dim=1, stable=True)
            place = seen[:, -1:] - seen + real - 1
        else:
            source, place = torch.argsort(~real, dim=1, stable=True), seen - 1
        return Arrangement(self, backward, source, place)


@dataclass(frozen=True)
class Arrangement:
    """The sequence of one batch: tokens with data first, one behind the other, filler behind them.

    A causal convolution and a scan along it never meet a token without data, so the outputs at those with data are
    what they would be if the others did not exist, whatever the mask.

    Attributes
    ----------
    source, place
        For each place of the sequence the position in the row of all tokens, and back. A token without data has the
        place of the last one with data before it, -1 where there is none: the state it would hold. None where every
        token has data.
    """

    order: TokenOrder
    backward: bool = False
    source: Int[Tensor, "batch token"] | None = None
    place: Int[Tensor, "batch token"] | None = None

    def sequence(self, x: Shaped[Tensor, "modality batch time channel"]) -> Shaped[Tensor, "batch token channel"]:
        """Put the tokens in sequence."""
        row = self.order.line(x)
        if self.source is None:
            return row.flip(1) if self.backward else row
        return row.gather(1, self.source[..., None].expand_as(row))

    def tokens(self, sequence: Shaped[Tensor, "batch token *rest"]) -> Shaped[Tensor, "modality batch time *rest"]:
        """Return what stands at the place of each token; at the first place for one without any before it."""
        if self.place is None:
            return self.order.unline(sequence.flip(1) if self.backward else sequence)
        place = self.place.clamp(min=0).view(*self.place.shape, *(1,) * (sequence.ndim - 2))
        return self.order.unline(sequence.gather(1, place.expand_as(sequence)))

    def places(self, batch: int, tokens: int, device: torch.device) -> Int[Tensor, "modality batch time"]:
        """Return the place of every token in a sequence of ``tokens``."""
        if self.place is not None:
            return self.order.unline(self.place)
        place = torch.arange(tokens, device=device).expand(batch, -1)
        return self.order.unline(place.flip(1) if self.backward else place)

    def real(self, batch: int, tokens: int, device: torch.device) -> Bool[Tensor, "modality batch time"]:
        """Return which tokens of a sequence of ``tokens`` have data."""
        if self.source is None or self.place is None:
            return self.order.unline(torch.ones(batch, tokens, dtype=torch.bool, device=device))
        owner = self.source.gather(1, self.place.clamp(min=0))
        return self.order.unline((owner == torch.arange(tokens, device=device)) & (self.place >= 0))
