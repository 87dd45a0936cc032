"""Figures. Each has a pure frame (named arrays), a figure specification and a plot function (plotly); ``paper`` writes it for a paper."""

from mmviz.plots.ablation import ablation_frame, missing_frame, plot_ablation, plot_missing
from mmviz.plots.alignment import alignment_frame, directions_frame, plot_alignment, plot_directions
from mmviz.plots.benchmark import benchmark_frame, plot_benchmark
from mmviz.plots.captured_scans import (
    plot_scan_influence,
    plot_scan_states,
    scan_influence_frame,
    scan_states_frame,
)
from mmviz.plots.coalitions import (
    interactions_frame,
    plot_interactions,
    plot_subsets,
    plot_waterfall,
    subsets_frame,
    waterfall_frame,
)
from mmviz.plots.coupling import coupling_frame, influence_frame, plot_coupling, plot_influence, plot_influence_lag
from mmviz.plots.diagram_spec import Diagram
from mmviz.plots.diagrams import DIAGRAMS, diagram
from mmviz.plots.efficiency import efficiency_frame, growth_frame, plot_efficiency, plot_growth
from mmviz.plots.end_to_end import (
    end_to_end_frame,
    end_to_end_prefixes_frame,
    end_to_end_streams_frame,
    plot_end_to_end,
    plot_end_to_end_prefixes,
    plot_end_to_end_streams,
)
from mmviz.plots.explorer import explorer_frame
from mmviz.plots.explorer_what_if import what_if_frame
from mmviz.plots.faithfulness import faithfulness_frame, plot_faithfulness
from mmviz.plots.figure_registry import register_figure
from mmviz.plots.figure_spec import (
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Lines,
    Links,
    Panel,
    Points,
    ReferenceLine,
)
from mmviz.plots.image_file import ImageFile, write_image
from mmviz.plots.latex import latex_figure, latex_table
from mmviz.plots.measures import measures_frame, plot_measures
from mmviz.plots.paper_figure import inspect_pdf, paper
from mmviz.plots.partial_information import partial_information_frame, plot_partial_information
from mmviz.plots.plotly_backend import draw
from mmviz.plots.retraining import plot_probes, plot_retraining, probes_frame, retraining_frame
from mmviz.plots.routing import plot_expert_usage, plot_routing, routing_frame
from mmviz.plots.shapley import plot_shapley, plot_shapley_epochs, shapley_epochs_frame, shapley_frame
from mmviz.plots.slider import with_slider
from mmviz.plots.states import (
    half_life_frame,
    plot_half_life,
    plot_states,
    plot_trajectories,
    states_frame,
    trajectories_frame,
)
from mmviz.plots.training import imbalance_frame, plot_imbalance, plot_training, training_frame
from mmviz.plots.transport import plan_frame, plot_plan, plot_transport, transport_frame

__all__ = [
    "DIAGRAMS",
    "Annotation",
    "Axis",
    "Bars",
    "Diagram",
    "FigureSpec",
    "Heatmap",
    "ImageFile",
    "Lines",
    "Links",
    "Panel",
    "Points",
    "ReferenceLine",
    "ablation_frame",
    "alignment_frame",
    "benchmark_frame",
    "coupling_frame",
    "diagram",
    "directions_frame",
    "draw",
    "efficiency_frame",
    "end_to_end_frame",
    "end_to_end_prefixes_frame",
    "end_to_end_streams_frame",
    "explorer_frame",
    "faithfulness_frame",
    "growth_frame",
    "half_life_frame",
    "imbalance_frame",
    "influence_frame",
    "inspect_pdf",
    "interactions_frame",
    "latex_figure",
    "latex_table",
    "measures_frame",
    "missing_frame",
    "paper",
    "partial_information_frame",
    "plan_frame",
    "plot_ablation",
    "plot_alignment",
    "plot_benchmark",
    "plot_coupling",
    "plot_directions",
    "plot_efficiency",
    "plot_end_to_end",
    "plot_end_to_end_prefixes",
    "plot_end_to_end_streams",
    "plot_expert_usage",
    "plot_faithfulness",
    "plot_growth",
    "plot_half_life",
    "plot_imbalance",
    "plot_influence",
    "plot_influence_lag",
    "plot_interactions",
    "plot_measures",
    "plot_missing",
    "plot_partial_information",
    "plot_plan",
    "plot_probes",
    "plot_retraining",
    "plot_routing",
    "plot_scan_influence",
    "plot_scan_states",
    "plot_shapley",
    "plot_shapley_epochs",
    "plot_states",
    "plot_subsets",
    "plot_training",
    "plot_trajectories",
    "plot_transport",
    "plot_waterfall",
    "probes_frame",
    "register_figure",
    "retraining_frame",
    "routing_frame",
    "scan_influence_frame",
    "scan_states_frame",
    "shapley_epochs_frame",
    "shapley_frame",
    "states_frame",
    "subsets_frame",
    "training_frame",
    "trajectories_frame",
    "transport_frame",
    "waterfall_frame",
    "what_if_frame",
    "with_slider",
    "write_image",
]
