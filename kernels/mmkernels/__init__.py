"""The coupled selective scan and its neighbours."""

from mmkernels.dispatch import (
    Availability,
    BackendUnavailable,
    Choice,
    backends,
    last_backend,
)
from mmkernels.scan import check, coupled_scan

__all__ = [
    "Availability",
    "BackendUnavailable",
    "Choice",
    "backends",
    "check",
    "coupled_scan",
    "last_backend",
]
__version__ = "0.1.0"
