"""What answers are worth: scores with their conventions in words, on arrays alone, so that both sides of the wall may use them.

With a task and a run at hand, `mmviz.train.metrics.score` chooses among them.
"""

from mmviz.metrics.agreement import accuracy, balanced_accuracy, f1
from mmviz.metrics.answer import Answer, Metrics
from mmviz.metrics.classes import classification, polarity
from mmviz.metrics.sentiment import sentiment
from mmviz.metrics.values import mean_absolute_error, pearson, regression

__all__ = [
    "Answer",
    "Metrics",
    "accuracy",
    "balanced_accuracy",
    "classification",
    "f1",
    "mean_absolute_error",
    "pearson",
    "polarity",
    "regression",
    "sentiment",
]
