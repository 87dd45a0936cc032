"""What a fusion model shows when it is asked to: scans, routing, transport plans; and what training punishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.models.coupled_block import ScanInputs


class Routing(NamedTuple):
    """Which experts one layer used.

    ``weight`` is how much each expert contributes to a token, (modality, batch, time, expert), zeros where there is
    no token; ``owners`` names the modality each expert belongs to, "" for one that all share.
    """

    weight: Float[Tensor, "modality batch time expert"]
    owners: tuple[str, ...]


class Plan(NamedTuple):
    """Where the steps of one modality are carried among those of the anchor; zeros where either has no step.

    ``plan`` is the mass carried, ``cost`` what a unit of it costs, both (batch, time, anchor time); ``distance`` is
    the sum of their product, (batch,), NaN where a sample lacks either modality; so is ``mmd``, the squared maximum
    mean discrepancy between the two, None where a model does not measure it.
    """

    source: str
    anchor: str
    plan: Float[Tensor, "batch time anchor_time"]
    cost: Float[Tensor, "batch time anchor_time"]
    distance: Float[Tensor, " batch"]
    mmd: Float[Tensor, " batch"] | None = None


class TokenScan(NamedTuple):
    """One scan along a sequence of tokens (modality, step), where the modalities share one chain of states.

    ``scan`` is what the operator read, with a modality axis of length 1 and tokens as its time; tokens with data come
    first, filler behind them. ``places`` says where the token (modality, sample, step) stands among them; one without
    data has the place of the last one with data before it, whose state it would hold, -1 where there is none (state
    zero). So with h = ``states_of(scan)[0]``, (batch, token, channel, state), the state after the token (m, b, t) is
    h[b, places[m, b, t]]; dt, B and C are read the same way. ``real`` is True for a token with data.

    ``backward`` marks the second scan of a layer that reads both ways; a layer has one scan that is not.
    """

    scan: ScanInputs
    places: Int[Tensor, "modality batch time"]
    real: Bool[Tensor, "modality batch time"]
    backward: bool = False


@dataclass
class Observation:
    """Filled by ``FusionModel.streams`` when one is handed in; an inference hands in none, and pays nothing.

    Attributes
    ----------
    learning
        Asked by training: only penalties are wanted, the rest may be left out.
    scans
        What the coupled scan of each layer read, in the operator's names.
    tokens
        Of each layer whose scan runs along one sequence of tokens, forward and then, where there is one, backward.
    routing
        Of each layer with experts.
    plans
        Of each pair of modality and anchor.
    penalties
        Name to a scalar that training adds to the loss, weighted already.
    """

    learning: bool = False
    scans: list[ScanInputs] = field(default_factory=list)
    tokens: list[TokenScan] = field(default_factory=list)
    routing: list[Routing] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    penalties: dict[str, Tensor] = field(default_factory=dict)
