"""Several devices that train one model: sums and gathers over a process group of torch.distributed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import torch.distributed as dist

from mmviz.errors import DeviceError, MmvizError
from mmviz.train.devices.devices import Devices, Rows, fingerprint
from mmviz.train.devices.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from torch import Tensor, nn


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
