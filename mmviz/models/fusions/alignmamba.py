"""AlignMamba: optimal transport of every modality onto the steps of an anchor, then Mamba over the interleaved tokens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import torch
from mmkernels import pairwise_cost, relaxed_plan
from torch import nn

from mmviz.core.options import one_of
from mmviz.models import frozen_gates
from mmviz.models.base import FusionModel
from mmviz.models.batch import Steps
from mmviz.models.layers import PresentMean, RMSNorm, prediction_head
from mmviz.models.registry import register
from mmviz.models.ssm.alignment import AnchorConfig, Pair, anchor_of
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.ssm.token_order import TokenOrder

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation, TransportPlan


@dataclass(frozen=True)
class AlignMambaConfig(AnchorConfig):
    """Options of ``build("alignmamba", spec, ...)``.

    Attributes
    ----------
    layers, state, expand, taps
        Mamba layers, states per channel, inner channels per channel, convolution taps; each ≥ 1.
    normalize
        What a step of the anchor receives from the steps transported to it. ``literal``, the paper's equation 6: k of T
        steps contribute k/T times their mean, and no step gives 0. ``barycentric``, our interpretation:
        their mean, and a learned vector for no step; the default, as the literal form scales a long modality
        by 1/T.
    anchor_gradient
        Here True by default: equation 12 adds λ · MMD² to the loss and does not mention that a gradient is stopped.
        The rest, with ``mmd`` as the paper's λ, as in :class:`~mmviz.models.ssm.alignment.AnchorConfig`.
    """

    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    normalize: str = "barycentric"
    anchor_gradient: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.normalize, ("literal", "barycentric"), "AlignMamba: normalize")


@register("alignmamba", AlignMambaConfig)
class AlignMamba(FusionModel):
    """Transport of each modality onto the anchor's steps, interleaved Mamba layers, pooling, mean over available modalities, head.

    The plan depends on the whole sequence, so the model is not causal: predictions for every prefix take one pass per
    step, each with the plan of the truncated sequence. In a sample without the anchor every modality keeps its own
    steps; one without another modality is processed as by the model of the available modalities.

    Notes
    -----
    AlignMamba (arXiv 2412.00833): cost, relaxed plan and transport (equations 3-6), MMD between the transported steps and
    the anchor as a training penalty (7-10, 12), interleaving (11). The plan has no gradient; the transported steps have
    one. Depth, sizes, λ, bandwidth, pooling and the rule without the anchor are our interpretation; the paper does not specify them.
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
        self.head = prediction_head(width, width, spec.task.outputs, config.dropout)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Number of layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    @property
    def causal(self) -> bool:
        """False: the cheapest step of the anchor may be later than the transported step."""
        return False

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer, at the step of the anchor it was transported to."""
        aligned = self.transported(steps, observation)
        x, mask = aligned.x, aligned.mask_or_none
        arrangements = (self.order.arrange(mask),)
        for layer in self.layers:
            x = cast("ModalityAwareLayer", layer)(x, mask, arrangements, observation)
        if observation is not None:
            observation.routing.clear()  # a plain Mamba layer has one expert and no routing
        return self.norm(x)

    def pooled(
        self, steps: Steps, observation: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return one vector per modality, pooled over the steps its tokens were transported to, and which are available."""
        pooled = self.pool(self.streams(steps, observation), self.transported_mask(steps.mask))
        return pooled[:, :, -1:], steps.mask.any(-1, keepdim=True)

    def transported_mask(self, mask: Bool[Tensor, "modality batch time"]) -> Bool[Tensor, "modality batch time"]:
        """Return the valid steps after transport: those of the anchor, or of the modality itself in samples without the anchor."""
        anchor = mask[self.anchor]
        return torch.where(anchor.any(-1, keepdim=True), anchor & mask.any(-1, keepdim=True), mask)

    def transported(self, steps: Steps, observation: Observation | None = None) -> Steps:
        """Return the steps after transport; add the penalty ``mmd`` and, unless for training, the plans to ``observation``."""
        with torch.autocast(steps.x.device.type, enabled=False):  # costs in full precision
            return self._transport(steps, observation)

    def _transport(self, steps: Steps, observation: Observation | None) -> Steps:
        x, mask = steps
        parts, total = [], x.new_zeros((), dtype=torch.promote_types(x.dtype, torch.float32))
        for m, name in enumerate(self.spec.names):
            if m == self.anchor:
                parts.append(x[m])
                continue
            pair = Pair.of(steps, m, self.anchor, anchor_gradient=self.config.anchor_gradient)
            plan, cost = frozen_gates.constant(partial(self._plan, pair), batch=0)
            moved, own = self._moved(m, pair.x, plan, mask[m])
            if observation is not None and (self.config.mmd > 0 or not observation.training):
                discrepancy = self.config.discrepancy(moved, pair.y, pair.mask_y, pair.mask_y)
                total = total + torch.where(pair.both, discrepancy, 0.0).mean()
                if not observation.training:
                    names = (name, self.spec.names[self.anchor])
                    observation.plans.append(pair.transport_plan(names, plan, cost, discrepancy))
            parts.append(torch.where(pair.both[:, None, None], moved, own).to(x.dtype))
        if observation is not None:
            observation.penalties["mmd"] = self.config.mmd * total
        valid = self.transported_mask(mask)
        return Steps(torch.stack(parts), valid).where(valid)

    def transport_plans(self, steps: Steps) -> list[TransportPlan]:
        """Return the transport plan of each modality to the anchor, along which its steps are moved."""
        found, anchor = [], self.anchor
        with torch.autocast(steps.x.device.type, enabled=False):
            for m, name in enumerate(self.spec.names):
                if m != anchor:
                    pair = Pair.of(steps, m, anchor, anchor_gradient=self.config.anchor_gradient)
                    found.append(pair.transport_plan((name, self.spec.names[anchor]), *self._plan(pair)))
        return found

    def _plan(self, pair: Pair) -> tuple[Tensor, Tensor]:
        """Return the transport plan to the anchor, and the cost of a unit of mass."""
        cost = pairwise_cost(pair.x, pair.y)
        backend = self.config.other_backend
        return relaxed_plan(cost, mask_x=pair.mask_x, mask_y=pair.mask_y, backend=backend).plan, cost

    def _moved(self, m: int, x: Tensor, plan: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features that the anchor's steps receive from modality m, and its own steps for samples without the anchor."""
        moved, mass = plan.transpose(1, 2) @ x, plan.sum(1)[..., None]
        if self.unmatched is None:  # literal: mass 1/T per step, with and without the anchor
            return moved, x / mask.sum(-1).clamp(min=1)[:, None, None]
        return torch.where(mass > 0, moved / torch.where(mass > 0, mass, 1.0), self.unmatched[m]), x

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(self.present_mean(pooled, present))
