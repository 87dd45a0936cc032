"""Predictions for coalitions of time windows: all subsets, or orders drawn within a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.intervals import MIN_PAIRS
from mmviz.core.options import takes, whole
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.data.matching import matched
from mmviz.metrics.coalition_plan import coalitions_along, reversed_pairs
from mmviz.models.batch import batch_of
from mmviz.models.coalitions import Players, windows_of
from mmviz.recording.coalitions import recorded_predictions
from mmviz.recording.samples import chosen_samples, outputs, provenance, recorded_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run


@takes(run="run")
def record_windows(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray = 6,
    windows: int = 4,
    budget: int | None = None,
    seed: int = 0,
) -> xr.Dataset:
    """Return the predictions at the best epoch for coalitions of time windows of the modalities.

    A window is a range of the model's steps, the same for all samples; window lengths differ by one step at most. Windows outside a
    coalition are masked after the encoders, as a gap in the recording is. A static modality is repeated in every window; its
    contribution is the sum over its windows.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    recorded_samples
        How many samples (spread evenly over the sorted targets), or their positions.
    windows
        k windows in each of the M modalities; n = M·k players.
    budget
        Largest number of coalitions per sample. All 2^n are evaluated where n ≤ 12 and the budget, if any, allows it.
        Otherwise orders of the players are sampled, each with its reverse: half of the budget for the Shapley value, half for the
        Owen value, whose orders keep a modality contiguous; the Owen value uses all of its M·2^(M-1)·2^k coalitions
        instead where they fit into its half.
    seed
        Seed of the sampled orders.

    Returns
    -------
    xr.Dataset
        ``prediction`` (recorded_sample, coalition, output), ``members`` (coalition, player), ``modality``, ``window``, ``start``, ``stop``
        (player), ``present`` (recorded_sample, player): whether the window has data, ``target`` and ``sample_id`` (recorded_sample); where orders were
        sampled ``shapley_order`` (shapley_draw, position) and ``owen_order`` (owen_draw, position). Input of
        :func:`mmviz.analysis.window_shapley`.

    Raises
    ------
    ConfigError
        If ``windows`` does not fit the model's steps, 2^n coalitions need a budget and none is given, the budget is too small for
        8 pairs of orders of each kind (the minimum for an interval), or the model fails for a coalition (it is named).
    """
    matching = matched(run.model.spec, split, "record_windows")
    rows = chosen_samples(split, recorded_samples)
    with run.at_epoch(run.best_epoch) as model:
        players = windows_of(model, windows)
        members, orders = _plan(players, budget, seed)
        batch = batch_of(split, rows, matching).ordered(model.spec.names)
        prediction = matching.outputs(recorded_predictions(model, batch, members, players=players))
        with torch.no_grad():
            present = players.present(model.encode(batch).mask)
        names, labels = model.spec.names, outputs(matching.spec)
    out = xr.Dataset(
        {
            "prediction": (("recorded_sample", "coalition", "output"), prediction),
            "members": (("coalition", "player"), members),
            "present": (("recorded_sample", "player"), present),
            "modality": ("player", np.array([names[m] for m in players.modality])),
            "window": ("player", np.tile(np.arange(windows), len(names))),
            "start": ("player", players.start),
            "stop": ("player", players.stop),
            "target": ("recorded_sample", recorded_target(split)[rows]),
            "sample_id": ("recorded_sample", np.asarray(split.ids, dtype=str)[rows]),
        }
        | {f"{kind}_order": ((f"{kind}_draw", "position"), order) for kind, order in orders.items()},
        coords={"recorded_sample": rows, "output": labels},
    )
    out["start"].attrs = out["stop"].attrs = {"units": "steps of the model; stop is not included"}
    out.attrs = provenance(run, split, matching.spec) | {"windows": windows, "budget": budget, "order_seed": seed}
    return out


def _plan(players: Players, budget: int | None, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the coalitions to evaluate, and the sampled orders by kind."""
    n = len(players.names)
    if budget is not None:
        budget = whole(budget, "record_windows: budget", low=1)
    whole(seed, "record_windows: seed", low=0)
    if n <= MAX_EXACT_PLAYERS and (budget is None or budget >= 2**n):
        return membership(n), {}
    if budget is None:
        raise ConfigError(
            f"record_windows: {n} windows mean 2^{n} coalitions, more than the limit of 2^{MAX_EXACT_PLAYERS}; give fewer "
            "windows, or a budget, for example budget=2000"
        )
    blocks = [np.flatnonzero(players.modality == m) for m in np.unique(players.modality)]
    rng = np.random.default_rng(seed)
    orders = {}
    together = _owen_members(blocks, n, budget // 2)
    if together is None:
        orders["owen"] = _draw(lambda: _grouped(blocks, rng), n, budget // 2, budget)
        together = coalitions_along(orders["owen"])
    orders["shapley"] = _draw(lambda: rng.permutation(n), n, budget - len(together), budget)
    return np.unique(np.concatenate([together, coalitions_along(orders["shapley"])]), axis=0), orders


def _draw(order: Callable[[], np.ndarray], n: int, available: int, budget: int) -> np.ndarray:
    """Return sampled orders, each followed by its reverse, whose coalitions fit into the budget."""
    pairs = (available - 2) // (2 * (n - 1)) if n > 1 else available
    if pairs < MIN_PAIRS:
        raise ConfigError(
            f"record_windows: budget={budget} is too small for {n} windows, with {2 * (n - 1)} coalitions per pair of orders; "
            f"give at least {2 * (MIN_PAIRS * 2 * (n - 1) + 2)}"
        )
    return reversed_pairs(order, pairs)


def _grouped(blocks: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([rng.permutation(blocks[b]) for b in rng.permutation(len(blocks))])


def _owen_members(blocks: list[np.ndarray], n: int, available: int) -> np.ndarray | None:
    """Return every coalition of whole modalities and a part of one modality; None where they exceed the budget."""
    widest, count = max(len(b) for b in blocks), len(blocks)
    if widest > MAX_EXACT_PLAYERS or sum(2 ** (count - 1 + len(b)) for b in blocks) > available:
        return None
    parts = []
    for k, block in enumerate(blocks):
        others = [b for j, b in enumerate(blocks) if j != k]
        for complete in membership(count - 1):
            held = np.zeros((2 ** len(block), n), dtype=bool)
            for chosen, other in zip(complete, others, strict=True):
                held[:, other] = chosen
            held[:, block] = membership(len(block))
            parts.append(held)
    return np.unique(np.concatenate(parts), axis=0)
