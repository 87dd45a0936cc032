"""Integrated gradients of the prediction, per frame and feature of every modality."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError, MissingDependencyError
from mmviz.core.options import one_of, takes, whole
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.samples import array, chosen_samples, provenance, recorded_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from captum.attr import IntegratedGradients
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Modality
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run

BASELINES = {"mean": "every feature at its mean over the training data", "zero": "every feature at 0"}
OUTPUTS = {"classification": ("probability", "logit"), "regression": ("value",)}
_MEANING = {
    "probability": "probability of the true class",
    "logit": "logit of the true class",
    "value": "the predicted value",
}
_ROWS = 64


@takes(run="run")
def record_attribution(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray = 6,
    baseline: str = "mean",
    output: str | None = None,
    steps: int = 64,
) -> xr.DataTree:
    r"""Return integrated gradients of the prediction at the best epoch, per frame and feature of every modality.

    a = (x - x') · ∫ ∂f(x' + α(x - x')) / ∂x dα over α from 0 to 1, by Gauss-Legendre quadrature. Completeness:
    Σ a = f(x) - f(x'), up to the error of the quadrature and of operations without a gradient. The gap is recorded.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    recorded_samples
        How many samples (spread evenly over the sorted targets), or their positions.
    baseline
        x': ``mean`` of the training data per feature, or ``zero``. Absent frames stay absent in x'.
    output
        f: ``probability`` (default) or ``logit`` of the true class, without labels of the predicted class; ``value`` for a regression.
    steps
        Points of the quadrature, ≥ 1: the same number of forward and backward passes per sample.

    Returns
    -------
    xr.DataTree
        ``/samples``: ``prediction`` f(x), ``baseline_prediction`` f(x'), ``gap`` = Σ a - (f(x) - f(x')), ``target``, ``sample_id``, all
        (recorded_sample). ``/features/NAME`` for each modality: ``attribution`` (recorded_sample, frame, feature) in the units of f, exactly 0
        where ``valid`` (recorded_sample, frame) is False. Read it with :func:`mmviz.analysis.attribution`.

    Raises
    ------
    ConfigError
        Unknown baseline or output, ``steps`` below 1, or a prediction without a gradient.
    MissingDependencyError
        If captum (extra ``explain``) is not installed.

    References
    ----------
    .. [1] M. Sundararajan, A. Taly, Q. Yan, Axiomatic attribution for deep networks, 2017 (equations 1 and 3).
    """
    task = run.model.spec.task.kind
    output = OUTPUTS[task][0] if output is None else output
    if output not in OUTPUTS[task]:
        raise ConfigError(
            f"record_attribution: output={output!r} does not belong to a {task}; choose one of {', '.join(OUTPUTS[task])}"
        )
    one_of(baseline, BASELINES, "record_attribution: baseline")
    steps = whole(steps, "record_attribution: steps", low=1)
    spec = run.model.spec
    matching = matched(spec, split, "record_attribution")
    labelled = split.target is not None
    tokens = run.model.config.tokens if isinstance(run.model, Adapted) else ()
    if tokens:
        raise ConfigError(
            f"record_attribution: modality {tokens[0]!r} holds token ids, which have no gradient; use record_windows, or wrap the module "
            "behind its embedding"
        )
    explain, rows = _captum(), chosen_samples(split, recorded_samples)
    found: list[tuple[list[np.ndarray], float, float]] = []
    with run.at_epoch(run.best_epoch) as model:
        for row in rows:
            batch = batch_of(split, [row], matching).ordered(spec.names)
            if batch.target is None and task == "classification":
                with torch.no_grad():
                    batch = replace(batch, target=model(batch).argmax(-1))
            found.append(_of_sample(explain, model, batch, baseline, output, steps))
    outputs = np.array([[value, base] for _, value, base in found])
    total = np.array([sum(part.sum(dtype=np.float64) for part in parts) for parts, _, _ in found])
    samples = xr.Dataset(
        {
            "prediction": ("recorded_sample", outputs[:, 0]),
            "baseline_prediction": ("recorded_sample", outputs[:, 1]),
            "gap": ("recorded_sample", total - (outputs[:, 0] - outputs[:, 1])),
            "target": ("recorded_sample", recorded_target(split)[rows]),
            "sample_id": ("recorded_sample", np.asarray(split.ids, dtype=str)[rows]),
        },
        coords={"recorded_sample": rows},
    )
    groups = {"/samples": samples}
    for i, modality in enumerate(matching.spec.modalities):
        parts = matching.features(modality.name, np.stack([each[i] for each, _, _ in found]))
        groups[f"/features/{modality.name}"] = xr.Dataset(
            {
                "attribution": (("recorded_sample", "frame", "feature"), parts),
                "valid": (("recorded_sample", "frame"), matching.recorded(split, modality.name, rows)[1]),
            },
            coords={"recorded_sample": rows, "feature": list(modality.channels)},
        )
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = provenance(run, split, matching.spec) | {
        "index": "integrated gradients",
        "value": output,
        "units": _MEANING[output]
        if labelled
        else _MEANING[output].replace("true class", "predicted class (no labels)"),
        "baseline": baseline,
        "baseline_meaning": BASELINES[baseline],
        "steps": steps,
    }
    return tree


def _captum() -> type[IntegratedGradients]:
    try:
        from captum.attr import IntegratedGradients
    except ImportError as error:
        raise MissingDependencyError(
            "record_attribution: captum is not installed; install the extra 'explain': pip install 'mmviz[explain]'"
        ) from error
    return IntegratedGradients


def _of_sample(
    explain: type[IntegratedGradients], model: FusionModel, batch: Batch, baseline: str, output: str, steps: int
) -> tuple[list[np.ndarray], float, float]:
    """Return the attribution of each modality, (frame, feature), and the outputs for the sample and for the baseline."""
    names = model.spec.names
    bases = [_baseline(m, batch.values[m.name], baseline) for m in model.spec.modalities]
    inputs = tuple(
        torch.where(batch.valid[name][..., None], batch.values[name], base)  # padding is not part of the sample
        for name, base in zip(names, bases, strict=True)
    )

    def explained(*given: Tensor) -> Tensor:
        values, valid = given[: len(names)], given[len(names) :]
        frames, real = dict(zip(names, values, strict=True)), dict(zip(names, valid, strict=True))
        logits = model(replace(batch.repeated(len(values[0])), values=frames, valid=real))
        if output == "value":
            return logits[:, 0]
        return (logits.softmax(-1) if output == "probability" else logits)[:, int(batch.required_target[0])]

    valid = tuple(batch.valid[name] for name in names)
    with torch.enable_grad():
        if not explained(*(x.clone().requires_grad_() for x in inputs), *valid).requires_grad:
            raise ConfigError(
                "record_attribution: the prediction has no gradient with respect to the inputs; remove torch.no_grad() and detach() from the module"
            )
        parts = explain(explained).attribute(
            inputs, tuple(bases), additional_forward_args=valid, n_steps=steps, internal_batch_size=_ROWS
        )
    with torch.no_grad():
        both = [float(explained(*point, *valid)) for point in (inputs, tuple(bases))]
    return [array(part)[0] for part in parts], both[0], both[1]


def _baseline(modality: Modality, values: Tensor, kind: str) -> Tensor:
    if kind == "zero":
        return torch.zeros_like(values)
    return torch.as_tensor(np.array(modality.mean), dtype=values.dtype).expand_as(values).clone()
