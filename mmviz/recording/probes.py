"""Linear probes: how well a linear model predicts the target from one modality's representation in a trained or untrained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import require_known, takes
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.samples import array

if TYPE_CHECKING:
    from jaxtyping import Float, Shaped

    from mmviz.data.dataset import Dataset, Split
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run

#: what is probed -> its meaning
REPRESENTATIONS = {
    "encoder": "output of the modality's encoder, mean over its valid steps",
    "head input": "pooled features that the head receives when only this modality is available",
}
#: strengths of regularisation that are compared on the validation split: 1/C of a logistic, alpha of a ridge regression
PENALTIES = (0.1, 1.0, 10.0)
_BATCH = 256


@torch.no_grad()
def representations(model: FusionModel, split: Split, modality: str) -> dict[str, Float[np.ndarray, "sample feature"]]:
    """Return the pooled representations of one modality, every other modality masked.

    Parameters
    ----------
    model
        In evaluation mode; not an adapted module.
    split
        Its samples.
    modality
        Its name.

    Returns
    -------
    dict
        A matrix for each of :data:`REPRESENTATIONS`. The encoder's output does not depend on the other modalities. ``head input`` is what
        ``fuse_pooled`` receives for the coalition of this modality alone: the situation of v({m}), features of the masked modalities included.

    Raises
    ------
    ConfigError
        For an adapted module, whose encoders are unknown, or an unknown modality.
    """
    if isinstance(model, Adapted):
        raise ConfigError(
            f"linear probes: {model.config.name} is a user's module whose encoders are unknown; probe a fusion of mmviz.models.available()"
        )
    names = model.spec.names
    require_known([modality], names, "linear probes")
    at, matching = names.index(modality), matched(model.spec, split, "linear probes")
    found: dict[str, list[np.ndarray]] = {name: [] for name in REPRESENTATIONS}
    for start in range(0, len(split), _BATCH):
        steps = model.encode(batch_of(split, np.arange(start, min(start + _BATCH, len(split))), matching))
        only = torch.zeros_like(steps.mask)
        only[at] = True
        alone = steps.where(only)
        valid = steps.mask[at][..., None].to(steps.x.dtype)
        found["encoder"].append(array((steps.x[at] * valid).sum(1) / valid.sum(1).clamp(min=1)))
        found["head input"].append(array(model.pooled(alone)[0][:, :, 0].movedim(0, 1).flatten(1)))
    return {name: np.concatenate(parts) for name, parts in found.items()}


@takes(run="run")
def linear_probes(
    run: Run, ds: Dataset, modality: str, *, epoch: int | None = None, split: str = "test"
) -> dict[str, Float[np.ndarray, " sample"]]:
    """Return the score of a linear probe of each representation of a modality, per sample.

    Parameters
    ----------
    run
        A training; its weights are not changed.
    ds
        Its data. The probe is fitted on the training split of the run; the regularisation is selected on the validation split.
    modality
        Its name.
    epoch
        Whose weights; None for the selected epoch, 0 for the untrained model.
    split
        Whose samples are scored.

    Returns
    -------
    dict
        For each of :data:`REPRESENTATIONS` (sample,) float64: 1 where the probe's class is the true one, else 0; for a regression minus the
        absolute error. NaN throughout where the representation is not finite.

    Raises
    ------
    ConfigError
        For an adapted module, or an unknown modality or epoch.
    DataError
        If a split has no labels.

    Notes
    -----
    Multinomial logistic regression, or ridge regression, of standardised features. Without a validation split the regularisation is 1.
    A probe measures what is linearly decodable at one place. It does not measure what the model uses: compare it with the same
    probe of an untrained copy, since random features already contain the data.

    References
    ----------
    .. [1] G. Alain, Y. Bengio, Understanding intermediate layers using linear classifier probes, 2016 (arXiv 1610.01644).
    """
    trained, valid = run.info["train"].get("train", "train"), run.info["train"].get("valid", "valid")
    parts = [trained, *([valid] if valid in ds.splits else []), split]
    target = {name: ds[name].labels("linear probes") for name in parts}
    with run.at_epoch(run.best_epoch if epoch is None else epoch) as model:
        features = {name: representations(model, ds[name], modality) for name in dict.fromkeys(parts)}
    classes = ds.spec.task.kind == "classification"
    out = {}
    for name in REPRESENTATIONS:
        x = {part: features[part][name] for part in features}
        if not all(np.isfinite(values).all() for values in x.values()):
            out[name] = np.full(len(ds[split]), np.nan)
            continue
        fits = [
            _fitted(x[trained], target[trained], penalty, classes=classes)
            for penalty in (PENALTIES if valid in target else (1.0,))
        ]
        selected = (
            max(fits, key=lambda fit: _scores(fit, x[valid], target[valid], classes).mean())
            if len(fits) > 1
            else fits[0]
        )
        out[name] = _scores(selected, x[split], target[split], classes)
    return out


def _fitted(x: np.ndarray, target: np.ndarray, penalty: float, *, classes: bool) -> object:
    """Return a fitted probe; of a training split with one class, that class."""
    if classes and len(np.unique(target)) < 2:
        return target[:1]
    from sklearn.linear_model import LogisticRegression, Ridge  # half a second to import, which only the probes need
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = LogisticRegression(C=1 / penalty, max_iter=500) if classes else Ridge(alpha=penalty)
    return make_pipeline(StandardScaler(), model).fit(x.astype(np.float64), target)


def _scores(fit: object, x: np.ndarray, target: Shaped[np.ndarray, " sample"], classes: bool) -> np.ndarray:
    predicted = np.repeat(fit, len(x)) if isinstance(fit, np.ndarray) else fit.predict(x.astype(np.float64))  # type: ignore[attr-defined]
    return (predicted == target).astype(np.float64) if classes else -np.abs(predicted - target)
