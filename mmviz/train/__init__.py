"""Training: one loop, one file per strategy, a Run that can predict, be saved and be loaded."""

from mmviz.train import strategies
from mmviz.train.as_run import as_run
from mmviz.train.augment import Augment
from mmviz.train.config import TrainConfig
from mmviz.train.fit import fit
from mmviz.train.linear import linear_baseline
from mmviz.train.measure import Measure
from mmviz.train.run import Run, load
from mmviz.train.strategies import STRATEGIES
from mmviz.train.strategy import Strategy, Update
from mmviz.train.training import Training

__all__ = [
    "STRATEGIES",
    "Augment",
    "Measure",
    "Run",
    "Strategy",
    "TrainConfig",
    "Training",
    "Update",
    "as_run",
    "fit",
    "linear_baseline",
    "load",
    "strategies",
]
