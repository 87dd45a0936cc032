"""Analyses: a Trace in, named arrays out. No torch, no model."""

from mmviz.analysis.accessor import ResultAccessor
from mmviz.analysis.alignment import alignment, directions, plan_entropy, plan_monotonicity, plan_summary, transport
from mmviz.analysis.attribution import attribution
from mmviz.analysis.captured_scans import captured_scans, scan_influence, scan_states
from mmviz.analysis.cooperation import cooperation
from mmviz.analysis.emap import emap
from mmviz.analysis.end_to_end import end_to_end
from mmviz.analysis.faithfulness import faithfulness
from mmviz.analysis.game import ValueFunction, register_value_function, value_functions
from mmviz.analysis.imbalance import (
    deviations,
    edm,
    edm_share,
    imbalance,
    imbalance_e1,
    imbalance_e2,
    imbalance_e3,
    shares,
)
from mmviz.analysis.influence import influence
from mmviz.analysis.interactions import interaction_index, interactions, moebius
from mmviz.analysis.intershap import intershap
from mmviz.analysis.measures import measures
from mmviz.analysis.mm_shap import mm_shap
from mmviz.analysis.modality_gap import gap_statistics, modality_gap
from mmviz.analysis.over_runs import map_agreement, over_runs, sign_agreement
from mmviz.analysis.partial_information import partial_information
from mmviz.analysis.per_run import select_run
from mmviz.analysis.perceptual_score import perceptual_score
from mmviz.analysis.retraining import retraining, value_by_retraining
from mmviz.analysis.routing import mutual_information, routing
from mmviz.analysis.sampled_shapley import sampled_shapley
from mmviz.analysis.shapley import coalition_scores, prefix_shapley, shapley, shapley_by_class, shapley_values
from mmviz.analysis.states import states, trajectories
from mmviz.analysis.training_history import training
from mmviz.analysis.utilisation import conditional_utilisation
from mmviz.analysis.windows import owen_values, window_shapley

__all__ = [
    "ResultAccessor",
    "ValueFunction",
    "alignment",
    "attribution",
    "captured_scans",
    "coalition_scores",
    "conditional_utilisation",
    "cooperation",
    "deviations",
    "directions",
    "edm",
    "edm_share",
    "emap",
    "end_to_end",
    "faithfulness",
    "gap_statistics",
    "imbalance",
    "imbalance_e1",
    "imbalance_e2",
    "imbalance_e3",
    "influence",
    "interaction_index",
    "interactions",
    "intershap",
    "map_agreement",
    "measures",
    "mm_shap",
    "modality_gap",
    "moebius",
    "mutual_information",
    "over_runs",
    "owen_values",
    "partial_information",
    "perceptual_score",
    "plan_entropy",
    "plan_monotonicity",
    "plan_summary",
    "prefix_shapley",
    "register_value_function",
    "retraining",
    "routing",
    "sampled_shapley",
    "scan_influence",
    "scan_states",
    "select_run",
    "shapley",
    "shapley_by_class",
    "shapley_values",
    "shares",
    "sign_agreement",
    "states",
    "training",
    "trajectories",
    "transport",
    "value_by_retraining",
    "value_functions",
    "window_shapley",
]
