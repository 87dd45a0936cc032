"""One training, as every device carries it out: prepare, run the loop, return the Run."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

import mmviz
from mmviz.errors import CheckpointError
from mmviz.models.build import name_of
from mmviz.train.admission import open_fabric
from mmviz.train.folder import RunFolder
from mmviz.train.held_out import hold_out
from mmviz.train.loop import Loop
from mmviz.train.record import Record
from mmviz.train.resume import read_before
from mmviz.train.run import Run
from mmviz.train.state import content_of, go_on
from mmviz.train.torch_settings import torch_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmviz.data.dataset import Dataset, Split
    from mmviz.models.fusion import FusionModel
    from mmviz.train.config import TrainConfig
    from mmviz.train.devices import Devices
    from mmviz.train.devices.bar import Bar
    from mmviz.train.loop import Stoppable
    from mmviz.train.resume import Before
    from mmviz.train.strategy import Strategy


@dataclass(frozen=True)
class Job:
    """A training that was checked and has not begun; it can be sent to another process.

    Attributes
    ----------
    model, ds, strategy, config
        As given; the model and the strategy are not changed.
    out
        The run's folder, or None.
    overwrite
        Replace a run that is there.
    goes_on
        Go on with the run that is there.
    """

    model: FusionModel
    ds: Dataset
    strategy: Strategy
    config: TrainConfig
    out: str | Path | None
    overwrite: bool
    goes_on: bool


def carry_out(job: Job, devices: Devices, interrupt: Stoppable, bar: Callable[[int], Bar]) -> Run:
    """Train; on several devices each process calls this, and each returns the run.

    Global random state is as before afterwards.

    Raises
    ------
    ConfigError
        No such accelerator here; a run to go on with that was made of something else.
    CheckpointError
        A folder that cannot be read or written, or that another training writes to (InUseError).
    """
    ds, config, chosen = job.ds, job.config, copy.deepcopy(job.strategy)
    fabric = open_fabric(config, devices)
    parts: tuple[Split, Split | None] = ds[config.train], None
    if chosen.holds_out or config.measure is not None:
        parts = hold_out(ds[config.train], config.held_out, config.seed)
    folder = None if job.out is None else RunFolder(job.out)
    with contextlib.ExitStack() as held:
        if folder is not None:
            mine = folder
            devices.first(lambda: held.enter_context(mine.locked()))
        held.enter_context(torch.random.fork_rng())
        held.enter_context(torch_settings(fabric.device))
        torch.manual_seed(config.seed)
        raw = chosen.prepare(copy.deepcopy(job.model).cpu())
        info = _info(raw, ds, config)
        if devices.count > 1:
            info["devices"] = devices.count
        made: dict[str, Any] = {}
        if folder is not None:
            made = {
                "model": info["model"],
                "train": info["train"],
                "data": content_of(ds, (config.train, config.valid)),
            }
        before = read_before(folder.path, raw, made) if folder is not None and job.goes_on else None
        record = Record(raw, config.select, folder if devices.rank == 0 else None, info)
        splits = *parts, ds.splits.get(config.valid)
        loop = Loop(fabric, raw, chosen, splits, config, record, interrupt, devices, made)
        if before is not None:
            record.go_on(before)
            if devices.rank == 0 and folder is not None:
                folder.refuse_links()
                folder.remove_temporary_files()
            _go_on(loop, before, folder)
        elif folder is not None:
            made_anew = folder
            devices.first(lambda: made_anew.create(overwrite=job.overwrite))
        status = loop.run(bar)
        record.publish(status)
    best = raw.cpu().float().eval()
    best.load_state_dict(record.weights[record.best])
    path = None if folder is None else folder.path
    return Run(best, record.info, record.history, status, record.best, record.weights, path)


def _go_on(loop: Loop, before: Before, folder: RunFolder | None) -> None:
    try:
        go_on(loop, before.state)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        place = "" if folder is None else f"{folder.path}: "
        raise CheckpointError(
            f"{place}the state to resume from does not fit this training ({error!r:.300}); it was changed, or written by other "
            "code: train again with overwrite=True or another out="
        ) from error


def _info(model: FusionModel, ds: Dataset, config: TrainConfig) -> dict[str, Any]:
    """Return what a run knows of how it was made, in plain values."""
    return {
        "dataset": ds.spec.name,
        "model": {"name": name_of(model), "options": json.loads(json.dumps(asdict(model.config)))},
        "train": json.loads(json.dumps(asdict(config))),
        "backend": "",
        "versions": {"mmviz": mmviz.__version__, "torch": torch.__version__},
    }
