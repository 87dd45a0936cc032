"""AlignMamba-2: Modality-Aware Mamba layers over the tokens of all modalities, aligned in training alone."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionModel
from mmviz.models.layers import PresentMean, RMSNorm, head_of
from mmviz.models.ssm.alignment import Alignment, AlignmentConfig
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.ssm.token_order import TokenOrder

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


@dataclass(frozen=True)
class AlignMamba2Config(AlignmentConfig):
    """Options of ``build("alignmamba2", spec, ...)``.

    Attributes
    ----------
    layers, state, expand, taps
        Layers, states per channel, inner channels per channel, convolution taps; each ≥ 1.
    reading, experts, router, shared_experts, specific_experts, top_k
        See :class:`~mmviz.models.ssm.modality_aware.ModalityAwareLayer`.
    balance
        Weight of a learned router's balancing penalty, a mean over layers; ≥ 0. 0.01 is Switch Transformer's.
    order, bidirectional
        ``interleaved`` or ``concatenated``, see :class:`~mmviz.models.ssm.token_order.TokenOrder`; and whether a second
        core reads the tokens from the end. Interleaved and one way, the model is causal; else an answer to every
        prefix takes as many passes as there are steps.
        The rest as in :class:`~mmviz.models.ssm.alignment.AlignmentConfig`.
    """

    layers: int = 2
    state: int = 16
    expand: int = 2
    taps: int = 4
    reading: str = "A"
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
        if (
            isinstance(self.balance, bool)
            or not isinstance(self.balance, (int, float))
            or not 0 <= self.balance < float("inf")
        ):
            raise ConfigError(f"AlignMamba2: balance={self.balance!r}, expected a finite number ≥ 0")


class AlignMamba2(FusionModel):
    """One chain of states for the tokens of all modalities; a pool for each, a mean of what is present, a head.

    Tokens without data (padding, absent modalities) are not in the sequence at all: a sample without a modality is
    answered as by the same model of the modalities that are there. Nothing present: the head's answer to zeros.

    Notes
    -----
    A *reading* of AlignMamba-2 (arXiv 2603.18462): its abstract gives the two regularisers, used in training only,
    and the Modality-Aware Mamba layer with modality-shared and modality-specific experts; depth, sizes, order,
    pooling, encoders and weights are not public. See :class:`~mmviz.models.ssm.alignment.Alignment` and
    :class:`~mmviz.models.ssm.modality_aware.ModalityAwareLayer` for what each part is read as.
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
                reading=config.reading,
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
        self.head = head_of(config.width, config.width, spec.task.outputs, config.dropout)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Layers, inner channels, states per channel."""
        return self.config.layers, self.config.expand * self.config.width, self.config.state

    @property
    def causal(self) -> bool:
        """Whether a token hears only tokens of its own step and before."""
        return self.config.order == "interleaved" and not self.config.bidirectional

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return every token after the last layer; align what the layers read where an observation is asked for."""
        if seen is not None:
            self.alignment(steps, seen)
        x, holes = steps.x, steps.holes
        ways = [
            self.order.arrange(holes, backward=backward) for backward in (False, True)[: 1 + self.config.bidirectional]
        ]
        for layer in self.layers:
            x = cast("ModalityAwareLayer", layer)(x, holes, tuple(ways), seen)
        return self.norm(x)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Average what is present, then the head."""
        return self.head(self.present_mean(pooled, present))

    def merged(self) -> AlignMamba2:
        """Return a copy for inference whose experts are one matrix per modality; it answers alike, to rounding.

        Raises
        ------
        ConfigError
            With ``router="learned"``.
        """
        copied = copy.deepcopy(self)
        for layer in copied.layers:
            cast("ModalityAwareLayer", layer).merge()
        return copied
