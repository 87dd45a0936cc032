"""Time and peak memory of the fusions against length: the same width, the same batch, one run.

``python -m mmviz efficiency --help``. Every model is first held against its own float64 form written out plainly, then timed in
turn with the others, and its memory is read in a process of its own.
"""

from mmviz.efficiency.case import CONTENDERS, MODES, Case
from mmviz.efficiency.measured import as_dataset
from mmviz.efficiency.sweep import Row, study
from mmviz.efficiency.verdict import savings

__all__ = ["CONTENDERS", "MODES", "Case", "Row", "as_dataset", "savings", "study"]
