"""Fusion models, one family per file; importing this package registers each under the name that ``mmviz.models.build`` takes."""

from mmviz.models.fusions import (
    alignmamba,
    alignmamba2,
    attention,
    cosine_head,
    coupled_mamba,
    early,
    equilibrium,
    late,
    memory_chain,
    pooled,
)

__all__ = [
    "alignmamba",
    "alignmamba2",
    "attention",
    "cosine_head",
    "coupled_mamba",
    "early",
    "equilibrium",
    "late",
    "memory_chain",
    "pooled",
]
