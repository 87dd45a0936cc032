"""What a training strategy is, for tables and texts: its source, what it needs, its passes per batch, and where published code differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Method:
    """Facts about one strategy, shown beside its results.

    A pass is one forward or backward evaluation of the fusion for the samples of a batch; a unimodal pass of M modalities counts as M, also
    where they are computed at once and the encoders run once.

    Attributes
    ----------
    title
        Name as the field writes it: ``"MMPareto"``.
    source
        Authors, venue, number: ``"Wei and Hu, ICML 2024, arXiv 2405.17730"``; "ours" for a strategy that no paper states.
    needs
        What the model or the data must have; "" for any.
    forwards, backwards
        Passes per batch, as a function of the number of modalities M.
    updates
        Steps of an optimizer per batch, as a function of M.
    besides
        Cost that does not belong to a batch, in words: ``"one pass without gradient over a tenth of the samples per epoch"``; "" for none.
    published_code
        What the released code does otherwise than its paper or than here; "" where nothing is known.
    ours
        Which parts are our interpretation; "" for none.
    """

    title: str
    source: str
    needs: str = ""
    forwards: Callable[[int], float] = lambda M: 1
    backwards: Callable[[int], float] = lambda M: 1
    updates: Callable[[int], float] = lambda M: 1
    besides: str = ""
    published_code: str = ""
    ours: str = ""

    def cost(self, modalities: int) -> float:
        """Return the cost of a batch relative to joint training: (F + 2B) / 3, a backward pass counted as two forward passes."""
        return (self.forwards(modalities) + 2 * self.backwards(modalities)) / 3
