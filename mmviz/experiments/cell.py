"""One training of a study: what is trained how on what, in one canonical form, and the key it is found by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mmviz.data.choice import nearest, whole
from mmviz.errors import ConfigError
from mmviz.experiments.canonical import as_typed, canonical, text_of
from mmviz.experiments.code_version import code_version
from mmviz.experiments.source import digest_of, source
from mmviz.models.build import available, config_of
from mmviz.train.augment import Augment
from mmviz.train.config import TrainConfig
from mmviz.train.fit import _config
from mmviz.train.measure import Measure
from mmviz.train.strategies import strategy_of

MEASURES = ("contributions", "missing")


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell; made by :func:`mmviz.experiments.grid`.

    Attributes
    ----------
    config
        Plain values: ``model``, ``train``, ``data``, ``modalities``, ``seed``, ``measures``, ``convention``; every option with its
        value, defaults too.
    """

    config: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """The configuration in one line; two cells are the same if this is."""
        return text_of(self.config)

    @cached_property
    def digest(self) -> str:
        """Digest of the data; see :func:`mmviz.experiments.source.digest_of`."""
        return digest_of(self.config["data"])

    @cached_property
    def code(self) -> str:
        """Version of the code it is run with; see :func:`mmviz.experiments.code_version.code_version`."""
        return code_version()

    @cached_property
    def key(self) -> str:
        """32 hexadecimal digits: sha256 over configuration, digest of the data and version of the code.

        Where a file lies does not count, only what is in it.
        """
        data = self.config["data"]
        placed = self.config | {
            "data": {"name": data["name"] if data["builtin"] else "path", "options": data["options"]}
        }
        return hashlib.sha256("\n".join([text_of(placed), self.digest, self.code]).encode()).hexdigest()[:32]

    def columns(self) -> dict[str, Any]:
        """Return the configuration as flat columns: ``model``, ``model.width``, ``strategy``, ``train.epochs``, ``data``, ``data.fold``, ....

        ``modalities`` is "all" or the names joined by "+"; what is neither text nor number is JSON.
        """
        c = self.config
        flat: dict[str, Any] = {"model": c["model"]["name"]}
        flat |= {f"model.{k}": v for k, v in c["model"]["options"].items()}
        flat |= {"strategy": c["train"]["strategy"]}
        flat |= {f"strategy.{k}": v for k, v in c["train"]["strategy_options"].items()}
        flat |= {f"train.{k}": v for k, v in c["train"].items() if k not in ("strategy", "strategy_options", "seed")}
        flat |= {"data": c["data"]["name"]} | {f"data.{k}": v for k, v in c["data"]["options"].items()}
        flat |= {"modalities": "all" if c["modalities"] is None else "+".join(c["modalities"]), "seed": c["seed"]}
        return {k: v if v is None or isinstance(v, (str, bool, int, float)) else text_of(v) for k, v in flat.items()}

    def __repr__(self) -> str:
        c = self.columns()
        return f"Cell({c['model']}, {c['strategy']}, {c['data']}, modalities {c['modalities']}, seed {c['seed']})"


def cell(
    *,
    data: Any,
    modalities: Any,
    model: Any,
    strategy: Any,
    train: Mapping[str, Any],
    seed: int,
    measures: Any,
    convention: str | None,
) -> Cell:
    """Return a checked cell; see :func:`mmviz.experiments.grid` for the arguments.

    Raises
    ------
    ConfigError
        For an unknown name or option (with the nearest known one), or a value out of range.
    """
    if not isinstance(train, Mapping):
        raise ConfigError(f"train={train!r}: give a mapping of training options, or a list of such")
    name, options = named(model, "model")
    if name not in available():
        raise ConfigError(f"model {name!r} is unknown{nearest(name, available())}; available: {', '.join(available())}")
    seed = whole(seed, "seed", low=0)
    measures = [measures] if isinstance(measures, str) else list(measures)
    for measure in measures:
        if measure not in MEASURES:
            raise ConfigError(
                f"measures: no {measure!r}{nearest(measure, MEASURES)}; there is {', '.join(MEASURES)}, beside the scores"
            )
    if isinstance(modalities, str):
        raise ConfigError(f"modalities={modalities!r}: one text; give a tuple of names, or None for all")
    return Cell(
        canonical(
            {
                "model": {"name": name, "options": config_of(name, **options)},
                "train": train_config(train, strategy, seed),
                "data": source(data),
                "modalities": None if modalities is None else sorted(modalities),
                "seed": seed,
                "measures": sorted(set(measures)),
                "convention": convention,
            }
        )
    )


def train_config(options: Mapping[str, Any], strategy: Any, seed: int) -> TrainConfig:
    """Return the options of a training as `fit` would complete them; ``augment`` and ``measure`` may be mappings."""
    for axis in ("strategy", "strategy_options", "seed"):
        if axis in options:
            raise ConfigError(f"train: {axis!r} is no option here; write it as the axis strategy= or seed= of the grid")
    name, own = named(strategy, "strategy")
    return _config(strategy_of(name, own), {**revived(options), "seed": seed})


def revived(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return training options as `fit` takes them: `augment` and `measure` as their classes, where they are mappings."""
    kinds = {"augment": Augment, "measure": Measure}
    given = {k: kinds[k](**v) if k in kinds and isinstance(v, Mapping) else v for k, v in options.items()}
    return given | {k: as_typed(given[k]) for k in ("strategy_options",) if k in given}


def named(entry: Any, axis: str) -> tuple[str, dict[str, Any]]:
    """Take a name, or a mapping with ``name`` and options."""
    if isinstance(entry, str):
        return entry, {}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise ConfigError(f"{axis}={entry!r}: give a name, or a mapping with 'name' and options")
    return entry["name"], {k: v for k, v in entry.items() if k != "name"}
