"""The tables of results: every fusion on one data set, beside the rows that the paper prints for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.made import Said, Sheet
from mmviz.figures.printed_numbers import MOSEI, MOSEI_ALIGNED, MOSEI_CLASSES, MOSEI_CLASSES_SOURCE, MOSEI_SOURCE
from mmviz.figures.statistics import cell_of, seeds_of
from mmviz.figures.studies import FUSIONS_OF_VALUES, data_of, values_of

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_HALF = "Mean and standard deviation over the seeds."
_FORMS = ("{:.3f}", "{:.3f}", "{:.1f}", "{:.1f}")  # as the paper prints them
_READ = "late, early, cross_attention, transformer, alignmamba, alignmamba2, and what a fusion does without a modality"


def regression(evidence: Evidence) -> Sheet:
    """Return error, correlation, Acc-2 and F1 of fusions on synthetic values, as Tables 1, 2 and 7."""
    rows = evidence.rows("values")
    columns = {"MAE": ("test.mae", 1.0), "Corr": ("test.correlation", 1.0), "Acc-2": ("test.accuracy_2_positive", 100.0),
               "F1": ("test.f1_positive", 100.0)}  # fmt: skip
    printed = dict(MOSEI) | dict(MOSEI_ALIGNED)
    table = []
    for model in FUSIONS_OF_VALUES:
        own = rows[rows["model"] == model]
        ours = {name: cell_of(own, metric, factor=factor) for name, (metric, factor) in columns.items()}
        theirs: list[object] = (
            [form.format(value) for form, value in zip(_FORMS, printed[model], strict=True)]
            if model in printed
            else [None] * 4
        )
        table.append({"model": model, **ours, **dict(zip((f"{name} " for name in columns), theirs, strict=True))})
    said = Said(
        f"Fusions on a regression. {_HALF} Acc-2 and F1: positive against negative, in per cent.",
        values_of(evidence.budget), seeds_of(rows), _READ, MOSEI_SOURCE,
    )  # fmt: skip
    groups = {"measured here": tuple(columns), "printed, CMU-MOSEI": tuple(f"{name} " for name in columns)}
    best = {"MAE": "min", "Corr": "max", "Acc-2": "max", "F1": "max"}
    return Sheet(table, said, digits=2, best=best, groups=groups)


def classification(evidence: Evidence) -> Sheet:
    """Return accuracy and F1 of every fusion, and of each modality alone, as Tables 3 to 6 and 13."""
    rows = evidence.rows("fusions")
    columns = {"accuracy": "test.accuracy", "F1, weighted": "test.f1_weighted", "F1, macro": "test.f1_macro"}
    table = []
    for (model, modalities), own in rows.groupby(["model", "modalities"], sort=False):
        ours = {name: cell_of(own, metric, factor=100.0) for name, metric in columns.items()}
        known = MOSEI_CLASSES.get(model) if modalities == "all" else None
        theirs: list[object] = [None, None] if known is None else [f"{value:.2f}" for value in known]
        table.append({"model": model, "hears": modalities} | ours | dict(zip(("Acc-3", "F1-3"), theirs, strict=True)))
    said = Said(
        f"Fusions on a classification, in per cent. {_HALF}",
        data_of(evidence.budget),
        seeds_of(rows),
        _READ,
        MOSEI_CLASSES_SOURCE,
    )
    groups = {"measured here": tuple(columns), "printed, CMU-MOSEI": ("Acc-3", "F1-3")}
    return Sheet(table, said, best=dict.fromkeys(columns, "max"), groups=groups)
