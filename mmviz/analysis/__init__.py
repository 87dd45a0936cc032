"""Analyses: a Trace in, named arrays out. No torch, no model."""

from mmviz.analysis.equilibrium import deviations, edm_e1, edm_e2, edm_e3, equilibrium, shares
from mmviz.analysis.interactions import interaction_index, interactions, moebius
from mmviz.analysis.shapley import prefix_shapley, shapley, shapley_values
from mmviz.analysis.states import states

__all__ = [
    "deviations",
    "edm_e1",
    "edm_e2",
    "edm_e3",
    "equilibrium",
    "interaction_index",
    "interactions",
    "moebius",
    "prefix_shapley",
    "shapley",
    "shapley_values",
    "shares",
    "states",
]
