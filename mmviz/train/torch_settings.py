"""PyTorch's global settings while a training runs, so that its result depends on its own options alone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def torch_settings(device: torch.device) -> Iterator[None]:
    """Gradients on, no autocast but the training's own, float32 as the default dtype and, on a CPU, deterministic operators.

    The settings are as before afterwards.

    Notes
    -----
    With two threads and more, the gradient of ``x[rows]`` with a repeated row is summed in whatever order the threads come, unless
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
    memory.fill_uninitialized_memory = False  # it costs time, and no operator of ours reads what was not written
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        memory.fill_uninitialized_memory = fill
