"""Fusion models: from a batch of modalities to one answer. ``build`` is the only registry."""

from mmviz.models.ablation import Ablation, ablations
from mmviz.models.batch import Batch, batch_of
from mmviz.models.build import available, build

__all__ = ["Ablation", "Batch", "ablations", "available", "batch_of", "build"]
