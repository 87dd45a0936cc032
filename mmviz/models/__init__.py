"""Fusion models: ``build`` one by name, ``register`` your own, or ``adapt`` any ``nn.Module``."""

from mmviz.models import fusions
from mmviz.models.ablation import Ablation, ablations
from mmviz.models.base import FusionConfig, FusionModel, Observation
from mmviz.models.batch import Batch, Steps, batch_of
from mmviz.models.registry import available, build, register, unregister
from mmviz.models.user_module.adapt import adapt

__all__ = [
    "Ablation",
    "Batch",
    "FusionConfig",
    "FusionModel",
    "Observation",
    "Steps",
    "ablations",
    "adapt",
    "available",
    "batch_of",
    "build",
    "fusions",
    "register",
    "unregister",
]
