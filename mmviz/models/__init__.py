"""Fusion models: from a batch of modalities to one answer. ``build`` is the only registry."""

from mmviz.models.batch import Batch, batch_of
from mmviz.models.build import available, build

__all__ = ["Batch", "available", "batch_of", "build"]
