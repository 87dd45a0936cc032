"""What a training is steered by (losses, with torch) and what its answers are worth (scores: those of `mmviz.metrics`, by the same names)."""

from mmviz.metrics.agreement import accuracy, f1
from mmviz.metrics.answer import Metrics
from mmviz.metrics.classes import classification, polarity
from mmviz.metrics.sentiment import sentiment
from mmviz.metrics.values import mean_absolute_error, pearson, regression
from mmviz.train.metrics.losses import loss_of, scores_of
from mmviz.train.metrics.score import score

__all__ = [
    "Metrics",
    "accuracy",
    "classification",
    "f1",
    "loss_of",
    "mean_absolute_error",
    "pearson",
    "polarity",
    "regression",
    "score",
    "scores_of",
    "sentiment",
]
