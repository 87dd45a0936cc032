"""Published results of the papers, none of them measured here, and bars that show them beside ours.

Source of each: *paper* is the paper itself, *secondary* a summary of it.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from mmviz.plots.figure_spec import NEUTRAL, Annotation, Axis, Bars, Panel, ReferenceLine, named_ticks

COUPLED_MAMBA = "Coupled Mamba (arXiv 2405.18014)"
ALIGNMAMBA = "AlignMamba (arXiv 2412.00833), read in a summary"

#: Figures 3 and 4: steps, then of each model; memory in GB, time in s. Paper.
LENGTHS = (100, 200, 300, 400, 500)
MEMORY_GB = MappingProxyType(
    {"cross-attention": (1.36, 2.93, 5.27, 8.49, 12.61), "Coupled Mamba": (1.17, 1.39, 1.56, 1.75, 2.05)}
)
TIME_S = MappingProxyType(
    {
        "cross-attention": (0.0587, 0.0648, 0.0726, 0.0754, 0.0791),
        "Coupled Mamba": (0.0306, 0.0343, 0.0363, 0.0374, 0.0396),
    }
)
EFFICIENCY_SOURCE = (
    f"Figures 3 and 4 of {COUPLED_MAMBA}, on a V100; batch, precision, and whether in training, are not stated there"
)

#: Table 1, CMU-MOSEI, unaligned (MAE, correlation, Acc-2, F1): the rows whose model stands here too. Paper.
MOSEI = MappingProxyType(
    {
        "tfn": (0.593, 0.700, 82.5, 82.1),
        "lmf": (0.623, 0.677, 82.0, 82.1),
        "coupled_mamba": (0.547, 0.756, 85.6, 85.5),
    }
)
#: The same, aligned.
MOSEI_ALIGNED = MappingProxyType({"cross_attention": (0.580, 0.703, 82.5, 82.3)})
MOSEI_SOURCE = (
    f"CMU-MOSEI, Table 1 of {COUPLED_MAMBA}; cross_attention is its row MulT (aligned data), the others unaligned"
)

#: Tables 3, 4 and 13, classification (Acc-3, F1-3 on MOSEI). Their Acc-2 is an artefact of the metric and is not repeated. Paper.
MOSEI_CLASSES = MappingProxyType(
    {
        "tfn": (66.63, 63.93),
        "lmf": (66.59, 64.86),
        "cross_attention": (67.04, 65.01),
        "coupled_mamba": (68.95, 67.76),
    }
)
MOSEI_CLASSES_SOURCE = (
    f"CMU-MOSEI, Table 3 of {COUPLED_MAMBA}; cross_attention is its row MulT. Its Acc-2 comes from a metric that cannot count a positive sample as "
    "right, and is left out"
)

#: Table 12, MOSEI, Acc-2 at missing rates 0.0 to 0.7. Paper.
RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
MISSING = MappingProxyType(
    {
        "MMIN": (84.3, 81.9, 79.8, 77.2, 75.2, 73.9, 73.2, 73.1),
        "GCNet": (85.2, 82.3, 80.3, 77.5, 76.0, 74.9, 74.1, 73.2),
        "Coupled Mamba": (85.5, 82.6, 81.1, 81.0, 78.4, 77.4, 75.1, 74.1),
    }
)
MISSING_SOURCE = (
    f"Acc-2 on CMU-MOSEI, Table 12 of {COUPLED_MAMBA}; it masks single elements where its baselines lose whole modalities, so its rows "
    "are not like for like"
)

#: AlignMamba's ablation on MOSI: change of the accuracy in points. Secondary.
ALIGNMENT_LOSS = MappingProxyType({"OT alone": -1.1, "MMD alone": -2.3, "both": 0.0})
ALIGNMENT_SOURCE = (
    f"change of the accuracy on CMU-MOSI in points, {ALIGNMAMBA}; of its own alignment, which moves tokens"
)
#: A-distance of audio and language on MOSI before and after alignment. Secondary.
A_DISTANCE = MappingProxyType({"before alignment": 1.68, "after alignment": 1.59})
A_DISTANCE_SOURCE = f"A-distance of audio and language on CMU-MOSI, {ALIGNMAMBA}"
#: At 6.4 k tokens, mean of 50 inferences: shares saved against the multi-stream Transformer. Secondary.
ALIGNMAMBA_SAVES = MappingProxyType({"memory": 0.580, "time": 0.876})
ALIGNMAMBA_SAVES_SOURCE = (
    f"58.0 % of memory and 87.6 % of time saved against a multi-stream Transformer at 6.4 k tokens, {ALIGNMAMBA}"
)
#: From a public note on version 2, not from the paper. Secondary.
EQUILIBRIUM_SOURCE = (
    "accuracy of 81.28 on CREMA-D (3.36 above the best before) and 89.16 on Kinetics-400 (3.51 above), as a public note states for Modality "
    "Equilibrium Matters v2 (arXiv 2506.00030v2); ours is a variant of our own"
)


def published_bars(
    names: list[str], values: list[float], label: str, title: str, *, span: tuple[float, float] | None = None
) -> Panel:
    """Return bars of published numbers with their values; the axis includes 0 unless ``span`` is given."""
    given = np.array(values, dtype=float)
    at = np.arange(len(names), dtype=float)
    notes = [Annotation(max(v, 0.0), a, f"{v:g}".replace("-", "−")) for v, a in zip(given, at, strict=True)]
    low, high = min(0.0, float(given.min())), max(0.0, float(given.max()))
    room = (high - low) or 1.0
    return Panel(
        (ReferenceLine(0), Bars(at, given, (NEUTRAL,) * len(names), tuple(names)), *notes),
        Axis(label, span=span or (low - 0.05 * room * (low < 0), high + 0.25 * room)),
        Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True),
        title=title,
    )
