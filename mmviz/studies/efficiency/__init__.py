"""Time and peak memory of the fusions against length: the same width, the same batch, one run.

``python -m mmviz efficiency --help``. Every model is first held against its own float64 form written out plainly, then timed in
turn with the others, and its memory is read in a process of its own.
"""

from mmviz.studies.efficiency.cases import CONTENDERS, MODES, Case
from mmviz.studies.efficiency.sweep import Row, savings, study
from mmviz.studies.efficiency.table import as_dataset

__all__ = ["CONTENDERS", "MODES", "Case", "Row", "as_dataset", "savings", "study"]
