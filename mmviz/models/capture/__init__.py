"""Selective scans of any module: captured without a change of its code, in the operator's names, proved by replay.

:func:`~mmviz.models.capture.session.capture` opens it. ``bindings`` finds scan functions, ``patches`` replaces and restores them, ``layouts`` converts their
arguments, ``recorded`` and ``replay`` prove the conversion, ``edits`` and ``predicted_change`` are interventions, ``scans`` and ``scan_table`` are the result.
"""

from mmviz.models.capture.edits import Edit
from mmviz.models.capture.scan_table import CapturedScans, RefusedCall
from mmviz.models.capture.scans import CapturedScan
from mmviz.models.capture.session import capture

__all__ = ["CapturedScan", "CapturedScans", "Edit", "RefusedCall", "capture"]
