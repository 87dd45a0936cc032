"""AlignMamba: steps of every modality are carried onto those of an anchor, then Mamba reads all, interleaved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from mmkernels import pairwise_cost, relaxed_plan
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionModel
from mmviz.models.batch import Steps
from mmviz.models.layers import PresentMean, RMSNorm, head_of
from mmviz.models.ssm.alignment import AnchorConfig, Pair, anchor_of
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.ssm.token_order import TokenOrder

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation


@dataclass(frozen=True)
class AlignMambaConfig(AnchorConfig):
    """Options of ``build("alignmamba", spec, ...)``.

    Attributes
    ----------
    layers, state, expand, taps
        Mamba layers, states per channel, inner channels per channel, convolution taps; each ≥ 1.
    normalize
        What an anchor's step receives from the steps carried to it. ``literal``, the paper's equation 6: their mass,
        so that k of T steps arrive as k/T times their mean, and 0 where none does. ``barycentric``, a *reading*:
        their mean, and a learned vector where none arrives; the default, as the literal one shrinks a long modality
        to the size of 1/T.
        The rest, with ``mmd`` as the paper's λ, as in :class:`~mmviz.models.ssm.alignment.AnchorConfig`.
    """

    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    normalize: str = "barycentric"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.normalize not in ("literal", "barycentric"):
            raise ConfigError(f"AlignMamba: normalize={self.normalize!r} is unknown; choose literal or barycentric")


class AlignMamba(FusionModel):
    """Carry each modality onto the anchor's steps, interleave, Mamba layers, pools, a mean of what is present, a head.

    Who goes where depends on the whole sequence, so the model is not causal: an answer to every prefix takes as many
    passes as there are steps, each with the plan of the sequence cut there. A sample that lacks the anchor keeps its
    steps where they are (as if each modality were its own anchor); one that lacks another modality is answered as if
    that did not exist.

    Notes
    -----
    AlignMamba (arXiv 2412.00833): cost, relaxed plan and transport (equations 3-6), MMD between what was carried and
    the anchor as a penalty of training (7-10, 12), interleaving (11). The plan carries no gradient; the steps that it
    moves do. Depth, sizes, λ, bandwidth, pooling and what to do without the anchor are not in the paper: *readings*.
    """

    config: AlignMambaConfig

    def __init__(self, spec: Spec, config: AlignMambaConfig) -> None:
        super().__init__(spec, config)
        M, width = len(spec.names), config.width
        self.anchor = anchor_of(spec.names, config.anchor)
        self.order = TokenOrder.with_anchor_last(M, self.anchor, "interleaved")
        learned = config.normalize == "barycentric" and M > 1
        self.unmatched = nn.Parameter(torch.zeros(M, width)) if learned else None
        self.layers = nn.ModuleList(
            ModalityAwareLayer(
                spec.names,
                width,
                experts="shared",
                state=config.state,
                expand=config.expand,
                taps=config.taps,
                backend=config.backend,
            )
            for _ in range(config.layers)
        )
        self.norm = RMSNorm(width)
        self.present_mean = PresentMean(M)
        self.head = head_of(width, width, spec.task.outputs, config.dropout)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    @property
    def causal(self) -> bool:
        """Never: a later step of the anchor may be the cheapest of an earlier step."""
        return False

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer, at the step of the anchor it was carried to."""
        carried = self.carried(steps, seen)
        x, holes = carried.x, carried.holes
        ways = (self.order.arrange(holes),)
        for layer in self.layers:
            x = cast("ModalityAwareLayer", layer)(x, holes, ways, seen)
        if seen is not None:
            seen.routing.clear()  # a plain Mamba layer has one expert, and nothing is routed
        return self.norm(x)

    def pooled(
        self, steps: Steps, seen: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return one vector per modality, pooled over the steps its tokens were carried to, and which are present."""
        pooled = self.pool(self.streams(steps, seen), self.landed(steps.mask))
        return pooled[:, :, -1:], steps.mask.any(-1, keepdim=True)

    def landed(self, mask: Bool[Tensor, "modality batch time"]) -> Bool[Tensor, "modality batch time"]:
        """Return where tokens are after the transport: the anchor's steps, or their own where there is no anchor."""
        anchor = mask[self.anchor]
        return torch.where(anchor.any(-1, keepdim=True), anchor & mask.any(-1, keepdim=True), mask)

    def carried(self, steps: Steps, seen: Observation | None = None) -> Steps:
        """Return the steps after the transport; note the penalty ``mmd``, and the plans where they are wanted."""
        with torch.autocast(steps.x.device.type, enabled=False):  # costs are compared in whole precision
            return self._carry(steps, seen)

    def _carry(self, steps: Steps, seen: Observation | None) -> Steps:
        x, mask = steps
        parts, total = [], x.new_zeros((), dtype=torch.promote_types(x.dtype, torch.float32))
        for m, name in enumerate(self.spec.names):
            if m == self.anchor:
                parts.append(x[m])
                continue
            pair = Pair.of(steps, m, self.anchor)
            cost = pairwise_cost(pair.x, pair.y)
            backend = self.config.other_backend
            plan = relaxed_plan(cost, mask_x=pair.mask_x, mask_y=pair.mask_y, backend=backend).plan
            moved, own = self._moved(m, pair.x, plan, mask[m])
            if seen is not None and (self.config.mmd > 0 or not seen.learning):
                discrepancy = self.config.discrepancy(moved, pair.y, pair.mask_y, pair.mask_y)
                total = total + torch.where(pair.both, discrepancy, 0.0).mean()
                if not seen.learning:
                    names = (name, self.spec.names[self.anchor])
                    seen.plans.append(pair.noted(names, plan, cost, discrepancy))
            parts.append(torch.where(pair.both[:, None, None], moved, own).to(x.dtype))
        if seen is not None:
            seen.penalties["mmd"] = self.config.mmd * total
        landed = self.landed(mask)
        return Steps(torch.stack(parts), landed).kept(landed)

    def _moved(self, m: int, x: Tensor, plan: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the anchor's steps receive from modality m, and its own steps for a sample without the anchor."""
        moved, mass = plan.transpose(1, 2) @ x, plan.sum(1)[..., None]
        if self.unmatched is None:  # literal: mass 1/T per step, carried or not
            return moved, x / mask.sum(-1).clamp(min=1)[:, None, None]
        return torch.where(mass > 0, moved / torch.where(mass > 0, mass, 1.0), self.unmatched[m]), x

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Average what is present, then the head."""
        return self.head(self.present_mean(pooled, present))
