"""Device map of a training: how many devices, of which kind, who starts the processes, and which models can be shared among them."""

from __future__ import annotations

import difflib
import math
import multiprocessing
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist

from mmviz.core.errors import ConfigError
from mmviz.models.fusions.equilibrium import Equilibrium
from mmviz.models.ssm.modality_aware import ModalityAwareLayer

if TYPE_CHECKING:
    from mmviz.models.base import FusionModel
    from mmviz.train.config import TrainConfig


def check_divisible(model: FusionModel, devices: int) -> None:
    """Refuse a model with a penalty that compares the samples of a batch.

    Parameters
    ----------
    model
        As it is trained.
    devices
        Their number.

    Raises
    ------
    ConfigError
        For a cross-modal mapping, and for a learned router with a weight for balance: computed from a share of the batch these are other
        penalties, so that the result would depend on the number of devices. Every other penalty of :mod:`mmviz.models` is a mean over samples.
    """
    for module in model.modules():
        if isinstance(module, Equilibrium) and module.mapping is not None:
            what, how = "a mapping is aligned over the pairs of samples that a batch has", "mapping='none'"
        elif isinstance(module, ModalityAwareLayer) and module.balance > 0 and module.router is not None:
            what, how = "the balance of a learned router is one of all tokens of a batch", "balance=0"
        else:
            continue
        raise ConfigError(
            f"fit: devices={devices}, but {type(model).__name__} has a penalty that does not divide into samples: {what}; train it on "
            f"one device, or with {how}"
        )


#: name -> what it means; others are refused
BACKENDS = {"ddp": "every device holds all weights and trains on its share of each batch; gradients are summed"}
_CUT = "it cuts weights and gradients up; models here fit a device, and strategies change whole gradients"
_OTHERS = {"fsdp": _CUT, "deepspeed": _CUT, "dp": "one process for all devices: ddp does the same, faster"}


@dataclass(frozen=True)
class Placement:
    """Where a training runs.

    Attributes
    ----------
    how
        ``here``: in this process. ``spawned``: in processes that `fit` starts. ``joined``: this process is one that torchrun started.
    count
        Of devices.
    kind
        ``cpu`` or ``cuda``; of one device "", which leaves it to Fabric.
    timeout
        Seconds one device waits for another.
    """

    how: str
    count: int
    kind: str
    timeout: float


def placement(devices: int | str, backend: str, timeout: float, config: TrainConfig) -> Placement:
    """Return where a training runs.

    Raises
    ------
    ConfigError
        An unknown backend; not a number of devices; more than this machine has, than torchrun started, or than a batch has samples;
        a precision that the device does not have; a process that may not start others.
    """
    _check_backend(backend)
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ConfigError(f"fit: timeout={timeout!r}, expected seconds > 0")
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
        return Placement("here", 1, "", timeout)
    _check_many(count, kind, gpus, config)
    if world:
        return Placement("joined", count, kind, timeout)
    _check_may_start(count)
    return Placement("spawned", count, kind, timeout)


def _check_backend(backend: str) -> None:
    if backend in BACKENDS:
        return
    close = difflib.get_close_matches(str(backend).lower(), BACKENDS, 1)
    hint = f", did you mean {close[0]!r}?" if close else ""
    if str(backend).lower() in _OTHERS:
        hint = f" ({_OTHERS[str(backend).lower()]})"
    raise ConfigError(f"fit: strategy_backend={backend!r} is unknown{hint}; available: {', '.join(BACKENDS)}")


def _check_many(count: int, kind: str, gpus: int, config: TrainConfig) -> None:
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
            f"fit: devices={count} starts processes that read this script again; put the call below `if __name__ == '__main__':`, or "
            "start the script with torchrun"
        )
    if process.daemon:
        raise ConfigError(
            f"fit: devices={count}, but this process ({process.name}) may not start others; give devices=1 here, or use torchrun"
        )
