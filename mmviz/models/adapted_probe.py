"""Checks run on a user's module before it is wrapped, on two samples made of frames of its training data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.parameter import is_lazy

from mmviz.errors import ConfigError
from mmviz.models.adapted_outputs import looks_like_probabilities, within_one
from mmviz.models.adapted_remedies import call_that_works, imputation_that_works
from mmviz.models.adapted_tokens import token_modalities
from mmviz.models.batch import Batch

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor, nn

    from mmviz.models.adapted_model import Adapted

_NEAR = 1e-4
#: all subsets of so many modalities are tried; of more, the single ones, none, and all but one
_ALL_SUBSETS = 6


def check_weights(module: nn.Module) -> None:
    """Raise ConfigError where a weight holds no values or values that are not finite; it is named."""
    for key, weight in (*module.named_parameters(), *module.named_buffers()):
        if is_lazy(weight):
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} has no shape yet; call the module once on a batch, then adapt it"
            )
        if weight.is_meta:
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} is on device 'meta' and holds no values; load the weights first"
            )
    for key, weight in module.named_parameters():
        bad = int((~torch.isfinite(weight)).sum())
        if bad:
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} holds {bad} values that are not finite; the training diverged, take an "
                "earlier checkpoint"
            )


def probe_batch(model: Adapted) -> Batch:
    """Return two samples made of different frames of the training data; of the mean, and a deviation above it, where none are known."""
    values, valid = {}, {}
    for m in model.spec.modalities:
        if m.examples is None:
            mean, std = (np.asarray(part, dtype=np.float32) for part in (m.mean, m.std))
            rows = np.stack([mean, mean + std])[:, None].repeat(m.steps, 1)
        else:
            frames, step = np.asarray(m.examples, dtype=np.float32), np.arange(m.steps)
            half = step % -(-len(frames) // 2)
            rows = np.stack([frames[half], frames[-1 - half]])
        values[m.name] = torch.from_numpy(rows)
        valid[m.name] = torch.ones(2, m.steps, dtype=torch.bool)
    duration = model.spec.duration_s
    if duration is None:
        return Batch(values, valid)
    edges = {m.name: torch.linspace(0, duration, m.steps + 1).double() for m in model.spec.modalities if not m.static}
    times = {name: torch.stack([edge[:-1], edge[1:]], -1).expand(2, -1, -1) for name, edge in edges.items()}
    return Batch(values, valid, times=times, clock=torch.tensor([[0.0, duration]] * 2, dtype=torch.float64))


@torch.no_grad()
def probe(model: Adapted, *, unsure: bool) -> None:
    """Run the module on two samples and on every subset of their modalities; state in its config which hold token ids.

    Parameters
    ----------
    model
        In evaluation mode.
    unsure
        Whether nobody said what the module gives: then predictions that look like probabilities are refused.

    Raises
    ------
    ConfigError
        See :func:`mmviz.models.adapt`.
    """
    name, batch = model.config.name, probe_batch(model)
    with torch.random.fork_rng(devices=[]):
        model.config = replace(model.config, tokens=token_modalities(model, batch))
        both = _asked(model, batch, "two samples")
        again = _asked(model, batch, "two samples")
        if not _equal(both, again):
            raise ConfigError(
                f"adapt: {name} answers the same question differently each time (by up to {_apart(both, again):.2g}); is there dropout that "
                "eval() does not turn off, or something it remembers?"
            )
        alone = torch.cat([_asked(model, batch.sample(i), "one sample") for i in range(2)])
        if not _equal(both, alone):
            raise ConfigError(
                f"adapt: {name} answers a sample differently beside another one (by up to {_apart(both, alone):.2g}), so no answer "
                "belongs to a sample; is there a normalisation over the batch?"
            )
        _refuse_mean_of_tokens(model)
        _probe_subsets(model, batch)
    if unsure and model.spec.task.kind == "classification":
        _refuse_unsure(model, both)


def _refuse_mean_of_tokens(model: Adapted) -> None:
    tokens = model.config.tokens
    for name in tokens:
        if model.missing.rules[name] == "mean":
            mean = float(model.spec.modality(name).mean[0])
            rules = {m: "zeros" if m in tokens else rule for m, rule in model.missing.rules.items()}
            shown = (
                "{"
                + ", ".join(f"{m!r}: {r!r}" if isinstance(r, str) else f"{m!r}: ..." for m, r in rules.items())
                + "}"
            )
            raise ConfigError(
                f"adapt: modality {name!r} holds token ids, which {model.config.name} looks up, and missing='mean' would insert the id "
                f"{mean:.4g}, which is no token; give missing={shown} where 0 is the padding id, or a callable that returns an id"
            )


def _probe_subsets(model: Adapted, batch: Batch) -> None:
    """Refuse a module that fails, or predicts NaN, where modalities are missing; say which options would do."""
    subsets = list(_subsets(len(batch.names)))
    parts = [batch.masked(row.expand(2, -1)) for row in subsets]
    for row, part in zip(subsets, parts, strict=True):
        names = [n for n, there in zip(batch.names, row.tolist(), strict=True) if there]
        who = f"{' + '.join(names)} alone" if names else "no modality"
        about = f"two samples of which it hears {who}"
        try:
            answer = _asked(model, part, about)
        except ConfigError as error:
            if isinstance(error.__cause__, ConfigError):  # it ran, and returned what cannot be read
                raise
            raise ConfigError(f"{error}{_how(model, parts)}") from error
        if not bool(torch.isfinite(answer).all()):
            raise ConfigError(
                f"adapt: {model.config.name} answers NaN or infinity when it hears {who} and missing={model.config.missing!r} stands for the "
                f"rest; contributions need these answers{_how(model, parts)}"
            )


def _how(model: Adapted, parts: list[Batch]) -> str:
    works = imputation_that_works(model, parts)
    if works:
        return f"; adapt(..., {works}) works"
    empty = "let call= handle a modality whose mask is all False, or " if model.config.masks else ""
    return f"; {empty}choose another missing=, such as a callable that returns frames which the module can process"


def _subsets(count: int) -> torch.Tensor:
    """Return the subsets to try, the single modalities first and none among them."""
    single, none = torch.eye(count, dtype=torch.bool), torch.zeros(1, count, dtype=torch.bool)
    if count > _ALL_SUBSETS:
        return torch.cat([single, none, ~single])
    rest = torch.cartesian_prod(*[torch.tensor([False, True])] * count).reshape(-1, count)
    size = rest.sum(1)
    return torch.cat([single, none, rest[(size > 1) & (size < count)]])


def _refuse_unsure(model: Adapted, both: Tensor) -> None:
    name = model.config.name
    if looks_like_probabilities(both):
        raise ConfigError(
            f"adapt: the answers of {name} are from 0 to 1 and sum to 1; say gives='probabilities', or gives='logits' if they are not"
        )
    if within_one(both) and any(isinstance(part, torch.nn.Sigmoid) for part in model.module.modules()):
        raise ConfigError(
            f"adapt: the answers of {name} are from 0 to 1 and it has a Sigmoid; say gives='logits' if a softmax of them gives the "
            "probabilities. Where they are sigmoids, one for each class: let call= divide them by their sum, as p / p.sum(1, keepdim=True), and "
            "say gives='probabilities'"
        )


def _asked(model: Adapted, batch: Batch, about: str) -> Float[Tensor, "batch output"]:
    try:
        return model(batch)
    except KeyError as error:
        how = call_that_works(model, batch)
        raise ConfigError(
            f"adapt: {model.config.name} asked for the modality {error}, which the spec does not have; it is given "
            f"{', '.join(map(repr, batch.names))}. Rename them with call=, for example call=lambda net, x: net({{{error}: "
            f"x[{batch.names[0]!r}], ...}}){';' + how if how else ''}"
        ) from error
    except ConfigError as error:
        raise ConfigError(f"adapt: asked about {about}: {error}") from error
    except Exception as error:
        shapes = ", ".join(f"{n} {tuple(x.shape)}" for n, x in batch.values.items())
        how = (
            call_that_works(model, batch) or " say with call= how it is called, such as call=lambda net, x: net(x[...])"
        )
        raise ConfigError(
            f"adapt: {model.config.name} fails when asked about {about}, as a dict of {shapes}: {type(error).__name__}: {error};{how}"
        ) from error


def _equal(a: Tensor, b: Tensor) -> bool:
    known = torch.isfinite(a) & torch.isfinite(b)
    scale = a[known].abs().max().clamp(min=1.0) if bool(known.any()) else 1.0
    return bool((torch.isfinite(a) == torch.isfinite(b)).all()) and bool(((a - b).abs()[known] <= _NEAR * scale).all())


def _apart(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().nan_to_num(nan=float("inf")).max())
