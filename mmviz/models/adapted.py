"""Wrap a user's module, so that predictions for every subset of modalities can be recorded and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from mmviz.errors import ConfigError
from mmviz.models.adapted_missing import Imputation
from mmviz.models.adapted_model import Adapted, AdaptedConfig, digest
from mmviz.models.adapted_outputs import known_gives
from mmviz.models.adapted_probe import check_weights, probe
from mmviz.models.resolution import default_steps, signals_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mmviz.data.spec import Spec
    from mmviz.models.adapted_missing import MaskedAs, Missing
    from mmviz.models.adapted_outputs import Gives

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
