"""What a training is steered by (losses, with torch) and what its answers are worth (scores, NumPy alone)."""

from mmviz.train.metrics.agreement import accuracy, f1
from mmviz.train.metrics.answer import Metrics
from mmviz.train.metrics.classes import classification, polarity
from mmviz.train.metrics.losses import loss_of, scores_of
from mmviz.train.metrics.score import score
from mmviz.train.metrics.sentiment import sentiment
from mmviz.train.metrics.values import mean_absolute_error, pearson, regression

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
