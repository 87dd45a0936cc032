"""Modality equilibrium around any fusion: a recurrent memory over the modalities and a cross-modal mapping before the head."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.base import FusionConfig, FusionModel, Observation
from mmviz.models.encoder import steps_of
from mmviz.models.fusions.memory_mapping import Mapping, Memory, feature_loss, sample_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch, Steps


@dataclass(frozen=True)
class EquilibriumConfig(FusionConfig):
    """Options of ``build("equilibrium", spec, base="coupled_mamba", base_options={...})``.

    Attributes
    ----------
    base
        The fusion inside, a name of `mmviz.models.available`; the options of
        every fusion (``width``, ``pooling``, ``steps``, ...) are handed to it.
    base_options
        Its own further options.
    memory
        Hand a memory from modality to modality, see :class:`~mmviz.models.fusions.memory_mapping.Memory`.
    mapping
        ``none``, ``linear`` or ``mlp``: learn what one modality says of another, and let that stand in for one that is absent, see
        :class:`~mmviz.models.fusions.memory_mapping.Mapping`.
    feature
        Weight α of the feature-level loss of the mapping, ≥ 0.
    sample
        Its sample-level loss: ``none``, ``infonce`` or ``similarity``.
    sample_weight
        Weight β of that, ≥ 0.
    """

    base: str = "coupled_mamba"
    base_options: dict[str, Any] = field(default_factory=dict)
    memory: bool = True
    mapping: str = "linear"
    feature: float = 1.0
    sample: str = "none"
    sample_weight: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in (
            ("mapping", ("none", "linear", "mlp")),
            ("sample", ("none", "infonce", "similarity")),
        ):
            if getattr(self, name) not in known:
                raise ConfigError(
                    f"Equilibrium: {name}={getattr(self, name)!r} is unknown; choose one of {', '.join(known)}"
                )
        for name in ("feature", "sample_weight"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
                raise ConfigError(f"Equilibrium: {name}={value!r}, expected a number ≥ 0")
        if self.mapping == "none" and self.sample != "none":
            raise ConfigError(
                f"Equilibrium: sample={self.sample!r} is a loss of the mapping; choose mapping linear or mlp"
            )
        if self.base == "equilibrium":
            raise ConfigError("Equilibrium: base='equilibrium' would be one inside the other; name a fusion")


class Turn(NamedTuple):
    """What one modality's turn gives: the answer from it alone, penalties by name, and the memory it leaves."""

    output: Float[Tensor, "batch output"]
    penalties: dict[str, Float[Tensor, ""]]
    carried: Float[Tensor, "batch width"]


