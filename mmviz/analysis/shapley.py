"""Exact Shapley values of the modalities, from the answers to all of their subsets."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mmviz.analysis.blockwise import blockwise
from mmviz.analysis.explained import explained_target, is_labelled
from mmviz.arguments import takes
from mmviz.errors import ConfigError, DataError
from mmviz.metrics.shapley import MAX_PLAYERS, shapley_values

__all__ = ["MAX_PLAYERS", "VALUES", "prefix_shapley", "shapley", "shapley_values"]

VALUES = {
    "classification": ("probability", "log_likelihood", "correct"),
    "regression": ("output", "negative_absolute_error"),
}
_MEANING = {
    "probability": "probability of the true class",
    "log_likelihood": "log-probability of the true class, nat, not below -87.3 (float32)",
    "correct": "1 where the most probable class is the true one, else 0",
    "output": "the predicted value",
    "negative_absolute_error": "minus the absolute error of the predicted value",
}


@takes(trace="trace")
def shapley(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return what each modality contributes to the answer, per sample, at the best epoch.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    value
        The value function v. Classification: ``probability`` of the true class (default), ``log_likelihood``,
        ``correct``. Regression: ``output`` (default), ``negative_absolute_error``.

    Returns
    -------
    xr.Dataset
        ``phi`` (sample, modality), ``baseline`` (sample) = v(no modality), ``full`` (sample) = v(all); exact, so
        that baseline + Σ phi = full to rounding.

    Raises
    ------
    DataError
        If the Trace holds no coalitions, or the value function compares with labels and there are none.
    ConfigError
        If the value function does not belong to the task.

    Notes
    -----
    v(S) is the model's answer when the modalities outside S are masked; v(no modality) is its answer to nothing.
    Of a Trace that was opened with ``chunks``, the values are lazy: computed block by block when they are asked for.
    Of a split without labels, ``probability`` and ``log_likelihood`` are those of the predicted class (all modalities, best epoch), and
    ``units`` says so.
    The Shapley value as a measure of a modality's contribution: Modality Equilibrium Matters, arXiv 2506.00030
    (its own formula is not public; this is the standard one, read in).
    """
    group = _group(trace, "coalitions")
    kind = _value_of(trace, value)
    game = _game(group["answer"], explained_target(trace, kind), kind)
    out = _values_of(game, group["modality"].values).assign_coords(sample_id=("sample", trace["samples"]["id"].values))
    out.attrs = _provenance(trace, kind, epoch=trace.attrs["best_epoch"])
    return out


@takes(trace="trace")
def prefix_shapley(trace: xr.DataTree, *, value: str | None = None) -> xr.Dataset:
    """Return the contributions to the answer from the first steps only: per epoch, traced sample and step.

    As :func:`shapley`, with ``phi`` (epoch, traced, time, modality): step t holds the contributions to the prediction from the prefix
    that ends there. What a prefix is, attribute ``prefix`` says, see ``prefixes=`` of :func:`mmviz.trace.record`.
    """
    group = _group(trace, "prefixes")
    kind = _value_of(trace, value)
    target = explained_target(trace, kind).isel(sample=group["traced"].values)
    game = _game(group["answer"].transpose(..., "coalition", "output"), target.rename(sample="traced"), kind)
    out = _values_of(game, group["modality"].values)
    out.attrs = _provenance(trace, kind, epoch=None) | {"prefix": group.attrs.get("says", "")}
    return out


def _group(trace: xr.DataTree, name: str) -> xr.Dataset:
    if name not in trace.children:
        raise DataError(f"Trace: group /{name} is missing; record it with mmviz.trace.record(..., coalitions=True)")
    return trace[name].to_dataset()


def _value_of(trace: xr.DataTree | xr.Dataset, value: str | None) -> str:
    task = trace.attrs["task"]["kind"]
    known = VALUES[task]
    if value is not None and value not in known:
        raise ConfigError(f"shapley: value={value!r} does not belong to a {task}; choose one of {', '.join(known)}")
    return known[0] if value is None else value


def _game(output: xr.DataArray, target: xr.DataArray, kind: str) -> xr.DataArray:
    """Return v, in float64, over every dimension of ``output`` but the last."""
    answers = output.astype(np.float64)
    if kind in ("output", "negative_absolute_error"):
        single = answers.isel(output=0, drop=True)
        return single if kind == "output" else -abs(single - target)
    if kind == "correct":
        known = answers.notnull().all("output")
        return (answers.fillna(0).argmax("output") == target).astype(np.float64).where(known)
    truth = blockwise(_of_class, answers, target, core=[["output"], []])
    return truth if kind == "probability" else xr.ufuncs.log(truth.clip(min=np.finfo(np.float32).tiny))


def _of_class(answers: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the entry of the last dimension that each target names; target broadcasts against the others."""
    place = np.broadcast_to(np.asarray(target, dtype=np.intp), answers.shape[:-1])
    return np.take_along_axis(answers, place[..., None], -1)[..., 0]


def _values_of(game: xr.DataArray, names: np.ndarray) -> xr.Dataset:
    game = game.transpose(..., "coalition")
    kept = game.dims[:-1]
    phi = blockwise(shapley_values, game, core=[["coalition"]], to=["modality"], sizes={"modality": len(names)})
    return xr.Dataset(
        {
            "phi": ((*kept, "modality"), phi.data),
            "baseline": (kept, game.isel(coalition=0).data),
            "full": (kept, game.isel(coalition=-1).data),
        },
        coords={**{d: game[d] for d in kept if d in game.coords}, "modality": names},
    )


def _meaning(kind: str, *, labelled: bool) -> str:
    """Say what a value is; without labels, the class that is explained is the predicted one."""
    return _MEANING[kind] if labelled else _MEANING[kind].replace("true class", "predicted class (no labels)")


def _provenance(trace: xr.DataTree | xr.Dataset, kind: str, *, epoch: int | None) -> dict[str, object]:
    return {
        "index": "Shapley value",
        "exact": True,
        "value": kind,
        "units": _meaning(
            kind, labelled=is_labelled(trace["samples"]["target"] if "samples" in trace else trace["target"])
        ),
        "baseline": "the model's answer with every modality masked",
        "imputation": trace.attrs.get("imputation", "what stands for missing modalities was not recorded"),
        "players": len(trace.attrs["modalities"]),
        "epoch": epoch,
        "dataset": trace.attrs["dataset"],
        "split": trace.attrs["split"],
        "model": trace.attrs["model"]["name"],
        "seed": trace.attrs["train"]["seed"],
        "backend": trace.attrs["backend"],
    }
