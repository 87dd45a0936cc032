"""Metrics of predictions as functions of arrays, with their conventions in words; used by training and by the analyses.

With a task and a run at hand, `mmviz.train.metrics.score` chooses among them.
"""

from mmviz.metrics.additive import additive_projection, interaction_share, main_effects, marginal_predictions
from mmviz.metrics.classification import accuracy, balanced_accuracy, classification, f1, polarity
from mmviz.metrics.partial_information import PartialInformation, decompose, partial_information
from mmviz.metrics.regression import mean_absolute_error, pearson, regression, sentiment
from mmviz.metrics.score import Metrics, Score

__all__ = [
    "Metrics",
    "PartialInformation",
    "Score",
    "accuracy",
    "additive_projection",
    "balanced_accuracy",
    "classification",
    "decompose",
    "f1",
    "interaction_share",
    "main_effects",
    "marginal_predictions",
    "mean_absolute_error",
    "partial_information",
    "pearson",
    "polarity",
    "regression",
    "sentiment",
]
