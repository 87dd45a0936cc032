"""Lag of two modalities estimated from transport costs, and the alignment ablation: rows of the figures that their scripts have stored.

The trainings belong to ``python tests/bars/transport_lag.py`` and ``make alignment``; both continue from their JSON.
"""

import json
import sys
from pathlib import Path

from truth_registry import Row, measurement

sys.path.insert(0, str(Path(__file__).parents[1]))

import alignment_ablation
import transport_lag


@measurement("transport lag")
def transport_lags():
    """Return the share of known delays that the estimate finds, and of wrong estimates, beside the mean lag of the plan."""
    rows = []
    for one in transport_lag.rows():
        subject, _, rest = one["name"].partition(", ")
        kind, _, what = rest.partition(": ")
        rows.append(Row("transport", kind, f"{subject}, share of cases: {what}", one["measured"], one["low"], one["high"], one["cases"], one["bar"], one["holds"]))  # fmt: skip
    return rows


@measurement("alignment ablation")
def ablation():
    """Return the difference of each variant to no alignment in accuracy, the mean over three data sets, with Student's interval over seeds."""
    found = alignment_ablation.complete(json.loads(alignment_ablation.STORED.read_text(encoding="utf-8")))
    variants = [name for name in alignment_ablation.VARIANTS if name != alignment_ablation.REFERENCE]
    compared = alignment_ablation.compared(found, variants, alignment_ablation.REFERENCE)
    compared |= alignment_ablation.compared(found, list(alignment_ablation.STRONG), alignment_ablation.REFERENCE)
    what = "accuracy minus that without alignment, mean of av_digits, watch and UTD-MHAD"
    rows = []
    for name, one in compared.items():
        d = one["all"]
        rows.append(
            Row("alignment", name, what, d["difference"], d["difference_low"], d["difference_high"], d["pairs"])
        )
    return rows
