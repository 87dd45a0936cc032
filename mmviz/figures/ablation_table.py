"""The ablations of Coupled Mamba, scaled to a laptop, beside the paper's numbers for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.experiments import grid
from mmviz.figures.made import Said, Sheet
from mmviz.figures.statistics import cell_of, seeds_of
from mmviz.figures.studies import DIGITS, data_of, scaled, train_options
from mmviz.models import ablations
from mmviz.models.ablation import PRINTED_ON

if TYPE_CHECKING:
    import pandas as pd

    from mmviz.figures.evidence import Evidence
    from mmviz.models import Ablation


def rows_of(row: Ablation, evidence: Evidence) -> pd.DataFrame:
    """Return the rows of the study that are one row of the paper's tables."""
    rows, budget = evidence.rows("paper_ablation"), evidence.budget
    cells = grid(data=DIGITS, model=scaled(row, budget), train=train_options(budget), seed=list(range(budget.seeds)))
    return rows[rows["key"].isin([cell.key for cell in cells])]


def table(evidence: Evidence) -> Sheet:
    """Return every row of Tables 8 to 11 and 14."""
    found = []
    for row in ablations():
        own = rows_of(row, evidence)
        printed = {
            name: row.printed.get(key) for name, key in (("Corr", "correlation"), ("Acc-2", "accuracy2"), ("F1", "f1"))
        }
        found.append(
            {
                "table": row.table,
                "variant": row.name,
                "accuracy": cell_of(own, "test.accuracy", factor=100.0),
                "F1, macro": cell_of(own, "test.f1_macro", factor=100.0),
                "weights": int(own["run.parameters"].iloc[0]),
            }
            | {name: None if value is None else f"{value:.1f}" for name, value in printed.items()}
        )
    readings = "; ".join(dict.fromkeys(row.reading for row in ablations() if row.reading))
    said = Said(
        "Ablations of Coupled Mamba, each row scaled down: an eighth of the states and a quarter of the rank, the width as given. In per cent; mean and standard deviation over the seeds.",
        data_of(evidence.budget),
        seeds_of(evidence.rows("paper_ablation")),
        readings,
        f"{PRINTED_ON}, Tables 8 to 11 and 14 of Coupled Mamba (arXiv 2405.18014)",
    )
    groups = {"measured here": ("accuracy", "F1, macro", "weights"), "printed, CMU-MOSEI": ("Corr", "Acc-2", "F1")}
    return Sheet(found, said, groups=groups)
