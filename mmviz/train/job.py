"""One training as each device runs it: prepare data, model and checkpoint, run the loop, return the Run."""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import signal
import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments import LightningEnvironment
from lightning_fabric.strategies import SingleDeviceStrategy

import mmviz
from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.models.user_module.model import Adapted
from mmviz.train.cache import content_digest
from mmviz.train.checkpoint import EpochLog, RunFolder, read_resume_point
from mmviz.train.loop import Loop
from mmviz.train.model_entry import model_entry
from mmviz.train.run import Run
from mmviz.train.sampling import hold_out
from mmviz.train.threads import threads_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType, TracebackType
    from typing import Self

    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.applied_interventions import Control
    from mmviz.train.checkpoint import ResumePoint
    from mmviz.train.config import TrainConfig
    from mmviz.train.devices import Devices
    from mmviz.train.devices.progress import Bar
    from mmviz.train.epoch_loggers import EpochLoggers
    from mmviz.train.loop import StopRequest
    from mmviz.train.strategies.base import Strategy


class Interruptible:
    """Context in which SIGINT sets :attr:`requested`; a second SIGINT raises KeyboardInterrupt. The old handler is restored on exit.

    Outside the main thread Python delivers no signals; there the context does nothing.

    Parameters
    ----------
    also
        Further signals that request a stop.
    """

    def __init__(self, *also: signal.Signals) -> None:
        self.requested = False
        self._signals = (signal.SIGINT, *also)
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._on_signal) for each in self._signals}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)  # type: ignore[arg-type]
        self._before = {}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextmanager
def torch_settings(device: torch.device) -> Iterator[None]:
    """Set PyTorch's global settings for a training, so that its result depends on its own options only; restore them afterwards.

    Gradients on, no outer autocast, float32 as the default dtype and, on a CPU, deterministic operators.

    Notes
    -----
    With two threads and more, the gradient of ``x[rows]`` with a repeated row is summed in an order that varies from call to call, unless
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
    memory.fill_uninitialized_memory = False  # filling costs time, and no operator of ours reads uninitialised memory
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        memory.fill_uninitialized_memory = fill


@dataclass(frozen=True)
class Job:
    """A training whose options were validated; it can be sent to another process.

    Attributes
    ----------
    model, ds, strategy, config
        As given; model and strategy are not changed.
    out
        Folder of the run, or None.
    overwrite
        Replace a run that is in the folder.
    resume
        Resume the run that is in the folder.
    log
        Receive the history of every epoch in the process of the first device; None: there are none.
    """

    model: FusionModel
    ds: Dataset
    strategy: Strategy
    config: TrainConfig
    out: str | Path | None
    overwrite: bool
    resume: bool
    log: EpochLoggers | None = None


def run_job(
    job: Job, devices: Devices, interrupt: StopRequest, bar: Callable[[int], Bar], control: Control | None = None
) -> Run:
    """Train and return the run; on several devices each process calls this, and each returns the run.

    Global random state is as before afterwards.

    Raises
    ------
    ConfigError
        No such accelerator on this machine; a run to resume that differs in model, data or options.
    CheckpointError
        A folder that cannot be read or written, or that another training writes to (InUseError).
    """
    ds, config, strategy = job.ds, job.config, copy.deepcopy(job.strategy)
    fabric = open_fabric(config, devices)
    seen, held_out = ds[config.train], None
    if strategy.needs_held_out or config.monitor is not None:
        seen, held_out = hold_out(seen, config.held_out, config.seed)
    folder = None if job.out is None else RunFolder(job.out)
    with contextlib.ExitStack() as stack:
        if folder is not None:
            lock = folder.locked()
            devices.run_on_first(lambda: stack.enter_context(lock))
        stack.enter_context(torch.random.fork_rng())
        stack.enter_context(torch_settings(fabric.device))
        if fabric.device.type == "cpu":
            stack.enter_context(threads_for(job.model, config.batch_size))
        torch.manual_seed(config.seed)
        model = strategy.prepare(copy.deepcopy(job.model).cpu())
        info = _info(model, ds, config)
        if devices.count > 1:
            info["devices"] = devices.count
        configuration: dict[str, Any] = {}
        if folder is not None:
            data = content_digest(ds, (config.train, config.valid))
            configuration = {"model": info["model"], "train": info["train"], "data": data}
        point = read_resume_point(folder, model, configuration) if folder is not None and job.resume else None
        if folder is not None and point is not None:
            info |= {k: v for k, v in folder.read_index()["info"].items() if k == "mlflow_run"}
        log = EpochLog(model, config.select, folder if devices.rank == 0 else None, info)
        splits = seen, held_out, ds.splits.get(config.valid)
        loop = Loop(fabric, model, strategy, splits, config, log, interrupt, devices, configuration, control)
        if folder is not None and point is not None:
            log.resume(point)
            if devices.rank == 0:
                folder.refuse_links()
                folder.remove_temporary_files()
            _restore(loop, point, folder)
        elif folder is not None:
            create = functools.partial(folder.create, overwrite=job.overwrite)
            devices.run_on_first(create)
        loggers = job.log if job.log is not None and devices.rank == 0 else None
        if job.log is not None:
            devices.run_on_first(functools.partial(job.log.open, info, log.history))
        if loggers is not None:
            stack.callback(loggers.close, None)  # without effect once they are closed
            loop.on_epoch = loggers.on_epoch
        status = loop.run(bar)
        log.publish(status)
        if isinstance(model, Adapted):
            # a trained module may hold tensors of its last pass, and then cannot be copied
            model = copy.deepcopy(job.model)
        best = model.cpu().float().eval()
        best.load_state_dict(log.weights[log.best])
        run = Run(best, log.info, log.history, status, log.best, log.weights, None if folder is None else folder.path)
        if loggers is not None:
            loggers.close(run)
    return run


def open_fabric(config: TrainConfig, devices: Devices) -> Fabric:
    """Return Lightning Fabric on the one device of this process; ConfigError where this machine has no such accelerator.

    Several devices are several processes with one Fabric each; `mmviz.train.devices` does the communication between them.
    """
    options: dict[str, Any] = {"devices": 1}
    if devices.count > 1:
        options = {
            "devices": [devices.device.index] if devices.device.type == "cuda" else 1,
            "plugins": [LightningEnvironment()],
            "strategy": SingleDeviceStrategy(devices.device),
        }
    try:
        return Fabric(accelerator=config.accelerator, precision=config.precision, **options)  # type: ignore[arg-type]
    except (ValueError, RuntimeError) as error:
        raise ConfigError(
            f"fit: accelerator={config.accelerator!r} cannot be used here ({error}); choose auto or cpu"
        ) from error


def _restore(loop: Loop, point: ResumePoint, folder: RunFolder) -> None:
    try:
        loop.restore(point.state)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CheckpointError(
            f"{folder.path}: the state to resume from does not fit this training ({error!r:.300}); it was changed, or written by other "
            "code: train again with overwrite=True or another out="
        ) from error


def _info(model: FusionModel, ds: Dataset, config: TrainConfig) -> dict[str, Any]:
    """Return the configuration of a run as plain values: data set, model, options, versions."""
    options = json.loads(json.dumps(asdict(config)))
    for name in ("interventions", "modality_gradients"):
        if not options[name]:
            del options[name]  # as in the runs that were made before these options
    return {
        "dataset": ds.spec.name,
        "model": model_entry(model),
        "train": options,
        "backend": "",
        "versions": {"mmviz": mmviz.__version__, "torch": torch.__version__},
    }
