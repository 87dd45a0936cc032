"""The coupled selective scan and its neighbours."""

from mmkernels.dispatch import (
    Availability,
    BackendUnavailable,
    Choice,
    backends,
    last_backend,
)
from mmkernels.influence import Influence, coupled_influence
from mmkernels.mmd import median_bandwidth, mmd_squared
from mmkernels.scan import check, coupled_scan

__all__ = [
    "Availability",
    "BackendUnavailable",
    "Choice",
    "Influence",
    "backends",
    "check",
    "coupled_influence",
    "coupled_scan",
    "last_backend",
    "median_bandwidth",
    "mmd_squared",
]
__version__ = "0.1.0"
