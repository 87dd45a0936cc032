"""``mm.doctor()``: what is installed, what will run, whether widgets answer, which data are here, how long things take."""

from mmviz.diagnosis.checks import doctor
from mmviz.diagnosis.checkup import Checkup, Finding

__all__ = ["Checkup", "Finding", "doctor"]
