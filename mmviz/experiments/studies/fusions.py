"""Every fusion against each other, and against each modality alone."""

from __future__ import annotations

from mmviz.experiments.recipes import fitting, heard
from mmviz.experiments.studies import Common
from mmviz.experiments.study import Study, grid
from mmviz.models.build import available

ALONE = "coupled_mamba"  # with one modality it is a plain Mamba
REFERENCE = "concat"


def declare(common: Common) -> Study:
    """Return all models on all modalities, and a Mamba on each modality alone; the reference is concatenation."""
    shared = {"data": common.data, "seed": common.seeds, "convention": common.convention}
    cells = grid(
        model=[fitting(name, common.model) for name in common.chosen(available(), REFERENCE)],
        strategy=common.strategy,
        train=common.train,
        **shared,
    )
    for modality in common.spec.names if len(common.spec.names) > 1 else ():
        cells += grid(
            model=fitting(ALONE, common.model), modalities=(modality,), train=heard(common.train, modality), **shared
        )
    reference = {"model": REFERENCE, "modalities": "all"}
    return Study("fusions", cells, by=("model", "modalities"), metric=common.metric, reference=reference)
