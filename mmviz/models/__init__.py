"""Fusion models: from a batch of modalities to one answer. ``build`` is the only registry; ``adapt`` wraps a module of your own."""

from mmviz.models.ablation import Ablation, ablations
from mmviz.models.batch import Batch, batch_of
from mmviz.models.registry import available, build
from mmviz.models.user_module.adapt import adapt

__all__ = ["Ablation", "Batch", "ablations", "adapt", "available", "batch_of", "build"]
