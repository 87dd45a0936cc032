"""Whole blocks that fuse M modalities: the Coupled Mamba block and six blocks of cross-attention, of one width."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from bench.peers.cross_attention import CrossAttention

COUPLED, FUSED, STORED = (
    "Coupled Mamba block",
    "6 cross-attention blocks, SDPA",
    "6 cross-attention blocks, materialised",
)
WIDTH, STATE, M = 128, 16, 3


def block(name: str, *, width: int = WIDTH, backend: str = "auto") -> nn.Module:
    """Return one of the three, with the same weights every time."""
    torch.manual_seed(0)
    if name == COUPLED:
        from mmviz.models.coupled_block import CoupledBlock

        return CoupledBlock(M, width, state=STATE, backend=backend)
    return CrossAttention(M, width, materialised=name == STORED)


def oracle(name: str, width: int = WIDTH) -> nn.Module:
    """Return what the block is held against: float64, our readable scan or attention written out."""
    return block(COUPLED if name == COUPLED else STORED, width=width, backend="reference").double()


def recording(batch: int, time: int, width: int = WIDTH) -> Tensor:
    """Return the input, (M, B, L, width)."""
    return torch.randn(M, batch, time, width, generator=torch.Generator().manual_seed(0))


def step(module: nn.Module, x: Tensor) -> list[Tensor]:
    """Take one training step; return output and gradients."""
    y = module(x)
    return [y, *torch.autograd.grad(y.square().mean(), list(module.parameters()))]


def training(module: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return the work of one training step."""

    def work() -> None:
        step(module, x)

    return work


def inference(module: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return the work of one pass without gradients."""

    def work() -> None:
        with torch.inference_mode():
            module(x)

    return work
