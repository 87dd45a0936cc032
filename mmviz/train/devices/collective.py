"""Collective operations of a training on one or several devices: sharing a batch, sums, gathers, random number streams."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from mmviz.core.errors import DeviceError, MmvizError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import nn


Rows = TypeVar("Rows", np.ndarray, Tensor)


class Devices:
    """Collective operations on one device. Of several, each process holds a `DistributedDevices` and runs the same code.

    Sample i of a batch belongs to device i mod ``count``, so that shares differ by at most one sample and a batch sorted by length has long
    and short samples on every device. The loss that a device computes is *its share*: the shares add up to the loss of the whole batch, as
    their gradients add up to its gradient.

    Attributes
    ----------
    rank, count
        Index of this device, number of devices.
    device
        Device of this process, where there are several.
    """

    rank = 0
    count = 1
    device = torch.device("cpu")

    def share(self, rows: Rows) -> Rows:
        """Return the rows of an array or tensor that belong to this device."""
        return rows

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over devices, without a gradient; bitwise equal on every device."""
        return value

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set on any device."""
        return flag

    def sample_fraction(self, samples: int) -> float:
        """Return this device's samples over all samples: its mean over samples, times this, is its share of the total mean."""
        return 1.0

    def mean(self, rows: Tensor) -> Tensor:
        """Return the mean over the rows of all devices."""
        return rows.mean(0)

    def gather(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices, device after device."""
        return rows

    def gather_in_order(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices in the order before :meth:`share`."""
        return rows

    def sum_gradients(self, model: nn.Module) -> None:
        """Sum the gradients over devices; a parameter that no device used keeps None."""

    def sum_by_name(self, parts: Mapping[str, list[float]]) -> dict[str, list[float]]:
        """Return the sums over devices, by name; a name may be missing on some."""
        return dict(parts)

    def run_on_first(self, action: Callable[[], None]) -> None:
        """Run an action on the first device; all raise its error."""
        action()

    def local_random(self, *where: int) -> AbstractContextManager[None]:
        """Use this device's random stream inside the block, seeded by integers such as seed, epoch, batch."""
        return nullcontext()

    def shared_random(self) -> AbstractContextManager[None]:
        """Use the random stream that is equal on all devices, inside a block of `local_random`."""
        return nullcontext()

    def check_equal_weights(self, model: nn.Module) -> None:
        """Raise DeviceError where the weights differ between devices."""


def fingerprint(model: nn.Module) -> Tensor:
    """Return the sum and the sum of squares of all weights, in float64."""
    flat = [p.detach().double() for p in model.state_dict().values()]
    return torch.stack([torch.stack([p.sum(), p.square().sum()]) for p in flat]).sum(0)


class RandomStreams:
    """Two random streams of torch's global generator, on the CPU and on the GPU of this process.

    The shared stream is that of a training on one device: augmentation, subsets of modalities and noise on gradients are drawn from it, for
    complete batches. The local stream (dropout) is seeded by seed, epoch, batch and device; so the dropout mask depends on the number of
    devices.
    """

    def __init__(self, device: torch.device) -> None:
        self._gpu = device if device.type == "cuda" else None
        self._shared: list[Tensor] | None = None

    @contextmanager
    def local(self, *where: int) -> Iterator[None]:
        """Seed by integers ≥ 0 for the block; the shared stream continues afterwards."""
        self._shared = self._now()
        torch.manual_seed(int(np.random.SeedSequence(where).generate_state(1, np.uint64)[0] >> 1))
        try:
            yield
        finally:
            self._set(self._shared)
            self._shared = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Continue the shared stream for the block; no effect outside a block of `local`."""
        if self._shared is None:
            yield
            return
        local = self._now()
        self._set(self._shared)
        try:
            yield
        finally:
            self._shared = self._now()
            self._set(local)

    def _now(self) -> list[Tensor]:
        return [torch.get_rng_state(), *([] if self._gpu is None else [torch.cuda.get_rng_state(self._gpu)])]

    def _set(self, state: list[Tensor]) -> None:
        torch.set_rng_state(state[0])
        if self._gpu is not None:
            torch.cuda.set_rng_state(state[1], self._gpu)


class DistributedDevices(Devices):
    """Collective operations among several processes, over an initialised process group of torch.distributed.

    Parameters
    ----------
    device
        Device of this process, and of the tensors that are sent: the CPU for gloo, the GPU for NCCL.

    Notes
    -----
    Every process must call the same operations in the same order. So every value that decides on the next operation (losses, stopping, update
    order) is summed or gathered first, and bitwise equal.
    """

    def __init__(self, device: torch.device) -> None:
        self.rank, self.count, self.device = dist.get_rank(), dist.get_world_size(), device
        self._random = RandomStreams(device)

    def share(self, rows: Rows) -> Rows:
        """Return the rows of an array or tensor that belong to this device."""
        return rows[self.rank :: self.count]

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over devices, without a gradient; bitwise equal on every device."""
        found = value.detach().to(self.device, copy=True)
        _communicate(lambda: dist.all_reduce(found))
        return found.to(value.device)

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set on any device."""
        return bool(self._sum_numbers(float(flag))[0] > 0)

    def sample_fraction(self, samples: int) -> float:
        """Return this device's samples over all devices' samples."""
        return samples / max(1.0, self._sum_numbers(float(samples))[0])

    def mean(self, rows: Tensor) -> Tensor:
        """Return the mean over the rows of all devices."""
        return self.total(rows.sum(0)) / max(1.0, self._sum_numbers(float(len(rows)))[0])

    def gather(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices, device after device."""
        return torch.cat(self._gather_each(rows))

    def gather_in_order(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices in the order before :meth:`share`."""
        parts = self._gather_each(rows)
        joined = rows.new_empty(sum(map(len, parts)), *rows.shape[1:])
        for rank, part in enumerate(parts):
            joined[rank :: self.count] = part
        return joined

    def sum_gradients(self, model: nn.Module) -> None:
        """Sum the gradients over devices in one message; a parameter that no device used keeps None."""
        parameters = [p for p in model.parameters() if p.requires_grad]
        flat = [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in parameters]
        used = torch.tensor([p.grad is not None for p in parameters]).to(flat[0])
        joined = self.total(torch.cat([*flat, used]))
        *sums, used = joined.split([*(len(f) for f in flat), len(used)])
        for p, found, there in zip(parameters, sums, used.tolist(), strict=True):
            if there:
                p.grad = found.view_as(p).to(p.dtype, copy=True)

    def sum_by_name(self, parts: Mapping[str, list[float]]) -> dict[str, list[float]]:
        """Return the sums over devices, by name; a name may be missing on some."""
        joined: dict[str, list[float]] = {}
        for each in self._gather_objects({name: list(values) for name, values in parts.items()}):
            for name, values in each.items():
                joined[name] = [a + b for a, b in zip(joined.get(name, [0.0] * len(values)), values, strict=True)]
        return joined

    def run_on_first(self, action: Callable[[], None]) -> None:
        """Run an action on the first device; all raise its error."""
        error: MmvizError | None = None
        if self.rank == 0:
            try:
                action()
            except MmvizError as found:
                error = found
        error = self._gather_objects(error)[0]
        if error is not None:
            raise error

    def local_random(self, *where: int) -> AbstractContextManager[None]:
        """Use this device's random stream inside the block."""
        return self._random.local(*where, self.rank)

    def shared_random(self) -> AbstractContextManager[None]:
        """Use the random stream that is equal on all devices, inside a block of `local_random`."""
        return self._random.shared()

    def check_equal_weights(self, model: nn.Module) -> None:
        """Raise DeviceError where the weights differ between devices."""
        found = [tuple(each) for each in self._gather_objects(fingerprint(model).tolist())]
        if len(set(found)) > 1 and all(each == each for pair in found for each in pair):
            raise DeviceError(
                f"fit: the weights of the {self.count} devices differ (sum and sum of squares: {found}): a strategy or model "
                "draws random numbers or decides differently on each; use training.devices in it, or train on one device"
            )

    def _sum_numbers(self, *values: float) -> list[float]:
        found = self.total(torch.tensor(values, dtype=torch.float64 if self.device.type != "mps" else torch.float32))
        return [float(v) for v in found.tolist()]

    def _gather_each(self, rows: Tensor) -> list[Tensor]:
        counts = torch.zeros(self.count, dtype=torch.int64)
        counts[self.rank] = len(rows)
        sizes = self.total(counts).tolist()
        sent = rows.detach().to(self.device)
        kind = sent.dtype
        sent = sent.to(torch.uint8) if kind == torch.bool else sent
        padded = sent.new_zeros(max(sizes), *rows.shape[1:])
        padded[: len(rows)] = sent
        found = [torch.empty_like(padded) for _ in sizes]
        _communicate(lambda: dist.all_gather(found, padded))
        return [f[:n].to(rows.device, kind) for f, n in zip(found, sizes, strict=True)]

    def _gather_objects(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.count
        _communicate(lambda: dist.all_gather_object(found, value))
        return found


def _communicate(message: Callable[[], object]) -> None:
    """Run a collective operation; DeviceError with the likely cause where another process is missing."""
    try:
        message()
    except RuntimeError as error:
        raise DeviceError(
            "fit: another device does not respond: its process has ended, or took longer than timeout= "
            f"({str(error).splitlines()[0]}); its last output shows the cause. Resume a run with out= by resume=True"
        ) from error
