"""Processes of a training on several devices: the process group (NCCL or gloo), worker processes started by ``fit``, and their failures."""

from __future__ import annotations

import atexit
import contextlib
import datetime
import os
import pickle
import signal
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from mmviz.core.errors import ConfigError, DeviceError
from mmviz.train.devices.collective import DistributedDevices
from mmviz.train.devices.progress import BarReceiver, RemoteBar
from mmviz.train.job import Interruptible, run_job

if TYPE_CHECKING:
    from mmviz.train.devices.device_map import DeviceMap
    from mmviz.train.job import Job
    from mmviz.train.run import Run


_START_TIMEOUT = 300.0  # seconds for all processes to import torch; the parent notices a process that dies meanwhile


def join_spawned(place: DeviceMap, rank: int, port: int) -> DistributedDevices:
    """Join the process group over a store on this machine; for a process that `fit` started."""
    begin = datetime.timedelta(seconds=max(place.timeout, _START_TIMEOUT))
    store = dist.TCPStore("127.0.0.1", port, place.count, is_master=False, timeout=begin, wait_for_workers=True)
    return _init_group(place, rank, store=store, rank=rank, world_size=place.count)


def join_torchrun(place: DeviceMap) -> DistributedDevices:
    """Join the process group of torchrun; it stays until the process ends, so that the next training uses it too."""
    if dist.is_initialized():
        return DistributedDevices(_device(place, int(os.environ["LOCAL_RANK"])))
    devices = _init_group(place, int(os.environ["LOCAL_RANK"]))
    atexit.register(leave)
    return devices


def leave() -> None:
    """Leave the process group, where there is one."""
    if dist.is_initialized():
        dist.destroy_process_group()


def _init_group(place: DeviceMap, local: int, **how: object) -> DistributedDevices:
    device, wait = _device(place, local), datetime.timedelta(seconds=place.timeout)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        how["device_id"] = device
    try:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=wait, **how)  # type: ignore[arg-type]
    except RuntimeError as error:
        raise DeviceError(
            f"fit: the {place.count} devices did not connect within {place.timeout:g} s ({error})"
        ) from error
    return DistributedDevices(device)


def _device(place: DeviceMap, local: int) -> torch.device:
    return torch.device("cuda", local) if place.kind == "cuda" else torch.device("cpu")


_EXIT_TIMEOUT = 3.0  # seconds until a process that has ended has an exit code


