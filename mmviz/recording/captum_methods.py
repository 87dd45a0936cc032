"""Captum on any model: a forward function with its inputs, baselines and feature groups, and the attribution methods by name."""

from __future__ import annotations

import contextlib
import copy
import importlib
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import nn

from mmviz.core.errors import ConfigError, MissingDependencyError
from mmviz.core.options import one_of
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.samples import chosen_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Modality
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run

BASELINES = {"mean": "every feature at its mean over the training data", "zero": "every feature at 0"}
OUTPUTS = {"classification": ("probability", "logit"), "regression": ("value",)}
GROUPS = {
    "modality": "one group per modality",
    "frame": "one group per frame of each modality",
    "feature": "one group per feature of each modality, over all frames",
}
#: rows of one forward pass
_ROWS = 64


class Method(NamedTuple):
    """A class of captum.

    Attributes
    ----------
    name
        In ``captum.attr``.
    complete
        Whether its attributions sum to f(x) - f(x'), exactly or in the limit of many steps.
    gradient
        Whether it needs a gradient of the prediction.
    grouped
        Whether it replaces groups of features by the baseline.
    steps
        Name of captum's argument for ``steps``; "" where there is none.
    baselines
        Whether it takes a baseline.
    """

    name: str
    complete: bool
    gradient: bool = True
    grouped: bool = False
    steps: str = ""
    baselines: bool = True


METHODS = {
    "integrated gradients": Method("IntegratedGradients", True, steps="n_steps"),
    "saliency": Method("Saliency", False, baselines=False),
    "input x gradient": Method("InputXGradient", False, baselines=False),
    "deeplift": Method("DeepLift", True),
    "gradient shap": Method("GradientShap", True, steps="n_samples"),
    "occlusion": Method("Occlusion", False, gradient=False),
    "feature ablation": Method("FeatureAblation", False, gradient=False, grouped=True),
    "kernel shap": Method("KernelShap", True, gradient=False, grouped=True, steps="n_samples"),
    "shapley value sampling": Method("ShapleyValueSampling", True, gradient=False, grouped=True, steps="n_samples"),
}


