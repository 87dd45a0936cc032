"""Group /faithfulness: deletion and insertion curves of explanations over the cells (modality, step), and checks of the explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_mapping, given_names, number, one_of, takes, whole
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.recording.explanation_checks import infidelity, max_sensitivity, randomisation
from mmviz.recording.explanations import BASELINES, GRADIENT_METHODS, METHODS, Explained, refusal, target_weights
from mmviz.recording.samples import chosen_samples, provenance, samples_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run

#: share of the valid cells that is removed or kept; 0 is the uncut sample
FRACTIONS = (0.0, 0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: those of the small version in a Trace
FRACTIONS_OF_TRACE = (0.0, 0.2, 0.5, 1.0)
ORDERS = 20
RANDOM = "random"
DEFAULT_METHODS = (
    "end-to-end attribution", "random", "recency", "integrated gradients", "gradient x input", "single-cell ablation",
)  # fmt: skip
CHECKS = ("infidelity", "sensitivity", "randomisation")
_UNITS = {True: "p(predicted class)", False: "value"}


@takes(run="run")
def record_faithfulness(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray = 24,
    methods: Sequence[str] | None = None,
    scores: Mapping[str, np.ndarray] | None = None,
    fractions: Sequence[float] = FRACTIONS,
    orders: int = ORDERS,
    baseline: str = "zero",
    points: int = 50,
    checks: Sequence[str] = CHECKS,
    seed: int = 0,
) -> xr.DataTree:
    """Return how the output at the best epoch changes when the cells with the largest scores are removed or kept, for several explanations.

    A cell is a modality and a valid step after the encoders. Deletion replaces the ⌈q·n⌉ cells with the largest (signed) scores by the
    baseline, insertion all other cells. Padding is no cell: it stays masked. The explained output is p(predicted class), or the value
    of a regression.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    recorded_samples
        How many samples (spread evenly over the sorted targets), or their positions.
    methods
        Explanations: ``end-to-end attribution`` (gates frozen), ``random`` (mean over ``orders`` random orders), ``recency`` (latest steps
        first), ``integrated gradients`` (captum), ``gradient x input``, ``single-cell ablation``, and on request ``greedy``: one cell after
        the other, whichever leaves the smallest output, the reference of the normalised score, for at most 160 cells. None: all but
        the last that work for the model.
    scores
        Name to scores (recorded_sample, modality, time) of any other explanation, measured in the same way. Modalities are in the order of
        the model, time are its steps; values of padding have no influence.
    fractions
        Shares q in [0, 1]; 0 and 1 are always included.
    orders
        Random orders, ≥ 20.
    baseline
        ``zero`` encoder outputs, or those of frames at the ``mean`` of the training data. For a user's module the frames are replaced; with
        ``zero`` they count as not recorded.
    points
        Points of the integrated gradients.
    checks
        Any of ``infidelity``, ``sensitivity`` and ``randomisation``, see :mod:`mmviz.recording.explanation_checks`.
    seed
        Of random orders, ties and perturbations.

    Returns
    -------
    xr.DataTree
        ``/samples`` as in a Trace; ``/faithfulness``: ``deletion``, ``insertion`` (recorded_sample, explanation, fraction), ``cells`` (recorded_sample) and,
        with the checks, ``infidelity`` (recorded_sample, explanation), ``squared_change`` (recorded_sample): E[Δf²], the infidelity of an explanation
        that is 0; ``sensitivity`` (recorded_sample, explanation), ``randomised`` (recorded_sample, explanation, part). NaN where a check does not apply. Read
        it with :func:`mmviz.analysis.faithfulness`.

    Raises
    ------
    ConfigError
        An unknown method, baseline or check, one that does not work for the model, scores of another shape, or a fraction outside [0, 1].
    DataError
        A recorded sample without any valid step, or scores that are not finite.

    Notes
    -----
    The steps after a removed step change too: its effect on the hidden states is wanted. Removed cells are off the distribution of the
    training, which favours no method but lowers all curves: compare with ``random``.

    References
    ----------
    .. [1] V. Petsiuk, A. Das, K. Saenko, RISE, 2018 (deletion and insertion).
    .. [2] J. DeYoung et al., ERASER, 2020 (comprehensiveness and sufficiency).
    """
    place = "record_faithfulness"
    one_of(baseline, BASELINES, f"{place}: baseline")
    whole(orders, f"{place}: orders", low=20)
    whole(points, f"{place}: points", low=1)
    whole(seed, f"{place}: seed", low=0)
    for check in given_names(checks, f"{place}: checks"):
        one_of(check, CHECKS, f"{place}: checks")
    shares = sorted({0.0, 1.0, *(number(q, f"{place}: fractions", low=0, high=1) for q in fractions)})
    matching = matched(run.model.spec, split, place)
    rows = chosen_samples(split, recorded_samples)
    with run.at_epoch(run.best_epoch) as model:
        chosen = _chosen_methods(model, methods)
        batch = batch_of(split, rows, matching).ordered(model.spec.names)
        explained = Explained.of(model, batch, baseline)
        _require_cells(explained, rows)
        explainers = {
            name: (lambda e, method=METHODS[name]: method(e, points=points)) for name in chosen if name != RANDOM
        }
        found = {name: explain(explained) for name, explain in explainers.items()}
        found |= _given_scores(scores, explained, chosen)
        group = curves(explained, found, rows, shares, random=RANDOM in chosen, orders=orders, seed=seed)
        checked = _checked(explained, batch, found, explainers, tuple(checks), seed)
    names = [str(n) for n in group["explanation"].values]
    for name, (dims, by_method) in checked.items():
        if isinstance(by_method, dict):
            like = next(iter(by_method.values()))
            filled = [by_method.get(n, np.full_like(like, np.nan)) for n in names]
            group[name] = (("recorded_sample", "explanation", *dims), np.stack(filled, 1).astype(np.float32))
        else:
            group[name] = (dims, by_method if by_method.dtype.kind == "U" else by_method.astype(np.float32))
    if "part" in group:
        group = group.set_coords("part")
    group.attrs |= {"baseline": baseline, "baseline_meaning": BASELINES[baseline], "points": points, "seed": seed}
    tree = xr.DataTree.from_dict({"/samples": samples_of(split), "/faithfulness": group})
    tree.attrs = provenance(run, split, matching.spec)
    return tree


def curves(
    explained: Explained,
    scores: Mapping[str, Float[Tensor, "batch modality time"]],
    rows: Int[np.ndarray, " recorded_sample"],
    fractions: Sequence[float],
    *,
    random: bool = True,
    random_kept: bool = True,
    orders: int = ORDERS,
    seed: int = 0,
) -> xr.Dataset:
    """Return ``deletion`` and ``insertion`` (recorded_sample, explanation, fraction) for scores by method; ``random`` comes second.

    Without ``random_kept`` the insertion of random orders is NaN between the ends, which saves time.
    """
    valid = explained.valid.flatten(1).numpy()
    ties = np.stack([np.random.default_rng([seed, int(row)]).random((orders + 1, valid.shape[1])) for row in rows], 1)
    ranks = [_ranks(s.flatten(1).double().numpy(), valid, ties[-1])[None] for s in scores.values()]
    names = list(scores)
    if random:
        names.insert(min(1, len(names)), RANDOM)
        drawn = [_ranks(np.zeros(valid.shape), valid, order) for order in ties[:-1]]
        ranks.insert(min(1, len(ranks)), np.stack(drawn))
    B = len(valid)
    ends = np.stack([np.zeros_like(valid), valid])
    uncut, empty = _removed(explained, ends).numpy()
    out = np.zeros((2, B, len(names), len(fractions)))
    count = valid.sum(1)
    for i, rank in enumerate(ranks):
        for j, q in enumerate(fractions):
            if q in (0.0, 1.0):
                out[0, :, i, j], out[1, :, i, j] = (uncut, empty) if q == 0 else (empty, uncut)
                continue
            most = np.ceil(q * count - 1e-9)[:, None]
            top = valid & (rank < most)
            kept = random_kept or names[i] != RANDOM
            value = _removed(explained, np.concatenate([top, valid & ~top] if kept else [top])).double().numpy()
            out[: 1 + kept, :, i, j] = value.reshape(1 + kept, len(rank), B).mean(1)
            out[1 + kept :, :, i, j] = np.nan
    dims = ("recorded_sample", "explanation", "fraction")
    units = _UNITS[explained.classifies]
    group = xr.Dataset(
        {"deletion": (dims, out[0].astype(np.float32)), "insertion": (dims, out[1].astype(np.float32)),
         "cells": ("recorded_sample", count)},
        coords={"recorded_sample": rows, "explanation": names, "fraction": [float(q) for q in fractions]},
    )  # fmt: skip
    group["deletion"].attrs = {"long_name": f"{units} without the cells of the largest scores", "units": units}
    group["insertion"].attrs = {"long_name": f"{units} with only the cells of the largest scores", "units": units}
    group["fraction"].attrs = {"long_name": "share of the valid cells (modality, step)", "units": "1"}
    group.attrs = {
        "units": units,
        "orders": orders,
        "baseline": "zero",
        "baseline_meaning": BASELINES["zero"],
        "label": f"{units} after cells are removed",
        "description": "Cells (modality, step) with the largest scores are removed (deletion) or kept (insertion) after the encoders.",
    }
    return group


@torch.no_grad()
def faithfulness_of(
    model: FusionModel, batch: Batch, attribution: xr.Dataset, rows: Int[np.ndarray, " recorded_sample"]
) -> xr.Dataset:
    """Return the small version of the group for a Trace: the recorded attribution, random and recent cells, at few fractions; random cells are only removed.

    ``attribution`` is the group ``/attribution`` of the same samples.
    """
    explained = Explained.of(model, batch, "zero")
    logit, share = (torch.from_numpy(attribution[name].values).double() for name in ("logit", "share"))
    weight = target_weights(logit, logit.argmax(-1), classifies=explained.classifies)
    rule = attribution.attrs["rule"]
    scores = {
        rule if rule in METHODS else "end-to-end attribution": (weight[..., None, None] * share).sum(1),
        "recency": METHODS["recency"](explained),
    }
    return curves(explained, scores, rows, FRACTIONS_OF_TRACE, random_kept=False)


def _removed(explained: Explained, cut: Bool[np.ndarray, "order batch cell"]) -> Float[Tensor, "order batch"]:
    """Return the output of every sample with the cells of every order at the baseline; (order, batch)."""
    M, B, T = explained.steps.mask.shape
    sample = torch.arange(B).repeat(len(cut))
    return explained.removed(torch.from_numpy(cut.reshape(-1, M, T)), sample).view(len(cut), B)


def _ranks(
    scores: Float[np.ndarray, "batch cell"],
    valid: Bool[np.ndarray, "batch cell"],
    ties: Float[np.ndarray, "batch cell"],
) -> Int[np.ndarray, "batch cell"]:
    """Return the place of every cell in the order of descending scores, equal ones by ``ties``, cells that are not valid last."""
    return np.argsort(np.lexsort((ties, -scores, ~valid), axis=-1), axis=-1)


def _chosen_methods(model: FusionModel, methods: Sequence[str] | None) -> list[str]:
    known = (*METHODS, RANDOM)
    if methods is None:
        return [name for name in DEFAULT_METHODS if not refusal(model, name)]
    names = list(dict.fromkeys(given_names(methods, "record_faithfulness: methods")))
    for name in names:
        one_of(name, known, "record_faithfulness: methods")
        if why := refusal(model, name):
            raise ConfigError(f"record_faithfulness: methods={name!r} does not work for this model: {why}")
    return names


def _given_scores(
    scores: Mapping[str, np.ndarray] | None, explained: Explained, chosen: Sequence[str]
) -> dict[str, Tensor]:
    place, shape = "record_faithfulness: scores", tuple(explained.valid.shape)
    out = {}
    for name, value in given_mapping(scores, place, "{'mine': array of (recorded_sample, modality, time)}").items():
        if name in (*METHODS, *chosen):
            raise ConfigError(f"{place}[{name!r}] has the name of a method; choose another")
        array = np.array(value, dtype=np.float64)
        if array.shape != shape:
            raise ConfigError(
                f"{place}[{name!r}] has shape {array.shape}, expected (recorded_sample, modality, time) = {shape}"
            )
        if not np.isfinite(array[explained.valid.numpy()]).all():
            raise DataError(f"{place}[{name!r}] holds values that are not finite in valid cells; give finite scores")
        out[str(name)] = torch.from_numpy(np.where(explained.valid.numpy(), array, 0.0))
    return out


def _require_cells(explained: Explained, rows: Int[np.ndarray, " recorded_sample"]) -> None:
    empty = ~explained.valid.flatten(1).any(1).numpy()
    if empty.any():
        raise DataError(
            f"record_faithfulness: sample {int(rows[empty.argmax()])} has no valid step in any modality, so nothing can be removed; "
            "leave it out of recorded_samples"
        )


def _checked(
    explained: Explained,
    batch: Batch,
    found: Mapping[str, Tensor],
    explainers: Mapping,
    checks: Sequence[str],
    seed: int,
) -> dict[str, tuple]:
    """Return the checks: name to dimensions after (recorded_sample, explanation), and the values of each method."""
    of_model = [n for n in found if n not in ("recency", "greedy")]
    out: dict[str, tuple] = {}
    if "infidelity" in checks and of_model:
        both = {n: infidelity(explained, found[n], seed=seed) for n in of_model}
        out["infidelity"] = ((), {n: v[0] for n, v in both.items()})
        out["squared_change"] = (("recorded_sample",), next(iter(both.values()))[1])
    gradients = [n for n in GRADIENT_METHODS if n in explainers]
    if "sensitivity" in checks and gradients:
        out["sensitivity"] = ((), {n: max_sensitivity(explained, explainers[n], seed=seed) for n in gradients})
    recomputed = [n for n in explainers if n != "greedy"]
    if "randomisation" in checks and recomputed:
        tested = {n: randomisation(explained, batch, explainers[n], found[n], seed=seed) for n in recomputed}
        out["part"] = (("part",), np.array(next(iter(tested.values()))[0]))
        out["randomised"] = (("part",), {n: v[1] for n, v in tested.items()})
    return out
