"""``mm.doctor()``: installed packages, kernels, data sets, widgets, and estimated run times of the notebooks."""

from mmviz.diagnosis.checks import doctor
from mmviz.diagnosis.checkup import Checkup, Finding

__all__ = ["Checkup", "Finding", "doctor"]
