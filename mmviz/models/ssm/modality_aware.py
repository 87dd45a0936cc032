"""The Modality-Aware Mamba layer: one selective scan for the tokens of all modalities, with shared and modality-specific experts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of
from mmviz.models import frozen_gates
from mmviz.models.base import Routing, TokenScan, other_backend
from mmviz.models.layers import GELU, RMSNorm
from mmviz.models.ssm.blocks import SelectiveCore
from mmviz.models.ssm.experts import EXPERTS, Experts, Router

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import Observation
    from mmviz.models.ssm.token_order import Arrangement

VARIANTS = ("A", "B")


class Mixer(nn.Module):
    """Mamba block without norm and residual: input projection, convolution, selective scan, gate, output projection.

    If bidirectional, there is one selective scan per direction, and their outputs are added before the
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
        self.gate_backend = other_backend(backend)

    def forward(
        self,
        x: Float[Tensor, "modality batch time width"],
        arrangements: tuple[Arrangement, ...],
        gates: Float[Tensor, "modality batch time expert"] | None,
        observation: Observation | None,
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the mixed tokens, scanned along each arrangement; add the scans to ``observation``."""
        u, z = self.into(x, gates).chunk(2, -1)
        outputs = []
        for arrangement, core in zip(arrangements, self.cores, strict=True):
            core = cast("SelectiveCore", core)
            scan = core.scan_inputs(arrangement.sequence(u))
            if observation is not None and not observation.training:
                size = (u.shape[1], scan.x.shape[2], u.device)
                position, valid = arrangement.positions(*size), arrangement.valid(*size)
                observation.tokens.append(TokenScan(scan, position, valid, arrangement.backward))
            outputs.append(arrangement.tokens(core.scan(scan)))
        y = outputs[0] if len(outputs) == 1 else outputs[0] + outputs[1]
        return self.out(frozen_gates.gated(y, z, batch=1, backend=self.gate_backend), gates)


class ModalityAwareLayer(nn.Module):
    """A residual Mamba layer with modality-shared and modality-specific experts.

    Parameters
    ----------
    names, width
        The modalities, and the channels of a token.
    variant
        ``A``: the experts replace Mamba's input and output projections. ``B``: they are maps from ``width`` to
        ``width`` before and after a standard Mamba block, followed by a feed-forward layer of ratio 2.
    experts
        ``both``, ``shared`` (with variant A: plain Mamba) or ``specific``.
    router
        ``modality``: a token uses the shared expert and the one of its modality. ``learned``: top-k, see
        :class:`~mmviz.models.ssm.experts.Router`; the same gates for the maps on both sides.
    shared_experts, specific_experts, top_k
        For the learned router: modality-shared experts, modality-specific experts per modality, and selected experts per
        token. With ``router="modality"`` there is one of each kind, as a sum of linear maps is one linear map.
    balance
        Weight of the router's load balancing loss.
    state, expand, taps, backend, bidirectional
        See :class:`Mixer` and :class:`~mmviz.models.ssm.blocks.SelectiveCore`.

    Notes
    -----
    AlignMamba-2 (arXiv 2603.18462) has a layer of this name; its equations are not public. Both variants are our interpretation,
    based on two public implementations of the idea: A is the default, as its cost at inference equals that of Mamba
    (``merge``).
    """

    def __init__(
        self,
        names: tuple[str, ...],
        width: int,
        *,
        variant: str = "A",
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
        one_of(variant, VARIANTS, "variant")
        one_of(experts, EXPERTS, "experts")
        one_of(router, ("modality", "learned"), "router")
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
        outer = {"shared": 1, "specific": 0} if variant == "B" else {"shared": shared, "specific": specific}
        self.mixer = Mixer(
            M, width, **outer, state=state, expand=expand, taps=taps, backend=backend, bidirectional=bidirectional
        )
        self.before = self.behind = self.feed = None
        if variant == "B":
            self.before = Experts(M, width, width, shared=shared, specific=specific)
            self.behind = Experts(M, width, width, shared=shared, specific=specific)
            self.feed = nn.Sequential(
                RMSNorm(width), nn.Linear(width, 2 * width), GELU(batch=1), nn.Linear(2 * width, width)
            )

    def forward(
        self,
        x: Float[Tensor, "modality batch time width"],
        mask: Bool[Tensor, "modality batch time"] | None,
        arrangements: tuple[Arrangement, ...],
        observation: Observation | None = None,
    ) -> Float[Tensor, "modality batch time width"]:
        """Return x plus the layer's output; tokens where the mask is False are unchanged."""
        normed = self.norm(x)
        gates = self.gates(normed, mask, observation)
        if self.before is None or self.behind is None or self.feed is None:
            return self._add(x, self.mixer(normed, arrangements, gates, observation), mask)
        mixed = self.mixer(self.before(normed, gates), arrangements, None, observation)
        x = self._add(x, self.behind(mixed, gates), mask)
        return self._add(x, self.feed(x), mask)

    def merge(self) -> None:
        """Replace the experts by one matrix per modality, for inference.

        Raises
        ------
        ConfigError
            With a learned router, whose expert weights depend on the token.
        """
        if self.router is not None:
            raise ConfigError(
                'merged: router="learned" has expert weights per token, so that there is no single matrix; build the model with '
                'router="modality"'
            )
        for part in self.modules():
            if isinstance(part, Experts):
                part.merge()

    @staticmethod
    def _add(x: Tensor, change: Tensor, mask: Tensor | None) -> Tensor:
        return x + (change if mask is None else change * mask[..., None])

    def gates(self, normed: Tensor, mask: Tensor | None, observation: Observation | None) -> Tensor | None:
        """Return the gates of a learned router; add expert weights and the load balancing loss to ``observation``."""
        if self.router is not None and observation is None:
            router = self.router
            return frozen_gates.constant(lambda: router(normed).weight, batch=1)
        routed = None if self.router is None else self.router(normed)
        if observation is not None:
            everywhere = torch.ones(normed.shape[:-1], dtype=torch.bool, device=normed.device)
            valid = everywhere if mask is None else mask
            if routed is not None:
                penalties = observation.penalties
                penalties["balance"] = penalties.get("balance", 0) + self.balance * routed.load_imbalance(valid)
            if not observation.training:
                weight = normed.new_ones(*valid.shape, sum(self.counts)) if routed is None else routed.weight
                observation.routing.append(self._routing(weight * valid[..., None]))
        return None if routed is None else routed.weight

    def _routing(self, weight: Float[Tensor, "modality batch time candidate"]) -> Routing:
        """Return the weights of the permitted experts as weights of all experts: the shared, then those of each modality."""
        shared, specific = self.counts
        M = len(self.names)
        own = torch.eye(M, dtype=torch.bool, device=weight.device)[:, None, None, :, None]
        spread = torch.where(own, weight[..., None, shared:], 0.0)
        modality = ("",) * shared + tuple(name for name in self.names for _ in range(specific))
        return Routing(torch.cat([weight[..., :shared], spread.flatten(-2)], -1), modality)
