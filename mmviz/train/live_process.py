"""The process of a live training: it runs the training, waits while it is paused, and applies the changes that it receives."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError
from mmviz.train.devices import Devices
from mmviz.train.devices.processes import pickled_error
from mmviz.train.devices.progress import RemoteBar
from mmviz.train.epoch_loggers import EpochLoggers
from mmviz.train.intervention import Intervention, check_interventions
from mmviz.train.job import run_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from mmviz.train.job import Job
    from mmviz.train.run import Run

    Send = Callable[..., None]

#: seconds between two messages on the position in an epoch
_EVERY = 0.1


@dataclass(frozen=True)
class Request:
    """A requested change: ``placed`` at the epoch and step of the intervention, otherwise as soon as possible."""

    number: int
    intervention: Intervention
    placed: bool = False


class LiveControl:
    """Interventions that arrive while the training runs, and pauses; see :class:`mmviz.train.applied_interventions.Control`.

    Parameters
    ----------
    check
        Raises ConfigError where an intervention, in its place, cannot be applied after those before it.
    send
        Sends a message: its kind and its content.
    """

    def __init__(self, check: Callable[[Sequence[Intervention]], None], send: Send) -> None:
        self._check, self._send = check, send
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._paused = False
        self._sent_at = 0.0
        self._done: list[Intervention] = []
        self._numbers: deque[int] = deque()

    def pause(self, *, paused: bool) -> None:
        """Pause before the next batch, or resume."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def request(self, request: Request) -> None:
        """Receive a change."""
        with self._changed:
            self._requests.append(request)
            if request.intervention.stop:
                self._paused = False
            self._changed.notify_all()

    def before_batch(self, epoch: int, step: int, *, whole_epochs: bool) -> list[Intervention]:
        """Return the changes to apply before this batch; wait while the training is paused."""
        now = time.monotonic()
        if step == 0 or now - self._sent_at > _EVERY:
            self._sent_at = now
            self._send("position", epoch, step)
        with self._changed:
            if self._paused:
                self._send("status", "paused", epoch, step)
                self._changed.wait_for(lambda: not self._paused)
                self._send("status", "running", epoch, step)
            due = [each for each in self._requests if _is_due(each, epoch, step, whole_epochs=whole_epochs)]
            self._requests = [each for each in self._requests if each not in due]
        return [found for each in due if (found := self._checked(each, epoch, step)) is not None]

    def _checked(self, request: Request, epoch: int, step: int) -> Intervention | None:
        placed = replace(request.intervention, epoch=epoch, step=step)
        if request.placed and request.intervention.place < (epoch, step):
            late = f"{request.intervention!r} came too late: the training is at epoch {epoch}, step {step}; give a later place"
            self._send("refused", request.number, late)
            return None
        try:
            self._check([*self._done, placed])
        except ConfigError as error:
            self._send("refused", request.number, str(error))
            return None
        self._done.append(placed)
        self._numbers.append(request.number)
        return placed

    def applied(self, intervention: Intervention, records: Sequence[Mapping[str, Any]]) -> None:
        """Send the records of an intervention."""
        self._send("applied", self._numbers.popleft(), intervention, [dict(each) for each in records])


def _is_due(request: Request, epoch: int, step: int, *, whole_epochs: bool) -> bool:
    change = request.intervention
    if change.stop and not request.placed:
        return True
    if step and (whole_epochs or change.strategy is not None):
        return False
    return not request.placed or change.place <= (epoch, step)


@dataclass
class _Sender:
    """Logger that sends every row of the history."""

    send: Send = field(repr=False)
    epoch: int = 0

    def check(self, *, resumes: bool, overwrite: bool) -> None:
        """See :class:`mmviz.train.epoch_loggers.EpochLogger`."""

    def open(self, info: dict[str, Any]) -> int:
        """Begin with the epochs of a training that is resumed."""
        return 0

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """Send a row."""
        self.epoch = int(row["epoch"])
        self.send("epoch", dict(row))

    def close(self, run: Run | None) -> None:
        """End."""


class _NoInterrupt:
    requested = False


def work(connection: Connection, threads: int) -> None:
    """Receive a job, train, and send what happens; end at once where the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted kernel stops by a message
    torch.set_num_threads(threads)
    lock = threading.Lock()

    def send(kind: str, *content: object) -> None:
        with lock:
            connection.send_bytes(pickle.dumps((kind, *content)))

    try:
        job: Job = pickle.loads(connection.recv_bytes())  # noqa: S301 - from the process that started this one

        def check(changes: Sequence[Intervention]) -> None:
            planned = sorted([*job.config.interventions, *changes], key=lambda each: each.place)
            check_interventions(replace(job.config, interventions=planned), job.strategy, job.model, job.ds)

        control = LiveControl(check, send)
        threading.Thread(target=_receive, args=(connection, control), daemon=True).start()
        sender = _Sender(send)
        loggers = EpochLoggers((*(job.log.loggers if job.log is not None else ()), sender))
        send("status", "running", 0, 0)

        def bar(batches: int) -> RemoteBar:
            left = job.config.epochs - max(0, sender.epoch)
            send("batches", batches // left if left else 0)
            return RemoteBar(batches, None)

        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            run = run_job(replace(job, log=loggers), Devices(), _NoInterrupt(), bar, control)
        for each in found:
            send("warning", str(each.message), each.category)
        send("run", run.info, run.history, run.status, run.best_epoch, run.weights, run.folder)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - the process that started this one raises it again
        send("failed", pickled_error(error))


def _receive(connection: Connection, control: LiveControl) -> None:
    """Pass messages to the control; a closed connection ends the process, whose files are complete at any moment."""
    try:
        while True:
            kind, *content = pickle.loads(connection.recv_bytes())  # noqa: S301 - from the process that started this one
            if kind == "pause":
                control.pause(paused=content[0])
            elif kind == "change":
                control.request(content[0])
    except (EOFError, OSError):
        os._exit(1)
