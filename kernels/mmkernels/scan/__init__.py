"""The coupled selective scan: the mathematics is in README.md beside this file."""

from mmkernels.scan.coupled import coupled_scan
from mmkernels.scan.values import check

__all__ = ["check", "coupled_scan"]
