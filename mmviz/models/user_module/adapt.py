"""Wrap a user's ``nn.Module``: options, and the checks run on the module before it is wrapped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy

from mmviz.core.errors import ConfigError
from mmviz.models.batch import Batch
from mmviz.models.encoder import default_steps, signals_of
from mmviz.models.user_module.imputation import Imputation
from mmviz.models.user_module.model import Adapted, AdaptedConfig, digest
from mmviz.models.user_module.outputs import known_gives, looks_like_probabilities, within_one
from mmviz.models.user_module.trials import call_that_works, imputation_that_works, token_modalities

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.user_module.imputation import MaskedAs, Missing
    from mmviz.models.user_module.outputs import Gives


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


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mmviz.data.spec import Spec
    from mmviz.models.user_module.imputation import MaskedAs, Missing
    from mmviz.models.user_module.outputs import Gives

    Call = Callable[..., Any]

_MOST_PASSES = 100


def adapt(
    module: nn.Module,
    spec: Spec,
    *,
    missing: Missing,
    masks: bool = False,
    masked_as: MaskedAs = "",
    call: Call | None = None,
    gives: Gives = "",
    steps: int = 0,
    name: str = "",
) -> Adapted:
    """Wrap a trained module of your own, so that contributions, what-if and attributions can be asked of it.

    Parameters
    ----------
    module
        From ``{name: values}`` to answers (batch, outputs); values (batch, frame, feature) are float, as long as the spec says, zeros where
        nothing was recorded. For a regression (batch,) will do. It is copied, put into evaluation mode and onto the CPU.
    spec
        ``ds.spec`` of the data it was trained on.
    missing
        What the module receives in place of a missing modality: ``"zeros"``; ``"mean"``, the mean of the training data in every
        frame; or a callable ``(name, values, valid) -> frames`` that is given the modalities that are available (zeros and False
        elsewhere) and returns (batch, frame, feature), or a shape that broadcasts to it. A mapping from modality to one of these where
        they differ: a mean of token ids is no token. Take what the module was trained with: the contributions depend on it. There is
        no default for that reason.
    masks
        Also hand over ``{name: valid}``, (batch, frame) bool, as the second argument.
    masked_as
        Whether the mask of a missing modality is False throughout (``"absent"``: a module that honours masks never receives what is
        imputed, and has to cope with an empty sequence), or True throughout (``"present"``: it receives the imputed frames as if they
        had been recorded, as many as the spec has, whatever the length of a sample). Left out, zeros are absent, and the mean and what
        a callable returns are present.
    call
        How the module is asked, where it is not ``module(values)`` or ``module(values, valid)``: a callable that is given the module
        first. For example ``lambda net, x: net(x["text"], x["audio"])["logits"]``.
    gives
        Classification: ``"logits"`` or ``"probabilities"``, a column per class; of two classes also ``"logit"`` or ``"probability"``: one
        number per sample, (batch,) or (batch, 1), of the second class. Regression: ``"values"``. Left out, logits and values are assumed,
        and predictions that look like probabilities, or are single, are refused until you say which they are.
    steps
        Of the time axis on which answers to prefixes are recorded, from 1 to the frames of the longest signal. 0: as the models of
        :func:`~mmviz.models.build` choose, but at most 100 where lengths differ, as every step takes a pass. Each step is
        the same share of every signal's frames, none are averaged; a static modality is whole in every step.
    name
        What to call it; the name of its class when "".

    Returns
    -------
    Adapted
        A model for :func:`mmviz.train.as_run`. It has no states, influence, routing or transport, and no training: a Trace of it is without.

    Raises
    ------
    ConfigError
        The module cannot be copied, its weights are not finite, or, on two samples made of frames of the training data: it fails, returns
        another shape, answers differently when asked again or beside another sample, or fails or answers NaN for a subset of the
        modalities. The message names options under which the module works, where there are any: they were tried.

    Notes
    -----
    A modality that is available in part (a prefix, a window) has zeros in the other frames, as the data set stores a
    recording that is shorter; only one without any frame is missing. The predictions from prefixes take one pass per step. With timestamps a
    step is an interval of the longest recording's seconds and holds the frames that were recorded in it; the module is given the frames
    as they are, without their times. Modalities of token ids are recognised: whole numbers that the module looks up. They stay exact in a
    module of half precision.
    """
    if not isinstance(module, nn.Module):
        raise ConfigError(f"adapt: module is a {type(module).__name__}, expected a torch.nn.Module")
    if not hasattr(spec, "modalities"):
        raise ConfigError(f"adapt: spec is a {type(spec).__name__}, expected the .spec of a data set")
    if not isinstance(masks, bool):
        raise ConfigError(f"adapt: masks={masks!r:.80}, expected True or False")
    imputation = Imputation(spec, missing, masks=masks, masked_as=masked_as)
    if call is not None and not callable(call):
        raise ConfigError(f"adapt: call is a {type(call).__name__}, expected a callable that is given the module first")
    known = known_gives(spec.task)
    if not isinstance(gives, str) or gives not in ("", *known):
        kind = f"{spec.task.kind} with {len(spec.task.classes)} classes" if spec.task.classes else spec.task.kind
        raise ConfigError(f"adapt: gives={gives!r} does not belong to a {kind}; choose {' or '.join(known)}")
    lengths = {m.steps for m in signals_of(spec.modalities)}
    if type(steps) is not int or not 0 <= steps <= max(lengths):
        raise ConfigError(
            f"adapt: steps={steps!r}, expected an integer from 1 to {max(lengths)}, the frames of the longest signal, or 0 for the default"
        )
    steps = steps or default_steps(spec.modalities, most=_MOST_PASSES)
    check_weights(module)
    config = AdaptedConfig(
        steps=steps,
        align="pad" if lengths == {steps} and spec.duration_s is None else "bin",
        name=name or type(module).__name__,
        missing=imputation.name,
        masks=masks,
        masked_as=masked_as,
        gives=gives or known[0],
        weights=digest(module),
    )
    model = Adapted(module, spec, config, missing=imputation, call=call).eval().cpu()
    probe(model, unsure=not gives)
    return model
