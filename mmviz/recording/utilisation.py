"""Group /utilisation: scores of every epoch with the message of one modality at a time replaced by its training mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.models.batch import Steps, batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.end_to_end import mean_step_of
from mmviz.recording.explanations import Explained
from mmviz.recording.recombination import measured
from mmviz.recording.samples import chosen_epochs, chosen_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run

_BATCH = 64
MESSAGES = {
    False: "the mean encoded step of the training split, at every valid step",
    True: "frames at the mean of the training data, at every recorded frame",
}


@takes(run="run")
@torch.no_grad()
def record_utilisation(
    run: Run,
    ds: Dataset,
    *,
    split: str = "test",
    samples: int | Sequence[int] | np.ndarray | None = None,
    epochs: Sequence[int] | None = None,
) -> xr.Dataset:
    """Return scores at every epoch with stored weights: of the model, and with what each modality sends to the fusion replaced by its training mean.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    ds
        Its data; the mean is that of at most 256 samples of the split the run was trained on.
    split
        Whose samples are scored.
    samples
        How many of them (spread evenly over the sorted targets), or their positions; None: all.
    epochs
        None: all with stored weights. The best epoch is always included.

    Returns
    -------
    xr.Dataset
        ``full`` (epoch, measured_sample), ``cut`` (epoch, modality, measured_sample): 1 where the prediction is the true class, else 0; of a regression
        minus the absolute error. Attribute ``message``: what a modality's message is replaced by. Add it to a Trace with
        :func:`mmviz.trace.with_measures`, for :func:`mmviz.analysis.conditional_utilisation`.

    Raises
    ------
    ConfigError
        Without such a split, or for an epoch without weights.
    DataError
        If the split has no labels.

    Notes
    -----
    The message is the modality's encoded steps, of a user's module its frames; a sample without the modality keeps none. M + 1 fusion passes per epoch.
    """
    place = "record_utilisation"
    trained = run.info["train"].get("train", "train")
    for name in (split, trained):
        if name not in ds.splits:
            raise ConfigError(f"{place}: there is no split {name!r}; the data have {', '.join(ds.splits)}")
    chosen, matching = ds[split], matched(run.model.spec, ds[split], place)
    label = chosen.labels(place)
    rows = np.arange(len(chosen)) if samples is None else chosen_samples(chosen, samples)
    names, own = list(matching.spec.names), isinstance(run.model, Adapted)
    replayed, full, cut = chosen_epochs(run, epochs), [], []
    for epoch in replayed:
        with run.at_epoch(epoch) as model:
            mean = None if own else mean_step_of(model, ds[trained], matched(model.spec, ds[trained], place))
            found = np.empty((1 + len(names), len(rows)), np.float32)
            for start in range(0, len(rows), _BATCH):
                some = rows[start : start + _BATCH]
                batch = batch_of(chosen, some, matching).ordered(model.spec.names)
                steps = model.encode(batch)
                base = Explained.of(model, batch, "mean").base if mean is None else mean.expand_as(steps.x)
                for k in range(1 + len(names)):
                    output = matching.outputs(_without(model, steps, base, k - 1).float().numpy())
                    found[k, start : start + len(some)] = _score(output, label[some], matching.spec.task.kind)
            full.append(found[0])
            cut.append(found[1:])
    out = measured(
        run,
        chosen,
        matching,
        rows,
        {
            "full": (("epoch", "measured_sample"), np.stack(full)),
            "cut": (("epoch", "modality", "measured_sample"), np.stack(cut)),
        },
        message=MESSAGES[own],
    )
    return out.assign_coords(modality=names, epoch=replayed)


def _without(model: FusionModel, steps: Steps, base: Tensor, modality: int) -> Float[Tensor, "batch output"]:
    """Return the outputs with the valid steps of one modality replaced; -1: none."""
    x = steps.x
    if modality >= 0:
        x = x.clone()
        x[modality] = torch.where(steps.mask[modality][..., None], base[modality], torch.zeros_like(x[modality]))
    return model.fuse(Steps(x, steps.mask))


def _score(output: np.ndarray, label: np.ndarray, kind: str) -> np.ndarray:
    if kind == "classification":
        return np.where(np.isfinite(output).all(1), output.argmax(1) == label, np.nan)
    return -np.abs(output[:, 0] - label)
