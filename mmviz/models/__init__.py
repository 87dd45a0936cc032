"""Fusion models: ``build`` one by name, ``register`` your own, ``adapt`` any ``nn.Module``, or ``capture`` its scans."""

from mmviz.models import fusions
from mmviz.models.ablation import Ablation, ablations
from mmviz.models.base import FusionConfig, FusionModel, Observation
from mmviz.models.batch import Batch, Steps, batch_of
from mmviz.models.capture import CapturedScan, CapturedScans, Edit, capture
from mmviz.models.registry import available, build, register, unregister
from mmviz.models.user_module.adapt import adapt

__all__ = [
    "Ablation",
    "Batch",
    "CapturedScan",
    "CapturedScans",
    "Edit",
    "FusionConfig",
    "FusionModel",
    "Observation",
    "Steps",
    "ablations",
    "adapt",
    "available",
    "batch_of",
    "build",
    "capture",
    "fusions",
    "register",
    "unregister",
]
