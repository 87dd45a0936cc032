"""AlignMamba-2: Modality-Aware Mamba layers over the tokens of all modalities, with alignment penalties in training."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from torch import nn

from mmviz.core.options import number
from mmviz.models.base import FusionModel
from mmviz.models.layers import PresentMean, RMSNorm, prediction_head
from mmviz.models.registry import register
from mmviz.models.ssm.alignment import Alignment, AlignmentConfig
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.ssm.token_order import TokenOrder

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation, TransportPlan
    from mmviz.models.batch import Steps


@dataclass(frozen=True)
class AlignMamba2Config(AlignmentConfig):
    """Options of ``build("alignmamba2", spec, ...)``.

    Attributes
    ----------
    layers, state, expand, taps
        Layers, states per channel, inner channels per channel, convolution taps; each ≥ 1.
    variant, experts, router, shared_experts, specific_experts, top_k
        See :class:`~mmviz.models.ssm.modality_aware.ModalityAwareLayer`.
    balance
        Weight of the load balancing loss of a learned router, a mean over layers; ≥ 0. Switch Transformer has 0.01.
    order, bidirectional
        ``interleaved`` or ``concatenated``, see :class:`~mmviz.models.ssm.token_order.TokenOrder`; and whether a second
        scan runs backward from the last token. Interleaved and unidirectional, the model is causal; otherwise predictions for every
        prefix take one pass per step.
        The rest as in :class:`~mmviz.models.ssm.alignment.AlignmentConfig`.
    """

    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    variant: str = "A"
    experts: str = "both"
    router: str = "modality"
    shared_experts: int = 1
    specific_experts: int = 1
    top_k: int = 1
    balance: float = 0.01
    order: str = "interleaved"
    bidirectional: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        number(self.balance, "AlignMamba2: balance", low=0)


@register("alignmamba2", AlignMamba2Config)
class AlignMamba2(FusionModel):
    """One SSM stream for the tokens of all modalities, pooling per modality, mean over available modalities, head.

    Tokens without data (padding, absent modalities) are removed from the sequence: a sample without a modality is
    processed as by the same model of the available modalities. Without any modality: the head's output for zeros.

    Notes
    -----
    Our interpretation of AlignMamba-2 (arXiv 2603.18462): its abstract states the two regularisers, used in training only,
    and the Modality-Aware Mamba layer with modality-shared and modality-specific experts; depth, sizes, order,
    pooling, encoders and weights are not public. For the interpretation of each part see :class:`~mmviz.models.ssm.alignment.Alignment` and
    :class:`~mmviz.models.ssm.modality_aware.ModalityAwareLayer`.
    """

    config: AlignMamba2Config

    def __init__(self, spec: Spec, config: AlignMamba2Config) -> None:
        super().__init__(spec, config)
        self.alignment = Alignment(spec.names, config)
        self.order = TokenOrder.with_anchor_last(len(spec.names), self.alignment.anchor, config.order)
        self.layers = nn.ModuleList(
            ModalityAwareLayer(
                spec.names,
                config.width,
                variant=config.variant,
                experts=config.experts,
                router=config.router,
                shared_experts=config.shared_experts,
                specific_experts=config.specific_experts,
                top_k=config.top_k,
                balance=config.balance / config.layers,
                state=config.state,
                expand=config.expand,
                taps=config.taps,
                backend=config.backend,
                bidirectional=config.bidirectional,
            )
            for _ in range(config.layers)
        )
        self.norm = RMSNorm(config.width)
        self.present_mean = PresentMean(len(spec.names))
        self.head = prediction_head(config.width, config.width, spec.task.outputs, config.dropout)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Number of layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    @property
    def causal(self) -> bool:
        """Whether a token depends only on tokens of its own step and earlier ones."""
        return self.config.order == "interleaved" and not self.config.bidirectional

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer; add alignment penalties and plans to ``observation`` if it is given."""
        if observation is not None:
            self.alignment(steps, observation)
        x, mask = steps.x, steps.mask_or_none
        directions = (False, True) if self.config.bidirectional else (False,)
        arrangements = tuple(self.order.arrange(mask, backward=backward) for backward in directions)
        for layer in self.layers:
            x = cast("ModalityAwareLayer", layer)(x, mask, arrangements, observation)
        return self.norm(x)

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the head's output for the mean over available modalities."""
        return self.head(self.present_mean(pooled, present))

    def transport_plans(self, steps: Steps) -> list[TransportPlan]:
        """Return the transport plan of each modality to the anchor, which training compares; inference does not use it."""
        return self.alignment.plans(steps)

    def merged(self) -> AlignMamba2:
        """Return a copy for inference with one matrix per modality in place of the experts; its predictions are equal to rounding.

        Raises
        ------
        ConfigError
            With ``router="learned"``.
        """
        copied = copy.deepcopy(self)
        for layer in copied.layers:
            cast("ModalityAwareLayer", layer).merge()
        return copied
