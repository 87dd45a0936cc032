"""Named studies: comparison of fusions, ablation of AlignMamba-2, comparison of training strategies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, whole
from mmviz.models.registry import available, config_of
from mmviz.studies.cell import open_source, source
from mmviz.studies.recipes import model_entry, recipe_for, restricted_augmentation, unknown_options
from mmviz.studies.study import Study, grid
from mmviz.train.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmviz.data.spec import Spec

__all__ = ["STUDIES", "StudyContext", "declare"]


#: name -> question of the study
STUDIES = {
    "fusions": "all fusions compared with each other and with unimodal models",
    "alignmamba_ablation": "AlignMamba-2 with none, one or both alignments, and with shared, specific or both experts",
    "strategies": "training strategies: accuracy, imbalance, contributions, robustness to missing modalities",
}


JOINT = "joint"


@dataclass(frozen=True)
class StudyContext:
    """Arguments of every named study.

    Attributes
    ----------
    data
        One entry of the grid per fold.
    seeds
        Of every variant.
    model, train
        Options of the models that have them, and of every training.
    spec
        Of the first data.
    convention
        Of the scores.
    only
        Names of the variants to train; None for all.
    strategy
        Strategy of every training on several modalities.
    """

    data: list[dict[str, Any]]
    seeds: list[int]
    model: Mapping[str, Any]
    train: Mapping[str, Any]
    spec: Spec
    convention: str | None = None
    only: tuple[str, ...] | None = None
    strategy: str = JOINT

    def selected(self, names: Sequence[str], reference: str) -> list[str]:
        """Return the variants in ``only``, and always the reference; ConfigError for an unknown one, with the nearest name."""
        for name in self.only or ():
            if name not in names:
                raise ConfigError(f"only={name!r}{nearest(name, names)}: there is {', '.join(names)}")
        return [name for name in names if self.only is None or name in (*self.only, reference)]

    @property
    def metric(self) -> str:
        """Column of the table: accuracy or mean absolute error on the test split."""
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
    """Return a named study on some data.

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
        Names of the models ("fusions") or strategies ("strategies") to compare, besides the reference. None: all.
    strategy
        Strategy of every model of several modalities; unimodal models are always trained by ``joint``. Not for "strategies", which compares
        them.

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
    for option in unknown_options(model or {}):
        raise ConfigError(f"model option {option!r}: no model has it; see the options of mmviz.models.build")
    entry = {"name": data} if isinstance(data, str) else dict(data)
    known = source(entry)
    spec = open_source(known, None).spec
    recipe = recipe_for(spec.name)
    if folds is not None and "fold" not in known["options"]:
        raise ConfigError(f"folds={list(folds)}: data {entry['name']!r} have no option fold; leave folds out")
    chosen = folds if folds is not None else () if "fold" in entry else recipe.folds
    entries = [{**entry, "fold": whole(fold, "folds", low=0)} for fold in chosen] or [entry]
    context = StudyContext(
        entries,
        list(range(whole(seeds, "seeds", low=1)))
        if isinstance(seeds, int)
        else [whole(s, "seeds", low=0) for s in seeds],
        {**recipe.model, **(model or {})},
        {**restricted_augmentation(recipe.train, *spec.names), **(train or {})},
        spec,
        convention,
        None if only is None else tuple(only),
        strategy,
    )
    return _DECLARATIONS[name](context)


ABLATED_MODEL = "alignmamba2"


