"""A model around another fusion: what every wrapper forwards, and how one is built around a built model."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionConfig, FusionModel, Observation, TransportPlan
from mmviz.models.encoder import number_of_steps
from mmviz.models.registry import ADDED_OPTIONS, available, build, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch, Steps
    from mmviz.models.layers import RunningPool


@dataclass(frozen=True)
class WrapperConfig(FusionConfig):
    """Options of a model around another fusion.

    Attributes
    ----------
    base
        The wrapped fusion, a name of `mmviz.models.available`; the options of
        every fusion (``width``, ``pooling``, ``steps``, ...) are passed to it.
    base_options
        Further options of the wrapped fusion.
    """

    base: str = "coupled_mamba"
    base_options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.base in available(wrappers=True) and self.base not in available():
            name = type(self).__name__.removesuffix("Config")
            raise ConfigError(
                f"{name}: base={self.base!r} is a wrapper, which cannot wrap itself or another; give the name of a fusion"
            )


class WrappedFusion(FusionModel):
    """A fusion around :attr:`base`, with an order of the modalities that is saved with the weights.

    Encoders, streams, coupling and transport plans are those of the base.
    """

    config: WrapperConfig
    order: Tensor

    def __init__(self, spec: Spec, config: WrapperConfig) -> None:
        nn.Module.__init__(self)
        config = replace(config, steps=number_of_steps(config, spec.modalities))
        inner = {f.name: getattr(config, f.name) for f in fields(FusionConfig) if f.name not in config.base_options}
        self.base = build(config.base, spec, seed=torch.initial_seed() % 2**31, **inner, **config.base_options)
        added = {name: getattr(self.base.config, name) for name in ADDED_OPTIONS if hasattr(self.base.config, name)}
        config = replace(config, base_options=added | config.base_options)  # so that a stored run contains them
        self.spec, self.config = self.base.spec, config
        self.steps, self.align = self.base.steps, self.base.align
        self.register_buffer("order", torch.arange(float(len(spec.modalities))))

    def set_order(self, order: Sequence[int]) -> None:
        """Set the order in which the modalities are processed."""
        self.order.copy_(torch.tensor([float(m) for m in order]))

    def encode(self, batch: Batch) -> Steps:
        """Return the steps of every modality, and their mask."""
        return self.base.encode(batch)

    def frame_weights(self, batch: Batch, name: str) -> Float[Tensor, "batch time frame"]:
        """Return the weight of every frame of a modality in every step."""
        return self.base.frame_weights(batch, name)

    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the streams of the wrapped fusion."""
        return self.base.streams(steps, observation)

    def pooled(
        self, steps: Steps, observation: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return the pooled features of the wrapped fusion, and which modalities are available."""
        return self.base.pooled(steps, observation)

    def transport_plans(self, steps: Steps) -> list[TransportPlan]:
        """Return the transport plans of the wrapped fusion."""
        return self.base.transport_plans(steps)

    def coupling_matrices(self) -> Float[Tensor, "layer target source"]:
        """Return the coupling weights of the wrapped fusion."""
        return self.base.coupling_matrices()

    @property
    def pool(self) -> RunningPool:  # type: ignore[override]
        """The pooling of the wrapped fusion."""
        return self.base.pool

    @property
    def causal(self) -> bool:
        """Whether the wrapped fusion is causal."""
        return self.base.causal

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """The scan shape of the wrapped fusion."""
        return self.base.scan_shape


def wrap(name: str, model: FusionModel, **options: Any) -> WrappedFusion:
    """Return a registered wrapper around the fusion of a built model; its own weights are new, those of the base must be set.

    Parameters
    ----------
    name
        Of the wrapper, as in ``build``.
    model
        A fusion of `mmviz.models.build`, or another registered model.
    options
        Of the wrapper. New weights are drawn from torch's global generator's seed.
    """
    own = {f.name: getattr(model.config, f.name) for f in fields(model.config)}
    shared = {f.name: own.pop(f.name) for f in fields(FusionConfig)}
    wrapped = build(
        name,
        model.spec,
        seed=torch.initial_seed() % 2**31,
        base=name_of(model),
        base_options=own,
        **shared,
        **options,
    )
    if not isinstance(wrapped, WrappedFusion):
        raise ConfigError(f"wrap: {name!r} is registered as {type(wrapped).__name__}; unregister it")
    return wrapped
