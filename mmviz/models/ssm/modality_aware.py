"""The Modality-Aware Mamba layer: one selective scan for the tokens of all modalities, with shared and modality-specific experts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import torch
from mmkernels import silu_gate
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import Routing, TokenScan, beside_scan
from mmviz.models.layers import RMSNorm
from mmviz.models.ssm.blocks import SelectiveCore
from mmviz.models.ssm.experts import EXPERTS, Experts, Router

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import Observation
    from mmviz.models.ssm.token_order import Arrangement

READINGS = ("A", "B")


class Mixer(nn.Module):
    """Mamba's block without norm and residual: project in, convolve and scan the sequence, gate, project out.

    With two arrangements of the tokens there are two cores, one along each, and their outputs are added before the
    gate, as in Vision Mamba (arXiv 2401.09417, Algorithm 1).
    """

    def __init__(
        self,
        modalities: int,
        width: int,
        *,
        shared: int,
        specific: int,
        state: int,
        expand: int,
        taps: int,
        backend: str,
        bidirectional: bool,
    ) -> None:
        super().__init__()
        inner, rank = expand * width, math.ceil(width / 16)
        self.into = Experts(modalities, width, 2 * inner, shared=shared, specific=specific)
        self.cores = nn.ModuleList(
            SelectiveCore(inner, state=state, taps=taps, rank=rank, backend=backend) for _ in range(1 + bidirectional)
        )
        self.out = Experts(modalities, inner, width, shared=shared, specific=specific)
        self.gate_backend = beside_scan(backend)

    def forward(
        self,
        x: Float[Tensor, "modality batch time width"],
        ways: tuple[Arrangement, ...],
        gates: Float[Tensor, "modality batch time expert"] | None,
        seen: Observation | None,
    ) -> Float[Tensor, "modality batch time width"]:
        """Mix the tokens along each of ``ways``; note the scans in ``seen``."""
        u, z = self.into(x, gates).chunk(2, -1)
        heard = []
        for way, core in zip(ways, self.cores, strict=True):
            core = cast("SelectiveCore", core)
            scan = core.scan_inputs(way.sequence(u))
            if seen is not None and not seen.learning:
                sequence = (u.shape[1], scan.x.shape[2], u.device)
                seen.tokens.append(TokenScan(scan, way.places(*sequence), way.real(*sequence), way.backward))
            heard.append(way.tokens(core.scan(scan)))
        both = heard[0] if len(heard) == 1 else heard[0] + heard[1]
        return self.out(silu_gate(both, z.to(both.dtype), backend=self.gate_backend), gates)


class ModalityAwareLayer(nn.Module):
    """A residual Mamba layer with modality-shared and modality-specific experts.

    Parameters
    ----------
    names, width
        The modalities, and the channels of a token.
    reading
        ``A``: the experts take the place of Mamba's projections in and out. ``B``: they are maps of ``width`` to
        ``width`` before and behind a stock Mamba, and a feed-forward part of ratio 2 follows.
    experts
        ``both``, ``shared`` (under A: plain Mamba) or ``specific``.
    router
        ``modality``: a token uses the shared expert and the one of its modality. ``learned``: it chooses, see
        :class:`~mmviz.models.ssm.experts.Router`; one choice for the maps on both sides.
    shared_experts, specific_experts, top_k
        Of the learned router: experts that serve all, experts of each modality, and how many a token uses. By
        modality id there is one of each kind, as a sum of linear maps is one linear map.
    balance
        Weight of the router's balancing penalty.
    state, expand, taps, backend, bidirectional
        See :class:`Mixer` and :class:`~mmviz.models.ssm.blocks.SelectiveCore`.

    Notes
    -----
    AlignMamba-2 (arXiv 2603.18462) has a layer of this name; its equations are not public. Both forms are *readings*,
    made from two public implementations that carry the idea: A is our default, as it adds nothing to Mamba at
    inference (``merge``).
    """

    def __init__(
        self,
        names: tuple[str, ...],
        width: int,
        *,
        reading: str = "A",
        experts: str = "both",
        router: str = "modality",
        shared_experts: int = 1,
        specific_experts: int = 1,
        top_k: int = 1,
        balance: float = 0.0,
        state: int = 16,
        expand: int = 2,
        taps: int = 4,
        backend: str = "auto",
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        if reading not in READINGS:
            raise ConfigError(f"reading={reading!r} is unknown; choose {' or '.join(READINGS)}")
        if experts not in EXPERTS:
            raise ConfigError(f"experts={experts!r} is unknown; choose one of {', '.join(EXPERTS)}")
        if router not in ("modality", "learned"):
            raise ConfigError(f"router={router!r} is unknown; choose modality or learned")
        if router == "modality" and (shared_experts, specific_experts, top_k) != (1, 1, 1):
            raise ConfigError(
                f"shared_experts={shared_experts}, specific_experts={specific_experts}, top_k={top_k}, but routing by modality id "
                'uses one expert of each kind; leave them at 1, or pass router="learned"'
            )
        M = len(names)
        shared = 0 if experts == "specific" else shared_experts
        specific = 0 if experts == "shared" else specific_experts
        self.names, self.counts, self.balance = names, (shared, specific), balance
        self.norm = RMSNorm(width)
        self.router = Router(M, width, shared + specific, top_k) if router == "learned" else None
        outer = {"shared": 1, "specific": 0} if reading == "B" else {"shared": shared, "specific": specific}
        self.mixer = Mixer(
            M, width, **outer, state=state, expand=expand, taps=taps, backend=backend, bidirectional=bidirectional
        )
        self.before = self.behind = self.feed = None
        if reading == "B":
            self.before = Experts(M, width, width, shared=shared, specific=specific)
            self.behind = Experts(M, width, width, shared=shared, specific=specific)
            self.feed = nn.Sequential(
                RMSNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
            )

    def forward(
        self,
        x: Float[Tensor, "modality batch time width"],
        mask: Bool[Tensor, "modality batch time"] | None,
        ways: tuple[Arrangement, ...],
        seen: Observation | None = None,
    ) -> Float[Tensor, "modality batch time width"]:
        """Return x plus the layer's answer; tokens where the mask is False stay as they are."""
        normed = self.norm(x)
        gates = self._gates(normed, mask, seen)
        if self.before is None or self.behind is None or self.feed is None:
            return self._add(x, self.mixer(normed, ways, gates, seen), mask)
        mixed = self.mixer(self.before(normed, gates), ways, None, seen)
        x = self._add(x, self.behind(mixed, gates), mask)
        return self._add(x, self.feed(x), mask)

    def merge(self) -> None:
        """Turn the experts into one matrix per modality; for inference.

        Raises
        ------
        ConfigError
            With a learned router, as its experts' weights differ from token to token.
        """
        if self.router is not None:
            raise ConfigError(
                'merged: router="learned" weighs its experts for every token; only router="modality" has one matrix'
            )
        for part in self.modules():
            if isinstance(part, Experts):
                part.merge()

    @staticmethod
    def _add(x: Tensor, change: Tensor, mask: Tensor | None) -> Tensor:
        return x + (change if mask is None else change * mask[..., None])

    def _gates(self, normed: Tensor, mask: Tensor | None, seen: Observation | None) -> Tensor | None:
        """Return what a learned router chose; note who served whom, and how unevenly."""
        choice = None if self.router is None else self.router(normed)
        if seen is not None:
            everywhere = torch.ones(normed.shape[:-1], dtype=torch.bool, device=normed.device)
            real = everywhere if mask is None else mask
            if choice is not None:
                seen.penalties["balance"] = seen.penalties.get("balance", 0) + self.balance * choice.imbalance(real)
            if not seen.learning:
                weight = normed.new_ones(*real.shape, sum(self.counts)) if choice is None else choice.weight
                seen.routing.append(self._routing(weight * real[..., None]))
        return None if choice is None else choice.weight

    def _routing(self, weight: Float[Tensor, "modality batch time candidate"]) -> Routing:
        """Spread the weights of a token's candidates over all experts: the shared, then those of each modality."""
        shared, specific = self.counts
        M = len(self.names)
        spread = torch.zeros(*weight.shape[:-1], M, specific, dtype=weight.dtype, device=weight.device)
        for m in range(M):
            spread[m, :, :, m] = weight[m, ..., shared:]
        owners = ("",) * shared + tuple(name for name in self.names for _ in range(specific))
        return Routing(torch.cat([weight[..., :shared], spread.flatten(-2)], -1), owners)
