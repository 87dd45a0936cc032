"""Wrap a user's ``nn.Module``: options, and the checks run on the module before it is wrapped."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of, whole
from mmviz.models.encoder import default_steps, time_varying
from mmviz.models.parameter_names import named_parameters
from mmviz.models.user_module.imputation import Imputation
from mmviz.models.user_module.model import Adapted, AdaptedConfig, digest
from mmviz.models.user_module.outputs import looks_like_probabilities, output_kinds, within_one
from mmviz.models.user_module.probe import probe_batch
from mmviz.models.user_module.scan_sites import scan_sites
from mmviz.models.user_module.trials import call_that_works, imputation_that_works, token_modalities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch
    from mmviz.models.user_module.imputation import MaskedAs, Missing
    from mmviz.models.user_module.outputs import OutputKind
    from mmviz.models.user_module.scan_sites import Scans

    Call = Callable[..., Any]


_TOLERANCE = 1e-4  # relative
#: up to this number of modalities all subsets are tried; above it, single modalities, none, and all but one
_ALL_SUBSETS = 6


def check_weights(module: nn.Module) -> None:
    """Raise ConfigError, with the name of the weight, if a weight has no values or values that are not finite."""
    for key, weight in (*module.named_parameters(), *module.named_buffers()):
        if is_lazy(weight):
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} has no shape yet; call the module once on a batch, then adapt it"
            )
        if weight.is_meta:
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} is on device 'meta' and has no values; load the weights first"
            )
    for key, weight in module.named_parameters():
        bad = int((~torch.isfinite(weight)).sum())
        if bad:
            raise ConfigError(
                f"adapt: {key} of {type(module).__name__} has {bad} values that are not finite; the training diverged, use an "
                "earlier checkpoint"
            )


@torch.no_grad()
def check_module(model: Adapted, *, ambiguous: bool) -> None:
    """Check the predictions of a module for two samples and every subset of their modalities; set ``tokens`` in its config.

    Parameters
    ----------
    model
        In evaluation mode.
    ambiguous
        Whether ``output_kind`` was left out: then predictions that look like probabilities are refused.

    Raises
    ------
    ConfigError
        See :func:`mmviz.models.adapt`.
    """
    name, batch = model.config.name, probe_batch(model.spec)
    with torch.random.fork_rng(devices=[]):
        model.config = replace(model.config, tokens=token_modalities(model, batch))
        both = _predictions(model, batch, "two samples")
        again = _predictions(model, batch, "two samples")
        if not _equal(both, again):
            raise ConfigError(
                f"adapt: {name} is not deterministic: its predictions for the same input differ (by up to {_difference(both, again):.2g}); "
                "turn off dropout that ignores eval(), and state that is kept between passes"
            )
        single = torch.cat([_predictions(model, batch.sample(i), "one sample") for i in range(2)])
        if not _equal(both, single):
            raise ConfigError(
                f"adapt: the prediction of {name} for a sample depends on the other samples of the batch (by up to "
                f"{_difference(both, single):.2g}); remove normalisation over the batch"
            )
        _refuse_mean_of_tokens(model)
        _check_subsets(model, batch)
    if ambiguous and model.spec.task.kind == "classification":
        _refuse_ambiguous(model, both)


def _refuse_mean_of_tokens(model: Adapted) -> None:
    tokens = model.config.tokens
    for name in tokens:
        if model.missing.rules[name] == "mean":
            mean = float(model.spec.modality(name).mean[0])
            rules = {m: "zeros" if m in tokens else rule for m, rule in model.missing.rules.items()}
            shown = ", ".join(f"{m!r}: {r!r}" if isinstance(r, str) else f"{m!r}: ..." for m, r in rules.items())
            raise ConfigError(
                f"adapt: modality {name!r} contains token ids, which {model.config.name} looks up, and missing='mean' would insert the id "
                f"{mean:.4g}, which is not a token; give missing={{{shown}}} if 0 is the padding id, or a callable that returns an id"
            )


def _check_subsets(model: Adapted, batch: Batch) -> None:
    """Raise ConfigError if the module fails or predicts NaN for a subset of modalities; with options that work, if any."""
    subsets = list(_subsets(len(batch.names)))
    parts = [batch.masked(row.expand(2, -1)) for row in subsets]
    for row, part in zip(subsets, parts, strict=True):
        names = [n for n, there in zip(batch.names, row.tolist(), strict=True) if there]
        available = f"{' + '.join(names)} only" if names else "no modality"
        try:
            prediction = _predictions(model, part, f"two samples with {available}")
        except ConfigError as error:
            if isinstance(error.__cause__, ConfigError):  # the module ran, and its output cannot be read
                raise
            raise ConfigError(f"{error}{_remedy(model, parts)}") from error
        if not bool(torch.isfinite(prediction).all()):
            raise ConfigError(
                f"adapt: {model.config.name} predicts NaN or infinity with {available} and missing={model.config.missing!r} for the "
                f"others; Shapley values need these predictions{_remedy(model, parts)}"
            )


def _remedy(model: Adapted, parts: list[Batch]) -> str:
    works = imputation_that_works(model, parts)
    if works:
        return f"; adapt(..., {works}) works"
    empty = "let call= handle a modality whose mask is all False, or " if model.config.masks else ""
    return f"; {empty}choose another missing=, such as a callable that returns frames which the module can process"


def _subsets(count: int) -> torch.Tensor:
    """Return the subsets to try: single modalities, the empty set, then the others."""
    single, none = torch.eye(count, dtype=torch.bool), torch.zeros(1, count, dtype=torch.bool)
    if count > _ALL_SUBSETS:
        return torch.cat([single, none, ~single])
    rest = torch.cartesian_prod(*[torch.tensor([False, True])] * count).reshape(-1, count)
    size = rest.sum(1)
    return torch.cat([single, none, rest[(size > 1) & (size < count)]])


def _refuse_ambiguous(model: Adapted, both: Tensor) -> None:
    name = model.config.name
    if looks_like_probabilities(both):
        raise ConfigError(
            f"adapt: the outputs of {name} are from 0 to 1 and sum to 1; give output_kind='probabilities', or output_kind='logits' if they "
            "are logits"
        )
    if within_one(both) and any(isinstance(part, torch.nn.Sigmoid) for part in model.module.modules()):
        raise ConfigError(
            f"adapt: the outputs of {name} are from 0 to 1 and it has a Sigmoid; give output_kind='logits' if their softmax gives the "
            "probabilities. If they are sigmoids, one for each class: let call= divide them by their sum, as p / p.sum(1, keepdim=True), and "
            "give output_kind='probabilities'"
        )


def _predictions(model: Adapted, batch: Batch, samples: str) -> Float[Tensor, "batch output"]:
    try:
        return model(batch)
    except KeyError as error:
        how = call_that_works(model, batch)
        raise ConfigError(
            f"adapt: {model.config.name} needs the modality {error}, which is not in the spec; its input has "
            f"{', '.join(map(repr, batch.names))}. Rename them with call=, for example call=lambda net, x: net({{{error}: "
            f"x[{batch.names[0]!r}], ...}}){';' + how if how else ''}"
        ) from error
    except ConfigError as error:
        raise ConfigError(f"adapt: for {samples}: {error}") from error
    except Exception as error:
        shapes = ", ".join(f"{n} {tuple(x.shape)}" for n, x in batch.values.items())
        how = (
            call_that_works(model, batch)
            or " give call=, a function that calls it, such as call=lambda net, x: net(x[...])"
        )
        raise ConfigError(
            f"adapt: {model.config.name} fails for {samples}, a dict of {shapes}: {type(error).__name__}: {error};{how}"
        ) from error


def _equal(a: Tensor, b: Tensor) -> bool:
    finite = torch.isfinite(a) & torch.isfinite(b)
    scale = a[finite].abs().max().clamp(min=1.0) if bool(finite.any()) else 1.0
    equal = (a - b).abs()[finite] <= _TOLERANCE * scale
    return bool((torch.isfinite(a) == torch.isfinite(b)).all()) and bool(equal.all())


def _difference(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().nan_to_num(nan=float("inf")).max())


_MOST_PASSES = 100


def adapt(
    module: nn.Module,
    spec: Spec,
    *,
    missing: Missing,
    masks: bool = False,
    masked_as: MaskedAs = "",
    call: Call | None = None,
    output_kind: OutputKind = "",
    steps: int = 0,
    name: str = "",
    parameters: Mapping[str, Sequence[str]] | None = None,
    scans: Scans = None,
) -> Adapted:
    """Return a user's ``nn.Module`` as a fusion model: to train, and for Shapley values, what-if predictions, attributions and, with ``scans``, hidden states.

    Parameters
    ----------
    module
        From ``{name: values}`` to outputs (batch, output); values (batch, frame, feature) are float, as long as in the spec, zeros where
        nothing was recorded. For a regression (batch,) is accepted. It is copied, put into evaluation mode and moved to the CPU.
        :func:`mmviz.train.fit` trains it in training mode, without the submodules that are in evaluation mode in a module in training mode
        (a frozen backbone with batch normalisation).
    spec
        ``ds.spec`` of the data it was, or will be, trained on.
    missing
        Imputation of a missing modality: ``"zeros"``; ``"mean"``, the mean of the training data in every
        frame; or a callable ``(name, values, valid) -> frames`` that receives the available modalities (zeros and False
        elsewhere) and returns (batch, frame, feature), or a shape that broadcasts to it. A mapping from modality to one of these if
        they differ: the mean of token ids is not a token. Use the imputation of the module's training: the Shapley values depend on
        it, and therefore it has no default.
    masks
        Also pass ``{name: valid}``, (batch, frame) bool, as the second argument.
    masked_as
        Mask of a missing modality: False in every frame (``"absent"``: a module that uses masks ignores the imputed frames,
        and must handle an empty sequence), or True in every frame of the spec (``"present"``: it receives the imputed frames as if they
        had been recorded). Default: absent for zeros, present for the mean and for a callable.
    call
        A callable that is given the module first, if the call is not ``module(values)`` or ``module(values, valid)``.
        For example ``lambda net, x: net(x["text"], x["audio"])["logits"]``.
    output_kind
        Classification: ``"logits"`` or ``"probabilities"``, a column per class; for two classes also ``"logit"`` or ``"probability"``: one
        number per sample, (batch,) or (batch, 1), of the second class. Regression: ``"values"``. Default: logits or values;
        outputs that look like probabilities, or are single, are refused without ``output_kind``.
    steps
        Length of the time axis for predictions from prefixes, from 1 to the frames of the longest signal. 0: as in
        :func:`~mmviz.models.build`, but at most 100 if lengths differ, as every step takes a pass. Each step is
        the same fraction of every signal's frames, without averaging; every step contains a static modality as a whole.
    name
        Name of the model; the name of its class if "".
    parameters
        Modality to names of parameters, or of submodules, that only this modality uses, such as ``{"audio": ["encoders.audio"]}``. Training
        strategies that treat modalities separately (OGM-GE, alternating updates) need them. Where a modality is left out, all that are not named are found from one pass: a
        parameter is specific to a modality if it is combined with data of this modality only.
    scans
        State space scans of the module whose states are recorded, see :func:`mmviz.models.capture`. None: none. ``"auto"``: all that one pass calls,
        each assigned to the modality that alone changes its inputs (measured by exchanging one modality, then single frames, between two samples). A
        mapping from a modality, or another name, to a site such as ``"encoders.0.mixer"``, to a list of sites in the order of their layers, or to
        ``{"site": ..., "modalities": [...], "frames": [...]}``: the modality of each stream, and the last frame that each scan step contains
        (-1: none), where they cannot be measured.

    Returns
    -------
    Adapted
        A model for :func:`mmviz.train.fit`, or, trained already, for :func:`mmviz.train.as_run`. Its Trace has no routing or transport, and without ``scans``
        no states or influence.

    Raises
    ------
    ConfigError
        A site that the module does not call, or a scan that the operator does not reproduce (ScanDiffersError).
        The module cannot be copied, its weights are not finite, or, on two samples made of frames of the training data: it fails, returns
        another shape, is not deterministic, depends on the other samples of the batch, or fails or predicts NaN for a subset of the
        modalities. The message names options with which the module was run successfully, if any.

    Notes
    -----
    A modality that is available in part (a prefix, a window) has zeros in the other frames, like a shorter recording in
    the data set; only a modality without any frame is missing. Predictions from prefixes take one pass per step. With timestamps a
    step is an interval of the longest recording in seconds and contains the frames that were recorded in it; the module receives the
    frames without their times. Modalities of token ids are detected (integers that the module looks up) and stay exact in a
    module of half precision.

    Scan steps correspond to frames by position where the lengths are equal or one divides the other, or with a constant number of steps before the
    first frame (class tokens), if single changed frames confirm it; otherwise it is unknown, and ``/states`` leaves the scan out.

    Warns
    -----
    UserWarning
        With ``scans="auto"``, where no scan was captured.
    """
    if not isinstance(module, nn.Module):
        raise ConfigError(f"adapt: module is a {type(module).__name__}, expected a torch.nn.Module")
    if not hasattr(spec, "modalities"):
        raise ConfigError(f"adapt: spec is a {type(spec).__name__}, expected the .spec of a data set")
    one_of(masks, (True, False), "adapt: masks")
    imputation = Imputation(spec, missing, masks=masks, masked_as=masked_as)
    if call is not None and not callable(call):
        raise ConfigError(f"adapt: call is a {type(call).__name__}, expected a callable that is given the module first")
    kinds = output_kinds(spec.task)
    if not isinstance(output_kind, str) or output_kind not in ("", *kinds):
        task = f"{spec.task.kind} with {len(spec.task.classes)} classes" if spec.task.classes else spec.task.kind
        raise ConfigError(f"adapt: output_kind={output_kind!r} is not valid for a {task}; choose {' or '.join(kinds)}")
    lengths = {m.steps for m in time_varying(spec.modalities)}
    steps = whole(
        steps, "adapt: steps (0: default; at most the frames of the longest signal)", low=0, high=max(lengths)
    )
    steps = steps or default_steps(spec.modalities, most=_MOST_PASSES)
    check_weights(module)
    named_parameters(module, parameters or {}, spec.names, "adapt: parameters")
    config = AdaptedConfig(
        steps=steps,
        align="pad" if lengths == {steps} and spec.duration_s is None else "bin",
        name=name or type(module).__name__,
        missing=imputation.name,
        masks=masks,
        masked_as=masked_as,
        output_kind=output_kind or kinds[0],
        weights=digest(module),
        parameters=tuple((modality, tuple(names)) for modality, names in (parameters or {}).items()),
    )
    model = Adapted(module, spec, config, missing=imputation, call=call).eval().cpu()
    check_module(model, ambiguous=not output_kind)
    if scans is not None:
        found = scan_sites(model, probe_batch(spec), scans)
        if not found.sites:
            warnings.warn(f"adapt: {found.notes[0]}", UserWarning, stacklevel=2)
        model.with_scans(found)
    return model
