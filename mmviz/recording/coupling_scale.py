"""Predictions of a run whose coupling between modalities is scaled: off-diagonal weights W[m, n], n ≠ m, times a factor."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, selected, takes
from mmviz.data.matching import matched
from mmviz.models.ssm.edited_scan import ScanEdit
from mmviz.models.user_module.model import Adapted
from mmviz.recording.edited_layers import edited_layers, scan_layers
from mmviz.recording.samples import outputs
from mmviz.recording.what_if_interventions import possible_interventions
from mmviz.train.metrics import score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.data.dataset import Split
    from mmviz.models.base import ScanInputs
    from mmviz.train.run import Run


@takes(run="run")
def coupling_scale(run: Run, split: Split) -> CouplingScale:
    """Return a callable that predicts a split with scaled coupling, for a knob in a notebook: ``predict(0.5, available=["audio"])``.

    Parameters
    ----------
    run
        A training of a fusion with coupled SSM streams of single modalities, such as ``coupled_mamba``.
    split
        For example ``ds["test"]``.

    Raises
    ------
    ConfigError
        A fusion without such streams, or a split of other data.
    """
    return CouplingScale(run, split)


class CouplingScale:
    r"""Callable that returns predictions for a scale s of the coupling between modalities; see :func:`coupling_scale`.

    In every layer and at every step the operator has

        h[m,t] = exp(dt[m,t]·A[m]) · (W[m,m] h[m,t-1] + s Σ_{n≠m} W[m,n] h[n,t-1]) + dt[m,t]·B[m,t]·x[m,t].

    Notes
    -----
    s = 1 is the trained model, s = 0 cuts every edge, as :func:`mmviz.intervene` with all edges and ``to="zero"`` does. The weights of a row
    are not normalised again: with s < 1 a state also receives less in total, so that a change of the prediction is not an effect of the other
    modalities alone. The model was not trained with s ≠ 1.
    """

    def __init__(self, run: Run, split: Split) -> None:
        model = run.model
        coupled = not isinstance(model, Adapted) and all(
            "cut" in possible_interventions(model, n) for n in model.spec.names
        )
        if not coupled:
            raise ConfigError(
                f"coupling_scale: {run.info['model']['name']!r} has no coupled SSM streams of single modalities, so there is no weight W to scale; "
                "use coupled_mamba with two or more modalities, or mmviz.intervene(edge=...) for captured scans of a user's module"
            )
        self._run, self._matching = run, matched(model.spec, split, "coupling_scale")
        self._split, self._lock = split, threading.Lock()

    def __call__(
        self, scale: float = 1.0, *, available: Sequence[str] | None = None, epoch: int | None = None
    ) -> xr.Dataset:
        """Return the predictions of every sample of the split.

        Parameters
        ----------
        scale
            Factor s in [0, 1].
        available
            Modalities that are not masked; None: all.
        epoch
            Epoch whose weights are used; None: the selected epoch.

        Returns
        -------
        xr.Dataset
            ``prediction`` (sample, output): class probabilities, or the value; with labels ``score``, accuracy or mean absolute error. ``scale``,
            ``epoch`` and ``available`` are attributes.

        Raises
        ------
        ConfigError
            A scale outside [0, 1], an unknown or no modality, or an epoch without weights.
        """
        factor = number(scale, "coupling_scale: scale", low=0, high=1)
        names = tuple(self._run.model.spec.names)
        members = torch.tensor([name in selected(available, names, "coupling_scale: available") for name in names])
        chosen = self._run.best_epoch if epoch is None else epoch
        task, parts = self._run.model.spec.task, []
        with self._lock, self._run.at_epoch(chosen) as model, torch.no_grad():
            layers = {} if factor == 1 else dict.fromkeys(range(len(scan_layers(model))), _scaled(factor))
            for batch in self._run.batches(self._split, matching=self._matching):
                with edited_layers(model, layers):
                    output = model(batch.masked(members.expand(len(batch), -1)))
                parts.append((output.softmax(-1) if task.kind == "classification" else output).float().numpy())
        found = self._matching.outputs(np.concatenate(parts))
        data: dict[str, Any] = {"prediction": (("sample", "output"), found)}
        spec = self._matching.spec
        if self._split.target is not None:
            metric = "accuracy" if task.kind == "classification" else "mae"
            scored = score(spec.task, found if task.kind == "classification" else found[:, 0], self._split.target)
            data["score"] = (
                (),
                scored[metric],
                {"long_name": {"accuracy": "accuracy", "mae": "mean absolute error"}[metric]},
            )
        coords = {"sample": [str(i) for i in self._split.ids], "output": outputs(spec)}
        attrs = {
            "scale": factor,
            "epoch": chosen,
            "available": [n for n, held in zip(names, members.tolist(), strict=True) if held],
        }
        return xr.Dataset(data, coords=coords, attrs=attrs)


def _scaled(factor: float) -> Any:
    def edits(inputs: ScanInputs) -> list[ScanEdit]:
        return scaled_coupling(inputs, factor)

    return edits


def scaled_coupling(inputs: ScanInputs, factor: float) -> list[ScanEdit]:
    """Return the edit of a scan that multiplies the off-diagonal coupling weights of every sample by a factor."""
    M = inputs.W.shape[-1]
    same = torch.eye(M, dtype=torch.bool, device=inputs.W.device)
    W = torch.where(same, torch.nan, factor * inputs.W.to(inputs.A.dtype))
    everywhere = torch.ones(inputs.x.shape[:3], dtype=torch.bool)
    return [ScanEdit("edge", everywhere, torch.ones(inputs.x.shape[-1], dtype=torch.bool), W)]
