"""Groups /transport and /alignment: transport plans, OT distance, MMD² and A-distance of encoded steps; mean encoded vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.models.base import Observation
from mmviz.models.batch import Steps, batch_of
from mmviz.models.ssm.alignment import Alignment, AlignmentConfig
from mmviz.models.user_module.model import Adapted
from mmviz.recording.samples import array

if TYPE_CHECKING:
    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run


class TransportGroup:
    """Transport distances at every epoch, plans and costs at the best; empty for a model without alignment."""

    def __init__(self) -> None:
        self._distances: list[np.ndarray] = []
        self._data = xr.Dataset()

    def add(self, seen: Observation, *, best: bool) -> None:
        """Add one epoch."""
        if not seen.plans:
            return
        self._distances.append(np.stack([array(pair.distance) for pair in seen.plans], 1))
        if best:
            dims = ("recorded_sample", "pair", "time", "anchor_time")
            self._data = xr.Dataset(
                {
                    "plan": (dims, np.stack([array(pair.plan) for pair in seen.plans], 1)),
                    "cost": (dims, np.stack([array(pair.cost) for pair in seen.plans], 1)),
                },
                coords={
                    "source": ("pair", [pair.source for pair in seen.plans]),
                    "anchor": ("pair", [pair.anchor for pair in seen.plans]),
                },
            )
            self._data["plan"].attrs = {
                "long_name": "mass transported from a step to a step of the anchor",
                "units": "1",
            }
            self._data["cost"].attrs = {"long_name": "cost of transporting a unit of mass", "units": "1"}

    def datasets(self, chosen: np.ndarray, epochs: list[int]) -> dict[str, xr.Dataset]:
        """Return the group, or none."""
        if not self._distances:
            return {}
        data = self._data.assign(distance=(("epoch", "recorded_sample", "pair"), np.stack(self._distances)))
        data["distance"].attrs = {"long_name": "transport distance", "units": "1"}
        return {"/transport": data.assign_coords(epoch=epochs, recorded_sample=chosen)}


#: samples, spread evenly over the split, that the distances are measured on
SAMPLES = 256
_FOLDS = 5
_ROWS = 32


class AlignmentGroup:
    """Transport distance, MMD² and A-distance of the encoded steps, per pair of modality and anchor and epoch.

    Means over at most 256 samples of the split, computed from the encoders' outputs before fusion, as in AlignMamba-2's regularisers, and
    defined for any model. Options of the model for anchor, cost, plan or bandwidth apply.
    """

    def __init__(self, model: FusionModel, split: Split, matching: Matching) -> None:
        if isinstance(model, Adapted):
            raise ConfigError(
                f"record: alignment=True compares encoded steps, and {model.config.name} is a user's module whose encoders are unknown; "
                "leave alignment out"
            )
        rows = np.unique(np.linspace(0, len(split) - 1, min(SAMPLES, len(split))).round().astype(int))
        self._batches = [batch_of(split, rows[i : i + _ROWS], matching) for i in range(0, len(rows), _ROWS)]
        self._measure = Alignment(model.spec.names, _config(model))
        self._pairs: tuple[tuple[str, str], ...] = ()
        self._rows: list[list[tuple[float, float, float]]] = []

    def add(self, model: FusionModel) -> None:
        """Add one epoch."""
        parts = [model.encode(batch) for batch in self._batches]
        seen = [Observation() for _ in parts]
        for steps, part in zip(parts, seen, strict=True):
            self._measure(steps, part)
        self._pairs = tuple((plan.source, plan.anchor) for plan in seen[0].plans)
        names = model.spec.names
        row = []
        for k, (source, anchor) in enumerate(self._pairs):
            plans = [part.plans[k] for part in seen]
            ot = torch.cat([plan.distance for plan in plans])
            mmd = torch.cat([plan.mmd for plan in plans if plan.mmd is not None])
            apart = a_distance(*(_means(parts, names.index(name)) for name in (source, anchor)))
            row.append((_mean(ot), _mean(mmd), apart))
        self._rows.append(row)

    def datasets(self, epochs: list[int]) -> dict[str, xr.Dataset]:
        """Return the group; none where a model has one modality."""
        if not self._pairs:
            return {}
        values = np.array(self._rows, dtype=np.float64)
        data = xr.Dataset(
            {name: (("epoch", "pair"), values[..., k]) for k, name in enumerate(("ot", "mmd", "a_distance"))},
            coords={
                "epoch": epochs,
                "source": ("pair", [source for source, _ in self._pairs]),
                "anchor": ("pair", [anchor for _, anchor in self._pairs]),
            },
            attrs={"samples": sum(len(batch) for batch in self._batches)},
        )
        data["ot"].attrs = {"long_name": "mean transport distance of the encoded steps", "units": "1"}
        data["mmd"].attrs = {"long_name": "mean squared maximum mean discrepancy of the encoded steps", "units": "1"}
        data["a_distance"].attrs = {
            "long_name": "proxy A-distance of the encoded means, 0: not separable, 2: separable",
            "units": "1",
        }
        return {"/alignment": data}


def a_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Return the proxy A-distance of two sets of points, (points, features) each.

    2 (1 - 2 ε), where ε is the cross-validated error (five folds) of a linear classifier that separates the sets, at most 1/2; NaN where a
    set has fewer points than folds.

    Notes
    -----
    Ben-David et al., *Analysis of representations for domain adaptation*, 2007. AlignMamba (arXiv 2412.00833) reports an "A-distance" without
    a formula; this one is our interpretation.
    """
    if min(len(x), len(y)) < _FOLDS:
        return float("nan")
    points, side = np.concatenate([x, y]), np.repeat([0, 1], [len(x), len(y)])
    from sklearn.linear_model import LogisticRegression  # half a second to import, which only this distance needs
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    predicted = cross_val_predict(classifier, points, side, cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=0))
    wrong = predicted != side
    error = min(0.5, 0.5 * (wrong[side == 0].mean() + wrong[side == 1].mean()))
    return float(2 * (1 - 2 * error))


