"""Registry of figures: for each drawing function its frame and its figure specification."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.core.errors import ConfigError
from mmviz.plots import (
    ablation,
    alignment,
    coalitions,
    coupling,
    efficiency,
    routing,
    shapley,
    states,
    training,
    transport,
)
from mmviz.plots import ablation as missing
from mmviz.plots import alignment as directions
from mmviz.plots import coupling as influence
from mmviz.plots import efficiency as growth
from mmviz.plots import shapley as shapley_epochs
from mmviz.plots import states as half_life
from mmviz.plots import states as trajectories
from mmviz.plots import training as equilibrium
from mmviz.plots import transport as plan

if TYPE_CHECKING:
    import xarray as xr

    from mmviz.plots.figure_spec import FigureSpec


class Kind(NamedTuple):
    """How a kind of figure is made: from data to frame, from frame to picture."""

    frame: Callable[..., xr.Dataset]
    spec: Callable[[xr.Dataset], FigureSpec]


KINDS: dict[Callable[..., Any], Kind] = {
    ablation.plot_ablation: Kind(ablation.ablation_frame, ablation.ablation_spec),
    alignment.plot_alignment: Kind(alignment.alignment_frame, alignment.alignment_spec),
    coupling.plot_coupling: Kind(coupling.coupling_frame, coupling.coupling_spec),
    directions.plot_directions: Kind(directions.directions_frame, directions.directions_spec),
    efficiency.plot_efficiency: Kind(efficiency.efficiency_frame, efficiency.efficiency_spec),
    equilibrium.plot_equilibrium: Kind(equilibrium.equilibrium_frame, equilibrium.equilibrium_spec),
    routing.plot_expert_usage: Kind(routing.routing_frame, routing.expert_usage_spec),
    growth.plot_growth: Kind(growth.growth_frame, growth.growth_spec),
    half_life.plot_half_life: Kind(half_life.half_life_frame, half_life.half_life_spec),
    influence.plot_influence: Kind(influence.influence_frame, influence.influence_spec),
    influence.plot_influence_lag: Kind(influence.influence_frame, influence.influence_lag_spec),
    coalitions.plot_interactions: Kind(coalitions.interactions_frame, coalitions.interactions_spec),
    missing.plot_missing: Kind(missing.missing_frame, missing.missing_spec),
    plan.plot_plan: Kind(plan.plan_frame, plan.plan_spec),
    routing.plot_routing: Kind(routing.routing_frame, routing.routing_spec),
    shapley.plot_shapley: Kind(shapley.shapley_frame, shapley.shapley_spec),
    shapley_epochs.plot_shapley_epochs: Kind(shapley_epochs.shapley_epochs_frame, shapley_epochs.shapley_epochs_spec),
    states.plot_states: Kind(states.states_frame, states.states_spec),
    coalitions.plot_subsets: Kind(coalitions.subsets_frame, coalitions.subsets_spec),
    training.plot_training: Kind(training.training_frame, training.training_spec),
    trajectories.plot_trajectories: Kind(trajectories.trajectories_frame, trajectories.trajectories_spec),
    transport.plot_transport: Kind(transport.transport_frame, transport.transport_spec),
    coalitions.plot_waterfall: Kind(coalitions.waterfall_frame, coalitions.waterfall_spec),
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
