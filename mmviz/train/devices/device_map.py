"""Device map of a training: how many devices, of which kind, who starts the processes, and which models can be shared among them."""

from __future__ import annotations

import copy
import multiprocessing
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, number
from mmviz.models.fusions.equilibrium import Equilibrium
from mmviz.models.fusions.memory_chain import MemoryChain
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from mmviz.models.base import FusionModel
    from mmviz.train.config import TrainConfig


def check_divisible(model: FusionModel, devices: int) -> None:
    """Raise ConfigError for a model with an auxiliary loss that is not a mean over samples, or a user's module with batch normalisation.

    Parameters
    ----------
    model
        The model that is trained.
    devices
        Number of devices.

    Raises
    ------
    ConfigError
        For a cross-modal mapping, for a learned router with balance > 0, for a mixture of the samples of a batch, and for a memory chain that updates its
        own statistics: their values differ on a share of the batch, so that the result would depend on the number of devices. Every other auxiliary loss of :mod:`mmviz.models` is a mean over samples.
    """
    for module in copy.deepcopy(model).train().modules():
        if isinstance(module, Equilibrium) and module.mapping is not None:
            what, how = "the mapping is aligned over the pairs of samples of a batch", "mapping='none'"
        elif isinstance(module, MemoryChain) and module.config.alignment == "sample":
            what, how = "alignment='sample' mixes the samples of a batch", "alignment='feature'"
        elif isinstance(module, MemoryChain) and module.updates_itself:
            what, how = "its running statistics are means over a batch", "strategy='modality_equilibrium'"
        elif isinstance(module, ModalityAwareLayer) and module.balance > 0 and module.router is not None:
            what, how = "the balance of a learned router is computed over all tokens of a batch", "balance=0"
        elif isinstance(module, BATCH_NORMS) and isinstance(model, Adapted):
            if module.training:
                raise ConfigError(
                    f"fit: devices={devices}, but {model.config.name} normalises over the batch ({type(module).__name__}), of which a device has "
                    "a share, so that the result would depend on the number of devices; train it on one device, use GroupNorm or LayerNorm, or "
                    "put these layers into evaluation mode before adapt()"
                )
            continue
        else:
            continue
        raise ConfigError(
            f"fit: devices={devices}, but {type(model).__name__} has a part that is not a mean over samples: {what}; train it on "
            f"one device, or with {how}"
        )


BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)

#: supported backend -> meaning
BACKENDS = {"ddp": "every device holds all weights and trains on its share of each batch; gradients are summed"}
_SHARDED = "it shards weights and gradients; models here fit on one device, and strategies change complete gradients"
_OTHERS = {"fsdp": _SHARDED, "deepspeed": _SHARDED, "dp": "one process for all devices: ddp does the same, faster"}


@dataclass(frozen=True)
class DeviceMap:
    """Devices of a training.

    Attributes
    ----------
    start
        ``here``: this process. ``spawned``: processes that `fit` starts. ``joined``: processes that torchrun started, this one among them.
    count
        Number of devices.
    kind
        ``cpu`` or ``cuda``; for one device "", and Fabric chooses.
    timeout
        Seconds that a device waits for another.
    """

    start: str
    count: int
    kind: str
    timeout: float


def device_map(devices: int | str, backend: str, timeout: float, config: TrainConfig) -> DeviceMap:
    """Return the devices of a training.

    Raises
    ------
    ConfigError
        An unknown backend; an invalid number of devices, or more than this machine has, than torchrun started, or than a batch has samples;
        a precision that the device does not support; a process that cannot start others.
    """
    _check_backend(backend)
    timeout = number(timeout, "fit: timeout", low=0, above=True)
    if devices != "auto" and (type(devices) is not int or devices < 1):
        raise ConfigError(f"fit: devices={devices!r}, expected an integer ≥ 1, or 'auto' for every GPU of this machine")
    gpus = torch.cuda.device_count()
    kind = "cuda" if config.accelerator in ("cuda", "gpu") or (config.accelerator == "auto" and gpus) else "cpu"
    if config.precision == "16-mixed" and not (kind == "cuda" and gpus):
        raise ConfigError(
            f"fit: precision='16-mixed' needs CUDA, accelerator={config.accelerator!r} has none here; choose bf16-mixed or 32-true"
        )
    world = int(os.environ.get("WORLD_SIZE", "1")) if dist.is_available() and dist.is_torchelastic_launched() else 0
    count = (world or (max(1, gpus) if kind == "cuda" else 1)) if devices == "auto" else int(devices)
    if world and count != world:
        raise ConfigError(
            f"fit: devices={devices!r}, torchrun started {world} process{'es' * (world > 1)}; give devices={world} or devices='auto'"
        )
    if count == 1:
        return DeviceMap("here", 1, "", timeout)
    _check_several(count, kind, gpus, config)
    if world:
        return DeviceMap("joined", count, kind, timeout)
    _check_may_start(count)
    return DeviceMap("spawned", count, kind, timeout)


def _check_backend(backend: str) -> None:
    if backend in BACKENDS:
        return
    name = str(backend).lower()
    hint = f" ({_OTHERS[name]})" if name in _OTHERS else nearest(name, BACKENDS)
    raise ConfigError(f"fit: strategy_backend={backend!r} is unknown{hint}; available: {', '.join(BACKENDS)}")


def _check_several(count: int, kind: str, gpus: int, config: TrainConfig) -> None:
    if not dist.is_available():
        raise ConfigError(f"fit: devices={count}, but this build of PyTorch has no torch.distributed; give devices=1")
    if config.accelerator not in ("auto", "cpu", "cuda", "gpu"):
        raise ConfigError(
            f"fit: accelerator={config.accelerator!r} is one device; give devices=1, or accelerator cpu or cuda"
        )
    here = int(os.environ.get("LOCAL_WORLD_SIZE", count))
    if kind == "cuda" and here > gpus:
        raise ConfigError(
            f"fit: devices={count} on GPUs puts {here} on this machine, which has {gpus}; give devices={max(1, gpus)} or "
            "accelerator='cpu'"
        )
    if config.batch_size < count:
        raise ConfigError(
            f"fit: batch_size={config.batch_size} samples are shared by devices={count}; every device needs at least one: give "
            f"batch_size ≥ {count} (it counts all devices) or fewer devices"
        )


def _check_may_start(count: int) -> None:
    process = multiprocessing.current_process()
    if getattr(process, "_inheriting", False):
        raise ConfigError(
            f"fit: devices={count} starts processes that import this script again; put the call below `if __name__ == '__main__':`, or "
            "start the script with torchrun"
        )
    if process.daemon:
        raise ConfigError(
            f"fit: devices={count}, but this process ({process.name}) cannot start others; give devices=1 here, or use torchrun"
        )
