"""Memory and time at every length as a table, ours and the paper's side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.length_curves import NAMES
from mmviz.figures.made import Said, Sheet
from mmviz.figures.printed_numbers import EFFICIENCY_SOURCE, MEMORY_GB, TIME_S

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_PRINTED = {"coupled_mamba": "Coupled Mamba", "cross_attention_materialised": "cross-attention"}
_OURS, _THEIRS = ("MiB", "ms"), ("GB", "s")


def table(evidence: Evidence) -> Sheet:
    """Return a row for every model and length."""
    data = evidence.artefact("efficiency")["efficiency"].to_dataset()
    rows = []
    for model, name in NAMES.items():
        for i, length in enumerate(data["length"].values.tolist()):
            one, printed = data.sel(model=model, length=length), _PRINTED.get(model)
            rows.append(
                {
                    "model": name,
                    "steps": length,
                    "MiB": float(one["mebibytes"]),
                    "ms": float(one["milliseconds"]),
                    "GB": None if printed is None else f"{MEMORY_GB[printed][i]:.2f}",
                    "s": None if printed is None else f"{TIME_S[printed][i]:.4f}",
                }
            )
    said = Said(
        "Peak memory and median time of one inference.",
        f"three modalities of noise, batch {data.attrs['batch']}, width {data.attrs['width']}, one layer, float32, {data.attrs['machine']}, threads: {data.attrs['threads']}",
        reading="the attention models are readings of the papers' baselines",
        printed=EFFICIENCY_SOURCE,
    )
    return Sheet(rows, said, groups={"measured here": _OURS, "printed in the paper": _THEIRS}, columns=1)
