"""Whole blocks that fuse M modalities: the Coupled Mamba block, and cross-modal attention as in MulT (arXiv:1906.00295)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention


class CrossBlock(nn.Module):
    """One block: `target` attends to `source`, then a feed-forward layer of four times the width; layer norms first.

    Parameters
    ----------
    width, heads
        Channels, and heads they are divided into.
    materialised
        True: the (L, L) matrix of weights is stored, as in the Transformers of the Coupled Mamba paper. False: PyTorch's fused attention.
    """

    def __init__(self, width: int, heads: int, *, materialised: bool) -> None:
        super().__init__()
        self.heads, self.materialised = heads, materialised
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))
        self.norm_target, self.norm_source, self.norm_feed = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, target: Tensor, source: Tensor) -> Tensor:
        """Take and return (B, L, width)."""

        def split(values: Tensor) -> Tensor:
            return values.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        q = split(self.query(self.norm_target(target)))
        k, v = (split(part) for part in self.key_value(self.norm_source(source)).chunk(2, -1))
        if self.materialised:
            attended = torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5, -1) @ v
        else:
            attended = scaled_dot_product_attention(q, k, v)
        target = target + self.out(attended.transpose(1, 2).flatten(2))
        fed: Tensor = target + self.feed(self.norm_feed(target))
        return fed


class CrossAttention(nn.Module):
    """All pairs of M modalities."""

    def __init__(self, M: int, width: int, heads: int = 8, *, materialised: bool = False) -> None:
        super().__init__()
        self.pairs = [(i, j) for i in range(M) for j in range(M) if i != j]
        self.blocks = nn.ModuleList(CrossBlock(width, heads, materialised=materialised) for _ in self.pairs)

    def forward(self, x: Tensor) -> Tensor:
        """Take (M, B, L, width), return (M (M - 1), B, L, width)."""
        return torch.stack([block(x[i], x[j]) for block, (i, j) in zip(self.blocks, self.pairs, strict=True)])


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
        from mmviz.models.ssm.blocks import CoupledBlock

        return CoupledBlock(M, width, state=STATE, backend=backend)
    return CrossAttention(M, width, materialised=name == STORED)


def oracle(name: str, width: int = WIDTH) -> nn.Module:
    """Return the float64 form that the block is compared with: reference scan, or attention written out."""
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
