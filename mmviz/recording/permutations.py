"""Group /permutations: predictions with one modality permuted over the samples, from which the perceptual score is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes, whole
from mmviz.data.matching import matched
from mmviz.recording.recombination import encoded_samples, measured, recombined_outputs
from mmviz.recording.samples import chosen_samples, outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from jaxtyping import Float, Int

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

#: bytes of the predictions
MOST_BYTES = 256 << 20


def derangements(count: int, draws: int | None, seed: int = 0) -> Int[np.ndarray, "draw sample"]:
    """Return permutations without fixed points: ``draws`` at random, each equally likely, or all cyclic shifts (None).

    Raises
    ------
    DataError
        For fewer than two samples, which have none.
    """
    if count < 2:
        raise DataError(f"derangements: {count} sample cannot be permuted; give at least two")
    here = np.arange(count)
    if draws is None:
        return (here + np.arange(1, count)[:, None]) % count
    rng = np.random.default_rng(seed)
    out: list[np.ndarray] = []
    while len(out) < draws:
        order = rng.permutation(count)
        if (order != here).all():
            out.append(order)
    return np.stack(out)


@takes(run="run")
def record_permutations(
    run: Run,
    split: Split,
    *,
    samples: int | Sequence[int] | np.ndarray | None = None,
    draws: int | None = 10,
    seed: int = 0,
) -> xr.Dataset:
    """Return the predictions at the best epoch with one modality at a time taken from another sample: M · P · N fusion passes.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    samples
        How many samples (spread evenly over the sorted targets), or their positions; None: all.
    draws
        P random derangements of all samples, ≥ 1: no sample keeps its own modality. None: all N - 1 cyclic shifts, exact for the expectation.
    seed
        Of the derangements.

    Returns
    -------
    xr.Dataset
        ``prediction`` (modality, draw, measured_sample, output): class probabilities or values with that modality of the sample ``partner`` (draw,
        measured_sample), a position among the measured samples; ``full`` (measured_sample, output): without permutation. Add it to a Trace with
        :func:`mmviz.trace.with_measures`, for :func:`mmviz.analysis.perceptual_score`.

    Raises
    ------
    ConfigError
        If the predictions would take more than 256 MiB.
    DataError
        If there are fewer than two samples.

    Notes
    -----
    The permutation is over the whole set, not within batches: within small batches, and with fixed points, the score is biased towards 0.
    A modality that a sample does not have moves with it.
    """
    place = "record_permutations"
    if draws is not None:
        whole(draws, f"{place}: draws", low=1)
    whole(seed, f"{place}: seed", low=0)
    matching = matched(run.model.spec, split, place)
    rows = np.arange(len(split)) if samples is None else chosen_samples(split, samples)
    labels, names = outputs(matching.spec), list(matching.spec.names)
    count = len(rows) - 1 if draws is None else draws
    if 4 * count * len(names) * len(rows) * len(labels) > MOST_BYTES:
        raise ConfigError(
            f"{place}: {count} draws of {len(rows)} samples take more than {MOST_BYTES / 2**20:.0f} MiB; give fewer draws or samples"
        )
    partner = derangements(len(rows), draws, seed)
    own = np.broadcast_to(np.arange(len(rows))[:, None], (len(rows), len(names)))
    with run.at_epoch(run.best_epoch) as model:
        steps = encoded_samples(model, split, rows, matching, place)

        def predicted(source: np.ndarray) -> Float[np.ndarray, "row output"]:
            found = matching.outputs(recombined_outputs(model, steps, source)).astype(np.float64)
            return (softmax(found, -1) if matching.spec.task.kind == "classification" else found).astype(np.float32)

        full = predicted(own)
        permuted = np.empty((len(names), *partner.shape, len(labels)), np.float32)
        for m in range(len(names)):
            for d, order in enumerate(partner):
                source = own.copy()
                source[:, m] = order
                permuted[m, d] = predicted(source)
    out = measured(
        run,
        split,
        matching,
        rows,
        {
            "prediction": (("modality", "draw", "measured_sample", "output"), permuted),
            "full": (("measured_sample", "output"), full),
            "partner": (("draw", "measured_sample"), partner),
        },
        draw_seed=seed,
        draws="all cyclic shifts" if draws is None else f"{draws} random derangements",
    )
    return out.assign_coords(modality=names, output=labels)