class Equilibrium(FusionModel):
    """Any fusion, with a memory along the modalities and a mapping between them, each to be had without the other.

    Of the vectors that the fusion pools, those that are absent are replaced by what the present ones map to them; those that are present
    are refined by the memory; then the fusion answers. Nothing looks ahead in time, so prefixes stay exact where the fusion's are. :attr:`order`, in which the
    memory visits the modalities, is saved with the weights; a training strategy may change it.

    Notes
    -----
    A *reading* of Modality Equilibrium Matters (arXiv 2506.00030): its abstracts name the parts, its equations are not public.
    """

    config: EquilibriumConfig
    order: Tensor

    def __init__(self, spec: Spec, config: EquilibriumConfig) -> None:
        from mmviz.models.registry import build  # the registry knows this class: it cannot be asked before now

        nn.Module.__init__(self)
        config = replace(config, steps=steps_of(config, spec.modalities))
        inner = {f.name: getattr(config, f.name) for f in fields(FusionConfig) if f.name not in config.base_options}
        self.base = build(config.base, spec, seed=torch.initial_seed() % 2**31, **inner, **config.base_options)
        self.spec, self.config = self.base.spec, config
        self.steps, self.align = self.base.steps, self.base.align
        M = len(spec.modalities)
        self.memory = Memory(config.width) if config.memory else None
        self.mapping = None if config.mapping == "none" else Mapping(M, config.width, hidden=config.mapping == "mlp")
        self.register_buffer("order", torch.arange(float(M)))

    def encode(self, batch: Batch) -> Steps:
        """Return the steps of every modality, and their mask."""
        return self.base.encode(batch)

    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return what is pooled: the streams of the fusion inside."""
        return self.base.streams(steps, seen)

    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Fuse, as the fusion inside does."""
        return self.base.answer(pooled, present)

    def pooled(
        self, steps: Steps, seen: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return the refined vectors, stand-ins for what is absent, and who is there then."""
        return self._extended(*self.base.pooled(steps, seen))

    def fuse_prefixes(self, steps: Steps) -> Float[Tensor, "batch time output"]:
        """Return the answer to encoded steps 0..t, for every t."""
        if not self.causal:
            return super().fuse_prefixes(steps)
        pooled = self.base.pool(self.base.streams(steps), steps.mask)
        return self.answer(*self._extended(pooled, steps.mask.cumsum(-1) > 0))

    def learn(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the answer and the penalties: the fusion's own, and the mapping's where a sample has two modalities."""
        output, penalties = super().learn(steps)
        if self.mapping is None or not bool((steps.mask.any(-1).sum(0) > 1).any()):
            return output, penalties
        z, there = self.alone(steps)
        return output, penalties | self._mapping_losses(z, z, there)

    def alone(self, steps: Steps) -> tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]]:
        """Return the vector of each modality when the fusion hears no other, and which are present; one pass for all."""
        M, batch = steps.mask.shape[:2]
        pooled, present = self.base.pooled(steps.repeated(M).masked(torch.eye(M, dtype=torch.bool).repeat(batch, 1)))
        pooled, present = pooled[:, :, 0].unflatten(1, (batch, M)), present[:, :, 0].unflatten(1, (batch, M))
        return torch.stack([pooled[m, :, m] for m in range(M)]), torch.stack([present[m, :, m] for m in range(M)])

    def turn(
        self,
        steps: Steps,
        modality: int,
        carried: Float[Tensor, "batch width"],
        goals: tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]] | None,
    ) -> Turn:
        """Answer from one modality, with the memory of those before it: no gradient reaches any other.

        Parameters
        ----------
        steps
            Encoded, the other modalities masked.
        modality
            Whose turn it is.
        carried
            What the modality before left in the memory; it is detached here. Zeros for the first.
        goals
            What :meth:`alone` gave for the same samples, for the mapping to aim at; it is detached here. None without a mapping.
        """
        seen = Observation(learning=True)
        pooled, present = self.base.pooled(steps, seen)
        penalties = dict(seen.penalties)
        if self.mapping is not None and goals is not None:
            z = torch.where(
                torch.arange(len(pooled), device=pooled.device).eq(modality)[:, None, None], pooled[:, :, 0], 0
            )
            penalties |= self._mapping_losses(z, goals[0], goals[1], source=modality)
        left, there = carried.detach(), present
        filled = pooled
        if self.mapping is not None:
            filled, there = self.mapping.stand_in(pooled, present)
        if self.memory is not None:
            refined, left = self.memory.visit(pooled[modality, :, 0], left, present[modality, :, 0])
            filled = torch.cat([filled[:modality], refined[None, :, None], filled[modality + 1 :]])
        return Turn(self.answer(filled, there)[:, 0], penalties, left.detach())

    def visit(self, order: Sequence[int]) -> None:
        """Let the memory visit the modalities in this order from now on."""
        self.order.copy_(torch.tensor([float(m) for m in order]))

    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return those of the fusion inside."""
        return self.base.coupling_matrices()

    @property
    def causal(self) -> bool:
        """Whether the fusion inside is."""
        return self.base.causal

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """The one of the fusion inside."""
        return self.base.scan_shape

    def _extended(
        self, z: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> tuple[Float[Tensor, "modality batch time width"], Bool[Tensor, "modality batch time"]]:
        filled, there = (z, present) if self.mapping is None else self.mapping.stand_in(z, present)
        if self.memory is not None:
            filled = self.memory(filled, present, [int(m) for m in self.order.tolist()])
        return filled, there

    def _mapping_losses(
        self,
        z: Float[Tensor, "modality batch width"],
        goals: Float[Tensor, "modality batch width"],
        there: Bool[Tensor, "modality batch"],
        source: int | None = None,
    ) -> dict[str, Float[Tensor, ""]]:
        """Return the weighted losses of the maps from every modality, or from one."""
        if self.mapping is None:
            return {}
        M = len(z)
        pairs = ~torch.eye(M, dtype=torch.bool, device=z.device)
        if source is not None:
            pairs = pairs & torch.arange(M, device=z.device).eq(source)[:, None]
        both = there[:, None] & there[None] & pairs[..., None]
        mapped, losses = self.mapping(z), {}
        if self.config.feature:
            losses["mapping_feature"] = self.config.feature * feature_loss(mapped, goals, both)
        if self.config.sample != "none" and self.config.sample_weight:
            found = sample_loss(self.config.sample, mapped, goals, both)
            losses["mapping_sample"] = self.config.sample_weight * found
        return losses


def around(model: FusionModel, **options: Any) -> Equilibrium:
    """Return an equilibrium around a built model, with its weights.

    Parameters
    ----------
    model
        A fusion of `mmviz.models.build`; it becomes the inside, and is not copied.
    options
        ``memory``, ``mapping``, ``feature``, ``sample``, ``sample_weight``. New weights are drawn from torch's global generator's seed.
    """
    from mmviz.models.registry import build, name_of

    own = {f.name: getattr(model.config, f.name) for f in fields(model.config)}
    shared = {f.name: own.pop(f.name) for f in fields(FusionConfig)}
    made = build(
        "equilibrium",
        model.spec,
        seed=torch.initial_seed() % 2**31,
        base=name_of(model),
        base_options=own,
        **shared,
        **options,
    )
    if not isinstance(made, Equilibrium):
        raise ConfigError(f"around: the registry gives a {type(made).__name__} for 'equilibrium'")
    made.base = model
    return made
