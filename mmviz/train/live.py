"""``LiveTraining``: a training in a process of its own that is paused, changed and stopped while it runs, and written as a script."""

from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import pickle
import threading
import warnings
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError, DeviceError
from mmviz.core.options import whole
from mmviz.train.checkpoint import RunFolder, resolve_folder
from mmviz.train.fit import checked_options
from mmviz.train.intervention import MAPPINGS, Intervention, check_interventions
from mmviz.train.job import Job
from mmviz.train.live_process import Request, work
from mmviz.train.live_script import live_script
from mmviz.train.run import Run
from mmviz.train.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.strategies.base import Strategy

    Listener = Callable[[dict[str, Any]], None]

_ENDED = ("finished", "early_stopped", "interrupted", "diverged", "failed", "closed")


class LiveTraining:
    """A training that runs in a process of its own, while Python stays free.

    A process, and not a thread: torch's random generator, default type and deterministic mode belong to a whole process, so that two
    trainings in one process, or a cell that draws random numbers, would change the result. Several live trainings do not affect each other.

    Parameters
    ----------
    model, ds
        As :func:`mmviz.train.fit` takes them; neither is changed. A class defined in a notebook is sent with its code, by cloudpickle.
    threads
        CPU threads of the training. None: those of torch in this process less one, at least 1, so that a notebook on two cores stays usable.
        Results are equal bit for bit only with the same number.
    out, overwrite, resume, log
        As in :func:`mmviz.train.fit`. With ``resume`` and without ``interventions``, those of the stored run are repeated.
    options
        ``strategy``, ``strategy_options`` and fields of :class:`mmviz.train.TrainConfig`. ``monitor`` and
        ``modality_gradients`` are True where they are not given and the data have several modalities.

    Attributes
    ----------
    status
        ``ready``, ``starting``, ``running``, ``paused``, then the status of the run; ``failed`` after an error, ``closed`` where it was ended
        by :meth:`close`.
    history
        Rows of the history so far, as in :class:`mmviz.train.Run`.
    interventions
        Those applied so far, in their places.
    records
        One dict per changed value: ``epoch``, ``step``, ``what``, ``from``, ``to``.
    refused
        Sentences on changes that could not be applied when their batch came.
    position
        Epoch and step of the last batch that began.
    run
        The run, once the training has ended; None before, and after an error.
    error
        The exception that ended the training, or None.

    Raises
    ------
    ConfigError
        As :func:`mmviz.train.fit`; ``cache`` or ``devices``, which a live training does not have.
    """

    def __init__(
        self,
        model: FusionModel,
        ds: Dataset,
        *,
        threads: int | None = None,
        out: str | Path | None = None,
        overwrite: bool = False,
        resume: bool | str | Path = False,
        log: Any = None,
        strategy: str | Strategy = "joint",
        strategy_options: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        for name in ("cache", "devices", "strategy_backend", "timeout", "progress"):
            if name in options:
                raise ConfigError(
                    f"LiveTraining: {name}= is an option of mmviz.train.fit only; a live training runs on one device, without a cache: leave it out"
                )
        if len(getattr(getattr(ds, "spec", None), "modalities", ())) > 1:
            options = {"monitor": True, "modality_gradients": True} | options
        folder, resumed = resolve_folder(out, resume)
        if resumed and folder is not None and "interventions" not in options:
            options["interventions"] = _stored_interventions(RunFolder(folder))
        chosen, config, loggers = checked_options(
            model, ds, strategy, strategy_options, options, out=folder, log=log, resumes=resumed, overwrite=overwrite
        )
        if folder is not None and not resumed:
            RunFolder(folder).refuse_existing_run(overwrite=overwrite)
        self.threads = max(1, torch.get_num_threads() - 1) if threads is None else whole(threads, "threads", low=1)
        self._job = Job(model, ds, chosen, config, folder, overwrite, resumed, loggers)
        self.status = "ready"
        self.history: list[dict[str, float]] = []
        self.interventions: list[Intervention] = []
        self.records: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.position = (0, 0)
        self.run: Run | None = None
        self.error: BaseException | None = None
        self._warned: list[tuple[str, type[Warning]]] = []
        self._pending: dict[int, Intervention] = {}
        self._number = self._batches = 0
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._process: Any = None
        self._thread: threading.Thread | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modalities."""
        return tuple(self._job.model.spec.names)

    @property
    def epochs(self) -> int:
        """Number of planned epochs."""
        return self._job.config.epochs

    @property
    def batches(self) -> int:
        """Batches of an epoch, without the held-out subset; 0 before the training has begun."""
        return self._batches

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies for the task of the data; whether one can follow is checked by :meth:`change`."""
        return tuple(name for name, kind in STRATEGIES.items() if self._job.ds.spec.task.kind in kind.tasks)

    @property
    def values(self) -> dict[str, Any]:
        """Values in force: ``strategy``, ``learning_rate``, and by modality (or loss) those that were set."""
        config = self._job.config
        found: dict[str, Any] = {"strategy": config.strategy, "learning_rate": config.learning_rate}
        found |= {name: {} for name in MAPPINGS}
        with self._lock:
            for each in self.interventions:
                found |= {key: each.changes[key] for key in ("strategy", "learning_rate") if key in each.changes}
                if each.strategy is not None:
                    found["loss_weight"] = {}
                for name in MAPPINGS:
                    found[name] |= getattr(each, name)
        return found

    def __repr__(self) -> str:
        epoch, step = self.position
        return f"LiveTraining({self._job.ds.spec.name}, {self.status}, epoch {epoch} of {self.epochs}, step {step})"

    def subscribe(self, listener: Listener) -> None:
        """Add a function that receives every event, in a thread: a dict with ``kind`` (status, position, epoch, applied, refused) and values."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start the training and return at once; the new process needs some seconds to import torch.

        Raises
        ------
        ConfigError
            It was started before, or model, data or strategy cannot be sent to another process.
        """
        with self._lock:
            if self.status != "ready":
                raise ConfigError(f"LiveTraining.start: the training is {self.status}; make a new one to train again")
            try:
                content = _pickler().dumps(self._job)
            except (pickle.PicklingError, AttributeError, TypeError, RuntimeError) as error:
                raise ConfigError(
                    f"LiveTraining: model, data, strategy and log are sent to another process, and one of them cannot be ({error}); of a "
                    "SummaryWriter, give its folder"
                ) from error
            context = multiprocessing.get_context("spawn")
            self._connection, other = context.Pipe()
            self._process = context.Process(target=work, args=(other, self.threads), name="mmviz live", daemon=True)
            self._set_status("starting")
            self._thread = threading.Thread(target=self._follow, args=(other, content), name="mmviz live", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Pause before the next batch; ConfigError where no training runs."""
        self._require_running("pause")
        self._send("pause", True)

    def resume(self) -> None:
        """Continue a paused training; ConfigError where no training runs."""
        self._require_running("resume")
        self._send("pause", False)

    def stop(self) -> None:
        """End the training before the next batch, as an intervention that a script repeats; the run so far is returned by :meth:`wait`."""
        self.change(stop=True)

    def change(self, *, epoch: int | None = None, step: int = 0, **changes: Any) -> Intervention:
        """Request a change, see :class:`mmviz.train.Intervention` for its fields, and return it.

        Parameters
        ----------
        epoch, step
            Where it takes effect. Without an epoch: before the next batch; a new strategy, or any change while the strategy chooses the samples
            of an epoch itself, before the next epoch.
        changes
            ``strategy``, ``strategy_options``, ``learning_rate``, ``learning_rate_factor``, ``loss_weight``, ``modality_dropout``, ``stop``.

        Raises
        ------
        ConfigError
            No training runs, the place has passed, or the change cannot be applied: as for ``fit(interventions=...)``.
        """
        self._require_running("change")
        known = {field.name for field in dataclasses.fields(Intervention)} - {"epoch", "step"}
        for name in changes:
            if name not in known:
                raise ConfigError(f"LiveTraining.change: {name!r} is unknown; known: {', '.join(sorted(known))}")
        with self._lock:
            now = max((1, 0), self.position)
            given = Intervention(epoch=now[0] if epoch is None else epoch, step=step, **changes)
            if epoch is not None and (given.place < now or given.epoch > self.epochs):
                raise ConfigError(
                    f"LiveTraining.change: epoch={epoch}, step={step} has passed or is after the end; the training is at epoch {now[0]}, step "
                    f"{now[1]} of {self.epochs} epochs"
                )
            here = [dataclasses.replace(each, epoch=now[0], step=0) for each in (*self._pending.values(), given)]
            earlier = [dataclasses.replace(each, epoch=min(each.epoch, now[0]), step=0) for each in self.interventions]
            config = dataclasses.replace(self._job.config, interventions=[*earlier, *here])
            check_interventions(config, self._job.strategy, self._job.model, self._job.ds)
            self._number += 1
            self._pending[self._number] = given
            self._send("change", Request(self._number, given, placed=epoch is not None))
        return given

    def wait(self, timeout_s: float | None = None) -> Run:
        """Return the run when the training has ended.

        Raises
        ------
        ConfigError
            It was not started, or was closed.
        TimeoutError
            It has not ended after ``timeout_s`` seconds.
        Exception
            The exception that ended the training.
        """
        if self._thread is None:
            raise ConfigError("LiveTraining.wait: the training was not started; call start()")
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise TimeoutError(f"LiveTraining.wait: {self!r} has not ended after {timeout_s:g} s")
        with self._lock:
            found, self._warned = self._warned, []
        for text, category in found:
            warnings.warn(text, category, stacklevel=2)
        if self.error is not None:
            raise self.error
        if self.run is None:
            raise ConfigError("LiveTraining.wait: the training was closed, so there is no run")
        return self.run

    def close(self) -> None:
        """End the process at once; a run that has not ended is lost, except what ``out`` holds."""
        with self._lock:
            if self.status not in _ENDED:
                self._set_status("closed")
            process, thread = self._process, self._thread
        if process is not None and process.pid is not None:
            process.kill()
        if thread is not None and thread is not threading.current_thread():
            thread.join(10)

    def script(self, *, model: str = "model", ds: str = "ds") -> str:
        """Return Python that repeats this training with all its interventions so far.

        Parameters
        ----------
        model, ds
            Expressions that give the model and the data set, such as ``'mm.data.load("watch")'``. By default the names of variables that hold
            them when the script runs; the model must have the same initial weights.

        Notes
        -----
        With the same data, model, number of threads and kind of CPU the history is equal bit for bit, except times: a change is repeated before
        the same batch. A training that was closed, or whose process failed, has no stop in the script and is repeated to its end.

        Raises
        ------
        ConfigError
            A strategy that is not registered, so that a script cannot name it.
        """
        with self._lock:
            done = [*self._job.config.interventions, *self.interventions]
        done.sort(key=lambda each: each.place)
        return live_script(self._job, done, self.threads, model=model, ds=ds)

    def _require_running(self, what: str) -> None:
        if self.status not in ("starting", "running", "paused"):
            raise ConfigError(
                f"LiveTraining.{what}: the training is {self.status}; "
                + ("call start()" if self.status == "ready" else "make a new one to train again")
            )

    def _send(self, *message: object) -> None:
        with self._lock:
            if self._connection is not None:
                try:
                    self._connection.send_bytes(pickle.dumps(message))
                except OSError as error:
                    raise ConfigError(f"LiveTraining: the training has ended ({error}); see its status") from error

    def _set_status(self, status: str) -> None:
        self.status = status
        self._tell({"kind": "status", "status": status})

    def _tell(self, event: dict[str, Any]) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def _follow(self, other: Connection, content: bytes) -> None:
        """Start the process and handle its messages until it ends; runs in a thread."""
        connection = self._connection
        if connection is None:
            return
        try:
            with self._lock:
                if self.status == "closed":
                    return
                self._process.start()
            other.close()
            connection.send_bytes(content)
            while True:
                kind, *message = pickle.loads(connection.recv_bytes())  # noqa: S301 - from a process that this one started
                with self._lock:
                    self._receive(kind, message)
        except (EOFError, OSError):
            pass  # the process has ended
        except BaseException as error:  # noqa: BLE001 - wait() raises it
            self.error = error
        if self._process.pid is not None:
            self._process.join()
        with self._lock:
            if self.status not in _ENDED:
                if self.error is None:
                    self.error = DeviceError(
                        f"LiveTraining: the process of the training ended with exit code {self._process.exitcode}, without a result; its "
                        "terminal output shows the cause (often memory)"
                    )
                self._set_status("failed")
        connection.close()

    def _receive(self, kind: str, message: list[Any]) -> None:
        if self.status == "closed":
            return
        if kind == "status":
            self.position = (message[1], message[2])
            self._set_status(message[0])
        elif kind == "batches":
            self._batches = message[0]
        elif kind == "position":
            self.position = (message[0], message[1])
            self._tell({"kind": kind, "epoch": message[0], "step": message[1]})
        elif kind == "epoch":
            self.history.append(message[0])
            self._tell({"kind": kind, "row": message[0]})
        elif kind == "applied":
            number, intervention, records = message
            self._pending.pop(number, None)
            self.interventions.append(intervention)
            self.records += records
            self._tell({"kind": kind, "records": records})
        elif kind == "refused":
            self._pending.pop(message[0], None)
            self.refused.append(message[1])
            self._tell({"kind": kind, "text": message[1]})
        elif kind == "warning":
            self._warned.append((message[0], message[1]))
        elif kind == "run":
            self.run = self._rebuilt(*message)
            self.history = self.run.history
            for each in self._pending.values():
                self.refused.append(f"{each!r} was not applied: the training ended first")
                self._tell({"kind": "refused", "text": self.refused[-1]})
            self._pending.clear()
            self._set_status(self.run.status)
        elif kind == "failed":
            self.error = pickle.loads(message[0])  # noqa: S301 - from a process that this one started
            self._set_status("failed")

    def _rebuilt(self, info: Any, history: Any, status: str, best: int, weights: Any, folder: Path | None) -> Run:
        """Return the run with a model of this process's classes."""
        model = copy.deepcopy(self._job.strategy).prepare(copy.deepcopy(self._job.model).cpu()).float().eval()
        model.load_state_dict(weights[best])
        return Run(model, info, history, status, best, weights, folder)


def _pickler() -> Any:
    """Return cloudpickle, which also sends classes of a notebook; pickle where it is not installed."""
    try:
        import cloudpickle
    except ImportError:
        return pickle
    return cloudpickle


def _stored_interventions(folder: RunFolder) -> list[Intervention]:
    """Return the interventions of a stored run, without the one that stopped it."""
    stored = folder.read_index()["info"]["train"].get("interventions", [])
    return [Intervention(**each) for each in stored if not each.get("stop")]
