"""Train a model: check the call, prepare, run the loop, return the Run."""

from __future__ import annotations

import copy
import dataclasses
import difflib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch

import mmviz
from mmviz.errors import ConfigError
from mmviz.models.build import name_of
from mmviz.train.admission import check_spec, check_splits, check_strategy, open_fabric
from mmviz.train.config import TrainConfig
from mmviz.train.folder import RunFolder
from mmviz.train.held_out import hold_out
from mmviz.train.interrupt import Interruptible
from mmviz.train.loop import Loop
from mmviz.train.record import Record
from mmviz.train.run import Run
from mmviz.train.strategies import strategy_of

if TYPE_CHECKING:
    from pathlib import Path

    from mmviz.data.dataset import Dataset, Split
    from mmviz.models.fusion import FusionModel
    from mmviz.train.strategy import Strategy


def fit(
    model: FusionModel,
    ds: Dataset,
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: bool = True,
    strategy: str | Strategy = "joint",
    strategy_options: dict[str, Any] | None = None,
    **options: Any,
) -> Run:
    """Train a model on one split, choose the epoch by another (``train`` and ``valid`` unless named otherwise).

    Parameters
    ----------
    model
        From :func:`mmviz.models.build`; it is left untouched, the run holds its own copy.
    ds
        A data set whose spec is the model's, in memory or from `mmviz.data.from_disk`: of the latter, one batch at a time is in memory.
    out
        Folder for ``run.json`` and one safetensors file per epoch; in memory only when None.
    overwrite
        Replace a run that is already in ``out``.
    progress
        Show a bar.
    strategy
        How modalities share the updates: a name of :data:`mmviz.train.STRATEGIES`, or a strategy with its options,
        ``strategy=mm.train.strategies.ShapleyAlternating(memory=True)``.
    strategy_options
        Options of a strategy that was named, by name.
    options
        Fields of :class:`mmviz.train.TrainConfig`: ``epochs``, ``batch_size``, ``learning_rate``, ``patience``, ``seed``, ...

    Returns
    -------
    Run
        ``status`` says how it ended. Ctrl-C finishes the step and returns what was reached.

    Raises
    ------
    ConfigError
        An unknown option or strategy, a value out of range, or a model built for other data.
    CheckpointError
        ``out`` holds a run already or cannot be written.

    Notes
    -----
    Global random state, gradient mode and signal handlers are as before afterwards. The same seed on the same CPU gives the
    same weights bit for bit.
    """
    chosen = strategy_of(strategy, strategy_options)
    config = _config(chosen, options)
    check_spec(model, ds)
    if config.augment is not None:
        config.augment.check({m.name: m.features for m in ds.spec.modalities})
    check_splits(ds, config)
    check_strategy(chosen, config, ds)
    fabric = open_fabric(config)
    parts: tuple[Split, Split | None] = ds[config.train], None
    if chosen.holds_out or config.measure is not None:
        parts = hold_out(ds[config.train], config.held_out, config.seed)
    folder = None if out is None else RunFolder(out)
    with torch.random.fork_rng(), Interruptible() as interrupt:
        torch.manual_seed(config.seed)
        raw = chosen.prepare(copy.deepcopy(model).cpu())
        record = Record(raw, config.select, folder, _info(raw, ds, config))
        splits = *parts, ds.splits.get(config.valid)
        loop = Loop(fabric, raw, chosen, splits, config, record, interrupt)
        if folder is not None:
            folder.create(overwrite=overwrite)
        status = loop.run(progress)
        record.publish(status)
    best = raw.cpu().float().eval()
    best.load_state_dict(record.weights[record.best])
    path = None if folder is None else folder.path
    return Run(best, record.info, record.history, status, record.best, record.weights, path)


def _info(model: FusionModel, ds: Dataset, config: TrainConfig) -> dict[str, Any]:
    """Return what a run knows of how it was made, in plain values."""
    return {
        "dataset": ds.spec.name,
        "model": {"name": name_of(model), "options": json.loads(json.dumps(asdict(model.config)))},
        "train": json.loads(json.dumps(asdict(config))),
        "backend": "",
        "versions": {"mmviz": mmviz.__version__, "torch": torch.__version__},
    }


def _config(strategy: Strategy, options: dict[str, Any]) -> TrainConfig:
    known = TrainConfig.__dataclass_fields__
    for name in options:
        if name not in known:
            close = difflib.get_close_matches(name, list(known), 1)
            hint = f", did you mean {close[0]!r}?" if close else ""
            raise ConfigError(f"fit: option {name!r} is unknown{hint}; known: {', '.join(known)}")
    own = dataclasses.asdict(strategy.options)
    if strategy.measures and not options.get("measure"):
        options = options | {"measure": True}
    return TrainConfig(strategy=strategy.name, strategy_options=own, **options)
