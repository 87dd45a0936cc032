"""Attributions of the prediction by captum, per frame and feature of every modality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.options import one_of, takes, whole
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.recording.captum_methods import (
    BASELINES,
    GROUPS,
    METHODS,
    CaptumForward,
    attributed,
    checked_options,
    explained_forward,
)
from mmviz.recording.samples import array, chosen_samples, provenance, recorded_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

_MEANING = {
    "probability": "probability of the true class",
    "logit": "logit of the true class",
    "value": "the predicted value",
}


@takes(run="run")
def record_attribution(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray = 6,
    baseline: str = "mean",
    output: str | None = None,
    steps: int = 64,
    method: str = "integrated gradients",
    groups: str = "modality",
    seed: int = 0,
) -> xr.DataTree:
    r"""Return the attribution of the prediction at the best epoch by a method of captum, per frame and feature of every modality.

    Integrated gradients: a = (x - x') · ∫ ∂f(x' + α(x - x')) / ∂x dα over α from 0 to 1, by Gauss-Legendre quadrature. Completeness:
    Σ a = f(x) - f(x'), up to the error of the quadrature and of operations without a gradient. The gap is recorded for every method.

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
        Points of the quadrature, ≥ 1: the same number of forward and backward passes per sample. Of ``gradient shap`` and ``kernel shap`` the
        number of samples, of ``shapley value sampling`` of orders.
    method
        ``integrated gradients``, ``saliency``, ``input x gradient``, ``deeplift``, ``gradient shap``, ``occlusion`` (a frame of a modality at a time),
        ``feature ablation``, ``kernel shap`` or ``shapley value sampling``, each captum's class of that name with its default options.
        ``deeplift`` replaces the gradient of activation modules only (``nn.ReLU``, ...): where a model calls functions it is
        gradient x (x - x'), and the gap shows it. Any other class of captum: :func:`mmviz.recording.captum_forward`.
    groups
        Features that ``feature ablation``, ``kernel shap`` and ``shapley value sampling`` replace together: ``modality``, ``frame`` or ``feature``. The
        value of a group is divided equally among its recorded values.
    seed
        Of the methods that draw random numbers.

    Returns
    -------
    xr.DataTree
        ``/samples``: ``prediction`` f(x), ``baseline_prediction`` f(x'), ``gap`` = Σ a - (f(x) - f(x')), ``target``, ``sample_id``, all
        (recorded_sample). ``/features/NAME`` for each modality: ``attribution`` (recorded_sample, frame, feature) in the units of f, exactly 0
        where ``valid`` (recorded_sample, frame) is False. Read it with :func:`mmviz.analysis.attribution`.

    Raises
    ------
    ConfigError
        Unknown baseline, output, method or groups, ``steps`` below 1, token ids, or a prediction without a gradient.
    MissingDependencyError
        If captum (extra ``explain``) is not installed.

    References
    ----------
    .. [1] M. Sundararajan, A. Taly, Q. Yan, Axiomatic attribution for deep networks, 2017 (equations 1 and 3).
    """
    output = checked_options(run, "record_attribution", baseline, output)
    one_of(method, METHODS, "record_attribution: method")
    one_of(groups, GROUPS, "record_attribution: groups")
    steps = whole(steps, "record_attribution: steps", low=1)
    seed = whole(seed, "record_attribution: seed", low=0)
    matching = matched(run.model.spec, split, "record_attribution")
    labelled = split.target is not None
    rows = chosen_samples(split, recorded_samples)
    found: list[tuple[list[np.ndarray], float, float]] = []
    with run.at_epoch(run.best_epoch) as model:
        for row in rows:
            forward = explained_forward(model, batch_of(split, [row], matching), baseline, output)
            each = attributed(forward, method, steps=steps, groups=groups, seed=seed)
            found.append(([array(part)[0] for part in each], *_ends(forward)))
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
    parts_of = {"/samples": samples}
    for i, modality in enumerate(matching.spec.modalities):
        parts = matching.features(modality.name, np.stack([values[i] for values, _, _ in found]))
        parts_of[f"/features/{modality.name}"] = xr.Dataset(
            {
                "attribution": (("recorded_sample", "frame", "feature"), parts),
                "valid": (("recorded_sample", "frame"), matching.recorded(split, modality.name, rows)[1]),
            },
            coords={"recorded_sample": rows, "feature": list(modality.channels)},
        )
    tree = xr.DataTree.from_dict(parts_of)
    tree.attrs = provenance(run, split, matching.spec) | {
        "index": method,
        "complete": METHODS[method].complete,
        "value": output,
        "units": _MEANING[output]
        if labelled
        else _MEANING[output].replace("true class", "predicted class (no labels)"),
        "baseline": baseline,
        "baseline_meaning": BASELINES[baseline],
        "steps": steps,
        "groups": groups if METHODS[method].grouped else "",
        "attribution_seed": seed,
    }
    return tree


@torch.no_grad()
def _ends(forward: CaptumForward) -> tuple[float, float]:
    """Return the explained output for the sample and for the baseline."""
    column = 0 if forward.target is None else int(forward.target[0])
    value, base = (float(forward(*point, forward.row)[0, column]) for point in (forward.inputs, forward.baselines))
    return value, base
