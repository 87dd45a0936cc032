"""Cost of recording with attribution, see tests/bars/attribution_cost.py."""

import sys
import warnings
from pathlib import Path

import torch
from truth_registry import Row, measurement

sys.path.insert(0, str(Path(__file__).parents[1]))

from attribution_cost import measured

FUSIONS = ("coupled_mamba", "alignmamba2")


@measurement("cost")
def cost():
    """Return the time of recording with attribution relative to that without, on a quiet machine."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    what = "time of mm.record with attribution relative to without; M = 3, 50 steps, 6 recorded samples"
    found = [measured(name) for name in FUSIONS]
    return [Row("end-to-end", f["fusion"], what, f["ratio"], bar=f"≤ {f['bar']:g}", holds=f["holds"]) for f in found]
