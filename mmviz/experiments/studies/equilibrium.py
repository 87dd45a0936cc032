"""Which strategy lets the modalities contribute evenly, and what that costs or gains."""

from __future__ import annotations

from mmviz.errors import ConfigError
from mmviz.experiments.recipes import fitting
from mmviz.experiments.studies import Common
from mmviz.experiments.study import Study, grid
from mmviz.train.strategies import STRATEGIES

MODEL = "coupled_mamba"
REFERENCE = "joint"


def declare(common: Common) -> Study:
    """Return every strategy with its default options on one model; the reference is joint training.

    Beside the scores each row has the contributions and the readings E1, E2, E3 of the equilibrium deviation, and the scores with every
    subset of modalities and at the missing rates 0.1 to 0.7; the second table shows them. The history of a row holds the contributions after every epoch: all strategies,
    joint training too, are measured on a slice that is held out of the training split, so that all train on the same samples.

    Raises
    ------
    ConfigError
        If the data have one modality, or a strategy is given for all.
    """
    if len(common.spec.names) < 2:
        raise ConfigError(f"equilibrium: {common.spec.name!r} has one modality; there is nothing to balance")
    if common.strategy != REFERENCE:
        raise ConfigError(f"equilibrium compares strategies; give only=[{common.strategy!r}] in place of strategy=")
    cells = grid(
        data=common.data,
        model=fitting(MODEL, common.model),
        strategy=common.chosen(list(STRATEGIES), REFERENCE),
        train={"measure": True, **common.train},
        seed=common.seeds,
        measures=("contributions", "missing"),
        convention=common.convention,
    )
    alone = tuple(f"{common.metric}@{m}" for m in common.spec.names)
    without = tuple(f"{common.metric}@{'+'.join(n for n in common.spec.names if n != m)}" for m in common.spec.names)
    share = tuple(f"test.share.{m}" for m in common.spec.names)
    also = ("test.E1", "test.E2", "test.E3", *share, *dict.fromkeys(alone + without), f"{common.metric}@missing")
    return Study(
        "equilibrium", cells, by=("strategy",), metric=common.metric, reference={"strategy": REFERENCE}, also=also
    )
