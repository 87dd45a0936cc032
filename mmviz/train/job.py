"""One training as each device runs it: prepare data, model and checkpoint, run the loop, return the Run."""

from __future__ import annotations

import contextlib
import copy
import json
import signal
import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

import mmviz
from mmviz.core.errors import CheckpointError
from mmviz.models.registry import name_of
from mmviz.train.checkpoint import RunFolder, content_of, go_on, read_before
from mmviz.train.loop import Loop
from mmviz.train.run import Record, Run
from mmviz.train.sampling import hold_out
from mmviz.train.validation import open_fabric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType, TracebackType
    from typing import Self

    from mmviz.data.dataset import Dataset, Split
    from mmviz.models.base import FusionModel
    from mmviz.train.checkpoint import Before
    from mmviz.train.config import TrainConfig
    from mmviz.train.devices import Devices
    from mmviz.train.devices.progress import Bar
    from mmviz.train.loop import Stoppable
    from mmviz.train.strategies.base import Strategy


class Interruptible:
    """A context in which SIGINT sets :attr:`requested` instead of raising; the old handler comes back on leaving.

    Outside the main thread Python delivers no signals; there the context does nothing.

    Parameters
    ----------
    also
        Further signals that ask for the same.
    """

    def __init__(self, *also: signal.Signals) -> None:
        self.requested = False
        self._signals = (signal.SIGINT, *also)
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._note) for each in self._signals}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)  # type: ignore[arg-type]
        self._before = {}

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextmanager
def torch_settings(device: torch.device) -> Iterator[None]:
    """Gradients on, no autocast but the training's own, float32 as the default dtype and, on a CPU, deterministic operators.

    The settings are as before afterwards.

    Notes
    -----
    With two threads and more, the gradient of ``x[rows]`` with a repeated row is summed in whatever order the threads come, unless
    `torch.use_deterministic_algorithms` is set. Our own models and strategies do not need it; a user's ``nn.Module`` may. An operator
    without a deterministic form warns (``warn_only``). On a GPU it is left as it is: there many operators have no such form.
    """
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with (
            torch.inference_mode(mode=False),
            torch.enable_grad(),
            torch.autocast(device.type, enabled=False),
            _deterministic(device),
        ):
            yield
    finally:
        torch.set_default_dtype(dtype)


@contextmanager
def _deterministic(device: torch.device) -> Iterator[None]:
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    fill = memory.fill_uninitialized_memory
    if device.type != "cpu" or before[0]:
        yield
        return
    torch.use_deterministic_algorithms(True, warn_only=True)
    memory.fill_uninitialized_memory = False  # it costs time, and no operator of ours reads what was not written
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        memory.fill_uninitialized_memory = fill


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
