"""Tensors of a training as they are stored: a copy on the CPU, memory of their own, and their check when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mmviz.core.errors import CheckpointError

if TYPE_CHECKING:
    import os

    from torch import Tensor


def stored_copy(value: Tensor) -> Tensor:
    """Return a copy on the CPU; floating point as float32, counters and masks unchanged."""
    value = value.detach().cpu()
    return (value.float() if value.is_floating_point() else value).clone()


def on_cpu(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors on the CPU, each with memory of its own: a file of safetensors holds no shared weights."""
    found: dict[str, Tensor] = {}
    used: set[int] = set()
    for name, value in tensors.items():
        plain = value.detach().cpu().contiguous()
        memory = plain.untyped_storage().data_ptr()
        found[name] = plain.clone() if memory in used else plain
        used.add(memory)
    return found


def check_tensors(path: os.PathLike[str], weights: dict[str, Tensor], like: dict[str, Tensor]) -> None:
    """Raise CheckpointError for other names or shapes than those of the model, or values that are not finite where the model's are."""
    if weights.keys() != like.keys():
        odd = sorted(weights.keys() ^ like.keys())
        raise CheckpointError(f"{path}: tensors {', '.join(odd[:5])} are only in the file or only in the model")
    for key, value in weights.items():
        if value.shape != like[key].shape:
            raise CheckpointError(
                f"{path}: {key} has shape {tuple(value.shape)}, the model has {tuple(like[key].shape)}"
            )
        if value.is_floating_point() and not bool((torch.isfinite(value) | (value == like[key].cpu())).all()):
            raise CheckpointError(f"{path}: {key} holds values that are not finite")
