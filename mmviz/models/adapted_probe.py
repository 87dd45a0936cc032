"""What a module from elsewhere is asked before anybody trusts its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.errors import ConfigError
from mmviz.models.batch import Batch

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor, nn

    from mmviz.models.adapted import Adapted

_NEAR = 1e-4


def check_weights(module: nn.Module) -> None:
    """Raise ConfigError where a weight is not finite; it is named."""
    for key, weight in module.named_parameters():
        bad = int((~torch.isfinite(weight)).sum())
        if bad:
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} holds {bad} values that are not finite; the training diverged, take an "
                "earlier checkpoint"
            )


@torch.no_grad()
def probe(model: Adapted, *, unsure: bool) -> None:
    """Ask about two samples: the training mean, and a standard deviation above it.

    Parameters
    ----------
    model
        In evaluation mode.
    unsure
        Whether nobody said what the module gives: then answers that look like probabilities are refused.

    Raises
    ------
    ConfigError
        See :func:`mmviz.models.adapted.adapt`.
    """
    from mmviz.models.adapted import looks_like_probabilities

    name, batch = model.config.name, _batch(model)
    with torch.random.fork_rng(devices=[]):
        both = _asked(model, batch, "two samples")
        again = _asked(model, batch, "two samples")
        if not _alike(both, again):
            raise ConfigError(
                f"adapt: {name} answers the same question differently each time (by up to {_apart(both, again):.2g}); is there dropout that "
                "eval() does not turn off, or something it remembers?"
            )
        alone = torch.cat([_asked(model, batch.sample(i), "one sample") for i in range(2)])
        if not _alike(both, alone):
            raise ConfigError(
                f"adapt: {name} answers a sample differently beside another one (by up to {_apart(both, alone):.2g}), so no answer "
                "belongs to a sample; is there a normalisation over the batch?"
            )
        count = len(batch.names)
        for heard in (*range(count), count):
            members = torch.zeros(2, count, dtype=torch.bool)
            who = "no modality"
            if heard < count:
                members[:, heard], who = True, f"{batch.names[heard]} alone"
            answer = _asked(model, batch.masked(members), f"two samples of which it hears {who}")
            if not bool(torch.isfinite(answer).all()):
                raise ConfigError(
                    f"adapt: {name} answers NaN or infinity when it hears {who} and missing={model.config.missing!r} stands for the rest; "
                    "contributions need these answers, choose another missing="
                )
    if unsure and model.spec.task.kind == "classification" and looks_like_probabilities(both):
        raise ConfigError(
            f"adapt: the answers of {name} are from 0 to 1 and sum to 1; say gives='probabilities', or gives='logits' if they are not"
        )


def _asked(model: Adapted, batch: Batch, about: str) -> Float[Tensor, "batch output"]:
    try:
        return model(batch)
    except KeyError as error:
        raise ConfigError(
            f"adapt: {model.config.name} asked for the modality {error}, which the spec does not have; it is given "
            f"{', '.join(map(repr, batch.names))}. Rename them with call="
        ) from error
    except ConfigError as error:
        raise ConfigError(f"adapt: asked about {about}: {error}") from error
    except Exception as error:
        shapes = ", ".join(f"{n} {tuple(x.shape)}" for n, x in batch.values.items())
        raise ConfigError(
            f"adapt: {model.config.name} fails when asked about {about}, as a dict of {shapes}: {type(error).__name__}: {error}"
        ) from error


def _batch(model: Adapted) -> Batch:
    values, valid = {}, {}
    for m in model.spec.modalities:
        mean, std = (np.asarray(part, dtype=np.float32) for part in (m.mean, m.std))
        rows = torch.from_numpy(np.stack([mean, mean + std]))
        values[m.name] = rows[:, None].repeat(1, m.steps, 1)
        valid[m.name] = torch.ones(2, m.steps, dtype=torch.bool)
    duration = model.spec.duration_s
    if duration is None:
        return Batch(values, valid)
    edges = {m.name: torch.linspace(0, duration, m.steps + 1).double() for m in model.spec.modalities if not m.static}
    times = {name: torch.stack([edge[:-1], edge[1:]], -1).expand(2, -1, -1) for name, edge in edges.items()}
    return Batch(values, valid, times=times, clock=torch.tensor([[0.0, duration]] * 2, dtype=torch.float64))


def _alike(a: Tensor, b: Tensor) -> bool:
    known = torch.isfinite(a) & torch.isfinite(b)
    scale = a[known].abs().max().clamp(min=1.0) if bool(known.any()) else 1.0
    return bool((torch.isfinite(a) == torch.isfinite(b)).all()) and bool(((a - b).abs()[known] <= _NEAR * scale).all())


def _apart(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().nan_to_num(nan=float("inf")).max())
