"""Every kind of figure: its drawing for the screen, its frame, and the picture that the page draws too."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.errors import ConfigError
from mmviz.plots import (
    ablation,
    alignment,
    coupling,
    directions,
    efficiency,
    equilibrium,
    growth,
    half_life,
    influence,
    interactions,
    missing,
    plan,
    routing,
    shapley,
    shapley_epochs,
    states,
    subsets,
    training,
    trajectories,
    transport,
    waterfall,
)

if TYPE_CHECKING:
    import xarray as xr

    from mmviz.plots.picture import Picture


class Kind(NamedTuple):
    """How a kind of figure is made: from data to frame, from frame to picture."""

    frame: Callable[..., xr.Dataset]
    picture: Callable[[xr.Dataset], Picture]


KINDS: dict[Callable[..., Any], Kind] = {
    ablation.plot_ablation: Kind(ablation.ablation_frame, ablation.ablation_picture),
    alignment.plot_alignment: Kind(alignment.alignment_frame, alignment.alignment_picture),
    coupling.plot_coupling: Kind(coupling.coupling_frame, coupling.coupling_picture),
    directions.plot_directions: Kind(directions.directions_frame, directions.directions_picture),
    efficiency.plot_efficiency: Kind(efficiency.efficiency_frame, efficiency.efficiency_picture),
    equilibrium.plot_equilibrium: Kind(equilibrium.equilibrium_frame, equilibrium.equilibrium_picture),
    routing.plot_expert_usage: Kind(routing.routing_frame, routing.expert_usage_picture),
    growth.plot_growth: Kind(growth.growth_frame, growth.growth_picture),
    half_life.plot_half_life: Kind(half_life.half_life_frame, half_life.half_life_picture),
    influence.plot_influence: Kind(influence.influence_frame, influence.influence_picture),
    influence.plot_influence_lag: Kind(influence.influence_frame, influence.influence_lag_picture),
    interactions.plot_interactions: Kind(interactions.interactions_frame, interactions.interactions_picture),
    missing.plot_missing: Kind(missing.missing_frame, missing.missing_picture),
    plan.plot_plan: Kind(plan.plan_frame, plan.plan_picture),
    routing.plot_routing: Kind(routing.routing_frame, routing.routing_picture),
    shapley.plot_shapley: Kind(shapley.shapley_frame, shapley.shapley_picture),
    shapley_epochs.plot_shapley_epochs: Kind(
        shapley_epochs.shapley_epochs_frame, shapley_epochs.shapley_epochs_picture
    ),
    states.plot_states: Kind(states.states_frame, states.states_picture),
    subsets.plot_subsets: Kind(subsets.subsets_frame, subsets.subsets_picture),
    training.plot_training: Kind(training.training_frame, training.training_picture),
    trajectories.plot_trajectories: Kind(trajectories.trajectories_frame, trajectories.trajectories_picture),
    transport.plot_transport: Kind(transport.transport_frame, transport.transport_picture),
    waterfall.plot_waterfall: Kind(waterfall.waterfall_frame, waterfall.waterfall_picture),
}


def kind_of(plot: Callable[..., Any]) -> Kind:
    """Return the kind that a drawing function belongs to.

    Raises
    ------
    ConfigError
        If it is none of :mod:`mmviz.plots`; names them.
    """
    if plot not in KINDS:
        known = [function.__name__ for function in KINDS]
        name = getattr(plot, "__name__", repr(plot))
        close = difflib.get_close_matches(str(name), known, 1)
        hint = f", did you mean {close[0]}?" if close else ";"
        raise ConfigError(f"paper: {name} is no drawing of mmviz.plots{hint} there are {', '.join(known)}")
    return KINDS[plot]
