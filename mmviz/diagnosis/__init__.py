"""``mm.doctor()``: what is installed, what will run, whether widgets answer, which data are here, how long things take."""

from mmviz.diagnosis.checkup import Checkup, Finding
from mmviz.diagnosis.doctor import doctor

__all__ = ["Checkup", "Finding", "doctor"]
