"""Analyses: a Trace in, named arrays out. No torch, no model."""

from mmviz.analysis.shapley import prefix_shapley, shapley, shapley_values
from mmviz.analysis.states import states

__all__ = ["prefix_shapley", "shapley", "shapley_values", "states"]
