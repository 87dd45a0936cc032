"""Group /product_grid: outputs for all combinations of the modalities of a set of samples, from which EMAP and InterSHAP are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes, whole
from mmviz.data.matching import matched
from mmviz.recording.recombination import encoded_samples, measured, recombined_outputs
from mmviz.recording.samples import chosen_samples, outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run

#: most samples, and most passes of the fusion where the number of samples is given
MOST_SAMPLES, MOST_PASSES = 500, 500**2
#: passes of the fusion where it is not: 200 samples of two modalities
PASSES = 200**2
#: bytes of the outputs
MOST_BYTES = 256 << 20


@takes(run="run")
def record_product_grid(
    run: Run, split: Split, *, samples: int | Sequence[int] | np.ndarray | None = None, passes: int = PASSES
) -> xr.Dataset:
    """Return the outputs at the best epoch for every combination of the modalities of N samples: N^M fusion passes, N encoder passes.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``.
    samples
        How many samples N (spread evenly over the sorted targets), or their positions, at most 500 and at most 250 000 combinations. None: as many as
        ``passes`` allows.
    passes
        Most fusion passes where ``samples`` is None, from 4 to 250 000. The default gives 200 samples of two modalities, 34 of three, 14 of four.

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
    whole(passes, f"{place}: passes", low=4, high=MOST_PASSES)
    labels = outputs(matching.spec)
    if samples is None:
        rows = chosen_samples(split, _most_samples(modalities, len(labels), passes))
    else:
        rows = chosen_samples(split, samples)
        most = _most_samples(modalities, len(labels), MOST_PASSES)
        if len(rows) > most:
            raise ConfigError(
                f"{place}: {len(rows)} samples of {modalities} modalities mean {len(rows) ** modalities} fusion passes; give at most {most} samples"
            )
    if len(rows) < 2:
        raise DataError(f"{place}: {len(rows)} sample has no combinations; record a split with at least two")
    cells = np.stack(np.unravel_index(np.arange(len(rows) ** modalities), (len(rows),) * modalities), 1)
    with run.at_epoch(run.best_epoch) as model:
        steps = encoded_samples(model, split, rows, matching, place)
        found = matching.outputs(recombined_outputs(model, steps, cells))
    out = measured(run, split, matching, rows, {"logit": (("cell", "output"), found)}, fusion_passes=len(cells))
    return out.assign_coords(output=labels)


def _most_samples(modalities: int, outputs: int, passes: int) -> int:
    """Return the largest number of samples whose grid stays within the passes and the bytes."""
    cells = min(passes, MOST_BYTES // (4 * outputs))
    count = int(cells ** (1 / modalities)) + 1
    while count**modalities > cells:
        count -= 1
    return min(count, MOST_SAMPLES)
