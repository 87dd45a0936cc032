"""Artefacts of single runs: time and memory against length, a model with and without alignment, and features before and after a mapping."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import xarray as xr
from sklearn.manifold import TSNE

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.models import batch_of
from mmviz.studies.efficiency import as_dataset, study
from mmviz.studies.papers.published_results import LENGTHS
from mmviz.studies.papers.training_grids import DIGITS, model_options, train_options

if TYPE_CHECKING:
    from mmviz.data.dataset import Dataset
    from mmviz.studies.papers.results import Budget
    from mmviz.train import Run

CONTENDERS = ("coupled_mamba", "alignmamba2", "cross_attention_materialised", "transformer_materialised")
_SHOWN = 150  # samples in a map of features


def efficiency(budget: Budget) -> xr.DataTree:
    """Return time and peak memory of an inference at the paper's lengths: ``milliseconds``, ``low``, ``high``, ``mebibytes`` (model, length).

    Raises
    ------
    DataError
        If a model was not measured.
    """
    rows = study(
        lengths=LENGTHS, models=CONTENDERS, modes=("inference",), width=2 * budget.width, layers=1, batch=4,
        rounds=budget.rounds, seconds=2.0 * budget.rounds,
    )  # fmt: skip
    bad = [row for row in rows if row.time_ms is None]
    if bad:
        raise DataError(
            f"efficiency: {bad[0].case.contender} at length {bad[0].case.length} was {bad[0].status}: {bad[0].note}"
        )
    return xr.DataTree.from_dict({"/efficiency": _plain(as_dataset(rows))})


def aligned(budget: Budget) -> xr.DataTree:
    """Train AlignMamba-2 with both alignment losses and with none; return plans, distances over training, and t-SNE maps of features."""
    ds = mm.data.load(**DIGITS)
    own = {k: v for k, v in model_options(budget).items() if k != "state"} | {"state": 4}
    runs, traces = {}, {}
    for name, weights in (("no alignment", {"ot": 0.0, "mmd": 0.0}), ("OT and MMD", {})):
        model = mm.models.build("alignmamba2", ds.spec, seed=0, **own, **weights)
        runs[name] = mm.train.fit(model, ds, progress=False, seed=0, **train_options(budget))
        traces[name] = mm.record(
            runs[name], ds["test"], recorded_samples=2, coalitions=False, influence=False, alignment=True
        )
    last = traces["OT and MMD"]
    group = last["transport"].to_dataset()
    source, anchor = str(group["source"].values[0]), str(group["anchor"].values[0])
    tree = {
        "/transport": mm.analysis.transport(last, source, anchor),
        "/alignment": mm.analysis.alignment(traces),
        "/features": _feature_maps({name: _encoded(run, ds) for name, run in runs.items()}, ds),
    }
    return xr.DataTree.from_dict({place: _plain(data) for place, data in tree.items()})


def mapped(budget: Budget) -> xr.DataTree:
    """Train a fusion with a linear mapping between modalities; return t-SNE maps of its vectors before and after the mapping."""
    ds = mm.data.load(**DIGITS)
    base = {"state": 4, "layers": 1}
    model = mm.models.build(
        "equilibrium", ds.spec, base="coupled_mamba", base_options=base, memory=False, mapping="linear", seed=0,
        width=budget.width, steps=14,
    )  # fmt: skip
    run = mm.train.fit(model, ds, progress=False, seed=0, **train_options(budget))
    with torch.no_grad():
        z, _ = run.model.unimodal_features(run.model.encode(_shown(ds)))  # type: ignore[operator]
        goal = run.model.mapping(z)[0, 1]  # type: ignore[operator]
    before = np.stack([z[0].numpy(), z[1].numpy()])
    after = np.stack([goal.numpy(), z[1].numpy()])
    return xr.DataTree.from_dict({"/features": _plain(_feature_maps({"before": before, "after": after}, ds))})


def _shown(ds: Dataset) -> mm.models.Batch:
    return batch_of(ds["test"], np.linspace(0, len(ds["test"]) - 1, _SHOWN).round().astype(int))


def _encoded(run: Run, ds: Dataset) -> np.ndarray:
    """Return the mean encoded step of each modality, (modality, sample, width)."""
    with torch.no_grad():
        steps = run.model.encode(_shown(ds))
    total = (steps.x * steps.mask[..., None]).sum(2)
    return (total / steps.mask.sum(2).clamp(min=1)[..., None]).numpy()


def _feature_maps(features: dict[str, np.ndarray], ds: Dataset) -> xr.Dataset:
    """Return t-SNE maps, ``place`` (stage, modality, sample, axis): one map per stage, of both modalities together."""
    places = []
    for values in features.values():
        flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
        found = TSNE(2, perplexity=20, init="pca", random_state=0, max_iter=500).fit_transform(flat)
        found = (found - found.mean(0)) / found.std()
        places.append(found.reshape(*values.shape[:2], 2))
    return xr.Dataset(
        {"place": (("stage", "modality", "sample", "axis"), np.stack(places))},
        coords={"stage": list(features), "modality": list(ds.spec.names)},
        attrs={"perplexity": 20, "samples": _SHOWN},
    )


def _plain(data: xr.Dataset) -> xr.Dataset:
    """Return the data with attributes that netCDF can store."""
    out = data.copy()
    things: list[Any] = [out, *out.variables.values()]
    for thing in things:
        thing.attrs = {
            k: v if isinstance(v, (int, float, str)) else str(v) for k, v in thing.attrs.items() if v is not None
        }
    return out


ARTEFACTS: dict[str, Callable[[Budget], xr.DataTree]] = {"efficiency": efficiency, "aligned": aligned, "mapped": mapped}
