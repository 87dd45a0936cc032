"""Data sets: checked arrays by split, with a spec and a report of findings. NumPy only.

``load(name_or_path)`` reads a built-in data set, a file or a folder; ``synthetic(...)`` generates one with known ground truth;
``from_arrays``, ``from_frame`` (pandas), ``from_torch`` and ``from_huggingface`` read what you have; ``register(name, loader)`` adds a data set, ``mmviz.data.formats.register`` a file format.
"""

from mmviz.core.display import Display
from mmviz.data import encoders, formats, missing
from mmviz.data.batches import Buckets, stream
from mmviz.data.dataset import Dataset, Split
from mmviz.data.disk import from_disk, to_disk
from mmviz.data.from_arrays import from_arrays
from mmviz.data.from_frame import from_frame
from mmviz.data.from_huggingface import from_huggingface
from mmviz.data.from_torch import from_torch
from mmviz.data.load import load, register, unregister
from mmviz.data.missing.modalities import select_modalities
from mmviz.data.padding import pad
from mmviz.data.report import Finding, Report
from mmviz.data.sets.synthetic import synthetic
from mmviz.data.spec import Modality, Spec, Task
from mmviz.data.synthetic_truth import Truth

__all__ = [
    "Buckets",
    "Dataset",
    "Display",
    "Finding",
    "Modality",
    "Report",
    "Spec",
    "Split",
    "Task",
    "Truth",
    "encoders",
    "formats",
    "from_arrays",
    "from_disk",
    "from_frame",
    "from_huggingface",
    "from_torch",
    "load",
    "missing",
    "pad",
    "register",
    "select_modalities",
    "stream",
    "synthetic",
    "to_disk",
    "unregister",
]
