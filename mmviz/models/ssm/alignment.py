"""Cross-modal alignment penalties to an anchor modality: optimal transport distance and maximum mean discrepancy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from mmkernels import entropic_plan, median_bandwidth, mmd_squared, pairwise_cost, relaxed_plan

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of
from mmviz.models.base import FusionConfig, TransportPlan

if TYPE_CHECKING:
    from typing import Literal

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import Observation
    from mmviz.models.batch import Steps


DEFAULT_ANCHORS = ("text", "language", "rgb")
MEDIAN_POINTS = 64


@dataclass(frozen=True)
class AnchorConfig(FusionConfig):
    """Options of models with a maximum mean discrepancy penalty between every modality and an anchor.

    Attributes
    ----------
    anchor
        Name of a modality. "" takes text, language or rgb if the data have one (language is AlignMamba's anchor), else
        the first modality.
    mmd
        Weight of the penalty, ≥ 0; 0 disables it. With the default 0.01 the penalty, between 0 and 2 per pair before
        weighting, is well below a cross-entropy, which starts near 1; the papers do not publish a weight.
    bandwidth
        Bandwidth of the Gaussian kernel; 0 takes the median distance of each pair of sets. With a fixed bandwidth the kernel
        and its gradient vanish when features grow.
    factors
        Multiples of the bandwidth in the mixture of kernels.
    anchor_gradient
        Whether the penalties (transport distance, MMD) have a gradient with respect to the anchor's features. False stops it: the
        penalties move the other modalities to the anchor, and the anchor is trained by the task loss alone. The values of the penalties are
        the same. False, the default, is our choice, as AlignMamba-2's equations are not public: with a large weight the anchor would
        lose its information on the task as well. It removes most of that harm; with the default weights no gain in accuracy over a model
        without alignment was established, see ``docs/alignment.md``.
    """

    anchor: str = ""
    mmd: float = 0.01
    bandwidth: float = 0.0
    factors: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0)
    anchor_gradient: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "factors", tuple(self.factors))  # a list, when it comes back from JSON
        name = type(self).__name__.removesuffix("Config")
        number(self.mmd, f"{name}: mmd", low=0)
        number(self.bandwidth, f"{name}: bandwidth", low=0)
        if not self.factors:
            raise ConfigError(f"{name}: factors=(); give at least one factor")
        for factor in self.factors:
            number(factor, f"{name}: factors", low=0, above=True)

    def discrepancy(
        self,
        x: Float[Tensor, "set point width"],
        y: Float[Tensor, "set other width"],
        mask_x: Bool[Tensor, "set point"],
        mask_y: Bool[Tensor, "set other"],
    ) -> Float[Tensor, " set"]:
        """Return MMD² of each pair of sets with these options; the median distance is taken over at most 64 points of a pair."""
        bandwidth: float | Tensor = self.bandwidth
        if not bandwidth:  # the median over all points would cost as much as the kernels
            bandwidth = median_bandwidth(x, y, mask_x=mask_x, mask_y=mask_y, max_points=MEDIAN_POINTS)
        return mmd_squared(
            x, y, mask_x=mask_x, mask_y=mask_y, bandwidth=bandwidth, factors=self.factors, backend=self.other_backend
        )


def anchor_of(names: tuple[str, ...], chosen: str) -> int:
    """Return the index of the anchor: ``chosen``, else text, language or rgb, else the first modality.

    Raises
    ------
    ConfigError
        If the data have no modality of the name ``chosen``.
    """
    if chosen:
        one_of(chosen, names, "anchor (a modality of the data)")
        return names.index(chosen)
    return next((names.index(name) for name in DEFAULT_ANCHORS if name in names), 0)


CHOICES = {
    "plan": ("relaxed", "entropic"),
    "direction": ("to_anchor", "mean", "max"),
    "cost": ("cosine", "sqeuclidean"),
    "mmd_over": ("auto", "steps", "batch"),
}


@dataclass(frozen=True)
class AlignmentConfig(AnchorConfig):
    """Options of the dual alignment; our interpretation, as the abstract of AlignMamba-2 only names the two distances.

    Attributes
    ----------
    ot
        Weight of the transport distance, ≥ 0; 0 disables it. With the cosine cost it is between 0 and 2 per pair,
        like the MMD, so both have the same default. (A public re-implementation uses 0.001, and 0.01 for the
        MMD.)
    plan
        ``relaxed``: the whole mass of each step goes to its cheapest step of the anchor, AlignMamba's closed form. ``entropic``:
        Sinkhorn, both marginals uniform.
    direction
        Direction of the relaxed distance, which is not symmetric: ``to_anchor``, or the ``mean`` or the ``max`` of both
        directions. Default ``mean``: with ``to_anchor`` the distance is 0 when all steps collapse onto one step of the
        anchor. The entropic distance is symmetric.
    cost
        ``cosine``, AlignMamba's equation 3, invariant to the norm of features; or ``sqeuclidean``.
    epsilon
        Strength of the entropy in units of cost, > 0. 0.05 is 1/40 of the largest cosine cost.
    mmd_over
        The sets to compare: the ``steps`` of one sample (as AlignMamba's equation 7 suggests) or those of the
        ``batch``. ``auto`` takes steps, but the batch for sequences of one step, as one point is not a distribution.
        The rest as in :class:`~mmviz.models.ssm.alignment.AnchorConfig`.
    """

    ot: float = 0.01
    plan: str = "relaxed"
    direction: str = "mean"
    cost: str = "cosine"
    epsilon: float = 0.05
    mmd_over: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__.removesuffix("Config")
        for option, known in CHOICES.items():
            one_of(getattr(self, option), known, f"{name}: {option}")
        number(self.ot, f"{name}: ot", low=0)
        number(self.epsilon, f"{name}: epsilon", low=0, above=True)


class Pair(NamedTuple):
    """The steps of a modality and of the anchor.

    If a sample lacks either, ``both`` is False and the masks are True: the result is discarded, but no set
    is empty, which the operators would reject.
    """

    x: Float[Tensor, "batch time width"]
    y: Float[Tensor, "batch time width"]
    mask_x: Bool[Tensor, "batch time"]
    mask_y: Bool[Tensor, "batch time"]
    both: Bool[Tensor, " batch"]

    @classmethod
    def of(cls, steps: Steps, source: int, anchor: int, *, anchor_gradient: bool) -> Pair:
        """Return the pair of two modalities; without ``anchor_gradient`` ``y`` is detached."""
        x, mask = steps
        if x.dtype in (torch.float16, torch.bfloat16):  # under automatic mixed precision
            x = x.float()
        both = mask[source].any(-1) & mask[anchor].any(-1)
        absent = ~both[:, None]
        y = x[anchor] if anchor_gradient else x[anchor].detach()
        return cls(x[source], y, mask[source] | absent, mask[anchor] | absent, both)

    def transport_plan(
        self, names: tuple[str, str], plan: Tensor, cost: Tensor, mmd: Tensor | None = None
    ) -> TransportPlan:
        """Return the plan to record, with zeros and NaN where either modality of a sample is absent."""
        valid = (self.mask_x[:, :, None] & self.mask_y[:, None, :]) & self.both[:, None, None]
        plan, cost = (torch.where(valid, part, 0.0) for part in (plan, cost))
        distance = torch.where(self.both, (plan * cost).sum((1, 2)), torch.nan)
        apart = None if mmd is None else torch.where(self.both, mmd, torch.nan)
        return TransportPlan(*names, plan, cost, distance, apart)


class Alignment:
    """Alignment penalties between every modality and the anchor; without parameters, not used at inference.

    A sample without the anchor contributes 0, one without another modality contributes 0 to its pair; padding
    has no influence. Each penalty is a sum over pairs of the mean over the batch, so that a sample has the same weight as in
    the task loss. With one modality there is no pair, and the penalties are 0.

    Notes
    -----
    L = L_task + ot · Σ_m ⟨M_m, C_m⟩ + mmd · Σ_m MMD²(X_m, X_anchor) over the encoded steps X. The weights, the sum
    over pairs, the position (before fusion) and the gradient (not with respect to X_anchor, unless ``anchor_gradient``) are our interpretation of AlignMamba-2 (arXiv 2603.18462, whose abstract names
    "optimal transport distance" and MMD as regularisers). Cost, relaxed plan and MMD² as in AlignMamba (arXiv
    2412.00833, equations 3-9), with the operators of ``mmkernels``. The recorded plan is the one to the anchor
    for every ``direction``.
    """

    def __init__(self, names: tuple[str, ...], config: AlignmentConfig) -> None:
        self.names, self.config = names, config
        self.anchor = anchor_of(names, config.anchor)

    def __call__(self, steps: Steps, observation: Observation) -> None:
        """Add the penalties ``ot`` and ``mmd`` to ``observation``, and the plans unless it is for training."""
        with torch.autocast(steps.x.device.type, enabled=False):  # distances in full precision
            self._measure(steps, observation)

    def plans(self, steps: Steps) -> list[TransportPlan]:
        """Return the transport plan of each modality to the anchor, without the maximum mean discrepancy."""
        found, anchor = [], self.anchor
        with torch.autocast(steps.x.device.type, enabled=False):
            for m, name in enumerate(self.names):
                if m != anchor:
                    pair = Pair.of(steps, m, anchor, anchor_gradient=self.config.anchor_gradient)
                    plan, cost, _ = self._transport(pair)
                    found.append(pair.transport_plan((name, self.names[anchor]), plan, cost))
        return found

    def _measure(self, steps: Steps, observation: Observation) -> None:
        anchor, zero = self.anchor, torch.zeros((), device=steps.x.device)
        totals = {"ot": zero, "mmd": zero}
        for m, name in enumerate(self.names):
            if m == anchor:
                continue
            pair = Pair.of(steps, m, anchor, anchor_gradient=self.config.anchor_gradient)
            if self.config.ot > 0 or not observation.training:
                plan, cost, distance = self._transport(pair)
                totals["ot"] = totals["ot"] + torch.where(pair.both, distance, 0.0).mean()
            if self.config.mmd > 0 or not observation.training:
                discrepancy = self._discrepancy(pair)
                totals["mmd"] = totals["mmd"] + torch.where(pair.both, discrepancy, 0.0).mean()
            if not observation.training:
                observation.plans.append(pair.transport_plan((name, self.names[anchor]), plan, cost, discrepancy))
        observation.penalties["ot"] = self.config.ot * totals["ot"]
        observation.penalties["mmd"] = self.config.mmd * totals["mmd"]

    def _transport(self, pair: Pair) -> tuple[Tensor, Tensor, Tensor]:
        """Return plan and cost to the anchor, and the distance of each sample."""
        cost = pairwise_cost(pair.x, pair.y, metric=cast("Literal['cosine', 'sqeuclidean']", self.config.cost))
        backend = self.config.other_backend
        if self.config.plan == "entropic":
            result = entropic_plan(
                cost, epsilon=self.config.epsilon, mask_x=pair.mask_x, mask_y=pair.mask_y, backend=backend
            )
            return result.plan, cost, result.cost
        forward = relaxed_plan(cost, mask_x=pair.mask_x, mask_y=pair.mask_y, backend=backend)
        if self.config.direction == "to_anchor":
            return forward.plan, cost, forward.cost
        back = relaxed_plan(cost.transpose(1, 2), mask_x=pair.mask_y, mask_y=pair.mask_x, backend=backend)
        if self.config.direction == "max":
            return forward.plan, cost, torch.maximum(forward.cost, back.cost)
        return forward.plan, cost, (forward.cost + back.cost) / 2

    def _discrepancy(self, pair: Pair) -> Float[Tensor, " batch"]:
        """Return MMD² of each sample; with ``mmd_over="batch"`` one value for all samples."""
        x, y, mask_x, mask_y, both = pair
        if self.config.mmd_over == "steps" or (self.config.mmd_over == "auto" and x.shape[1] > 1):
            return self.config.discrepancy(x, y, mask_x, mask_y)
        if not bool(both.any()):
            return x.new_zeros(len(x))
        masks = ((mask & both[:, None]).flatten()[None] for mask in (mask_x, mask_y))
        return self.config.discrepancy(x.flatten(0, 1)[None], y.flatten(0, 1)[None], *masks).expand(len(x))
