"""Maximum mean discrepancy: the mathematics is in README.md beside this file."""

from mmkernels.mmd.bandwidth import median_bandwidth
from mmkernels.mmd.squared import mmd_squared

__all__ = ["median_bandwidth", "mmd_squared"]