def alignmamba_ablation(context: StudyContext) -> Study:
    """Return the study of four alignments with both experts, and three kinds of experts with both alignments; the reference is the full model.

    Raises
    ------
    ConfigError
        If the data have one modality, or the options set the weight of an alignment to 0.
    """
    if len(context.spec.names) < 2:
        raise ConfigError(f"alignmamba_ablation: {context.spec.name!r} has one modality; alignment needs two")
    if context.only is not None:
        raise ConfigError("alignmamba_ablation has no variants by name; leave only= out")
    base = model_entry(ABLATED_MODEL, context.model)
    whole = config_of(ABLATED_MODEL, **{k: v for k, v in base.items() if k != "name"})
    weights = {"ot": whole.ot, "mmd": whole.mmd}  # type: ignore[attr-defined]
    if not all(weights.values()):
        raise ConfigError(f"alignmamba_ablation: {weights}: give both a weight above 0; the ablation takes them away")
    aligned = [{"ot": 0.0, "mmd": 0.0}, {"mmd": 0.0}, {"ot": 0.0}, {}]
    variants = [{"experts": "both"} | weights | without for without in aligned]
    variants += [{"experts": kind} | weights for kind in ("shared", "specific")]
    cells = grid(
        data=context.data,
        model=[{**base, **variant} for variant in variants],
        strategy=context.strategy,
        train=context.train,
        seed=context.seeds,
        convention=context.convention,
    )
    by = ("model.experts", "model.ot", "model.mmd")
    reference = {"model.experts": "both", "model.ot": weights["ot"], "model.mmd": weights["mmd"]}
    return Study("alignmamba_ablation", cells, by=by, metric=context.metric, reference=reference)


STRATEGY_MODEL = "coupled_mamba"
REFERENCE_STRATEGY = "joint"


def strategies(context: StudyContext) -> Study:
    """Return the study of all strategies with default options on one model; the reference is joint training.

    Besides the metrics each row has the metrics with every subset of modalities and at the missing rates 0.1 to 0.7, the contributions, and the
    imbalance E1, E2, E3 (our interpretation; no measure of quality); the second table shows them. The history of a row holds the contributions after every epoch: all strategies,
    joint training too, hold out the same subset of the training split, so that all train on the same samples.

    Raises
    ------
    ConfigError
        If the data have one modality, or a strategy is given for all.
    """
    if len(context.spec.names) < 2:
        raise ConfigError(f"strategies: {context.spec.name!r} has one modality; imbalance needs two")
    if context.strategy != REFERENCE_STRATEGY:
        raise ConfigError(
            f"the study strategies compares training strategies; give only=[{context.strategy!r}] in place of strategy="
        )
    trained = [name for name, kind in STRATEGIES.items() if not kind.fusions or STRATEGY_MODEL in kind.fusions]
    cells = grid(
        data=context.data,
        model=model_entry(STRATEGY_MODEL, context.model),
        strategy=context.selected(trained, REFERENCE_STRATEGY),
        train={"monitor": True, **context.train},
        seed=context.seeds,
        measures=("contributions", "missing"),
        convention=context.convention,
    )
    alone = tuple(f"{context.metric}@{m}" for m in context.spec.names)
    without = tuple(f"{context.metric}@{'+'.join(n for n in context.spec.names if n != m)}" for m in context.spec.names)
    share = tuple(f"test.share.{m}" for m in context.spec.names)
    scores = (*dict.fromkeys(alone + without), f"{context.metric}@missing")
    also = (*scores, *share, "test.E1", "test.E2", "test.E3")
    return Study(
        "strategies",
        cells,
        by=("strategy",),
        metric=context.metric,
        reference={"strategy": REFERENCE_STRATEGY},
        also=also,
    )


UNIMODAL_MODEL = "coupled_mamba"  # with one modality it is a plain Mamba
REFERENCE_FUSION = "concat"


def fusions(context: StudyContext) -> Study:
    """Return the study of all models on all modalities, and of a Mamba on each single modality; the reference is concatenation."""
    shared = {"data": context.data, "seed": context.seeds, "convention": context.convention}
    cells = grid(
        model=[model_entry(name, context.model) for name in context.selected(available(), REFERENCE_FUSION)],
        strategy=context.strategy,
        train=context.train,
        **shared,
    )
    for modality in context.spec.names if len(context.spec.names) > 1 else ():
        cells += grid(
            model=model_entry(UNIMODAL_MODEL, context.model),
            modalities=(modality,),
            train=restricted_augmentation(context.train, modality),
            **shared,
        )
    reference = {"model": REFERENCE_FUSION, "modalities": "all"}
    return Study("fusions", cells, by=("model", "modalities"), metric=context.metric, reference=reference)


_DECLARATIONS = {"fusions": fusions, "alignmamba_ablation": alignmamba_ablation, "strategies": strategies}
