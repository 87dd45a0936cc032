"""Train a model: check the call, prepare, run the loop, return the Run."""

from __future__ import annotations

import copy
import dataclasses
import difflib
import signal
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError, InUseError
from mmviz.io.folder_lock import wait_until_free
from mmviz.train import cache as caching
from mmviz.train.checkpoint import RunFolder, folder_of
from mmviz.train.config import TrainConfig
from mmviz.train.devices import Devices
from mmviz.train.devices.device_map import check_divisible, placement
from mmviz.train.devices.processes import join, spawned
from mmviz.train.devices.progress import bar_of
from mmviz.train.job import Interruptible, Job, carry_out
from mmviz.train.strategies import strategy_of
from mmviz.train.validation import (
    check_labels,
    check_recorded,
    check_spec,
    check_splits,
    check_strategy,
    with_split_names,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.devices.device_map import Placement
    from mmviz.train.run import Run
    from mmviz.train.strategies.base import Strategy


def fit(
    model: FusionModel,
    ds: Dataset,
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: bool = True,
    strategy: str | Strategy = "joint",
    strategy_options: dict[str, Any] | None = None,
    devices: int | str = 1,
    strategy_backend: str = "ddp",
    timeout: float = 1800,
    resume: bool | str | Path = False,
    cache: str | Path | None = None,
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
        Replace a run that is already in ``out``; train again what is in ``cache``.
    progress
        Show a bar.
    strategy
        How modalities share the updates: a name of :data:`mmviz.train.STRATEGIES`, or a strategy with its options,
        ``strategy=mm.train.strategies.ShapleyAlternating(memory=True)``.
    strategy_options
        Options of a strategy that was named, by name.
    devices
        Share every batch among so many GPUs, or processes on the CPU; ``"auto"`` takes every GPU. ``batch_size`` counts all devices, so
        that their number does not change the result beyond rounding (dropout draws another mask). See ``docs/scale.md``.
    strategy_backend
        How devices share the work: ``ddp``, every device holds all weights, gradients are summed.
    timeout
        Seconds one device waits for another until the training ends with an error.
    resume
        Go on with a training that stopped: True with the run in ``out`` (begin where there is none), a path with the one there. Give the
        same model, data and options; the number of devices may be another. An epoch that was cut short is trained again.
    cache
        Folder that keeps trainings by what they are made of, instead of ``out``: one that is there is loaded, every file checked against its
        sha256; one that was stopped goes on; one that another process trains at this moment is waited for; any other model, data, option, code or torch is another training. What cannot be read is trained
        again with a warning, and where nothing can be written, nothing is kept, with a warning.
    options
        Fields of :class:`mmviz.train.TrainConfig`: ``epochs``, ``batch_size``, ``learning_rate``, ``patience``, ``seed``, ...

    Returns
    -------
    Run
        ``status`` says how it ended. Ctrl-C finishes the step and returns what was reached.

    Raises
    ------
    ConfigError
        An unknown option or strategy, a value out of range, a model built for other data, or a run to go on with that was made of something else.
    CheckpointError
        ``out`` holds a run already or cannot be written, another training writes to it at this moment (``InUseError``, which names the
        process), or the run to go on with cannot be read.
    DeviceError
        One of several devices has failed or does not answer.

    Notes
    -----
    Global random state, gradient mode and signal handlers are as before afterwards. The same seed, on the same CPU with the same
    number of threads, gives the same weights bit for bit, whatever random numbers were drawn before. Another number of threads
    changes the order of sums, and so the last digits.
    """
    chosen = strategy_of(strategy, strategy_options)
    config = complete_config(chosen, options)
    check_spec(model, ds)
    if config.augment is not None:
        config.augment.check({m.name: m.features for m in ds.spec.modalities})
    config = with_split_names(ds, config)
    check_splits(ds, config)
    check_labels(ds, config)
    check_recorded(ds, config)
    check_strategy(chosen, config, ds)
    place = placement(devices, strategy_backend, timeout, config)
    if cache is not None:
        caching.check(cache, out, resume)
        kept = caching.place_in(cache, model, ds, config, place.count)
        while True:
            before = None if overwrite else caching.found(kept)
            if before is not None:
                return before
            out, resume = (kept, not overwrite) if caching.writable(kept) else (None, False)
            try:
                return _train(model, ds, chosen, config, place, out, resume, overwrite=overwrite, progress=progress)
            except InUseError:  # another process was faster
                wait_until_free(kept)
    return _train(model, ds, chosen, config, place, out, resume, overwrite=overwrite, progress=progress)


def _train(
    model: FusionModel,
    ds: Dataset,
    chosen: Strategy,
    config: TrainConfig,
    place: Placement,
    out: str | Path | None,
    resume: bool | str | Path,
    *,
    overwrite: bool,
    progress: bool,
) -> Run:
    out, goes_on = folder_of(out, resume)
    if out is not None and not goes_on and place.how != "joined":
        RunFolder(out).refuse_another(overwrite=overwrite)
    if place.count > 1:
        with torch.random.fork_rng():
            check_divisible(copy.deepcopy(chosen).prepare(copy.deepcopy(model).cpu()), place.count)
    job = Job(model, ds, chosen, config, out, overwrite, goes_on)
    if place.how == "spawned":
        return spawned(job, place, progress=progress)
    if place.how == "here":
        with Interruptible() as interrupt:
            return carry_out(job, Devices(), interrupt, lambda batches: bar_of(batches, shown=progress))
    with Interruptible(signal.SIGTERM) as interrupt:
        shared = join(place)
        return carry_out(job, shared, interrupt, lambda n: bar_of(n, shown=progress and shared.rank == 0))


def complete_config(strategy: Strategy, options: dict[str, Any]) -> TrainConfig:
    """Return the options of a training, with those of its strategy; ConfigError for an unknown option, with the nearest name."""
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
