"""The process group that the devices of one training speak through: NCCL between GPUs, gloo between CPUs."""

from __future__ import annotations

import atexit
import datetime
import os
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist

from mmviz.errors import DeviceError
from mmviz.train.devices.many import ManyDevices

if TYPE_CHECKING:
    from mmviz.train.devices.placement import Placement

_BEGIN = 300.0  # seconds for all processes to have imported torch; one that dies meanwhile is seen by who started it


def meet(place: Placement, rank: int, port: int) -> ManyDevices:
    """Join the others at a store on this machine; for a process that `fit` started."""
    begin = datetime.timedelta(seconds=max(place.timeout, _BEGIN))
    store = dist.TCPStore("127.0.0.1", port, place.count, is_master=False, timeout=begin, wait_for_workers=True)
    return _joined(place, rank, store=store, rank=rank, world_size=place.count)


def join(place: Placement) -> ManyDevices:
    """Join the others that torchrun started; the group stays until the process ends, so that the next training finds it."""
    if dist.is_initialized():
        return ManyDevices(_device(place, int(os.environ["LOCAL_RANK"])))
    devices = _joined(place, int(os.environ["LOCAL_RANK"]))
    atexit.register(leave)
    return devices


def leave() -> None:
    """Leave the group, where there is one."""
    if dist.is_initialized():
        dist.destroy_process_group()


def _joined(place: Placement, local: int, **how: object) -> ManyDevices:
    device, wait = _device(place, local), datetime.timedelta(seconds=place.timeout)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        how["device_id"] = device
    try:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=wait, **how)  # type: ignore[arg-type]
    except RuntimeError as error:
        raise DeviceError(
            f"fit: the {place.count} devices did not find each other within {place.timeout:g} s ({error})"
        ) from error
    return ManyDevices(device)


def _device(place: Placement, local: int) -> torch.device:
    return torch.device("cuda", local) if place.kind == "cuda" else torch.device("cpu")
