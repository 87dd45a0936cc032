"""What a fusion model shows when it is asked to: scans, routing, transport plans; and what training punishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.coupled_block import ScanInputs


class Routing(NamedTuple):
    """Which experts one layer used.

    ``weight`` is how much each expert contributes to a token, (modality, batch, time, expert), zeros where there is no token;
    ``owners`` names the modality each expert belongs to, "" for one that all share.
    """

    weight: Float[Tensor, "modality batch time expert"]
    owners: tuple[str, ...]


class Plan(NamedTuple):
    """Where the steps of one modality are carried among those of the anchor; zeros where either has no step.

    ``plan`` is the mass carried, ``cost`` what a unit of it costs, both (batch, time, anchor time); ``distance`` is the
    sum of their product, (batch,), NaN where a sample lacks either modality.
    """

    source: str
    anchor: str
    plan: Float[Tensor, "batch time anchor_time"]
    cost: Float[Tensor, "batch time anchor_time"]
    distance: Float[Tensor, " batch"]


@dataclass
class Observation:
    """Filled by ``FusionModel.streams`` when one is handed in; an inference hands in none, and pays nothing.

    Attributes
    ----------
    scans
        What the scan of each layer read, in the operator's names.
    routing
        Of each layer with experts.
    plans
        Of each pair of modality and anchor.
    penalties
        Name to a scalar that training adds to the loss, weighted already.
    """

    scans: list[ScanInputs] = field(default_factory=list)
    routing: list[Routing] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    penalties: dict[str, Tensor] = field(default_factory=dict)
