"""The last two maps of a model: from fused features to logits or values."""

from torch import nn


def head_of(inputs: int, width: int, outputs: int, dropout: float) -> nn.Sequential:
    """Return dropout, a hidden layer of ``width`` and the map to ``outputs``."""
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(inputs, width), nn.GELU(), nn.Linear(width, outputs))
