"""Fusion models: from a batch of modalities to one answer. ``build`` is the only registry; ``adapt`` wraps a module of your own."""

from mmviz.models.ablation import Ablation, ablations
from mmviz.models.adapted import adapt
from mmviz.models.batch import Batch, batch_of
from mmviz.models.build import available, build

__all__ = ["Ablation", "Batch", "ablations", "adapt", "available", "batch_of", "build"]
