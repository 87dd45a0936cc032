"""EMAP: what a model loses when its outputs are replaced by the nearest function that is additive in the modalities."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.special import softmax

from mmviz.analysis.game import ValueFunction, game_attributes, is_labelled, value_function, value_functions
from mmviz.analysis.per_run import per_run
from mmviz.analysis.product_grid import measured_target, product_grid
from mmviz.core.errors import ConfigError
from mmviz.core.intervals import group_count
from mmviz.core.jackknife import jackknife_interval
from mmviz.core.options import takes
from mmviz.metrics.additive import interaction_share, paired, paired_additive

STATISTICS = ("mean", "low", "high")
LIMITS = (
    "An equal accuracy does not mean that there is no interaction: AND is not additive, and its projection has the same accuracy; read the share of "
    "interaction too. Most combinations of the grid never occur in the data, and the model was not trained on them. What the model does not use, the data may hold."
)


@takes(trace="trace")
@per_run
def emap(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the score of a model, that of its additive projection (EMAP), their difference, and the share of interaction in its outputs.

    Parameters
    ----------
    trace
        With the group ``/product_grid``, see :func:`mmviz.recording.record_product_grid`.
    value
        One value function, as in :func:`mmviz.analysis.shapley`; None: all of the task that apply.

    Returns
    -------
    xr.Dataset
        Over ``value`` and ``statistic`` (mean, low, high): ``full``, ``additive`` (mean score of the model and of its projection), ``gap`` = full -
        additive. ``interaction_share`` (statistic): share of the variance of the outputs over all combinations that is not additive, from 0 to 1.
        Per sample: ``output_of_model``, ``projected`` (measured_sample, output): logits with a mean of 0 over the classes, or values. ``interval`` (value),
        text. Attributes ``limits``, ``n_samples``, ``n_groups``.

    Raises
    ------
    DataError
        If the Trace holds no product grid, or an output that is not finite.
    ConfigError
        If the value function does not belong to the task.

    Notes
    -----
    The projection is that of the logits. Accuracy: classes whose projected logits are equal up to rounding share the sample. The interval is that of
    the jackknife over groups, or samples, with the projection computed anew without each.

    References
    ----------
    .. [1] J. Hessel, L. Lee, Does my multimodal model learn cross-modal interactions? It's harder to tell than you might think!, EMNLP 2020.
    """
    grid = product_grid(trace)
    classes = trace.attrs["task"]["kind"] == "classification"
    chosen = _values(trace, value)
    targets = [measured_target(trace, grid.rows, v) for v in chosen]

    def scores(rows: np.ndarray) -> np.ndarray:
        part = grid.of(grid.output, rows)
        outputs = paired(part), paired_additive(part)
        table = [
            [_score(v, one, target[rows], classes).mean() for one in outputs]
            for v, target in zip(chosen, targets, strict=True)
        ]
        full, additive = np.array(table).T
        return np.stack([full, additive, full - additive])

    found = jackknife_interval(scores, grid.group, len(grid.rows), rounding=1e-6)
    both = found.statistics
    share = jackknife_interval(
        lambda rows: interaction_share(grid.of(grid.output, rows)), grid.group, len(grid.rows), rounding=1e-6
    )
    dims = ("value", "statistic")
    out = xr.Dataset(
        {
            "full": (dims, both[0]),
            "additive": (dims, both[1]),
            "gap": (dims, both[2]),
            "interaction_share": ("statistic", np.clip(share.statistics, 0, 1)),
            "output_of_model": (("measured_sample", "output"), paired(grid.output)),
            "projected": (("measured_sample", "output"), paired_additive(grid.output)),
            "interval": ("value", [found.text_of(low) for low in found.low[2]]),
        },
        coords={
            "value": [v.name for v in chosen],
            "statistic": list(STATISTICS),
            "measured_sample": grid.rows,
            "sample_id": ("measured_sample", grid.sample_id),
        },
    )
    out.attrs = game_attributes(trace, chosen[0], epoch=trace.attrs["best_epoch"]) | {
        "index": "EMAP: score minus score of the additive projection",
        "value": [v.name for v in chosen],
        "units": "units of the value function; share of the variance",
        "baseline": "the modalities of the other samples",
        "limits": LIMITS,
        "share_interval": share.text,
        "n_samples": len(grid.rows),
        "n_groups": group_count(grid.group, len(grid.rows)),
    }
    return out


def _values(trace: xr.DataTree, value: str | None) -> list[ValueFunction]:
    """Return the value functions of the task; without labels those that need none."""
    task = trace.attrs["task"]["kind"]
    if value is not None:
        chosen = [value_function(trace, value)]
    else:
        labelled = is_labelled(trace["samples"]["target"])
        known = [value_function(trace, name) for name in value_functions(task)]
        chosen = [v for v in known if v.name != "output" and (labelled or not v.needs_labels)]
    if any(v.name == "output" for v in chosen) or not chosen:
        raise ConfigError(
            "emap: value='output' is not a score; choose 'negative_absolute_error', which needs labels, or read the share of interaction"
        )
    return chosen


def _score(v: ValueFunction, output: np.ndarray, target: np.ndarray, classes: bool) -> np.ndarray:
    """Return v of outputs (sample, output); of an accuracy, classes with equal logits share a sample."""
    if v.name == "accuracy":
        top = output.max(-1, keepdims=True)
        first = output >= top - 1e-6 * np.maximum(1, np.abs(output).max(initial=0))
        return np.take_along_axis(first, target.astype(np.intp)[:, None], 1)[:, 0] / first.sum(-1)
    return v.compute(softmax(output, -1) if classes else output, target)
