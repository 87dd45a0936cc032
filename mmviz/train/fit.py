"""``fit``: train a model with a strategy, on one or several devices, with checkpoints and a cache."""

from __future__ import annotations

import copy
import dataclasses
import signal
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError, InUseError
from mmviz.core.options import nearest
from mmviz.io.files import checked_path
from mmviz.io.folder_lock import wait_until_free
from mmviz.train.cache import cache_folder, cached_run, make_writable, refuse_other_folder
from mmviz.train.checkpoint import RunFolder, resolve_folder
from mmviz.train.config import TrainConfig
from mmviz.train.devices import Devices
from mmviz.train.devices.device_map import check_divisible, device_map
from mmviz.train.devices.processes import join_torchrun, run_spawned
from mmviz.train.devices.progress import progress_bar
from mmviz.train.epoch_loggers import epoch_loggers
from mmviz.train.intervention import check_interventions
from mmviz.train.job import Interruptible, Job, run_job
from mmviz.train.model_entry import loads_without_model
from mmviz.train.strategies import strategy_of
from mmviz.train.validation import (
    check_labels,
    check_model,
    check_module,
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
    from mmviz.train.devices.device_map import DeviceMap
    from mmviz.train.epoch_loggers import EpochLoggers
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
    log: Any = None,
    **options: Any,
) -> Run:
    """Train a model on the split ``train``, select the epoch on the split ``valid``, and return the run.

    Parameters
    ----------
    model
        From :func:`mmviz.models.build`, any subclass of :class:`mmviz.models.FusionModel`, or a user's module from
        :func:`mmviz.models.adapt`. It is not changed, the run holds a copy.
    ds
        A data set whose spec is the model's, in memory or from `mmviz.data.from_disk`: of the latter, one batch at a time is in memory.
    out
        Folder for ``run.json`` and one safetensors file per epoch; in memory only when None.
    overwrite
        Replace a run in ``out``, or in ``cache``.
    progress
        Show a progress bar.
    strategy
        Training strategy: a name of :data:`mmviz.train.STRATEGIES`, or an instance,
        ``strategy=mm.train.strategies.ShapleyAlternating(memory=True)``.
    strategy_options
        Options of a strategy given by name.
    devices
        Number of GPUs, or of processes on the CPU, that share every batch; ``"auto"`` takes every GPU. ``batch_size`` counts all devices, so
        that their number does not change the result beyond rounding (the dropout mask differs). See ``docs/scale.md``.
    strategy_backend
        ``ddp``: every device holds all weights, gradients are summed.
    timeout
        Seconds that a device waits for another one before the training ends with an error.
    resume
        Resume a training that stopped: True resumes the run in ``out`` (or begins where there is none), a path the run in that folder. Model,
        data and options must be the same; the number of devices may differ. An epoch that was cut short is trained again.
    cache
        Content-addressed cache directory, instead of ``out``: a training with the same model, data, options, code and torch version is
        loaded, every file checked against its sha256; a stopped one is resumed; one that another process trains at this moment is waited
        for. A run that cannot be read is trained again, and a cache that cannot be written is not used, each with a warning.
        The environment variable ``MMVIZ_RUNS``, a folder, takes its place: one cache for all notebooks of a class.
    log
        Where the history goes besides ``run.history``, after every whole epoch: a folder for TensorBoard, a
        ``torch.utils.tensorboard.SummaryWriter``, ``"mlflow"``, a function of one row of the history, a :class:`mmviz.train.TensorBoardLog` or
        :class:`mmviz.train.MLflowLog` (with figures at the end), or a list of these. An error at the start is raised; a later one is a warning,
        and the training continues. With several devices only the first one logs. A training that is loaded from ``cache`` logs nothing.
    options
        Fields of :class:`mmviz.train.TrainConfig`: ``epochs``, ``batch_size``, ``learning_rate``, ``patience``, ``seed``, ...

    Returns
    -------
    Run
        ``status``: finished, early stopped, interrupted or diverged. Ctrl-C finishes the step and returns the run so far.

    Raises
    ------
    ConfigError
        An unknown option or strategy, a value out of range, a model built for other data, one that the strategy cannot train, or a run to
        resume that differs in model, data or options; a path that is empty, contains NUL or is too long.
    CheckpointError
        ``out`` already holds a run or cannot be written, another training writes to it at this moment (``InUseError``, which names the
        process), or the run to resume cannot be read.
    DeviceError
        One of several devices failed or timed out.

    Notes
    -----
    Global random state, gradient mode and signal handlers are restored. The same seed gives the same weights bit for bit on the same CPU
    with the same number of threads, independent of random numbers drawn before. Another number of threads changes the order of sums,
    and so the last digits.
    """
    resumes = bool(resume) or cache is not None
    chosen, config, loggers = checked_options(
        model, ds, strategy, strategy_options, options, out=out, log=log, resumes=resumes, overwrite=overwrite
    )
    where = device_map(devices, strategy_backend, timeout, config)
    for option, path in (("out", out), ("cache", cache), ("resume", None if isinstance(resume, bool) else resume)):
        if path is not None:
            checked_path(path, f"fit: {option}", ConfigError)
    if cache is not None:
        refuse_other_folder(cache, out, resume)
        folder = cache_folder(cache, model, ds, config, where.count, chosen)
        while True:
            given = None if loads_without_model(model) else model
            before = None if overwrite else cached_run(folder, given)
            if before is not None:
                return before
            out, resume = (folder, not overwrite) if make_writable(folder) else (None, False)
            try:
                return _train(
                    model, ds, chosen, config, where, out, resume, loggers, overwrite=overwrite, progress=progress
                )
            except InUseError:  # another process has begun the same training
                wait_until_free(folder)
    return _train(model, ds, chosen, config, where, out, resume, loggers, overwrite=overwrite, progress=progress)


