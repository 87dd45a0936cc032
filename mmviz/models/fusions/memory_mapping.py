"""Gated recurrent memory over the modalities, and the cross-modal mapping that predicts one modality's features from another's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from mmkernels.transforms import is_batched
from torch import nn

from mmviz.models import frozen_gates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor


class Memory(nn.Module):
    """Gated recurrent memory over the modalities, which are processed in a given order.

    With z the pooled vector of the k-th modality and m_k the memory after it:
    r = σ(W_r [z; m_{k-1}]), g = σ(W_g [z; m_{k-1}]), m̃ = tanh(W [z; r ⊙ m_{k-1}]), m_k = (1-g) ⊙ m_{k-1} + g ⊙ m̃; the fusion receives
    z + W_o m_k. W_o is zero at initialisation, so that the memory has no influence at first. An absent modality leaves the memory
    unchanged and stays zero. m_0 = 0.

    Notes
    -----
    A variant of ours of "a memory module for information filtering and inheritance" (abstract of Modality Equilibrium Matters, arXiv 2506.00030): a gated
    recurrent unit (Cho et al., arXiv 1406.1078) with an output map. A public note on version 2 states an LSTM-like memory: :mod:`mmviz.models.fusions.memory_chain`.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * width, 2 * width)
        self.candidate = nn.Linear(2 * width, width)
        self.out = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.out.weight)

    def step(
        self, z: Float[Tensor, "*rest width"], memory: Float[Tensor, "*rest width"], present: Bool[Tensor, "*rest"]
    ) -> tuple[Float[Tensor, "*rest width"], Float[Tensor, "*rest width"]]:
        """Return z refined by the memory, and the memory after it."""
        gates = frozen_gates.constant(lambda: torch.sigmoid(self.gates(torch.cat([z, memory], -1))), batch=0)
        r, g = gates.chunk(2, -1)
        new = (1 - g) * memory + g * frozen_gates.tanh(self.candidate(torch.cat([z, r * memory], -1)), batch=0)
        new = torch.where(present[..., None], new, memory)
        return torch.where(present[..., None], z + self.out(new), z), new

    def forward(
        self,
        z: Float[Tensor, "modality *rest width"],
        present: Bool[Tensor, "modality *rest"],
        order: Sequence[int],
    ) -> Float[Tensor, "modality *rest width"]:
        """Return every modality refined by the memory, processed in this order."""
        memory, refined = torch.zeros_like(z[0]), list(z)
        for m in order:
            refined[m], memory = self.step(z[m], memory, present[m])
        return torch.stack(refined)


TEMPERATURE = 0.1


class Mapping(nn.Module):
    """Cross-modal mapping: a map f_{m→n} for every ordered pair of modalities, linear or with one hidden layer.

    Notes
    -----
    A variant of ours of "cross-modal mapping, aligned at feature and sample level" (abstract of Modality Equilibrium Matters, arXiv 2506.00030). A public note on
    version 2 states an alignment by correlations: :mod:`mmviz.models.fusions.correlation_alignment`.
    """

    def __init__(self, modalities: int, width: int, *, hidden: bool) -> None:
        super().__init__()
        bound = 1 / math.sqrt(width)

        def pairs() -> nn.Parameter:
            return nn.Parameter(torch.empty(modalities, modalities, width, width).uniform_(-bound, bound))

        self.first = pairs()
        self.second = pairs() if hidden else None
        self.bias = nn.Parameter(torch.zeros(modalities, modalities, width))

    def forward(self, z: Float[Tensor, "source *rest width"]) -> Float[Tensor, "source target *rest width"]:
        """Return f_{m→n}(z_m) for every source m and target n; the diagonal has no meaning."""
        M, flat = len(z), z.flatten(1, -2)
        mapped = torch.einsum("mrw,mnwv->mnrv", flat, self.first) + self.bias[:, :, None]
        if self.second is not None:
            mapped = torch.einsum(
                "mnrw,mnwv->mnrv",
                frozen_gates.gelu(mapped.unflatten(2, z.shape[1:-1]), batch=2).flatten(2, -2),
                self.second,
            )
        return mapped.reshape(M, M, *z.shape[1:])

    def impute(
        self, z: Float[Tensor, "modality *rest width"], present: Bool[Tensor, "modality *rest"]
    ) -> tuple[Float[Tensor, "modality *rest width"], Bool[Tensor, "modality *rest"]]:
        """Return z with every absent modality imputed by the mean of the maps from the available ones, and the new availability.

        Nothing is imputed where no modality is available.
        """
        fixed = torch.compiler.is_exporting() or torch.jit.is_tracing() or is_batched() or frozen_gates.active()
        if not fixed and bool(present.all()):
            return z, present
        source = present[:, None, ..., None].to(z.dtype)
        imputed = (self(z) * source).sum(0) / source.sum(0).clamp(min=1)
        some = present.any(0, keepdim=True).expand_as(present)
        return torch.where((some & ~present)[..., None], imputed, z), present | some


def feature_loss(
    mapped: Float[Tensor, "source target batch width"],
    z: Float[Tensor, "modality batch width"],
    both: Bool[Tensor, "source target batch"],
) -> Float[Tensor, ""]:
    """Return the mean of (f_{m→n}(z_m) - sg z_n)² over pairs of modalities, samples with both, and channels; our interpretation."""
    error = (mapped - z.detach()[None]).square().mean(-1)
    return (error * both).sum() / both.sum().clamp(min=1)


def sample_loss(
    kind: str,
    mapped: Float[Tensor, "source target batch width"],
    z: Float[Tensor, "modality batch width"],
    both: Bool[Tensor, "source target batch"],
) -> Float[Tensor, ""]:
    """Return the sample-level alignment loss between mapped and target features; our interpretation.

    Parameters
    ----------
    kind
        ``infonce``: symmetric cross-entropy over the batch of cosines / 0.1 between f_{m→n}(z_m) and sg z_n, each sample its own
        class. ``similarity``: mean squared difference of the two matrices of cosines within the batch.
    mapped, z, both
        As in :func:`feature_loss`. Pairs of modalities with fewer than two common samples are left out.
    """
    losses = []
    for m, n in both.sum(-1).ge(2).nonzero().tolist():
        common = both[m, n]
        a = nn.functional.normalize(mapped[m, n][common], dim=-1)
        b = nn.functional.normalize(z[n][common].detach(), dim=-1)
        if kind == "similarity":
            losses.append((a @ a.t() - b @ b.t()).square().mean())
            continue
        logits = a @ b.t() / TEMPERATURE
        label = torch.arange(len(a), device=a.device)
        losses.append((nn.functional.cross_entropy(logits, label) + nn.functional.cross_entropy(logits.t(), label)) / 2)
    return torch.stack(losses).mean() if losses else mapped.new_zeros(())