def _means(parts: list[Steps], modality: int) -> np.ndarray:
    """Return the mean step of each sample that has the modality."""
    rows = []
    for steps in parts:
        x, mask = steps.x[modality].float(), steps.mask[modality]
        mean = (x * mask[..., None]).sum(1) / mask.sum(1).clamp(min=1)[:, None]
        rows.append(mean[mask.any(1)].cpu().numpy())
    return np.concatenate(rows).astype(np.float64)


def _config(model: FusionModel) -> AlignmentConfig:
    if isinstance(model.config, AlignmentConfig):
        return model.config
    anchor = getattr(model.config, "anchor", "")
    return AlignmentConfig(anchor=anchor if anchor in model.spec.names else "")


def _mean(values: torch.Tensor) -> float:
    """Return the mean over the samples that have both modalities."""
    there = values[torch.isfinite(values)]
    return float(there.mean()) if len(there) else float("nan")


@takes(run="run")
def encoded(run: Run, split: Split, *, epoch: int | None = None) -> xr.Dataset:
    """Return the mean encoded step of every sample and modality.

    Parameters
    ----------
    run
        A training.
    split
        For example ``ds["test"]``.
    epoch
        An epoch with stored weights; None: the best epoch.

    Returns
    -------
    xr.Dataset
        ``vector`` (modality, sample, channel), float32, the mean over the steps with data; NaN where a modality is absent. For
        `mmviz.analysis.directions`.

    Raises
    ------
    ConfigError
        If the weights of that epoch are not stored.
    """
    matching = matched(run.model.spec, split, "encoded")
    chosen = run.best_epoch if epoch is None else epoch
    parts = []
    with run.at_epoch(chosen) as model, torch.no_grad():
        for batch in run.batches(split, matching=matching):
            steps = model.encode(batch)
            count = steps.mask.sum(-1)[..., None]
            mean = (steps.x * steps.mask[..., None]).sum(2) / count.clamp(min=1)
            parts.append(torch.where(count > 0, mean, torch.nan).float().numpy())
    spec = matching.spec
    found = xr.Dataset(
        {"vector": (("modality", "sample", "channel"), np.concatenate(parts, 1))},
        coords={"modality": list(spec.names), "sample": np.asarray(split.ids).astype(str)},
    )
    found["vector"].attrs = {"long_name": "mean encoded step", "units": "1"}
    found.attrs = {
        "dataset": spec.name,
        "split": split.name,
        "model": run.info["model"]["name"],
        "seed": run.info["train"]["seed"],
        "epoch": int(chosen),
    }
    return found
