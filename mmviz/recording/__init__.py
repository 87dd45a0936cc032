"""Recording: runs a trained model and writes its Trace. The last package that needs torch; `mmviz.record` is `record` of this one."""

from mmviz.recording.alignment import encoded
from mmviz.recording.attribution import record_attribution
from mmviz.recording.captum_methods import CaptumForward, captum_forward
from mmviz.recording.coupling_scale import coupling_scale
from mmviz.recording.cross_modal_lag import cross_modal_lag
from mmviz.recording.export_model import export_model
from mmviz.recording.faithfulness import record_faithfulness
from mmviz.recording.features import record_features
from mmviz.recording.intervention import intervene
from mmviz.recording.measures import record_measures
from mmviz.recording.missing_modalities import compare_missing, missing_scores, subset_scores
from mmviz.recording.path_effects import path_effects
from mmviz.recording.permutations import record_permutations
from mmviz.recording.probes import linear_probes
from mmviz.recording.product_grid import record_product_grid
from mmviz.recording.recorder import record
from mmviz.recording.sampled_coalitions import record_sampled_coalitions
from mmviz.recording.size_estimate import estimate
from mmviz.recording.utilisation import record_utilisation
from mmviz.recording.what_if import what_if
from mmviz.recording.windows import record_windows

__all__ = [
    "CaptumForward",
    "captum_forward",
    "compare_missing",
    "coupling_scale",
    "cross_modal_lag",
    "encoded",
    "estimate",
    "export_model",
    "intervene",
    "linear_probes",
    "missing_scores",
    "path_effects",
    "record",
    "record_attribution",
    "record_faithfulness",
    "record_features",
    "record_measures",
    "record_permutations",
    "record_product_grid",
    "record_sampled_coalitions",
    "record_utilisation",
    "record_windows",
    "subset_scores",
    "what_if",
]