def run_spawned(job: Job, place: DeviceMap, *, progress: bool) -> Run:
    """Run a training on several devices of this machine, one process per device.

    Raises
    ------
    ConfigError
        If model, data or strategy cannot be sent to another process.
    DeviceError
        If a process ends before the training; the others are ended too. Other errors of a process are raised unchanged.
    """
    content = _pickled(job)
    context = mp.get_context("spawn")
    messages, stop = context.SimpleQueue(), context.Event()
    store = dist.TCPStore("127.0.0.1", 0, place.count, is_master=True, wait_for_workers=False)
    threads = max(1, torch.get_num_threads() // place.count) if place.kind == "cpu" else torch.get_num_threads()
    with Interruptible() as interrupt, tempfile.TemporaryDirectory(prefix="mmviz-job-") as folder:
        # by a file: a process that dies before it has read all of its arguments would block this one
        sent = Path(folder) / "job"
        sent.write_bytes(content)
        arguments = (place, store.port, threads, sent, messages, stop)
        processes = mp.start_processes(_work, arguments, place.count, join=False, start_method="spawn").processes
        bar = BarReceiver(shown=progress)
        try:
            return follow_processes(processes, messages, stop, interrupt, bar)
        finally:
            bar.close()
            for process in processes:
                process.kill()
                process.join()


def follow_processes(processes: list[Any], messages: Any, stop: Any, interrupt: Interruptible, bar: BarReceiver) -> Run:
    """Handle messages until the run has arrived or a process has failed."""
    run: Run | None = None
    while True:
        alive = any(process.is_alive() for process in processes)
        while not messages.empty():
            kind, *content = messages.get()
            if kind == "bar":
                bar.receive(*content)
            elif kind == "warning":
                warnings.warn(content[0], content[1], stacklevel=5)
            elif kind == "run":
                run = pickle.loads(content[0])  # noqa: S301 - from a process that this one started
            else:
                raise _explained(pickle.loads(content[0]), processes)  # noqa: S301
        if run is not None and not alive:
            return run
        if dead := _dead(processes):
            raise DeviceError(f"fit: {dead} before the training did; the other devices were stopped. {_ADVICE}")
        if not alive:
            raise DeviceError(f"fit: all processes have ended without a run. {_ADVICE}")
        if interrupt.requested:
            stop.set()
        time.sleep(0.05)


_ADVICE = (
    "Its terminal output shows the cause (memory, a kernel, a script without `if __name__ == '__main__':`); a run with out= can be resumed "
    "with resume=True, on any number of devices"
)


def _dead(processes: list[Any]) -> str:
    """Return which processes have failed, and how, as text; "" where none has."""
    return " and ".join(
        f"the process of device {rank} ended ({_how(process.exitcode)})"
        for rank, process in enumerate(processes)
        if process.exitcode not in (None, 0)
    )


def _how(code: int) -> str:
    with contextlib.suppress(ValueError):
        return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _explained(error: BaseException, processes: list[Any]) -> BaseException:
    """Return the error of a process; a DeviceError that only reports a missing process becomes one that names it."""
    if not isinstance(error, DeviceError):
        return error
    until = time.monotonic() + _EXIT_TIMEOUT
    while time.monotonic() < until:
        killed = [p for p in processes if p.exitcode is not None and p.exitcode not in (0, _REPORTED)]
        if killed:
            return DeviceError(
                f"fit: {_dead(killed) if len(killed) == len(processes) else _named(killed, processes)}; the other devices were stopped. {_ADVICE}"
            )
        time.sleep(0.05)
    return error


def _named(killed: list[Any], processes: list[Any]) -> str:
    return " and ".join(f"the process of device {processes.index(p)} ended ({_how(p.exitcode)})" for p in killed)


_REPORTED = 64  # exit code of a process that has sent its error


def _pickled(job: Job) -> bytes:
    try:
        return pickle.dumps(job)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ConfigError(
            f"fit: devices > 1 sends model, data, strategy and log= to other processes, and one of them cannot be sent ({error}); define "
            "its class or function at the top of a module (of a SummaryWriter, give its folder), or start the script with torchrun"
        ) from error


class _ParentStop:
    """Stop request of the process that started this one."""

    def __init__(self, event: Any) -> None:
        self._event = event

    @property
    def requested(self) -> bool:
        return bool(self._event.is_set())


def _work(rank: int, place: DeviceMap, port: int, threads: int, sent: Path, messages: Any, stop: Any) -> None:
    """Run the training of one device, in its process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the first one decides
    torch.set_num_threads(threads)
    try:
        job = _unpickled(sent.read_bytes())
        devices = join_spawned(place, rank, port)
        send = messages.put if rank == 0 else None
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            run = run_job(job, devices, _ParentStop(stop), lambda batches: RemoteBar(batches, send))
        if rank == 0:
            for each in found:
                messages.put(("warning", str(each.message), each.category))
            messages.put(("run", pickle.dumps(run)))
        leave()
    except Exception as error:  # noqa: BLE001 - the process that started this one raises it again
        messages.put(("failed", pickled_error(error)))
        raise SystemExit(_REPORTED) from None


def _unpickled(content: bytes) -> Job:
    try:
        job: Job = pickle.loads(content)  # noqa: S301 - from the process that started this one
    except AttributeError as error:
        raise ConfigError(
            f"fit: another process cannot find a class that the call uses ({error}); a class defined in a notebook exists "
            "only there: define it in a module"
        ) from error
    return job


def pickled_error(error: Exception) -> bytes:
    """Return an error as bytes, with its traceback as a note."""
    import traceback

    text = "".join(traceback.format_exception(error))
    try:
        error.add_note(f"in the process of one device:\n{text}")
        data = pickle.dumps(error)
        pickle.loads(data)  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - an error that cannot be sent is sent as text
        return pickle.dumps(DeviceError(f"fit: a device failed: {text}"))
    return data
