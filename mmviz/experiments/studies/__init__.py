"""The named experiments: one file each, with ``declare(data, common) -> Study``."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmviz.data.choice import nearest, whole
from mmviz.errors import ConfigError
from mmviz.experiments.recipes import heard, recipe_for, unknown
from mmviz.experiments.source import open_source, source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmviz.data.spec import Spec
    from mmviz.experiments.study import Study

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
        Options in place of the recipe's (:mod:`mmviz.experiments.recipes`).
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
    return importlib.import_module(f"{__name__}.{name}").declare(common)


__all__ = ["STUDIES", "Common", "declare"]