def checked_options(
    model: FusionModel,
    ds: Dataset,
    strategy: str | Strategy,
    strategy_options: dict[str, Any] | None,
    options: dict[str, Any],
    *,
    out: str | Path | None,
    log: Any,
    resumes: bool,
    overwrite: bool,
) -> tuple[Strategy, TrainConfig, EpochLoggers | None]:
    """Return strategy, options and loggers of a training, after every check that :func:`fit` makes before it trains."""
    chosen = strategy_of(strategy, strategy_options)
    config = train_config(chosen, options)
    check_spec(model, ds)
    check_model(model, out=out)
    if config.augment is not None:
        config.augment.check({m.name: m.features for m in ds.spec.modalities})
    config = with_split_names(ds, config)
    check_splits(ds, config)
    check_module(model, config)
    check_labels(ds, config)
    check_recorded(ds, config)
    check_strategy(chosen, config, ds)
    check_interventions(config, chosen, model, ds)
    loggers = epoch_loggers(log)
    if loggers is not None:
        loggers.check(resumes=resumes, overwrite=overwrite)
    return chosen, config, loggers


def _train(
    model: FusionModel,
    ds: Dataset,
    chosen: Strategy,
    config: TrainConfig,
    where: DeviceMap,
    out: str | Path | None,
    resume: bool | str | Path,
    loggers: EpochLoggers | None,
    *,
    overwrite: bool,
    progress: bool,
) -> Run:
    out, resumed = resolve_folder(out, resume)
    if out is not None and not resumed and where.start != "joined":
        RunFolder(out).refuse_existing_run(overwrite=overwrite)
    if where.count > 1:
        with torch.random.fork_rng():
            check_divisible(copy.deepcopy(chosen).prepare(copy.deepcopy(model).cpu()), where.count)
    job = Job(model, ds, chosen, config, out, overwrite, resumed, loggers)
    if where.start == "spawned":
        return run_spawned(job, where, progress=progress)
    if where.start == "here":
        with Interruptible() as interrupt:
            return run_job(job, Devices(), interrupt, lambda batches: progress_bar(batches, shown=progress))
    with Interruptible(signal.SIGTERM) as interrupt:
        group = join_torchrun(where)
        return run_job(job, group, interrupt, lambda n: progress_bar(n, shown=progress and group.rank == 0))


def train_config(strategy: Strategy, options: dict[str, Any]) -> TrainConfig:
    """Return the options of a training, with those of its strategy; ConfigError for an unknown option, with the nearest name."""
    known = TrainConfig.__dataclass_fields__
    for name in options:
        if name not in known:
            raise ConfigError(f"fit: option {name!r} is unknown{nearest(name, known)}; known: {', '.join(known)}")
    if strategy.needs_contributions and not options.get("monitor"):
        options = options | {"monitor": True}
    return TrainConfig(strategy=strategy.name, strategy_options=dataclasses.asdict(strategy.options), **options)
