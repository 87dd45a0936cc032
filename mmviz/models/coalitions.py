"""The answers of a model to every subset of modalities, from one pass of the encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.fusion import FusionModel
    from mmviz.models.steps import Steps

MOST = 12


def members_of(modalities: int) -> Bool[Tensor, "coalition modality"]:
    """Return who is in each of the 2^M subsets: row k holds modality i where bit i of k is set."""
    return (torch.arange(2**modalities)[:, None] >> torch.arange(modalities)) % 2 == 1


def coalition_answers(model: FusionModel, steps: Steps, *, rows: int = 512) -> Float[Tensor, "batch coalition output"]:
    """Return logits or values for every subset of modalities, the rest masked after the encoders.

    Parameters
    ----------
    model
        Any model of :mod:`mmviz.models`.
    steps
        What ``model.encode`` gave: the encoders are not run again.
    rows
        Sequences in one pass of the fusion; it has no influence on the result.

    Raises
    ------
    ConfigError
        More than 12 modalities, or a subset that the model cannot run (it is named).
    """
    M, batch = steps.mask.shape[:2]
    if M > MOST:
        raise ConfigError(
            f"coalition_answers: {M} modalities have 2^{M} = {2**M} subsets, more than 2^{MOST}; estimate with a budget instead"
        )
    members = members_of(M).to(steps.mask.device)
    at_once = max(1, rows // 2**M)
    parts, nothing = [], None
    try:
        for start in range(0, batch, at_once):
            some = type(steps)(steps.x[:, start : start + at_once], steps.mask[:, start : start + at_once])
            count = some.mask.shape[1]
            asked, who = some.repeated(2**M - 1), members[1:].repeat(count, 1)
            if nothing is None:  # the answer to no modality is one for all samples
                asked, who = _joined(asked, steps), torch.cat([who, members[:1]])
            answers = model.fuse(asked.masked(who))
            nothing = answers[-1:] if nothing is None else nothing
            heard = answers[: count * (2**M - 1)].unflatten(0, (count, 2**M - 1))
            parts.append(torch.cat([nothing.expand(count, 1, -1), heard], 1))
    except (RuntimeError, ValueError, IndexError) as error:
        raise ConfigError(f"coalition_answers: {_culprit(model, steps, members)} ({error})") from error
    return torch.cat(parts)


def _joined(asked: Steps, steps: Steps) -> Steps:
    """Return the steps with the first sample of the others behind them."""
    return type(steps)(torch.cat([asked.x, steps.x[:, :1]], 1), torch.cat([asked.mask, steps.mask[:, :1]], 1))


def _culprit(model: FusionModel, steps: Steps, members: Bool[Tensor, "coalition modality"]) -> str:
    """Say which subset fails, by running each alone."""
    names = model.spec.names
    for row in members:
        try:
            model.fuse(steps.masked(row.expand(steps.mask.shape[1], -1)))
        except (RuntimeError, ValueError, IndexError):
            who = " + ".join(n for n, there in zip(names, row.tolist(), strict=True) if there) or "no modality"
            return f"{type(model).__name__} cannot answer from {who} alone; every subset is needed for contributions"
    return f"{type(model).__name__} answers each subset alone, but not all in one batch"
