"""Training: ``fit`` with a strategy, on one or several devices; the Run it returns predicts, is saved and loaded."""

from mmviz.train import strategies
from mmviz.train.augmentation import Augment
from mmviz.train.baseline import linear_baseline
from mmviz.train.config import TrainConfig
from mmviz.train.contributions import ContributionMonitor
from mmviz.train.epoch_loggers import MLflowLog, TensorBoardLog
from mmviz.train.fit import fit
from mmviz.train.intervention import Intervention
from mmviz.train.live import LiveTraining
from mmviz.train.run import Run, as_run, load
from mmviz.train.strategies import STRATEGIES
from mmviz.train.strategies.base import Strategy, Training, Update

__all__ = [
    "STRATEGIES",
    "Augment",
    "ContributionMonitor",
    "Intervention",
    "LiveTraining",
    "MLflowLog",
    "Run",
    "Strategy",
    "TensorBoardLog",
    "TrainConfig",
    "Training",
    "Update",
    "as_run",
    "fit",
    "linear_baseline",
    "load",
    "strategies",
]
