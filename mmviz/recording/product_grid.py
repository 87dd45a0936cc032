"""Group /product_grid: outputs for all combinations of the modalities of a set of samples, from which EMAP and InterSHAP are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.recording.recombination import encoded_samples, measured, recombined_outputs
from mmviz.recording.samples import chosen_samples, outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

#: most samples, and most passes of the fusion
MOST_SAMPLES, MOST_PASSES = 500, 500**2
#: bytes of the outputs
MOST_BYTES = 256 << 20


@takes(run="run")
def record_product_grid(run: Run, split: Split, *, samples: int | Sequence[int] | np.ndarray = 200) -> xr.Dataset:
    """Return the outputs at the best epoch for every combination of the modalities of N samples: N^M fusion passes, N encoder passes.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    samples
        How many samples N (spread evenly over the sorted targets), or their positions; at most 500. A number is reduced so that N^M is at most
        250 000: 500 for two modalities, 62 for three, 22 for four.

    Returns
    -------
    xr.Dataset
        ``logit`` (cell, output): logits, or values of a regression, in C order: cell i·N + j contains the first modality of
        sample i and the second one of sample j. Coordinates ``sample_id`` (measured_sample). Add it to a Trace with :func:`mmviz.trace.with_measures`, for
        :func:`mmviz.analysis.emap` and :func:`mmviz.analysis.intershap`.

    Raises
    ------
    ConfigError
        For a model of one modality, more than 500 samples, or positions whose combinations are more than 250 000.
    DataError
        If the split has fewer than two samples.

    Notes
    -----
    Most combinations never occur in the data. A modality that a sample does not have is absent in its combinations too.
    """
    place = "record_product_grid"
    matching = matched(run.model.spec, split, place)
    modalities = len(run.model.spec.names)
    if modalities < 2:
        raise ConfigError(f"{place}: the model has one modality; combinations need two")
    rows = chosen_samples(split, samples)
    if len(rows) > MOST_SAMPLES:
        raise ConfigError(
            f"{place}: {len(rows)} samples, more than {MOST_SAMPLES}; give samples={MOST_SAMPLES} or fewer"
        )
    most = _most_samples(modalities, len(outputs(matching.spec)))
    if len(rows) > most:
        if not isinstance(samples, (int, np.integer)):
            raise ConfigError(
                f"{place}: {len(rows)} samples of {modalities} modalities mean {len(rows) ** modalities} fusion passes; give at most {most} samples"
            )
        rows = chosen_samples(split, most)
    if len(rows) < 2:
        raise DataError(f"{place}: {len(rows)} sample has no combinations; record a split with at least two")
    cells = np.stack(np.unravel_index(np.arange(len(rows) ** modalities), (len(rows),) * modalities), 1)
    with run.at_epoch(run.best_epoch) as model:
        steps = encoded_samples(model, split, rows, matching, place)
        found = matching.outputs(recombined_outputs(model, steps, cells))
    out = measured(run, split, matching, rows, {"logit": (("cell", "output"), found)}, fusion_passes=len(cells))
    return out.assign_coords(output=outputs(matching.spec))


def _most_samples(modalities: int, outputs: int) -> int:
    """Return the largest number of samples whose grid stays within the passes and the bytes."""
    cells = min(MOST_PASSES, MOST_BYTES // (4 * outputs))
    count = int(cells ** (1 / modalities)) + 1
    while count**modalities > cells:
        count -= 1
    return min(count, MOST_SAMPLES)
