"""Our own variant of modality equilibrium around any fusion: a recurrent memory over the modalities and a cross-modal mapping before the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of
from mmviz.models.base import FusionModel, Observation
from mmviz.models.fusions.memory_mapping import Mapping, Memory, feature_loss, sample_loss
from mmviz.models.fusions.wrapped import WrappedFusion, WrapperConfig, wrap
from mmviz.models.registry import register

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Steps


@dataclass(frozen=True)
class EquilibriumConfig(WrapperConfig):
    """Options of ``build("equilibrium", spec, base="coupled_mamba", base_options={...})``.

    Attributes
    ----------
    base, base_options
        See :class:`~mmviz.models.fusions.wrapped.WrapperConfig`.
    memory
        Whether to use a recurrent memory over the modalities, see :class:`~mmviz.models.fusions.memory_mapping.Memory`.
    mapping
        ``none``, ``linear`` or ``mlp``: cross-modal mapping that imputes absent modalities from available ones, see
        :class:`~mmviz.models.fusions.memory_mapping.Mapping`.
    feature
        Weight α of the feature-level loss of the mapping, ≥ 0.
    sample
        Sample-level loss of the mapping: ``none``, ``infonce`` or ``similarity``.
    sample_weight
        Weight β of the sample-level loss, ≥ 0.
    """

    memory: bool = True
    mapping: str = "linear"
    feature: float = 1.0
    sample: str = "none"
    sample_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.mapping, ("none", "linear", "mlp"), "Equilibrium: mapping")
        one_of(self.sample, ("none", "infonce", "similarity"), "Equilibrium: sample")
        number(self.feature, "Equilibrium: feature", low=0)
        number(self.sample_weight, "Equilibrium: sample_weight", low=0)
        if self.mapping == "none" and self.sample != "none":
            raise ConfigError(
                f"Equilibrium: sample={self.sample!r} is a loss of the mapping, but mapping='none'; choose mapping linear or mlp"
            )


class ModalityPass(NamedTuple):
    """Result of a forward pass of one modality: prediction, auxiliary losses by name, and the memory after it."""

    output: Float[Tensor, "batch output"]
    penalties: dict[str, Float[Tensor, ""]]
    memory: Float[Tensor, "batch width"]


@register("equilibrium", EquilibriumConfig, wrapper=True)
class Equilibrium(WrappedFusion):
    """Any fusion with a recurrent memory over the modalities, a cross-modal mapping, or both.

    Pooled vectors of absent modalities are imputed by the mapping; those of available modalities
    are refined by the memory; then the wrapped fusion predicts. Both act at one time step, so prefixes are exact if those of the
    fusion are. :attr:`order`, in which the memory processes the modalities, is saved with the weights; a training strategy may change it.

    Notes
    -----
    A variant of ours, after the abstract of Modality Equilibrium Matters (arXiv 2506.00030), which names a memory and a cross-modal mapping. What a public
    note states about version 2 is :class:`mmviz.models.fusions.memory_chain.MemoryChain`, our interpretation of it.
    """

    config: EquilibriumConfig

    def __init__(self, spec: Spec, config: EquilibriumConfig) -> None:
        super().__init__(spec, config)
        M = len(spec.modalities)
        self.memory = Memory(config.width) if config.memory else None
        self.mapping = None if config.mapping == "none" else Mapping(M, config.width, hidden=config.mapping == "mlp")

    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return the prediction of the wrapped fusion from pooled features."""
        return self.base.fuse_pooled(pooled, present)

    def pooled(
        self, steps: Steps, observation: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return the refined and imputed vectors, and which modalities are available or imputed."""
        return self._extended(*self.base.pooled(steps, observation))

    def fuse_prefixes(self, steps: Steps) -> Float[Tensor, "batch time output"]:
        """Return the prediction from encoded steps 0..t, for every t."""
        if not self.causal:
            return super().fuse_prefixes(steps)
        pooled = self.pool(self.streams(steps), steps.mask)
        return self.fuse_pooled(*self._extended(pooled, steps.mask.cumsum(-1) > 0))

    def training_forward(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the prediction and the auxiliary losses: of the fusion, and of the mapping if a sample has two modalities."""
        output, penalties = super().training_forward(steps)
        if self.mapping is None or not bool((steps.mask.any(-1).sum(0) > 1).any()):
            return output, penalties
        z, present = self.unimodal_features(steps)
        return output, penalties | self._mapping_losses(z, z, present)

    def unimodal_features(
        self, steps: Steps
    ) -> tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]]:
        """Return the pooled vector of each modality with all others masked, and which are available; one pass for all."""
        M, batch = steps.mask.shape[:2]
        pooled, present = self.base.pooled(steps.repeated(M).masked(torch.eye(M, dtype=torch.bool).repeat(batch, 1)))
        pooled, present = pooled[:, :, 0].unflatten(1, (batch, M)), present[:, :, 0].unflatten(1, (batch, M))
        return torch.stack([pooled[m, :, m] for m in range(M)]), torch.stack([present[m, :, m] for m in range(M)])

    def unimodal_forward(
        self,
        steps: Steps,
        modality: int,
        memory: Float[Tensor, "batch width"],
        targets: tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]] | None,
    ) -> ModalityPass:
        """Return the prediction from one modality with the memory of the previous ones; no gradient reaches other modalities.

        Parameters
        ----------
        steps
            Encoded, the other modalities masked.
        modality
            Index of the modality that is updated.
        memory
            Memory after the previous modality; it is detached here. Zeros for the first.
        targets
            Result of :meth:`unimodal_features` for the same samples, targets of the mapping; it is detached here. None without a mapping.
        """
        observation = Observation(training=True)
        pooled, present = self.base.pooled(steps, observation)
        penalties = dict(observation.penalties)
        if self.mapping is not None and targets is not None:
            z = torch.where(
                torch.arange(len(pooled), device=pooled.device).eq(modality)[:, None, None], pooled[:, :, 0], 0
            )
            penalties |= self._mapping_losses(z, targets[0], targets[1], source=modality)
        memory, filled, available = memory.detach(), pooled, present
        if self.mapping is not None:
            filled, available = self.mapping.impute(pooled, present)
        if self.memory is not None:
            refined, memory = self.memory.step(pooled[modality, :, 0], memory, present[modality, :, 0])
            filled = torch.cat([filled[:modality], refined[None, :, None], filled[modality + 1 :]])
        return ModalityPass(self.fuse_pooled(filled, available)[:, 0], penalties, memory.detach())

    def _extended(
        self, z: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> tuple[Float[Tensor, "modality batch time width"], Bool[Tensor, "modality batch time"]]:
        filled, available = (z, present) if self.mapping is None else self.mapping.impute(z, present)
        if self.memory is not None:
            filled = self.memory(filled, present, [int(m) for m in self.order.tolist()])
        return filled, available

    def _mapping_losses(
        self,
        z: Float[Tensor, "modality batch width"],
        targets: Float[Tensor, "modality batch width"],
        present: Bool[Tensor, "modality batch"],
        source: int | None = None,
    ) -> dict[str, Float[Tensor, ""]]:
        """Return the weighted losses of the maps from every modality, or from ``source``."""
        if self.mapping is None:
            return {}
        M = len(z)
        pairs = ~torch.eye(M, dtype=torch.bool, device=z.device)
        if source is not None:
            pairs = pairs & torch.arange(M, device=z.device).eq(source)[:, None]
        both = present[:, None] & present[None] & pairs[..., None]
        mapped, losses = self.mapping(z), {}
        if self.config.feature:
            losses["mapping_feature"] = self.config.feature * feature_loss(mapped, targets, both)
        if self.config.sample != "none" and self.config.sample_weight:
            loss = sample_loss(self.config.sample, mapped, targets, both)
            losses["mapping_sample"] = self.config.sample_weight * loss
        return losses


def wrap_in_equilibrium(model: FusionModel, **options: Any) -> Equilibrium:
    """Return an equilibrium model around a built fusion, with its weights.

    Parameters
    ----------
    model
        A fusion of `mmviz.models.build`, or another registered model; it is not copied.
    options
        ``memory``, ``mapping``, ``feature``, ``sample``, ``sample_weight``. New weights are drawn from torch's global generator's seed.
    """
    wrapped = wrap("equilibrium", model, **options)
    if not isinstance(wrapped, Equilibrium):
        raise ConfigError(
            f"wrap_in_equilibrium: 'equilibrium' is registered as {type(wrapped).__name__}; unregister it"
        )
    wrapped.base = model
    return wrapped
