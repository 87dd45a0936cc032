"""Figures: for each, a pure frame (named arrays) and a drawing (plotly)."""

from mmviz.plots.explorer import explorer_frame
from mmviz.plots.shapley import plot_shapley, shapley_frame
from mmviz.plots.states import plot_states, states_frame

__all__ = ["explorer_frame", "plot_shapley", "plot_states", "shapley_frame", "states_frame"]
