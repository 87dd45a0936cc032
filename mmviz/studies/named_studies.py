"""Named studies: comparison of fusions, ablation of AlignMamba-2, comparison of training strategies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, whole
from mmviz.models.registry import available, config_of
from mmviz.studies.cell import open_source, source
from mmviz.studies.recipes import fitting, heard, recipe_for, unknown
from mmviz.studies.study import Study, grid
from mmviz.train.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmviz.data.spec import Spec

__all__ = ["STUDIES", "Common", "declare"]


# name: what it asks; the module of that name declares it
STUDIES = {
    "fusions": "every fusion against each other and against each modality alone",
    "alignmamba_ablation": "AlignMamba-2 with neither, one or both of its alignments, and with shared, specific or both experts",
    "equilibrium": "training strategies: accuracy, equilibrium deviation, contributions, robustness to absent modalities",
}


JOINT = "joint"


@dataclass(frozen=True)
class Common:
    """What every named experiment is given.

    Attributes
    ----------
    data
        One entry per fold, ready for the grid.
    seeds
        Of every variant.
    model, train
        Options for every model that has them, for every training.
    spec
        Of the first data.
    convention
        Of the scores.
    only
        Names of the variants to keep; None for all.
    strategy
        Of every training on several modalities.
    """

    data: list[dict[str, Any]]
    seeds: list[int]
    model: Mapping[str, Any]
    train: Mapping[str, Any]
    spec: Spec
    convention: str | None = None
    only: tuple[str, ...] | None = None
    strategy: str = JOINT

    def chosen(self, names: Sequence[str], reference: str) -> list[str]:
        """Return those of the variants that are wanted, and always the reference; refuses an unknown one by the nearest name."""
        for name in self.only or ():
            if name not in names:
                raise ConfigError(f"only={name!r}{nearest(name, names)}: there is {', '.join(names)}")
        return [name for name in names if self.only is None or name in (*self.only, reference)]

    @property
    def metric(self) -> str:
        """The score of the task's kind on the test split."""
        return "test.accuracy" if self.spec.task.kind == "classification" else "test.mae"


def declare(
    name: str,
    data: str | Mapping[str, Any],
    *,
    seeds: int | Sequence[int] = 5,
    folds: Sequence[int] | None = None,
    model: Mapping[str, Any] | None = None,
    train: Mapping[str, Any] | None = None,
    convention: str | None = None,
    only: Sequence[str] | None = None,
    strategy: str = JOINT,
) -> Study:
    """Declare a named experiment on some data.

    Parameters
    ----------
    name
        One of `STUDIES`.
    data
        A built-in set or path, or a mapping with ``name`` and loader options.
    seeds
        How many, from 0; or which.
    folds
        Values of the data's option ``fold``. None: the recipe's (all five for "watch"), unless `data` names a fold.
    model, train
        Options in place of the recipe's (:mod:`mmviz.studies.recipes`).
    convention
        As in :func:`mmviz.train.metrics.score`.
    only
        Names of the models ("fusions") or strategies ("equilibrium") to compare, beside the reference. None: all.
    strategy
        How every model of several modalities is trained; a modality alone is always trained jointly. Not of "equilibrium", which
        compares strategies.

    Returns
    -------
    Study
        With the columns, metric and reference of its comparison.

    Raises
    ------
    ConfigError
        Unknown experiment, data or option; offers the nearest name.
    """
    if name not in STUDIES:
        raise ConfigError(f"no experiment {name!r}{nearest(name, STUDIES)}; there is {', '.join(STUDIES)}")
    for option in unknown(model or {}):
        raise ConfigError(f"model option {option!r}: no model has it; see the options of mmviz.models.build")
    entry = {"name": data} if isinstance(data, str) else dict(data)
    known = source(entry)
    spec = open_source(known, None).spec
    recipe = recipe_for(spec.name)
    if folds is not None and "fold" not in known["options"]:
        raise ConfigError(f"folds={list(folds)}: data {entry['name']!r} have no option fold; leave folds out")
    chosen = folds if folds is not None else () if "fold" in entry else recipe.folds
    entries = [{**entry, "fold": whole(fold, "folds", low=0)} for fold in chosen] or [entry]
    common = Common(
        entries,
        list(range(whole(seeds, "seeds", low=1)))
        if isinstance(seeds, int)
        else [whole(s, "seeds", low=0) for s in seeds],
        {**recipe.model, **(model or {})},
        {**heard(recipe.train, *spec.names), **(train or {})},
        spec,
        convention,
        None if only is None else tuple(only),
        strategy,
    )
    return _DECLARATIONS[name](common)