class CaptumForward(nn.Module):
    """A model as captum expects it: ``forward(*values, row) -> (rows, outputs)``, with what ``attribute`` takes.

    Attributes
    ----------
    inputs
        One tensor (sample, frame, feature) per modality; padding holds the baseline.
    baselines
        x' of the same shapes.
    row
        (sample,) int64: the sample of each row; captum's ``additional_forward_args``. Masks and times are looked up by it.
    target
        (sample,) int64: class that is explained; None for a regression.
    valid
        Masks (sample, frame) of each modality.
    names
        Of the modalities, in the order of ``inputs``.
    """

    def __init__(self, model: FusionModel, batch: Batch, baseline: str, output: str) -> None:
        super().__init__()
        self.model, self.batch, self.output = model, batch, output
        self.names = model.spec.names
        self.baselines = tuple(baseline_of(m, batch.values[m.name], baseline) for m in model.spec.modalities)
        self.valid = tuple(batch.valid[name] for name in self.names)
        self.inputs = tuple(
            torch.where(batch.valid[name][..., None], batch.values[name], base)  # padding is not part of the sample
            for name, base in zip(self.names, self.baselines, strict=True)
        )
        self.row = torch.arange(len(batch))
        classifies = model.spec.task.kind == "classification"
        self.target = batch.required_target.long() if classifies else None

    def forward(self, *given: Tensor) -> Tensor:
        """Return probabilities, logits or values (rows, outputs) of the values of every modality and the row numbers."""
        *values, row = given
        frames = dict(zip(self.names, values, strict=True))
        output: Tensor = self.model(replace(self.batch.samples(row), values=frames))
        return output.softmax(-1) if self.output == "probability" else output

    @property
    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of ``attribute`` of any captum class: inputs, target (0 for a regression), additional_forward_args."""
        target = 0 if self.target is None else self.target
        return {"inputs": self.inputs, "target": target, "additional_forward_args": (self.row,)}

    def feature_mask(self, groups: str = "modality") -> tuple[Tensor, ...]:
        """Return the group number of every input value, captum's ``feature_mask``: by ``modality``, ``frame`` or ``feature``.

        Raises
        ------
        ConfigError
            For other groups.
        """
        one_of(groups, GROUPS, "feature_mask: groups")
        out, first = [], 0
        for x in self.inputs:
            _, frames, features = x.shape
            number = {
                "modality": torch.zeros(1, frames, features, dtype=torch.long),
                "frame": torch.arange(frames)[None, :, None].expand(1, frames, features),
                "feature": torch.arange(features).expand(1, frames, features),
            }[groups]
            out.append(number + first)
            first += int(number.max()) + 1 if number.numel() else 0
        return tuple(out)

    def check_gradient(self) -> None:
        """Raise ConfigError where the prediction has no gradient."""
        with torch.enable_grad():
            given = (x[:1].clone().requires_grad_() for x in self.inputs)
            if not self(*given, self.row[:1]).requires_grad:
                raise ConfigError(
                    "record_attribution: the prediction has no gradient with respect to the inputs; remove torch.no_grad() and detach() from the module"
                )


def captum_forward(
    run: Run,
    split: Split,
    *,
    samples: int | Sequence[int] | np.ndarray = 6,
    baseline: str = "mean",
    output: str | None = None,
) -> CaptumForward:
    """Return a run's model at the best epoch with its inputs, as captum's classes take them.

    Parameters
    ----------
    run
        A training, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    samples
        How many samples (spread evenly over the sorted targets), or their positions.
    baseline
        ``mean`` of the training data per feature, or ``zero``.
    output
        ``probability`` (default) or ``logit``; ``value`` for a regression.

    Returns
    -------
    CaptumForward
        An ``nn.Module`` in evaluation mode, with a copy of the model. The target is the true class, without labels the predicted one.

    Raises
    ------
    ConfigError
        Unknown samples, baseline or output, or a modality of token ids, which have no gradient.

    Examples
    --------
    >>> f = mm.recording.captum_forward(run, ds["test"])  # doctest: +SKIP
    >>> captum.attr.Saliency(f).attribute(**f.arguments)  # doctest: +SKIP
    >>> captum.attr.IntegratedGradients(f).attribute(baselines=f.baselines, **f.arguments)  # doctest: +SKIP
    >>> captum.attr.ShapleyValues(f).attribute(baselines=f.baselines, feature_mask=f.feature_mask(), **f.arguments)  # doctest: +SKIP
    """
    output = checked_options(run, "captum_forward", baseline, output)
    matching = matched(run.model.spec, split, "captum_forward")
    rows = chosen_samples(split, samples)
    with run.at_epoch(run.best_epoch) as model:
        return explained_forward(copy.deepcopy(model).eval(), batch_of(split, rows, matching), baseline, output)


def explained_forward(model: FusionModel, batch: Batch, baseline: str, output: str) -> CaptumForward:
    """Return a model with samples as captum takes them; without labels the predicted class is explained."""
    batch = batch.ordered(model.spec.names)
    if batch.target is None and model.spec.task.kind == "classification":
        with torch.no_grad():
            batch = replace(batch, target=model(batch).argmax(-1))
    return CaptumForward(model, batch, baseline, output)


def checked_options(run: Run, place: str, baseline: str, output: str | None) -> str:
    """Return the output that is explained; ConfigError where an option is unknown or a modality holds token ids."""
    task = run.model.spec.task.kind
    output = OUTPUTS[task][0] if output is None else output
    if output not in OUTPUTS[task]:
        raise ConfigError(
            f"{place}: output={output!r} does not belong to a {task}; choose one of {', '.join(OUTPUTS[task])}"
        )
    one_of(baseline, BASELINES, f"{place}: baseline")
    tokens = run.model.config.tokens if isinstance(run.model, Adapted) else ()
    if tokens:
        raise ConfigError(
            f"{place}: modality {tokens[0]!r} holds token ids, which have no gradient; use record_windows, or wrap the module "
            "behind its embedding"
        )
    return output


def attributed(forward: CaptumForward, method: str, *, steps: int, groups: str, seed: int) -> tuple[Tensor, ...]:
    """Return the attribution of every input value of one sample by a method of :data:`METHODS`.

    The value of a group of features is divided equally among the recorded values of the group, so that sums over them are captum's.
    """
    about = METHODS[method]
    explain = _captum_class(about.name)
    options: dict[str, Any] = dict(forward.arguments)
    if about.baselines:
        options["baselines"] = forward.baselines
    if about.steps:
        options[about.steps] = steps
    if method == "integrated gradients":
        options["internal_batch_size"] = _ROWS
    if method == "occlusion":
        options["sliding_window_shapes"] = tuple((1, x.shape[2]) for x in forward.inputs)
    mask = forward.feature_mask(groups) if about.grouped else ()
    if mask:
        options["feature_mask"] = mask
    if about.gradient:
        forward.check_gradient()
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter(
            "ignore"
        )  # captum warns of hooks that it removes, and of inputs that it makes require a gradient
        stack.enter_context(torch.enable_grad() if about.gradient else torch.no_grad())
        torch.manual_seed(seed)
        before = np.random.get_state()  # noqa: NPY002 - captum draws from the global generator
        np.random.seed(seed)  # noqa: NPY002
        stack.callback(np.random.set_state, before)
        found = explain(forward).attribute(**options)
    if not mask:
        pairs = zip(found, forward.valid, strict=True)
        return tuple(torch.where(valid[..., None], part.detach(), 0.0) for part, valid in pairs)
    return tuple(_shared(part, number, valid) for part, number, valid in zip(found, mask, forward.valid, strict=True))


def _shared(part: Tensor, number: Tensor, valid: Tensor) -> Tensor:
    """Return the value of each group divided among its recorded values."""
    there = valid[..., None].expand_as(part)
    number = (number - number.min()).expand_as(part)
    count = torch.zeros(int(number.max()) + 1).index_add(0, number[there], torch.ones(int(there.sum())))
    return torch.where(there, part / count[number].clamp(min=1), 0.0)


def baseline_of(modality: Modality, values: Tensor, kind: str) -> Tensor:
    """Return x' of a modality in the shape of its values."""
    if kind == "zero":
        return torch.zeros_like(values)
    return torch.as_tensor(np.array(modality.mean), dtype=values.dtype).expand_as(values).clone()


def _captum_class(name: str) -> Any:
    try:
        attr = importlib.import_module("captum.attr")
    except ImportError as error:
        raise MissingDependencyError(
            "record_attribution: captum is not installed; install the extra 'explain': pip install 'mmviz[explain]'"
        ) from error
    return getattr(attr, name)
