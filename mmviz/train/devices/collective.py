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
    """One device. Of several, each process holds a :class:`~mmviz.train.devices.collective.ManyDevices` and runs the same code.

    The samples of a batch are dealt out in turn, sample i to device i mod ``count``, so that shares differ by at most one
    and a batch sorted by length is long and short on every device. A loss that a device computes is *its share*: the shares add
    up to the loss of the whole batch, as their gradients add up to its gradient.

    Attributes
    ----------
    rank, count
        Which device this is, of how many.
    device
        Of several: the one this process drives.
    """

    rank = 0
    count = 1
    device = torch.device("cpu")

    def share(self, rows: Rows) -> Rows:
        """Return the rows that this device reads, of an array or a tensor."""
        return rows

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over devices, without a gradient; the same bits on every device."""
        return value

    def any(self, flag: bool) -> bool:
        """Return whether it holds on any device."""
        return flag

    def portion(self, samples: int) -> float:
        """Return this device's samples over all devices' samples: its mean over samples, times this, is its share of the whole mean."""
        return 1.0

    def mean(self, rows: Tensor) -> Tensor:
        """Return the mean over the rows of all devices."""
        return rows.mean(0)

    def gathered(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices, device after device."""
        return rows

    def whole(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices as :meth:`share` dealt them out, in the order they had before."""
        return rows

    def sum_gradients(self, model: nn.Module) -> None:
        """Add up the gradients of all devices; a parameter that no device used keeps none."""

    def sums(self, parts: Mapping[str, list[float]]) -> dict[str, list[float]]:
        """Return the sums over devices, by name; a name may be missing on some."""
        return dict(parts)

    def first(self, action: Callable[[], None]) -> None:
        """Let the first device do something, and all raise what it raises."""
        action()

    def own_draws(self, *where: int) -> AbstractContextManager[None]:
        """Draw random numbers of this device's own inside the block, named by whole numbers such as seed, epoch, batch."""
        return nullcontext()

    def common_draws(self) -> AbstractContextManager[None]:
        """Draw the random numbers that all devices draw alike, inside a block of own ones."""
        return nullcontext()

    def agree(self, model: nn.Module) -> None:
        """Raise DeviceError where the weights of the devices have come apart."""


def fingerprint(model: nn.Module) -> Tensor:
    """Return two numbers that differ where weights differ: the sum, and the sum of squares, in float64."""
    flat = [p.detach().double() for p in model.state_dict().values()]
    return torch.stack([torch.stack([p.sum(), p.square().sum()]) for p in flat]).sum(0)


class Draws:
    """Two streams behind torch's global generator, on the CPU and on this process's GPU.

    The common stream is the one that a training on one device has: augmentation, subsets of modalities and noise on gradients are drawn
    from it, for whole batches. Own draws (dropout) are seeded by where they are: seed, epoch, batch, device. So they
    depend on the number of devices, which for dropout means another, equally good, mask.
    """

    def __init__(self, device: torch.device) -> None:
        self._gpu = device if device.type == "cuda" else None
        self._common: list[Tensor] | None = None

    @contextmanager
    def own(self, *where: int) -> Iterator[None]:
        """Seed by whole numbers ≥ 0 for the block; the common stream goes on behind it."""
        self._common = self._now()
        torch.manual_seed(int(np.random.SeedSequence(where).generate_state(1, np.uint64)[0] >> 1))
        try:
            yield
        finally:
            self._set(self._common)
            self._common = None

    @contextmanager
    def common(self) -> Iterator[None]:
        """Go on with the common stream for the block; does nothing where it is not interrupted."""
        if self._common is None:
            yield
            return
        mine = self._now()
        self._set(self._common)
        try:
            yield
        finally:
            self._common = self._now()
            self._set(mine)

    def _now(self) -> list[Tensor]:
        return [torch.get_rng_state(), *([] if self._gpu is None else [torch.cuda.get_rng_state(self._gpu)])]

    def _set(self, state: list[Tensor]) -> None:
        torch.set_rng_state(state[0])
        if self._gpu is not None:
            torch.cuda.set_rng_state(state[1], self._gpu)


class ManyDevices(Devices):
    """The place of this process among several, once the process group stands.

    Parameters
    ----------
    device
        The one this process drives, where tensors lie that are sent: the CPU for gloo, this process's GPU for NCCL.

    Notes
    -----
    Every process must ask the same in the same order. So whatever decides what is asked next (losses, stopping, whose turn it is)
    is summed or gathered first, and then alike to the last bit.
    """

    def __init__(self, device: torch.device) -> None:
        self.rank, self.count, self.device = dist.get_rank(), dist.get_world_size(), device
        self._draws = Draws(device)

    def share(self, rows: Rows) -> Rows:
        """Return the rows that this device reads, of an array or a tensor."""
        return rows[self.rank :: self.count]

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over devices, without a gradient; the same bits on every device."""
        found = value.detach().to(self.device, copy=True)
        _sent(lambda: dist.all_reduce(found))
        return found.to(value.device)

    def any(self, flag: bool) -> bool:
        """Return whether it holds on any device."""
        return bool(self._numbers(float(flag))[0] > 0)

    def portion(self, samples: int) -> float:
        """Return this device's samples over all devices' samples."""
        return samples / max(1.0, self._numbers(float(samples))[0])

    def mean(self, rows: Tensor) -> Tensor:
        """Return the mean over the rows of all devices."""
        return self.total(rows.sum(0)) / max(1.0, self._numbers(float(len(rows)))[0])

    def gathered(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices, device after device."""
        return torch.cat(self._each(rows))

    def whole(self, rows: Tensor) -> Tensor:
        """Return the rows of all devices as :meth:`share` dealt them out, in the order they had before."""
        parts = self._each(rows)
        joined = rows.new_empty(sum(map(len, parts)), *rows.shape[1:])
        for rank, part in enumerate(parts):
            joined[rank :: self.count] = part
        return joined

    def sum_gradients(self, model: nn.Module) -> None:
        """Add up the gradients of all devices in one message; a parameter that no device used keeps none."""
        parameters = [p for p in model.parameters() if p.requires_grad]
        flat = [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in parameters]
        used = torch.tensor([p.grad is not None for p in parameters]).to(flat[0])
        joined = self.total(torch.cat([*flat, used]))
        *sums, used = joined.split([*(len(f) for f in flat), len(used)])
        for p, found, there in zip(parameters, sums, used.tolist(), strict=True):
            if there:
                p.grad = found.view_as(p).to(p.dtype, copy=True)

    def sums(self, parts: Mapping[str, list[float]]) -> dict[str, list[float]]:
        """Return the sums over devices, by name; a name may be missing on some."""
        joined: dict[str, list[float]] = {}
        for each in self._objects({name: list(values) for name, values in parts.items()}):
            for name, values in each.items():
                joined[name] = [a + b for a, b in zip(joined.get(name, [0.0] * len(values)), values, strict=True)]
        return joined

    def first(self, action: Callable[[], None]) -> None:
        """Let the first device do something, and all raise what it raises."""
        error: MmvizError | None = None
        if self.rank == 0:
            try:
                action()
            except MmvizError as found:
                error = found
        error = self._objects(error)[0]
        if error is not None:
            raise error

    def own_draws(self, *where: int) -> AbstractContextManager[None]:
        """Draw random numbers of this device's own inside the block."""
        return self._draws.own(*where, self.rank)

    def common_draws(self) -> AbstractContextManager[None]:
        """Draw the random numbers that all devices draw alike, inside a block of own ones."""
        return self._draws.common()

    def agree(self, model: nn.Module) -> None:
        """Raise DeviceError where the weights of the devices have come apart."""
        found = [tuple(each) for each in self._objects(fingerprint(model).tolist())]
        if len(set(found)) > 1 and all(each == each for pair in found for each in pair):
            raise DeviceError(
                f"fit: the weights of the {self.count} devices have come apart (sum and sum of squares: {found}): a strategy or model "
                "draws or decides differently on each; use training.devices in it, or train on one device"
            )

    def _numbers(self, *values: float) -> list[float]:
        found = self.total(torch.tensor(values, dtype=torch.float64 if self.device.type != "mps" else torch.float32))
        return [float(v) for v in found.tolist()]

    def _each(self, rows: Tensor) -> list[Tensor]:
        counts = torch.zeros(self.count, dtype=torch.int64)
        counts[self.rank] = len(rows)
        sizes = self.total(counts).tolist()
        sent = rows.detach().to(self.device)
        kind = sent.dtype
        sent = sent.to(torch.uint8) if kind == torch.bool else sent
        padded = sent.new_zeros(max(sizes), *rows.shape[1:])
        padded[: len(rows)] = sent
        found = [torch.empty_like(padded) for _ in sizes]
        _sent(lambda: dist.all_gather(found, padded))
        return [f[:n].to(rows.device, kind) for f, n in zip(found, sizes, strict=True)]

    def _objects(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.count
        _sent(lambda: dist.all_gather_object(found, value))
        return found


def _sent(message: Callable[[], object]) -> None:
    """Send, and say what it means when no answer comes."""
    try:
        message()
    except RuntimeError as error:
        raise DeviceError(
            "fit: another device does not answer: its process has ended, or took longer than timeout= "
            f"({str(error).splitlines()[0]}); what it said last names the cause. A run with out= goes on with resume=True"
        ) from error
