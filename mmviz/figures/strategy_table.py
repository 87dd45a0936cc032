"""Training strategies in numbers: scores, deviation, and how they do without a modality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.made import Said, Sheet
from mmviz.figures.printed_numbers import EQUILIBRIUM_SOURCE
from mmviz.figures.statistics import cell_of, seeds_of
from mmviz.figures.studies import STRATEGIES, data_of

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_COLUMNS = {
    "both": "test.accuracy",
    "audio alone": "test.accuracy@audio",
    "image alone": "test.accuracy@image",
    "missing, mean": "test.accuracy@missing",
}
_DEVIATIONS = ("E1", "E2", "E3")


def table(evidence: Evidence) -> Sheet:
    """Return a row for every strategy."""
    rows = evidence.rows("equilibrium")
    found = []
    for name in STRATEGIES:
        own = rows[rows["strategy"] == name]
        scores = {label: cell_of(own, metric, factor=100.0) for label, metric in _COLUMNS.items()}
        deviations = {reading: cell_of(own, f"test.{reading}", factor=100.0) for reading in _DEVIATIONS}
        found.append({"strategy": name, **scores, **deviations})
    said = Said(
        "Training strategies on one model: accuracy in per cent, and three readings of the equilibrium deviation times 100 (0 is equilibrium); mean and standard deviation over the seeds. All have the same epochs; shapley_alternating makes three updates where joint makes one.",
        data_of(evidence.budget), seeds_of(rows), "E1, E2, E3; shapley_alternating", EQUILIBRIUM_SOURCE,
    )  # fmt: skip
    best = dict.fromkeys(_COLUMNS, "max") | dict.fromkeys(_DEVIATIONS, "min")
    return Sheet(found, said, best=best, groups={"accuracy": tuple(_COLUMNS), "deviation": _DEVIATIONS})
