"""Training: one loop, one file per strategy, a Run that can predict, be saved and be loaded."""

from mmviz.train.augment import Augment
from mmviz.train.config import TrainConfig
from mmviz.train.fit import fit
from mmviz.train.linear import linear_baseline
from mmviz.train.run import Run, load

__all__ = ["Augment", "Run", "TrainConfig", "fit", "linear_baseline", "load"]
