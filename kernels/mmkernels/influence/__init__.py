"""The coupled influence map: the mathematics is in README.md beside this file."""

from mmkernels.influence.coupled import Influence, coupled_influence

__all__ = ["Influence", "coupled_influence"]