ABLATED_MODEL = "alignmamba2"


def alignmamba_ablation(common: Common) -> Study:
    """Return the four alignments with both experts, and the three kinds of experts with both alignments; the reference is the whole model.

    Raises
    ------
    ConfigError
        If the data have one modality: nothing can be aligned. If the model's options leave an alignment without weight.
    """
    if len(common.spec.names) < 2:
        raise ConfigError(f"alignmamba_ablation: {common.spec.name!r} has one modality; alignment needs two")
    if common.only is not None:
        raise ConfigError("alignmamba_ablation has no variants by name; leave only= out")
    base = fitting(ABLATED_MODEL, common.model)
    whole = config_of(ABLATED_MODEL, **{k: v for k, v in base.items() if k != "name"})
    weights = {"ot": whole.ot, "mmd": whole.mmd}  # type: ignore[attr-defined]
    if not all(weights.values()):
        raise ConfigError(f"alignmamba_ablation: {weights}: give both a weight above 0; the ablation takes them away")
    aligned = [{"ot": 0.0, "mmd": 0.0}, {"mmd": 0.0}, {"ot": 0.0}, {}]
    variants = [{"experts": "both"} | weights | without for without in aligned]
    variants += [{"experts": kind} | weights for kind in ("shared", "specific")]
    cells = grid(
        data=common.data,
        model=[{**base, **variant} for variant in variants],
        strategy=common.strategy,
        train=common.train,
        seed=common.seeds,
        convention=common.convention,
    )
    by = ("model.experts", "model.ot", "model.mmd")
    reference = {"model.experts": "both", "model.ot": weights["ot"], "model.mmd": weights["mmd"]}
    return Study("alignmamba_ablation", cells, by=by, metric=common.metric, reference=reference)


STRATEGY_MODEL = "coupled_mamba"
REFERENCE_STRATEGY = "joint"


def equilibrium(common: Common) -> Study:
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
    if common.strategy != REFERENCE_STRATEGY:
        raise ConfigError(f"equilibrium compares strategies; give only=[{common.strategy!r}] in place of strategy=")
    cells = grid(
        data=common.data,
        model=fitting(STRATEGY_MODEL, common.model),
        strategy=common.chosen(list(STRATEGIES), REFERENCE_STRATEGY),
        train={"monitor": True, **common.train},
        seed=common.seeds,
        measures=("contributions", "missing"),
        convention=common.convention,
    )
    alone = tuple(f"{common.metric}@{m}" for m in common.spec.names)
    without = tuple(f"{common.metric}@{'+'.join(n for n in common.spec.names if n != m)}" for m in common.spec.names)
    share = tuple(f"test.share.{m}" for m in common.spec.names)
    also = ("test.E1", "test.E2", "test.E3", *share, *dict.fromkeys(alone + without), f"{common.metric}@missing")
    return Study(
        "equilibrium",
        cells,
        by=("strategy",),
        metric=common.metric,
        reference={"strategy": REFERENCE_STRATEGY},
        also=also,
    )


UNIMODAL_MODEL = "coupled_mamba"  # with one modality it is a plain Mamba
REFERENCE_FUSION = "concat"


def fusions(common: Common) -> Study:
    """Return all models on all modalities, and a Mamba on each modality alone; the reference is concatenation."""
    shared = {"data": common.data, "seed": common.seeds, "convention": common.convention}
    cells = grid(
        model=[fitting(name, common.model) for name in common.chosen(available(), REFERENCE_FUSION)],
        strategy=common.strategy,
        train=common.train,
        **shared,
    )
    for modality in common.spec.names if len(common.spec.names) > 1 else ():
        cells += grid(
            model=fitting(UNIMODAL_MODEL, common.model),
            modalities=(modality,),
            train=heard(common.train, modality),
            **shared,
        )
    reference = {"model": REFERENCE_FUSION, "modalities": "all"}
    return Study("fusions", cells, by=("model", "modalities"), metric=common.metric, reference=reference)


_DECLARATIONS = {"fusions": fusions, "alignmamba_ablation": alignmamba_ablation, "equilibrium": equilibrium}
