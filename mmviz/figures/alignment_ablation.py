"""What AlignMamba-2's parts are worth: its two losses, and its shared and specific experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.fusion_bars import printed_bars
from mmviz.figures.made import Drawing, Said, Sheet
from mmviz.figures.printed_numbers import ALIGNMENT_LOSS, ALIGNMENT_SOURCE
from mmviz.figures.statistics import cell_of, over_seeds, seeds_of
from mmviz.figures.studies import data_of
from mmviz.plots.ablation import ablation_frame, ablation_picture
from mmviz.plots.picture import Panel, Picture

if TYPE_CHECKING:
    import pandas as pd

    from mmviz.figures.evidence import Evidence

_READ = "AlignMamba-2: experts, losses and their weights"
_LOSSES = {"neither": (False, False), "OT alone": (True, False), "MMD alone": (False, True), "both": (True, True)}
_EXPERTS = ("shared", "specific", "both")


def losses(evidence: Evidence) -> Drawing:
    """Draw the accuracy with neither, one and both of the losses; beside it what AlignMamba loses without one."""
    rows = evidence.rows("alignment")
    shows = "Accuracy of AlignMamba-2 with neither, one, or both of its training losses; lines: Student's 95 % interval over the seeds."
    theirs = printed_bars(
        list(ALIGNMENT_LOSS), list(ALIGNMENT_LOSS.values()), "change, points", "printed for AlignMamba"
    )
    said = Said(shows, data_of(evidence.budget), seeds_of(rows), _READ, ALIGNMENT_SOURCE)
    panels = (_bars(rows, _of_losses(rows)), theirs)
    return Drawing(Picture("Losses", (shows,), panels, columns=2, heights=(150,)), said, columns=2)


def experts(evidence: Evidence) -> Drawing:
    """Draw the accuracy with shared experts, specific ones, and both."""
    rows = evidence.rows("alignment")
    shows = "Accuracy of AlignMamba-2 with shared experts alone, modality-specific ones alone, and both; lines: Student's 95 % interval over the seeds."
    said = Said(shows, data_of(evidence.budget), seeds_of(rows), _READ)
    return Drawing(Picture("Experts", (shows,), (_bars(rows, _of_experts(rows)),), heights=(120,)), said)


def table(evidence: Evidence) -> Sheet:
    """Return both ablations in numbers."""
    rows = evidence.rows("alignment")
    variants = {f"losses: {name}": chosen for name, chosen in _of_losses(rows).items()}
    variants |= {f"experts: {name}": chosen for name, chosen in _of_experts(rows).items()}
    found = []
    for name, chosen in variants.items():
        points = ALIGNMENT_LOSS.get(name.removeprefix("losses: "))
        found.append(
            {
                "variant": name,
                "accuracy": cell_of(rows[chosen], "test.accuracy", factor=100.0),
                "F1, macro": cell_of(rows[chosen], "test.f1_macro", factor=100.0),
                "change, points": None if points is None or "experts" in name else f"{points:+.1f}",
            }
        )
    said = Said(
        "Ablation of AlignMamba-2 in per cent; mean and standard deviation over the seeds.",
        data_of(evidence.budget), seeds_of(rows), _READ, ALIGNMENT_SOURCE,
    )  # fmt: skip
    groups = {"measured here": ("accuracy", "F1, macro"), "printed, CMU-MOSI": ("change, points",)}
    return Sheet(found, said, groups=groups, columns=1)


def _of_losses(rows: pd.DataFrame) -> dict[str, pd.Series]:
    both = rows["model.experts"] == "both"
    return {
        name: both & ((rows["model.ot"] > 0) == ot) & ((rows["model.mmd"] > 0) == mmd)
        for name, (ot, mmd) in _LOSSES.items()
    }


def _of_experts(rows: pd.DataFrame) -> dict[str, pd.Series]:
    whole = (rows["model.ot"] > 0) & (rows["model.mmd"] > 0)
    return {name: whole & (rows["model.experts"] == name) for name in _EXPERTS}


def _bars(rows: pd.DataFrame, variants: dict[str, pd.Series]) -> Panel:
    scores = over_seeds(rows, "test.accuracy", variants).assign_attrs(score="accuracy")
    panel = ablation_picture(ablation_frame(scores)).panels[0]
    return Panel(panel.marks, panel.x, panel.y, title="measured here")
