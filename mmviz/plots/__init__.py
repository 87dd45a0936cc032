"""Figures: for each, a pure frame (named arrays) and a drawing (plotly); ``paper`` writes the same frame for a paper."""

from mmviz.plots.ablation import ablation_frame, plot_ablation
from mmviz.plots.alignment import alignment_frame, plot_alignment
from mmviz.plots.coupling import coupling_frame, plot_coupling
from mmviz.plots.directions import directions_frame, plot_directions
from mmviz.plots.efficiency import efficiency_frame, plot_efficiency
from mmviz.plots.equilibrium import equilibrium_frame, plot_equilibrium
from mmviz.plots.explorer import explorer_frame
from mmviz.plots.explorer_edited import edited_frame
from mmviz.plots.growth import growth_frame, plot_growth
from mmviz.plots.half_life import half_life_frame, plot_half_life
from mmviz.plots.influence import influence_frame, plot_influence, plot_influence_lag
from mmviz.plots.interactions import interactions_frame, plot_interactions
from mmviz.plots.missing import missing_frame, plot_missing
from mmviz.plots.plan import plan_frame, plot_plan
from mmviz.plots.printed import latex_table, paper
from mmviz.plots.routing import plot_expert_usage, plot_routing, routing_frame
from mmviz.plots.shapley import plot_shapley, shapley_frame
from mmviz.plots.shapley_epochs import plot_shapley_epochs, shapley_epochs_frame
from mmviz.plots.slider import with_slider
from mmviz.plots.states import plot_states, states_frame
from mmviz.plots.subsets import plot_subsets, subsets_frame
from mmviz.plots.training import plot_training, training_frame
from mmviz.plots.trajectories import plot_trajectories, trajectories_frame
from mmviz.plots.transport import plot_transport, transport_frame
from mmviz.plots.waterfall import plot_waterfall, waterfall_frame

__all__ = [
    "ablation_frame",
    "alignment_frame",
    "coupling_frame",
    "directions_frame",
    "edited_frame",
    "efficiency_frame",
    "equilibrium_frame",
    "explorer_frame",
    "growth_frame",
    "half_life_frame",
    "influence_frame",
    "interactions_frame",
    "latex_table",
    "missing_frame",
    "paper",
    "plan_frame",
    "plot_ablation",
    "plot_alignment",
    "plot_coupling",
    "plot_directions",
    "plot_efficiency",
    "plot_equilibrium",
    "plot_expert_usage",
    "plot_growth",
    "plot_half_life",
    "plot_influence",
    "plot_influence_lag",
    "plot_interactions",
    "plot_missing",
    "plot_plan",
    "plot_routing",
    "plot_shapley",
    "plot_shapley_epochs",
    "plot_states",
    "plot_subsets",
    "plot_training",
    "plot_trajectories",
    "plot_transport",
    "plot_waterfall",
    "routing_frame",
    "shapley_epochs_frame",
    "shapley_frame",
    "states_frame",
    "subsets_frame",
    "training_frame",
    "trajectories_frame",
    "transport_frame",
    "waterfall_frame",
    "with_slider",
]
