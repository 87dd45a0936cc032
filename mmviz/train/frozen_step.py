"""Optimizer steps that leave some parameters as they are: values and moments of the optimizer, of whole parameters or of rows of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from torch import Tensor
    from torch.optim import Optimizer

    from mmviz.train.modality_parameters import Part


def without_step(parts: Iterable[Part]) -> None:
    """Remove the gradients of parts, so that they neither count in the gradient norm nor move; for `Strategy.after_backward`."""
    for part in parts:
        if part.rows == slice(None):
            part.parameter.grad = None  # an optimizer skips a parameter without a gradient
        elif part.gradient is not None:
            part.gradient.zero_()


@contextmanager
def frozen(optimizer: Optimizer | None, parts: Iterable[Part]) -> Iterator[None]:
    """Keep parts and their moments bit for bit through the optimizer steps inside, whose gradients :func:`without_step` removed.

    Parameters
    ----------
    optimizer
        The one that steps; None where there is none.
    parts
        A whole parameter is not stepped on at all. Rows of a parameter are restored afterwards: a gradient of zero would move
        them too, by momentum and weight decay. The number of steps, which corrects the moments of AdamW for their start, is that of
        the whole parameter.
    """
    saved = [
        (
            part,
            part.parameter.detach()[part.rows].clone(),
            {k: v[part.rows].clone() for k, v in _moments(optimizer, part).items()},
        )
        for part in parts
        if part.rows != slice(None)
    ]
    try:
        yield
    finally:
        with torch.no_grad():
            for part, value, moments in saved:
                part.parameter[part.rows].copy_(value)
                for key, moment in _moments(optimizer, part).items():
                    moment[part.rows] = moments.get(key, 0.0)


def _moments(optimizer: Optimizer | None, part: Part) -> dict[str, Tensor]:
    """Return the state of the optimizer that has an entry for every weight."""
    if optimizer is None or part.parameter not in optimizer.state:
        return {}
    state = optimizer.state[part.parameter]
    return {k: v for k, v in state.items() if torch.is_tensor(v) and v.shape == part.parameter.shape}
